"""What operators do with many rows at once: each by a call of a service, some seconds at a time, with a page that asks first.

A selection may be "all that match", so it is gone through in the order of keys, up to the newest row there was when it began.
Each request does what fits into ``SLICE`` and hands the rest to the next, which the page sends by itself; nothing times out,
and whoever leaves the page stops it. What the services refuse is counted by its cause.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core import signing
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from foundation.admin.lists import BoundedPaginator
from foundation.admin.showing import address_of
from foundation.errors import ConfigurationError, Refusal
from foundation.text import storable

#: One request goes on for so long; a row more may take its time on top.
SLICE: Final = timedelta(seconds=5)
_BATCH: Final = 100
#: So many rows are named on the page that asks.
_NAMED: Final = 10
_CAUSES: Final = 5
_LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Turn:
    """What a service is told besides the row: who asks, why, when, and how many rows of this selection came before."""

    request: HttpRequest
    now: datetime
    began: datetime
    number: int
    reason: str


class Act(Protocol):
    """Do it with one row; returns False when there was nothing to do, raises what services raise."""

    def __call__(self, turn: Turn, row: Any, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to be done with chosen rows."""

    name: str
    label: str
    #: What was done with them, after their number: "are sent again".
    done: str
    act: Act
    #: What will happen, told by the page that asks; without it, nothing is asked.
    explain: str = ""
    #: Asks for a reason, under this label.
    reason: str = ""
    danger: bool = False
    #: What rows are read with.
    related: tuple[str, ...] = ()
    #: Called after each request that did something, to ring for workers.
    after: Callable[[], None] | None = None
    #: What the act may raise besides refusals; its words are told as a cause.
    refusals: tuple[type[Exception], ...] = ()
    #: What is said where the service did nothing.
    nothing: str = "nothing was left to do"


@dataclass(slots=True)
class Progress:
    """How far a selection has been gone through."""

    until: str
    began: str
    total: int
    last: str = ""
    seen: int = 0
    done: int = 0
    reason: str = ""
    causes: dict[str, int] = field(default_factory=dict)

    def sealed(self, salt: str) -> str:
        """Return it as a text that nobody can change."""
        return signing.dumps(
            [self.until, self.began, self.total, self.last, self.seen, self.done, self.reason, self.causes],
            salt=salt,
            compress=True,
        )


def perform(admin: Any, request: HttpRequest, rows: QuerySet[Any], deed: Deed) -> HttpResponse | None:
    """Ask, do, or go on doing; None when all is done and the list is to be shown again."""
    rows = rows.select_related(None).order_by("pk")
    salt = f"deed:{admin.opts.label_lower}:{deed.name}:{request.user.pk}"
    if "progress" in request.POST:
        progress = _opened(request.POST["progress"], salt)
        if progress is None:
            admin.message_user(request, "That page was too old to go on from; choose again.", messages.WARNING)
            return None
    else:
        newest = rows.order_by("-pk").values_list("pk", flat=True).first()
        if newest is None:
            return None
        reason = storable(request.POST.get("reason", "")).strip()[:_LONGEST_REASON]
        if (deed.explain and "sure" not in request.POST) or (deed.reason and not reason):
            return _ask(admin, request, rows, deed, missing="sure" in request.POST)
        total = rows.order_by()[: BoundedPaginator.MOST].count()
        progress = Progress(str(newest), timezone.now().isoformat(), total, reason=reason)
    finished = _go_on(request, rows, deed, progress)
    if not finished:
        return _again(admin, request, deed, progress, salt)
    _tell(admin, request, deed, progress)
    return None


