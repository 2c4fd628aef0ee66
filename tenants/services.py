"""Writes of the hall: tenants, members, API keys, the audit log."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify

from foundation.errors import Conflict, Forbidden, Invalid
from foundation.secret import Secret
from tenants.keys import key_digest, key_prefix, new_key_text
from tenants.models import ApiKey, AuditEntry, Membership, Tenant, User
from tenants.scopes import SCOPES
from tenants.selectors import EXPIRES_SOON
from tenants.signals import api_key_expiring, tenant_erased

#: ``last_used_at`` is written at most this often, so that a busy client does not turn every read into a write.
LAST_USED_STEP = timedelta(minutes=1)
#: How long a rotated key goes on opening beside its successor.
DEFAULT_OVERLAP = timedelta(hours=24)
#: Keys announced by one look; the next goes on.
MOST_ANNOUNCED = 500


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
    *,
    tenant: Tenant,
    name: str,
    scopes: Iterable[str],
    actor: str,
    expires_at: datetime | None = None,
    within: Iterable[str] = SCOPES,
) -> tuple[ApiKey, Secret]:
    """Make an API key and return it with its text, which is told once and stored nowhere.

    Raises ``Invalid`` for a scope that does not exist, and ``Forbidden`` for one that its maker lacks (``within``).
    """
    wanted = sorted(set(scopes))
    if unknown := [scope for scope in wanted if scope not in SCOPES]:
        raise Invalid(
            f"There is no scope called {', '.join(unknown)}.",
            remedy=f"Choose among {', '.join(SCOPES)}.",
            code="unknown_scope",
        )
    may_grant(wanted, within=within)
    return _new_key(tenant=tenant, name=name, scopes=wanted, actor=actor, expires_at=expires_at)


def may_grant(scopes: Iterable[str], *, within: Iterable[str]) -> None:
    """Raise ``Forbidden`` unless every scope is among those of whoever gives them."""
    if beyond := sorted(set(scopes) - set(within)):
        raise Forbidden(
            f"Nobody can give what they do not have: {', '.join(beyond)}.",
            remedy="Leave those out, or ask an owner of the tenant who has them.",
            code="scope_beyond_own",
        )


def _new_key(
    *, tenant: Tenant, name: str, scopes: list[str], actor: str, expires_at: datetime | None
) -> tuple[ApiKey, Secret]:
    text = new_key_text()
    prefix = key_prefix(text)
    key = ApiKey.objects.create(
        tenant=tenant,
        name=name,
        prefix=prefix,
        digest=key_digest(text),
        scopes=scopes,
        expires_at=expires_at,
        created_by=actor[:160],
    )
    record(tenant=tenant, actor=actor, action="api_key.created", subject=key, scopes=scopes, prefix=prefix)
    return key, Secret(text)


@transaction.atomic
def rotate_api_key(
    *, key: ApiKey, actor: str, now: datetime, overlap: timedelta = DEFAULT_OVERLAP, within: Iterable[str] = SCOPES
) -> tuple[ApiKey, Secret]:
    """Make a key that takes the place of another, with its name and scopes; the other one opens for the overlap.

    The new key lives as long as the old one was to live from its making; for ever, if that was so. Raises ``Conflict`` for a
    key that has ended or has a successor, and ``Forbidden`` for one with scopes beyond the caller's.
    """
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("tenant").get(pk=key.pk)
    if key.revoked_at or (key.expires_at and key.expires_at <= now):
        raise Conflict("The key has ended; nothing can take its place.", remedy="Make a new one.", code="key_ended")
    if key.successor_id:
        raise Conflict(
            "The key has a successor already.", remedy="Rotate that one, or revoke this one.", code="key_rotated"
        )
    may_grant(key.scopes, within=within)
    life = key.expires_at - key.created_at if key.expires_at else None
    made, secret = _new_key(
        tenant=key.tenant, name=key.name, scopes=key.scopes, actor=actor, expires_at=now + life if life else None
    )
    ends_at = min(now + overlap, key.expires_at) if key.expires_at else now + overlap
    # Who rotates knows that the old key ends, so that is not announced.
    ApiKey.objects.filter(pk=key.pk).update(successor=made, expires_at=ends_at, warned_at=now, updated_at=now)
    record(
        tenant=key.tenant,
        actor=actor,
        action="api_key.rotated",
        subject=key,
        prefix=key.prefix,
        successor=made.prefix,
        ends_at=ends_at.isoformat(),
    )
    return made, secret


@transaction.atomic
def revoke_api_key(*, key: ApiKey, actor: str, now: datetime) -> None:
    """End an API key at once; audited. Revoking it again changes nothing."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        record(tenant=key.tenant, actor=actor, action="api_key.revoked", subject=key, prefix=key.prefix)


