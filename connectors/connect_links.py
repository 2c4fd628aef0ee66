"""Connect links: somebody without an account here connects one of theirs for a tenant; once, soon, and in one browser.

A link's address carries a secret of 256 random bits; a digest of it is stored. Whoever opens the address gets a *pass*, a
cookie that proves that this browser knew the secret, and loses the secret from its address bar. Here links are made, found,
told apart and ended by their tenant; what its guest does with one is in ``connect_link_guests``.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.crypto import salted_hmac

from connectors import return_addresses, services
from connectors.connecting import ConnectRefused, digest_of
from connectors.models import Connection, ConnectLink
from foundation.errors import Conflict, Invalid, NotFound, Refusal
from foundation.secret import Secret
from tenants import flags
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE
from tenants.services import record

Status = ConnectLink.Status
LIVE: Final = (Status.PENDING, Status.OPENED)
SHORTEST: Final = timedelta(minutes=1)
#: So long may a link live that a client app asks for: one for a new account, one that renews an account.
LONGEST: Final = timedelta(days=1)
LONGEST_RECONNECT: Final = timedelta(days=7)
LONGEST_KEY: Final = 255
_SECRET_BYTES: Final = 32
_OVER_WORDS: Final = {
    Status.COMPLETED: ("This link has been used; a link works once.", "There is nothing more to do here."),
    Status.CANCELLED: ("This link was cancelled.", "Ask whoever sent it for a new one."),
    Status.EXPIRED: ("This link has expired.", "Ask whoever sent it for a new one."),
    Status.FAILED: ("This link ended without a connected account.", "Ask whoever sent it for a new one."),
}


class LinkOver(Refusal):
    """The link is used, cancelled, expired or failed."""

    status = 410
    code = "connect_link_over"
    title = "This link is over"


class LinkTaken(Refusal):
    """Somebody went on with the link in another browser."""

    status = 409
    code = "connect_link_taken"
    title = "This link is open in another browser"


class TooMany(Refusal):
    """More than anybody needs."""

    status = 429
    code = "too_many_connect_links"
    title = "Too many"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client app wants of a link."""

    platforms: tuple[str, ...] = ()
    connection: UUID | None = None
    allow_other_account: bool = False
    return_url: str = ""
    state: str = ""
    external_user_id: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    expires_in: timedelta | None = None
    brand_name: str = ""
    brand_color: str = ""
    brand_logo_url: str = ""

    def digest(self) -> str:
        """Return what is equal for equal wishes."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, default=str).encode()).hexdigest()


def create_link(
    *, principal: Principal, wish: Wish, idempotency_key: str | None, now: datetime
) -> tuple[ConnectLink, str, bool]:
    """Make a link for a client app; return it, its address, and whether it had been made before. Audited.

    The address is told here and never again: for a known ``idempotency_key`` a link that nobody has opened gets a new secret,
    and one that was opened has no address (empty). Raises ``Forbidden``, ``Invalid``, ``NotFound``, ``Conflict``, ``TooMany``.
    """
    principal.require(CONNECTIONS_WRITE)
    if idempotency_key is not None:
        _check_key(idempotency_key)
        if known := _known(principal.tenant, idempotency_key, wish):
            return known, _told_again(known, now=now), True
    flags.require("connect_links", principal.tenant.pk)
    connection = _to_renew(principal.tenant, wish)
    if connection is None:
        flags.require("connecting", principal.tenant.pk)
    for slug in wish.platforms:
        try:
            services.require_platform(slug, principal.tenant)
        except NotFound as unknown:
            raise Invalid(unknown.detail, remedy=unknown.remedy, code=unknown.code) from None
    link = ConnectLink(
        tenant=principal.tenant,
        connection=connection,
        platforms=list(dict.fromkeys(wish.platforms)),
        allow_other_account=wish.allow_other_account,
        return_url=return_addresses.require_listed(principal.tenant, wish.return_url) if wish.return_url else "",
        state=wish.state,
        external_user_id=wish.external_user_id,
        metadata=dict(wish.metadata),
        brand_name=wish.brand_name,
        brand_color=wish.brand_color,
        brand_logo_url=wish.brand_logo_url,
        created_by=principal.actor[:160],
        idempotency_key=idempotency_key,
        request_digest=wish.digest(),
        expires_at=now + _life(wish),
    )
    try:
        return link, _create(link, now=now), False
    except IntegrityError:
        # Another request with this key was faster; its row is committed now, so its answer is ours.
        known = _known(principal.tenant, idempotency_key or "", wish)
        if known is None:
            raise
        return known, _told_again(known, now=now), True


def reconnect_link(*, connection: Connection, now: datetime, actor: str, mailed_to: str = "") -> str:
    """Make a link that renews this very account, without an account here, for ``RECONNECT_LINK_DAYS``; return its address.

    Audited. The address is a secret until it is used: mail it, and write it nowhere else.
    """
    link = ConnectLink(
        tenant_id=connection.tenant_id,
        connection=connection,
        created_by=actor[:160],
        mailed_to=mailed_to,
        expires_at=now + settings.RECONNECT_LINK_LIFE,
    )
    return _create(link, now=now)


def link_at(secret: Secret) -> ConnectLink | None:
    """Return the link whose address carries this secret, or None."""
    return _links().filter(digest=digest_of(secret)).first()


def new_pass(link: ConnectLink) -> Secret:
    """Return what a browser keeps as proof that it knew the link's secret."""
    nonce = secrets.token_urlsafe(_SECRET_BYTES)
    return Secret(f"{nonce}.{_seal(link, nonce)}")


