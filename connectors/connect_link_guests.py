"""What a guest does with a connect link: go on with it, log in or hand over a key, choose places, and go back.

The first browser in which somebody goes on (a form that is sent, so that no program that only looks at addresses does it) has the
link for itself. What follows is connecting as members do it, by the same services; what a stranger may do is bounded by the link
alone.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.dispatch import Signal

from connectors import connecting, connecting_by_key, return_addresses, services, switches
from connectors.connect_links import (
    LIVE,
    LinkOver,
    Status,
    TooMany,
    error_of,
    link_for_login,
    require_browser,
    require_live,
    require_open,
    status_of,
)
from connectors.connecting import Callback, ConnectRefused, Traded, digest_of
from connectors.errors import ConfigurationError
from connectors.manager import connector_class, credentials, registration
from connectors.models import ConnectLink, OAuthState, Platform
from connectors.registry import CONNECTORS
from connectors.types import Capability
from foundation.errors import Conflict, Invalid, Refusal
from foundation.secret import Secret
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE
from tenants.services import record

#: Sent with ``link_id`` in the transaction in which somebody completes a connect link.
connect_link_completed = Signal()
#: So many logins and keys one link is good for.
MOST_TRIES: Final = 30
#: A try that came to nothing for these was the person's own will, not a failure.
_OWN_WILL: Final = frozenset({"", "consent_refused"})


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


def _actor(link: ConnectLink) -> str:
    return f"link:{link.pk}"


def _principal(link: ConnectLink) -> Principal:
    return Principal(link.tenant, _actor(link), frozenset({CONNECTIONS_WRITE}))
