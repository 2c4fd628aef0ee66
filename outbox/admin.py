"""The operator's view of the post room; what is done here calls the same services as the API and the pages."""

from typing import Final

from django.contrib import admin

from foundation.admin import Deed, ReadOnlyAdmin, Turn, among, bare, linked, moment, narrowed, since, state
from outbox import doorbell, endpoints, mailing, replaying
from outbox.events import EventType
from outbox.models import Bookmark, Digest, Mail, MailPreference, OutgoingEvent, WebhookDelivery, WebhookEndpoint
from tenants.models import Membership, Tenant
from tenants.operating import actor_of, operator_for

_TENANT: Final = narrowed("tenant", Tenant)
_NAMES: Final = ("tenant__slug", "tenant__name__istartswith")


def _switch(turn: Turn, row: WebhookEndpoint, *, on: bool) -> object:
    if row.deleted_at is not None or (row.disabled == "") is on:
        return False
    principal = operator_for(turn.request, row.tenant)
    return endpoints.change_endpoint(principal=principal, endpoint=row, enabled=on, now=turn.now)


def _replay_failed(turn: Turn, row: WebhookEndpoint) -> bool:
    principal = operator_for(turn.request, row.tenant)
    return bool(replaying.replay_failed(principal=principal, endpoint=row, now=turn.now).count)


def _replay(turn: Turn, row: WebhookDelivery) -> None:
    replaying.replay(principal=operator_for(turn.request, row.tenant), delivery=row, now=turn.now)


def _send_again(turn: Turn, row: Mail) -> bool:
    return mailing.send_again(mail=row, actor=actor_of(turn.request), now=turn.now)


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    """Endpoints; their secrets are in the vault."""

    called = ("endpoint", "endpoints")
    about = "Where client apps are told of news: which fail, since when, which are off."
    list_display = (
        bare("url"),
        linked("tenant"),
        "description",
        state("disabled", "switch"),
        "failures_in_row",
        moment("failing_since"),
        moment("last_success_at"),
        moment("deleted_at"),
    )
    list_select_related = ("tenant",)
    list_filter = (
        among(
            "disabled", [(value, label) for value, label in WebhookEndpoint.Disabled.choices if value], title="switch"
        ),
        since,
        _TENANT,
    )
    looks_for = ("pk", "tenant", *_NAMES)
    begins_with = ("url", "description")
    search_help_text = "An id; the beginning of a tenant's name or of an address."
    deeds = (
        Deed(
            "switch_on",
            "Switch on",
            "are switched on",
            lambda turn, row: _switch(turn, row, on=True),
            related=("tenant",),
            nothing="on already, or deleted",
        ),
        Deed(
            "switch_off",
            "Switch off",
            "are switched off",
            lambda turn, row: _switch(turn, row, on=False),
            explain="They are told nothing more until they are switched on; news are kept for as long as they are kept for all.",
            danger=True,
            related=("tenant",),
            nothing="off already, or deleted",
        ),
        Deed(
            "replay_failed",
            "Replay what failed",
            "are sent what they failed to take",
            _replay_failed,
            explain="What they failed to take for good is sent again, the oldest first. Endpoints that are off are left alone.",
            related=("tenant",),
            after=doorbell.ring,
            nothing="nothing had failed",
        ),
    )


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """Deliveries."""

    called = ("delivery", "deliveries")
    about = "One piece of news for one endpoint each: what every attempt brought."
    list_display = (
        moment("created_at", "made"),
        linked("tenant"),
        linked("endpoint"),
        linked("event"),
        state("state"),
        "tries",
        "last_status",
        "last_error",
        moment("due_at"),
    )
    list_display_links = ("tries",)
    list_select_related = ("tenant", "endpoint", "event")
    list_filter = (
        among("state", WebhookDelivery.State.choices),
        since,
        _TENANT,
        narrowed("endpoint", WebhookEndpoint),
        narrowed("event", OutgoingEvent),
    )
    looks_for = ("pk", "event", "endpoint", "tenant", *_NAMES)
    search_help_text = "The id of a delivery, an event, an endpoint or a tenant, or the beginning of a tenant's name."
    deeds = (
        Deed(
            "replay",
            "Send again",
            "are sent again",
            _replay,
            related=("tenant", "endpoint"),
            after=doorbell.ring,
        ),
    )


@admin.register(OutgoingEvent)
class OutgoingEventAdmin(ReadOnlyAdmin):
    """News."""

    called = ("piece of news", "news")
    about = "What client apps are told, and what it says."
    list_display = (moment("happened_at", "happened"), linked("tenant"), "type", "sequence")
    list_display_links = ("type",)
    list_select_related = ("tenant",)
    list_filter = (among("type", [(kind.value, kind.value) for kind in EventType]), since, _TENANT)
    bounded = ("tenant",)
    looks_for = ("pk", "tenant", *_NAMES)
    search_help_text = "The id of a piece of news or a tenant, or the beginning of a tenant's name."


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    """Mails, without what they say: that is written when they are sent."""

    about = "Mails to members: sent, waiting, given up."
    list_display = (
        moment("created_at", "written"),
        linked("user"),
        linked("tenant"),
        "kind",
        state("state"),
        "tries",
        moment("due_at"),
        moment("sent_at"),
        "error",
    )
    list_display_links = ("kind",)
    list_select_related = ("tenant", "user")
    list_filter = (among("state", Mail.State.choices), since, _TENANT)
    bounded = ("tenant",)
    looks_for = ("pk", "tenant", *_NAMES)
    begins_with = ("kind", "error")
    search_help_text = "The id of a mail or a tenant, or the beginning of a tenant's name, a kind or an error."
    hidden = ("facts",)
    deeds = (
        Deed(
            "send_again",
            "Try again what was given up",
            "are tried again",
            _send_again,
            related=("tenant",),
            nothing="was not given up",
        ),
    )


@admin.register(MailPreference)
class MailPreferenceAdmin(ReadOnlyAdmin):
    """What members want to be mailed."""

    about = "What members want to be mailed of; unknown: as their role has it."
    list_display = ("__str__", linked("membership"), "connections", "dead_letters", "endpoints", "alerts")
    list_select_related = ("membership__user", "membership__tenant")
    list_filter = (narrowed("membership", Membership),)
    looks_for = ("pk", "membership")
    search_help_text = "The id of a membership."


@admin.register(Digest)
class DigestAdmin(ReadOnlyAdmin):
    """When tenants are next told of dead letters by mail."""

    called = ("digest of dead letters", "digests of dead letters")
    about = "When tenants are next mailed of dead letters."
    list_display = (linked("tenant"), moment("due_at"), moment("told_until"), moment("mailed_at"))
    list_display_links = None
    list_select_related = ("tenant",)
    list_filter = (_TENANT,)
    looks_for = ("pk", "tenant", *_NAMES)
    search_help_text = "The beginning of a tenant's name."


@admin.register(Bookmark)
class BookmarkAdmin(ReadOnlyAdmin):
    """How far the room's own work has come."""

    called = ("mark of the outbox", "marks of the outbox")
    about = "How far handing on news has come."
    sorts_any = True
    ordering = ("name",)
    list_display = ("name", moment("at"), "number")
