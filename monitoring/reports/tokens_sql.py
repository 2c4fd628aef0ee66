"""The view of tokens: when each ends, when the hub renews it, and whether it does."""

from typing import Final

from monitoring.reports.dialects import Dialect

#: A renewal is overdue when it was due so long ago; the sweep comes by each minute.
OVERDUE_MINUTES: Final = 15


def token_health(say: Dialect) -> str:
    """Return ``api_token_health``."""
    return f"""
SELECT c.tenant_id, c.platform_id AS platform, c.id AS connection_id, c.display_name, c.status,
  CASE
    WHEN c.status = 'attention' THEN 'attention'
    WHEN c.access_expires_at <= {say.now} THEN 'expired'
    WHEN p.failures > 0 OR p.due_at < {say.ago(minutes=OVERDUE_MINUTES)} THEN 'overdue'
    WHEN p.due_at <= {say.now} OR p.held_until > {say.now} THEN 'due'
    WHEN c.access_expires_at IS NULL THEN 'no_expiry'
    ELSE 'valid'
  END AS state,
  c.access_expires_at AS expires_at,
  CAST({say.seconds("c.access_expires_at", say.now)} AS bigint) AS seconds_left,
  p.due_at AS refresh_due_at, p.grant_ends_at, c.refreshed_at, COALESCE(p.failures, 0) AS failures,
  COALESCE((
    SELECT r.outcome FROM token_refreshes r WHERE r.connection_id = c.id ORDER BY r.id DESC LIMIT 1
  ), '') AS last_outcome
FROM connections c LEFT JOIN token_plans p ON p.connection_id = c.id
WHERE c.status <> 'inactive'
"""
