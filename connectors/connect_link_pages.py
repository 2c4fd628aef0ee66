"""What the pages of a connect link show, as plain values."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.urls import reverse

from connectors import connect_link_guests, return_addresses
from connectors.models import Connection, ConnectLink
from connectors.pages import destination_facts, kind_name
from connectors.registry import CONNECTORS


def frame(link: ConnectLink, *, now: datetime) -> dict[str, Any]:
    """Return what ``connectors/link_base.html`` shows around every page of a link."""
    back = connect_link_guests.way_back(link, now=now)
    asker = link.brand_name or link.tenant.name
    return {
        "link_id": link.pk,
        "asker": asker,
        "tenant_name": link.tenant.name if link.tenant.name != asker else "",
        "brand_url": reverse("link_brand", args=[link.pk]) if link.brand_color else "",
        "logo_url": link.brand_logo_url,
        "back_url": back,
        "back_host": return_addresses.host_words(return_addresses.origin_in(back)) if back else "",
        "expires_at": link.expires_at,
    }


def logo_origin(link: ConnectLink) -> str:
    """Return where the client's logo lies, for the content policy; empty without one."""
    parts = urlsplit(link.brand_logo_url)
    return f"{parts.scheme}://{parts.netloc}" if link.brand_logo_url else ""


def choose_page(link: ConnectLink, *, error: str = "", now: datetime) -> dict[str, Any]:
    """Return what ``connectors/link_choose.html`` shows."""
    return {
        **frame(link, now=now),
        "renewed": _account(link.connection) if link.connection else None,
        "platforms": [
            {
                "slug": row.slug,
                "name": row.name,
                "opens": _listed([f"{kind.name}s" for kind in CONNECTORS[row.slug].kinds]),
                "way": connect_link_guests.way_to(row.slug),
            }
            for row in connect_link_guests.offered(link)
        ],
        "problem": {"code": link.problem_code, "cause": link.problem_cause, "remedy": _remedy(link)}
        if link.problem_code
        else None,
        "error": error,
    }


def key_page(link: ConnectLink, platform: str, *, error: str = "", now: datetime) -> dict[str, Any]:
    """Return what ``connectors/link_key.html`` shows; the key itself is never shown again."""
    return {
        **frame(link, now=now),
        "platform": {"slug": platform, "name": CONNECTORS[platform].name, "key": CONNECTORS[platform].key_form},
        "renewed": _account(link.connection) if link.connection else None,
        "error": error,
    }


def pick_page(link: ConnectLink, connection: Connection, *, error: str = "", now: datetime) -> dict[str, Any]:
    """Return what ``connectors/link_pick.html`` shows."""
    places = [place for place in connection.destinations.order_by("name", "id") if place.gone_at is None]
    told = [{**destination_facts(place, connection), "detail": place.username} for place in places]
    open_places = [place for place in told if place["selectable"]]
    for place in told:
        # One place is hardly ever not the one that is meant.
        place["selected"] = place["enabled"] or (len(open_places) == 1 and place["selectable"])
    return {
        **frame(link, now=now),
        "account": _account(connection),
        "destinations": told,
        "selectable": len(open_places),
        "error": error,
    }


def done_page(link: ConnectLink, *, now: datetime) -> dict[str, Any]:
    """Return what ``connectors/link_done.html`` shows."""
    account = link.result
    places = account.destinations.filter(enabled=True, gone_at=None).order_by("name", "id") if account else []
    own = link.connection is not None and not link.return_url
    return {
        **frame(link, now=now),
        "account": _account(account) if account else None,
        "renewed": link.connection_id is not None and link.connection_id == link.result_id,
        "destinations": [{"name": place.name, "kind": kind_name(place.platform_id, place.kind)} for place in places],
        "members_url": reverse("connection", args=[link.result_id]) if own and link.result_id else "",
    }


def _account(connection: Connection) -> dict[str, Any]:
    return {
        "name": connection.display_name,
        "platform": connection.platform_id,
        "platform_name": connection.platform.name,
        "ill": connection.status != Connection.Status.ACTIVE,
    }


def _remedy(link: ConnectLink) -> str:
    """Return what helps, in words for somebody who runs nothing here."""
    if link.problem_code in {"connect_misconfigured", "not_configured"}:
        return f"Only {link.tenant.name} can mend that: tell them the code {link.problem_code}."
    if link.problem_code == "consent_refused":
        return f"You can try again, or go without it. If you did allow it, tell {link.tenant.name} the code consent_refused."
    return link.problem_remedy


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
