"""Pages of members: the list, invitations, roles; and the page that an invitation's link opens."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import Invalid, Refusal
from tenants import inviting, members, selectors, signing_in, throttle
from tenants.addresses import guessing_address
from tenants.doors import MemberRequest, members_only
from tenants.fields import InviteForm, JoinForm, PageForm, RoleForm
from tenants.middleware import SESSION_TENANT
from tenants.models import Invitation, Membership, User
from tenants.scopes import TENANT_READ, TENANT_WRITE

ROLES_ABOUT = {
    Membership.Role.OWNER: "everything, members and API keys too",
    Membership.Role.EDITOR: "publishes, answers, and sees everything but keys and the audit log",
    Membership.Role.VIEWER: "only looks",
}


@require_safe
@members_only
def members_page(request: MemberRequest) -> HttpResponse:
    """List members and open invitations."""
    request.principal.require(TENANT_READ)
    return _members_page(request, InviteForm())


def _members_page(
    request: MemberRequest, form: InviteForm, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    tenant, now = request.principal.tenant, timezone.now()
    may_manage = TENANT_WRITE in request.principal.scopes
    people = [
        {
            "id": one.pk,
            "name": one.user.get_full_name(),
            "email": one.user.email,
            "role": one.role,
            "role_label": one.get_role_display(),
            "is_me": one.user_id == request.user.pk,
            "since": one.created_at,
            "last_login": one.user.last_login,
        }
        for one in selectors.members_of(tenant)
    ]
    invited = [
        {
            "id": one.pk,
            "email": one.email,
            "role_label": one.get_role_display(),
            "expires_at": one.expires_at,
            "over": one.expires_at <= now,
        }
        for one in selectors.open_invitations_of(tenant)
        if may_manage
    ]
    told = {
        "members": people,
        "invitations": invited,
        "may_manage": may_manage,
        "roles": [(role.value, role.label, ROLES_ABOUT[role]) for role in Membership.Role],
        "form": form,
        "refusal": refusal,
    }
    return render(request, "tenants/members.html", told, status=status)


@require_POST
@members_only
def invite(request: MemberRequest) -> HttpResponse:
    """Invite somebody by mail."""
    request.principal.require(TENANT_WRITE)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _members_page(request, form, status=422)
    try:
        inviting.invite(principal=request.principal, now=timezone.now(), **form.cleaned_data)
    except Refusal as error:
        return _members_page(request, form, refusal=error, status=error.status)
    messages.success(request, f"An invitation went to {form.cleaned_data['email'].lower()}.")
    return redirect("members")


@require_POST
@members_only
def resend_invitation(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Send an invitation again."""
    request.principal.require(TENANT_WRITE)
    found = selectors.invitation_of(request.principal.tenant, invitation_id)
    inviting.resend(principal=request.principal, invitation=found, now=timezone.now())
    messages.success(request, f"A new link went to {found.email}; the one before no longer opens.")
    return redirect("members")


@require_POST
@members_only
def revoke_invitation(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    request.principal.require(TENANT_WRITE)
    found = selectors.invitation_of(request.principal.tenant, invitation_id)
    inviting.revoke(principal=request.principal, invitation=found, now=timezone.now())
    messages.success(request, f"The invitation of {found.email} is taken back.")
    return redirect("members")


@require_POST
@members_only
def change_role(request: MemberRequest, membership_id: UUID) -> HttpResponse:
    """Give a member another role."""
    request.principal.require(TENANT_WRITE)
    member = selectors.member_of(request.principal.tenant, membership_id)
    form = _valid(RoleForm(request.POST))
    done = members.change_role(principal=request.principal, member=member, role=form.cleaned_data["role"])
    messages.success(request, f"{done.user.email} is {done.get_role_display().lower()} now.")
    return redirect("members")


@require_POST
@members_only
def remove_member(request: MemberRequest, membership_id: UUID) -> HttpResponse:
    """Take a member out of the tenant."""
    request.principal.require(TENANT_WRITE)
    member = selectors.member_of(request.principal.tenant, membership_id)
    left = members.keys_made_by(member)
    members.remove_member(principal=request.principal, member=member)
    messages.success(request, f"{member.user.email} is no longer a member.")
    if left:
        names = ", ".join(key.name for key in left[:5])
        messages.warning(request, f"API keys they made still open: {names}. Revoke or rotate them if they know them.")
    return redirect("members")


@require_POST
@members_only
def leave_tenant(request: MemberRequest) -> HttpResponse:
    """Leave the tenant."""
    tenant = request.principal.tenant
    members.leave_tenant(tenant=tenant, user=request.user)
    request.session.pop(SESSION_TENANT, None)
    messages.success(request, f"You left {tenant.name}.")
    return redirect("overview")


@sensitive_variables("secret")
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, invitation_id: UUID, secret: str) -> HttpResponse:
    """Show what an invitation offers, and take it: as who is signed in, or with a new account."""
    if wait := throttle.LINKS.refuses(guessing_address(request) or ""):
        answer = render(request, "tenants/invitation_over.html", {"wait": throttle.in_words(wait)}, status=429)
        answer["Retry-After"] = str(int(wait.total_seconds()) + 1)
        return answer
    now = timezone.now()
    found = selectors.invitation_by_link(invitation_id, secret, now=now)
    if found is None:
        return render(request, "tenants/invitation_over.html", {"wait": ""}, status=404)
    user = request.user if isinstance(request.user, User) else None
    if user is not None or User.objects.filter(email=found.email).exists():
        return _join_as(request, found, user)
    blank = User(email=found.email)
    form = JoinForm(request.POST if request.method == "POST" else None, user=blank)
    if not form.is_bound or not form.is_valid():
        told = {**_offer(found), "form": form, "way": "new"}
        return render(request, "tenants/invitation.html", told, status=422 if form.is_bound else 200)
    membership = inviting.accept_as_new(invitation=found, now=now, **form.cleaned_data)
    # The mail was read, so the address is theirs; a new account has no second step yet.
    signing_in.enter(request, membership.user, with_code=False, now=now)
    return _welcome(request, membership)


def _join_as(request: HttpRequest, found: Invitation, user: User | None) -> HttpResponse:
    """Let who has an account accept with it, which takes being signed in."""
    if request.method == "POST" and user is not None:
        _valid(PageForm(request.POST))
        return _welcome(request, inviting.accept(invitation=found, user=user, now=timezone.now()))
    way = "sign_in" if user is None else "join" if user.email == found.email else "other"
    told = {**_offer(found), "way": way, "here": request.path}
    return render(request, "tenants/invitation.html", told)


def _offer(found: Invitation) -> dict[str, str]:
    return {
        "tenant_name": found.tenant.name,
        "email": found.email,
        "role_label": found.get_role_display().lower(),
        "role_about": ROLES_ABOUT[Membership.Role(found.role)],
        "by": found.invited_by.partition(":")[2] if found.invited_by.startswith("user:") else "",
    }


def _welcome(request: HttpRequest, membership: Membership) -> HttpResponse:
    request.session[SESSION_TENANT] = str(membership.tenant_id)
    messages.success(request, f"Welcome to {membership.tenant.name}.")
    return redirect("overview")


def _valid(form: PageForm) -> PageForm:
    if not form.is_valid():
        raise Invalid(form.first_error(), remedy="Go back, load the page again and try once more.", code="bad_form")
    return form
