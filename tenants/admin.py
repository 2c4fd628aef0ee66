"""The operator's view of the hall."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import ReadOnlyAdmin
from tenants import services, switching
from tenants.features import feature_of
from tenants.models import (
    ApiKey,
    AuditEntry,
    BrowserSession,
    Flag,
    Invitation,
    Membership,
    SecondFactor,
    Tenant,
    User,
)


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    """People who sign in."""

    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "is_staff", "is_active", "last_login")
    search_fields = ("email", "first_name", "last_name")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        ("About", {"fields": ("first_name", "last_name", "time_zone")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "password1", "password2")}),)


class MembershipInline(admin.TabularInline[Membership, Tenant]):
    """Who belongs to a tenant, and with which role."""

    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Tenant)
class TenantAdmin(admin.ModelAdmin[Tenant]):
    """Tenants. Deleting one is not offered here: its history would go with it."""

    list_display = ("name", "slug", "time_zone", "suspended_at", "created_at")
    search_fields = ("name", "slug")
    inlines = (MembershipInline,)
    prepopulated_fields = {"slug": ("name",)}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """API keys: their public part, never their hash."""

    list_display = ("prefix", "name", "tenant", "scopes", "expires_at", "last_used_at", "revoked_at")
    list_select_related = ("tenant",)
    search_fields = ("prefix", "name", "tenant__name")
    exclude = ("digest",)
    actions = ("revoke",)

    @admin.action(description="Revoke the chosen keys at once", permissions=["view"])
    def revoke(self, request: HttpRequest, keys: Any) -> None:
        """End keys."""
        for key in keys:
            services.revoke_api_key(key=key, actor=f"user:{request.user}", now=timezone.now())
        self.message_user(request, f"{len(keys)} keys revoked.")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Invitations: whom and as what, never their link."""

    list_display = ("email", "tenant", "role", "invited_by", "expires_at", "accepted_at", "revoked_at")
    list_select_related = ("tenant",)
    search_fields = ("email", "tenant__name")
    exclude = ("digest",)


@admin.register(SecondFactor)
class SecondFactorAdmin(ReadOnlyAdmin):
    """Who signs in with a code; ``manage.py reset_totp`` resets one."""

    list_display = ("user", "confirmed_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    exclude = ("sealed_seed",)


@admin.register(BrowserSession)
class BrowserSessionAdmin(ReadOnlyAdmin):
    """Who is signed in where."""

    list_display = ("user", "browser", "network", "signed_in_at", "seen_at", "expire_date")
    list_display_links = None
    list_select_related = ("user",)
    search_fields = ("user__email",)
    fields = ("user", "browser", "network", "signed_in_at", "seen_at", "expire_date")


class FlagForm(ModelForm[Flag]):
    """For whom a feature is on."""

    class Meta:
        model = Flag
        fields = ("standing", "tenants", "reason")

    def clean(self) -> dict[str, Any]:
        """Ask for tenants where they are what the standing speaks of."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("standing") in {Flag.Standing.OFF_FOR, Flag.Standing.ON_FOR} and not told.get("tenants"):
            raise ValidationError({"tenants": "List tenants, or choose on or off for everybody."})
        return told


@admin.register(Flag)
class FlagAdmin(admin.ModelAdmin[Flag]):
    """What is switched off, for whom and why. A change bites everywhere within two seconds."""

    form = FlagForm
    list_display = ("name", "stands", "reason", "changed_by", "modified")
    list_display_links = ("name",)
    list_filter = ("standing",)
    search_fields = ("name", "reason", "tenants__name")
    ordering = ("name",)
    autocomplete_fields = ("tenants",)
    readonly_fields = ("name", "about", "while_off", "changed_by", "modified")
    fields = ("name", "about", "while_off", "standing", "tenants", "reason", "changed_by", "modified")
    actions = ("switch_on", "switch_off")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Flag]:
        """Read the listed tenants with the flags."""
        return super().get_queryset(request).prefetch_related("tenants")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: features are code."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: switch it on instead."""
        return False

    @admin.display(description="Stands")
    def stands(self, flag: Flag) -> str:
        """Tell for whom it is on."""
        names = ", ".join(tenant.name for tenant in flag.tenants.all())
        return f"{flag.get_standing_display()}: {names}" if names else flag.get_standing_display()

    @admin.display(description="What it is")
    def about(self, flag: Flag) -> str:
        """Tell what is on while it is on."""
        known = feature_of(flag.name)
        return known.about if known else "Nothing: the hub no longer has this."

    @admin.display(description="While it is off")
    def while_off(self, flag: Flag) -> str:
        """Tell what happens while it is off."""
        known = feature_of(flag.name)
        return known.off if known else ""

    def save_model(self, request: HttpRequest, obj: Flag, form: Any, change: bool) -> None:
        """Leave it to the service, which needs the tenants too (``save_related``)."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Switch it, audited."""
        told = form.cleaned_data
        switching.put(
            name=form.instance.name, standing=told["standing"], tenants=list(told["tenants"]), reason=told["reason"],
            actor=f"user:{request.user}", now=timezone.now(),
        )  # fmt: skip

    @admin.action(description="Switch on for everybody", permissions=["change"])
    def switch_on(self, request: HttpRequest, chosen: QuerySet[Flag]) -> None:
        """Switch on."""
        self._switch(request, chosen, on=True)

    @admin.action(description="Switch off for everybody", permissions=["change"])
    def switch_off(self, request: HttpRequest, chosen: QuerySet[Flag]) -> None:
        """Switch off."""
        self._switch(request, chosen, on=False)

    def _switch(self, request: HttpRequest, chosen: QuerySet[Flag], *, on: bool) -> None:
        names = [name for name in chosen.values_list("name", flat=True) if feature_of(name)]
        for name in names:
            switching.switch(name=name, on=on, actor=f"user:{request.user}", now=timezone.now())
        self.message_user(request, f"{len(names)} features are {'on' if on else 'off'} for everybody.")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what."""

    list_display = ("created_at", "tenant", "actor", "action", "subject_kind", "subject_id")
    list_select_related = ("tenant",)
    list_filter = ("action",)
    search_fields = ("actor", "subject_id", "action")
