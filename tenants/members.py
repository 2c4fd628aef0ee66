"""Members of a tenant: changing roles, removing, leaving. A tenant is never left without an owner."""

from django.db import transaction

from foundation.errors import Conflict
from tenants.models import ApiKey, Membership, Tenant, User
from tenants.principal import Principal
from tenants.scopes import OWNER, ROLE_SCOPES
from tenants.selectors import member_of
from tenants.services import may_grant, record


@transaction.atomic
def change_role(*, principal: Principal, member: Membership, role: str) -> Membership:
    """Give a member another role; audited.

    Raises ``Forbidden`` where the old or new role carries scopes beyond the caller's, ``Conflict`` for the last owner.
    """
    member = _locked(member)
    may_grant(ROLE_SCOPES[member.role] | ROLE_SCOPES[role], within=principal.scopes)
    if member.role == role:
        return member
    _keep_an_owner(member)
    before, member.role = member.role, role
    member.save(update_fields=["role", "updated_at"])
    record(
        tenant=member.tenant,
        actor=principal.actor,
        action="member.role_changed",
        subject=member,
        email=member.user.email,
        role=role,
        before=before,
    )
    return member


def may_change_role(*, member: Membership, role: str) -> None:
    """Raise ``Conflict`` where the tenant would be left without an owner; for doors that ask before they act."""
    if role != OWNER:
        _keep_an_owner(Membership.objects.select_related("tenant", "user").get(pk=member.pk))


@transaction.atomic
def remove_member(*, principal: Principal, member: Membership) -> None:
    """Take somebody out of the tenant; their account stays. Audited; raises as ``change_role`` does."""
    member = _locked(member)
    may_grant(ROLE_SCOPES[member.role], within=principal.scopes)
    _end(member, actor=principal.actor, action="member.removed")


@transaction.atomic
def leave_tenant(*, tenant: Tenant, user: User) -> None:
    """Leave a tenant; audited. Raises ``Conflict`` for its last owner."""
    member = _locked(Membership.objects.get(tenant=tenant, user=user))
    _end(member, actor=f"user:{user.email}", action="member.left")


def _locked(member: Membership) -> Membership:
    """Return the member anew, the tenant's row locked: two owners who remove each other at once come one after the other."""
    tenant = Tenant.objects.select_for_update().get(pk=member.tenant_id)
    return member_of(tenant, member.pk)


def _end(member: Membership, *, actor: str, action: str) -> None:
    _keep_an_owner(member)
    record(tenant=member.tenant, actor=actor, action=action, subject=member, email=member.user.email, role=member.role)
    member.delete()


def _keep_an_owner(member: Membership) -> None:
    others = Membership.objects.filter(tenant=member.tenant, role=OWNER, user__is_active=True).exclude(pk=member.pk)
    if member.role == OWNER and not others.exists():
        raise Conflict(
            f"{member.user.email} is the only owner of {member.tenant.name}.",
            remedy="Make somebody else an owner first.",
            code="last_owner",
        )


def keys_made_by(member: Membership) -> list[ApiKey]:
    """Return the live keys that a member made: they go on opening after their maker is gone, and owners should know."""
    made_by = f"user:{member.user.email}"
    return list(ApiKey.objects.filter(tenant=member.tenant, created_by=made_by, revoked_at=None).order_by("-id"))
