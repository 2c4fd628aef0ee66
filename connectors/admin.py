"""The operator's view of the embassy. Tokens are not here: they are in the vault, which shows none."""

from typing import Any, Final

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from connectors import connect_links, doorbell, refreshing, renewing, services, webhook_processing
from connectors.errors import ConnectorError
from connectors.models import (
    Connection,
    ConnectLink,
    DataDeletion,
    Destination,
    OAuthState,
    Platform,
    ReturnOrigin,
    TokenPlan,
    TokenRefresh,
    WebhookAddress,
    WebhookEvent,
)
from connectors.registry import CONNECTORS
from connectors.types import EventKind
from foundation.admin import Deed, ReadOnlyAdmin, Turn, among, linked, moment, narrowed, since, state
from foundation.admin.showing import tell_state
from foundation.errors import Conflict
from tenants import flags, switching
from tenants.features import PLATFORM
from tenants.models import Tenant, User
from tenants.operating import actor_of, operator_for

_TENANT: Final = narrowed("tenant", Tenant)
_PLATFORM: Final = among(
    "platform", lambda: [(slug, connector.name) for slug, connector in CONNECTORS.items()], target=Platform
)
_NAMES: Final = ("tenant__slug", "tenant__name__istartswith")


def _switch(turn: Turn, platform: Platform, *, on: bool) -> object:
    name = f"{PLATFORM}{platform.slug}"
    if platform.enabled == on and flags.rule_of(name).standing == (
        switching.Standing.ON if on else switching.Standing.OFF
    ):
        return False
    return switching.switch(name=name, on=on, actor=actor_of(turn.request), now=turn.now)


@admin.register(Platform)
class PlatformAdmin(ReadOnlyAdmin):
    """Platforms: the one thing an operator changes by hand is the switch."""

    about = "The platforms, and the switch of each: off, nobody can connect and jobs wait."
    sorts_any = True
    ordering = ("slug",)
    list_display = ("name", "slug", "standing", "switch", moment("updated_at", "changed"))
    list_filter = ("enabled",)
    looks_for = ("slug",)
    begins_with = ("name",)
    deeds = (
        Deed(
            "switch_off",
            "Switch off",
            "are switched off",
            lambda turn, row: _switch(turn, row, on=False),
            explain="Nobody can connect accounts of it, its due jobs wait, and nothing is asked of it, for all tenants, until it is switched on.",
            danger=True,
            nothing="off already",
        ),
        Deed(
            "switch_on",
            "Switch on",
            "are switched on; what waited goes out",
            lambda turn, row: _switch(turn, row, on=True),
            nothing="on already",
        ),
    )

    @admin.display(description="switch", ordering="enabled")
    def standing(self, platform: Platform) -> Any:
        """Tell whether it is on."""
        return tell_state("active", "On") if platform.enabled else tell_state("inactive", "Off")

    @admin.display(description="for whom")
    def switch(self, platform: Platform) -> str:
        """Link to the flag that switches it, for everybody or for some tenants."""
        url = f"{reverse('admin:tenants_flag_changelist')}?q={PLATFORM}{platform.slug}"
        return format_html('<a href="{}">{}{}</a>', url, PLATFORM, platform.slug)


def _refresh(turn: Turn, connection: Connection) -> None:
    principal = operator_for(turn.request, connection.tenant)
    told = renewing.renew_now(principal=principal, connection=connection, now=turn.now)
    if told.outcome not in _RENEWED:
        raise Conflict(told.cause or "The platform did not answer.")


def _disconnect(turn: Turn, connection: Connection) -> object:
    if connection.status == Connection.Status.INACTIVE:
        return False
    refreshing.make_ready(connection, now=turn.now)
    principal = operator_for(turn.request, connection.tenant)
    services.disconnect(principal=principal, connection=connection, now=turn.now)
    return True


