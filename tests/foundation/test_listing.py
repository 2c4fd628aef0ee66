"""Whatever a stranger writes into a query string, a list answers with what it understood."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st

from foundation.listing import Column, Query, read_count, read_text, read_uuid, read_uuids, stretch_of
from tenants.models import Tenant
from tenants.services import create_tenant

BY_NAME = {"name": Column(F("name"), read_text, descending=False), "born": Column(F("created_at"))}


def cursor_of(*said: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def walk(names: dict[str, str], sort: str) -> list[str]:
    """Follow the list to its end, three rows at a time."""
    seen, cursor = [], ""
    for _ in range(20):
        asked = Query({"sort": sort, "cursor": cursor}, "/list").sort(BY_NAME, "name")
        page = stretch_of(Tenant.objects.all(), asked, cursor, size=3)
        seen += [names[str(tie)] for tie in page.ties]
        cursor = page.older
        if not cursor:
            return seen
    pytest.fail("the list has no end")


@pytest.mark.django_db
@pytest.mark.parametrize("sort", ["name", "-name", "born", "-born"])
def test_a_list_followed_to_its_end_shows_every_row_once_and_in_order(sort: str) -> None:
    for name in ("Ines", "Acme", "Zoë", "Acme", "Bora", "Acme", "Cleo", "Dora"):
        create_tenant(name=name)
    names = {str(row.pk): row.name for row in Tenant.objects.all()}
    seen = walk(names, sort)
    assert len(seen) == 8
    if sort in ("name", "-name"):
        assert seen == sorted(names.values(), reverse=sort.startswith("-"))


@pytest.mark.django_db
def test_the_way_back_leads_to_the_same_rows() -> None:
    for number in range(7):
        create_tenant(name=f"Tenant {number}")
    sort = Query({}, "/list").sort(BY_NAME, "name")
    first = stretch_of(Tenant.objects.all(), sort, "", size=3)
    second = stretch_of(Tenant.objects.all(), sort, first.older, size=3)
    assert not first.newer
    assert stretch_of(Tenant.objects.all(), sort, second.newer, size=3).ties == first.ties


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "é",
        "A" * 5000,
        cursor_of("a"),
        cursor_of("x", "name", str(UUID("11111111-1111-4111-8111-111111111111"))),
        cursor_of("a", 7, str(UUID("11111111-1111-4111-8111-111111111111"))),
        cursor_of("a", "name", "no id"),
        cursor_of("a", "nul\x00", str(UUID("11111111-1111-4111-8111-111111111111"))),
        cursor_of("a", None, None),
        cursor_of("a", {}, []),
        base64.urlsafe_b64encode(b"[" * 700).decode(),
    ],
)
def test_a_cursor_that_is_not_ours_shows_the_first_page(cursor: str) -> None:
    tenant = create_tenant(name="Only")
    sort = Query({}, "/list").sort(BY_NAME, "name")
    assert stretch_of(Tenant.objects.all(), sort, cursor, size=3).ties == [tenant.pk]


@given(st.text(), st.text(), st.text())
def test_a_query_string_of_nonsense_is_left_out(words: str, choice: str, pk: str) -> None:
    query = Query({"query": words, "state": choice, "id": pk, "sort": words}, "/list")
    assert "\x00" not in query.words()
    assert len(query.words()) <= 200
    assert query.choice("state", {"healthy"}) in {"", "healthy"}
    query.uuid("id")
    assert query.sort(BY_NAME, "name").name in BY_NAME
    assert query.url().startswith("/list")


def test_links_keep_what_was_understood_and_begin_at_the_first_page() -> None:
    query = Query({"query": " two  words ", "state": "odd", "cursor": "abc"}, "/list")
    assert query.words() == "two words"
    assert query.choice("state", {"healthy"}) == ""
    assert query.url() == "/list?query=two+words"
    assert query.url(query="") == "/list"


def test_ids_are_read_or_refused_as_a_whole() -> None:
    one, other = UUID("11111111-1111-4111-8111-111111111111"), UUID("22222222-2222-4222-8222-222222222222")
    assert read_uuids([str(one), str(other), str(one)]) == [one, other]
    assert read_uuids([str(one), "x"]) is None
    assert read_uuid("x" * 100) is None


@pytest.mark.parametrize("value", [True, -1, 2**31, "3", 1.5, None])
def test_only_a_count_is_read_as_a_count(value: Any) -> None:
    with pytest.raises(ValueError, match="not a count"):
        read_count(value)


def test_rows_born_at_one_moment_are_told_apart_by_their_ids(db: None) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(5):
        create_tenant(name=f"T{number}")
    Tenant.objects.update(created_at=moment)
    names = {str(row.pk): row.name for row in Tenant.objects.all()}
    assert sorted(walk(names, "born")) == ["T0", "T1", "T2", "T3", "T4"]
    assert Tenant.objects.filter(created_at__lt=moment + timedelta(seconds=1)).count() == 5
