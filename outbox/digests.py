"""Telling people of dead letters: many in one mail, grouped by cause, and not more often than they can bear."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Min

from outbox import members
from outbox.models import Digest
from publishing.models import DeadLetter

#: Letters seldom come alone: the first mail waits this long for company. And the next one at least this long.
GATHER: Final = timedelta(minutes=1)
APART: Final = timedelta(minutes=15)
MOST_CAUSES: Final = 10
KIND: Final = "dead_letters"


def expect(letters: Sequence[DeadLetter], *, now: datetime) -> None:
    """See to it that the people of these letters' tenants are told of them; letters they know of change nothing."""
    newest: dict[Any, datetime] = {}
    for letter in letters:
        newest[letter.tenant_id] = max(letter.opened_at, newest.get(letter.tenant_id, letter.opened_at))
    known = {one.tenant_id: one for one in Digest.objects.filter(tenant_id__in=newest)}
    for tenant_id, opened_at in newest.items():
        digest = known.get(tenant_id)
        if digest is None:
            told_until = opened_at - timedelta(days=1)
            Digest.objects.get_or_create(
                tenant_id=tenant_id, defaults={"due_at": now + GATHER, "told_until": told_until}
            )
        elif digest.due_at is None and opened_at > digest.told_until:
            due = max(now + GATHER, (digest.mailed_at or now) + APART if digest.mailed_at else now + GATHER)
            Digest.objects.filter(pk=digest.pk, due_at=None).update(due_at=due, updated_at=now)


def write_due(*, now: datetime) -> int:
    """Write the mails of every digest that is due; return how many tenants they were for."""
    count = 0
    for digest in Digest.objects.filter(due_at__lte=now).select_related("tenant").order_by("due_at")[:200]:
        with transaction.atomic():
            if Digest.objects.filter(pk=digest.pk, due_at=digest.due_at).update(due_at=None, updated_at=now):
                count += _write(digest, now=now)
    return count


def _write(digest: Digest, *, now: datetime) -> int:
    letters = DeadLetter.objects.filter(tenant=digest.tenant_id, closed_at=None)
    fresh = letters.filter(opened_at__gt=digest.told_until)
    groups = list(
        fresh.order_by()
        .values("platform__name", "fingerprint")
        .annotate(count=Count("pk"), since=Min("opened_at"))
        .order_by("-count", "fingerprint")
    )
    newest = fresh.order_by("-opened_at").values_list("opened_at", flat=True).first()
    if newest is None:
        return 0
    causes = []
    for group in groups[:MOST_CAUSES]:
        one = fresh.filter(fingerprint=group["fingerprint"]).order_by("-id").first()
        if one is not None:
            causes.append(
                {
                    "platform": group["platform__name"],
                    "count": group["count"],
                    "cause": one.cause,
                    "remedy": one.remedy,
                    "who": one.who,
                }
            )
    facts = {
        "causes": causes,
        "more_causes": max(0, len(groups) - MOST_CAUSES),
        "count": sum(group["count"] for group in groups),
        "open": letters.count(),
    }
    mailed = members.write_to(
        digest.tenant_id, topic="dead_letters", kind=KIND, about=str(digest.tenant_id), facts=facts, now=now
    )
    Digest.objects.filter(pk=digest.pk).update(
        told_until=newest, mailed_at=now if mailed else digest.mailed_at, updated_at=now
    )
    return 1
