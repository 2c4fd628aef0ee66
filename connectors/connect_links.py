"""Connect links: somebody without an account here connects one of theirs for a tenant; once, soon, and in one browser.

A link's address carries a secret of 256 random bits; a digest of it is stored. Whoever opens the address gets a *pass*, a
cookie that proves that this browser knew the secret, and loses the secret from its address bar. The first browser in which
somebody goes on (a form that is sent, so that no program that only looks at addresses does it) has the link for itself. What
follows is connecting as members do it, by the same services; what a stranger may do is bounded by the link alone.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.dispatch import Signal
from django.urls import reverse
from django.utils.crypto import salted_hmac

from connectors import connecting, connecting_by_key, return_addresses, services, switches
from connectors.connecting import Callback, ConnectRefused, Traded, digest_of
from connectors.errors import ConfigurationError
from connectors.manager import connector_class, credentials, registration
from connectors.models import Connection, ConnectLink, OAuthState, Platform
from connectors.registry import CONNECTORS
from connectors.types import Capability
from foundation.errors import Conflict, Invalid, NotFound, Refusal
from foundation.secret import Secret
from tenants import flags
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE
from tenants.services import record

#: Sent with ``link_id`` in the transaction in which somebody completes a connect link.
connect_link_completed = Signal()

Status = ConnectLink.Status
LIVE: Final = (Status.PENDING, Status.OPENED)
SHORTEST: Final = timedelta(minutes=1)
#: So long may a link live that a client app asks for: one for a new account, one that renews an account.
LONGEST: Final = timedelta(days=1)
LONGEST_RECONNECT: Final = timedelta(days=7)
LONGEST_KEY: Final = 255
#: So many logins and keys one link is good for.
MOST_TRIES: Final = 30
_SECRET_BYTES: Final = 32
_PURGE: Final = 1000
#: A try that came to nothing for these was the person's own will, not a failure.
_OWN_WILL: Final = frozenset({"", "consent_refused"})
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


def offered(link: ConnectLink) -> list[Platform]:
    """Return the platforms that can be connected by way of a link: allowed by it, switched on and set up."""
    wanted = [link.connection.platform_id] if link.connection else link.platforms
    rows = Platform.objects.filter(enabled=True, slug__in=wanted or list(CONNECTORS)).order_by("slug")
    return [row for row in rows if row.slug in CONNECTORS and switches.is_on(row, link.tenant_id) and way_to(row.slug)]


def way_to(platform: str) -> str:
    """Return how accounts of a platform are connected here: ``login``, ``key``, or empty when it is not set up."""
    able = connector_class(platform).capabilities
    try:
        if Capability.OAUTH in able and (Capability.API_KEY not in able or credentials(platform).client_id):
            registration(platform)
            return "login"
    except ConfigurationError:
        return ""
    return "key" if Capability.API_KEY in able else ""


def go_on(link: ConnectLink, *, platform: str, held: Secret, now: datetime) -> str:
    """Keep the link for this browser, and return the way to the platform: ``login`` or ``key``.

    Raises ``LinkOver``, ``LinkTaken`` when another browser was faster, and ``Invalid`` for a platform that is not offered.
    """
    require_open(link, now=now)
    if platform not in {row.slug for row in offered(link)}:
        raise Invalid(
            "This platform cannot be connected by this link.", remedy="Choose another.", code="platform_not_offered"
        )
    opened = ConnectLink.objects.filter(pk=link.pk, status=Status.PENDING, expires_at__gt=now).update(
        status=Status.OPENED, binding=digest_of(held), opened_at=now, updated_at=now
    )
    if opened:
        record(tenant=link.tenant, actor=_actor(link), action="connect_link.opened", subject=link)
    link.refresh_from_db(fields=["status", "binding", "opened_at"])
    require_browser(link, held)
    return way_to(platform)


def begin_login(link: ConnectLink, *, platform: str, held: Secret, now: datetime) -> str:
    """Return where the browser that has the link goes for consent.

    Raises ``LinkOver``, ``Invalid``, ``TooMany`` or ``ConfigurationError``.
    """
    _require_choosing(link, platform, now=now)
    _count_try(link)
    login = OAuthState(tenant=link.tenant, link=link, connection=link.connection)
    return connecting.begin_login(login, platform=platform, binding=held, now=now)


def come_back(login: OAuthState, *, platform: str, held: Secret, callback: Callback, now: datetime) -> ConnectLink:
    """Take the return of a login by way of a link: store what was granted, or note why nothing was. Returns the link.

    Raises ``ConnectRefused`` when the return is not this browser's, or another platform's: then nothing is noted either.
    """
    link = login.link
    if link is None:
        raise LookupError("the login was not begun by way of a link")
    link = link_for_login(link, held)
    try:
        if not connecting.spend_links(link, platform=platform, binding=held, callback=callback, now=now):
            return link
    except ConnectRefused as refusal:
        if refusal.code == "state_expired":
            note_problem(link, refusal, now=now)
            return link
        raise
    try:
        _require_choosing(link, platform, now=now)
        _take(
            link, platform, connecting.trade(tenant=link.tenant, platform=platform, callback=callback, now=now), now=now
        )
    except (Refusal, ConfigurationError) as refusal:
        note_problem(link, refusal, now=now)
    return link


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


def connect_by_key(link: ConnectLink, *, platform: str, key: Secret, now: datetime) -> None:
    """Connect the account that a key opens. Raises ``ConnectRefused`` and what else keeps it from being connected."""
    _require_choosing(link, platform, now=now)
    _count_try(link)
    try:
        _take(
            link, platform, connecting_by_key.try_key(tenant=link.tenant, platform=platform, key=key, now=now), now=now
        )
    except Refusal as refusal:
        note_problem(link, refusal, now=now)
        raise


@transaction.atomic
def pick(link: ConnectLink, *, chosen: Sequence[UUID], now: datetime) -> None:
    """Open exactly these places of the new account for publishing, and complete the link. Audited.

    Raises ``LinkOver``, and ``Invalid`` when nothing was chosen although something can be.
    """
    require_live(link, now=now)
    if link.result is None:
        raise Conflict("No account is connected yet.", remedy="Connect it first.", code="nothing_connected")
    if not chosen and link.result.destinations.filter(gone_at=None, obstacle="").exists():
        raise Invalid("Nothing is chosen.", remedy="Choose at least one.", code="nothing_chosen")
    services.choose_destinations(principal=_principal(link), connection=link.result, chosen=chosen)
    _complete(link, now=now)


def leave(link: ConnectLink, *, now: datetime) -> None:
    """End the link because its visitor wants no more of it: cancelled, or failed when something kept them. Audited."""
    require_live(link, now=now)
    status = Status.CANCELLED if link.problem_code in _OWN_WILL else Status.FAILED
    ended = ConnectLink.objects.filter(pk=link.pk, status__in=LIVE, result=None).update(
        status=status, finished_at=now, updated_at=now
    )
    if not ended:
        raise Conflict("The account is connected already.", remedy="Choose where it may publish.", code="conflict")
    record(
        tenant=link.tenant, actor=_actor(link), action=f"connect_link.{status}", subject=link, code=link.problem_code
    )
    link.refresh_from_db(fields=["status", "finished_at"])


def cancel(*, principal: Principal, link: ConnectLink, now: datetime) -> None:
    """End a link at once, whoever has it; what was connected by it stays. Audited. One that is over is left as it is."""
    principal.require(CONNECTIONS_WRITE)
    with transaction.atomic():
        live = ConnectLink.objects.filter(pk=link.pk, status__in=LIVE)
        if live.update(status=Status.CANCELLED, finished_at=now, updated_at=now):
            record(tenant=link.tenant, actor=principal.actor, action="connect_link.cancelled", subject=link)


def way_back(link: ConnectLink, *, now: datetime) -> str:
    """Return where the visitor goes when the link is over, with how it ended; empty when nowhere.

    The tenant's list of origins is asked again: who is struck off it gets nobody sent any more.
    """
    if not link.return_url or not return_addresses.is_listed(link.tenant, return_addresses.origin_in(link.return_url)):
        return ""
    status = status_of(link, now=now)
    outcome = {
        "status": "completed"
        if status == Status.COMPLETED
        else "cancelled"
        if status == Status.CANCELLED
        else "failed",
        "connect_link": str(link.pk),
        "state": link.state,
        "connection": str(link.result_id) if link.result_id and status == Status.COMPLETED else "",
        "error": error_of(link, now=now),
    }
    return return_addresses.with_outcome(link.return_url, outcome)


def error_of(link: ConnectLink, *, now: datetime) -> str:
    """Return the code of why nothing was connected; empty when something was, or while nobody knows."""
    status = status_of(link, now=now)
    if status in {Status.COMPLETED, *LIVE}:
        return ""
    return "connect_link_expired" if status == Status.EXPIRED else link.problem_code or "cancelled"


def note_problem(link: ConnectLink, refusal: Refusal | ConfigurationError, *, now: datetime) -> None:
    """Write down why a try came to nothing, to be told on the link's page and to the client app."""
    link.problem_code = str(getattr(refusal, "code", "not_configured"))[:60]
    link.problem_cause, link.problem_remedy = refusal.detail[:500], refusal.remedy[:500]
    ConnectLink.objects.filter(pk=link.pk, status__in=LIVE).update(
        problem_code=link.problem_code,
        problem_cause=link.problem_cause,
        problem_remedy=link.problem_remedy,
        updated_at=now,
    )


