"""Reads of the hall."""

import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from foundation import wall
from foundation.errors import NotFound
from foundation.kept import Kept
from tenants.keys import key_digest, key_prefix
from tenants.models import ApiKey, AuditEntry, BrowserSession, Invitation, Membership, Tenant, User

#: A key whose end is nearer than this is announced, and shown as ending soon.
EXPIRES_SOON = timedelta(days=7)


def api_key_of(text: str) -> ApiKey | None:
    """Return the key with this text and its tenant, whatever has become of them; None when there is none."""
    key = _key_with_prefix(key_prefix(text))
    # Compare even when nothing was found, so that the answer takes as long for a wrong prefix as for a wrong secret.
    right = hmac.compare_digest(key.digest if key else "0" * 64, key_digest(text))
    return key if right else None


def is_live(key: ApiKey, *, now: datetime) -> bool:
    """Tell whether a key opens: neither revoked nor at its end."""
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)


def live_api_key(text: str, *, now: datetime) -> ApiKey | None:
    """Return the key with this text, or None when it is unknown, expired, revoked or its tenant is suspended."""
    key = api_key_of(text)
    return key if key and is_live(key, now=now) and not key.tenant.suspended_at else None


def _key_with_prefix(prefix: str) -> ApiKey | None:
    """Return a key with its tenant: every request of a client app begins with it."""
    if connection.vendor != "postgresql":
        return ApiKey.objects.select_related("tenant").filter(prefix=prefix).first()
    found = _KEY.fetch((prefix.replace("\x00", ""),))
    return found[0] if found else None


_KEY: Final = Kept(ApiKey, beside=("tenant",), where="t.prefix = %s")


def keys_of(tenant: Tenant) -> QuerySet[ApiKey]:
    """Return the tenant's keys, newest first, those that ended too."""
    return ApiKey.objects.filter(tenant=tenant).select_related("successor", "predecessor").order_by("-id")


def key_of(tenant: Tenant, key_id: UUID) -> ApiKey:
    """Return one of the tenant's keys; raises ``NotFound``."""
    key = keys_of(tenant).select_related("tenant", "successor", "predecessor").filter(pk=key_id).first()
    if key is None:
        raise NotFound("There is no such API key.", remedy="Check the id.")
    return key


def state_of_key(key: ApiKey, *, now: datetime) -> str:
    """Return ``live``, ``ending`` (within a week), ``expired`` or ``revoked``."""
    if key.revoked_at:
        return "revoked"
    if key.expires_at is None or key.expires_at - now > EXPIRES_SOON:
        return "live"
    return "ending" if key.expires_at > now else "expired"


def memberships_of(user: User) -> list[Membership]:
    """Return the places this user has in tenants that are not suspended, by the tenant's name."""
    with wall.lifted():  # whichever of them a request is for
        return list(
            Membership.objects.select_related("tenant", "user")
            .filter(user=user, tenant__suspended_at=None)
            .order_by("tenant__name", "tenant_id")
        )


def chosen_membership(user: User, tenant_id: UUID | str | None) -> Membership | None:
    """Return the membership the user has chosen, else the first by name, else None."""
    places = memberships_of(user)
    return next((place for place in places if str(place.tenant_id) == str(tenant_id)), places[0] if places else None)


def suspended_tenants_of(user: User) -> list[str]:
    """Return the names of tenants that this user belongs to and that are suspended."""
    return list(Tenant.objects.filter(memberships__user=user).exclude(suspended_at=None).values_list("name", flat=True))


def suspended_tenants() -> frozenset[UUID]:
    """Return the ids of all suspended tenants."""
    return frozenset(Tenant.objects.exclude(suspended_at=None).values_list("pk", flat=True))


def members_of(tenant: Tenant) -> QuerySet[Membership]:
    """Return the tenant's members, the longest-standing first."""
    return Membership.objects.filter(tenant=tenant).select_related("user").order_by("id")


def member_of(tenant: Tenant, membership_id: UUID) -> Membership:
    """Return one member; raises ``NotFound``."""
    found = members_of(tenant).select_related("user", "tenant").filter(pk=membership_id).first()
    if found is None:
        raise NotFound("There is no such member.", remedy="Check the id; somebody else may have removed them.")
    return found


def open_invitations_of(tenant: Tenant) -> QuerySet[Invitation]:
    """Return invitations that were neither accepted nor taken back, newest first; those that ran out too."""
    return Invitation.objects.filter(tenant=tenant, accepted_at=None, revoked_at=None).order_by("-id")


def invitation_of(tenant: Tenant, invitation_id: UUID) -> Invitation:
    """Return one open invitation of a tenant; raises ``NotFound``."""
    found = open_invitations_of(tenant).select_related("tenant").filter(pk=invitation_id).first()
    if found is None:
        raise NotFound("There is no such open invitation.", remedy="It was accepted or taken back, perhaps just now.")
    return found


def invitation_by_link(invitation_id: UUID, secret: str, *, now: datetime) -> Invitation | None:
    """Return the open invitation that this link opens, or None."""
    found = Invitation.objects.select_related("tenant").filter(pk=invitation_id).first()
    right = hmac.compare_digest(found.digest if found else "0" * 64, key_digest(secret))
    if found is None or not right or found.accepted_at or found.revoked_at or found.tenant.suspended_at:
        return None
    return found if found.expires_at > now else None


def audit_of(tenant: Tenant) -> QuerySet[AuditEntry]:
    """Return the tenant's lines of the audit log, newest first."""
    return AuditEntry.objects.filter(tenant=tenant).order_by("-id")


def sessions_of(user: User, *, now: datetime) -> list[BrowserSession]:
    """Return the browsers in which this person is signed in, the one seen last first."""
    return list(BrowserSession.objects.filter(user=user, expire_date__gt=now).order_by("-seen_at", "-expire_date"))
