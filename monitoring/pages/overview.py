"""Is anything wrong, since when, and what to do: the first page, of one tenant or of all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Case, Count, IntegerField, Min, Value, When
from django.urls import reverse

from connectors.models import Connection, Destination
from connectors.pages import STATE_LABELS, state_of, with_state
from foundation.tallying import tally
from monitoring import heartbeats, plots, readiness
from monitoring.alerting import selectors as alerts
from monitoring.charts import Kind
from monitoring.pages import drill, problems, throughput
from monitoring.pages.dashboard import DAY, SPANS, Dashboard
from monitoring.pages.scope import Scope
from monitoring.pages.throughput import Figures, Slots, combined
from monitoring.pages.waiting import STATES, waiting
from monitoring.parts import Part
from monitoring.plots import Plot, Series
from publishing.models import DeadLetter, Post, PublishJob
from publishing.pages.happened import Happened
from publishing.pages.jobs import latest_jobs
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE, POSTS_WRITE

JOBS_SHOWN: Final = 8
CONNECTIONS_SHOWN: Final = 8
TENANTS_SHOWN: Final = 8
HOURS: Final = 24
_NAMES: Final = {"worker": "Workers", "beat": "Scheduler"}
#: Shown at all times; the others when something is the matter with them.
_MAIN: Final = frozenset({"database", "broker", "vault", "worker", "beat", "queue"})


def overview_page(principal: Principal, asked: Dashboard, *, now: datetime) -> dict[str, Any]:
    """Return what ``monitoring/overview.html`` shows."""
    scope = asked.scope
    parts = readiness.parts(now=now) if scope.may_widen else []
    letters = _open_letters(scope)
    firing = alerts.firing(scope, now=now, parts=parts)
    found = problems.problems_of(principal, scope, firing=firing, letters=letters, now=now)
    before, day = _two_days(scope, now=now)
    return {
        "first_run": None if scope.is_wide else _first_run(principal),
        "problems": found,
        "verdict": problems.verdict_of(found),
        "parts": _parts(parts, now=now),
        "tiles": _tiles(scope, before, day, letters, now=now),
        "activity": _activity(scope, day),
        "jobs": [] if scope.tenant is None else latest_jobs(scope.tenant, count=JOBS_SHOWN),
        "connections": [] if scope.tenant is None else _connections(scope.tenant),
        "tenants": _tenants(day) if scope.is_wide else [],
    }


def _open_letters(scope: Scope) -> dict[str, Any]:
    return scope.of(DeadLetter.objects.filter(closed_at=None)).aggregate(count=Count("pk"), since=Min("opened_at"))


# --- the hub ----------------------------------------------------------------------------------------------------------------


def _parts(parts: Sequence[Part], *, now: datetime) -> list[dict[str, Any]]:
    """Return the hub's parts, each with its last sign of life."""
    if not parts:
        return []
    seen = {"worker": max((worker.seen_at for worker in heartbeats.workers()), default=None)}
    seen["beat"] = heartbeats.last_seen(heartbeats.BEAT)
    return [
        {
            "name": _NAMES.get(part.name, part.name.capitalize()),
            "state": "degraded" if part.warning else "healthy" if part.ok else "unhealthy",
            "label": "Needs a look" if part.warning else "Works" if part.ok else "Does not work",
            "detail": part.detail,
            # The others were asked just now.
            "seen_at": seen.get(part.name, now),
        }
        for part in parts
        if part.name in _MAIN or not part.well
    ]


# --- numbers ----------------------------------------------------------------------------------------------------------------


def _two_days(scope: Scope, *, now: datetime) -> tuple[Figures, tuple[Slots, dict[tuple[int, str], Figures]]]:
    """Return what was published and failed in the 24 hours before the last, and in each of the last 24."""
    both = throughput.slots_of(replace(SPANS[DAY], length=timedelta(hours=2 * HOURS)), now=now)
    found = throughput.by_slot_and_platform(scope, both, measured=False)
    before = combined(figures for (slot, _), figures in found.items() if slot < HOURS)
    latest = {(slot - HOURS, slug): figures for (slot, slug), figures in found.items() if slot >= HOURS}
    return before, (Slots(both.edges[HOURS:], SPANS[DAY]), latest)


