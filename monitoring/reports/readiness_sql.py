"""The view of platforms: which can be published to now, why not, and what waits for them."""

from monitoring.reports.dialects import Dialect
from monitoring.reports.tallies_sql import PUBLISH, lately

#: As ``publishing.selectors.OVERDUE``: due so long ago, and taken by no worker.
LATE_SECONDS = 60


def connector_readiness(say: Dialect) -> str:
    """Return ``api_connector_readiness``."""
    ended = f"t.version_sunset_on <= {say.today}"
    late = say.ago(seconds=LATE_SECONDS)
    # Jobs that wait are in one of two partial indexes, by whether their moment has come.
    waiting = (
        "SELECT platform_id, tenant_id, role, due_at, in_order, lease_token FROM publish_jobs"
        " WHERE due_at IS NOT NULL AND ready = {0}"
    )
    # As ``publishing.parked.jobs_on``: what a switch holds is not late. Asked once for all jobs of a tenant there.
    held = """EXISTS (SELECT 1 FROM feature_flags f WHERE f.standing <> 'on'
      AND (f.name IN ('publishing', 'platform.' || g.platform_id) OR (f.name = 'first_comments' AND g.role = 'first_comment'))
      AND (f.standing = 'off' OR (f.standing = 'off_for') =
        EXISTS (SELECT 1 FROM feature_flag_tenants l WHERE l.flag_id = f.id AND l.tenant_id = g.tenant_id)))"""
    return f"""
SELECT p.slug AS platform, p.name, p.enabled, COALESCE(t.configured, {say.false}) AS configured,
  CASE WHEN p.enabled AND COALESCE(t.configured, {say.false}) AND NOT COALESCE({ended}, {say.false})
    THEN {say.true} ELSE {say.false} END AS ready,
  CASE
    WHEN NOT p.enabled THEN 'It is switched off.'
    WHEN t.platform_id IS NULL THEN 'No process of the hub has told of it yet.'
    WHEN NOT t.configured THEN t.reason
    WHEN {ended} THEN 'The version of its API that the hub speaks has ended.'
    ELSE '' END AS reason,
  CASE
    WHEN NOT p.enabled THEN 'Switch it on: manage.py flags set platform.' || p.slug || ' on'
    WHEN t.platform_id IS NULL THEN 'Start a worker and the scheduler.'
    WHEN NOT t.configured THEN t.remedy
    WHEN {ended} THEN t.version_remedy
    ELSE '' END AS remedy,
  COALESCE(t.api_version, '') AS api_version, t.version_sunset_on, {say.days_until("t.version_sunset_on")} AS days_left,
  COALESCE(c.connections, 0) AS connections, COALESCE(c.healthy, 0) AS healthy_connections,
  COALESCE(w.waiting, 0) AS jobs_waiting,
  CASE WHEN p.enabled THEN COALESCE(w.late, 0) ELSE 0 END AS jobs_late,
  (SELECT MAX(l.at) FROM (
    SELECT MAX(h.last_published_at) AS at FROM publish_hours h WHERE h.platform = p.slug AND h.last_published_at IS NOT NULL
    UNION ALL
    SELECT r.at
  ) l) AS last_published_at,
  (SELECT MAX(d.opened_at) FROM dead_letters d WHERE d.platform_id = p.slug) AS last_failed_at,
  t.told_at
FROM connector_platforms p
LEFT JOIN platform_readiness t ON t.platform_id = p.slug
LEFT JOIN (
  SELECT platform_id, COUNT(*) AS connections, SUM(CASE WHEN health = 'healthy' THEN 1 ELSE 0 END) AS healthy
  FROM connections WHERE status <> 'inactive' GROUP BY platform_id
) c ON c.platform_id = p.slug
LEFT JOIN (
  SELECT platform, MAX(last_published_at) AS at FROM report_publish_tallies
  WHERE {lately(PUBLISH, say)} GROUP BY platform
) r ON r.platform = p.slug
LEFT JOIN (
  SELECT g.platform_id, SUM(g.waiting) AS waiting, SUM(CASE WHEN g.late > 0 AND NOT {held} THEN g.late ELSE 0 END) AS late
  FROM (
    SELECT q.platform_id, q.tenant_id, q.role, COUNT(*) AS waiting,
      SUM(CASE WHEN q.due_at < {late} AND q.lease_token IS NULL AND NOT q.in_order THEN 1 ELSE 0 END) AS late
    FROM ({waiting.format(say.true)} UNION ALL {waiting.format(say.false)}) q GROUP BY q.platform_id, q.tenant_id, q.role
  ) g GROUP BY g.platform_id
) w ON w.platform_id = p.slug
"""
