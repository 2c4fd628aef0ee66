"""What a location allows at this moment, asked when somebody is about to write for it.

Source: docs/platforms/google_business.md, "Standing", read 2026-11-21. A location's standing changes between two looks at the account.
"""

from connectors.errors import ConnectorError, ReconnectRequired
from connectors.google_business import standing
from connectors.google_business.accounts import STANDING_MASK
from connectors.google_business.checks import PRODUCT_LIMIT
from connectors.google_business.errors import is_gone
from connectors.google_business.google import Google
from connectors.google_business.hosts import Api
from connectors.google_business.names import location_of
from connectors.types import Composing, Target

_GONE = "Google does not find this location with this account any more. Look for destinations anew."


def ask(google: Google, target: Target) -> Composing:
    """Ask how the location stands; a location that is out of reach is an obstacle, not an error."""
    try:
        query = [("readMask", STANDING_MASK)]
        told = google.read(Api.LOCATIONS, location_of(target), operation="read_location", query=query)
        stands = standing.of(google, told)
    except ReconnectRequired as error:
        if error.connection_ended or error.missing_scope:
            raise
        return Composing(name=target.name, obstacle=f"{error.cause} {error.remedy}".strip())
    except ConnectorError as error:
        if not is_gone(error):
            raise
        return Composing(name=target.name, obstacle=_GONE)
    notices = tuple(filter(None, (stands.notice, PRODUCT_LIMIT)))
    return Composing(name=str(told.get("title") or target.name), obstacle=stands.obstacle, notices=notices)
