"""How the accounts are: by platform, over time, and one by one, the worst first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, F, FloatField, IntegerField, Max, Min, QuerySet, Sum, Value, When, Window
from django.db.models.functions import Cast, Coalesce, RowNumber
from django.utils import timezone

from connectors.models import Connection
from connectors.pages import STATE_LABELS, check_every_hours, platform_options, reconnect_of, state_of
from connectors.registry import CONNECTORS
from foundation.listing import LONG_AGO, NEVER, Column, read_count, read_text, stretch_of
from foundation.tallying import number_of, place_among, tally
from monitoring import charts
from monitoring.charts import Chart, Kind, Point
from monitoring.models import ConnectionHealth, HealthLogEntry
from monitoring.pages.dashboard import Dashboard
from monitoring.pages.rows import kept_of, link_to_connection
from monitoring.reports import selectors
from monitoring.reports.models import ConnectorHealthSummary
from monitoring.verdicts import NOT_ASKED
from outbox.stable import first_id_at
from tenants import flags
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE

PAGE_SIZE: Final = 25
#: So many checks of an account are drawn, and none that is older than this.
CHECKS_DRAWN: Final = 12
DRAWN_SINCE: Final = timedelta(days=4)
#: A check is overdue when nobody took it up for so long; the sweep comes by each minute.
OVERDUE_AFTER: Final = timedelta(minutes=15)
OVERDUE_NAMED: Final = 4
#: How an account is, worst first, as this page's tabs and links name it, and as it is counted.
STATES: Final = {
    "attention": "Needs attention",
    "unhealthy": "Unhealthy",
    "degraded": "Degraded",
    "unchecked": "Not checked yet",
    "healthy": "Healthy",
    "overdue": "Check overdue",
}
_COUNTED: Final = ("attention", "unhealthy", "degraded", "unchecked", "healthy")
_WORST: Final = Case(
    When(status=Connection.Status.ATTENTION, then=Value(0)),
    When(health="unhealthy", then=Value(1)),
    When(health="degraded", then=Value(2)),
    When(health="", then=Value(3)),
    default=Value(4),
    output_field=IntegerField(),
)
_COLUMNS: Final = {
    "state": Column(_WORST, read_count, descending=False),
    "name": Column(F("display_name"), read_text, descending=False),
    "checked": Column(Coalesce("health_checked_at", Value(LONG_AGO))),
    "next": Column(Coalesce("next_health_at", Value(NEVER)), descending=False),
}


def health_page(principal: Principal, board: Dashboard) -> dict[str, Any]:
    """Return what ``monitoring/health.html`` shows."""
    platforms = _platforms(board)
    chosen = board.query.choice("platform", CONNECTORS)
    trend = _trend(board)
    return {
        **board.context(),
        "tiles": _tiles(board, platforms),
        "platforms_shown": _platform_rows(board, platforms, trend),
        "overdue": _overdue(principal, board),
        "charts": _charts(board, trend),
        "every": check_every_hours(),
        **_connections(principal, board, platforms, chosen),
    }


def with_overdue_check(connections: QuerySet[Connection], *, now: datetime) -> QuerySet[Connection]:
    """Return those of the connections whose check nobody took up in time, though it is not switched off."""
    late = connections.filter(flags.rule_of("health_checks").rows(), next_health_at__lt=now - OVERDUE_AFTER)
    return late.exclude(status=Connection.Status.INACTIVE)


# --- by platform --------------------------------------------------------------------------------------------------------


def _platforms(board: Dashboard) -> list[dict[str, Any]]:
    """Return the figures of each platform, summed over the tenants that are looked at."""
    # Of several tenants the middle of all answers is known exactly, the slowest twentieth only tenant by tenant: the slowest is told.
    rows = board.scope.of(ConnectorHealthSummary.objects.all()).order_by()
    figures: Any = rows.values("platform").annotate(
        **{f"n_{name}": Sum(name) for name in ("connections", "inactive", *_COUNTED)},
        checks=Sum("checks_24h"),
        failed=Sum("failed_checks_24h"),
        spent=Sum(F("latency_ms_avg_24h") * Cast("checks_24h", FloatField())),
        p95=Max("latency_ms_p95_24h"),
        latest=Max("last_checked_at"),
        oldest=Min("oldest_check_at"),
    )
    return sorted(figures, key=lambda row: row["platform"])


def _tiles(board: Dashboard, platforms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    living = sum(row["n_connections"] - row["n_inactive"] for row in platforms)
    tones = {"attention": "bad", "unhealthy": "bad", "degraded": "warn"}
    told = []
    for name in _COUNTED:
        count = sum(row[f"n_{name}"] for row in platforms)
        told.append(
            {
                "label": STATES[name],
                "count": count,
                "of": living if name == "healthy" else None,
                "tone": tones.get(name, "") if count else "",
                "url": _here(board, state=name),
            }
        )
    return told


def _platform_rows(
    board: Dashboard, platforms: list[dict[str, Any]], trend: "dict[str, list[Bucket]]"
) -> list[dict[str, Any]]:
    return [
        {
            "slug": row["platform"],
            "name": CONNECTORS[row["platform"]].name,
            "connections": row["n_connections"] - row["n_inactive"],
            "url": _here(board, platform=row["platform"]),
            "states": [
                {
                    "label": STATES[name],
                    "state": name,
                    "count": row[f"n_{name}"],
                    "url": _here(board, platform=row["platform"], state=name),
                }
                for name in _COUNTED
            ],
            "checks": row["checks"],
            "success": 100 * (row["checks"] - row["failed"]) / row["checks"] if row["checks"] else None,
            "latency": row["spent"] / row["checks"] if row["checks"] else None,
            "latency_p95": row["p95"],
            "latest": row["latest"],
            "spark": charts.spark(
                [bucket.share for bucket in trend.get(row["platform"], ())],
                label=f"Share of healthy checks over {board.span.words}",
            ),
        }
        for row in platforms
        if row["platform"] in CONNECTORS
    ]


# --- over time ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Bucket:
    """What the checks of some hours saw."""

    begins: datetime
    checks: int = 0
    healthy: int = 0
    #: Milliseconds of all checks together.
    spent: float = 0.0

    @property
    def share(self) -> float | None:
        """The share of healthy checks, in percent; None where there was none."""
        return 100 * self.healthy / self.checks if self.checks else None

    @property
    def latency(self) -> float | None:
        """How long a check took on average, in milliseconds."""
        return self.spent / self.checks if self.checks else None

    def add(self, checks: int, healthy: int, spent: int) -> None:
        """Count some more in."""
        self.checks += checks
        self.healthy += healthy
        self.spent += spent


def _trend(board: Dashboard) -> dict[str, list[Bucket]]:
    """Return the buckets of the span, for each platform and (under an empty name) for all of them."""
    begins, platforms = _begins(board), (*CONNECTORS, "")
    rows = selectors.check_tallies(board.scope.tenant).filter(hour__gte=begins[0])
    # Bucket and platform as one number, so that telling them apart costs no more than that.
    place = place_among("hour", begins[1:]) * len(platforms) + number_of("platform", platforms[:-1])
    checks = F("healthy") + F("degraded") + F("unhealthy")
    found: dict[str, list[Bucket]] = {"": [Bucket(at) for at in begins]}
    told = tally(rows.annotate(place=place, checks=checks), "place", "checks", "healthy", "latency_ms_sum")
    for number, (_, *counts) in told.items():
        bucket, slug = divmod(number, len(platforms))
        for name in {"", platforms[slug]}:
            found.setdefault(name, [Bucket(at) for at in begins])[bucket].add(*counts)
    return found


def _begins(board: Dashboard) -> list[datetime]:
    """Return where the buckets of the span begin, on the viewer's clock."""
    hours = min(24, round(board.span.bucket.total_seconds() / 3600))
    zone, today = timezone.get_current_timezone(), timezone.localtime(board.now).date()
    first = timezone.localtime(board.since).date()
    days = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    moments = [datetime.combine(day, time(hour), tzinfo=zone) for day in days for hour in range(0, 24, hours)]
    return [at for at in moments if board.since - timedelta(hours=hours) < at <= board.now]


