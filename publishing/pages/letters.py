"""Dead letters, grouped by cause."""

from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Count, F, Min, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from connectors.models import Connection
from connectors.pages import platform_options, reconnect_of
from connectors.registry import CONNECTORS
from foundation.listing import Column, Query, read_count, read_text, stretch_of
from publishing import selectors
from publishing.models import DeadLetter
from publishing.pages.words import WHO, excerpt_of, job_row, tries_of
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import POSTS_WRITE

PAGE_SIZE: Final = 20
#: A page shows so many jobs at most: of few groups more of each.
SHOWN: Final = 100
SHOWN_PER_GROUP: Final = 10
TAKEN_BACK_SHOWN: Final = 20
_COLUMNS: Final = {"count": Column(F("count"), read_count)}
_TABS: Final = {
    "": "All",
    "author": "For authors",
    "tenant": "For owners",
    "operator": "For the operator",
    "unknown": "Outcome unknown",
}


def dead_letters_page(principal: Principal, query: Query) -> dict[str, Any]:
    """Return what ``publishing/dead_letters.html`` shows."""
    tenant = principal.tenant
    words = query.words()
    platform = query.choice("platform", CONNECTORS)
    state = query.choice("state", set(_TABS) - {""})

    everything = DeadLetter.objects.filter(tenant=tenant, closed_at=None)
    chosen = _chosen(everything, words=words, platform=platform, state=state)
    groups = chosen.order_by().values("fingerprint").annotate(count=Count("pk"))
    sort = query.sort(_COLUMNS, "count")
    stretch = stretch_of(groups, sort, query.cursor, size=PAGE_SIZE, tie="fingerprint", read_tie=read_text)
    total = everything.count()
    narrowed = bool(words or platform or state)
    return {
        "groups": _groups(principal, chosen, stretch.ties),
        "total": total,
        "shown": chosen.count() if narrowed else total,
        "filters": {"query": words, "platform": platform, "state": state, "destination": ""},
        "platforms": platform_options(),
        "states": [
            {"label": label, "count": None if name else total, "url": query.url(state=name), "current": name == state}
            for name, label in _TABS.items()
        ],
        "page": stretch.links(query),
        "can_decide": POSTS_WRITE in principal.scopes,
        "taken_back": _taken_back(tenant),
    }


def _taken_back(tenant: Tenant) -> dict[str, Any] | None:
    """Return the posts that were published and that their platforms took back since; they are no dead letters."""
    jobs = list(selectors.taken_back(tenant)[: TAKEN_BACK_SHOWN + 1])
    if not jobs:
        return None
    more = len(jobs) > TAKEN_BACK_SHOWN
    return {
        "count": selectors.taken_back(tenant).count() if more else len(jobs),
        "jobs": [job_row(job) for job in jobs[:TAKEN_BACK_SHOWN]],
    }


def letters_of_group(tenant: Tenant, fingerprint: str, *, most: int) -> list[DeadLetter]:
    """Return the oldest open dead letters of one cause."""
    return list(selectors.open_letters_of(tenant).filter(fingerprint=fingerprint).order_by("id")[:most])


def _chosen(letters: QuerySet[DeadLetter], *, words: str, platform: str, state: str) -> QuerySet[DeadLetter]:
    if words:
        letters = letters.filter(
            Q(cause__icontains=words) | Q(job__destination__name__icontains=words) | Q(job__post__text__icontains=words)
        )
    if platform:
        letters = letters.filter(platform_id=platform)
    if state == "unknown":
        return letters.filter(job__announced_at__isnull=False)
    return letters.filter(who=state) if state else letters


def _groups(principal: Principal, letters: QuerySet[DeadLetter], keys: list[str]) -> list[dict[str, Any]]:
    """Build the groups with three queries, however many there are."""
    of_page = letters.filter(fingerprint__in=keys)
    figures: dict[str, Any] = {
        row["fingerprint"]: row
        for row in of_page.order_by()
        .values("fingerprint")
        .annotate(
            count=Count("pk"),
            since=Min("opened_at"),
            in_doubt=Count("pk", filter=Q(job__announced_at__isnull=False)),
            sick=Count(
                "job__destination__connection",
                distinct=True,
                filter=~Q(job__destination__connection__status=Connection.Status.ACTIVE),
            ),
        )
    }
    numbered = of_page.annotate(place=Window(RowNumber(), partition_by=F("fingerprint"), order_by=F("id").desc()))
    # Only ids are numbered; what is shown beside them is fetched for those alone.
    each = min(SHOWN_PER_GROUP, SHOWN // max(len(keys), 1))
    ids = list(numbered.filter(place__lte=each).values_list("pk", flat=True))
    shown: dict[str, list[DeadLetter]] = {key: [] for key in keys}
    for letter in selectors.open_letters_of(principal.tenant).filter(pk__in=ids):
        shown[letter.fingerprint].append(letter)
    return [_group(principal, figures[key], shown[key]) for key in keys if key in figures and shown[key]]


def _group(principal: Principal, figures: dict[str, Any], letters: list[DeadLetter]) -> dict[str, Any]:
    first, count = letters[0], figures["count"]
    reconnect = None
    if first.who == "tenant" and figures["sick"]:
        reconnect = reconnect_of(principal, _sick(letters).job.destination.connection)
        if figures["sick"] > 1:
            reconnect["url"] = f"{reverse('connections')}?state=attention"
    return {
        "key": first.fingerprint,
        "count": count,
        "platform": first.platform_id,
        "platform_name": first.platform.name,
        "cause": first.cause,
        "remedy": first.remedy,
        "who": WHO.get(first.who, ""),
        "since": figures["since"],
        "unknown": figures["in_doubt"] == count,
        "reconnect": reconnect,
        "jobs": [_job(letter, said_above=first.cause) for letter in letters],
        "more_url": f"{reverse('jobs')}?{urlencode({'cause': first.fingerprint})}" if count > len(letters) else "",
    }


def _sick(letters: list[DeadLetter]) -> DeadLetter:
    active = Connection.Status.ACTIVE
    return next((each for each in letters if each.job.destination.connection.status != active), letters[0])


def _job(letter: DeadLetter, *, said_above: str) -> dict[str, Any]:
    job = letter.job
    return {
        "id": job.pk,
        "dead_letter_id": letter.pk,
        "excerpt": excerpt_of(job.post.text, job.post.link),
        "destination": job.destination.name,
        "died_at": letter.opened_at,
        "tries": tries_of(job),
        "hint": letter.cause if letter.cause != said_above else "",
    }
