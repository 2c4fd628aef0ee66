"""Every Page a Meta grant opens, each with the token of its own, and the Instagram account linked to it.

Source: docs/platforms/meta.md, "Pages, Page tokens". ``/me/accounts`` leaves out Pages held in a business portfolio and
some of the New Pages Experience, so two more roads are walked: the businesses' Pages, and the Page ids that the token's
granular scopes name. A Page without a token in the answer cannot be published to. An Instagram account is a place of its
own, spoken for with its Page's token; ``connected_instagram_account`` is another thing and is never published with.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from connectors.errors import ReconnectRequired, UnexpectedAnswer
from connectors.meta.auth import granted_targets, inspect
from connectors.meta.graph import Graph
from connectors.types import FoundDestination
from foundation.secret import Secret
from foundation.side_by_side import SideBySide

PAGE_KIND: Final = "facebook_page"
INSTAGRAM_KIND: Final = "instagram_account"
FIELDS: Final = "id,name,username,access_token,tasks,category,link,picture.type(large)"
INSTAGRAM: Final = "instagram_business_account{id,username,name,profile_picture_url}"
#: Without it Meta refuses to name the linked account.
INSTAGRAM_SCOPE: Final = "instagram_basic"
PUBLISH_SCOPE: Final = "instagram_content_publish"
#: Publishing needs one of these tasks on the Page.
PUBLISHING_TASKS: Final = frozenset({"CREATE_CONTENT", "MANAGE"})


def fetch_places(graph: Graph, *, access_token: Secret) -> list[FoundDestination]:
    """Return all Pages and their Instagram accounts, each once, in the order Meta lists them."""
    with SideBySide() as beside:
        businesses = beside.ask(lambda: businesses_of(graph, access_token))
        token = inspect(graph, access_token)
    return places_of(graph, access_token=access_token, token=token, businesses=businesses.result())


def businesses_of(graph: Graph, token: Secret) -> list[str]:
    """Return the business portfolios a person belongs to; none without business_management, for other roads stay open."""
    query = {"fields": "id,name", "limit": "100"}
    try:
        found = list(graph.pages("me/businesses", token=token, operation="list_businesses", query=query))
    except (ReconnectRequired, UnexpectedAnswer):
        return []
    return [str(business["id"]) for business in found if business.get("id")]


def places_of(
    graph: Graph, *, access_token: Secret, token: Mapping[str, Any], businesses: Sequence[str]
) -> list[FoundDestination]:
    """Return all places of a grant; ``token`` is what ``inspect`` says of a token of it, ``businesses`` where else to look."""
    fields = f"{FIELDS},{INSTAGRAM}" if INSTAGRAM_SCOPE in (token.get("scopes") or ()) else FIELDS
    pages: dict[str, dict[str, Any]] = {}
    with SideBySide() as beside:
        lists = [beside.ask(partial(_listed, graph, access_token, fields))]
        lists += [
            beside.ask(partial(_listed_by_business, graph, access_token, f"{business}/{edge}", fields))
            for business in businesses
            for edge in ("owned_pages", "client_pages")
        ]
        for page in (page for listed in lists for page in listed.result()):
            if page_id := str(page.get("id") or ""):
                known = pages.get(page_id)
                if known is None or (page.get("access_token") and not known.get("access_token")):
                    pages[page_id] = page
        silent = [one for one in _granted_page_ids(token) if not pages.get(one, {}).get("access_token")]
        asked = {one: beside.ask(partial(_read_page, graph, access_token, one, fields)) for one in silent}
        pages |= {page_id: read for page_id, one in asked.items() if (read := one.result()) is not None}
    places: dict[tuple[str, str], FoundDestination] = {}
    for page in pages.values():
        for place in (_destination(page), _instagram(page, token)):
            if place is not None:
                places.setdefault((place.kind, place.external_id), place)
    return list(places.values())


def _listed(graph: Graph, token: Secret, fields: str) -> list[dict[str, Any]]:
    query = {"fields": fields, "limit": "100"}
    return list(graph.pages("me/accounts", token=token, operation="list_pages", query=query))


def _listed_by_business(graph: Graph, token: Secret, path: str, fields: str) -> list[dict[str, Any]]:
    """Return the Pages of one list of a portfolio, as far as it is open to us; a closed one says nothing of the others."""
    pages: list[dict[str, Any]] = []
    with suppress(ReconnectRequired, UnexpectedAnswer):
        pages.extend(
            graph.pages(path, token=token, operation="list_business_pages", query={"fields": fields, "limit": "100"})
        )
    return pages


def _granted_page_ids(token: Mapping[str, Any]) -> list[str]:
    ids = {
        target: None
        for scope, targets in granted_targets(token).items()
        if scope.startswith("pages_")
        for target in sorted(targets or ())
    }
    return list(ids)


def _read_page(graph: Graph, token: Secret, page_id: str, fields: str) -> dict[str, Any] | None:
    try:
        page = graph.get(page_id, token=token, operation="read_page", query={"fields": fields})
    except (ReconnectRequired, UnexpectedAnswer):
        return None
    return page if page.get("id") else None


def _instagram(page: dict[str, Any], token: Mapping[str, Any]) -> FoundDestination | None:
    account = page.get("instagram_business_account")
    if not isinstance(account, dict) or not account.get("id"):
        return None
    of_page = _destination(page)
    account_id, username = str(account["id"]), str(account.get("username") or "")
    return FoundDestination(
        kind=INSTAGRAM_KIND,
        external_id=account_id,
        name=str(account.get("name") or username or account_id),
        username=username,
        picture_url=str(account.get("profile_picture_url") or ""),
        url=f"https://www.instagram.com/{username}/" if username else "",
        token=of_page.token,
        obstacle=of_page.obstacle or _instagram_obstacle(account_id, token),
        facts={"page_id": of_page.external_id, "page_name": of_page.name, "tasks": of_page.facts["tasks"]},
    )


def _instagram_obstacle(account_id: str, token: Mapping[str, Any]) -> str:
    if PUBLISH_SCOPE not in (token.get("scopes") or ()):
        return f"The permission {PUBLISH_SCOPE} was not granted. Reconnect and tick it in Facebook's dialog."
    targets = granted_targets(token).get(PUBLISH_SCOPE)
    if targets is not None and account_id not in targets:
        return "Facebook gave no access to this Instagram account. Reconnect and tick it in Facebook's dialog."
    return ""


def _destination(page: dict[str, Any]) -> FoundDestination:
    token = page.get("access_token")
    tasks = frozenset(str(task) for task in page.get("tasks") or ())
    obstacle = ""
    if not token:
        obstacle = "Facebook gave no access to this Page. Reconnect and tick it in Facebook's dialog."
    elif "tasks" in page and not tasks & PUBLISHING_TASKS:
        obstacle = "Your role on this Page does not allow creating content. Ask an admin of the Page for that."
    picture = (
        ((page.get("picture") or {}).get("data") or {}).get("url") if isinstance(page.get("picture"), dict) else ""
    )
    return FoundDestination(
        kind=PAGE_KIND,
        external_id=str(page["id"]),
        name=str(page.get("name") or page["id"]),
        username=str(page.get("username") or ""),
        picture_url=str(picture or ""),
        url=str(page.get("link") or f"https://www.facebook.com/{page['id']}"),
        token=Secret(token) if isinstance(token, str) and token else None,
        obstacle=obstacle,
        facts={"tasks": sorted(tasks), "category": str(page.get("category") or "")},
    )