def link_for(link_id: UUID, held: Secret) -> ConnectLink:
    """Return the link for which a browser holds this pass.

    Raises ``NotFound``, in the same words whether there is no such link or the pass is not for it, and ``LinkTaken`` when
    somebody went on with it in another browser.
    """
    link = _links().filter(pk=link_id).first()
    if link is None or not passes(link, held):
        raise NotFound(
            "This page opens only from the link that you were given.",
            remedy="Open that link again in this browser, or ask whoever sent it for a new one.",
        )
    require_browser(link, held)
    return link


def passes(link: ConnectLink, held: Secret) -> bool:
    """Tell whether a browser's pass is one that was given out for this link, with its present secret."""
    nonce, _, seal = held.reveal().partition(".")
    return bool(nonce) and hmac.compare_digest(seal.encode(), _seal(link, nonce).encode())


def require_browser(link: ConnectLink, held: Secret) -> None:
    """Raise ``LinkTaken`` unless the link is free still, or this browser's."""
    if link.binding and not hmac.compare_digest(link.binding, digest_of(held)):
        raise LinkTaken(
            "Somebody has gone on with this link in another browser, and it stays there.",
            remedy="Go on in that browser. If that was not you, ask whoever sent the link for a new one.",
        )


def require_live(link: ConnectLink, *, now: datetime) -> None:
    """Raise ``LinkOver`` for a link that is used, cancelled, expired or failed."""
    standing = status_of(link, now=now)
    if standing not in LIVE:
        cause, remedy = _OVER_WORDS[standing]
        raise LinkOver(cause, remedy=remedy)


def require_open(link: ConnectLink, *, now: datetime) -> None:
    """Raise what keeps anybody from connecting an account by this link: it is over, or the operator switched that off."""
    require_live(link, now=now)
    flags.require("connect_links", link.tenant_id)
    if link.connection_id is None:
        flags.require("connecting", link.tenant_id)


def status_of(link: ConnectLink, *, now: datetime) -> Status:
    """Return how a link stands at this moment: one whose time is over has expired, also before that is written down."""
    live = link.status in LIVE
    if live and (link.expires_at <= now or link.tenant.suspended_at):
        return Status.EXPIRED
    return Status(link.status)


def link_for_login(link: ConnectLink, held: Secret) -> ConnectLink:
    """Return a login's link for the browser that has it; raises ``ConnectRefused`` in the words for every stranger."""
    known = _links().get(pk=link.pk)
    if not passes(known, held) or known.binding != digest_of(held):
        raise ConnectRefused(
            "This return does not belong to a login that you began in this browser.",
            remedy="Open the link that you were given in the browser in which you sign in.",
            code="state_foreign",
        )
    return known


def cancel(*, principal: Principal, link: ConnectLink, now: datetime) -> None:
    """End a link at once, whoever has it; what was connected by it stays. Audited. One that is over is left as it is."""
    principal.require(CONNECTIONS_WRITE)
    with transaction.atomic():
        live = ConnectLink.objects.filter(pk=link.pk, status__in=LIVE)
        if live.update(status=Status.CANCELLED, finished_at=now, updated_at=now):
            record(tenant=link.tenant, actor=principal.actor, action="connect_link.cancelled", subject=link)


