"""Tenants, who belongs to them, and who was invited."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from foundation.admin import Deed, ReadOnlyAdmin, Turn, linked, moment, narrowed
from foundation.admin.showing import tell_state
from foundation.errors import Conflict
from tenants import inviting, members, services
from tenants.fields import ZoneField
from tenants.models import Invitation, Membership, Tenant, User
from tenants.operating import AuditedAdmin, actor_of, operator_for


class TenantForm(forms.ModelForm[Tenant]):
    """What an operator may change of a tenant; the slug is made of the name."""

    time_zone = ZoneField(initial="UTC")

    class Meta:
        model = Tenant
        fields = ("name", "time_zone", "redrive_after_reconnect")


def _suspend(turn: Turn, tenant: Tenant) -> object:
    if tenant.suspended_at:
        return False
    return services.suspend_tenant(tenant=tenant, actor=actor_of(turn.request), now=turn.now)


def _resume(turn: Turn, tenant: Tenant) -> object:
    if not tenant.suspended_at:
        return False
    return services.resume_tenant(tenant=tenant, actor=actor_of(turn.request), now=turn.now)


@admin.register(Tenant)
class TenantAdmin(AuditedAdmin):
    """Tenants. Deleting one is not offered here: its history would go with it (``manage.py erase_tenant``)."""

    about = "Who owns everything below: names, time zones, suspension; from here to all they have."
    form = TenantForm
    list_display = ("name", "slug", "standing", "time_zone", moment("suspended_at"), moment("created_at"))
    search_fields = ("name", "slug")
    looks_for = ("pk", "slug")
    begins_with = ("name",)
    search_help_text = "An id, a slug, or the beginning of a name."
    readonly_fields = ("id", "slug", "suspended_at", "created_at", "updated_at")
    deeds = (
        Deed(
            "suspend",
            "Suspend",
            "are suspended",
            _suspend,
            explain="Nothing of them is published, their API keys open nothing and their members see nothing, until they are resumed. Due jobs wait.",
            danger=True,
            nothing="suspended already",
        ),
        Deed("resume", "Resume", "are resumed; what waited goes out", _resume, nothing="not suspended"),
    )

    @admin.display(description="standing")
    def standing(self, tenant: Tenant) -> Any:
        """Tell whether it is suspended."""
        return tell_state("inactive", "Suspended") if tenant.suspended_at else tell_state("active", "Active")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for a name and a zone; show the rest."""
        typed = ("name", "time_zone", "redrive_after_reconnect")
        return typed if obj is None else (*typed, *self.readonly_fields)

    def save_model(self, request: HttpRequest, obj: Tenant, form: Any, change: bool) -> None:
        """Make or change a tenant by its services."""
        told = form.cleaned_data
        if not change:
            made = services.create_tenant(name=told["name"], time_zone=told["time_zone"])
            obj.pk, obj.slug = made.pk, made.slug
            obj._state.adding = False
            obj.refresh_from_db()
        services.change_tenant(tenant=Tenant.objects.get(pk=obj.pk), actor=actor_of(request), **told)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Leave the audit log to the service, which wrote the new values down."""
        return super(AuditedAdmin, self).log_change(request, obj, message)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


def _remove(turn: Turn, member: Membership) -> None:
    members.remove_member(principal=operator_for(turn.request, member.tenant), member=member)


@admin.register(Membership)
class MembershipAdmin(AuditedAdmin):
    """Who belongs to which tenant, and as what."""

    called = ("member", "members")
    about = "Who belongs to which tenant, and with which role."
    list_display = (linked("user"), linked("tenant"), "role", moment("created_at"))
    list_display_links = ("role",)
    list_select_related = ("user", "tenant")
    list_filter = (narrowed("tenant", Tenant), narrowed("user", User))
    looks_for = ("pk", "tenant", "user__email", "tenant__slug", "tenant__name__istartswith", "user__email__istartswith")
    search_help_text = "An id, an address, or the beginning of an address or of a tenant's name."
    autocomplete_fields = ("tenant", "user")
    fields = ("tenant", "user", "role")
    deeds = (
        Deed(
            "remove",
            "Take out of the tenant",
            "are taken out",
            _remove,
            explain="They see nothing of the tenant any more. Their accounts stay, and so do API keys they made.",
            danger=True,
            related=("tenant", "user"),
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let only the role of a member be changed."""
        if not self.has_change_permission(request, obj):
            return self.fields
        return () if obj is None else ("tenant", "user")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Refuse beforehand what the service would refuse: a tenant is never left without an owner."""
        base = super().get_form(request, obj, change=change, **kwargs)

        class Checked(base):  # type: ignore[misc,valid-type]
            def clean(self) -> Any:
                told = super().clean()
                if change and obj is not None and "role" in self.changed_data:
                    try:
                        members.may_change_role(member=obj, role=told.get("role", obj.role))
                    except Conflict as refusal:
                        raise forms.ValidationError(f"{refusal.detail} {refusal.remedy}") from refusal
                return told

        return Checked

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        """Give a role by the services, which write it down."""
        if change:
            members.change_role(principal=operator_for(request, obj.tenant), member=obj, role=obj.role)
        else:
            made = services.add_member(tenant=obj.tenant, user=obj.user, role=obj.role, actor=actor_of(request))
            obj.pk = made.pk

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Leave the audit log to the service."""
        return super(AuditedAdmin, self).log_addition(request, obj, message)

    log_change = TenantAdmin.log_change

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: the deed does it by the service, which keeps an owner."""
        return False


def _take_back(turn: Turn, invitation: Invitation) -> object:
    if invitation.accepted_at or invitation.revoked_at:
        return False
    principal = operator_for(turn.request, invitation.tenant)
    return inviting.revoke(principal=principal, invitation=invitation, now=turn.now)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Invitations: whom and as what, never their link."""

    about = "Who was invited to which tenant. Never the link itself."
    list_display = (
        "email",
        linked("tenant"),
        "role",
        "invited_by",
        moment("expires_at", "ends"),
        moment("accepted_at"),
        moment("revoked_at"),
    )
    list_select_related = ("tenant",)
    list_filter = (narrowed("tenant", Tenant),)
    looks_for = ("pk", "tenant", "tenant__slug", "tenant__name__istartswith")
    begins_with = ("email",)
    search_help_text = "An id, or the beginning of an address or of a tenant's name."
    deeds = (
        Deed(
            "take_back",
            "Take back",
            "are taken back",
            _take_back,
            explain="Their links end at once.",
            danger=True,
            related=("tenant",),
            nothing="over already",
        ),
    )
