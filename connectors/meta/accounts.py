"""Every Page a Meta grant opens, each with the token of its own, and the Instagram account linked to it.

Source: docs/platforms/meta.md, "Pages, Page tokens". ``/me/accounts`` leaves out Pages held in a business portfolio and
some of the New Pages Experience, so two more roads are walked: the businesses' Pages, and the Page ids that the token's
granular scopes name. A Page without a token in the answer cannot be published to. An Instagram account is a place of its
own, spoken for with its Page's token; ``connected_instagram_account`` is another thing and is never published with.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from connectors.errors import ReconnectRequired, UnexpectedAnswer
from connectors.meta.auth import granted_targets, inspect
from connectors.meta.graph import Graph
from connectors.types import FoundDestination
from foundation.secret import Secret

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
    token = inspect(graph, access_token)
    fields = f"{FIELDS},{INSTAGRAM}" if INSTAGRAM_SCOPE in (token.get("scopes") or ()) else FIELDS
    pages: dict[str, dict[str, Any]] = {}
    for page in _listed(graph, access_token, fields):
        if page_id := str(page.get("id") or ""):
            known = pages.get(page_id)
            if known is None or (page.get("access_token") and not known.get("access_token")):
                pages[page_id] = page
    for page_id in _granted_page_ids(token):
        if page_id not in pages or not pages[page_id].get("access_token"):
            page_by_id = _read_page(graph, access_token, page_id, fields)
            if page_by_id is not None:
                pages[page_id] = page_by_id
    places: dict[tuple[str, str], FoundDestination] = {}
    for page in pages.values():
        for place in (_destination(page), _instagram(page, token)):
            if place is not None:
                places.setdefault((place.kind, place.external_id), place)
    return list(places.values())


def _listed(graph: Graph, token: Secret, fields: str) -> Iterator[dict[str, Any]]:
    query = {"fields": fields, "limit": "100"}
    yield from graph.pages("me/accounts", token=token, operation="list_pages", query=query)
    try:
        businesses = list(
            graph.pages(
                "me/businesses",
                token=token,
                operation="list_businesses",
                query={"fields": "id,name", "limit": "100"},
            )
        )
        for business in businesses:
            for edge in ("owned_pages", "client_pages"):
                yield from graph.pages(
                    f"{business['id']}/{edge}", token=token, operation="list_business_pages", query=query
                )
    except (ReconnectRequired, UnexpectedAnswer):
        # Without business_management this road is closed; the others are not.
        return


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
