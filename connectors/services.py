"""Writes of the embassy: platforms, tokens, destinations, the standing of a connection."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.dispatch import Signal

from connectors import switches, token_plans, unsubscribing
from connectors.errors import ConfigurationError, ConnectorError
from connectors.manager import connector_class, get_connector
from connectors.models import Connection, Destination, Platform
from connectors.registry import CONNECTORS
from connectors.types import ACCESS_TOKEN, REFRESH_TOKEN, Capability, FoundDestination, Grant, destination_token
from foundation import wall
from foundation.errors import Conflict, Finding, Invalid, NotFound
from foundation.secret import Secret
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE
from tenants.services import record
from vault import services as vault

#: Sent after commit-worthy changes; listeners count or queue, nothing else.
connection_changed = Signal()
#: Sent with ``connection_id`` when a person granted access (again).
connection_granted = Signal()
#: Sent with ``connection_id``, ``turn`` (one of the words below) and ``now`` inside the transaction that turns a connection, so that
#: what listeners write stands and falls with it.
connection_turned = Signal()
CREATED, RENEWED, ATTENTION, RECOVERED, DISCONNECTED = "created", "renewed", "attention", "recovered", "disconnected"
#: Sent with ``connection_id`` and ``names`` inside the transaction that erases a person: listeners strike these names out of
#: what their own rows say of that connection, in the same transaction.
person_forgotten = Signal()


def add_missing_platforms() -> None:
    """Give every platform in the registry its row; what an operator switched off stays off."""
    for slug, connector in CONNECTORS.items():
        Platform.objects.update_or_create(slug=slug, defaults={"name": connector.name})


@transaction.atomic
def store_grant(*, tenant: Tenant, platform: str, grant: Grant, actor: str, now: datetime) -> Connection:
    """Store what a person granted: a new connection, or the renewed one of the same person in this tenant.

    Tokens and expiries are written in one transaction. A renewed connection keeps its destinations, its history, and its refresh
    token where the grant brought none and the stored one is still good.
    """
    before = Connection.objects.select_for_update().filter(
        tenant=tenant, platform_id=platform, external_user_id=grant.external_user_id
    )
    known = before.first()
    refresh_expires_at = grant.refresh_expires_at
    if known is not None and grant.refresh_token is None and _keeps_refresh_token(known, now=now):
        refresh_expires_at = known.refresh_expires_at
    connection, created = Connection.objects.update_or_create(
        tenant=tenant,
        platform_id=platform,
        external_user_id=grant.external_user_id,
        defaults={
            "display_name": grant.display_name[:200],
            "status": Connection.Status.ACTIVE,
            "status_code": "",
            "status_cause": "",
            "status_remedy": "",
            "status_since": now,
            "scopes_granted": list(grant.scopes_granted),
            "scopes_missing": list(grant.scopes_missing),
            "access_expires_at": grant.access_expires_at,
            "refresh_expires_at": refresh_expires_at,
            "data_access_expires_at": grant.data_access_expires_at,
            "health": "",
            "next_health_at": now,
            "connected_at": now,
            "disconnected_at": None,
            # Whoever is exchanging the tokens of before keeps nobody from renewing these.
            "refresh_lease_token": None,
            "refresh_lease_until": None,
        },
    )
    # ... and finds that they are no longer the present ones.
    Connection.objects.filter(pk=connection.pk).update(token_version=F("token_version") + 1)
    # Subscriptions end with a grant, so they are asked for again.
    Destination.objects.filter(connection=connection).update(subscribe_at=None)
    # One person has one grant: a narrower choice made now ends tokens that other connections, of any tenant, rely on.
    others = Connection.objects.filter(platform_id=platform, external_user_id=grant.external_user_id)
    with wall.lifted():
        others.exclude(pk=connection.pk).exclude(status=Connection.Status.INACTIVE).update(next_health_at=now)
    seal(connection, ACCESS_TOKEN, grant.access_token)
    if grant.refresh_token is not None:
        seal(connection, REFRESH_TOKEN, grant.refresh_token)
    token_plans.plan([connection.pk], now=now)
    transaction.on_commit(lambda: connection_granted.send(sender=Connection, connection_id=connection.pk), robust=True)
    say_turned(connection.pk, CREATED if created else RENEWED, now=now)
    lost = sorted(set(known.scopes_granted) - set(grant.scopes_granted)) if known is not None else []
    record(
        tenant=tenant,
        actor=actor,
        action="connection.created" if created else "connection.renewed",
        subject=connection,
        platform=platform,
        name=connection.display_name,
        **({"scopes_lost": lost} if lost else {}),
    )
    return connection


def _keeps_refresh_token(known: Connection, *, now: datetime) -> bool:
    """Tell whether a stored refresh token outlives a new login that brought none; one that is known to be dead is erased."""
    ended = known.refresh_expires_at is not None and known.refresh_expires_at <= now
    if ended or token_plans.was_refused(known.pk):
        vault.erase_secret(tenant_id=known.tenant_id, connection_id=known.pk, kind=REFRESH_TOKEN)
        return False
    return True


@transaction.atomic
def store_destinations(
    *, connection: Connection, found: Iterable[FoundDestination], now: datetime
) -> list[Destination]:
    """Write down the places a grant opens, with the tokens of their own; those it no longer opens are marked gone.

    What the tenant had chosen stays chosen, so a reconnect loses nothing.
    """
    rows = []
    for place in found:
        row, _ = Destination.objects.update_or_create(
            connection=connection,
            kind=place.kind,
            external_id=place.external_id,
            defaults={
                "tenant_id": connection.tenant_id,
                "platform_id": connection.platform_id,
                "name": place.name[:200],
                "username": place.username[:200],
                "picture_url": place.picture_url[:2000],
                "url": place.url[:2000],
                "obstacle": place.obstacle[:300],
                "facts": dict(place.facts),
                "gone_at": None,
            },
        )
        if place.token is not None:
            seal(connection, destination_token(place.external_id), place.token)
        rows.append(row)
    kept = [row.pk for row in rows]
    gone = Destination.objects.filter(connection=connection, gone_at=None).exclude(pk__in=kept)
    unsubscribing.want_silence(gone)
    gone.update(gone_at=now)
    return rows


def refresh_destinations(*, connection: Connection, now: datetime) -> list[Destination]:
    """Ask the platform again which places the grant opens, and store them. Raises from the ``ConnectorError`` tree."""
    connector = get_connector(connection.platform_id, connection)
    found = connector.fetch_accounts(access_token=connector.keys.open(ACCESS_TOKEN))
    return store_destinations(connection=connection, found=found, now=now)


@transaction.atomic
def choose_destinations(*, principal: Principal, connection: Connection, chosen: Sequence[UUID]) -> int:
    """Make exactly these places of a connection open for publishing; returns how many. Audited.

    Raises ``Invalid`` for a place that is not the connection's, is gone, or where the platform lets us not publish.
    """
    principal.require(CONNECTIONS_WRITE)
    if connection.status == Connection.Status.INACTIVE:
        raise Conflict("The account was disconnected.", remedy="Connect it again, then choose.", code="disconnected")
    places = {place.pk: place for place in connection.destinations.select_for_update().order_by("pk")}
    findings = []
    for destination_id in chosen:
        place = places.get(destination_id)
        if place is None:
            findings.append(
                Finding("destinations", "unknown_destination", f"{destination_id} is not opened by this connection.")
            )
        elif place.gone_at:
            findings.append(
                Finding("destinations", "gone", f"The grant no longer opens {place.name}.", "Reconnect the account.")
            )
        elif place.obstacle:
            findings.append(Finding("destinations", "obstacle", f"{place.name}: {place.obstacle}"))
    if findings:
        raise Invalid("Not every chosen destination can be published to.", findings=findings)
    left_out = Destination.objects.filter(connection=connection).exclude(pk__in=chosen)
    left_out.update(enabled=False)
    unsubscribing.want_silence(left_out)
    count = Destination.objects.filter(connection=connection, pk__in=chosen).update(enabled=True)
    record(
        tenant=connection.tenant,
        actor=principal.actor,
        action="connection.destinations_chosen",
        subject=connection,
        destinations=[str(pk) for pk in chosen],
    )
    return count


def say_turned(connection_id: UUID, turn: str, *, now: datetime) -> None:
    """Send ``connection_turned`` in the caller's transaction."""
    connection_turned.send(sender=Connection, connection_id=connection_id, turn=turn, now=now)


