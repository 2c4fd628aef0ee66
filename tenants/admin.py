"""The operator's view of the hall."""

from typing import Any, Final

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from foundation.admin import Deed, ReadOnlyAdmin, Turn, linked, moment, narrowed, since
from foundation.admin.showing import tell_state
from foundation.errors import Conflict
from tenants import inviting, members, services, signing_in, switching, two_step
from tenants.features import feature_of
from tenants.fields import ZoneField
from tenants.models import (
    ApiKey,
    AuditEntry,
    BrowserSession,
    Flag,
    Invitation,
    Membership,
    RecoveryCode,
    SecondFactor,
    Tenant,
    User,
)
from tenants.operating import AuditedAdmin, actor_of, operator_for

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


def _revoke_key(turn: Turn, key: ApiKey) -> object:
    if key.revoked_at:
        return False
    return services.revoke_api_key(key=key, actor=actor_of(turn.request), now=turn.now)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """API keys: their public part, never their hash."""

    called = ("API key", "API keys")
    about = "Client apps' keys: whose, what they may, when they were used last. Never the key itself."
    list_display = (
        "prefix",
        "name",
        linked("tenant"),
        moment("created_at"),
        moment("expires_at", "ends"),
        moment("last_used_at"),
        moment("revoked_at"),
    )
    list_select_related = ("tenant",)
    list_filter = (narrowed("tenant", Tenant),)
    looks_for = ("pk", "tenant", "prefix", "tenant__slug", "tenant__name__istartswith")
    begins_with = ("name",)
    search_help_text = "An id, a prefix, or the beginning of a tenant's or a key's name."
    deeds = (
        Deed(
            "revoke",
            "Revoke at once",
            "are revoked",
            _revoke_key,
            explain="Client apps that use them are shut out at once. It cannot be undone; a new key has to be made.",
            danger=True,
            related=("tenant",),
            nothing="revoked already",
        ),
    )


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


def _two_step_off(turn: Turn, factor: SecondFactor) -> object:
    return two_step.switch_off(user=factor.user, actor=actor_of(turn.request))


@admin.register(SecondFactor)
class SecondFactorAdmin(ReadOnlyAdmin):
    """Who signs in with a code."""

    called = ("two-step sign-in", "two-step sign-ins")
    about = "Who signs in with a code from their phone. Never what the codes are made of."
    list_display = ("__str__", linked("user"), moment("confirmed_at"))
    list_select_related = ("user",)
    list_filter = (narrowed("user", User),)
    looks_for = ("pk", "user__email", "user__email__istartswith")
    search_help_text = "The beginning of a person's address."
    hidden = ("sealed_seed", "last_step")
    deeds = (
        Deed(
            "switch_off",
            "Switch two-step sign-in off",
            "are switched off",
            _two_step_off,
            explain="From then on the password alone lets them in. Make sure that it is really they who ask.",
            danger=True,
            related=("user",),
        ),
    )


@admin.register(RecoveryCode)
class RecoveryCodeAdmin(ReadOnlyAdmin):
    """Codes for the day the phone is lost: whose, and whether they were used."""

    about = "Codes for the day a phone is lost: whose, and which were used. Never the codes."
    list_display = ("__str__", linked("user"), moment("created_at"), moment("used_at"))
    list_select_related = ("user",)
    list_filter = (narrowed("user", User),)
    looks_for = ("pk", "user__email", "user__email__istartswith")
    search_help_text = "The beginning of a person's address."


@admin.register(BrowserSession)
class BrowserSessionAdmin(ReadOnlyAdmin):
    """Who is signed in where. A session's key opens it, so it stands in no address: end sessions at the person."""

    about = "Who is signed in where. End sessions at the person."
    list_display = (
        linked("user"),
        "browser",
        "network",
        moment("signed_in_at"),
        moment("seen_at"),
        moment("expire_date"),
    )
    list_display_links = None
    list_select_related = ("user",)
    list_filter = (narrowed("user", User),)
    looks_for = ("user__email", "user__email__istartswith")
    search_help_text = "The beginning of a person's address."
    fields = ("user", "browser", "network", "signed_in_at", "seen_at", "expire_date")


class FlagForm(forms.ModelForm[Flag]):
    """For whom a feature is on."""

    class Meta:
        model = Flag
        fields = ("standing", "tenants", "reason")

    def clean(self) -> dict[str, Any]:
        """Ask for tenants where they are what the standing speaks of."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("standing") in {Flag.Standing.OFF_FOR, Flag.Standing.ON_FOR} and not told.get("tenants"):
            raise forms.ValidationError({"tenants": "List tenants, or choose on or off for everybody."})
        return told


def _switch(turn: Turn, flag: Flag, *, on: bool) -> object:
    if feature_of(flag.name) is None:
        return False
    return switching.switch(name=flag.name, on=on, actor=actor_of(turn.request), now=turn.now)


@admin.register(Flag)
class FlagAdmin(AuditedAdmin):
    """What is switched off, for whom and why. A change bites everywhere within two seconds."""

    about = "Platforms and features, and for whom each is on; a change bites within two seconds."
    form = FlagForm
    list_display = ("name", "stands", "reason", "changed_by", "modified")
    list_display_links = ("name",)
    list_filter = ("standing",)
    sorts_any = True
    search_fields = ("name",)
    looks_for = ("name",)
    begins_with = ("name",)
    ordering = ("name",)
    autocomplete_fields = ("tenants",)
    readonly_fields = ("name", "what_it_is", "while_off", "changed_by", "modified")
    fields = ("name", "what_it_is", "while_off", "standing", "tenants", "reason", "changed_by", "modified")
    deeds = (
        Deed(
            "switch_off",
            "Switch off for everybody",
            "are off for everybody",
            lambda turn, flag: _switch(turn, flag, on=False),
            explain="Within two seconds nobody has them, until they are switched on. What was said of single tenants is forgotten.",
            danger=True,
            nothing="no feature of the hub any more",
        ),
        Deed(
            "switch_on",
            "Switch on for everybody",
            "are on for everybody; what waited goes on",
            lambda turn, flag: _switch(turn, flag, on=True),
            nothing="no feature of the hub any more",
        ),
    )

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
    def what_it_is(self, flag: Flag) -> str:
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
            actor=actor_of(request), now=timezone.now(),
        )  # fmt: skip


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what."""

    called = ("line of the audit log", "audit log")
    about = "Who did what to which thing, and when; also what operators did here."
    list_display = (
        moment("created_at", "when"),
        "actor",
        "action",
        "subject_kind",
        "subject_id",
        linked("tenant"),
    )
    list_display_links = ("action",)
    list_select_related = ("tenant",)
    list_filter = (since, narrowed("tenant", Tenant))
    looks_for = ("pk", "tenant", "tenant__slug")
    begins_with = ("actor", "action")
    search_help_text = "The id of a line, a tenant or a thing; a tenant's slug; or the beginning of an actor (user:…, key:…) or an action."

    def _look(self, rows: Any, path: str, word: str) -> Any:
        """Look for a thing by its id, too: by kind and id, as the index has it."""
        found = super()._look(rows, path, word)
        if found is None and path == "tenant":
            kinds = ("publishjob", "connection", "webhookendpoint", "webhookdelivery", "connectlink", "media", "apikey")
            things = rows.filter(subject_kind__in=kinds, subject_id=word)
            return things if things.order_by().exists() else None
        return found
