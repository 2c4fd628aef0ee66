"""Invitations: a place in a tenant for whoever reads the mail to an address, within seven days, once."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from foundation.errors import Conflict, Invalid, Unavailable
from foundation.secret import Secret
from tenants import mails, throttle
from tenants.keys import key_digest
from tenants.models import Invitation, Membership, Tenant, User
from tenants.principal import Principal
from tenants.scopes import ROLE_SCOPES
from tenants.services import may_grant, record

LIFE: Final = timedelta(days=7)


def invite(*, principal: Principal, email: str, role: str, now: datetime) -> Invitation:
    """Invite an address and send the mail; who was invited before gets a new link and this role. Audited.

    Raises ``Forbidden`` for a role with scopes beyond the caller's, ``Conflict`` for a member, ``Unavailable`` when the mail
    cannot be sent; the invitation then stands and can be sent again.
    """
    may_grant(ROLE_SCOPES[role], within=principal.scopes)
    email = email.strip().lower()
    tenant = principal.tenant
    if Membership.objects.filter(tenant=tenant, user__email=email).exists():
        raise Conflict(f"{email} is a member already.", remedy="Change the role instead.", code="already_member")
    _not_too_many(tenant)
    secret = _new_secret()
    told = {
        "role": role,
        "digest": key_digest(secret.reveal()),
        "invited_by": principal.actor,
        "expires_at": now + LIFE,
    }
    with transaction.atomic():
        invitation, _ = Invitation.objects.update_or_create(
            tenant=tenant, email=email, accepted_at=None, revoked_at=None, defaults=told
        )
        record(
            tenant=tenant, actor=principal.actor, action="member.invited", subject=invitation, email=email, role=role
        )
    _send(invitation, secret)
    return invitation


def resend(*, principal: Principal, invitation: Invitation, now: datetime) -> Invitation:
    """Send an invitation again, with a new link and seven days; the old link ends. Raises as ``invite`` does."""
    return invite(principal=principal, email=invitation.email, role=invitation.role, now=now)


@transaction.atomic
def revoke(*, principal: Principal, invitation: Invitation, now: datetime) -> None:
    """Take an invitation back: its link ends at once. Audited."""
    if Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(revoked_at=now):
        record(
            tenant=principal.tenant,
            actor=principal.actor,
            action="invitation.revoked",
            subject=invitation,
            email=invitation.email,
        )


@transaction.atomic
def accept(*, invitation: Invitation, user: User, now: datetime) -> Membership:
    """Make the invited person a member; audited. Who is one already keeps the role.

    Raises ``Conflict`` for another person than the one invited, and for a link that was used meanwhile.
    """
    if user.email != invitation.email:
        raise Conflict(
            f"The invitation is for {invitation.email}, and you are {user.email}.",
            remedy="Sign out, and open the link again.",
            code="invitation_of_another",
        )
    # The update decides between two that use the link at once.
    open_ones = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None, expires_at__gt=now)
    if not open_ones.update(accepted_at=now):
        raise Conflict("The invitation was used or taken back.", remedy="Ask for a new one.", code="invitation_over")
    membership, _ = Membership.objects.get_or_create(
        tenant=invitation.tenant, user=user, defaults={"role": invitation.role}
    )
    record(
        tenant=invitation.tenant,
        actor=f"user:{user.email}",
        action="member.joined",
        subject=membership,
        email=user.email,
        role=membership.role,
    )
    return membership


@transaction.atomic
def accept_as_new(*, invitation: Invitation, name: str, password: str, now: datetime) -> Membership:
    """Make an account for the invited address, whose mail was read, and accept; raises as ``accept`` does.

    The password was checked by the door. Raises ``Conflict`` when the address has an account by now.
    """
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                invitation.email, password, first_name=name, time_zone=invitation.tenant.time_zone
            )
    except IntegrityError:
        raise Conflict("This address has an account.", remedy="Sign in with it.", code="account_exists") from None
    return accept(invitation=invitation, user=user, now=now)


def check_address(email: str) -> str:
    """Return an address in the form we keep; raises ``Invalid``."""
    email = email.strip().lower()
    try:
        User._meta.get_field("email").clean(email, None)
    except ValidationError:
        raise Invalid("That is no e-mail address.", remedy="Check it for typing errors.", code="bad_address") from None
    return email


def _not_too_many(tenant: Tenant) -> None:
    if wait := throttle.INVITATIONS.refuses(str(tenant.pk)):
        raise Unavailable(
            f"Many invitations were sent within an hour. Wait {throttle.in_words(wait)}.", code="too_many_invitations"
        )


def _new_secret() -> Secret:
    return Secret(secrets.token_urlsafe(32))


def _send(invitation: Invitation, secret: Secret) -> None:
    link = settings.PUBLIC_URL + reverse("invitation", args=[invitation.pk, secret.reveal()])
    said = {"tenant": invitation.tenant.name, "role": invitation.get_role_display().lower(), "link": link}
    by = invitation.invited_by.partition(":")[2] if invitation.invited_by.startswith("user:") else ""
    mails.send(
        "invitation", to=invitation.email, subject=f"Join {invitation.tenant.name} on Switchboard", by=by, **said
    )
