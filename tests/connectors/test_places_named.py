"""Places that a post names, read with all that accepting it asks of them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models
from django.test.utils import CaptureQueriesContext

from connectors.models import Connection, Destination
from connectors.selectors import destinations_named
from foundation.ids import new_id
from tests.conftest import House

Connect = Callable[[House], Connection]


def columns(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_they_come_whole_with_their_account_and_platform(
    house: House, connect: Connect, django_assert_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    connect(house)
    rows = {place.pk: place for place in Destination.objects.select_related("connection", "platform")}
    found = destinations_named(house.tenant, list(rows))
    assert found.keys() == rows.keys()
    with django_assert_num_queries(0):
        for pk, place in found.items():
            assert columns(place) == columns(rows[pk])
            assert columns(place.connection) == columns(rows[pk].connection)
            assert columns(place.platform) == columns(rows[pk].platform)
            assert not place._state.adding


def test_another_tenants_and_unknown_ones_are_not_among_them(
    house: House, connect: Connect, make_house: Callable[[str], House]
) -> None:
    connect(house)
    others = list(Destination.objects.values_list("pk", flat=True))
    stranger = make_house("Stranger")
    assert destinations_named(stranger.tenant, [*others, new_id()]) == {}


@pytest.mark.usefixtures("db")
def test_no_names_are_no_places(house: House) -> None:
    assert destinations_named(house.tenant, []) == {}
