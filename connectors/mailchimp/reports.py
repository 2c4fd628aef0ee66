"""Mailchimp's numbers as our metrics: of one campaign with its links, and of an audience.

Source: https://mailchimp.com/developer/marketing/api/reports/ and .../lists/, read 2026-11-21. Reports know campaigns that were sent, and
opens lag by half an hour; a campaign that waits has no numbers, and none are made up. Rates of reports are shares of one and
those of audiences are percents: all are told as shares. Programs open mails too (Apple's for everybody), so what Mailchimp counts
without them is told beside, where it tells it. Reports are Mailchimp's heaviest answers, so fields are always named.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from connectors.errors import ReconnectRequired, UnexpectedAnswer
from connectors.mailchimp import campaigns
from connectors.mailchimp.errors import is_gone
from connectors.mailchimp.rest import Rest, part, step, text
from connectors.types import Metric, Target

#: Figures of a report by their place in it, and our names. Views and reach are opens and those who opened.
REPORT: Final = {
    "emails_sent": "emails_sent",
    "opens.opens_total": "views",
    "opens.unique_opens": "reach",
    "opens.open_rate": "open_rate",
    "opens.proxy_excluded_opens": "views_without_proxies",
    "opens.proxy_excluded_unique_opens": "reach_without_proxies",
    "opens.proxy_excluded_open_rate": "open_rate_without_proxies",
    "clicks.clicks_total": "clicks",
    "clicks.unique_subscriber_clicks": "clickers",
    "clicks.click_rate": "click_rate",
    "unsubscribed": "unsubscribes",
    "abuse_reports": "complaints",
    "forwards.forwards_count": "shares",
}
BOUNCES: Final = ("hard_bounces", "soft_bounces", "syntax_errors")
AUDIENCE: Final = {
    "stats.member_count": "followers",
    "stats.unsubscribe_count": "unsubscribed_total",
    "stats.cleaned_count": "bounced_total",
    "stats.campaign_count": "campaigns_total",
}
#: Percents, unlike those of reports.
AUDIENCE_RATES: Final = {"stats.open_rate": "open_rate", "stats.click_rate": "click_rate"}
#: What the campaigns of a span come to, added up.
SUMS: Final = ("emails_sent", "opens.opens_total", "clicks.clicks_total", "unsubscribed", "abuse_reports")
_COUNTED: Final = frozenset({"sending", "sent", "archived", "canceling", "canceled"})


def post_metrics(rest: Rest, campaign_id: str) -> list[Metric]:
    """Return what Mailchimp tells of one campaign; nothing before it was sent."""
    campaign = campaigns.read(rest, campaign_id)
    if campaign is None or campaign.status not in _COUNTED:
        return []
    path = f"reports/{step(campaign_id)}"
    fields = ",".join([*REPORT, *(f"bounces.{name}" for name in BOUNCES)])
    try:
        report = rest.read(path, operation="read_report", fields=fields)
    except UnexpectedAnswer as error:
        if is_gone(error):
            return []
        raise
    metrics = [Metric(ours, value, raw) for raw, ours in REPORT.items() if (value := _figure(report, raw)) is not None]
    metrics += _bounces(report)
    return [
        _with_links(rest, path, metric) if metric.name == "clicks" and metric.value else metric for metric in metrics
    ]


def account_metrics(rest: Rest, target: Target, *, since: datetime, until: datetime) -> list[Metric]:
    """Return how large the audience is, how it takes mails, and what the campaigns sent in a span came to."""
    fields = ",".join([*AUDIENCE, *AUDIENCE_RATES])
    told = rest.read(f"lists/{step(target.external_id)}", operation="read_audience", fields=fields)
    metrics = [Metric(ours, value, raw) for raw, ours in AUDIENCE.items() if (value := _figure(told, raw)) is not None]
    metrics += [
        Metric(ours, value / 100, raw)
        for raw, ours in AUDIENCE_RATES.items()
        if (value := _figure(told, raw)) is not None
    ]
    return [*metrics, *_sums(rest, target, since=since, until=until)]


def _sums(rest: Rest, target: Target, *, since: datetime, until: datetime) -> Iterator[Metric]:
    query = {"since_send_time": _written(since), "before_send_time": _written(until)}
    fields = ",".join(["id", "list_id", *SUMS])
    reports = rest.listed("reports", "reports", operation="list_reports", fields=fields, query=query)
    ours = [report for report in reports if text(report.get("list_id")) == target.external_id]
    for raw in SUMS:
        values = [value for report in ours if (value := _figure(report, raw)) is not None]
        if values:
            yield Metric(REPORT[raw], sum(values), raw, since=since, until=until)


def _bounces(report: Mapping[str, Any]) -> Iterator[Metric]:
    parts = {name: value for name in BOUNCES if (value := _figure(report, f"bounces.{name}")) is not None}
    if parts:
        yield Metric("bounces", sum(parts.values()), "bounces", parts=parts)


def _with_links(rest: Rest, path: str, metric: Metric) -> Metric:
    """Split the clicks by link; where Mailchimp keeps that to itself, the sum stands alone."""
    try:
        listed = list(
            rest.listed(
                f"{path}/click-details",
                "urls_clicked",
                operation="read_clicks",
                fields="id,url,total_clicks,unique_clicks",
            )
        )
    except (UnexpectedAnswer, ReconnectRequired) as error:
        if isinstance(error, ReconnectRequired) and error.connection_ended:
            raise
        return metric
    parts: dict[str, float] = {}
    for entry in listed:
        url, clicks = text(entry.get("url")), _figure(entry, "total_clicks")
        if url and clicks:
            # One address may stand in a mail several times, each with an id of its own.
            parts[url] = parts.get(url, 0) + clicks
    return Metric(metric.name, metric.value, metric.raw_name, parts=parts)


def _figure(told: Mapping[str, Any], path: str) -> float | None:
    """Return a number by its place in an answer; None where it is absent, which is not 0."""
    value: Any = told
    for name in path.split("."):
        value = part(value).get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
