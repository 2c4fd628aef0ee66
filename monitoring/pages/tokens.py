"""What ends when: tokens by how long they are good, the renewals and ends that are coming, and the renewals that fail."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least, TruncDate
from django.utils import timezone
from django.utils.dateparse import parse_date

from connectors import renewing
from connectors.models import Connection, TokenPlan, TokenRefresh
from connectors.pages import SOON, platform_options, reconnect_of, renewable
from connectors.refreshing import Outcome
from connectors.registry import CONNECTORS
from foundation.listing import NEVER, Column, read_count, read_text, stretch_of
from foundation.tallying import tally
from monitoring.pages.dashboard import Dashboard
from monitoring.pages.rows import kept_of, link_to_connection
from monitoring.pages.timeline import Day, Timeline, timeline
from monitoring.reports.models import TokenHealth
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE

PAGE_SIZE: Final = 25
FAILING_SHOWN: Final = 5
#: How far ahead the timeline looks.
DAYS: Final = 60
#: By when a token ends: what the tile says, and its tone where it counts any. Each token is in one of them.
ENDS: Final = {
    "expired": ("Expired", "bad"),
    "due": ("Renewal is due", ""),
    "day": ("Within 24 hours", ""),
    "week": ("Within 7 days", ""),
    "month": ("Within 30 days", ""),
    "later": ("Later", ""),
    "never": ("Never", ""),
}
#: How a token stands, as the view says it: what people read, and the state whose colour and sign it takes.
STATES: Final = {
    "attention": ("Needs attention", "attention"),
    "expired": ("Expired", "unhealthy"),
    "overdue": ("Renewal overdue", "degraded"),
    "due": ("Renewal due", "queued"),
    "valid": ("Valid", "healthy"),
    "no_expiry": ("Never expires", "healthy"),
}
#: Renewals that came to nothing, or a grant that ended.
FAILING: Final = Q(failures__gt=0) | Q(status=Connection.Status.ATTENTION)
_LATEST: Final = Subquery(
    TokenRefresh.objects.filter(connection=OuterRef("pk")).order_by("-id").values("pk")[:1], output_field=UUIDField()
)
_FIRST_END: Final = Least(Coalesce("expires_at", Value(NEVER)), Coalesce("grant_ends_at", Value(NEVER)))
_COLUMNS: Final = {
    "first": Column(_FIRST_END, descending=False),
    "name": Column(F("display_name"), read_text, descending=False),
    "ends": Column(Coalesce("expires_at", Value(NEVER)), descending=False),
    "refresh": Column(Coalesce("refresh_due_at", Value(NEVER)), descending=False),
    "grant": Column(Coalesce("grant_ends_at", Value(NEVER)), descending=False),
    "failures": Column(F("failures"), read_count),
}


def tokens_page(principal: Principal, board: Dashboard) -> dict[str, Any]:
    """Return what ``monitoring/tokens.html`` shows."""
    rows = board.scope.of(TokenHealth.objects.all())
    figures = _figures(board, rows)
    tiles = _tiles(board, figures)
    return {
        **board.context(),
        "tiles": tiles,
        "total": sum(tile["count"] for tile in tiles),
        "failing": _failing(principal, board, rows, count=sum(row["failing"] for row in figures.values())),
        "timeline": _timeline(board),
        **_table(principal, board, rows),
    }


def ending(now: datetime) -> Case:
    """Return by when a token ends, as a word of ``ENDS``."""
    return Case(
        When(expires_at=None, then=Value("never")),
        When(expires_at__lte=now, then=Value("expired")),
        When(refresh_due_at__lte=now, then=Value("due")),
        When(expires_at__lte=now + timedelta(days=1), then=Value("day")),
        When(expires_at__lte=now + timedelta(days=7), then=Value("week")),
        When(expires_at__lte=now + timedelta(days=30), then=Value("month")),
        default=Value("later"),
        output_field=CharField(),
    )


def _figures(board: Dashboard, rows: QuerySet[TokenHealth]) -> dict[str, dict[str, int]]:
    """Return for each word of ``ENDS`` how many tokens there are, how many only their person renews, and how many fail; in one pass."""
    by_hand = Q(refresh_due_at=None) & ~Q(expires_at=None)
    told = rows.annotate(word=ending(board.now), by_hand=_one_if(by_hand), failing=_one_if(FAILING))
    names = ("count", "by_hand", "failing")
    return {word: dict(zip(names, counts, strict=True)) for word, counts in tally(told, "word", *names[1:]).items()}


def _one_if(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def _tiles(board: Dashboard, figures: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    told = []
    for name, (label, tone) in ENDS.items():
        found = figures.get(name, {"count": 0, "by_hand": 0})
        count = found["count"]
        hurry = found["by_hand"] and name in {"day", "week"}
        told.append(
            {
                "label": label,
                "count": count,
                "by_hand": found["by_hand"],
                "tone": tone if count and tone else "warn" if hurry else "",
                "url": _here(board, ends=name),
            }
        )
    return told


# --- what is coming -----------------------------------------------------------------------------------------------------


def _timeline(board: Dashboard) -> Timeline | None:
    """Return the days to come, with how much is renewed by the hub and how much ends unless its person renews it.

    Read from the plans themselves, which for all tenants are one small table; a disconnected account has nothing planned.
    """
    today = timezone.localtime(board.now).date()
    until = _midnight(today + timedelta(days=DAYS))
    plans = board.scope.of(TokenPlan.objects.all(), field="connection__tenant_id")
    counts: dict[str, dict[date, int]] = {}
    for column in ("due_at", "grant_ends_at"):
        coming = plans.filter(**{f"{column}__lt": until}).order_by()
        if column == "grant_ends_at":
            coming = coming.filter(grant_ends_at__gte=_midnight(today))
        told: Any = coming.annotate(day=TruncDate(column)).values_list("day")
        by_day = counts.setdefault(column, {})
        for day, count in told.annotate(count=Count("pk")):
            # What was due before today is still to be done.
            by_day[max(day, today)] = by_day.get(max(day, today), 0) + count
    renewals, ends = counts["due_at"], counts["grant_ends_at"]
    if not renewals and not ends:
        return None
    days = [today + timedelta(days=number) for number in range(DAYS)]
    return timeline(
        [
            Day(
                day,
                renewals.get(day, 0),
                ends.get(day, 0),
                _here(board, refresh_on=str(day), sort="refresh"),
                _here(board, grant_on=str(day), sort="grant"),
            )
            for day in days
        ]
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())


# --- what fails ---------------------------------------------------------------------------------------------------------


def _failing(
    principal: Principal, board: Dashboard, rows: QuerySet[TokenHealth], *, count: int
) -> dict[str, Any] | None:
    """Return the connections whose renewal fails or whose grant ended, with cause and remedy; the most urgent ones in full."""
    if not count:
        return None
    urgent = rows.filter(FAILING, connection_id__in=_in_need(board)).order_by(_FIRST_END, "connection_id")
    shown = list(urgent.values_list("connection_id", flat=True)[:FAILING_SHOWN])
    found = Connection.objects.select_related("platform", "tenant", "token_plan").in_bulk(shown)
    latest = _latest_refreshes(shown)
    return {
        "count": count,
        "url": _here(board, failing="1"),
        "connections": [_failure(principal, board, found[pk], latest.get(pk)) for pk in shown if pk in found],
    }


def _in_need(board: Dashboard) -> QuerySet[Any]:
    """Return the ids of connections that ``FAILING`` may hold for, each kind by an index of its own: an OR over two tables has none."""
    attention = board.scope.of(Connection.objects.filter(status=Connection.Status.ATTENTION)).order_by()
    plans = board.scope.of(TokenPlan.objects.filter(failures__gt=0), field="connection__tenant_id")
    return attention.values("pk").union(plans.values("pk"))


def _failure(principal: Principal, board: Dashboard, row: Connection, latest: TokenRefresh | None) -> dict[str, Any]:
    plan = getattr(row, "token_plan", None)
    ended = row.status == Connection.Status.ATTENTION
    mine = row.tenant_id == principal.tenant.pk
    again = plan.due_at if plan and not ended else None
    cause = row.status_cause if ended else latest.cause if latest else ""
    return {
        "name": row.display_name,
        "platform": row.platform_id,
        "platform_name": row.platform.name,
        "tenant": row.tenant.name if board.scope.is_wide else "",
        "since": row.status_since if ended else latest.started_at if latest else None,
        "cause": cause or "The renewal brought nothing.",
        "remedy": (row.status_remedy or "Reconnect the account.") if ended else "",
        "failures": plan.failures if plan else 0,
        "again_at": again,
        "ended": ended,
        "reconnect": reconnect_of(principal, row) if mine and ended else None,
        **link_to_connection(principal, row),
    }


def _latest_refreshes(ids: Sequence[UUID]) -> dict[UUID, TokenRefresh]:
    """Return the last renewal of each of these connections."""
    newest = Connection.objects.filter(pk__in=ids).annotate(latest=_LATEST).values_list("latest", flat=True)
    return {row.connection_id: row for row in TokenRefresh.objects.filter(pk__in=[pk for pk in newest if pk])}


# --- one by one ---------------------------------------------------------------------------------------------------------


def _table(principal: Principal, board: Dashboard, rows: QuerySet[TokenHealth]) -> dict[str, Any]:
    query = board.query
    words, platform = query.words(), query.choice("platform", CONNECTORS)
    ends, state = query.choice("ends", ENDS), query.choice("state", STATES)
    failing = query.choice("failing", {"1"})
    days: dict[str, date] = {}
    sort = query.sort(_COLUMNS, "first")
    if platform:
        rows = rows.filter(platform=platform)
    if words:
        rows = rows.filter(display_name__icontains=words)
    if ends:
        rows = rows.annotate(word=ending(board.now)).filter(word=ends)
    if state:
        rows = rows.filter(state=state)
    if failing:
        rows = rows.filter(FAILING, connection_id__in=_in_need(board))
    for name, column in (("refresh_on", "refresh_due_at"), ("grant_on", "grant_ends_at")):
        day = _day(query.words(name))
        if day is not None:
            days[name] = day
            rows = rows.filter(_on(column, day, today=timezone.localtime(board.now).date()))
    stretch = stretch_of(rows, sort, query.cursor, size=PAGE_SIZE, tie="connection_id")
    return {
        "rows": _rows(principal, board, stretch.ties),
        "filters": {"query": words, "platform": platform, "state": state, "ends": ends, "destination": ""},
        "chosen": _chosen(ends, failing, days),
        "kept": kept_of(board, ends=ends, failing=failing, **{name: str(day) for name, day in days.items()}),
        "clear_url": _here(board),
        "platforms": platform_options(),
        "states": [
            {"label": label, "count": None, "url": query.url(state=name), "current": name == state}
            for name, label in [("", "All"), *((name, label) for name, (label, _) in STATES.items())]
        ],
        "sorts": query.sorts(_COLUMNS, sort),
        "page": stretch.links(query),
        "can_manage": CONNECTIONS_WRITE in principal.scopes,
    }


def _chosen(ends: str, failing: str, days: dict[str, date]) -> list[str]:
    """Return in words what the table is narrowed to beside its own filters."""
    told = [f"Token ends: {ENDS[ends][0].lower()}"] if ends else []
    if failing:
        told.append("Renewal fails, or the grant ended")
    words = {"refresh_on": "Renewal due on", "grant_on": "Grant ends on"}
    return told + [f"{words[name]} {day.day} {day:%B %Y}" for name, day in days.items()]


def _day(words: str) -> date | None:
    try:
        return parse_date(words[:10])
    except ValueError:
        return None


def _on(column: str, day: date, *, today: date) -> Q:
    """Return what falls on a day; what was due before today counts as today's, as on the timeline."""
    until = Q(**{f"{column}__lt": _midnight(day + timedelta(days=1))})
    if column == "refresh_due_at" and day == today:
        return until
    return until & Q(**{f"{column}__gte": _midnight(day)})


