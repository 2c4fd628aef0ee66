"""What the embassy's pages show, as plain values: the templates ask the database nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from connectors import selectors, switches
from connectors.manager import credentials
from connectors.models import Connection, Destination, TokenPlan
from connectors.registry import CONNECTORS
from connectors.token_plans import STAGES
from connectors.types import ACCESS_TOKEN, Capability
from foundation.errors import ConfigurationError
from foundation.listing import LONG_AGO, NEVER, Column, Query, read_text, stretch_of
from foundation.tallying import tally
from tenants import flags
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE
from vault.selectors import marks_of

PAGE_SIZE: Final = 25
#: Why an account needs its tenant when its person had themselves forgotten (``deletions``).
PERSON_FORGOTTEN: Final = "data_deleted"
#: A token that ends this soon is worth a warning.
SOON: Final = timedelta(days=7)

#: How a connection is, worst first, in the words people read.
STATE_LABELS: Final = {
    "attention": "Needs attention",
    "unhealthy": "Unhealthy",
    "degraded": "Degraded",
    "unknown": "Not checked yet",
    "healthy": "Healthy",
    "inactive": "Disconnected",
}
_COLUMNS: Final = {
    "name": Column(F("display_name"), read_text, descending=False),
    "expires": Column(Coalesce("access_expires_at", Value(NEVER)), descending=False),
    "checked": Column(Coalesce("health_checked_at", Value(LONG_AGO))),
}
_WORDS: Final = {
    Capability.TEXT: "text",
    Capability.LINK: "links",
    Capability.PHOTO: "photos",
    Capability.VIDEO: "videos",
    Capability.REEL: "reels",
    Capability.STORY: "stories",
    Capability.DOCUMENT: "documents",
    Capability.POLL: "polls",
}
_STANDING: Final = Case(
    When(status=Connection.Status.INACTIVE, then=Value("inactive")),
    When(status=Connection.Status.ATTENTION, then=Value("attention")),
    When(health="", then=Value("unknown")),
    default=F("health"),
    output_field=CharField(),
)


def state_of(connection: Connection) -> str:
    """Return how a connection is, in one word of ``STATE_LABELS``."""
    if connection.status != Connection.Status.ACTIVE:
        return str(connection.status)
    return connection.health or "unknown"


def with_state(connections: QuerySet[Connection]) -> QuerySet[Any]:
    """Add ``standing``, the word of ``state_of``, to every row."""
    return connections.annotate(standing=_STANDING)


def kind_name(platform: str, kind: str) -> str:
    """Return what a kind of place is called on its platform."""
    known = CONNECTORS[platform].kinds if platform in CONNECTORS else ()
    return next((entry.name for entry in known if entry.slug == kind), kind)


def platform_options() -> list[dict[str, str]]:
    """Return the platforms to filter by; none when there is no choice."""
    rows = [{"value": row.slug, "label": row.name} for row in selectors.platforms() if row.slug in CONNECTORS]
    return rows if len(rows) > 1 else []


def renewable(connections: Iterable[Connection]) -> set[UUID]:
    """Return the ids of those whose tokens the hub can renew without a person: what is traded for a fresh one is here."""
    rows = [row for row in connections if row.status == Connection.Status.ACTIVE and _can_renew(row.platform_id)]
    kinds = {CONNECTORS[row.platform_id].renews_with for row in rows}
    held = {kind: marks_of([row.pk for row in rows], kind=kind) for kind in kinds}
    return {row.pk for row in rows if row.pk in held[CONNECTORS[row.platform_id].renews_with]}


def _can_renew(platform: str) -> bool:
    return platform in CONNECTORS and Capability.REFRESH_TOKEN in CONNECTORS[platform].capabilities


def token_facts(connection: Connection, *, renews: bool, now: datetime) -> dict[str, Any]:
    """Return when the token ends, whether that is worth a warning, and what more there is to say."""
    ends = connection.access_expires_at
    gone = connection.status == Connection.Status.INACTIVE
    note = "never expires" if ends is None else "renews by itself" if renews else "reconnect before then"
    if gone:
        # Not "destroyed": while its platform is out of reach a token may be kept some days, to end its webhooks with.
        note = "no longer used"
    elif ends is not None and ends <= now:
        note = "has expired"
    return {
        "token_expires_at": None if gone else ends,
        "token_expires_soon": not gone and not renews and ends is not None and ends - now < SOON,
        "token_note": note,
    }


def grant_facts(connection: Connection, *, now: datetime) -> dict[str, Any]:
    """Return what is known of the end that only a person can put off, and of the hub's own next renewal."""
    plan = TokenPlan.objects.filter(pk=connection.pk).first()
    gone = plan is None or connection.status == Connection.Status.INACTIVE
    # Whoever is asked to reconnect already needs no second date.
    ends = plan.grant_ends_at if plan is not None and connection.status == Connection.Status.ACTIVE else None
    return {
        "can_refresh": not gone and _can_renew(connection.platform_id),
        "next_refresh_at": None if gone or plan is None else plan.due_at,
        "refresh_failures": 0 if gone or plan is None else plan.failures,
        "grant_ends_at": ends if ends is not None and ends - now < timedelta(days=max(STAGES)) else None,
    }


