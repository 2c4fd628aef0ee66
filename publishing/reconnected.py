"""What waits at an account that was reconnected: jobs that failed because it had to be, and can go out now."""

from datetime import datetime

from django.db.models import QuerySet

from connectors.models import Connection
from publishing import redriving
from publishing.models import DeadLetter
from tenants.principal import Principal

#: What the drain calls a failure that only connecting the account anew can mend (``connectors.errors.ReconnectRequired``).
KIND = "reconnect_required"
#: One press sends so many; what is left is offered again.
MOST_AT_ONCE = 5000


def waiting(connection: Connection) -> int:
    """Return how many jobs can be sent again now; none while the account still waits for its person."""
    return _letters(connection).count() if connection.status == Connection.Status.ACTIVE else 0


def redrive(*, principal: Principal, connection: Connection, now: datetime) -> int:
    """Send what failed because this account had to be reconnected again; return how many jobs were. Audited, one by one.

    Pressed twice, it sends once. Raises ``Forbidden``.
    """
    if connection.status != Connection.Status.ACTIVE:
        return redriving.redrive(principal=principal, letters=[], now=now)
    letters = _letters(connection).select_related("job__post", "job__tenant").order_by("id")[:MOST_AT_ONCE]
    return redriving.redrive(principal=principal, letters=list(letters), now=now)


def _letters(connection: Connection) -> QuerySet[DeadLetter]:
    return DeadLetter.objects.filter(
        tenant_id=connection.tenant_id, closed_at=None, kind=KIND, job__destination__connection=connection
    )