def _go_on(request: HttpRequest, rows: QuerySet[Any], deed: Deed, progress: Progress) -> bool:
    """Do what fits into one request; returns whether nothing is left."""
    end = time.monotonic() + SLICE.total_seconds()
    began = datetime.fromisoformat(progress.began)
    causes = Counter(progress.causes)
    rows = rows.filter(pk__lte=progress.until).select_related(*deed.related)
    finished = False
    late = False
    while not (finished or late):
        batch = list((rows.filter(pk__gt=progress.last) if progress.last else rows)[:_BATCH])
        finished = len(batch) < _BATCH
        for place, row in enumerate(batch, start=1):
            _do(Turn(request, timezone.now(), began, progress.done, progress.reason), row, deed, progress, causes)
            # Looked at after a row, so that each request does one at least.
            if late := time.monotonic() >= end:
                finished = finished and place == len(batch)
                break
    progress.causes = dict(causes.most_common(50))
    if deed.after and progress.done:
        deed.after()
    return finished


def _do(turn: Turn, row: Any, deed: Deed, progress: Progress, causes: Counter[str]) -> None:
    try:
        if deed.act(turn, row) is False:
            causes[deed.nothing] += 1
        else:
            progress.done += 1
    except (Refusal, ConfigurationError) as refusal:
        causes[refusal.detail] += 1
    except deed.refusals as error:
        causes[str(error)[:200]] += 1
    progress.last, progress.seen = str(row.pk), progress.seen + 1


def _ask(admin: Any, request: HttpRequest, rows: QuerySet[Any], deed: Deed, *, missing: bool) -> HttpResponse:
    """Show what will happen to how many."""
    named = list(rows[:_NAMED])
    count = rows.order_by()[: BoundedPaginator.MOST].count()
    told = _frame(admin, request, deed) | {
        "count": f"more than {count - 1:,}" if count >= BoundedPaginator.MOST else f"{count:,}",
        "one": count == 1,
        "rows": [(address_of(row), str(row)[:120] or str(row.pk)) for row in named],
        "left_out": count > len(named),
        "missing": missing,
    }
    return render(request, "admin/deed.html", told)


def _again(admin: Any, request: HttpRequest, deed: Deed, progress: Progress, salt: str) -> HttpResponse:
    told = _frame(admin, request, deed) | {
        "progress": progress,
        "sealed": progress.sealed(salt),
        "bounded": progress.total >= BoundedPaginator.MOST,
        "refused": progress.seen - progress.done,
        "causes": _worst(progress.causes),
    }
    return render(request, "admin/deed_under_way.html", told)


def _tell(admin: Any, request: HttpRequest, deed: Deed, progress: Progress) -> None:
    rows = admin.opts.verbose_name if progress.done == 1 else admin.opts.verbose_name_plural
    if progress.done:
        done = deed.done.replace("are ", "is ", 1) if progress.done == 1 else deed.done
        admin.message_user(request, f"{progress.done:,} {rows} {done}.", messages.SUCCESS)
    left = progress.seen - progress.done
    if left:
        causes = "; ".join(f"{count:,}: {cause.rstrip('.')}" for cause, count in _worst(progress.causes))
        admin.message_user(
            request, f"{left:,} left as {'it was' if left == 1 else 'they were'}. {causes}.", messages.WARNING
        )


def _worst(causes: dict[str, int]) -> Sequence[tuple[str, int]]:
    common = Counter(causes).most_common()
    rest = sum(count for _, count in common[_CAUSES:])
    return [*common[:_CAUSES], *([("other causes", rest)] if rest else [])]


def _frame(admin: Any, request: HttpRequest, deed: Deed) -> dict[str, Any]:
    """Return what both pages need to send the same selection again."""
    return {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "deed": deed,
        "title": deed.label,
        "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME)
        if request.POST.get("select_across", "0") == "0"
        else ["0"],
        "checkbox": ACTION_CHECKBOX_NAME,
        "across": request.POST.get("select_across", "0"),
        "floor": request.POST.get("floor", "") or getattr(request, "floor", ""),
        "reason": request.POST.get("reason", "")[:_LONGEST_REASON],
        "media": admin.media,
    }


def _opened(text: str, salt: str) -> Progress | None:
    try:
        return Progress(*signing.loads(text, salt=salt, max_age=timedelta(hours=1)))
    except (signing.BadSignature, TypeError):
        return None