@transaction.atomic
def mark_attention(*, connection_id: UUID, code: str, cause: str, remedy: str, now: datetime) -> bool:
    """Say that a connection needs its tenant; returns whether that is news. Told once per change, not per failure."""
    changed = Connection.objects.filter(pk=connection_id, status=Connection.Status.ACTIVE).update(
        status=Connection.Status.ATTENTION,
        status_code=code[:60],
        status_cause=cause[:500],
        status_remedy=remedy[:500],
        status_since=now,
    )
    if changed:
        say_turned(connection_id, ATTENTION, now=now)
        transaction.on_commit(
            lambda: connection_changed.send(sender=Connection, connection_id=connection_id), robust=True
        )
    return bool(changed)


@transaction.atomic
def mark_recovered(*, connection_id: UUID, now: datetime) -> bool:
    """Say that a connection works again; returns whether that is news."""
    changed = Connection.objects.filter(pk=connection_id, status=Connection.Status.ATTENTION).update(
        status=Connection.Status.ACTIVE, status_code="", status_cause="", status_remedy="", status_since=now
    )
    if changed:
        say_turned(connection_id, RECOVERED, now=now)
        transaction.on_commit(
            lambda: connection_changed.send(sender=Connection, connection_id=connection_id), robust=True
        )
    return bool(changed)