def _tiles(
    scope: Scope,
    before: Figures,
    day: tuple[Slots, dict[tuple[int, str], Figures]],
    letters: dict[str, Any],
    *,
    now: datetime,
) -> list[dict[str, Any]]:
    slots, found = day
    total = combined(found.values())
    queue = waiting(scope, now=now)
    standing = _standing(scope)
    sick = {state: standing.get(state, 0) for state in ("attention", "unhealthy", "degraded")}
    living = sum(count for state, count in standing.items() if state != "inactive")

    def lead(event: str) -> str:
        return drill.jobs_to_which(scope, Happened(event, slots.since, slots.until, PublishJob.Role.POST))

    return [
        _tile("published", "Published in 24 h", total.published, lead("published"), before=before.published),
        _tile("failed", "Failed in 24 h", total.troubled, lead("troubled"), before=before.troubled,
              tone="bad" if total.troubled > before.troubled else ""),
        _tile("waiting", "Waiting", queue.total, drill.jobs_in(scope, *STATES, name="waiting", sort="due"),
              at_words="oldest due" if queue.oldest_due_at else "next", at=queue.oldest_due_at or queue.next_due_at,
              note="nothing is due"),
        _tile("dead_letters", "Dead letters", letters["count"],
              drill.open_letters() if scope.is_wide else reverse("dead_letters"),
              at_words="oldest", at=letters["since"], note="none wait for you", tone="bad" if letters["count"] else ""),
        _tile("healthy", "Accounts healthy", standing.get("healthy", 0), _accounts_url(scope, "healthy"), of=living,
              note=_standing_words(sick, standing.get("unknown", 0), living), tone="warn" if any(sick.values()) else ""),
    ]  # fmt: skip


def _tile(name: str, label: str, value: Any, url: str, **told: Any) -> dict[str, Any]:
    empty = {"before": None, "at": None, "at_words": "", "note": "", "of": None, "tone": ""}
    return {**empty, "name": name, "label": label, "value": value, "url": url if value else "", **told}


def _standing(scope: Scope) -> dict[str, int]:
    told = tally(with_state(scope.of(Connection.objects.all())), "standing")
    return {state: count for state, (count,) in told.items()}


def _standing_words(sick: dict[str, int], unknown: int, living: int) -> str:
    words = {"attention": "need attention", "unhealthy": "unhealthy", "degraded": "degraded"}
    told = [f"{count:,} {words[state]}" for state, count in sick.items() if count]
    if unknown:
        told.append(f"{unknown:,} not checked yet")
    return ", ".join(told) or ("all well" if living else "none yet")


def _accounts_url(scope: Scope, state: str) -> str:
    if scope.is_wide:
        return drill.admin_list("connectors_connection", status__exact="active", health__exact=state)
    return f"{reverse('connections')}?state={state}"


def _activity(scope: Scope, day: tuple[Slots, dict[tuple[int, str], Figures]]) -> Plot:
    slots, found = day
    each = [combined(one for (place, _), one in found.items() if place == slot) for slot in range(len(slots))]
    total = combined(each)

    def leads(event: str) -> list[str]:
        ends = zip(slots.edges, slots.edges[1:], strict=False)
        return [drill.jobs_to_which(scope, Happened(event, *between, PublishJob.Role.POST)) for between in ends]

    return plots.draw(
        Kind.BARS,
        slots.labels,
        [
            Series("published", "ok", [one.published for one in each], leads("published")),
            Series("failed", "bad", [one.troubled for one in each], leads("troubled")),
        ],
        title="How much went out, hour by hour?",
        summary=f"{total.published:,} published and {total.troubled:,} failed in {slots.span.words}.",
    )