_RENEWED: Final = (refreshing.Outcome.REFRESHED, refreshing.Outcome.FRESH_ALREADY)


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    """Connections."""

    about = "Connected accounts: how they stand, how they are, when their tokens end."
    list_display = (
        "display_name",
        linked("tenant"),
        linked("platform"),
        state("status"),
        state("health"),
        "status_cause",
        moment("access_expires_at", "token ends"),
        moment("refreshed_at"),
        moment("health_checked_at", "checked"),
    )
    list_select_related = ("tenant", "platform")
    list_filter = (
        among("status", Connection.Status.choices),
        among("health", [("healthy", "Healthy"), ("degraded", "Degraded"), ("unhealthy", "Unhealthy")]),
        _PLATFORM,
        _TENANT,
    )
    looks_for = ("pk", "tenant", *_NAMES)
    begins_with = ("display_name", "external_user_id")
    search_help_text = (
        "An id; the beginning of a tenant's name, of an account's name, or of the platform's id of its person."
    )
    deeds: tuple[Deed, ...] = (
        Deed(
            "refresh",
            "Renew tokens now",
            "are renewed",
            _refresh,
            related=("tenant", "platform"),
            refusals=(ConnectorError,),
        ),
        Deed(
            "disconnect",
            "Disconnect",
            "are disconnected",
            _disconnect,
            explain="Their tokens are destroyed, their grants are withdrawn at the platform where it lets us, "
            "their destinations are switched off and waiting jobs will fail. Only their people can connect them again.",
            danger=True,
            related=("tenant", "platform"),
            refusals=(ConnectorError,),
            nothing="disconnected already",
        ),
    )


@admin.register(TokenRefresh)
class TokenRefreshAdmin(ReadOnlyAdmin):
    """What became of every renewal of tokens; one that stays *open* tells of a worker that died in the middle of it."""

    about = "What became of every renewal of tokens; one that stays open tells of a worker that died."
    list_display = (
        moment("started_at", "when"),
        linked("connection"),
        linked("tenant"),
        state("outcome"),
        "reason",
        "asked_by",
        "took_ms",
        "cause",
    )
    list_display_links = ("reason",)
    list_select_related = ("connection", "tenant")
    list_filter = (
        among("outcome", [(TokenRefresh.OPEN, "Open"), *((one.value, one.value) for one in refreshing.Outcome)]),
        since,
        _TENANT,
        narrowed("connection", Connection),
    )
    bounded = ("tenant",)
    looks_for = ("pk", "connection", "tenant", *_NAMES)
    search_help_text = "The id of a renewal, an account or a tenant, or the beginning of a tenant's name."


@admin.register(TokenPlan)
class TokenPlanAdmin(ReadOnlyAdmin):
    """When each account's tokens are next seen to."""

    about = "When each account's tokens are next seen to, and what was tried."
    list_display = (
        linked("connection"),
        linked("platform"),
        moment("due_at"),
        moment("held_until"),
        moment("ends_at"),
        "failures",
        moment("tried_at"),
        moment("grant_ends_at", "grant ends"),
        "told_days",
    )
    list_display_links = ("failures",)
    list_select_related = ("connection", "platform")
    list_filter = (_PLATFORM, narrowed("connection", Connection))
    looks_for = ("pk",)
    search_help_text = "The id of an account."


@admin.register(Destination)
class DestinationAdmin(ReadOnlyAdmin):
    """Places to publish."""

    about = "Places to publish that accounts open: chosen or not, and why not."
    list_display = (
        "name",
        linked("tenant"),
        linked("connection"),
        linked("platform"),
        "kind",
        "enabled",
        "obstacle",
        moment("gone_at"),
        moment("subscribed_at"),
        "subscribe_problem",
    )
    list_select_related = ("tenant", "platform", "connection")
    list_filter = (
        _PLATFORM,
        among("kind", lambda: [(kind.slug, kind.name) for one in CONNECTORS.values() for kind in one.kinds]),
        among("enabled", [("1", "Chosen"), ("0", "Not chosen")], title="choice"),
        _TENANT,
        narrowed("connection", Connection),
    )
    bounded = ("tenant",)
    looks_for = ("pk", "connection", "tenant", "platform&external_id", *_NAMES)
    begins_with = ("name", "username")
    search_help_text = "An id; the platform's id of a place; the beginning of a tenant's or a place's name."


