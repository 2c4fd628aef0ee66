"""Pages, businesses and people as Graph objects, and the edges that list Pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.meta.access import holds, may_see_page, need_scope
from sandbox.meta.ask import Ask
from sandbox.meta.errors import missing_object, no_permission
from sandbox.meta.fields import Field, NodeType, plain, show, unset
from sandbox.meta.instagram_access import linked_account
from sandbox.meta.instagram_fields import ACCOUNT
from sandbox.meta.instagram_records import Account
from sandbox.meta.paging import PARAMS as PAGING_PARAMS
from sandbox.meta.paging import paged
from sandbox.meta.records import Business, Human, Page
from sandbox.meta.tokens import page_token

READ_PARAMS = frozenset({"fields"})
LIST_PARAMS = READ_PARAMS | PAGING_PARAMS

_SIZES = {"small": 50, "normal": 100, "album": 50, "large": 200, "square": 50}


def _access_token(ask: Ask, page: Page, _field: Field) -> str | None:
    """Give a Page's token to the person; a Page's own token reads itself back."""
    speaker = ask.speaker
    if speaker.kind == "PAGE":
        return speaker.value
    if speaker.kind != "USER" or not may_see_page(ask, page):
        return None
    return page_token(ask.state, speaker, page, ask.now).value


def _tasks(ask: Ask, page: Page, _field: Field) -> list[str] | None:
    return page.roles.get(ask.speaker.person_id)


def _picture(ask: Ask, row: Page | Human, item: Field) -> dict[str, Any]:
    size = _SIZES.get(item.modifiers.get("type", "square"), 50)
    url = ask.call.address.url("www.facebook.com", f"/{row.id}/picture", {"size": str(size)})
    return {"height": size, "width": size, "is_silhouette": False, "url": url}


def _category_list(_ask: Ask, page: Page, _field: Field) -> list[dict[str, str]]:
    return [{"id": "2500", "name": page.category}]


def _business(ask: Ask, page: Page, _field: Field) -> dict[str, str] | None:
    business = ask.state.businesses.get(page.owner_business)
    return {"id": business.id, "name": business.name} if business else None


def _any_account(ask: Ask, page: Page, _field: Field) -> Account | None:
    """Return whatever account is linked, a personal one too: it says nothing about publishing."""
    account = ask.state.instagram.accounts.get(page.instagram)
    if account is None or account.kind != "personal":
        return linked_account(ask, page)
    return account if may_see_page(ask, page) and holds(ask.grant(), "instagram_basic") else None


_PICTURE = plain("ProfilePictureSource", "height,is_silhouette,url,width", "height", "is_silhouette", "url", "width")
# Fields of the real Page that this town leaves empty, as a Page without them would.
_UNSET = [
    "cover",
    "description",
    "emails",
    "phone",
    "website",
    "bio",
    "hours",
    "price_range",
    "founded",
    "mission",
    "global_brand_page_name",
    "page_token",
    "verification_status",
]

PAGE = NodeType(
    "Page",
    "name,id",
    {
        "id": lambda _ask, page, _field: page.id,
        "name": lambda _ask, page, _field: page.name,
        "username": lambda _ask, page, _field: page.username,
        "category": lambda _ask, page, _field: page.category,
        "category_list": _category_list,
        "about": lambda _ask, page, _field: page.about or None,
        "link": lambda ask, page, _field: ask.page_url(page),
        "picture": _picture,
        "tasks": _tasks,
        "access_token": _access_token,
        "is_published": lambda _ask, page, _field: page.is_published,
        "followers_count": lambda _ask, page, _field: page.followers,
        "fan_count": lambda _ask, page, _field: page.followers,
        "business": _business,
        "instagram_business_account": lambda ask, page, _field: linked_account(ask, page),
        "connected_instagram_account": _any_account,
        "location": lambda _ask, page, _field: {"street": page.location} if page.location else None,
        "can_post": lambda _ask, page, _field: True,
        **dict.fromkeys(_UNSET, unset),
    },
    {
        "picture": NodeType("Picture", "data", {"data": lambda _ask, row, _field: row}, {"data": _PICTURE}),
        "instagram_business_account": ACCOUNT,
        "connected_instagram_account": ACCOUNT,
        "business": plain("Business", "id,name", "id", "name"),
    },
)
PERSON = NodeType(
    "User",
    "name,id",
    {
        "id": lambda _ask, person, _field: person.id,
        "name": lambda _ask, person, _field: person.name,
        "first_name": lambda _ask, person, _field: person.name.split()[0],
        "last_name": lambda _ask, person, _field: person.name.split()[-1],
        "picture": _picture,
        "email": unset,
    },
    {"picture": PAGE.nested["picture"]},
)
BUSINESS = NodeType(
    "Business",
    "id,name",
    {
        "id": lambda _ask, business, _field: business.id,
        "name": lambda _ask, business, _field: business.name,
        "verification_status": lambda _ask, _business, _field: "not_verified",
        "created_time": unset,
    },
)
ACCOUNTS_DEFAULT = "access_token,category,category_list,name,id,tasks"


def accounts(ask: Ask, row: Human) -> dict[str, Any]:
    """List the Pages a person let this app see.

    A Page held in a business portfolio is missing, unless a switch says otherwise; it is reachable through
    `/me/businesses` and by its id.
    """
    _insist_on_self(ask, row)
    if "pages_show_list" not in ask.grant().granted:
        raise no_permission("Requires pages_show_list permission.")
    in_portfolios = ask.world.switches.flag("meta.portfolio_pages_listed")
    pages = [
        page
        for page in ask.state.pages
        if may_see_page(ask, page) and (in_portfolios or not (page.owner_business or page.client_of))
    ]
    size = ask.world.switches.number("meta.accounts_page_size")
    return _listed(ask, PAGE, pages, ACCOUNTS_DEFAULT, size)


def businesses(ask: Ask, row: Human) -> dict[str, Any]:
    """List a person's business portfolios."""
    _insist_on_self(ask, row)
    if "business_management" not in ask.grant().granted:
        raise no_permission("Requires business_management permission to access businesses.")
    mine = [business for business in ask.state.businesses if row.id in business.people]
    return _listed(ask, BUSINESS, mine, BUSINESS.default)


