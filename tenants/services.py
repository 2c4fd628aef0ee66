"""Writes of the hall: tenants, members, API keys, the audit log."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from foundation.errors import Invalid
from foundation.secret import Secret
from tenants.keys import key_digest, key_prefix, new_key_text
from tenants.models import ApiKey, AuditEntry, Membership, Tenant, User
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE, SCOPES

#: ``last_used_at`` is written at most this often, so that a busy client does not turn every read into a write.
LAST_USED_STEP = timedelta(minutes=1)


def create_tenant(*, name: str, time_zone: str = "UTC") -> Tenant:
    """Make a tenant, with a slug that nobody else has."""
    stem = slugify(name)[:50] or "tenant"
    slug, count = stem, 1
    while Tenant.objects.filter(slug=slug).exists():
        count += 1
        slug = f"{stem}-{count}"
    return Tenant.objects.create(name=name, slug=slug, time_zone=time_zone)


@transaction.atomic
def add_member(*, tenant: Tenant, user: User, role: str, actor: str) -> Membership:
    """Give a user a role in a tenant, or change the role it has; audited."""
    membership, _ = Membership.objects.update_or_create(tenant=tenant, user=user, defaults={"role": role})
    record(tenant=tenant, actor=actor, action="member.set", subject=membership, role=role, email=user.email)
    return membership


@transaction.atomic
def create_api_key(
    *, tenant: Tenant, name: str, scopes: Iterable[str], actor: str, expires_at: datetime | None = None
) -> tuple[ApiKey, Secret]:
    """Make an API key and return it with its text, which is told once and stored nowhere.

    Raises ``Invalid`` for a scope that does not exist.
    """
    wanted = sorted(set(scopes))
    if unknown := [scope for scope in wanted if scope not in SCOPES]:
        raise Invalid(
            f"There is no scope called {', '.join(unknown)}.",
            remedy=f"Choose among {', '.join(SCOPES)}.",
            code="unknown_scope",
        )
    text = new_key_text()
    prefix = key_prefix(text)
    key = ApiKey.objects.create(
        tenant=tenant, name=name, prefix=prefix, digest=key_digest(text), scopes=wanted, expires_at=expires_at
    )
    record(tenant=tenant, actor=actor, action="api_key.created", subject=key, scopes=wanted, prefix=prefix)
    return key, Secret(text)


@transaction.atomic
def revoke_api_key(*, key: ApiKey, actor: str, now: datetime) -> None:
    """End an API key at once; audited. Revoking it again changes nothing."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        record(tenant=key.tenant, actor=actor, action="api_key.revoked", subject=key, prefix=key.prefix)


@transaction.atomic
def set_redrive_after_reconnect(*, principal: Principal, wanted: bool) -> None:
    """Say whether what failed for an account goes out by itself once the account is reconnected; audited when it changes."""
    principal.require(CONNECTIONS_WRITE)
    changed = Tenant.objects.filter(pk=principal.tenant.pk).exclude(redrive_after_reconnect=wanted)
    if changed.update(redrive_after_reconnect=wanted):
        record(
            tenant=principal.tenant,
            actor=principal.actor,
            action="tenant.redrive_after_reconnect_set",
            subject=principal.tenant,
            wanted=wanted,
        )
    principal.tenant.redrive_after_reconnect = wanted


def note_key_use(*, key: ApiKey, now: datetime) -> None:
    """Move the key's ``last_used_at`` forward, at most once a minute."""
    if key.last_used_at is None or now - key.last_used_at >= LAST_USED_STEP:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def strike_out(*, subject: Any, names: Iterable[str]) -> int:
    """Take these details out of a thing's lines in the audit log, where the law wants a person forgotten; return how many."""
    lines = AuditEntry.objects.filter(subject_kind=type(subject).__name__.lower(), subject_id=str(subject.pk))
    struck = 0
    unwanted = frozenset(names)
    for line in lines.select_for_update():
        kept = {name: value for name, value in line.detail.items() if name not in unwanted}
        if kept != line.detail:
            AuditEntry.objects.filter(pk=line.pk).update(detail=kept)
            struck += 1
    return struck


def record(*, tenant: Tenant | None, actor: str, action: str, subject: Any, **detail: Any) -> AuditEntry:
    """Write one line of the audit log, in the caller's transaction. ``detail`` holds plain facts, never a secret."""
    return AuditEntry.objects.create(
        tenant=tenant,
        actor=actor[:160],
        action=action,
        subject_kind=type(subject).__name__.lower(),
        subject_id=str(subject.pk),
        detail={key: str(value) if isinstance(value, UUID) else value for key, value in detail.items()},
    )
