"""The Business Information API: the locations of an account, as much of each as the mask asks for."""

from __future__ import annotations

import re
from typing import Any

from sandbox.google_business import hosts, paging
from sandbox.google_business.ask import Ask, camel
from sandbox.google_business.errors import bad_request
from sandbox.google_business.records import Location

PARAMS = frozenset({"readMask", "pageSize", "pageToken", "filter", "orderBy"})
FIELDS = frozenset(
    {
        *(
            "name",
            "languageCode",
            "storeCode",
            "title",
            "phoneNumbers",
            "categories",
            "storefrontAddress",
            "websiteUri",
        ),
        *("regularHours", "specialHours", "serviceArea", "labels", "adWordsLocationExtensions", "latlng", "openInfo"),
        *("metadata", "profile", "relationshipData", "moreHours", "serviceItems"),
    }
)
_ORDERS = {"title": "title", "storeCode": "store_code"}
_TERM = re.compile(r'\s*([\w.]+)\s*[=:]\s*"?([^"]*)"?\s*')


def listed(ask: Ask) -> dict[str, Any]:
    """List the locations of an account, or with `-` all that the caller reaches."""
    everything = ask.path["account"] == "-"
    found = ask.state.locations_of(ask.person) if everything else ask.state.locations_in(ask.account().id, ask.person)
    mask = _mask(ask)
    wanted = ask.text("filter")
    if wanted:
        found = [one for one in found if _matches(one, wanted)]
    found = _ordered(found, ask.text("orderBy"))
    rows, token = paging.page(ask, found, default=10, most=100)
    return paging.told(
        "locations", rows, lambda one: _masked(ask, one, mask), token, totalSize=len(found) if wanted else 0
    )


def read(ask: Ask) -> dict[str, Any]:
    """Tell one location."""
    location = ask.location()
    return _masked(ask, location, _mask(ask))


def place_query(location: Location) -> dict[str, str]:
    """Return what leads to a location on the map."""
    return {"cid": location.cid}


def _mask(ask: Ask) -> list[list[str]]:
    """Read the field mask, which has to be there."""
    paths = [camel(path.strip()) for path in ask.text("readMask").split(",") if path.strip()]
    if not paths or any(path.split(".")[0] not in FIELDS for path in paths):
        raise bad_request([("read_mask", "Invalid field mask provided")])
    return [path.split(".") for path in paths]


def _masked(ask: Ask, location: Location, mask: list[list[str]]) -> dict[str, Any]:
    """Tell a location's masked fields; what is empty or false is absent."""
    whole = _show(ask, location)
    shown: dict[str, Any] = {}
    for head, *rest in mask:
        if head not in whole:
            continue
        if not rest:
            shown[head] = whole[head]
        elif isinstance(whole[head], dict) and rest[0] in whole[head]:
            shown.setdefault(head, {})[rest[0]] = whole[head][rest[0]]
    return shown


def _show(ask: Ask, location: Location) -> dict[str, Any]:
    address = ask.call.address
    facts: dict[str, Any] = {
        "hasGoogleUpdated": location.id.endswith("7"),
        "hasPendingEdits": location.standing == "wait",
        "canDelete": True,
        "canModifyServiceList": True,
        "canHaveFoodMenus": location.category in ("Café", "Bakery"),
        "hasVoiceOfMerchant": location.has_voice,
        "placeId": location.place_id,
        "mapsUri": address.url(hosts.MAPS, "/maps", place_query(location)),
        "newReviewUri": address.url(hosts.WRITE_REVIEW, "/local/writereview", {"placeid": location.place_id}),
    }
    if location.duplicate:
        facts["duplicateLocation"] = f"locations/{int(location.id) - 1}"
    opened: dict[str, Any] = {"status": location.open_status, "canReopen": True}
    return _full(
        {
            "name": location.name,
            "languageCode": location.language,
            "storeCode": location.store_code,
            "title": location.title,
            "phoneNumbers": _full({"primaryPhone": location.phone}),
            "categories": _full({"primaryCategory": _full({"displayName": location.category})}),
            "storefrontAddress": location.address,
            "websiteUri": location.website,
            "openInfo": opened,
            "metadata": _full(facts),
        }
    )


def _full(values: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty or false, as the platform's JSON does."""
    return {name: value for name, value in values.items() if value}


def _matches(location: Location, wanted: str) -> bool:
    """Say whether a location fits every term of a filter."""
    known = {
        "title": location.title,
        "storeCode": location.store_code,
        "languageCode": location.language,
        "openInfo.status": location.open_status,
        "name": location.name,
    }
    for term in re.split(r"\s+AND\s+", wanted):
        match = _TERM.fullmatch(term)
        if match is None or match[1] not in known:
            raise bad_request([("filter", f"Invalid filter: {wanted}")])
        if known[match[1]].casefold() != match[2].strip().casefold():
            return False
    return True


def _ordered(found: list[Location], order: str) -> list[Location]:
    if not order:
        return found
    name, _, direction = camel(order.strip()).partition(" ")
    if name not in _ORDERS or direction.strip().lower() not in ("", "asc", "desc"):
        raise bad_request([("order_by", f"Invalid order: {order}")])
    return sorted(found, key=lambda one: str(getattr(one, _ORDERS[name])), reverse=direction.strip().lower() == "desc")
