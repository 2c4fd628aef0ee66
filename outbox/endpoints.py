"""Writes about endpoints: made, changed, their secret rotated, switched off and on, deleted, tested. All audited."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from foundation.errors import Conflict, Finding, Invalid
from foundation.ids import new_id
from foundation.secret import Secret
from outbox import secrets, wire
from outbox.events import TYPES, EventType
from outbox.models import WebhookDelivery, WebhookEndpoint
from outbox.services import announce
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import WEBHOOKS_WRITE
from tenants.services import record

MOST_ENDPOINTS: Final = 20
#: What an owner is advised when the hub switched an endpoint off.
MEND: Final = "Mend the receiver, switch the endpoint on, then replay what failed."


@transaction.atomic
def create_endpoint(
    *, principal: Principal, url: str, description: str = "", event_types: Sequence[str] = (), now: datetime
) -> tuple[WebhookEndpoint, Secret]:
    """Make an endpoint; return it with its secret, which is told once. Raises ``Invalid`` with every finding."""
    principal.require(WEBHOOKS_WRITE)
    _check(url=url, event_types=event_types)
    # The tenant's row is held, so that two who ask at once do not both get the last one.
    Tenant.objects.select_for_update().get(pk=principal.tenant.pk)
    if WebhookEndpoint.objects.filter(tenant=principal.tenant, deleted_at=None).count() >= MOST_ENDPOINTS:
        raise Conflict(
            f"There are {MOST_ENDPOINTS} endpoints already.",
            remedy="Delete one that is not needed, or let one receiver take several kinds of events.",
            code="too_many_endpoints",
        )
    endpoint = WebhookEndpoint.objects.create(
        tenant=principal.tenant,
        url=url,
        description=description.strip(),
        event_types=_ordered(event_types),
        listens_since=now,
    )
    secret = secrets.store_first(endpoint)
    _record(principal, endpoint, "created", url=_shown(url), event_types=endpoint.event_types)
    return endpoint, secret


@transaction.atomic
def change_endpoint(
    *,
    principal: Principal,
    endpoint: WebhookEndpoint,
    url: str | None = None,
    description: str | None = None,
    event_types: Sequence[str] | None = None,
    enabled: bool | None = None,
    now: datetime,
) -> WebhookEndpoint:
    """Change what is said of an endpoint, and leave the rest; raises ``Invalid`` with every finding."""
    principal.require(WEBHOOKS_WRITE)
    _check(url=url, event_types=event_types)
    changed: dict[str, Any] = {}
    if url is not None and url != endpoint.url:
        changed |= {"url": url, "failures_in_row": 0, "failing_since": None, "probe_at": None}
    if description is not None and description.strip() != endpoint.description:
        changed["description"] = description.strip()
    if event_types is not None and _ordered(event_types) != endpoint.event_types:
        changed["event_types"] = _ordered(event_types)
    if changed:
        _update(endpoint, now=now, **changed)
        told = {"url": _shown(url)} if url and "url" in changed else {}
        _record(
            principal,
            endpoint,
            "changed",
            fields=sorted(changed.keys() & {"url", "description", "event_types"}),
            **told,
        )
    if enabled is not None:
        _switch(principal, endpoint, on=enabled, now=now)
    endpoint.refresh_from_db()
    return endpoint


@transaction.atomic
def rotate_secret(*, principal: Principal, endpoint: WebhookEndpoint, now: datetime) -> Secret:
    """Give an endpoint a new secret, told once; for a day deliveries bear the signatures of both."""
    principal.require(WEBHOOKS_WRITE)
    WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    secret = secrets.rotate(endpoint)
    _update(endpoint, now=now, previous_secret_until=now + secrets.OVERLAP)
    endpoint.refresh_from_db()
    _record(principal, endpoint, "secret_rotated")
    return secret


@transaction.atomic
def delete_endpoint(*, principal: Principal, endpoint: WebhookEndpoint, now: datetime) -> None:
    """Take an endpoint away: nothing more is sent, its secrets are destroyed, its deliveries go with the next purge."""
    principal.require(WEBHOOKS_WRITE)
    if WebhookEndpoint.objects.filter(pk=endpoint.pk, deleted_at=None).update(deleted_at=now, updated_at=now):
        secrets.forget_all(endpoint)
        _record(principal, endpoint, "deleted", url=_shown(endpoint.url))


@transaction.atomic
def ping(*, principal: Principal, endpoint: WebhookEndpoint, now: datetime) -> WebhookDelivery:
    """Send a test to one endpoint; return its delivery. Raises ``Conflict`` for one that is switched off."""
    principal.require(WEBHOOKS_WRITE)
    if endpoint.disabled:
        raise Conflict("The endpoint is switched off.", remedy="Switch it on, then test it.", code="endpoint_disabled")
    event = announce(
        tenant_id=endpoint.tenant_id,
        kind=EventType.PING,
        data={"endpoint_id": str(endpoint.pk)},
        now=now,
        event_id=new_id(),
        endpoint_id=endpoint.pk,
    )
    # Its delivery is there at once, so that who asked has something to look at; the sorter leaves it as it is.
    delivery = WebhookDelivery.objects.create(tenant_id=endpoint.tenant_id, endpoint=endpoint, event=event, due_at=now)
    _record(principal, endpoint, "pinged")
    return delivery


def disable(*, endpoint: WebhookEndpoint, reason: WebhookEndpoint.Disabled, cause: str, now: datetime) -> bool:
    """Switch an endpoint off because of what it does, in the caller's transaction; its owner is told once."""
    off = WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled="").update(
        disabled=reason, disabled_at=now, disabled_cause=cause[:300], updated_at=now
    )
    if off:
        record(
            tenant=endpoint.tenant,
            actor="system:outbox",
            action="webhook_endpoint.disabled",
            subject=endpoint,
            reason=reason.value,
        )
        _announce_off(endpoint, reason, cause, now=now)
    return bool(off)


