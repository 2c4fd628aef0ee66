"""The views by name, with what each is made of. ``docs/views.md`` tells of every column."""

from collections.abc import Callable
from typing import Final

from monitoring.reports import (
    analytics_sql,
    errors_sql,
    health_sql,
    publishing_sql,
    readiness_sql,
    tallies_sql,
    tokens_sql,
)
from monitoring.reports.dialects import DIALECTS, Dialect

VIEWS: Final[dict[str, Callable[[Dialect], str]]] = {
    "api_connector_health_summary": health_sql.health_summary,
    "api_recent_errors": errors_sql.recent_errors,
    "api_token_health": tokens_sql.token_health,
    "api_publish_performance": publishing_sql.publish_performance,
    "api_dlq_status": publishing_sql.dlq_status,
    "api_health_check_trends": health_sql.health_check_trends,
    "api_connector_readiness": readiness_sql.connector_readiness,
    "api_analytics_summary": analytics_sql.analytics_summary,
}

#: What views are made of that is worth reading by itself; they stand before those.
PARTS: Final[dict[str, Callable[[Dialect], str]]] = {
    "report_publish_tallies": tallies_sql.all_publish_tallies,
    "report_health_tallies": tallies_sql.all_health_tallies,
    "report_publish_totals": tallies_sql.all_publish_totals,
    "report_health_totals": tallies_sql.all_health_totals,
}


def statements(vendor: str) -> dict[str, str]:
    """Return for each view what makes it on this kind of database, those first that others are made of."""
    made = (PARTS | VIEWS).items()
    return {name: f"CREATE VIEW {name} AS {select(DIALECTS[vendor]).strip()}" for name, select in made}