def _process_again(turn: Turn, event: WebhookEvent) -> bool:
    return webhook_processing.replay_one(event, actor=actor_of(turn.request), now=turn.now)


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    """What platforms told us; those in the state *Dead letter* need a look."""

    called = ("event of a platform", "events of platforms")
    about = "What platforms told us; those in the state Dead letter need a look."
    list_display = (
        moment("received_at", "received"),
        linked("platform"),
        "kind",
        "external_id",
        "post_id",
        state("state"),
        "tries",
        moment("due_at"),
        "error",
    )
    list_display_links = ("kind",)
    list_select_related = ("platform",)
    list_filter = (
        among("state", WebhookEvent.State.choices),
        _PLATFORM,
        among("kind", [(kind.value, kind.value.replace("_", " ")) for kind in EventKind]),
        since,
    )
    search_help_text = "An id of ours, or the platform's id of an event, a place or a person."
    deeds = (
        Deed(
            "process_again",
            "Process again",
            "are processed again",
            _process_again,
            after=doorbell.ring_for_webhooks,
            nothing="waits already",
        ),
    )

    looks_for = ("pk", "platform&key", "platform&external_id", "platform&external_user_id")


@admin.register(WebhookAddress)
class WebhookAddressAdmin(ReadOnlyAdmin):
    """Secret addresses at which a place's platform tells us things. The address itself is in the vault."""

    called = ("webhook address", "webhook addresses")
    about = "Which places have a webhook address of their own. Never the address."
    list_display = ("__str__", linked("destination"), "signed", moment("made_at", "made"))
    list_select_related = ("destination",)
    list_filter = (narrowed("destination", Destination),)
    looks_for = ("pk", "destination")
    search_help_text = "The id of a place."


@admin.register(DataDeletion)
class DataDeletionAdmin(ReadOnlyAdmin):
    """Who asked to be forgotten, by their code; no person is named here."""

    about = "Who asked a platform to be forgotten, by their code; no person is named."
    list_display = ("code", linked("platform"), moment("requested_at"), moment("finished_at"))
    list_select_related = ("platform",)
    list_filter = (_PLATFORM, since)
    looks_for = ("pk", "code")
    search_help_text = "A confirmation code."
    hidden = ("person",)


def _end_link(turn: Turn, link: ConnectLink) -> object:
    if link.finished_at:
        return False
    connect_links.cancel(principal=operator_for(turn.request, link.tenant), link=link, now=turn.now)
    return True


@admin.register(ConnectLink)
class ConnectLinkAdmin(ReadOnlyAdmin):
    """Links by which people without an account connect theirs. Neither secret nor digest is shown."""

    about = "Links by which people without an account here connect theirs. Never the link itself."
    list_display = (
        moment("created_at", "made"),
        linked("tenant"),
        state("status"),
        linked("connection"),
        linked("result"),
        "problem_code",
        moment("expires_at", "ends"),
        "created_by",
    )
    list_display_links = ("created_by",)
    list_select_related = ("tenant", "connection", "result")
    list_filter = (among("status", ConnectLink.Status.choices), since, _TENANT)
    looks_for = ("pk", "tenant", *_NAMES)
    begins_with = ("external_user_id", "created_by")
    search_help_text = "An id; the beginning of a tenant's name, of the client's own id of its user, or of who made it."
    deeds = (
        Deed(
            "expire",
            "End at once",
            "are ended",
            _end_link,
            explain="Whoever has the links, or is under way with them, cannot go on. What was connected by them stays.",
            danger=True,
            related=("tenant",),
            nothing="over already",
        ),
    )


@admin.register(OAuthState)
class OAuthStateAdmin(ReadOnlyAdmin):
    """Logins under way; only hashes of what ties them to a browser are kept, and not shown."""

    called = ("login under way", "logins under way")
    about = "Logins at platforms that are under way, for some minutes each."
    list_display = (
        "__str__",
        linked("tenant"),
        linked("platform"),
        linked("user"),
        linked("connection"),
        moment("created_at", "began"),
        moment("expires_at", "ends"),
        moment("used_at"),
    )
    list_select_related = ("tenant", "platform", "user", "connection")
    list_filter = (_TENANT, narrowed("user", User), narrowed("link", ConnectLink), narrowed("connection", Connection))
    looks_for = ("pk", "tenant", *_NAMES)
    search_help_text = "An id, or the beginning of a tenant's name."


@admin.register(ReturnOrigin)
class ReturnOriginAdmin(ReadOnlyAdmin):
    """Where client apps' end users may be sent back to."""

    called = ("return address", "return addresses")
    about = "Where people may be sent back to after they connected an account."
    list_display = ("origin", linked("tenant"), "created_by", moment("created_at"))
    list_select_related = ("tenant",)
    list_filter = (_TENANT,)
    looks_for = ("pk", "tenant", *_NAMES)
    begins_with = ("origin",)
    search_help_text = "An id, or the beginning of an origin or of a tenant's name."