def _switch(principal: Principal, endpoint: WebhookEndpoint, *, on: bool, now: datetime) -> None:
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    if on:
        fields = {"failures_in_row": 0, "failing_since": None, "probe_at": None}
        if rows.exclude(disabled="").update(disabled="", disabled_at=None, disabled_cause="", updated_at=now, **fields):
            _record(principal, endpoint, "enabled")
    else:
        cause = f"Switched off by {principal.actor}."[:300]
        reason = WebhookEndpoint.Disabled.BY_HAND
        if rows.filter(disabled="").update(disabled=reason, disabled_at=now, disabled_cause=cause, updated_at=now):
            _record(principal, endpoint, "disabled")


def _announce_off(endpoint: WebhookEndpoint, reason: WebhookEndpoint.Disabled, cause: str, *, now: datetime) -> None:
    data = {"endpoint_id": str(endpoint.pk), "reason": reason.value, "cause": cause, "remedy": MEND}
    announce(tenant_id=endpoint.tenant_id, kind=EventType.WEBHOOK_ENDPOINT_DISABLED, data=data, now=now)


def _check(*, url: str | None, event_types: Sequence[str] | None) -> None:
    findings = []
    if url is not None:
        try:
            wire.check_address(url)
        except wire.BadAddress as error:
            findings.append(
                Finding("url", "url_not_allowed", str(error), "Give the public https address of your receiver.")
            )
    known = {kind.value for kind in TYPES}
    findings += [
        Finding("event_types", "unknown_event_type", f"There is no event called {name}.", "See the list of events.")
        for name in event_types or ()
        if name not in known
    ]
    if findings:
        raise Invalid("The endpoint cannot be like that; nothing was changed.", findings=findings)


def _ordered(event_types: Sequence[str]) -> list[str]:
    return [kind.value for kind in TYPES if kind.value in event_types]


def _shown(url: str) -> str:
    """Return an address without its query, which may hold keys."""
    return url.partition("?")[0][:300]


def _update(endpoint: WebhookEndpoint, *, now: datetime, **fields: Any) -> None:
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(updated_at=now, **fields)


def _record(principal: Principal, endpoint: WebhookEndpoint, what: str, **detail: Any) -> None:
    record(
        tenant=principal.tenant,
        actor=principal.actor,
        action=f"webhook_endpoint.{what}",
        subject=endpoint,
        **detail,
    )
