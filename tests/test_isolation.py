"""One tenant never sees or moves what belongs to another: every address with an id is walked with another tenant's ids."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import UUIDConverter

from tests.belongings import snapshot


def addresses(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield every address of ours that takes a UUID, with the names of its parameters."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if route.startswith("admin/"):
            continue
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            names = [name for name, kind in pattern.pattern.converters.items() if isinstance(kind, UUIDConverter)]
            if names:
                yield route, names


def filled(route: str, value: str) -> str:
    return "/" + "".join(
        value if index % 2 else part
        for index, part in enumerate(route.replace("<", "\0").replace(">", "\0").split("\0"))
    )


#: Pages of connect links know no member: who holds no link's cookie sees none of them (tests/connectors/test_connect_links.py).
ROUTES = sorted({route for route, _ in addresses() if not route.startswith("c/")})


def send(client: Client, method: str, address: str, body: dict[str, Any], *, as_form: bool) -> Any:
    """Send a body the way the API or a page takes it."""
    if as_form:
        return client.generic(method.upper(), address, urlencode(body, doseq=True), "application/x-www-form-urlencoded")
    return client.generic(method.upper(), address, json.dumps(body), "application/json")


def test_there_are_addresses_to_walk() -> None:
    assert len(ROUTES) >= 10


@pytest.mark.parametrize("route", ROUTES)
def test_another_tenants_ids_are_not_found(
    route: str, api: Client, member_client: Client, foreign_ids: dict[str, str]
) -> None:
    before = snapshot()
    body = {"ids": [foreign_ids["letter"]], "destinations": [foreign_ids["destination"]], "link": "https://x.example/1"}
    for method in ("get", "post", "put", "patch", "delete"):
        for client in (api, member_client):
            for value in foreign_ids.values():
                answer = send(client, method, filled(route, value), body, as_form=not route.startswith("api/"))
                expected = {404, 405} if route.startswith("api/") else {302, 404, 405}
                assert answer.status_code in expected, (method, client, value, answer.status_code)
                assert b"Theirs" not in answer.content
                if answer.status_code == 302:  # a page sends strangers to the sign-in page, never anywhere else
                    assert client is api
                    assert "sign-in" in answer["Location"]
                if answer.status_code != 404:
                    break  # the address was turned away before it was read whose id stands in it
        assert snapshot() == before, method


@pytest.mark.parametrize(
    "address",
    [
        "posts",
        "jobs",
        "dead-letters",
        "connections",
        "destinations",
        "media",
        "webhook-endpoints",
        "webhook-deliveries",
        "events",
        "platform-events",
        "alerts",
        "connect-links",
    ],
)
def test_lists_of_the_api_hold_nothing_of_another_tenant(
    address: str, api: Client, foreign_ids: dict[str, str]
) -> None:
    assert api.get(f"/api/{address}/").json()["results"] == []


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/api/dead-letters/redrive/", {"ids": ["letter"]}),
        ("/api/dead-letters/discard/", {"ids": ["letter"], "reason": "x"}),
    ],
)
def test_ids_in_a_body_are_another_tenants_as_little_as_ids_in_an_address(
    address: str, body: dict[str, Any], api: Client, foreign_ids: dict[str, str]
) -> None:
    before = snapshot()
    body = {**body, "ids": [foreign_ids[name] for name in body["ids"]]}
    answer = api.post(address, json.dumps(body), content_type="application/json")
    assert answer.status_code == 404
    assert snapshot() == before


def test_another_tenants_destination_cannot_be_published_to(api: Client, foreign_ids: dict[str, str]) -> None:
    body = {"text": "x", "destinations": [foreign_ids["destination"]]}
    answer = api.post("/api/publish", json.dumps(body), content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "unknown_destination"