def sweep(*, now: datetime) -> int:
    """Write down which links have expired, and forget those that ended ``CONNECT_LINK_RETENTION_DAYS`` ago."""
    over = ConnectLink.objects.filter(finished_at=None, expires_at__lte=now)
    count = over.update(status=Status.EXPIRED, finished_at=now, updated_at=now)
    old = ConnectLink.objects.filter(finished_at__lt=now - settings.CONNECT_LINK_RETENTION)
    while ids := list(old.order_by("finished_at").values_list("pk", flat=True)[:_PURGE]):
        ConnectLink.objects.filter(pk__in=ids).delete()
    return count


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


def _require_choosing(link: ConnectLink, platform: str, *, now: datetime) -> None:
    """Raise unless the link still waits for an account, and this platform is one that it takes."""
    require_open(link, now=now)
    if link.status != Status.OPENED or platform not in {row.slug for row in offered(link)}:
        raise Invalid(
            "This platform cannot be connected by this link.", remedy="Choose another.", code="platform_not_offered"
        )
    if link.result_id is not None:
        raise Conflict(
            "An account is connected by this link already.", remedy="Choose where it may publish.", code="conflict"
        )


def _count_try(link: ConnectLink) -> None:
    fresh = ConnectLink.objects.filter(pk=link.pk, tries__lt=MOST_TRIES)
    if not fresh.update(tries=F("tries") + 1):
        raise TooMany(
            f"This link was tried {MOST_TRIES} times.",
            remedy="Ask whoever sent it for a new one.",
            code="too_many_tries",
        )