def error_of(link: ConnectLink, *, now: datetime) -> str:
    """Return the code of why nothing was connected; empty when something was, or while nobody knows."""
    status = status_of(link, now=now)
    if status in {Status.COMPLETED, *LIVE}:
        return ""
    return "connect_link_expired" if status == Status.EXPIRED else link.problem_code or "cancelled"


def sweep(*, now: datetime) -> int:
    """Write down which links have expired; return how many."""
    over = ConnectLink.objects.filter(finished_at=None, expires_at__lte=now)
    return over.update(status=Status.EXPIRED, finished_at=now, updated_at=now)


def address_of(secret: Secret) -> str:
    """Return the address that carries a link's secret."""
    return f"{settings.PUBLIC_URL}{reverse('connect_link', args=[secret.reveal()])}"


def _create(link: ConnectLink, *, now: datetime) -> str:
    # What the hub mails is bounded where it is mailed; it must reach people whatever a client app does.
    live = ConnectLink.objects.filter(tenant_id=link.tenant_id, finished_at=None, expires_at__gt=now, mailed_to="")
    if not link.mailed_to and live.count() >= settings.CONNECT_LINKS_LIVE:
        raise TooMany(
            f"{settings.CONNECT_LINKS_LIVE:,} links of this tenant wait to be used.",
            remedy="Cancel some (DELETE /api/connect-links/<id>/), or let them live for a shorter time.",
        )
    secret = Secret(secrets.token_urlsafe(_SECRET_BYTES))
    link.digest = digest_of(secret)
    with transaction.atomic():
        link.save(force_insert=True)
        record(
            tenant=link.tenant,
            actor=link.created_by,
            action="connect_link.created",
            subject=link,
            connection=str(link.connection_id or ""),
            mailed=bool(link.mailed_to),
            expires_at=link.expires_at.isoformat(),
        )
    return address_of(secret)


def _told_again(link: ConnectLink, *, now: datetime) -> str:
    """Return an address for a link that nobody has opened, in place of the one that was told first; else nothing."""
    secret = Secret(secrets.token_urlsafe(_SECRET_BYTES))
    told = ConnectLink.objects.filter(pk=link.pk, status=Status.PENDING, expires_at__gt=now).update(
        digest=digest_of(secret), updated_at=now
    )
    return address_of(secret) if told else ""


def _known(tenant: Tenant, key: str, wish: Wish) -> ConnectLink | None:
    known = _links().filter(tenant=tenant, idempotency_key=key).first()
    if known is not None and known.request_digest != wish.digest():
        raise Conflict(
            "This Idempotency-Key was used for another link.",
            remedy="Take a new key for a new link.",
            code="idempotency_key_reused",
        )
    return known


def _check_key(key: str) -> None:
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise Invalid(
            f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters.",
            remedy="Send a fresh UUID, for instance.",
            code="bad_idempotency_key",
        )


def _to_renew(tenant: Tenant, wish: Wish) -> Connection | None:
    if wish.connection is None:
        return None
    connection = Connection.objects.filter(tenant=tenant, pk=wish.connection).first()
    if connection is None:
        raise NotFound("There is no such connection.", remedy="List your connections to find its id.")
    if wish.platforms and connection.platform_id not in wish.platforms:
        raise Invalid(
            f"The connection is on {connection.platform_id}, which platforms leaves out.",
            remedy="Leave platforms out when you name a connection.",
            code="other_platform",
        )
    return connection


def _life(wish: Wish) -> timedelta:
    longest = LONGEST_RECONNECT if wish.connection else LONGEST
    life = wish.expires_in if wish.expires_in is not None else settings.CONNECT_LINK_LIFE
    if not SHORTEST <= life <= longest:
        raise Invalid(
            f"A link lives {SHORTEST.total_seconds():.0f} to {longest.total_seconds():.0f} seconds.",
            remedy="Send an expires_in within these bounds, or none.",
            code="bad_expires_in",
        )
    return life


def _links() -> QuerySet[ConnectLink]:
    return ConnectLink.objects.select_related("tenant", "connection__platform", "result__platform")


def _seal(link: ConnectLink, nonce: str) -> str:
    """Return what only we can say of a nonce and this link; another secret of the link makes another seal."""
    told = f"{link.pk}:{link.digest}:{nonce}"
    return salted_hmac("connectors.connect_links.pass", told, algorithm="sha256").hexdigest()