def _charts(board: Dashboard, trend: dict[str, list[Bucket]]) -> list[Chart]:
    buckets = trend[""]
    checks, healthy = sum(one.checks for one in buckets), sum(one.healthy for one in buckets)
    if not checks:
        return []
    slowest = max(one.latency for one in buckets if one.latency is not None)
    return [
        charts.draw(
            Kind.LINE,
            [
                Point(_label(one.begins, board), one.share, f"{one.share or 0:.1f} % of {one.checks:,} checks")
                for one in buckets
            ],
            title="How many checks went well?",
            summary=f"{100 * healthy / checks:.1f} % of {checks:,} checks were healthy over {board.span.words}.",
            heading="From",
            unit="Healthy",
            write="{:,.10g} %",
        ),
        charts.draw(
            Kind.LINE,
            [Point(_label(one.begins, board), one.latency, f"{one.latency or 0:,.0f} ms") for one in buckets],
            title="How long did platforms take to answer a check?",
            summary=f"{sum(one.spent for one in buckets) / checks:,.0f} ms on average, {slowest:,.0f} ms at the slowest time.",
            heading="From",
            unit="On average",
            write="{:,.10g} ms",
        ),
    ]


def _label(at: datetime, board: Dashboard) -> str:
    day: date = at.date()
    return (
        f"{day.day} {day:%b}" if board.span.bucket >= timedelta(days=1) else f"{day:%a} {day.day} {day:%b}, {at:%H:%M}"
    )


