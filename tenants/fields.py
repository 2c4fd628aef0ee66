"""Forms of the hall's pages: plain Django forms, shown by ``templates/tenants/field.html``."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tenants.models import Membership, User
from tenants.scopes import SCOPES

ZONES = sorted(
    zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right"))
)

_ANY_CODE = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text"})
_DIGITS = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"})


class PageForm(forms.Form):
    """A form that refuses fields nobody declared, as the API does: a misspelt one is an error, not a wish ignored."""

    def clean(self) -> dict[str, Any]:
        """Check the names."""
        known = {*self.fields, "csrfmiddlewaretoken"}
        if unknown := sorted(set(self.data) - known):
            raise ValidationError(f"There is no field called {', '.join(unknown)[:200]}.", code="unknown_field")
        return super().clean() or {}

    def first_error(self) -> str:
        """Return the first thing that is wrong."""
        return next((str(error) for errors in self.errors.values() for error in errors), "")


class NameField(forms.CharField):
    """A name of one line."""

    def __init__(self, **said: Any) -> None:
        super().__init__(max_length=120, **said)


class ZoneField(forms.ChoiceField):
    """A time zone by its IANA name."""

    def __init__(self, **said: Any) -> None:
        super().__init__(choices=[("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in ZONES)], **said)


class KeyForm(PageForm):
    """What a new API key is to be."""

    name = NameField(label="Name", help_text="Where it is used, such as Shop or Newsletter robot.")
    scopes = forms.MultipleChoiceField(label="What it may do", choices=[(scope, scope) for scope in SCOPES])
    days = forms.TypedChoiceField(
        label="It ends",
        coerce=int,
        choices=[("90", "after 90 days"), ("30", "after 30 days"), ("365", "after a year"), ("0", "never")],
    )


class InviteForm(PageForm):
    """Whom to invite, as what."""

    email = forms.EmailField(label="Email", max_length=254)
    role = forms.ChoiceField(label="Role", choices=Membership.Role.choices, initial="editor")


class RoleForm(PageForm):
    """A member's new role."""

    role = forms.ChoiceField(choices=Membership.Role.choices)


class TenantForm(PageForm):
    """A tenant's settings."""

    name = NameField(label="Name")
    time_zone = ZoneField(label="Time zone", help_text="What a schedule without a zone is meant in.")
    redrive_after_reconnect = forms.BooleanField(
        label="Send again by itself",
        required=False,
        help_text="After an account is reconnected, what failed for it goes out without being asked.",
    )


class ProfileForm(PageForm):
    """How a person is called, and in which zone moments are shown to them."""

    name = forms.CharField(label="Name", max_length=120, required=False)
    time_zone = ZoneField(label="Time zone", help_text="Moments are shown to you in this zone.")


class NewPasswordForm(PageForm):
    """A password, checked as everywhere."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self._user = user
        super().__init__(*args, **kwargs)

    password = forms.CharField(
        label="New password",
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="12 characters or more, and none of the common ones.",
    )

    def clean_password(self) -> str:
        """Apply the validators."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self._user)
        return password


class ChangePasswordForm(NewPasswordForm):
    """A new password, and the old one as proof."""

    current = forms.CharField(
        label="Present password",
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("current", "password")


class JoinForm(NewPasswordForm):
    """What is asked of somebody new who was invited."""

    name = forms.CharField(label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("name", "password")


class ProofForm(PageForm):
    """The proof that it is the person, and not somebody at their desk."""

    current = forms.CharField(
        label="Password",
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label="Code",
        max_length=64,
        help_text="Of your app, or a recovery code.",
        widget=_ANY_CODE,
    )


class FirstCodeForm(ProofForm):
    """The first code of an app, and the password as proof."""

    code = forms.CharField(
        label="Code",
        max_length=64,
        help_text="The six digits that the app shows now.",
        widget=_DIGITS,
    )
    field_order = ("code", "current")


class ResetForm(PageForm):
    """Whose password is forgotten."""

    email = forms.EmailField(label="Email", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"}))
