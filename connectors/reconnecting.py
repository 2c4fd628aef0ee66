"""Asking the person of an account to reconnect it: a link by mail, good for that account alone.

Owners may send it to anybody; other members may ask the owners. What is mailed is bounded, so that nobody is flooded.
"""

import smtplib
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template.loader import render_to_string

from connectors import connect_links
from connectors.connect_links import TooMany
from connectors.models import Connection, ConnectLink
from foundation.errors import Conflict, Invalid, Unavailable
from foundation.secret import Secret
from tenants.models import Membership, Tenant
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_READ, CONNECTIONS_WRITE
from tenants.services import record

log = structlog.get_logger(__name__)

WINDOW: Final = timedelta(hours=1)
MOST_TO_ONE: Final = 3


def owners_of(tenant: Tenant) -> list[str]:
    """Return the e-mail addresses of a tenant's owners, in order."""
    owners = Membership.objects.filter(tenant=tenant, role=Membership.Role.OWNER, user__is_active=True)
    return list(owners.order_by("user__email").values_list("user__email", flat=True)[:20])


def members_of(tenant: Tenant) -> list[str]:
    """Return the e-mail addresses of a tenant's members, in order."""
    members = Membership.objects.filter(tenant=tenant, user__is_active=True)
    return list(members.order_by("user__email").values_list("user__email", flat=True)[:200])


def ask_owners(*, principal: Principal, connection: Connection, now: datetime) -> list[str]:
    """Mail a reconnect link to the owners of the tenant; return to whom. Any member may ask. Audited.

    Raises ``Forbidden``, ``Conflict`` when there is no owner, ``TooMany`` and ``Unavailable``.
    """
    principal.require(CONNECTIONS_READ)
    owners = owners_of(connection.tenant)
    if not owners:
        raise Conflict(
            f"{connection.tenant.name} has no owner.", remedy="Ask whoever runs this hub to name one.", code="no_owner"
        )
    for address in owners:
        _mail(principal, connection, address, now=now)
    return owners


def mail_link(*, principal: Principal, connection: Connection, address: str, now: datetime) -> None:
    """Mail a reconnect link to any address. Audited.

    Raises ``Forbidden``, ``Invalid`` for what is no address, ``TooMany`` and ``Unavailable``.
    """
    principal.require(CONNECTIONS_WRITE)
    address = address.strip()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid(
            "This is no e-mail address.", remedy="Type one such as anna@example.com.", code="bad_email"
        ) from None
    _mail(principal, connection, address, now=now)


def _mail(principal: Principal, connection: Connection, address: str, *, now: datetime) -> None:
    _require_measure(connection, address, now=now)
    url = connect_links.reconnect_link(connection=connection, now=now, actor=principal.actor, mailed_to=address)
    told: dict[str, Any] = {
        "tenant": connection.tenant.name,
        "account": connection.display_name,
        "platform": connection.platform.name,
        "cause": connection.status_cause if connection.status != Connection.Status.ACTIVE else "",
        "url": url,
        "days": settings.RECONNECT_LINK_LIFE.days,
    }
    subject = " ".join(render_to_string("connectors/mail/reconnect_subject.txt", told).split())
    mail = EmailMultiAlternatives(subject, render_to_string("connectors/mail/reconnect.txt", told), to=[address])
    mail.attach_alternative(render_to_string("connectors/mail/reconnect.html", told), "text/html")
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as error:
        log.error("reconnect.not_mailed", connection_id=str(connection.pk), error=type(error).__name__)
        _forget(url)
        raise Unavailable(
            "The mail could not be sent.",
            remedy="Try again in a few minutes; if it stays so, whoever runs this hub looks at its mail settings.",
            code="mail_failed",
        ) from None
    record(
        tenant=connection.tenant,
        actor=principal.actor,
        action="connection.reconnect_mailed",
        subject=connection,
        to=address,
    )


def _forget(url: str) -> None:
    """End a link that nobody will ever get."""
    secret = Secret(url.rpartition("/")[2])
    link = connect_links.link_at(secret)
    if link is not None:
        link.delete()


def _require_measure(connection: Connection, address: str, *, now: datetime) -> None:
    # What the hub mails by itself, once per change, uses up nobody's measure.
    asked = ConnectLink.objects.exclude(created_by__startswith="system:").exclude(mailed_to="")
    mailed = asked.filter(tenant=connection.tenant_id, created_at__gt=now - WINDOW)
    to_one = mailed.filter(connection=connection, mailed_to__iexact=address).count()
    if to_one >= MOST_TO_ONE or mailed.count() >= settings.RECONNECT_MAILS_PER_HOUR:
        raise TooMany(
            f"{address} was mailed {MOST_TO_ONE} links for this account within an hour."
            if to_one >= MOST_TO_ONE
            else "As many reconnect links as allowed were mailed within an hour.",
            remedy="Wait an hour; a link that was mailed is still good.",
            code="too_many_mails",
        )
