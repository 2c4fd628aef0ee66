"""Mails of the hall: text and HTML from one pair of templates, sent by Django's mail settings."""

from smtplib import SMTPException
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from foundation.errors import Unavailable

log = structlog.get_logger(__name__)


def can_send() -> bool:
    """Tell whether this hub has been told how to send mails."""
    return not settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend")


def send(template: str, *, to: str, subject: str, **said: Any) -> None:
    """Send ``templates/tenants/mails/<template>.txt`` and ``.html``; raises ``Unavailable`` when that is not possible now."""
    if not can_send():
        raise Unavailable(
            "This hub has no mail server, so no mail was sent.",
            remedy="Whoever runs it sets EMAIL_HOST; then send it again.",
            code="mail_not_configured",
        )
    told = {**said, "subject": subject, "hub": settings.PUBLIC_URL}
    # A line break in a tenant's name must not become a header of the mail.
    line = " ".join(subject.split())
    mail = EmailMultiAlternatives(line, render_to_string(f"tenants/mails/{template}.txt", told), to=[to])
    mail.attach_alternative(render_to_string(f"tenants/mails/{template}.html", told), "text/html")
    try:
        mail.send()
    except (OSError, SMTPException) as error:
        log.warning("mail.not_sent", template=template, error=type(error).__name__)
        raise Unavailable(
            "The mail server did not take the mail.", remedy="Send it again in a minute.", code="mail_not_sent"
        ) from None
