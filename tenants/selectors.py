"""Reads of the hall."""

import hmac
from datetime import datetime
from uuid import UUID

from tenants.keys import key_digest, key_prefix
from tenants.models import ApiKey, Membership, User


def live_api_key(text: str, *, now: datetime) -> ApiKey | None:
    """Return the key with this text, or None when it is unknown, expired, revoked or its tenant is suspended."""
    key = ApiKey.objects.select_related("tenant").filter(prefix=key_prefix(text)).first()
    # Compare even when nothing was found, so that the answer takes as long for a wrong prefix as for a wrong secret.
    right = hmac.compare_digest(key.digest if key else "0" * 64, key_digest(text))
    if key is None or not right or key.revoked_at or key.tenant.suspended_at:
        return None
    if key.expires_at and key.expires_at <= now:
        return None
    return key


def memberships_of(user: User) -> list[Membership]:
    """Return the places this user has in tenants that are not suspended, by the tenant's name."""
    return list(
        Membership.objects.select_related("tenant", "user")
        .filter(user=user, tenant__suspended_at=None)
        .order_by("tenant__name", "tenant_id")
    )


def chosen_membership(user: User, tenant_id: UUID | str | None) -> Membership | None:
    """Return the membership the user has chosen, else the first by name, else None."""
    places = memberships_of(user)
    return next((place for place in places if str(place.tenant_id) == str(tenant_id)), places[0] if places else None)