def key_use_is_due(*, key: ApiKey, now: datetime) -> bool:
    """Tell whether a key's last use is to be written down again."""
    return key.last_used_at is None or now - key.last_used_at >= LAST_USED_STEP


def note_key_use(*, key: ApiKey, network: str = "", now: datetime) -> None:
    """Move the key's ``last_used_at`` forward, at most once a minute, and note the network it was used from."""
    if key_use_is_due(key=key, now=now):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now, last_used_from=network)


def announce_expiring_keys(*, now: datetime) -> int:
    """Tell once of every key that will end within a week; return how many."""
    ending = ApiKey.objects.filter(
        expires_at__gt=now,
        expires_at__lte=now + EXPIRES_SOON,
        revoked_at=None,
        warned_at=None,
        tenant__suspended_at=None,
    )
    told = 0
    for key in ending.order_by("expires_at")[:MOST_ANNOUNCED]:
        # The update decides between two that look at once; what is told of it is written in the same transaction.
        with transaction.atomic():
            if ApiKey.objects.filter(pk=key.pk, warned_at=None).update(warned_at=now):
                api_key_expiring.send(ApiKey, key_id=key.pk, tenant_id=key.tenant_id)
                told += 1
    return told


@transaction.atomic
def change_tenant(
    *,
    tenant: Tenant,
    actor: str,
    name: str | None = None,
    time_zone: str | None = None,
    redrive_after_reconnect: bool | None = None,
) -> Tenant:
    """Change a tenant's settings; what is None stays. Audited by what changed; what changes nothing is not."""
    wanted = {"name": name, "time_zone": time_zone, "redrive_after_reconnect": redrive_after_reconnect}
    changes = {field: value for field, value in wanted.items() if value is not None and getattr(tenant, field) != value}
    if changes:
        for field, value in changes.items():
            setattr(tenant, field, value)
        tenant.save(update_fields=[*changes, "updated_at"])
        record(tenant=tenant, actor=actor, action="tenant.changed", subject=tenant, **changes)
    return tenant


@transaction.atomic
def suspend_tenant(*, tenant: Tenant, actor: str, now: datetime) -> None:
    """Refuse everything to a tenant from now on; its due jobs wait. Doing it again changes nothing."""
    if Tenant.objects.filter(pk=tenant.pk, suspended_at=None).update(suspended_at=now, updated_at=now):
        record(tenant=tenant, actor=actor, action="tenant.suspended", subject=tenant)


@transaction.atomic
def resume_tenant(*, tenant: Tenant, actor: str, now: datetime) -> None:
    """Lift a suspension; what waited goes on."""
    if Tenant.objects.filter(pk=tenant.pk).exclude(suspended_at=None).update(suspended_at=None, updated_at=now):
        record(tenant=tenant, actor=actor, action="tenant.resumed", subject=tenant)


@transaction.atomic
def erase_tenant(*, tenant: Tenant, actor: str) -> None:
    """Delete a suspended tenant with everything it has; its people's accounts stay. It cannot be undone.

    The rooms above hear of it in the same transaction and erase what they keep beyond its rows. What remains is a line of the
    audit log without a tenant. Raises ``Conflict`` unless the tenant is suspended, so that nothing of it is under way.
    """
    tenant = Tenant.objects.select_for_update().get(pk=tenant.pk)
    if tenant.suspended_at is None:
        raise Conflict(f"{tenant.name} is not suspended.", remedy="Suspend it first.", code="tenant_not_suspended")
    tenant_erased.send(Tenant, tenant=tenant)
    record(tenant=None, actor=actor, action="tenant.erased", subject=tenant, slug=tenant.slug)
    tenant.delete()


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
    entry = audit_line(tenant=tenant, actor=actor, action=action, subject=subject, **detail)
    entry.save(force_insert=True)
    return entry


def audit_line(*, tenant: Tenant | None, actor: str, action: str, subject: Any, **detail: Any) -> AuditEntry:
    """Return a line of the audit log that is not written yet, for who stores it with what it tells of."""
    return AuditEntry(
        tenant=tenant,
        actor=actor[:160],
        action=action,
        subject_kind=type(subject).__name__.lower(),
        subject_id=str(subject.pk),
        detail={key: str(value) if isinstance(value, UUID) else value for key, value in detail.items()},
    )
