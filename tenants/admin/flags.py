"""What is switched off, and for whom."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin import Deed, Turn
from tenants import switching
from tenants.features import feature_of
from tenants.models import Flag
from tenants.operating import AuditedAdmin, actor_of


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
        return known.off.replace("`", "") if known else ""

    def save_model(self, request: HttpRequest, obj: Flag, form: Any, change: bool) -> None:
        """Leave it to the service, which needs the tenants too (``save_related``)."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Switch it, audited."""
        told = form.cleaned_data
        switching.put(
            name=form.instance.name, standing=told["standing"], tenants=list(told["tenants"]), reason=told["reason"],
            actor=actor_of(request), now=timezone.now(),
        )  # fmt: skip
