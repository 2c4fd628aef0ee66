"""People who sign in, and sets of rights for those who operate the hub."""

from typing import Any, Final

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.html import format_html

from foundation.admin import Deed, Turn, moment
from tenants import services, signing_in
from tenants.models import User
from tenants.operating import AuditedAdmin, actor_of

_OPERATORS_ONLY: Final = ("is_staff", "is_superuser", "groups", "user_permissions")


def _sign_out(turn: Turn, user: User) -> object:
    count = signing_in.sign_out_everywhere(user, but=turn.request.session.session_key)
    if count:
        services.record(
            tenant=None, actor=actor_of(turn.request), action="user.signed_out", subject=user, sessions=count
        )
    return bool(count)


def _forget_tries(turn: Turn, user: User) -> None:
    signing_in.forget_tries(user)
    services.record(tenant=None, actor=actor_of(turn.request), action="user.unlocked", subject=user, email=user.email)


@admin.register(User)
class PersonAdmin(AuditedAdmin, UserAdmin[User]):
    """People who sign in. Nobody is deleted: whoever is to go is made inactive, and what they did keeps its name."""

    called = ("person", "people")
    about = "People who sign in: their rights, their sessions, locked accounts."
    ordering = ("-pk",)
    list_display = ("email", "first_name", "last_name", "is_active", "is_staff", "is_superuser", moment("last_login"))
    list_filter = ()
    filter_horizontal = ()
    search_fields = ("email",)
    looks_for = ("pk", "email")
    begins_with = ("email", "last_name", "first_name")
    search_help_text = "An address, or the beginning of an address or a name."
    fieldsets = (
        (None, {"fields": ("email", "password_standing")}),
        ("About", {"fields": ("first_name", "last_name", "time_zone")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "password1", "password2")}),)
    readonly_fields = ("password_standing", "last_login", "date_joined")
    deeds = (
        Deed(
            "sign_out",
            "Sign out everywhere",
            "are signed out of every browser",
            _sign_out,
            explain="Their sessions end in every browser but yours. They can sign in again.",
            nothing="nobody was signed in",
        ),
        Deed("unlock", "Let them try to sign in again at once", "may try again", _forget_tries),
    )

    @admin.display(description="Password")
    def password_standing(self, user: User) -> Any:
        """Tell whether there is one, and where to set another; nothing of its hash."""
        told = "Set" if user.has_usable_password() else "None: they sign in by a link"
        return format_html('{} · <a href="../password/">Set another</a>', told)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let only a superuser say who is an operator."""
        told = super().get_readonly_fields(request, obj)
        return told if request.user.is_superuser else (*told, *_OPERATORS_ONLY)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let only a superuser change a superuser, whose password would else be anybody's who may change people."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (request.user.is_superuser or not (obj is not None and obj.is_superuser))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: make them inactive instead."""
        return False


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(AuditedAdmin, GroupAdmin):
    """Sets of rights for operators who are no superusers."""

    called = ("role of operators", "roles of operators")
    about = "Sets of rights for operators who may not do everything."
    sorts_any = True
    filter_horizontal = ()
    search_fields = ("name",)
    looks_for = ("pk", "name")
    begins_with = ("name",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let only a superuser change what others may do."""
        return bool(request.user.is_superuser)

    has_delete_permission = has_change_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let only a superuser change what others may do."""
        return bool(request.user.is_superuser)