def business(ask: Ask, row: Business) -> dict[str, Any]:
    """Read one business portfolio."""
    _enter(ask, row)
    return show(ask, BUSINESS, row, ask.fields(BUSINESS))


def owned_pages(ask: Ask, row: Business) -> dict[str, Any]:
    """List the Pages a portfolio owns, as far as this app may see them."""
    _enter(ask, row)
    pages = [page for page in ask.state.pages if page.owner_business == row.id and may_see_page(ask, page)]
    return _listed(ask, PAGE, pages, PAGE.default)


def client_pages(ask: Ask, row: Business) -> dict[str, Any]:
    """List the Pages a portfolio works on for others, as far as this app may see them."""
    _enter(ask, row)
    pages = [page for page in ask.state.pages if row.id in page.client_of and may_see_page(ask, page)]
    return _listed(ask, PAGE, pages, PAGE.default)


def page(ask: Ask, row: Page) -> dict[str, Any]:
    """Read one Page by its id."""
    if not may_see_page(ask, row):
        raise missing_object(ask.call.method, row.id)
    return show(ask, PAGE, row, ask.fields(PAGE))


def person(ask: Ask, row: Human) -> dict[str, Any]:
    """Read a person: only oneself."""
    _insist_on_self(ask, row)
    return show(ask, PERSON, row, ask.fields(PERSON))


def _insist_on_self(ask: Ask, row: Human) -> None:
    if ask.speaker.person_id != row.id or ask.speaker.kind != "USER":
        raise missing_object(ask.call.method, row.id)


def _enter(ask: Ask, row: Business) -> None:
    if ask.speaker.kind != "USER" or ask.speaker.person_id not in row.people:
        raise missing_object(ask.call.method, row.id)
    need_scope(ask, "business_management", row.id)


def _listed(ask: Ask, kind: NodeType, rows: Iterable[Any], default: str, default_limit: int = 25) -> dict[str, Any]:
    ordered = list(enumerate(rows))
    asked = ask.fields(NodeType(kind.name, default, kind.readers))
    return paged(
        ask,
        ordered,
        rank=lambda numbered: -numbered[0],
        show=lambda numbered: show(ask, kind, numbered[1], asked),
        default_limit=default_limit,
    )
