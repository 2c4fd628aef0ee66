"""Every page can be used by everybody, as far as its HTML tells: each address that a browser can be sent to is walked."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from connectors.models import WebhookEvent
from foundation.secret import Secret
from outbox.models import WebhookDelivery
from publishing.models import Post, PublishJob
from tenants.models import User
from tests.accessible import faults_of
from tests.conftest import House
from tests.monitoring.wards import Ward, fill

#: Addresses that answer with something else than a page of ours, or only to who holds a link.
NO_PAGES: Final = re.compile(
    r"^(admin/|api/|c/|webhooks/|static|media/|files/|healthz|readyz|metrics|.*\.csv|__debug__|invitations/|reset-password/|mail-preferences/leave)"
)


def routes(patterns: Any = None, prefix: str = "") -> Iterator[str]:
    """Yield every address of ours."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and not NO_PAGES.match(route):
            yield route


def ids_of(ward: Ward) -> dict[str, str]:
    """Return an id for each kind of thing that an address may name."""
    job = PublishJob.objects.filter(tenant=ward.tenant).first()
    assert job is not None
    return {
        "job_id": str(job.pk),
        "post_id": str(Post.objects.filter(tenant=ward.tenant).values_list("pk", flat=True)[0]),
        "connection_id": str(ward.connections["Bakery"].pk),
        "destination_id": str(job.destination_id),
        "endpoint_id": str(ward.endpoint.pk),
        "delivery_id": str(WebhookDelivery.objects.filter(tenant=ward.tenant).values_list("pk", flat=True)[0]),
        "event_id": str(WebhookEvent.objects.values_list("pk", flat=True)[0]),
    }


@pytest.fixture
def pages(house: House, api_key: Secret) -> list[str]:
    """Every address of a page, with the ids of things that are there."""
    ids = ids_of(fill(house.tenant, now=timezone.now()))
    filled = []
    for route in routes():
        names = re.findall(r"<(?:\w+:)?(\w+)>", route)
        if all(name in ids for name in names):
            filled.append("/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: ids[found[1]], route))
    return filled


def test_every_page_can_be_used_by_everybody(member_client: Client, owner: User, pages: list[str]) -> None:
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    wide = ["/health", "/tokens", "/webhooks-health", "/dead-letters"]
    walked, faults = 0, {}
    for address in [*pages, *(f"{page}?tenants=all" for page in wide), "/nowhere"]:
        response = member_client.get(address)
        html = response.status_code in {200, 404} and response.headers["Content-Type"].startswith("text/html")
        if html and (response.status_code == 200 or address == "/nowhere"):
            walked += 1
            if told := faults_of(response.content.decode()):
                faults[address] = told[:6]
    assert not faults, "\n".join(f"{address}: {told}" for address, told in faults.items())
    assert walked >= 35


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/sign-in", "/reset-password", "/nowhere"])
def test_pages_for_strangers_can_be_used_by_everybody(client: Client, address: str) -> None:
    assert faults_of(client.get(address).content.decode()) == []


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<input name=a>", "has no label"),
        ("<a href=/><svg aria-hidden=true></svg></a>", "has no name"),
        ("<table><tr><td>1</td></tr></table>", "has no caption"),
        ("<table><caption>T</caption><tr><th>1</th></tr></table>", "does not say"),
        ("<img src=x>", "has no alt"),
        ("<button tabindex=3>Go</button>", "jumps the order"),
        ("<h1>One</h1><h3>Three</h3>", "a heading of level 3 after one of 1"),
        ("<b id=x></b><i id=x></i>", "is there twice"),
        ("<button>a<a href=/>b</a></button>", "pressed itself"),
    ],
)
def test_a_fault_is_found(html: str, fault: str) -> None:
    assert any(fault in told for told in faults_of(html))
