"""Rows are counted by what is worked out of them as one counts them by hand."""

from bisect import bisect_right
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from foundation.tallying import number_of, place_among, tally
from tenants.models import Tenant
from tenants.services import create_tenant


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_rows_are_told_apart_by_the_stretch_a_moment_falls_into_and_by_a_word(count: int) -> None:
    begin = datetime(2026, 11, 1, tzinfo=UTC)
    edges = [begin + timedelta(hours=number) for number in range(count)]
    moments = [begin + timedelta(minutes=minutes) for minutes in (-1, 0, 30, 59, 60, 61, 240, 1000)]
    zones = ["UTC", "Europe/Berlin", "Asia/Tokyo"]
    for number, moment in enumerate(moments):
        tenant = create_tenant(name=f"Tenant {number}")
        Tenant.objects.filter(pk=tenant.pk).update(created_at=moment, time_zone=zones[number % 3])
    key = place_among("created_at", edges) * 10 + number_of("time_zone", zones[:2])
    told = tally(Tenant.objects.annotate(key=key, one=number_of("slug", ())), "key", "one")
    counted = Counter(bisect_right(edges, moment) * 10 + number % 3 for number, moment in enumerate(moments))
    assert told == {key: (rows, 0) for key, rows in counted.items()}


@pytest.mark.django_db
def test_of_no_rows_there_is_nothing_to_tell() -> None:
    assert tally(Tenant.objects.none().annotate(key=F("slug")), "key") == {}
