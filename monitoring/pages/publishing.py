"""How publishing goes: how much, how fast, what share succeeds, what waits; on each platform and of each tenant."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from connectors.pages import platform_options
from connectors.registry import CONNECTORS
from monitoring import plots
from monitoring.charts import Kind
from monitoring.pages import drill, throughput
from monitoring.pages.dashboard import Dashboard
from monitoring.pages.scope import Scope
from monitoring.pages.throughput import Figures, Slots, combined
from monitoring.pages.waiting import STATES, Waiting, waiting
from monitoring.pages.words import age_words, counted, share_words, span_words
from monitoring.plots import Plot, Series
from publishing.models import PublishJob
from publishing.pages.happened import Happened
from publishing.pages.words import STATE_LABELS
from publishing.selectors import OVERDUE
from publishing.states import State
from tenants.models import Tenant

#: Below these shares success is worth a look, and bad.
GOOD_SHARE: Final = 0.95
POOR_SHARE: Final = 0.8

Lead = Callable[..., str]


def publishing_page(asked: Dashboard, *, now: datetime) -> dict[str, Any]:
    """Return what ``monitoring/publishing.html`` shows."""
    scope, query = asked.scope, asked.query
    platform = query.choice("platform", CONNECTORS)
    slots = throughput.slots_of(asked.span, now=now)
    found = throughput.by_slot_and_platform(scope, slots, platform=platform)
    total = combined(found.values())
    queue = waiting(scope, now=now, platform=platform)
    names = {option["value"]: option["label"] for option in platform_options()}

    def lead(event: str, **said: Any) -> str:
        begin, end = said.pop("since", slots.since), said.pop("until", slots.until)
        happened = Happened(event, begin, end, PublishJob.Role.POST)
        return drill.jobs_to_which(scope, happened, **{"platform": platform, **said})

    charts = [_went_out(found, slots, total, lead), _took(found, slots, total)]
    return {
        "platform": platform,
        "platform_name": names.get(platform, ""),
        "platforms": _tabs(asked, names, platform),
        "tiles": _tiles(scope, total, queue, slots, lead, platform=platform, now=now),
        "plots": charts if total.ended else [],
        "queue": _queue(scope, queue, platform=platform, now=now),
        "rows": _by_platform(asked, found, names, lead, only=platform),
        "tenants": _by_tenant(asked, slots, lead, platform) if scope.is_wide else [],
        "quiet": not total.ended,
        "measured": asked.span.is_within_an_hour and total.published > throughput.MOST_MEASURED,
    }


def _tabs(asked: Dashboard, names: dict[str, str], platform: str) -> list[dict[str, Any]]:
    labels = {"": "All platforms", **names} if names else {}
    return [
        {"label": label, "url": asked.query.url(platform=slug), "current": slug == platform}
        for slug, label in labels.items()
    ]


# --- numbers --------------------------------------------------------------------------------------------------------------


def _tiles(
    scope: Scope, total: Figures, queue: Waiting, slots: Slots, lead: Lead, *, platform: str, now: datetime
) -> list[dict[str, Any]]:
    minutes = max((now - slots.since).total_seconds() / 60, 1.0)
    rate = total.published / minutes
    each_minute = f"{rate:,.1f} a minute" if rate >= 1 else f"{rate * 60:,.1f} an hour"
    late = queue.oldest_due_at is not None and now - queue.oldest_due_at > OVERDUE
    again = queue.states[State.RETRYING]
    return [
        _tile("Published", f"{total.published:,}", each_minute, url=lead("published") if total.published else ""),
        _tile(
            "Failed",
            f"{total.troubled:,}",
            _who_mends(total),
            url=lead("troubled") if total.troubled else "",
            tone="bad" if total.troubled else "",
        ),
        _tile(
            "Success",
            share_words(total.success_rate),
            f"of {counted(total.ended, 'post')} that came to an end" if total.ended else "nothing came to an end",
            tone=_tone(total.success_rate),
        ),
        _tile(
            "Planned to published",
            span_words(total.within(50)),
            f"95 % within {span_words(total.within(95))}, 99 % within {span_words(total.within(99))}"
            if total.published
            else "nothing was published",
            meaning="The median over the posts: half of them took no longer.",
        ),
        _tile(
            "Queue age",
            age_words(now - queue.oldest_due_at) if queue.oldest_due_at else "0 s",
            f"{queue.due} due now" if queue.due else "nothing is due and not taken",
            url=drill.jobs_to_which(scope, Happened("due", until=now), platform=platform) if queue.due else "",
            tone="bad" if late else "",
            meaning="How long the oldest job has been due that no worker has taken.",
        ),
        _tile(
            "Tries for each post",
            _tries(total),
            f"{again} wait{'s' * (again.value == 1)} to be tried again" if again else "none waits to be tried again",
            url=drill.jobs_in(scope, State.RETRYING, platform=platform) if again else "",
        ),
    ]


def _tile(label: str, value: str, note: str, *, url: str = "", tone: str = "", meaning: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "note": note, "url": url, "tone": tone, "meaning": meaning}


def _who_mends(total: Figures) -> str:
    if not total.troubled:
        return "none in this time"
    theirs, ours = f"{total.failed:,} for authors and owners", f"{total.dead_lettered:,} for the operator"
    return ", ".join(part for part, count in ((theirs, total.failed), (ours, total.dead_lettered)) if count)


def _tone(share: float | None) -> str:
    if share is None or share >= GOOD_SHARE:
        return ""
    return "warn" if share >= POOR_SHARE else "bad"


# --- charts ---------------------------------------------------------------------------------------------------------------


def _by_slot(found: dict[tuple[int, str], Figures], slots: Slots) -> list[Figures]:
    return [combined(figures for (place, _), figures in found.items() if place == slot) for slot in range(len(slots))]


def _went_out(found: dict[tuple[int, str], Figures], slots: Slots, total: Figures, lead: Lead) -> Plot:
    each = _by_slot(found, slots)

    def leads(event: str) -> list[str]:
        return [lead(event, since=begin, until=slots.edges[place + 1]) for place, begin in enumerate(slots.edges[:-1])]

    return plots.draw(
        Kind.BARS,
        slots.labels,
        [
            Series("published", "ok", [one.published for one in each], leads("published")),
            Series("failed", "bad", [one.troubled for one in each], leads("troubled")),
        ],
        title="How much went out?",
        summary=f"{total.published:,} published and {total.troubled:,} failed in {slots.span.words}.",
    )


def _took(found: dict[tuple[int, str], Figures], slots: Slots, total: Figures) -> Plot:
    each = _by_slot(found, slots)
    return plots.draw(
        Kind.LINE,
        slots.labels,
        [
            Series("half of the posts within", "first", [one.within(50) for one in each]),
            Series("95 % within", "second", [one.within(95) for one in each]),
            Series("99 % within", "third", [one.within(99) for one in each]),
        ],
        title="How long from planned to published?",
        summary=f"Half of the posts within {span_words(total.within(50))}, 95 % within {span_words(total.within(95))}."
        if total.published
        else "Nothing was published.",
        write=span_words,
        note="" if slots.span.is_within_an_hour else "Told in steps: up to a tenth beside the true value.",
    )


# --- tables ---------------------------------------------------------------------------------------------------------------


def _queue(scope: Scope, queue: Waiting, *, platform: str, now: datetime) -> dict[str, Any]:
    return {
        "states": [
            {
                "state": state,
                "label": STATE_LABELS[state],
                "count": queue.states[state],
                "url": drill.jobs_in(scope, state, platform=platform) if queue.states[state] else "",
            }
            for state in STATES
        ],
        "total": queue.total,
        "url": drill.jobs_in(scope, *STATES, name="waiting", platform=platform, sort="due") if queue.total else "",
        "oldest_due_at": queue.oldest_due_at,
        "is_late": queue.oldest_due_at is not None and now - queue.oldest_due_at > OVERDUE,
        "next_due_at": queue.next_due_at,
    }


def _by_platform(
    asked: Dashboard, found: dict[tuple[int, str], Figures], names: dict[str, str], lead: Lead, *, only: str
) -> list[dict[str, Any]]:
    told = []
    for slug in CONNECTORS:
        figures = combined(one for (_, platform), one in found.items() if platform == slug)
        if only in ("", slug):
            row = _row(figures, lead, platform=slug)
            url = asked.query.url(platform=slug)
            told.append({"slug": slug, "name": names.get(slug, CONNECTORS[slug].name), "url": url, **row})
    return sorted(told, key=lambda row: (-row["ended"], row["name"]))


def _by_tenant(asked: Dashboard, slots: Slots, lead: Lead, platform: str) -> list[dict[str, Any]]:
    rows = throughput.by_tenant(asked.scope, slots, platform=platform)
    return [{"name": tenant.name, **_row(figures, lead, tenant=tenant)} for tenant, figures in rows]


def _row(figures: Figures, lead: Lead, **whose: str | Tenant) -> dict[str, Any]:
    return {
        "ended": figures.ended,
        "published": figures.published,
        "published_url": lead("published", **whose) if figures.published else "",
        "failed": figures.troubled,
        "failed_url": lead("troubled", **whose) if figures.troubled else "",
        "success": share_words(figures.success_rate),
        "tone": _tone(figures.success_rate),
        "p50": span_words(figures.within(50)),
        "p95": span_words(figures.within(95)),
        "p99": span_words(figures.within(99)),
        "mean": span_words(figures.mean),
        "tries": _tries(figures),
    }


def _tries(figures: Figures) -> str:
    return "–" if figures.tries_mean is None else f"{figures.tries_mean:.2f}"