# --- one by one ---------------------------------------------------------------------------------------------------------


def _overdue(principal: Principal, board: Dashboard) -> dict[str, Any] | None:
    """Return the checks that nobody took up, the longest waiting first."""
    late = with_overdue_check(board.scope.of(Connection.objects.all()), now=board.now)
    named = list(late.order_by("next_health_at").select_related("platform", "tenant")[:OVERDUE_NAMED])
    if not named:
        return None
    count = len(named) if len(named) < OVERDUE_NAMED else late.count()
    return {
        "count": count,
        "since": named[0].next_health_at,
        "named": [
            {"name": row.display_name, "platform_name": row.platform.name, **link_to_connection(principal, row)}
            for row in named
        ],
        "more": count - len(named),
        "url": _here(board, state="overdue", sort="next"),
    }


def _connections(
    principal: Principal, board: Dashboard, platforms: list[dict[str, Any]], platform: str
) -> dict[str, Any]:
    query = board.query
    words, state = query.words(), query.choice("state", STATES)
    sort = query.sort(_COLUMNS, "state")
    rows = board.scope.of(Connection.objects.exclude(status=Connection.Status.INACTIVE))
    if platform:
        rows = rows.filter(platform_id=platform)
    if words:
        rows = rows.filter(display_name__icontains=words)
    stretch = stretch_of(_in_state(rows, state, now=board.now), sort, query.cursor, size=PAGE_SIZE)
    counted = [row for row in platforms if platform in ("", row["platform"])]
    counts: dict[str, int] = {name: sum(row[f"n_{name}"] for row in counted) for name in _COUNTED}
    everything = sum(row["n_connections"] - row["n_inactive"] for row in counted)
    tabs = [("", "All", everything), *((name, label, counts.get(name)) for name, label in STATES.items())]
    return {
        "connections": _rows(principal, board, stretch.ties),
        "filters": {"query": words, "platform": platform, "state": state, "destination": ""},
        "kept": kept_of(board),
        "clear_url": _here(board, state=state),
        "platforms": platform_options(),
        "states": [
            {
                "label": label,
                "count": None if words else count,
                "url": query.url(state=name),
                "current": name == state,
            }
            for name, label, count in tabs
        ],
        "sorts": query.sorts(_COLUMNS, sort),
        "page": stretch.links(query),
        "total": sum(row["n_connections"] for row in platforms),
        "can_manage": CONNECTIONS_WRITE in principal.scopes,
    }