def _take(link: ConnectLink, platform: str, traded: Traded, *, now: datetime) -> None:
    """Store what was granted as the result of the link, once; a renewed account that keeps its places completes it."""
    if link.connection is not None and not link.allow_other_account:
        by_key = way_to(platform) == "key"
        connecting.require_same_account(link.connection, traded.grant, now=now, by_key=by_key)
    with transaction.atomic():
        stored = connecting.store(tenant=link.tenant, platform=platform, traded=traded, actor=_actor(link), now=now)
        attached = ConnectLink.objects.filter(pk=link.pk, status=Status.OPENED, result=None, expires_at__gt=now).update(
            result=stored, problem_code="", problem_cause="", problem_remedy="", updated_at=now
        )
        if not attached:
            raise LinkOver(
                "Meanwhile this link ended; nothing was stored.", remedy="Ask whoever sent it for a new one."
            )
        link.result, link.problem_code, link.problem_cause, link.problem_remedy = stored, "", "", ""
        kept = stored.destinations.filter(enabled=True, gone_at=None).exists()
        if link.connection_id == stored.pk and kept:
            _complete(link, now=now)


def _complete(link: ConnectLink, *, now: datetime) -> None:
    done = ConnectLink.objects.filter(pk=link.pk, status=Status.OPENED, expires_at__gt=now).update(
        status=Status.COMPLETED, finished_at=now, updated_at=now
    )
    if not done:
        raise LinkOver("Meanwhile this link ended; nothing was stored.", remedy="Ask whoever sent it for a new one.")
    link.status, link.finished_at = Status.COMPLETED, now
    record(
        tenant=link.tenant,
        actor=_actor(link),
        action="connect_link.completed",
        subject=link,
        connection=str(link.result_id),
    )
    connect_link_completed.send(sender=ConnectLink, link_id=link.pk)


def _links() -> QuerySet[ConnectLink]:
    return ConnectLink.objects.select_related("tenant", "connection__platform", "result__platform")


def _seal(link: ConnectLink, nonce: str) -> str:
    """Return what only we can say of a nonce and this link; another secret of the link makes another seal."""
    told = f"{link.pk}:{link.digest}:{nonce}"
    return salted_hmac("connectors.connect_links.pass", told, algorithm="sha256").hexdigest()


def _actor(link: ConnectLink) -> str:
    return f"link:{link.pk}"


def _principal(link: ConnectLink) -> Principal:
    return Principal(link.tenant, _actor(link), frozenset({CONNECTIONS_WRITE}))
