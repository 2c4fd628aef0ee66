"""No request sets what it was not asked for: whose a row is, how it stands, what a key may do, who somebody is."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

from django.test import Client

from tenants.models import ApiKey, Membership, Tenant, User
from tests.belongings import snapshot
from tests.conftest import House

#: What an attacker would like to set along the way.
WISHES: Final[dict[str, Any]] = {
    "tenant": str(uuid4()), "tenant_id": str(uuid4()), "id": str(uuid4()), "pk": 1, "state": "published", "created_by": "user:x",
    "actor": "x", "digest": "0" * 64, "is_staff": True, "is_superuser": True, "suspended_at": None, "user": 1, "user_id": 1,
    "lease_token": str(uuid4()), "__proto__": {"x": 1}, "constructor": 1, "connection_id": str(uuid4()), "storage_name": "x",
}  # fmt: skip
#: Where one of these words is a field of its own, and what it means there.
OF_ITS_OWN: Final = {("/api/connect-links/", "state"): "the client app's own words, handed back to it"}

#: Bodies whose fields the document cannot list.
FREE: Final = {"/api/jobs/{id}/actions/{slug}/": "each action brings a JSON Schema of its own, which lists them all"}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every operation that takes JSON, with the schema of its body."""
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            body = (
                operation.get("requestBody", {}).get("content", {}).get("application/json")
                if isinstance(operation, dict)
                else None
            )
            if body is not None:
                schema = body["schema"]
                name = schema.get("$ref", "").rpartition("/")[2]
                yield method, address, document["components"]["schemas"][name] if name else schema


def document() -> dict[str, Any]:
    told: dict[str, Any] = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()
    return told


def test_no_body_of_the_document_has_a_field_that_is_not_the_callers_to_set(db: None) -> None:
    seen = 0
    for method, address, schema in operations(document()):
        seen += 1
        if schema.get("type") == "object" and address not in FREE:
            assert schema.get("additionalProperties") is False, (method, address)
        for wish in WISHES.keys() & schema.get("properties", {}).keys():
            assert (address, wish) in OF_ITS_OWN, (method, address, wish)
    assert seen > 25


def test_whoever_sends_such_a_field_is_refused_and_nothing_changes(
    api: Client, member_client: Client, house: House
) -> None:
    def everything() -> list[Any]:
        rows = (Tenant, User, Membership, ApiKey)
        return [*snapshot(), *[list(model.objects.order_by("pk").values()) for model in rows]]

    api.get("/api/tenant/")  # the key's last use is written once a minute
    before = everything()
    named = 0
    for method, address, schema in operations(document()):
        if schema.get("type") != "object":
            continue
        path = re.sub(r"{\w+}", str(uuid4()), address)
        answer = api.generic(method.upper(), path, json.dumps(WISHES), content_type="application/json")
        assert 400 <= answer.status_code < 500, (method, address, answer.status_code)
        told = answer.json()
        if answer.status_code == 400:
            unknown = {error["field"] for error in told.get("errors", ()) if error["code"] == "unknown_field"}
            declared = schema.get("properties", {}).keys()
            assert unknown >= WISHES.keys() - declared, (method, address, told)
            named += 1
    assert everything() == before
    assert named > 8


def test_neither_a_key_nor_a_member_makes_one_that_may_more_than_they(house: House, api: Client) -> None:
    body = {"name": "x", "scopes": ["posts:read", "everything"]}
    assert api.post("/api/api-keys/", json.dumps(body), content_type="application/json").status_code in {400, 422}
    assert ApiKey.objects.count() == 1
