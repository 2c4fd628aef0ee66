"""A token that a platform refuses may only be stale: refresh it once, and try again with the fresh one.

One that is about to end, or has ended, is not tried first.
"""

from typing import Final

from connectors.refreshing import Outcome, refresh_connection, refresh_ending
from connectors.token_times import ENDING
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


def renew_ending(claimed: Claimed, journal: JobJournal, *, clock: Clock) -> bool:
    """Refresh a token that would end while the job is done; return whether those read with the claim are stale now.

    Whatever keeps it from being refreshed keeps nobody from trying: the platform has the last word. Calls the platform, so
    it asks for a whole lease first; raises ``LeaseLost`` when the job is no longer ours.
    """
    grant = claimed.job.destination.connection
    if grant.access_expires_at is None or grant.access_expires_at - clock() > ENDING:
        return False
    journal.renew()
    outcome = refresh_ending(connection_id=grant.pk, clock=clock)
    if outcome is not None:
        journal.renew()
    # Others may have refreshed it since the claim, and their tokens are in the vault.
    return outcome is not Outcome.UNDER_WAY
