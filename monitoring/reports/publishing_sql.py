"""The views of publishing: how much went out how fast, hour by hour, and what waits for a person."""

from monitoring.reports.dialects import Dialect, rounded, share
from monitoring.reports.steps import percentile
from monitoring.reports.tallies_sql import PUBLISH, lately, letters, since_mark, within_horizon


def publish_performance(say: Dialect) -> str:
    """Return ``api_publish_performance``: hours that are over as they were summed up, the others from their tallies."""
    closed = since_mark(PUBLISH, "closed", say)
    columns = (
        "tenant_id, platform, hour, published, failed, dead_lettered, latency_ms_sum, tries_sum, p50_ms, p95_ms, p99_ms"
    )
    recent = publish_hours(
        f"SELECT * FROM report_publish_tallies WHERE {lately(PUBLISH, say)}", letters(say, closed, say.tomorrow)
    )
    return f"""
SELECT h.tenant_id, h.platform, h.hour, h.published, h.failed, h.dead_lettered,
  {share("h.published", "(h.published + h.failed + h.dead_lettered)")} AS success_rate,
  {_seconds("CAST(h.latency_ms_sum AS double precision) / NULLIF(h.published, 0)")} AS latency_s_avg,
  {_seconds("h.p50_ms")} AS latency_s_p50, {_seconds("h.p95_ms")} AS latency_s_p95, {_seconds("h.p99_ms")} AS latency_s_p99,
  {rounded("CAST(h.tries_sum AS double precision) / NULLIF(h.published, 0)", 2)} AS tries_avg,
  CAST(h.latency_ms_sum AS double precision) / 1000 AS latency_s_sum, h.tries_sum
FROM (
  SELECT {columns} FROM publish_hours WHERE {within_horizon(say)}
  UNION ALL
  SELECT {columns} FROM ({recent}) o
) h
"""


def publish_hours(tallies: str, failures: str) -> str:
    """Return hours made of tallies and of what failed in the same span."""
    whose = "tenant_id, platform, hour"
    return f"""
SELECT {whose}, CAST(SUM(published) AS integer) AS published, CAST(SUM(failed) AS integer) AS failed,
  CAST(SUM(dead_lettered) AS integer) AS dead_lettered, CAST(SUM(latency_ms_sum) AS bigint) AS latency_ms_sum,
  CAST(SUM(tries_sum) AS bigint) AS tries_sum,
  {percentile(50)} AS p50_ms, {percentile(95)} AS p95_ms, {percentile(99)} AS p99_ms,
  MAX(last_published_at) AS last_published_at
FROM (
  SELECT {whose}, latency_ms, published, failed, dead_lettered, latency_ms_sum, tries_sum, last_published_at,
    SUM(published) OVER (PARTITION BY {whose} ORDER BY latency_ms) AS so_far,
    SUM(published) OVER (PARTITION BY {whose}) AS total
  FROM (
    SELECT {whose}, latency_ms, published, 0 AS failed, 0 AS dead_lettered, latency_ms_sum, tries_sum, last_published_at
    FROM ({tallies}) t
    UNION ALL
    SELECT {whose}, NULL, 0, failed, dead_lettered, 0, 0, NULL FROM ({failures}) f
  ) b
) r GROUP BY {whose}"""


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
    SELECT {groups}, opened_at, kind, cause, remedy, who,
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


def _seconds(milliseconds: str) -> str:
    return rounded(f"({milliseconds}) / 1000.0", 3)
