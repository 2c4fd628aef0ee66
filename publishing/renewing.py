"""A token that a platform refuses may only be stale: refresh it once, and try again with the fresh one."""

from typing import Final

from connectors.refreshing import Outcome, refresh_connection
from publishing.journal import Clock, JobJournal
from publishing.ledger import Claimed

_KEY: Final = "_refreshed_version"


def renew_token(claimed: Claimed, journal: JobJournal, *, clock: Clock) -> Outcome:
    """Refresh the tokens of a job's connection, unless that was done for this very job and did not help.

    Calls the platform, so it asks for a whole lease first; raises ``LeaseLost`` when the job is no longer ours.
    """
    grant = claimed.job.destination.connection
    noted = journal.recall(_KEY)
    if isinstance(noted, int) and grant.token_version <= noted + 1:
        return Outcome.ENDED
    journal.renew()
    outcome = refresh_connection(
        connection_id=grant.pk, reason="refused while publishing", clock=clock, seen_version=grant.token_version
    )
    if outcome is Outcome.REFRESHED:
        journal.note(_KEY, grant.token_version)
    return outcome
