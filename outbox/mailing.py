"""Sending mails that are due. A mail server that took one and a worker that died before it could write that down are the one
way in which a mail is sent twice; nothing can be done about it, since mail servers know no idempotency keys.
"""

import smtplib
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction

from foundation.ids import new_id
from foundation.text import storable
from outbox import letters
from outbox.models import Mail
from tenants import flags
from tenants.services import record

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

#: The waits before the tries after the first.
WAITS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
LEASE: Final = timedelta(minutes=2)
_BATCH: Final = 20
_MOST_SECONDS: Final = 50.0
#: With such a status a mail server says that trying again is of no use.
_FOR_GOOD: Final = range(500, 600)


def send_due(*, clock: Clock) -> int:
    """Send every mail that is due, the longest waiting first; return how many left. Never inside a transaction."""
    end = time.monotonic() + _MOST_SECONDS
    sent = 0
    while time.monotonic() < end:
        due = (
            Mail.objects.filter(flags.rule_of("mails").rows(), due_at__lte=clock())
            .order_by("due_at")
            .values_list("pk", flat=True)
        )
        batch = list(due[:_BATCH])
        if not batch:
            break
        sent += _send_some(batch, clock=clock, end=end)
        if len(batch) < _BATCH:
            break
    return sent


@transaction.atomic
def send_again(*, mail: Mail, actor: str, now: datetime) -> bool:
    """Make a mail that was given up due again; returns whether it was given up. Audited."""
    again = Mail.objects.filter(pk=mail.pk, state=Mail.State.FAILED).update(
        state=Mail.State.WAITING, due_at=now, tries=0, updated_at=now
    )
    if again:
        record(tenant=mail.tenant, actor=actor, action="mail.sent_again", subject=mail, kind=mail.kind)
    return bool(again)


def _send_some(batch: list[UUID], *, clock: Clock, end: float) -> int:
    """Send mails over one connection to the server; a server that cannot be reached is asked once, not for each."""
    server = get_connection()
    sent = 0
    try:
        for mail_id in batch:
            if time.monotonic() > end:
                break
            token = new_id()
            mail = _claim(mail_id, token, now=clock())
            if mail is not None:
                sent += _send(mail, token, server, clock=clock)
    finally:
        try:
            server.close()
        except (OSError, smtplib.SMTPException) as error:
            log.info("mail.connection_not_closed", error=type(error).__name__)
    return sent


def _claim(mail_id: UUID, token: UUID, *, now: datetime) -> Mail | None:
    mine = Mail.objects.filter(pk=mail_id, due_at__lte=now)
    if not mine.update(due_at=now + LEASE, lease_token=token, updated_at=now):
        return None
    return Mail.objects.select_related("tenant", "user").get(pk=mail_id)


def _send(mail: Mail, token: UUID, server: Any, *, clock: Clock) -> bool:
    try:
        letter = letters.written(mail, now=clock())
        if letter is None:
            _end(mail, token, now=clock(), state=Mail.State.SENT, error="No longer of any use when its turn came.")
            return False
        message = EmailMultiAlternatives(
            letter.subject, letter.text, to=[mail.to], headers=letter.headers, connection=server
        )
        message.attach_alternative(letter.html, "text/html")
        server.open()  # kept open for the mails after this one; a failure here is this mail's
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        log.warning("mail.not_sent", mail=str(mail.pk), error=type(error).__name__)
        _put_off(mail, token, error, now=clock())
        return False
    except Exception as error:  # a fault of ours must not keep the mails behind it waiting
        log.exception("mail.crashed", mail=str(mail.pk), error=type(error).__name__)
        _put_off(mail, token, error, now=clock())
        return False
    now = clock()
    _end(mail, token, now=now, state=Mail.State.SENT, sent_at=now, error="")
    return True


def _put_off(mail: Mail, token: UUID, error: Exception, *, now: datetime) -> None:
    """Write a failure down without the server's words, which may repeat addresses and names."""
    status = getattr(error, "smtp_code", None)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        status = next((number for number, _ in error.recipients.values()), None)
    told = storable(type(error).__name__ + (f" ({status})" if status else ""))[:300]
    if status in _FOR_GOOD or mail.tries >= len(WAITS):
        _end(mail, token, now=now, state=Mail.State.FAILED, error=told)
    else:
        mine = Mail.objects.filter(pk=mail.pk, lease_token=token)
        mine.update(due_at=now + WAITS[mail.tries], lease_token=None, tries=mail.tries + 1, error=told, updated_at=now)


@transaction.atomic
def _end(mail: Mail, token: UUID, *, now: datetime, **fields: Any) -> None:
    mine = Mail.objects.filter(pk=mail.pk, lease_token=token)
    mine.update(due_at=None, lease_token=None, tries=mail.tries + 1, updated_at=now, **fields)
