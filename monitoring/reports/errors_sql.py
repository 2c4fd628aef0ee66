"""The view of recent errors: whatever went wrong in the last days, wherever it did, with cause and remedy.

Every part says its words in the same type. Only then does PostgreSQL take the parts as one list, hand each what is asked of
the whole, and read the newest from all of them by their indexes.
"""

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
    parts = (_publish(say, since), _health(since), _token(say, since), _webhook_in(since), _webhook_out(since))
    return "\nUNION ALL\n".join(parts)


def _text(value: str) -> str:
    return f"CAST({value} AS varchar)"


def _publish(say: Dialect, since: str) -> str:
    # A job says who can mend its last failure; of those before it, nobody has to.
    who = "CASE WHEN j.state IN ('failed', 'dlq') AND a.number = j.attempt_count THEN j.error_who ELSE '' END"
    return f"""
SELECT a.id, a.opened_at AS occurred_at, {_text("'publish'")} AS source, j.tenant_id, j.platform_id AS platform,
  t.connection_id, j.destination_id, j.id AS job_id, j.id AS subject_id, a.error_kind AS kind,
  {_text(f"COALESCE({say.word('a.facts', 'code')}, '')")} AS code, a.cause, a.remedy, {_text(who)} AS who
FROM publish_attempts a
{say.looked_up("publish_jobs", "j", "j.id = a.job_id", "*")}
{say.looked_up("destinations", "t", "t.id = j.destination_id", "t.connection_id")}
WHERE a.error_kind <> '' AND a.opened_at >= {since}"""


def _health(since: str) -> str:
    arms = " ".join(f"WHEN '{code}' THEN '{_WHO.get(known.mended, 'tenant')}'" for code, known in sorted(CODES.items()))
    return f"""
SELECT h.id, h.checked_at, {_text("'health'")}, h.tenant_id, h.platform,
  h.connection_id, {_NO_ID}, {_NO_ID}, h.connection_id, h.state,
  h.code, h.cause, h.remedy, {_text(f"CASE h.code {arms} ELSE '' END")}
FROM connection_health_log h WHERE h.state <> 'healthy' AND h.checked_at >= {since}"""


def _token(say: Dialect, since: str) -> str:
    over = f"r.outcome = '{Outcome.ENDED}'"
    remedy = f"CASE WHEN {over} THEN 'Reconnect the account.' ELSE 'Nothing: it is tried again by itself.' END"
    return f"""
SELECT r.id, r.started_at, {_text("'token'")}, r.tenant_id, c.platform_id,
  r.connection_id, {_NO_ID}, {_NO_ID}, r.connection_id, r.outcome,
  {_text(f"COALESCE({say.word('r.facts', 'code')}, '')")}, r.cause,
  {_text(remedy)}, {_text(f"CASE WHEN {over} THEN 'tenant' ELSE '' END")}
FROM token_refreshes r JOIN connections c ON c.id = r.connection_id
WHERE r.outcome IN ('{Outcome.FAILED}', '{Outcome.ENDED}') AND r.started_at >= {since}"""


def _webhook_in(since: str) -> str:
    remedy = "'Mend the cause, then run: manage.py replay_webhooks --state failed'"
    return f"""
SELECT e.id, e.received_at, {_text("'webhook_in'")}, {_NO_ID}, e.platform_id,
  {_NO_ID}, {_NO_ID}, {_NO_ID}, e.id, e.kind,
  {_text("''")}, e.error, {_text(remedy)}, {_text("'operator'")}
FROM webhook_events e WHERE e.state = 'failed' AND e.received_at >= {since}"""


def _webhook_out(since: str) -> str:
    remedy = (
        "CASE WHEN w.state = 'failed' THEN 'Mend the receiving address, then replay the delivery.' "
        "ELSE 'Nothing: it is tried again by itself.' END"
    )
    return f"""
SELECT w.id, w.attempted_at, {_text("'webhook_out'")}, w.tenant_id, {_text("''")},
  {_NO_ID}, {_NO_ID}, {_NO_ID}, w.endpoint_id, w.state,
  {_text("COALESCE(CAST(w.last_status AS varchar), '')")}, w.last_error,
  {_text(remedy)}, {_text("CASE WHEN w.state = 'failed' THEN 'tenant' ELSE '' END")}
FROM webhook_deliveries w WHERE w.last_error <> '' AND w.attempted_at >= {since}"""
