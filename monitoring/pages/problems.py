"""What is wrong just now, worst first: alerts, parts of the hub that fail, late jobs, platforms, accounts, dead letters.

A tenant reads of its own accounts one by one; operators who look at all tenants read of tenants and of causes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Min
from django.urls import reverse

from connectors.models import Connection
from connectors.pages import reconnect_of
from foundation.listing import LONG_AGO
from monitoring import runbook
from monitoring.alerting.selectors import Firing
from monitoring.pages import drill
from monitoring.pages.platforms import LOUDNESS
from monitoring.pages.scope import Scope
from monitoring.pages.words import counted
from monitoring.reports.models import ConnectorReadiness
from publishing.models import DeadLetter
from publishing.pages.happened import Happened
from publishing.pages.words import WHO
from publishing.selectors import overdue_jobs
from tenants import flags
from tenants.features import PLATFORM, feature_of
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE, POSTS_WRITE

#: So many accounts, tenants and causes are named; more are counted.
NAMED: Final = 4
_RANK: Final = {"bad": 0, "warn": 1, "info": 2}
_OPERATOR: Final = WHO["operator"]
#: Alerts that are told here in more words, by what stands beside them.
_TOLD_HERE: Final = frozenset({"api_version_sunset", "dead_letters_open"})

#: Without these posts, or the accounts they go out by, stand still.
_HOLDING: Final = frozenset({"publishing", "posts", "scheduling", "token_refresh"})

Problem = dict[str, Any]


def problems_of(
    principal: Principal, scope: Scope, *, firing: Sequence[Firing], letters: dict[str, Any], now: datetime
) -> list[Problem]:
    """Return what needs somebody, worst first and then the longest.

    ``firing`` are the alerts within the scope, for operators also what the hub's parts are like. ``letters`` has the ``count`` of
    open dead letters, and ``since`` when.
    """
    late = _late(scope, now=now)
    found = [
        *_alerts(firing, scope, late=bool(late)),
        *(_platforms() if scope.may_widen else []),
        *late,
        *_switches(scope),
    ]
    if scope.tenant is None:
        found += [*_tenants_accounts(), *_causes(letters)]
    else:
        found += [*_accounts(principal, scope.tenant), *_letters(principal, letters)]
    return sorted(found, key=_order)


def _order(problem: Problem) -> tuple[int, bool, datetime]:
    # What is only counted comes after what is named; what began nobody knows when may be the oldest.
    return _RANK[problem["severity"]], problem["more"], problem["since"] or LONG_AGO


def verdict_of(problems: Sequence[Problem]) -> dict[str, Any]:
    """Return all of it in a line: how bad it is, and since when the worst."""
    if not problems:
        return {"severity": "good", "words": "Everything works", "worst": "", "since": None}
    severity = problems[0]["severity"]
    nouns = {"bad": "severe problem", "warn": "warning", "info": "thing"}
    counts = [(word, sum(problem["severity"] == word for problem in problems)) for word in _RANK]
    said = [counted(count, nouns[word]) for word, count in counts if count]
    words = f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]
    worst = [problem for problem in problems if problem["severity"] == severity]
    known = [problem["since"] for problem in worst if problem["since"]]
    return {
        "severity": severity,
        "words": f"{words} to know" if problems[-1]["severity"] == "info" else words,
        "worst": worst[0]["title"],
        "since": min(known, default=None),
    }


def _problem(severity: str, title: str, **told: Any) -> Problem:
    empty = {
        "detail": "",
        "since": None,
        "who": "",
        "remedy": "",
        "action_label": "",
        "action_url": "",
        "more": False,
        "runbook": "",
    }
    return {**empty, "severity": severity, "title": title, **told}


# --- the installation -------------------------------------------------------------------------------------------------------


def _alerts(firing: Sequence[Firing], scope: Scope, *, late: bool) -> list[Problem]:
    """Return what is firing; that jobs are late is said once."""
    told = [one for one in firing if one.rule not in _TOLD_HERE and not (late and one.rule == "queue_age")]
    return [
        _problem(
            one.severity,
            f"{one.title}: {one.tenant.name}" if one.tenant else one.title,
            detail=one.cause,
            since=one.since,
            who=WHO["tenant"] if one.tenant else _OPERATOR,
            remedy=one.remedy,
            action_label="See the rows" if one.link else "See the alert" if one.id else "",
            action_url=drill.of_alert(scope, rule=one.rule, tenant=one.tenant, link=one.link)
            or (f"{reverse('alerts')}?{scope.query}".rstrip("?") if one.id else ""),
            runbook=runbook.path_of(one.rule),
        )
        for one in told
    ]


def _platforms() -> list[Problem]:
    """Return platforms that somebody uses and that cannot be published to, and versions of APIs that end."""
    told = []
    # When something last went out is not told here, and takes a look at much more.
    for row in ConnectorReadiness.objects.exclude(told_at=None).defer("last_published_at", "last_failed_at"):
        used = bool(row.connections or row.jobs_waiting)
        if used and not row.ready:
            wait = (
                f" {counted(row.jobs_waiting, 'job')} wait{'s' * (row.jobs_waiting == 1)}." if row.jobs_waiting else ""
            )
            told.append(
                _problem(
                    # Somebody switched it off on purpose.
                    "warn" if not row.enabled else "bad",
                    f"{row.name} cannot be published to",
                    detail=f"{row.reason}{wait}",
                    who=_OPERATOR,
                    remedy=row.remedy,
                    **_see_platforms(),
                )
            )
        elif used and row.days_left is not None and row.days_left <= max(days for days, _ in LOUDNESS):
            told.append(
                _problem(
                    next(word for days, word in LOUDNESS if row.days_left <= days),
                    f"{row.name}'s API version {row.api_version} ends in {counted(row.days_left, 'day')}",
                    detail=f"It ends on {row.version_sunset_on:%d %B %Y}; afterwards jobs wait.",
                    who=_OPERATOR,
                    remedy="Set a later version. Nobody has to reconnect.",
                    **_see_platforms(),
                )
            )
    return told  # fmt: skip


def _see_platforms() -> dict[str, str]:
    return {"action_label": "See the platforms", "action_url": reverse("platforms_dashboard")}


def _late(scope: Scope, *, now: datetime) -> list[Problem]:
    late = overdue_jobs(now=now, tenant=scope.tenant)
    if not late.count:
        return []
    return [
        _problem(
            "bad",
            "1 job is late" if late.count == 1 else f"{late.count:,} jobs are late",
            detail="Workers are not keeping up, or none is running.",
            since=late.since,
            who=_OPERATOR,
            remedy="Start a worker, or more of them. Nothing is lost meanwhile.",
            action_label="See what is due",
            action_url=drill.jobs_to_which(scope, Happened("due", until=now)),
        )
    ]


def _switches(scope: Scope) -> list[Problem]:
    """Return what somebody switched off on purpose: for this tenant, or, of all tenants, for anybody. Costs no query when all is on."""
    told = []
    for name, rule in flags.rules().items():
        feature = feature_of(name)
        if feature is None or (scope.tenant and rule.allows(scope.tenant.pk)):
            continue
        if name.startswith(PLATFORM) and not _touches(scope, name.removeprefix(PLATFORM), rule):
            continue
        told.append(
            _problem(
                "warn" if name.startswith(PLATFORM) or name in _HOLDING else "info",
                f"{feature.title} is switched off",
                detail=f"{rule.words() if scope.is_wide else ''} {rule.reason}".strip(),
                who=_OPERATOR,
                remedy="Switch it on once its reason is gone; what waits goes on then."
                if scope.may_widen
                else flags.remedy_for(name),
                action_label="See the switch" if scope.may_widen else "",
                action_url=drill.admin_list("tenants_flag", q=name) if scope.may_widen else "",
            )
        )
    return told


def _touches(scope: Scope, platform: str, rule: flags.Rule) -> bool:
    """Tell whether a tenant has accounts at a platform; what is off for everybody is told among the platforms to whoever sees those."""
    if rule.off_for_all and scope.may_widen:
        return False
    accounts = scope.of(Connection.objects.filter(platform=platform))
    return scope.is_wide or accounts.exclude(status=Connection.Status.INACTIVE).exists()


# --- one tenant -------------------------------------------------------------------------------------------------------------


def _accounts(principal: Principal, tenant: Tenant) -> list[Problem]:
    sick = Connection.objects.filter(tenant=tenant, status=Connection.Status.ATTENTION)
    named = list(sick.select_related("platform").order_by("status_since", "id")[: NAMED + 1])
    may_mend = CONNECTIONS_WRITE in principal.scopes
    told = []
    for connection in named[:NAMED]:
        again = reconnect_of(principal, connection)
        told.append(
            _problem(
                "bad",
                f"{connection.display_name} on {connection.platform.name} needs attention",
                detail=connection.status_cause,
                since=connection.status_since,
                who="You" if may_mend else WHO["tenant"],
                remedy=connection.status_remedy or "Reconnect the account.",
                action_label=again["label"],
                action_url=again["url"],
            )
        )
    if len(named) > NAMED:
        more = sick.count() - NAMED
        told.append(
            _problem(
                "bad",
                f"{_needing(more, 'more account')} attention",
                more=True,
                who="You" if may_mend else WHO["tenant"],
                remedy="Reconnect them.",
                action_label="See them all",
                action_url=f"{reverse('connections')}?state=attention",
            )
        )
    return told


def _letters(principal: Principal, letters: dict[str, Any]) -> list[Problem]:
    if not letters["count"]:
        return []
    largest = (
        DeadLetter.objects.filter(tenant=principal.tenant, closed_at=None)
        .order_by()
        .values("fingerprint")
        .annotate(count=Count("pk"), cause=Min("cause"))
        .order_by("-count", "fingerprint")[:1]
    )
    cause = next((f"{group['count']:,} × {group['cause']}" for group in largest), "")
    return [
        _problem(
            "warn",
            f"{_needing(letters['count'], 'job')} a decision",
            detail=cause if letters["count"] > 1 else cause.partition(" × ")[2],
            since=letters["since"],
            remedy="Mend the cause, then redrive: each job goes out once.",
            action_label="Decide" if POSTS_WRITE in principal.scopes else "See them",
            action_url=reverse("dead_letters"),
        )
    ]


# --- all tenants ------------------------------------------------------------------------------------------------------------


def _tenants_accounts() -> list[Problem]:
    sick = Connection.objects.filter(status=Connection.Status.ATTENTION).order_by()
    groups = sick.values("tenant_id", "tenant__name").annotate(count=Count("pk"), since=Min("status_since"))
    ranked = list(groups.order_by("-count", "since")[: NAMED + 1])
    told = [
        _problem(
            "bad",
            f"{_needing(group['count'], 'account')} attention: {group['tenant__name']}",
            detail="Nothing can be published there meanwhile.",
            since=group["since"],
            who=WHO["tenant"],
            remedy="Reconnect. They were told by mail.",
            action_label="See which",
            action_url=_sick_accounts(tenant__id__exact=group["tenant_id"]),
        )
        for group in ranked[:NAMED]
    ]
    if len(ranked) > NAMED:
        named = sum(group["count"] for group in ranked[:NAMED])
        more = sick.count() - named
        told.append(
            _problem(
                "bad",
                f"{_needing(more, 'more account')} attention, of other tenants",
                more=True,
                who=WHO["tenant"],
                remedy="Reconnect. They were told by mail.",
                action_label="See them all",
                action_url=_sick_accounts(),
            )
        )
    return told


def _sick_accounts(**whose: Any) -> str:
    return drill.admin_list("connectors_connection", status__exact=Connection.Status.ATTENTION.value, **whose)


def _causes(letters: dict[str, Any]) -> list[Problem]:
    groups = (
        DeadLetter.objects.filter(closed_at=None)
        .order_by()
        .values("platform__name", "fingerprint")
        .annotate(
            count=Count("pk"),
            tenants=Count("tenant", distinct=True),
            since=Min("opened_at"),
            cause=Min("cause"),
            remedy=Min("remedy"),
            who=Min("who"),
        )
        .order_by("-count", "fingerprint")
    )
    ranked = list(groups[: NAMED + 1])
    told = [
        _problem(
            "warn",
            f"{_needing(group['count'], 'job')} a decision: {group['platform__name']}",
            detail=f"{group['cause']} {counted(group['tenants'], 'tenant')}.",
            since=group["since"],
            who=WHO.get(group["who"], ""),
            remedy=group["remedy"] or "Mend the cause, then redrive.",
            action_label="See them",
            action_url=drill.open_letters(fingerprint__exact=group["fingerprint"]),
        )
        for group in ranked[:NAMED]
    ]
    if len(ranked) > NAMED:
        more = letters["count"] - sum(group["count"] for group in ranked[:NAMED])
        told.append(
            _problem(
                "warn",
                f"{_needing(more, 'more job')} a decision, for other causes",
                more=True,
                remedy="Mend the causes, then redrive: each job goes out once.",
                action_label="See them all",
                action_url=drill.open_letters(),
            )
        )
    return told


def _needing(count: int, noun: str) -> str:
    return f"1 {noun} needs" if count == 1 else f"{count:,} {noun}s need"