def connections_page(principal: Principal, query: Query, *, now: datetime) -> dict[str, Any]:
    """Return what ``connectors/connections.html`` shows."""
    tenant = principal.tenant
    platforms = platform_options()
    words = query.words()
    platform = query.choice("platform", CONNECTORS)
    state = query.choice("state", STATE_LABELS)
    sort = query.sort(_COLUMNS, "name")

    everything = Connection.objects.filter(tenant=tenant)
    narrowed = everything.filter(platform_id=platform) if platform else everything
    if words:
        narrowed = narrowed.filter(
            Q(display_name__icontains=words) | Q(external_user_id=words) | Q(platform__name__icontains=words)
        )
    counts = {word: count for word, (count,) in tally(with_state(narrowed), "standing").items()}
    chosen = with_state(narrowed).filter(standing=state) if state else narrowed
    stretch = stretch_of(chosen, sort, query.cursor, size=PAGE_SIZE)
    total = sum(counts.values())
    return {
        "connections": _connection_rows(principal, stretch.ties, now=now),
        "total": total or int(everything.exists()),
        "filters": {"query": words, "platform": platform, "state": state, "destination": ""},
        "platforms": platforms,
        "states": _tabs(query, counts, state),
        "sorts": query.sorts(_COLUMNS, sort),
        "page": stretch.links(query, total=counts.get(state, 0) if state else total),
        "can_manage": CONNECTIONS_WRITE in principal.scopes,
        "platforms_off": _platforms_off(tenant),
    }


def _tabs(query: Query, counts: dict[str, int], current: str) -> list[dict[str, Any]]:
    tabs = [{"label": "All", "count": sum(counts.values()), "url": query.url(state=""), "current": not current}]
    for state, label in STATE_LABELS.items():
        if counts.get(state) or state in {current, "attention", "healthy"}:
            tab = {"label": label, "count": counts.get(state, 0), "url": query.url(state=state)}
            tabs.append({**tab, "current": state == current})
    return tabs


def _connection_rows(principal: Principal, ids: list[Any], *, now: datetime) -> list[dict[str, Any]]:
    opened = Count("destinations", filter=Q(destinations__gone_at=None))
    rows: QuerySet[Any] = selectors.connections_of(principal.tenant)
    found = rows.annotate(opened_count=opened).in_bulk(ids)
    marks = marks_of(ids, kind=ACCESS_TOKEN)
    renewing = renewable(found.values())
    return [
        {
            "id": row.pk,
            "platform": row.platform_id,
            "platform_name": row.platform.name,
            "name": row.display_name,
            "account": "",
            "state": state_of(row),
            "state_label": STATE_LABELS[state_of(row)],
            "cause": row.status_cause if row.status == Connection.Status.ATTENTION else "",
            "destinations_enabled": row.chosen_count,
            "destinations_total": row.opened_count,
            "last_checked_at": row.health_checked_at,
            "token_hint": marks[row.pk].hint if row.pk in marks else "",
            "reconnect": reconnect_of(principal, row),
            **token_facts(row, renews=row.pk in renewing, now=now),
        }
        for row in (found[pk] for pk in ids if pk in found)
    ]


def connect_again_url(connection: Connection) -> str:
    """Return where an account is connected anew: the platform's login, or the form for its key."""
    platform = connection.platform_id
    forgotten = connection.status_code == PERSON_FORGOTTEN
    if platform in CONNECTORS and Capability.OAUTH not in CONNECTORS[platform].capabilities:
        return f"{reverse('connect')}#connect-{platform}" if forgotten else reverse("reconnect", args=[connection.pk])
    start = reverse("oauth_start", args=[platform])
    # Nobody can be told to be the person whom we have forgotten.
    return start if forgotten else f"{start}?{urlencode({'connection': connection.pk})}"


def reconnect_of(principal: Principal, connection: Connection) -> dict[str, Any]:
    """Return what ``partials/reconnect.html`` shows: the one way on for this viewer and this account, in its right verb."""
    if CONNECTIONS_WRITE not in principal.scopes:
        return {"url": reverse("reconnect", args=[connection.pk]), "label": "Ask the owner", "icon": "bell"}
    platform = connection.platform_id
    by_key = platform in CONNECTORS and Capability.OAUTH not in CONNECTORS[platform].capabilities
    label, icon = ("New key", "key") if by_key else ("Reconnect", "plug")
    return {"url": connect_again_url(connection), "label": label, "icon": icon}


