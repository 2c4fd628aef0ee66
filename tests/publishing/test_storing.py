"""A post is stored whole, with all that was said, or not at all."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from connectors.models import Connection, Destination
from publishing import storing
from publishing.models import Post, PublishJob
from publishing.states import State
from tenants.models import AuditEntry
from tenants.services import audit_line
from tests.conftest import House

NOW = datetime(2026, 11, 22, 9, 30, 15, 123456, tzinfo=UTC)
LATER = NOW + timedelta(days=3)


@pytest.fixture
def place(house: House, connect: Callable[[House], Connection]) -> Destination:
    connect(house)
    return Destination.objects.filter(tenant=house.tenant, enabled=True).order_by("external_id")[0]


def made(house: House, place: Destination, **said: Any) -> tuple[Post, list[PublishJob], AuditEntry]:
    post = Post(tenant=house.tenant, created_by="key:swb_0123", request_digest="d" * 64, **said)
    job = PublishJob(
        tenant=house.tenant,
        post=post,
        destination=place,
        platform_id=place.platform_id,
        state=State.SCHEDULED,
        due_at=LATER,
    )
    entry = audit_line(tenant=house.tenant, actor="key:swb_0123", action="post.accepted", subject=post, destinations=1)
    return post, [job], entry


def columns(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_every_column_comes_back_as_it_was_said(house: House, place: Destination) -> None:
    post, jobs, entry = made(
        house,
        place,
        text="“Žluťoučký” 'kůň' \\ 100 % {x} %s\n\t😀",
        link="https://example.org/ä?a=1&b=2",
        media=[{"id": "0" * 8, "alt_text": 'a "quoted" one'}],
        settings={"facebook_page": {"version": 1, "deep": {"list": [1, 2.5, None, True, "ö"]}}},
        first_comment="No 1",
        overrides={str(place.pk): {"text": "other"}},
        publish_at=LATER,
        time_zone="Europe/Prague",
        in_order=True,
        idempotency_key="a key",
    )
    with storing.whole(with_more=False):
        storing.store(post, jobs, entry, now=NOW)
    for row in (post, *jobs, entry):
        assert columns(type(row)._default_manager.get(pk=row.pk)) == columns(row)
        assert row._state.adding is False


def test_what_is_left_out_is_stored_as_the_models_say(house: House, place: Destination) -> None:
    post, jobs, entry = made(house, place)
    with storing.whole(with_more=True):
        storing.store(post, jobs, entry, now=NOW)
    stored = Post.objects.get(pk=post.pk)
    assert (stored.text, stored.media, stored.settings, stored.publish_at) == ("", [], {}, None)
    assert (stored.idempotency_key, stored.trace_parent) == (None, None)


def test_nothing_is_left_of_a_post_one_of_whose_jobs_is_impossible(house: House, place: Destination) -> None:
    post, jobs, entry = made(house, place, text="no moment")
    jobs[0].due_at = None
    with pytest.raises(IntegrityError), transaction.atomic(), storing.whole(with_more=False):
        storing.store(post, jobs, entry, now=NOW)
    assert not Post.objects.exists()
    assert not AuditEntry.objects.filter(action="post.accepted").exists()


def test_a_second_post_under_the_same_key_is_refused_by_the_database(house: House, place: Destination) -> None:
    post, jobs, entry = made(house, place, idempotency_key="one")
    with storing.whole(with_more=False):
        storing.store(post, jobs, entry, now=NOW)
    twin, jobs, entry = made(house, place, idempotency_key="one")
    with pytest.raises(IntegrityError), transaction.atomic(), storing.whole(with_more=False):
        storing.store(twin, jobs, entry, now=NOW)
    assert Post.objects.count() == 1


def test_what_a_row_cannot_hold_as_it_is_is_a_mistake_and_not_turned_into_text(
    house: House, place: Destination
) -> None:
    post, jobs, entry = made(house, place, settings={"facebook_page": {"who": object()}})
    with pytest.raises(TypeError), transaction.atomic(), storing.whole(with_more=False):
        storing.store(post, jobs, entry, now=NOW)
