"""Where a switch bites beside publishing: it is told by name and by code, and what waits goes on afterwards."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connection, Destination
from monitoring.analytics import looking
from tenants import switching
from tenants.models import Tenant
from tests.conftest import House
from tests.outbox.conftest import Send, happen, listen, receiver, send  # noqa: F401
from tests.outbox.receiver import Receiver


def switch(name: str, *, on: bool, tenants: list[Tenant] | None = None) -> None:
    switching.switch(name=name, on=on, tenants=tenants or [], actor="system:test", now=timezone.now())


@pytest.mark.parametrize(
    ("name", "method", "url", "said"),
    [
        ("connecting", "POST", "/api/connections/", {"platform": "mailchimp", "api_key": "0" * 32 + "-us1"}),
        ("connecting", "POST", "/api/connect-links/", {}),
        ("connecting", "GET", "/api/oauth/meta/start", None),
        ("connect_links", "POST", "/api/connect-links/", {}),
        ("media.by_url", "POST", "/api/media/", {"url": "https://example.com/a.jpg"}),
        ("analytics", "POST", "/api/analytics/refresh", {}),
    ],
)
def test_what_is_off_is_refused_by_name(
    api: Client, member_client: Client, house: House, name: str, method: str, url: str, said: dict[str, Any] | None
) -> None:
    switch(name, on=False, tenants=[house.tenant])
    if method == "GET":
        shown = member_client.get(url)
        assert "switched off for this tenant" in shown.content.decode() or shown.status_code == 503
        return
    told = api.post(url, said, content_type="application/json").json()
    assert (told["status"], told["code"]) == (503, "feature_off")
    assert "switched off for this tenant" in told["detail"]
    assert name in told["remedy"]


def test_pages_say_what_is_off_and_who_can_change_it(
    member_client: Client, house: House, connection: Connection, api: Client
) -> None:
    switch("platform.meta", on=False, tenants=[house.tenant])
    switch("analytics", on=False)
    told = "Meta is switched off for this tenant."
    for name in ("connect", "connections", "compose"):
        shown = member_client.get(reverse(name)).content.decode()
        assert told in shown, name
    assert "switch on platform.meta" in member_client.get(reverse("connect")).content.decode()
    assert "Asking for numbers is switched off here." in member_client.get(reverse("analytics")).content.decode()
    platforms = {one["slug"]: one["enabled"] for one in api.get("/api/platforms/").json()}
    assert (platforms["meta"], platforms["linkedin"]) == (False, True)
    assert api.get("/api/platforms/meta/").json()["enabled"] is False


def test_a_link_that_is_out_says_that_it_cannot_be_used_now_and_works_again(api: Client, house: House) -> None:
    link = api.post("/api/connect-links/", {}, content_type="application/json").json()
    visitor = Client()
    address = link["url"].replace("http://testserver", "")
    switch("connect_links", on=False, tenants=[house.tenant])
    shown = visitor.get(address, follow=True)
    assert (shown.status_code, "switched off" in shown.content.decode()) == (503, True)
    switch("connect_links", on=True)
    assert visitor.get(address, follow=True).status_code == 200


def test_news_wait_and_are_delivered_once_when_webhooks_are_on_again(
    receiver: Receiver,  # noqa: F811
    listen: Any,  # noqa: F811
    happen: Any,  # noqa: F811
    send: Send,  # noqa: F811
    tenant: Tenant,
) -> None:
    listen(receiver.url)
    happen(n=1)
    switch("webhooks.out", on=False, tenants=[tenant])
    assert (send(), receiver.got) == (0, [])
    switch("webhooks.out", on=True)
    assert (send(), len(receiver.got)) == (1, 1)
    assert send() == 0


def test_nobody_is_asked_for_numbers_while_that_is_off(destination: Destination) -> None:
    switch("analytics", on=False)
    assert looking.look_due(clock=timezone.now) == 0
