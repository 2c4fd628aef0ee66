"""The views of health: how each platform's accounts are, and how their checks went hour by hour."""

from monitoring.reports.dialects import Dialect, once, rounded, share
from monitoring.reports.steps import percentile
from monitoring.reports.tallies_sql import HEALTH, health_tallies, lately, within_horizon


def health_summary(say: Dialect) -> str:
    """Return ``api_connector_health_summary``.

    Of the last 24 hours the first, which is half outside, is read from the log itself; the others are tallied.
    """
    standing = "SUM(CASE WHEN {0} THEN 1 ELSE 0 END)"
    living = "c.status <> 'inactive'"
    day, next_hour = once(say.ago(days=1)), once(say.next_hour(say.ago(days=1)))
    columns = "tenant_id, platform, latency_ms, healthy, degraded, unhealthy, latency_ms_sum"
    tallies = f"""
    SELECT {columns} FROM report_health_tallies WHERE hour >= {next_hour}
    UNION ALL
    SELECT {columns} FROM ({health_tallies(say, day, next_hour)}) e"""
    return f"""
SELECT a.tenant_id, a.platform, a.connections, a.active, a.attention, a.inactive,
  a.healthy, a.degraded, a.unhealthy, a.unchecked, a.last_checked_at, a.oldest_check_at,
  COALESCE(s.checks, 0) AS checks_24h, COALESCE(s.checks - s.healthy, 0) AS failed_checks_24h,
  {share("s.healthy", "s.checks")} AS success_rate_24h,
  {rounded("CAST(s.latency_ms_sum AS double precision) / s.checks", 1)} AS latency_ms_avg_24h,
  CAST(s.p95_ms AS double precision) AS latency_ms_p95_24h
FROM (
  SELECT c.tenant_id, c.platform_id AS platform, COUNT(*) AS connections,
    {standing.format("c.status = 'active'")} AS active,
    {standing.format("c.status = 'attention'")} AS attention,
    {standing.format("c.status = 'inactive'")} AS inactive,
    {standing.format(f"{living} AND c.health = 'healthy'")} AS healthy,
    {standing.format(f"{living} AND c.health = 'degraded'")} AS degraded,
    {standing.format(f"{living} AND c.health = 'unhealthy'")} AS unhealthy,
    {standing.format(f"{living} AND c.health = ''")} AS unchecked,
    MAX(c.health_checked_at) AS last_checked_at,
    MIN(CASE WHEN {living} THEN c.health_checked_at END) AS oldest_check_at
  FROM connections c GROUP BY c.tenant_id, c.platform_id
) a
LEFT JOIN (
  {_summed("tenant_id, platform", tallies)}
) s ON s.tenant_id = a.tenant_id AND s.platform = a.platform
"""


def health_check_trends(say: Dialect) -> str:
    """Return ``api_health_check_trends``: hours that are over as they were summed up, the others from their tallies."""
    checks = "(h.healthy + h.degraded + h.unhealthy)"
    columns = "tenant_id, platform, hour, healthy, degraded, unhealthy, latency_ms_sum, p95_ms"
    return f"""
SELECT h.tenant_id, h.platform, h.hour, {checks} AS checks, h.healthy, h.degraded, h.unhealthy,
  {share("h.healthy", checks)} AS success_rate,
  {rounded(f"CAST(h.latency_ms_sum AS double precision) / NULLIF({checks}, 0)", 1)} AS latency_ms_avg,
  CAST(h.p95_ms AS double precision) AS latency_ms_p95, h.latency_ms_sum
FROM (
  SELECT {columns} FROM health_hours WHERE {within_horizon(say)}
  UNION ALL
  SELECT {columns} FROM ({health_hours(f"SELECT * FROM report_health_tallies WHERE {lately(HEALTH, say)}")}) o
) h
"""


def health_hours(tallies: str) -> str:
    """Return hours made of tallies."""
    return _summed("tenant_id, platform, hour", tallies)


def _summed(whose: str, tallies: str) -> str:
    counts = ", ".join(f"CAST(SUM({name}) AS integer) AS {name}" for name in ("healthy", "degraded", "unhealthy"))
    return f"""
SELECT {whose}, CAST(SUM(checks) AS bigint) AS checks, {counts},
  CAST(SUM(latency_ms_sum) AS bigint) AS latency_ms_sum, {percentile(95)} AS p95_ms
FROM (
  SELECT {whose}, latency_ms, healthy, degraded, unhealthy, healthy + degraded + unhealthy AS checks, latency_ms_sum,
    SUM(healthy + degraded + unhealthy) OVER (PARTITION BY {whose} ORDER BY latency_ms) AS so_far,
    SUM(healthy + degraded + unhealthy) OVER (PARTITION BY {whose}) AS total
  FROM ({tallies}) t
) r GROUP BY {whose}"""
