"""When each connection's tokens are next seen to: a row per connection, so that a look for due ones reads due ones only.

Whether a token is due depends on its life, its platform's moments, the account's place in the spread and on what was tried
before. Working that out for every connection each minute would read them all; so it is worked out when something changes, in
the transaction that changes it. What nobody announced (another setting, an expiry that a health check found out) is found
by ``mend``, which runs every few minutes.
"""

import hashlib
import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from connectors import token_times
from connectors.manager import connector_class
from connectors.models import Connection, Platform, TokenPlan
from connectors.registry import CONNECTORS
from connectors.types import ACCESS_TOKEN, Capability
from tenants import flags
from vault.selectors import marks_of

#: How many days before its end a grant is told of; the shorter ones once more, each once.
STAGES: Final = (30, 7, 1)
#: The end itself is a stage as well.
END: Final = 0
#: An end that moved by less is the same end: platforms tell seconds that are left, and answers take seconds to come.
SAME_END: Final = timedelta(hours=12)
#: What the hub renews by itself is told of only when its own try has come and gone: after this share of the stage is left.
AFTER_OUR_TRY: Final = 0.85
_BATCH: Final = 500
#: Of those that are due, so many are compared by their ends at once.
_WINDOW: Final = 200
_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
_CHANGING: Final = [
    "platform", "version", "rule", "ends_at", "due_at", "held_until", "tried_at", "failures", "refused_version",
    "grant_ends_at", "tell_at", "told_days", "told_end",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Handed:
    """A connection whose tokens a worker is to renew, and the version of those that were due."""

    connection_id: UUID
    version: int


def plan(connection_ids: Sequence[UUID], *, now: datetime) -> None:
    """Work the plans of these connections out anew. Call it in the transaction that changed them."""
    rows = list(Connection.objects.filter(pk__in=connection_ids, platform__in=list(CONNECTORS)))
    known = TokenPlan.objects.in_bulk([row.pk for row in rows])
    able = {row.pk for row in renewable(rows, now=now)}
    plans = [_planned(row, known.get(row.pk), renews=row.pk in able, now=now) for row in rows]
    TokenPlan.objects.bulk_create(plans, update_conflicts=True, unique_fields=["connection"], update_fields=_CHANGING)


def mend(*, now: datetime, limit: int = 20_000) -> int:
    """Plan what has no plan, or one that no longer fits its connection or the settings; return how many."""
    count = 0
    for slug in CONNECTORS:
        while count < limit and (batch := list(_misplanned(slug).values_list("pk", flat=True)[:_BATCH])):
            with transaction.atomic():
                locked = Connection.objects.select_for_update().filter(pk__in=batch).order_by("pk")
                plan([row.pk for row in locked], now=now)
            count += len(batch)
    return count


def hand_out(*, now: datetime, hold: timedelta, platform: str = "", limit: int | None = None) -> list[Handed]:
    """Take connections whose tokens are due and hold them for a worker, those that end first first.

    After a long outage many thousands may be due; then those that end first among the longest due of each platform are taken.
    No platform has more in workers' hands than ``TOKEN_REFRESHES_AT_ONCE``, so that one which hangs keeps its own share of
    the workers and nobody else's. Two who look at once take different ones.
    """
    taken: list[tuple[datetime, Handed]] = []
    for slug in _with_due(platform, now=now):
        with transaction.atomic():
            # One at a time counts what is in hand, or two would both see room; inserting jobs does not wait for this lock.
            Platform.objects.select_for_update(no_key=True).get(pk=slug)
            mine = TokenPlan.objects.filter(platform=slug)
            room = settings.TOKEN_REFRESHES_AT_ONCE - mine.filter(held_until__gt=now).count()
            room = room if limit is None else min(room, limit)
            if room <= 0:
                continue
            skipping = database.features.has_select_for_update_skip_locked
            due = mine.filter(flags.rule_of("token_refresh").rows("connection__tenant_id"), due_at__lte=now)
            longest_due = due.order_by("due_at").values_list("ends_at", "pk")[:_WINDOW]
            first = [pk for _, pk in heapq.nsmallest(room, ((ends or now, pk) for ends, pk in longest_due))]
            rows = list(mine.filter(pk__in=first).select_for_update(skip_locked=skipping))
            until = now + hold
            TokenPlan.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=until, held_until=until)
        taken += [(row.ends_at or now, Handed(row.pk, row.version)) for row in rows]
    return [handed for _, handed in sorted(taken, key=lambda pair: pair[0])]


