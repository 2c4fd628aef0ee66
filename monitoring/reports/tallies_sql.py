"""How facts become tallies: what a fact is, when it happened, and what is counted of it. Written once for folding and for the views.

A fact never changes its moment: a post stays published, a dead letter opened, a check made. So what happened before a mark is
added up once, and what happened since is read from the facts themselves, by their indexes.
"""

from collections.abc import Mapping
from typing import Final

from monitoring.reports.dialects import Dialect, once
from monitoring.reports.steps import step_of

PUBLISH: Final = "publish"
HEALTH: Final = "health"
#: So far back the views tell of hours.
DAYS: Final = 30

#: A letter that only the operator, or a look at the platform, can settle; the others ask their author or tenant.
_DEAD: Final = "(d.who = 'operator' OR d.kind = 'outcome_unknown')"


def mark(name: str, column: str, say: Dialect) -> str:
    """Return how far a roll-up has come (``until`` or ``closed``); where there is none yet, long ago."""
    return f"COALESCE((SELECT m.{column} FROM report_marks m WHERE m.name = '{name}'), {say.long_ago})"


def within_horizon(say: Dialect) -> str:
    """Return what holds for hours that the views tell of.

    Said without a query of its own, and without cutting off minutes: so a planner can tell that nearly all rows are meant, and
    looking at each of them costs a comparison.
    """
    return f"hour > {say.ago(hours=24 * DAYS + 1)}"


def lately(name: str, say: Dialect) -> str:
    """Return what holds for hours that are not closed yet; the bound that says nothing tells a planner that few rows are meant."""
    return f"hour >= {since_mark(name, 'closed', say)} AND hour < {say.tomorrow}"


def since_mark(name: str, column: str, say: Dialect) -> str:
    """Return from when on the views read what a roll-up does not hold yet."""
    return once(f"{say.greatest}({mark(name, column, say)}, {say.hour(say.ago(days=DAYS))})")


def publish_tallies(say: Dialect, since: str, before: str) -> str:
    """Return the tallies of what was published in a span, by tenant, hour, platform and step.

    Asked tenant by tenant, for that is what the index of ``publish_jobs`` begins with; one by moment would cost each job.
    """
    took = say.milliseconds("j.published_at", "j.planned_at")
    return f"""
SELECT f.tenant_id, f.platform, f.hour, CAST({step_of("f.took")} AS bigint) AS latency_ms, CAST(COUNT(*) AS integer) AS published,
  CAST(SUM(CASE WHEN f.took > 0 THEN f.took ELSE 0 END) AS bigint) AS latency_ms_sum,
  CAST(SUM(f.tries) AS bigint) AS tries_sum, MAX(f.published_at) AS last_published_at
FROM (
  SELECT j.tenant_id, j.platform_id AS platform, {say.hour("j.published_at")} AS hour, {took} AS took,
    j.tries + 1 AS tries, j.published_at
  FROM tenants t JOIN publish_jobs j ON j.tenant_id = t.id
  WHERE j.published_at >= {since} AND j.published_at < {before} AND j.role = 'post'
) f GROUP BY f.tenant_id, f.platform, f.hour, {step_of("f.took")}"""


def letters(say: Dialect, since: str, before: str) -> str:
    """Return how many posts needed a person in a span, by tenant, hour and platform.

    Asked platform by platform, for that is what the index begins with.
    """
    return f"""
SELECT d.tenant_id, d.platform_id AS platform, {say.hour("d.opened_at")} AS hour,
  CAST(SUM(CASE WHEN {_DEAD} THEN 0 ELSE 1 END) AS integer) AS failed,
  CAST(SUM(CASE WHEN {_DEAD} THEN 1 ELSE 0 END) AS integer) AS dead_lettered
FROM connector_platforms p JOIN dead_letters d ON d.platform_id = p.slug
JOIN publish_jobs j ON j.id = d.job_id AND j.role = 'post'
WHERE d.opened_at >= {since} AND d.opened_at < {before}
GROUP BY d.tenant_id, d.platform_id, {say.hour("d.opened_at")}"""


def health_tallies(say: Dialect, since: str, before: str) -> str:
    """Return the tallies of checks in a span, by tenant, hour, platform and step."""
    state = "CAST(SUM(CASE WHEN h.state = '{0}' THEN 1 ELSE 0 END) AS integer)"
    return f"""
SELECT h.tenant_id, h.platform, {say.hour("h.checked_at")} AS hour, CAST({step_of("h.latency_ms")} AS bigint) AS latency_ms,
  {state.format("healthy")} AS healthy, {state.format("degraded")} AS degraded, {state.format("unhealthy")} AS unhealthy,
  CAST(SUM(h.latency_ms) AS bigint) AS latency_ms_sum
FROM connection_health_log h
WHERE h.checked_at >= {since} AND h.checked_at < {before}
GROUP BY h.tenant_id, h.platform, {say.hour("h.checked_at")}, {step_of("h.latency_ms")}"""


def publish_totals(tallies: str) -> str:
    """Return tallies of all tenants together."""
    return _together(tallies, {"published": "integer", "latency_ms_sum": "bigint", "tries_sum": "bigint"})


def health_totals(tallies: str) -> str:
    """Return tallies of checks of all tenants together."""
    counts = dict.fromkeys(("healthy", "degraded", "unhealthy"), "integer")
    return _together(tallies, {**counts, "latency_ms_sum": "bigint"})


def _together(tallies: str, added: Mapping[str, str]) -> str:
    sums = ", ".join(f"CAST(SUM({name}) AS {kind}) AS {name}" for name, kind in added.items())
    return f"""
SELECT platform, hour, latency_ms, {sums}
FROM ({tallies}) each_tenant GROUP BY platform, hour, latency_ms"""


def all_publish_tallies(say: Dialect) -> str:
    """Return ``report_publish_tallies``: the tallies, and those of what happened since the mark."""
    since = since_mark(PUBLISH, "until", say)
    return f"""
SELECT tenant_id, platform, hour, latency_ms, published, latency_ms_sum, tries_sum, last_published_at
FROM publish_tallies WHERE {within_horizon(say)}
UNION ALL
{publish_tallies(say, since, say.tomorrow)}"""


def all_health_tallies(say: Dialect) -> str:
    """Return ``report_health_tallies``: the tallies, and those of what happened since the mark."""
    since = since_mark(HEALTH, "until", say)
    return f"""
SELECT tenant_id, platform, hour, latency_ms, healthy, degraded, unhealthy, latency_ms_sum
FROM health_tallies WHERE {within_horizon(say)}
UNION ALL
{health_tallies(say, since, say.tomorrow)}"""


def all_publish_totals(say: Dialect) -> str:
    """Return ``report_publish_totals``: the totals, and those of what happened since the mark."""
    since = since_mark(PUBLISH, "until", say)
    return f"""
SELECT platform, hour, latency_ms, published, latency_ms_sum, tries_sum
FROM publish_totals WHERE {within_horizon(say)}
UNION ALL
{publish_totals(publish_tallies(say, since, say.tomorrow))}"""


def all_health_totals(say: Dialect) -> str:
    """Return ``report_health_totals``: the totals, and those of what happened since the mark."""
    since = since_mark(HEALTH, "until", say)
    return f"""
SELECT platform, hour, latency_ms, healthy, degraded, unhealthy, latency_ms_sum
FROM health_totals WHERE {within_horizon(say)}
UNION ALL
{health_totals(health_tallies(say, since, say.tomorrow))}"""