def _platforms_off(tenant: Tenant) -> list[dict[str, str]]:
    """Tell of platforms that are switched off where a tenant has accounts."""
    off = [platform for platform in selectors.platforms() if not switches.is_on(platform, tenant.pk)]
    accounts = Connection.objects.filter(tenant=tenant, platform__in=off).exclude(status=Connection.Status.INACTIVE)
    theirs = set(accounts.order_by().values_list("platform_id", flat=True)) if off else set()
    return [
        {"cause": f"{switches.cause_of(platform)} Jobs wait.", "remedy": switches.remedy_for(platform)}
        for platform in off
        if platform.slug in theirs
    ]


def connect_page(tenant: Tenant, *, refused: str = "", error: str = "") -> dict[str, Any]:
    """Return what ``connectors/connect.html`` shows; ``error`` is why the key for the platform ``refused`` was not taken."""
    rows = Connection.objects.filter(tenant=tenant).exclude(status=Connection.Status.INACTIVE).order_by()
    connected = dict(rows.values_list("platform_id").annotate(count=Count("pk")))
    off = ""
    if not flags.is_on("connecting", tenant.pk):
        off = f"{flags.cause_of('connecting')} {flags.remedy_for('connecting')}"
    platforms = []
    for platform in selectors.platforms():
        if platform.slug not in CONNECTORS:
            continue
        connector = CONNECTORS[platform.slug]
        state, remedy = "available", ""
        if off:
            state, remedy = "switched_off", off
        elif not switches.is_on(platform, tenant.pk):
            state = "switched_off"
            remedy = f"{switches.cause_of(platform)} {switches.remedy_for(platform)}"
        else:
            try:
                credentials(platform.slug)
            except ConfigurationError as error:
                state, remedy = "not_configured", f"Whoever runs this hub: {error.remedy}"
        offered = connector.capabilities.union(*(kind.takes for kind in connector.kinds))
        takes = _listed([word for capability, word in _WORDS.items() if capability in offered])
        platforms.append(
            {
                "slug": platform.slug,
                "name": platform.name,
                "summary": f"Publish {takes or 'posts'} to what your account manages there.",
                "opens": [f"{kind.name}s" for kind in connector.kinds],
                "state": state,
                "remedy": remedy,
                "connected": connected.get(platform.slug, 0),
                "login": _has_login(platform.slug),
                "key": connector.key_form if Capability.API_KEY in connector.capabilities else None,
                "error": error if platform.slug == refused else "",
            }
        )
    return {"platforms": platforms, "logins": any(platform["login"] for platform in platforms)}


def _has_login(platform: str) -> bool:
    """Tell whether accounts are connected by signing in; where keys do as well, only if our app is registered there."""
    capabilities = CONNECTORS[platform].capabilities
    if Capability.API_KEY in capabilities and Capability.OAUTH in capabilities:
        return bool(credentials(platform).client_id)
    return Capability.OAUTH in capabilities


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def pick_page(connection: Connection, *, problem: str = "", error: str = "") -> dict[str, Any]:
    """Return what ``connectors/pick_destinations.html`` shows."""
    places = list(connection.destinations.order_by("name", "id"))
    return {
        "connection": {
            "id": connection.pk,
            "name": connection.display_name,
            "platform": connection.platform_id,
            "platform_name": connection.platform.name,
            "connect_again_url": connect_again_url(connection),
        },
        "destinations": [
            {**destination_facts(place, connection), "detail": place.username, "selected": place.enabled}
            for place in places
            if place.gone_at is None or place.enabled
        ],
        "fetched_at": fetched_at(places, connection),
        "problem": problem,
        "error": error,
    }


def fetched_at(places: list[Destination], connection: Connection) -> datetime:
    """Return when the platform was last asked which places the grant opens."""
    return max((place.updated_at for place in places if place.gone_at is None), default=connection.connected_at)


def destination_facts(place: Destination, connection: Connection) -> dict[str, Any]:
    """Return a place, why it cannot be picked if it cannot, and why its platform does not tell us of it if it does not."""
    reason = ""
    if connection.status == Connection.Status.INACTIVE:
        reason = "The account is disconnected."
    elif place.gone_at is not None:
        reason = "The grant no longer opens it. Reconnect the account and grant access to it."
    elif place.obstacle:
        reason = place.obstacle
    return {
        "id": place.pk,
        "name": place.name,
        "kind": kind_name(place.platform_id, place.kind),
        "enabled": place.enabled,
        "selectable": not reason,
        "reason": reason,
        "untold": place.subscribe_problem if place.enabled and not reason else "",
    }


def reconnect_link_days() -> str:
    """Return how long a mailed reconnect link is good, in words."""
    days = settings.RECONNECT_LINK_LIFE.days
    return "1 day" if days == 1 else f"{days} days"


def check_every_hours() -> str:
    """Return how often connections are checked, in words."""
    hours = settings.HEALTH_CHECK_EVERY.total_seconds() / 3600
    return f"every {hours:g} hours" if hours >= 1 else f"every {hours * 60:.0f} minutes"
