"""How people sign in: with a code, without their phone, and in which browsers."""

from django.contrib import admin

from foundation.admin import Deed, ReadOnlyAdmin, Turn, linked, moment, narrowed
from tenants import two_step
from tenants.models import BrowserSession, RecoveryCode, SecondFactor, User
from tenants.operating import actor_of


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