# --- lists ------------------------------------------------------------------------------------------------------------------


def _connections(tenant: Tenant) -> list[dict[str, Any]]:
    """Return the connections, those that need somebody first."""
    worst_first = Case(
        *[When(standing=state, then=Value(place)) for place, state in enumerate(STATE_LABELS)],
        output_field=IntegerField(),
    )
    rows = with_state(Connection.objects.filter(tenant=tenant)).select_related("platform")
    rows = rows.order_by(worst_first, "display_name", "id")[:CONNECTIONS_SHOWN]
    return [
        {
            "id": row.pk,
            "name": row.display_name,
            "platform": row.platform_id,
            "platform_name": row.platform.name,
            "health": state_of(row),
            "health_label": STATE_LABELS[state_of(row)],
            "last_checked_at": row.health_checked_at,
        }
        for row in rows
    ]


def _tenants(day: tuple[Slots, dict[tuple[int, str], Figures]]) -> list[dict[str, Any]]:
    """Return the tenants that fare worst: accounts that need somebody, dead letters, failures of the last 24 hours."""
    slots, _ = day
    attention = Connection.objects.filter(status=Connection.Status.ATTENTION).order_by()
    sick = dict(attention.values_list("tenant_id").annotate(count=Count("pk")))
    open_letters = DeadLetter.objects.filter(closed_at=None).order_by()
    letters = dict(open_letters.values_list("tenant_id").annotate(count=Count("pk")))
    figures = {tenant.pk: one for tenant, one in throughput.by_tenant(Scope(None, may_widen=True), slots)}
    worst = sorted(
        {*sick, *letters, *(pk for pk, one in figures.items() if one.troubled)},
        key=lambda pk: (-sick.get(pk, 0), -letters.get(pk, 0), pk),
    )[:TENANTS_SHOWN]
    names = dict(Tenant.objects.filter(pk__in=worst).values_list("pk", "name"))
    return [_tenant(pk, names[pk], sick, letters, figures.get(pk, Figures()), slots) for pk in worst if pk in names]


def _tenant(
    pk: Any, name: str, sick: dict[Any, int], letters: dict[Any, int], figures: Figures, slots: Slots
) -> dict[str, Any]:
    whose = {"tenant__id__exact": str(pk)}
    wide, tenant = Scope(None, may_widen=True), Tenant(pk=pk)
    happened = Happened("published", slots.since, slots.until, PublishJob.Role.POST)
    return {
        "name": name,
        "attention": sick.get(pk, 0),
        "attention_url": drill.admin_list("connectors_connection", status__exact="attention", **whose),
        "letters": letters.get(pk, 0),
        "letters_url": drill.open_letters(**whose),
        "failed": figures.troubled,
        "failed_url": drill.jobs_to_which(wide, replace(happened, event="troubled"), tenant=tenant),
        "published": figures.published,
        "published_url": drill.jobs_to_which(wide, happened, tenant=tenant),
    }


def _first_run(principal: Principal) -> dict[str, Any] | None:
    """Return the next step towards the first post, or None once there is one (or for those who may not take it)."""
    tenant = principal.tenant
    if POSTS_WRITE not in principal.scopes or Post.objects.filter(tenant=tenant).exists():
        return None
    connections = Connection.objects.filter(tenant=tenant).exclude(status=Connection.Status.INACTIVE)
    newest = connections.order_by("-id").values_list("pk", flat=True).first()
    if newest is None:
        return {"next": "connect", "connection_id": None} if CONNECTIONS_WRITE in principal.scopes else None
    open_places = Destination.objects.filter(tenant=tenant, enabled=True, gone_at=None)
    if open_places.exclude(connection__status=Connection.Status.INACTIVE).exists():
        return {"next": "write", "connection_id": newest}
    return {"next": "pick", "connection_id": newest} if CONNECTIONS_WRITE in principal.scopes else None