def let_go(connection_id: UUID) -> None:
    """Say that a worker has no more to do with a connection."""
    TokenPlan.objects.filter(pk=connection_id).update(held_until=None)


def note_failure(row: Connection, *, at_least: timedelta | None, now: datetime) -> None:
    """Remember a try that brought nothing: the next one comes after a pause that suits the time left, or as asked."""
    ends = row.access_expires_at or now
    wait = max(token_times.pause(expires_at=ends, now=now), at_least or timedelta())
    mine = TokenPlan.objects.filter(pk=row.pk, version=row.token_version)
    mine.update(tried_at=now, failures=F("failures") + 1)
    mine.filter(due_at__isnull=False).update(due_at=now + wait)


def note_refusal(row: Connection, *, now: datetime) -> None:
    """Remember that the platform refused these tokens for good: they are not traded again."""
    TokenPlan.objects.filter(pk=row.pk).update(refused_version=row.token_version)
    plan([row.pk], now=now)


def rests(row: Connection, *, now: datetime) -> bool:
    """Tell whether a try is out of place: the last one was a little while ago, or these tokens were refused for good."""
    known = TokenPlan.objects.filter(pk=row.pk).first()
    if known is None or known.version != row.token_version:
        return False
    if known.refused_version == row.token_version:
        return True
    if not known.failures or known.tried_at is None or row.access_expires_at is None:
        return False
    return now - known.tried_at < token_times.pause(expires_at=row.access_expires_at, now=now)


def was_refused(connection_id: UUID) -> bool:
    """Tell whether the platform refused a connection's present tokens for good."""
    return TokenPlan.objects.filter(pk=connection_id, refused_version=F("connection__token_version")).exists()


def renewable(rows: Sequence[Connection], *, now: datetime) -> list[Connection]:
    """Return those that can be renewed without their person: what is traded for a fresh token is here, and good."""
    kinds = {row.pk: _traded(row, now=now) for row in rows}
    held = {kind: marks_of(list(kinds), kind=kind) for kind in set(kinds.values()) - {""}}
    return [row for row in rows if row.pk in held.get(kinds[row.pk], {})]


def stages_of(row: Connection, end: datetime) -> Iterator[tuple[int, datetime]]:
    """Yield the stages of a grant's end with their moments, the earliest first; those a grant is too short for are left out."""
    connector = connector_class(row.platform_id)
    self_renewing = Capability.REFRESH_TOKEN in connector.capabilities and connector.renews_with == ACCESS_TOKEN
    longest = max(connector.refresh_before, default=timedelta())
    for days in STAGES:
        before = timedelta(days=days)
        if self_renewing and before > longest:
            continue
        moment = end - before * (AFTER_OUR_TRY if self_renewing else 1)
        if moment > row.connected_at + SAME_END:
            yield days, moment
    if not self_renewing and end == row.access_expires_at:
        yield END, end