def _in_state(rows: QuerySet[Connection], state: str, *, now: datetime) -> QuerySet[Connection]:
    if state == "overdue":
        return with_overdue_check(rows, now=now)
    if state == "attention":
        return rows.filter(status=Connection.Status.ATTENTION)
    if state:
        return rows.filter(health="" if state == "unchecked" else state)
    return rows


def _rows(principal: Principal, board: Dashboard, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    found = Connection.objects.select_related("platform", "tenant", "verdict").in_bulk(ids)
    squares = _squares(ids, now=board.now)
    return [_row(principal, board, found[pk], squares.get(pk, [])) for pk in ids if pk in found]


def _row(principal: Principal, board: Dashboard, row: Connection, squares: list[dict[str, Any]]) -> dict[str, Any]:
    state = state_of(row)
    verdict: ConnectionHealth | None = getattr(row, "verdict", None)
    cause = ""
    since: datetime | None = None
    if state == "attention":
        cause, since = row.status_cause, row.status_since
    elif verdict is not None and verdict.state == state:
        cause, since = verdict.cause, verdict.since
    mine = row.tenant_id == principal.tenant.pk
    may = mine and CONNECTIONS_WRITE in principal.scopes
    return {
        "id": row.pk,
        "name": row.display_name,
        "platform": row.platform_id,
        "platform_name": row.platform.name,
        "tenant": row.tenant.name if board.scope.is_wide else "",
        "state": state,
        "state_label": STATE_LABELS[state],
        "health": row.health if state == "attention" else "",
        "since": since,
        "cause": cause,
        "last_checked_at": row.health_checked_at,
        "next_check_at": row.next_health_at,
        "overdue": row.next_health_at is not None and row.next_health_at < board.now - OVERDUE_AFTER,
        "squares": squares,
        "squares_label": _in_words(squares),
        "can_check": may,
        "reconnect": reconnect_of(principal, row) if mine and state == "attention" else None,
        **link_to_connection(principal, row),
    }


def _squares(ids: Sequence[UUID], *, now: datetime) -> dict[UUID, list[dict[str, Any]]]:
    """Return the last checks of these connections, the oldest first; with one query that reads those alone."""
    recent = HealthLogEntry.objects.filter(connection__in=ids, pk__gte=first_id_at(now - DRAWN_SINCE))
    place = Window(RowNumber(), partition_by=F("connection"), order_by=F("id").desc())
    told: Any = recent.annotate(place=place).filter(place__lte=CHECKS_DRAWN).order_by("id")
    found: dict[UUID, list[dict[str, Any]]] = {}
    for connection, at, state, code in told.values_list("connection", "checked_at", "state", "code"):
        unasked = code == NOT_ASKED
        label = "Not asked" if unasked else STATE_LABELS[state]
        found.setdefault(connection, []).append({"at": at, "state": "unasked" if unasked else state, "label": label})
    return found


def _in_words(squares: list[dict[str, Any]]) -> str:
    counts: dict[str, int] = {}
    for one in squares:
        counts[one["label"].lower()] = counts.get(one["label"].lower(), 0) + 1
    return ", ".join(f"{count} {label}" for label, count in counts.items())


def _here(board: Dashboard, **said: str) -> str:
    """Return the address of this page's table, narrowed to this alone."""
    return board.query.url(**{"state": "", "platform": "", "query": "", "sort": "", **said}) + "#rows"