def _rows(principal: Principal, board: Dashboard, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    told = {row.connection_id: row for row in TokenHealth.objects.filter(connection_id__in=ids)}
    found = Connection.objects.select_related("platform", "tenant").in_bulk(ids)
    able = renewable(found.values())
    return [_row(principal, board, told[pk], found[pk], able=pk in able) for pk in ids if pk in told and pk in found]


def _row(principal: Principal, board: Dashboard, told: TokenHealth, row: Connection, *, able: bool) -> dict[str, Any]:
    label, look = STATES[told.state]
    outcome = (
        renewing.OUTCOMES.get(Outcome(told.last_outcome), ("", "unknown"))
        if told.last_outcome not in {"", TokenRefresh.OPEN}
        else ("Not finished" if told.last_outcome else "", "unknown")
    )
    mine = row.tenant_id == principal.tenant.pk
    may = mine and CONNECTIONS_WRITE in principal.scopes
    return {
        "id": row.pk,
        "name": told.display_name,
        "platform": told.platform,
        "platform_name": row.platform.name,
        "tenant": row.tenant.name if board.scope.is_wide else "",
        "state": look,
        "state_label": label,
        "cause": row.status_cause if told.state == "attention" else "",
        "ends_at": told.expires_at,
        "refresh_at": told.refresh_due_at,
        "grant_ends_at": told.grant_ends_at,
        "refreshed_at": told.refreshed_at,
        "outcome": outcome[0],
        "outcome_state": outcome[1],
        "failures": told.failures,
        "by_itself": told.refresh_due_at is not None,
        "can_refresh": may and able,
        "reconnect": reconnect_of(principal, row) if mine and _needs_person(told, now=board.now) else None,
        **link_to_connection(principal, row),
    }


def _needs_person(told: TokenHealth, *, now: datetime) -> bool:
    """Tell whether only its person can keep a token from ending, and had better do so soon."""
    if told.state in {"attention", "expired"}:
        return True
    return told.refresh_due_at is None and told.expires_at is not None and told.expires_at - now < SOON


def _here(board: Dashboard, **said: str) -> str:
    """Return the address of this page's table, narrowed to this alone."""
    clean = dict.fromkeys(("state", "platform", "query", "sort", "ends", "failing", "refresh_on", "grant_on"), "")
    return board.query.url(**{**clean, **said}) + "#rows"
