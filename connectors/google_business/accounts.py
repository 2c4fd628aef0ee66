"""The person, the accounts, and every location they open.

Source: https://developers.google.com/my-business/reference/accountmanagement/rest/v1/accounts/list and
https://developers.google.com/my-business/reference/businessinformation/rest/v1/accounts.locations/list, read 2026-11-21. A person's own
account lists only what it owns itself, so every account is walked; a location that several accounts open is told once. Posts
need the account's name too, so it is kept with the place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from connectors.errors import ConnectorError, ReconnectRequired
from connectors.google_business import standing
from connectors.google_business.errors import is_gone
from connectors.google_business.google import Google
from connectors.google_business.hosts import PLATFORM, Api
from connectors.google_business.names import ACCOUNT, LOCATION
from connectors.types import FoundDestination
from foundation.side_by_side import SideBySide

KIND: Final = "google_business_location"
ACCOUNTS_AT_ONCE: Final = "20"
LOCATIONS_AT_ONCE: Final = "100"
READ_MASK: Final = "name,title,storeCode,languageCode,storefrontAddress,websiteUri,openInfo,metadata"
STANDING_MASK: Final = "name,title,openInfo,metadata"
#: So many locations without a voice are asked about one by one; the others get a general word.
MOST_ASKED: Final = 50


@dataclass(frozen=True, slots=True)
class Account:
    """One account through which locations are managed."""

    name: str
    title: str
    type: str = ""
    role: str = ""


def person(google: Google) -> Account:
    """Return the person's own account, which says who granted. Google lists it first."""
    found = list(_listed(google))
    if not found:
        raise ReconnectRequired(
            "This Google account manages no business profile.",
            remedy="Log in with the account that manages the business, or make a profile at business.google.com.",
            platform=PLATFORM,
            operation="list_accounts",
        )
    return next((account for account in found if account.type == "PERSONAL"), found[0])


def places(google: Google) -> list[FoundDestination]:
    """Return every location of every account, in the order Google lists them."""
    found: dict[str, tuple[Account, dict[str, Any]]] = {}
    for account, location in _everywhere(google, READ_MASK):
        name = str(location.get("name") or "")
        if LOCATION.fullmatch(name):
            found.setdefault(name, (account, location))
    stands = {name: standing.on_record(location) for name, (_, location) in found.items()}
    without_voice = [name for name, known in stands.items() if known is None][:MOST_ASKED]
    with SideBySide() as beside:
        asked = {name: beside.ask(partial(standing.particulars, google, found[name][1])) for name in without_voice}
        stands |= {name: answer.result() for name, answer in asked.items()}
    return [_place(account, location, stands[name] or standing.silent()) for name, (account, location) in found.items()]


def account_of(google: Google, location: str) -> str:
    """Return the account that opens a location now; an empty text when none does."""
    opened = (account.name for account, told in _everywhere(google, "name") if told.get("name") == location)
    return next(opened, "")


def locations_of(google: Google, account: str, mask: str = STANDING_MASK) -> dict[str, dict[str, Any]]:
    """Return the locations of one account by name."""
    return {str(location.get("name") or ""): location for location in _locations(google, account, mask)}


def _everywhere(google: Google, mask: str) -> Iterator[tuple[Account, dict[str, Any]]]:
    """Yield every location with its account. An account that may not be looked into stands in no other's way."""
    refused: ConnectorError | None = None
    opened = False
    with SideBySide() as beside:
        asked = [(one, beside.ask(partial(_opened_by, google, one, mask))) for one in _listed(google)]
        for account, answer in asked:
            locations, trouble = answer.result()
            yield from ((account, location) for location in locations)
            refused, opened = trouble or refused, opened or trouble is None
    if refused is not None and not opened:
        raise refused


def _opened_by(google: Google, account: Account, mask: str) -> tuple[list[dict[str, Any]], ConnectorError | None]:
    """Return the locations of one account, as far as it may be looked into, and what kept us from more."""
    found: list[dict[str, Any]] = []
    try:
        found.extend(_locations(google, account.name, mask))
    except ReconnectRequired as error:
        if error.connection_ended or error.missing_scope:
            raise
        return found, error
    except ConnectorError as error:
        if not is_gone(error):
            raise
        return found, error
    return found, None


def _listed(google: Google) -> Iterator[Account]:
    query = [("pageSize", ACCOUNTS_AT_ONCE)]
    for told in google.items(Api.ACCOUNTS, "accounts", "accounts", operation="list_accounts", query=query):
        name = str(told.get("name") or "")
        if ACCOUNT.fullmatch(name):
            title = str(told.get("accountName") or "") or "Google account"
            yield Account(name, title, str(told.get("type") or ""), str(told.get("role") or ""))


def _locations(google: Google, account: str, mask: str) -> Iterator[dict[str, Any]]:
    query = [("readMask", mask), ("pageSize", LOCATIONS_AT_ONCE)]
    return google.items(Api.LOCATIONS, f"{account}/locations", "locations", operation="list_locations", query=query)


def _place(account: Account, location: Mapping[str, Any], stands: standing.Standing) -> FoundDestination:
    metadata, address = (_object(location.get(key)) for key in ("metadata", "storefrontAddress"))
    title, town = str(location.get("title") or "Location"), str(address.get("locality") or "")
    facts = {
        "account": account.name,
        "account_name": account.title,
        "account_role": account.role,
        "standing": stands.word,
        "notice": stands.notice,
        "language": str(location.get("languageCode") or ""),
        "store_code": str(location.get("storeCode") or ""),
        "town": town,
        "region": str(address.get("regionCode") or ""),
        "website": str(location.get("websiteUri") or ""),
        "maps_url": str(metadata.get("mapsUri") or ""),
        "review_url": str(metadata.get("newReviewUri") or ""),
    }
    return FoundDestination(
        kind=KIND,
        external_id=str(location["name"]),
        # Many locations of one business bear the same title.
        name=f"{title}, {town}" if town else title,
        username=facts["store_code"],
        url=facts["maps_url"],
        obstacle=stands.obstacle,
        facts={key: value for key, value in facts.items() if value},
    )


def _object(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {}
