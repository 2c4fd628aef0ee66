"""The operator's view of the hall."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import ReadOnlyAdmin
from tenants import services
from tenants.models import (
    ApiKey,
    AuditEntry,
    BrowserSession,
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


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what."""

    list_display = ("created_at", "tenant", "actor", "action", "subject_kind", "subject_id")
    list_select_related = ("tenant",)
    list_filter = ("action",)
    search_fields = ("actor", "subject_id", "action")
