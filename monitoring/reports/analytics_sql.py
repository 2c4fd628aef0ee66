"""The view of numbers: what the posts of a day came to at a destination, and what was counted of the destination itself.

It is read from the sums that summaries of long ranges are read from, so that both tell the same.
"""

from monitoring.analytics.vocabulary import SHOWN_OF_PLACES, SHOWN_OF_POSTS, VOCABULARY, Sum
from monitoring.reports.dialects import Dialect


def analytics_summary(say: Dialect) -> str:
    """Return ``api_analytics_summary``."""
    columns = [_column("post", "posts", metric) for metric in SHOWN_OF_POSTS]
    columns += [_column("place", "place", metric) for metric in SHOWN_OF_PLACES]
    names = [f"days.{prefix}_{name}" for prefix, shown in _SHOWN for name in shown]
    return f"""
SELECT days.tenant_id, days.platform_id AS platform, days.destination_id, d.name AS destination_name, days.day,
  days.posts, {", ".join(names)}
FROM (
  SELECT tenant_id, platform_id, destination_id, day,
    CAST(COALESCE(SUM(CASE WHEN told_of = 'sent' THEN told END), 0) AS integer) AS posts,
    {", ".join(columns)}
  FROM metric_sums WHERE span = 'day' GROUP BY tenant_id, platform_id, destination_id, day
) AS days JOIN destinations d ON d.id = days.destination_id
"""


_SHOWN = (("post", SHOWN_OF_POSTS), ("place", SHOWN_OF_PLACES))


def _column(prefix: str, of: str, metric: str) -> str:
    """Return a metric as a column. There is one sum of it in a day at most; what was not told is null, and never 0."""
    value = "total / told" if VOCABULARY[metric].sum is Sum.MEAN else "total"
    return f"MAX(CASE WHEN told_of = '{of}' AND metric = '{metric}' THEN {value} END) AS {prefix}_{metric}"
