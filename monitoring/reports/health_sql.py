"""The views of health: how each platform's accounts are, and how their checks went hour by hour."""

from monitoring.reports.dialects import Dialect, rounded, share
from monitoring.reports.percentiles import percentile


def health_summary(say: Dialect) -> str:
    """Return ``api_connector_health_summary``."""
    standing = "SUM(CASE WHEN {0} THEN 1 ELSE 0 END)"
    living = "c.status <> 'inactive'"
    return f"""
SELECT a.tenant_id, a.platform, a.connections, a.active, a.attention, a.inactive,
  a.healthy, a.degraded, a.unhealthy, a.unchecked, a.last_checked_at, a.oldest_check_at,
  COALESCE(s.checks, 0) AS checks_24h, COALESCE(s.failed, 0) AS failed_checks_24h,
  {share("s.checks - s.failed", "s.checks")} AS success_rate_24h,
  {rounded("s.latency_sum / s.checks", 1)} AS latency_ms_avg_24h,
  {rounded("s.p95", 1)} AS latency_ms_p95_24h
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
  SELECT r.tenant_id, r.platform, COUNT(*) AS checks, SUM(CASE WHEN r.state = 'healthy' THEN 0 ELSE 1 END) AS failed,
    CAST(SUM(r.latency_ms) AS double precision) AS latency_sum, {percentile(95, "r.latency_ms")} AS p95
  FROM (
    SELECT h.tenant_id, h.platform, h.state, h.latency_ms,
      ROW_NUMBER() OVER (PARTITION BY h.tenant_id, h.platform ORDER BY h.latency_ms) AS so_far,
      COUNT(*) OVER (PARTITION BY h.tenant_id, h.platform) AS total
    FROM connection_health_log h WHERE h.checked_at >= {say.ago(days=1)}
  ) r GROUP BY r.tenant_id, r.platform
) s ON s.tenant_id = a.tenant_id AND s.platform = a.platform
"""


def health_check_trends(say: Dialect) -> str:
    """Return ``api_health_check_trends``."""
    state = "SUM(CASE WHEN r.state = '{0}' THEN 1 ELSE 0 END)"
    return f"""
SELECT r.tenant_id, r.platform, r.hour, COUNT(*) AS checks,
  {state.format("healthy")} AS healthy, {state.format("degraded")} AS degraded, {state.format("unhealthy")} AS unhealthy,
  {share(state.format("healthy"), "COUNT(*)")} AS success_rate,
  {rounded("AVG(r.latency_ms)", 1)} AS latency_ms_avg,
  {rounded(percentile(95, "r.latency_ms"), 1)} AS latency_ms_p95
FROM (
  SELECT h.tenant_id, h.platform, h.hour, h.state, h.latency_ms,
    ROW_NUMBER() OVER (PARTITION BY h.tenant_id, h.platform, h.hour ORDER BY h.latency_ms) AS so_far,
    COUNT(*) OVER (PARTITION BY h.tenant_id, h.platform, h.hour) AS total
  FROM (
    SELECT tenant_id, platform, {say.hour("checked_at")} AS hour, state, latency_ms
    FROM connection_health_log WHERE checked_at >= {say.ago(days=30)}
  ) h
) r GROUP BY r.tenant_id, r.platform, r.hour
"""
