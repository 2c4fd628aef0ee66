"""Mails to operators: at once, and then not more often than they can bear; what happens meanwhile comes in one."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from outbox.models import Mail

KIND: Final = "operators_news"
TOPIC: Final = "alerts"
#: A mail tells of so many, and counts the rest.
MOST: Final = 40


def write_to(addresses: Iterable[str], news: Collection[Mapping[str, Any]], *, pause: timedelta, now: datetime) -> None:
    """Write a mail with these news to each address, in the caller's transaction; one that still waits takes them in."""
    for address in addresses:
        if not _added(address, news, now=now):
            _write(address, news, pause=pause, now=now)


def _added(address: str, news: Collection[Mapping[str, Any]], *, now: datetime) -> bool:
    waiting = Mail.objects.filter(address=address, kind=KIND, state=Mail.State.WAITING, lease_token=None, tries=0)
    # Held, so that it is not sent while it is written to.
    mail = waiting.select_for_update().order_by("-pk").first()
    if mail is None:
        return False
    facts = _facts([*mail.facts["news"], *news], more=int(mail.facts.get("more", 0)))
    return bool(waiting.filter(pk=mail.pk).update(facts=facts, updated_at=now))


def _write(address: str, news: Collection[Mapping[str, Any]], *, pause: timedelta, now: datetime) -> None:
    last = Mail.objects.filter(address=address, kind=KIND).order_by("-pk").values_list("created_at", flat=True).first()
    due = max(now, last + pause) if last else now
    Mail.objects.create(
        topic=TOPIC, kind=KIND, about=address[:64], address=address, facts=_facts(list(news), more=0), due_at=due
    )


def _facts(news: list[Mapping[str, Any]], *, more: int) -> dict[str, Any]:
    return {"news": [dict(one) for one in news[:MOST]], "more": more + max(0, len(news) - MOST)}