def _planned(row: Connection, known: TokenPlan | None, *, renews: bool, now: datetime) -> TokenPlan:
    made = TokenPlan(
        connection=row, platform_id=row.platform_id, version=row.token_version, rule=rule_of(row.platform_id)
    )
    if known is not None:
        for name in ("refused_version", "told_days", "told_end"):
            setattr(made, name, getattr(known, name))
        if known.version == row.token_version:
            for name in ("held_until", "tried_at", "failures"):
                setattr(made, name, getattr(known, name))
    if row.status == Connection.Status.INACTIVE:
        return made
    refused = made.refused_version == row.token_version
    made.ends_at = row.access_expires_at
    if renews and not refused:
        made.due_at = _due_at(row, made)
    if not refused:
        made.grant_ends_at = _grant_end(row, renews=renews)
    _plan_telling(row, made)
    return made


def _due_at(row: Connection, made: TokenPlan) -> datetime | None:
    ends = row.access_expires_at
    if ends is None:
        return None
    issued = max(row.connected_at, row.refreshed_at or row.connected_at)
    moments = connector_class(row.platform_id).refresh_moments(issued_at=issued, expires_at=ends)
    moment = token_times.next_after(row.refreshed_at, moments, account=row.pk, expires_at=ends)
    if moment is None or not made.failures or made.tried_at is None:
        return moment
    return max(moment, made.tried_at + token_times.pause(expires_at=ends, now=made.tried_at))


def _grant_end(row: Connection, *, renews: bool) -> datetime | None:
    """Return from when on only a person can renew a grant, as far as that is known."""
    by_itself = renews and connector_class(row.platform_id).renews_with != ACCESS_TOKEN
    return row.refresh_expires_at if by_itself else row.access_expires_at


def _plan_telling(row: Connection, made: TokenPlan) -> None:
    end = made.grant_ends_at
    if end is None:
        return
    if made.told_end is not None and end > made.told_end + SAME_END:
        made.told_days = made.told_end = None
    left = (at for days, at in stages_of(row, end) if made.told_days is None or days < made.told_days)
    made.tell_at = next(left, None)


def _traded(row: Connection, *, now: datetime) -> str:
    """Return the kind of secret that is traded for a fresh token; empty where there is none, or it has ended.

    The end that was told of a refresh token is no reason: some platforms tell it wrong, and a refusal says more.
    """
    connector = connector_class(row.platform_id)
    ended = connector.renews_with == ACCESS_TOKEN and row.access_expires_at is not None and row.access_expires_at <= now
    able = Capability.REFRESH_TOKEN in connector.capabilities and row.status != Connection.Status.INACTIVE
    return connector.renews_with if able and not ended else ""


def rule_of(platform: str) -> str:
    """Return a mark of a platform's moments: it changes when a setting changes them."""
    connector = connector_class(platform)
    told = [connector.renews_with, *(str(before) for before in connector.refresh_before)]
    for life in (timedelta(hours=1), timedelta(days=1), timedelta(days=60)):
        told += [str(at) for at in connector.refresh_moments(issued_at=_EPOCH, expires_at=_EPOCH + life)]
    return hashlib.sha256("|".join(told).encode()).hexdigest()[:24]


def _misplanned(slug: str) -> QuerySet[Connection]:
    kept = Q(token_plan__version=F("token_version"), token_plan__rule=rule_of(slug)) & (
        Q(token_plan__ends_at=F("access_expires_at"))
        | Q(token_plan__ends_at=None, access_expires_at=None)
        | Q(token_plan__ends_at=None, token_plan__due_at=None, status=Connection.Status.INACTIVE)
    )
    fitting = Connection.objects.filter(kept, platform=slug)
    return Connection.objects.filter(platform=slug).exclude(pk__in=fitting.values("pk")).order_by("pk")


def _with_due(platform: str, *, now: datetime) -> list[str]:
    """Return the platforms where something is due. Tokens are kept alive where a platform is switched off, too."""
    able = [
        slug
        for slug, connector in CONNECTORS.items()
        if Capability.REFRESH_TOKEN in connector.capabilities and platform in {"", slug}
    ]
    due = TokenPlan.objects.filter(platform=OuterRef("pk"), due_at__lte=now)
    return list(Platform.objects.filter(Exists(due), slug__in=able).values_list("slug", flat=True))
