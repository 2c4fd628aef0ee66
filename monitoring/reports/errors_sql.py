"""The view of recent errors: whatever went wrong in the last days, wherever it did, with cause and remedy."""

from typing import Final

from connectors.refreshing import Outcome
from monitoring.health_codes import CODES, Mended
from monitoring.reports.dialects import Dialect

DAYS: Final = 7
_NO_ID: Final = "CAST(NULL AS uuid)"
#: Who mends what a health check saw, in the words that dead letters use.
_WHO: Final = {Mended.BY_ITSELF: "", Mended.BY_OPERATOR: "operator"}


def recent_errors(say: Dialect) -> str:
    """Return ``api_recent_errors``."""
    since = say.ago(days=DAYS)
    return "\nUNION ALL\n".join(
        (_publish(say, since), _health(since), _token(say, since), _webhook_in(since), _webhook_out(since))
    )


def _publish(say: Dialect, since: str) -> str:
    # A job says who can mend its last failure; of those before it, nobody has to.
    who = "CASE WHEN j.state IN ('failed', 'dlq') AND a.number = j.attempt_count THEN j.error_who ELSE '' END"
    return f"""
SELECT a.id, a.opened_at AS occurred_at, 'publish' AS source, j.tenant_id, j.platform_id AS platform,
  t.connection_id, j.destination_id, j.id AS job_id, j.id AS subject_id, a.error_kind AS kind,
  COALESCE(CAST({say.word("a.facts", "code")} AS text), '') AS code, a.cause, a.remedy, {who} AS who
FROM publish_attempts a JOIN publish_jobs j ON j.id = a.job_id JOIN destinations t ON t.id = j.destination_id
WHERE a.error_kind <> '' AND a.opened_at >= {since}"""


def _health(since: str) -> str:
    arms = " ".join(f"WHEN '{code}' THEN '{_WHO.get(known.mended, 'tenant')}'" for code, known in sorted(CODES.items()))
    return f"""
SELECT h.id, h.checked_at, 'health', h.tenant_id, h.platform,
  h.connection_id, {_NO_ID}, {_NO_ID}, h.connection_id, h.state,
  h.code, h.cause, h.remedy, CASE h.code {arms} ELSE '' END
FROM connection_health_log h WHERE h.state <> 'healthy' AND h.checked_at >= {since}"""


def _token(say: Dialect, since: str) -> str:
    return f"""
SELECT r.id, r.started_at, 'token', r.tenant_id, c.platform_id,
  r.connection_id, {_NO_ID}, {_NO_ID}, r.connection_id, r.outcome,
  COALESCE(CAST({say.word("r.facts", "code")} AS text), ''), r.cause,
  CASE WHEN r.outcome = '{Outcome.ENDED}' THEN 'Reconnect the account.' ELSE 'Nothing: it is tried again by itself.' END,
  CASE WHEN r.outcome = '{Outcome.ENDED}' THEN 'tenant' ELSE '' END
FROM token_refreshes r JOIN connections c ON c.id = r.connection_id
WHERE r.outcome IN ('{Outcome.FAILED}', '{Outcome.ENDED}') AND r.started_at >= {since}"""


def _webhook_in(since: str) -> str:
    return f"""
SELECT e.id, e.received_at, 'webhook_in', {_NO_ID}, e.platform_id,
  {_NO_ID}, {_NO_ID}, {_NO_ID}, e.id, e.kind,
  '', e.error, 'Mend the cause, then run: manage.py replay_webhooks --state failed', 'operator'
FROM webhook_events e WHERE e.state = 'failed' AND e.received_at >= {since}"""


def _webhook_out(since: str) -> str:
    return f"""
SELECT w.id, w.attempted_at, 'webhook_out', w.tenant_id, '',
  {_NO_ID}, {_NO_ID}, {_NO_ID}, w.endpoint_id, w.state,
  COALESCE(CAST(w.last_status AS text), ''), w.last_error,
  CASE WHEN w.state = 'failed' THEN 'Mend the receiving address, then replay the delivery.'
    ELSE 'Nothing: it is tried again by itself.' END,
  CASE WHEN w.state = 'failed' THEN 'tenant' ELSE '' END
FROM webhook_deliveries w WHERE w.last_error <> '' AND w.attempted_at >= {since}"""
