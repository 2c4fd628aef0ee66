"""What is wrong with how news leave, told at start-up."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

_DUMMY = "django.core.mail.backends.dummy.EmailBackend"


@register(Tags.compatibility)
def mails_leave(**kwargs: Any) -> list[CheckMessage]:
    """Warn of a production hub that tells nobody by e-mail."""
    if settings.EMBEDDED or settings.EMAIL_BACKEND != _DUMMY:
        return []
    return [
        Warning(
            "No mail server is set, so nobody is told by e-mail of accounts that need them.",
            hint="Set EMAIL_URL, or EMAIL_HOST and its companions (docs/operations.md).",
            id="outbox.W001",
        )
    ]


@register(Tags.security)
def loopback_is_closed(**kwargs: Any) -> list[CheckMessage]:
    """Warn of a production hub whose tenants may reach its own ports."""
    if settings.EMBEDDED or not settings.WEBHOOK_OUT_ALLOW_LOOPBACK:
        return []
    return [
        Warning(
            "Webhook endpoints may be on this machine: every local port is open to whoever may make an endpoint.",
            hint="Unset WEBHOOK_OUT_ALLOW_LOOPBACK.",
            id="outbox.W002",
        )
    ]
