"""Every Page a Meta grant opens, each with the token of its own.

Source: docs/platforms/meta.md, "Pages, Page tokens". ``/me/accounts`` leaves out Pages held in a business portfolio and
some of the New Pages Experience, so two more roads are walked: the businesses' Pages, and the Page ids that the token's
granular scopes name. A Page without a token in the answer cannot be published to.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from connectors.errors import ReconnectRequired, UnexpectedAnswer
from connectors.meta.auth import inspect
from connectors.meta.graph import Graph
from connectors.types import FoundDestination
from foundation.secret import Secret

PAGE_KIND: Final = "facebook_page"
FIELDS: Final = "id,name,username,access_token,tasks,category,link,picture.type(large)"
#: Publishing needs one of these tasks on the Page.
PUBLISHING_TASKS: Final = frozenset({"CREATE_CONTENT", "MANAGE"})


def fetch_pages(graph: Graph, *, access_token: Secret) -> list[FoundDestination]:
    """Return all Pages, each once, in the order Meta lists them."""
    found: dict[str, FoundDestination] = {}
    for page in _listed(graph, access_token):
        if page_id := str(page.get("id") or ""):
            known = found.get(page_id)
            if known is None or (known.token is None and page.get("access_token")):
                found[page_id] = _destination(page)
    for page_id in _granted_page_ids(graph, access_token):
        if page_id not in found or found[page_id].token is None:
            page_by_id = _read_page(graph, access_token, page_id)
            if page_by_id is not None:
                found[page_id] = page_by_id
    return list(found.values())


def _listed(graph: Graph, token: Secret) -> Iterator[dict[str, Any]]:
    query = {"fields": FIELDS, "limit": "100"}
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


def _granted_page_ids(graph: Graph, token: Secret) -> list[str]:
    facts = inspect(graph, token)
    scopes: Iterable[Any] = facts.get("granular_scopes") or ()
    ids = {
        str(target): None
        for entry in scopes
        if isinstance(entry, dict) and str(entry.get("scope", "")).startswith("pages_")
        for target in entry.get("target_ids") or ()
    }
    return list(ids)


def _read_page(graph: Graph, token: Secret, page_id: str) -> FoundDestination | None:
    try:
        page = graph.get(page_id, token=token, operation="read_page", query={"fields": FIELDS})
    except (ReconnectRequired, UnexpectedAnswer):
        return None
    return _destination(page)


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
