"""What is wrong just now, worst first: parts of the hub that fail, jobs that are late, accounts, dead letters."""

from datetime import datetime
from typing import Any, Final

from django.db.models import Count, Min
from django.urls import reverse

from connectors.models import Connection
from connectors.pages import reconnect_of
from monitoring import readiness
from publishing.models import DeadLetter
from publishing.pages.words import WHO
from publishing.selectors import overdue_jobs
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE, POSTS_WRITE

#: So many accounts are named; more are counted.
ACCOUNTS_NAMED: Final = 4
_RANK: Final = {"bad": 0, "warn": 1, "info": 2}
_OPERATOR: Final = WHO["operator"]
_PARTS: Final = {
    "database": "The database",
    "broker": "The broker",
    "vault": "The vault",
    "worker": "The worker",
    "beat": "The scheduler",
    "queue": "The queue",
}

Problem = dict[str, Any]


def problems_of(principal: Principal, *, is_staff: bool, letters: dict[str, Any], now: datetime) -> list[Problem]:
    """Return what needs somebody, worst first. ``letters`` has the ``count`` of open dead letters, and ``since`` when."""
    found = [
        *(_parts(now) if is_staff else []),
        *_late(principal.tenant, now=now),
        *_accounts(principal),
        *_letters(principal, letters),
    ]
    return sorted(found, key=lambda problem: _RANK[problem["severity"]])


def _problem(severity: str, title: str, **told: Any) -> Problem:
    empty = {"detail": "", "since": None, "who": "", "remedy": "", "action_label": "", "action_url": ""}
    return {**empty, "severity": severity, "title": title, **told}


def _parts(now: datetime) -> list[Problem]:
    return [
        # Without the broker publishing goes on, a little later than usual.
        _problem(
            "warn" if part.warning or part.name == "broker" else "bad",
            f"{_PARTS.get(part.name, part.name)} {'needs a look' if part.warning else 'does not work'}",
            detail=f"{part.detail[:1].upper()}{part.detail[1:]}.",
            who=_OPERATOR,
            remedy=part.remedy,
        )
        for part in readiness.parts(now=now)
        if part.warning or not part.ok
    ]


def _late(tenant: Tenant, *, now: datetime) -> list[Problem]:
    late = overdue_jobs(now=now, tenant=tenant)
    if not late.count:
        return []
    return [
        _problem(
            "bad",
            _late_words(late.count),
            detail="Workers are not keeping up, or none is running.",
            since=late.since,
            who=_OPERATOR,
            remedy="Start a worker, or more of them. Nothing is lost meanwhile.",
            action_label="See what waits",
            action_url=f"{reverse('jobs')}?state=waiting&sort=due",
        )
    ]


def _accounts(principal: Principal) -> list[Problem]:
    sick = Connection.objects.filter(tenant=principal.tenant, status=Connection.Status.ATTENTION)
    named = list(sick.select_related("platform").order_by("status_since", "id")[: ACCOUNTS_NAMED + 1])
    may_mend = CONNECTIONS_WRITE in principal.scopes
    told = []
    for connection in named[:ACCOUNTS_NAMED]:
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
    if len(named) > ACCOUNTS_NAMED:
        more = sick.count() - ACCOUNTS_NAMED
        told.append(
            _problem(
                "bad",
                f"{_counted(more, 'more account')} attention",
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
            f"{_counted(letters['count'], 'job')} a decision",
            detail=cause if letters["count"] > 1 else cause.partition(" × ")[2],
            since=letters["since"],
            remedy="Mend the cause, then redrive: each job goes out once.",
            action_label="Decide" if POSTS_WRITE in principal.scopes else "See them",
            action_url=reverse("dead_letters"),
        )
    ]


def _counted(count: int, noun: str) -> str:
    return f"1 {noun} needs" if count == 1 else f"{count:,} {noun}s need"


def _late_words(count: int) -> str:
    return "1 job is late" if count == 1 else f"{count:,} jobs are late"