def disconnect(*, principal: Principal, connection: Connection, now: datetime) -> bool:
    """End a connection: unsubscribe its places, erase its tokens, switch its destinations off, keep its history. Audited.

    Returns whether the tokens are destroyed: where the platform was out of reach, it is asked again to be silent, and they are
    destroyed after that, within three days (``unsubscribing``).

    The grant itself is withdrawn at the platform only when no other connection stands on the same person's grant: the
    platform knows one grant per person and app, and ending it would end the others' too.
    """
    principal.require(CONNECTIONS_WRITE)
    if connection.status == Connection.Status.INACTIVE:
        return not unsubscribing.pending(connection).exists()
    unsubscribing.unsubscribe_now(connection, now=now)
    with wall.lifted():  # the others may be other tenants'
        shared = (
            Connection.objects.filter(platform_id=connection.platform_id, external_user_id=connection.external_user_id)
            .exclude(pk=connection.pk)
            .exclude(status=Connection.Status.INACTIVE)
            .exists()
        )
    withdrawn = "kept: another connection stands on it"
    if Capability.REVOKE not in connector_class(connection.platform_id).capabilities:
        withdrawn = "kept: only the person can end it, at the platform"
    elif not shared:
        try:
            get_connector(connection.platform_id, connection).revoke()
            withdrawn = "withdrawn"
        except (ConnectorError, ConfigurationError) as error:
            withdrawn = f"not withdrawn: {error}"[:200]
    with transaction.atomic():
        # A grant that is over asks for nothing any more.
        pending = (
            [] if withdrawn == "withdrawn" else list(unsubscribing.pending(connection).values_list("pk", flat=True))
        )
        unsubscribing.forget(connection.destinations.exclude(pk__in=pending))
        if not pending:
            vault.erase_secrets(tenant_id=connection.tenant_id, connection_id=connection.pk)
        connection.destinations.update(enabled=False)
        Connection.objects.filter(pk=connection.pk).update(
            status=Connection.Status.INACTIVE,
            status_code="disconnected",
            status_cause="Disconnected here.",
            status_remedy="Connect the account again to publish with it.",
            status_since=now,
            disconnected_at=now,
            next_health_at=None,
            health="",
        )
        token_plans.plan([connection.pk], now=now)
        say_turned(connection.pk, DISCONNECTED, now=now)
        record(
            tenant=connection.tenant,
            actor=principal.actor,
            action="connection.disconnected",
            subject=connection,
            grant=withdrawn,
            **({"tokens": "kept until the platform was told to be silent"} if pending else {}),
        )
    return not pending


def require_platform(slug: str, tenant: Tenant) -> Platform:
    """Return a platform that is on for a tenant; raises ``NotFound`` or ``Invalid`` with the remedy."""
    platform = Platform.objects.filter(slug=slug).first() if slug in CONNECTORS else None
    if platform is None:
        raise NotFound(
            f"There is no platform called {slug!r}.",
            remedy=f"Choose among {', '.join(CONNECTORS)}.",
            code="unknown_platform",
        )
    switches.require_on(platform, tenant.pk)
    return platform


def seal(connection: Connection, kind: str, secret: Secret) -> None:
    """Seal one of a connection's secrets, in place of the one of the same kind."""
    vault.put_secret(tenant_id=connection.tenant_id, connection_id=connection.pk, kind=kind, secret=secret)
