"""Dead letters by cause: those of one tenant with their jobs, or those of every tenant for operators; and what a redrive would do."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import CharField, Count, F, Q, Value
from django.db.models.functions import Cast, Concat, TruncDate
from django.urls import reverse
from django.utils import timezone

from connectors.pages import platform_options
from connectors.registry import CONNECTORS
from foundation.listing import Column, read_count, read_moment, read_text, stretch_of
from monitoring import charts
from monitoring.charts import Chart
from monitoring.pages.dashboard import Dashboard
from monitoring.pages.rows import kept_of
from monitoring.reports.models import DlqStatus
from publishing.models import DeadLetter
from publishing.pages.letters import dead_letters_page
from publishing.pages.words import WHO
from publishing.redriving import Rehearsal
from tenants.models import Tenant
from tenants.principal import Principal

PAGE_SIZE: Final = 25
#: So many days the small line of a group shows.
DAYS: Final = 14
FINDINGS_TOLD: Final = 3
_WHO_TABS: Final = {"author": "For authors", "tenant": "For owners", "operator": "For the operator"}
_COLUMNS: Final = {
    "count": Column(F("open"), read_count),
    "recent": Column(F("opened_24h"), read_count),
    "oldest": Column(F("oldest_open_at"), read_moment, descending=False),
}
_SORTED: Final = {"count": "Most jobs", "recent": "Most new ones", "oldest": "Oldest"}
_KEY: Final = Concat(Cast("tenant_id", CharField()), Value("|"), "platform", Value("|"), "fingerprint")

Key = tuple[Any, str]


def letters_page(principal: Principal, board: Dashboard) -> dict[str, Any]:
    """Return what ``publishing/dead_letters.html`` shows: the groups of one tenant, with what the watchtower knows of each."""
    told = dead_letters_page(principal, board.query)
    keys = [group["key"] for group in told["groups"]]
    known = {
        row.fingerprint: row for row in DlqStatus.objects.filter(tenant_id=principal.tenant.pk, fingerprint__in=keys)
    }
    lines = _lines(board, [(principal.tenant.pk, key) for key in keys])
    for group in told["groups"]:
        group |= _figures(known.get(group["key"]), lines[principal.tenant.pk, group["key"]])
    return {**board.context(), **told, "kept": kept_of(board)}


def all_letters_page(board: Dashboard) -> dict[str, Any]:
    """Return what ``monitoring/dead_letters.html`` shows: the groups of every tenant."""
    query = board.query
    words, platform = query.words(), query.choice("platform", CONNECTORS)
    who = query.choice("state", _WHO_TABS)
    sort = query.sort(_COLUMNS, "count")
    everything = DlqStatus.objects.annotate(key=_KEY)
    rows = everything.filter(platform=platform) if platform else everything
    if words:
        tenants = Tenant.objects.filter(name__icontains=words).values("pk")
        rows = rows.filter(Q(cause__icontains=words) | Q(tenant_id__in=tenants))
    stretch = stretch_of(
        rows.filter(who=who) if who else rows, sort, query.cursor, size=PAGE_SIZE, tie="key", read_tie=read_text
    )
    found = {row.key: row for row in everything.filter(key__in=stretch.ties)}
    groups = [found[key] for key in stretch.ties if key in found]
    lines = _lines(board, [(row.tenant_id, row.fingerprint) for row in groups])
    tenants_by_id = Tenant.objects.in_bulk({row.tenant_id for row in groups})
    return {
        **board.context(),
        "groups": [_group(row, tenants_by_id[row.tenant_id], lines[row.tenant_id, row.fingerprint]) for row in groups],
        "any": bool(groups) or DlqStatus.objects.exists(),
        "filters": {"query": words, "platform": platform, "state": who, "destination": ""},
        "kept": kept_of(board),
        "clear_url": query.url(query="", platform="", sort=""),
        "platforms": platform_options(),
        "states": [
            {"label": label, "count": None, "url": query.url(state=name), "current": name == who}
            for name, label in [("", "All"), *_WHO_TABS.items()]
        ],
        "sort_links": [{"label": _SORTED[name], **link} for name, link in query.sorts(_COLUMNS, sort).items()],
        "page": stretch.links(query),
    }


def rehearsed(told: Sequence[Rehearsal], *, of: int) -> str:
    """Return in words what a redrive of these would do."""
    if not told:
        return "Nothing is left to send again: somebody has dealt with it meanwhile."
    refused = [one for one in told if one.findings]
    sent = sum(one.would == "send" and not one.findings for one in told)
    looked = sum(one.would == "look first" and not one.findings for one in told)
    which = "" if len(told) == of else f"the first {len(told):,} of "
    words = [f"Dry run of {which}{of:,} job{'' if of == 1 else 's'}; nothing was sent. {sent:,} would go out"]
    if looked:
        words.append(f"{looked:,} would be looked for first")
    if refused:
        words.append(f"{len(refused):,} would be refused again")
    causes: dict[str, int] = {}
    for finding in (one.findings[0] for one in refused):
        causes[finding.message] = causes.get(finding.message, 0) + 1
    largest = sorted(causes.items(), key=lambda pair: -pair[1])[:FINDINGS_TOLD]
    why = "".join(f" {count:,} × {message}" for message, count in largest)
    return f"{', '.join(words)}.{why}"


def _group(row: DlqStatus, tenant: Tenant, line: Chart) -> dict[str, Any]:
    asked = {"tenant__id__exact": str(row.tenant_id), "fingerprint__exact": row.fingerprint, "resolution__exact": ""}
    return {
        "key": row.fingerprint,
        "id": f"{tenant.slug}-{row.platform}-{row.oldest_open_at:%s%f}",
        "tenant": {"id": tenant.pk, "name": tenant.name},
        "platform": row.platform,
        "platform_name": CONNECTORS[row.platform].name if row.platform in CONNECTORS else row.platform,
        "count": row.open,
        "cause": row.cause,
        "remedy": row.remedy,
        "who": WHO.get(row.who, ""),
        "since": row.oldest_open_at,
        "unknown": row.kind == "outcome_unknown",
        "url": f"{reverse('admin:publishing_deadletter_changelist')}?{urlencode(asked)}",
        **_figures(row, line),
    }


def _figures(row: DlqStatus | None, line: Chart) -> dict[str, Any]:
    return {
        "recent": row.opened_24h if row else 0,
        "newest": row.newest_open_at if row else None,
        "redriven": row.redriven_7d if row else 0,
        "discarded": row.discarded_7d if row else 0,
        "confirmed": row.confirmed_live_7d if row else 0,
        "spark": line,
    }


def _lines(board: Dashboard, keys: Sequence[Key]) -> dict[Key, Chart]:
    """Return for each group how many of its open letters came on each of the last days; with one query."""
    today = timezone.localtime(board.now).date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    letters = DeadLetter.objects.filter(closed_at=None, opened_at__gte=board.now - timedelta(days=DAYS))
    mine = letters.filter(tenant__in={tenant for tenant, _ in keys}, fingerprint__in={name for _, name in keys})
    counted: Any = (
        mine.order_by().values_list("tenant", "fingerprint", TruncDate("opened_at")).annotate(count=Count("pk"))
    )
    found = {(tenant, name, day): count for tenant, name, day, count in counted}
    label = f"Open letters by the day they came, over {DAYS} days"
    return {key: charts.spark([found.get((*key, day), 0) for day in days], label=label) for key in keys}
