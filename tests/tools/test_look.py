"""Nobody can forget a page when all pages are looked at: each has an address, or a reason why it has none."""

import re

import pytest
from django.test import Client

from tests.conftest import House
from tools.look import pages


def test_each_reason_to_leave_routes_out_fits_one() -> None:
    for known in pages.EXCUSED:
        assert any(re.match(known, route) for route in pages.routes()), known
    assert set(pages.OWN) <= set(pages.routes())


@pytest.mark.django_db
def test_every_page_has_an_address(client: Client, house: House) -> None:
    examples = pages.examples_of(house.tenant).keys() | pages.OF_ADMIN
    for route in pages.routes():
        unknown = set(pages.parameters_of(route)) - examples
        if pages.excuse_of(route) or route in pages.OWN or not unknown:
            continue
        answer = client.get("/" + re.sub(r"<[^>]+>", pages.NOTHING, route))
        covered = route.startswith("c/")
        assert answer.status_code == 405 or covered, f"{route}: give {unknown} an example in tools/look/pages.py"
