"""The views of publishing: how much went out how fast, hour by hour, and what waits for a person."""

from monitoring.reports.dialects import Dialect, rounded, share
from monitoring.reports.percentiles import percentile

#: A letter that only the operator, or a look at the platform, can settle; the others ask their author or tenant.
DEAD = "(d.who = 'operator' OR d.kind = 'outcome_unknown')"


def publish_performance(say: Dialect) -> str:
    """Return ``api_publish_performance``."""
    latency = say.seconds("j.published_at", "j.planned_at")
    took = "CASE WHEN f.latency_s > 0 THEN f.latency_s ELSE 0 END"
    return f"""
SELECT r.tenant_id, r.platform, r.hour,
  SUM(r.published) AS published, SUM(r.failed) AS failed, SUM(r.dead) AS dead_lettered,
  {share("SUM(r.published)", "SUM(r.published + r.failed + r.dead)")} AS success_rate,
  {rounded("AVG(r.latency_s)", 3)} AS latency_s_avg,
  {rounded(percentile(50, "r.latency_s"), 3)} AS latency_s_p50,
  {rounded(percentile(95, "r.latency_s"), 3)} AS latency_s_p95,
  {rounded(percentile(99, "r.latency_s"), 3)} AS latency_s_p99,
  {rounded("AVG(r.tries)", 2)} AS tries_avg
FROM (
  SELECT f.tenant_id, f.platform, f.hour, f.published, f.failed, f.dead, f.latency_s, f.tries,
    CASE WHEN f.published = 1 THEN ROW_NUMBER() OVER (
      PARTITION BY f.tenant_id, f.platform, f.hour, f.published ORDER BY f.latency_s
    ) END AS so_far,
    COUNT(f.latency_s) OVER (PARTITION BY f.tenant_id, f.platform, f.hour, f.published) AS total
  FROM (
    SELECT f.tenant_id, f.platform, f.hour, 1 AS published, 0 AS failed, 0 AS dead, {took} AS latency_s, f.tries
    FROM (
      SELECT j.tenant_id, j.platform_id AS platform, {say.hour("j.published_at")} AS hour, {latency} AS latency_s,
        j.tries + 1 AS tries
      FROM publish_jobs j WHERE j.role = 'post' AND j.published_at >= {say.ago(days=30)}
    ) f
    UNION ALL
    SELECT d.tenant_id, d.platform_id, {say.hour("d.opened_at")}, 0,
      CASE WHEN {DEAD} THEN 0 ELSE 1 END, CASE WHEN {DEAD} THEN 1 ELSE 0 END, NULL, NULL
    FROM dead_letters d JOIN publish_jobs j ON j.id = d.job_id AND j.role = 'post'
    WHERE d.opened_at >= {say.ago(days=30)}
  ) f
) r GROUP BY r.tenant_id, r.platform, r.hour
"""


def dlq_status(say: Dialect) -> str:
    """Return ``api_dlq_status``."""
    closed = "SUM(CASE WHEN d.resolution = '{0}' THEN 1 ELSE 0 END)"
    groups = "tenant_id, platform_id, fingerprint"
    return f"""
SELECT o.tenant_id, o.platform_id AS platform, o.fingerprint, o.kind, o.cause, o.remedy, o.who,
  o.open, o.opened_24h, o.oldest_open_at, o.newest_open_at,
  COALESCE(c.redriven, 0) AS redriven_7d, COALESCE(c.discarded, 0) AS discarded_7d,
  COALESCE(c.confirmed_live, 0) AS confirmed_live_7d
FROM (
  SELECT d.tenant_id, d.platform_id, d.fingerprint, COUNT(*) AS open,
    SUM(CASE WHEN d.opened_at >= {say.ago(days=1)} THEN 1 ELSE 0 END) AS opened_24h,
    MIN(d.opened_at) AS oldest_open_at, MAX(d.opened_at) AS newest_open_at,
    MAX(CASE WHEN d.place = 1 THEN d.kind END) AS kind, MAX(CASE WHEN d.place = 1 THEN d.cause END) AS cause,
    MAX(CASE WHEN d.place = 1 THEN d.remedy END) AS remedy, MAX(CASE WHEN d.place = 1 THEN d.who END) AS who
  FROM (
    SELECT tenant_id, platform_id, fingerprint, opened_at, kind, cause, remedy, who,
      ROW_NUMBER() OVER (PARTITION BY {groups} ORDER BY opened_at DESC, id DESC) AS place
    FROM dead_letters WHERE closed_at IS NULL
  ) d GROUP BY d.tenant_id, d.platform_id, d.fingerprint
) o
LEFT JOIN (
  SELECT {groups}, {closed.format("redriven")} AS redriven, {closed.format("discarded")} AS discarded,
    {closed.format("confirmed_live")} AS confirmed_live
  FROM dead_letters d WHERE d.closed_at >= {say.ago(days=7)} GROUP BY {groups}
) c ON c.tenant_id = o.tenant_id AND c.platform_id = o.platform_id AND c.fingerprint = o.fingerprint
"""
