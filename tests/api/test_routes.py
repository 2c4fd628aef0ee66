"""Every address of the API asks for a key, for a scope, and for ids of the caller's own: all of the router is walked.

A new address is walked without a word here, unless it takes an id of a new kind: then this test fails until it says how a
foreign one is made.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest
from django.apps import apps
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from tenants import limits
from tenants.models import Tenant
from tenants.scopes import SCOPES
from tenants.services import create_api_key
from tests.belongings import foreign_ids

__all__ = ["foreign_ids"]
#: Of these anybody may ask: they tell what the API is, or send a browser to sign in.
OPEN: Final = {"api/schema/", "api/docs/", "api/oauth/<slug:platform>/start", "api/oauth/<slug:platform>/callback"}
#: What any key may ask.
OF_ANY_KEY: Final = {"api/limits"}
#: What an address takes beside ids: words of the platforms'.
WORDS: Final = {"slug": "meta", "kind": "facebook_page", "review": "r-1", "email": "a@example.com", "platform": "meta"}
METHODS: Final = ("get", "post", "put", "patch", "delete")
STRANGER: Final = "11111111-1111-7111-8111-111111111111"


@dataclass(frozen=True)
class Address:
    """One way of calling the API."""

    route: str
    method: str

    def filled(self, value: str) -> str:
        """Return the address with an id (and words) in place of its parameters."""
        path = "/" + self.route
        for name in get_names(self.route):
            told = value if name[0] == "uuid" else WORDS[name[1]]
            path = path.replace(f"<{name[0]}:{name[1]}>", told)
        return path

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.route}"


def get_names(route: str) -> list[tuple[str, str]]:
    return [(kind, name) for part in route.split("<")[1:] for kind, _, name in [part.partition(">")[0].partition(":")]]


def walk(patterns: Any, prefix: str = "") -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and route.startswith("api/"):
            view = getattr(pattern.callback, "cls", None) or pattern.callback.view_class  # type: ignore[attr-defined]
            actions = getattr(pattern.callback, "actions", None)
            taken = set(actions or ()) if actions is not None else {name for name in METHODS if hasattr(view, name)}
            yield from (Address(route, method) for method in METHODS if method in taken)


ALL: Final = sorted(walk(get_resolver().url_patterns), key=str)
GUARDED: Final = [address for address in ALL if address.route not in OPEN]


def counted() -> dict[str, int]:
    """Count every row there is; a key's last use is a column and no row."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models() if model._meta.managed}


def send(client: Client, address: Address, value: str, **more: Any) -> Any:
    # Of so many calls most would be turned away as too many; limits are tried elsewhere.
    cache.clear()
    limits.forget()
    body = {"destinations": [], "ids": [value], "reason": "x", "text": "x", "link": "https://e.example/", "members": []}
    return client.generic(address.method.upper(), address.filled(value), json.dumps(body), "application/json", **more)


def test_the_whole_router_is_walked() -> None:
    assert len(ALL) > 50
    assert {name for address in ALL for kind, name in get_names(address.route) if kind != "uuid"} <= set(WORDS)
    # Whoever opens an address to everybody says so here.
    assert {address.route for address in ALL} >= OPEN


@pytest.mark.django_db
def test_no_address_answers_without_a_key_and_nothing_is_stored() -> None:
    before = counted()
    for address in GUARDED:
        for headers in (
            {},
            {"Authorization": "Bearer swb_unknown"},
            {"Authorization": "Bearer"},
            {"X-API-Key": "\x00"},
        ):
            answer = send(Client(headers=headers), address, STRANGER)
            assert answer.status_code == 401, (address, headers)
            assert answer["Content-Type"] == "application/problem+json"
            assert answer["WWW-Authenticate"].startswith("Bearer")
    assert counted() == before


def test_no_address_answers_a_key_that_has_expired_or_was_revoked(tenant: Tenant) -> None:
    now = timezone.now()
    keys = []
    for change in ({"expires_at": now - timedelta(seconds=1)}, {"revoked_at": now}):
        row, text = create_api_key(tenant=tenant, name="x", scopes=SCOPES, actor="system:test")
        type(row).objects.filter(pk=row.pk).update(**change)
        keys.append(text.reveal())
    for number, address in enumerate(GUARDED):
        headers = {"Authorization": f"Bearer {keys[number % len(keys)]}"}
        answer = send(Client(headers=headers), address, STRANGER)
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_api_key"), address


def test_every_address_asks_for_a_scope_and_names_it(tenant: Tenant) -> None:
    """A key without scopes is told which one it lacks; one with all others is refused too; one with that alone is not."""

    def client_with(*scopes: str) -> Client:
        _, key = create_api_key(tenant=tenant, name="x", scopes=scopes, actor="system:test")
        return Client(headers={"Authorization": f"Bearer {key.reveal()}"})

    without = client_with()
    alone = {scope: client_with(scope) for scope in SCOPES}
    others = {scope: client_with(*(other for other in SCOPES if other != scope)) for scope in SCOPES}
    before = counted()
    for address in GUARDED:
        refused = send(without, address, STRANGER)
        if address.route in OF_ANY_KEY:
            assert refused.status_code == 200, address
            continue
        assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope"), address
        (wanted,) = [scope for scope in SCOPES if f"scope {scope} " in refused.json()["detail"]]
        assert send(others[wanted], address, STRANGER).status_code == 403, address
        assert send(alone[wanted], address, STRANGER).status_code not in {401, 403}, address
    assert counted() == before


def test_what_belongs_to_another_tenant_looks_as_if_it_were_not_there(api: Client, foreign_ids: dict[str, str]) -> None:
    before = counted()
    for address in GUARDED:
        if not any(kind == "uuid" for kind, _ in get_names(address.route)):
            continue
        nothing = send(api, address, STRANGER)
        assert (nothing.status_code, nothing["Content-Type"]) == (404, "application/problem+json"), address
        told = {key: value for key, value in nothing.json().items() if key != "request_id"}
        for value in foreign_ids.values():
            answer = send(api, address, value)
            assert answer.status_code == 404, address
            assert {key: said for key, said in answer.json().items() if key != "request_id"} == told, address
    assert counted() == before


@pytest.mark.parametrize("value", ["1", "nonsense", "%00", "..%2f..", "11111111-1111-7111-8111-11111111111", "é"])
def test_what_is_no_id_is_not_found_as_a_problem(api: Client, value: str) -> None:
    for address in GUARDED:
        if any(kind == "uuid" for kind, _ in get_names(address.route)):
            answer = api.generic(address.method.upper(), address.filled(value))
            assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json"), address


def test_methods_an_address_does_not_take_are_refused_with_those_it_takes(api: Client) -> None:
    for route in {address.route for address in GUARDED}:
        taken = {address.method for address in ALL if address.route == route}
        for method in set(METHODS) - taken:
            answer = send(api, Address(route, method), STRANGER)
            assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed"), (route, method)
            assert {one.strip().lower() for one in answer["Allow"].split(",")} >= taken
