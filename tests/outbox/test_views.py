"""The pages: making an endpoint, its secret shown once, deliveries, the catalogue, and what members are mailed."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from outbox import members, pages
from outbox.events import MEANINGS, SAMPLES, EventType
from outbox.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from tenants.models import Membership
from tests.conftest import House
from tests.outbox.conftest import Send
from tests.outbox.receiver import Receiver, receiving


def test_somebody_makes_an_endpoint_copies_its_secret_tests_it_and_reads_what_came_of_it(
    member_client: Client, receiver: Receiver, send: Send
) -> None:
    assert "Nobody is told yet" in member_client.get("/webhook-endpoints").content.decode()
    said = {"url": receiver.url, "description": "Shop", "which": "some", "event_type": ["job.failed"]}
    answer = member_client.post("/webhook-endpoints/new", said)
    found = re.search(r"whsec_[\w+/]+=*", answer.content.decode())
    assert found
    assert "no-store" in answer["Cache-Control"]
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.event_types == ["job.failed"]
    page = f"/webhook-endpoints/{endpoint.pk}"
    assert found[0] not in member_client.get(page).content.decode()

    answer = member_client.post(f"{page}/ping", follow=True)
    assert "It goes out in a moment" in answer.content.decode()
    send()
    assert receiver.got[0].verified(found[0])["type"] == "ping"
    told = member_client.get(f"/webhook-deliveries/{WebhookDelivery.objects.get().pk}").content.decode()
    assert "webhook-id" in told
    assert "204" in told
    assert "Healthy" in member_client.get(page).content.decode()


def test_a_wrong_address_is_explained_and_what_was_typed_stays(member_client: Client) -> None:
    answer = member_client.post("/webhook-endpoints/new", {"url": "http://10.0.0.1/", "description": "Mine"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "It must begin with https://" in text
    assert 'value="Mine"' in text


def test_what_a_receiver_answers_is_shown_as_text_and_runs_nothing(
    member_client: Client, listen: Any, happen: Callable[..., OutgoingEvent], send: Send
) -> None:
    with receiving(answer=500, body=b"<script>alert(1)</script>") as receiver:
        listen(receiver.url)
        happen()
        send()
    text = member_client.get(f"/webhook-deliveries/{WebhookDelivery.objects.get().pk}").content.decode()
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text


def test_switching_rotating_replaying_and_deleting_work_from_the_page(
    member_client: Client, listen: Any, happen: Callable[..., OutgoingEvent], send: Send, receiver: Receiver
) -> None:
    endpoint, secret = listen(receiver.url)
    page = f"/webhook-endpoints/{endpoint.pk}"
    happen()
    send()
    text = member_client.post(f"{page}/rotate").content.decode()
    assert "whsec_" in text
    assert secret not in text
    counted = member_client.post(f"{page}/replay", {"since": "2026-11-22T00:00", "dry_run": "1"}, follow=True)
    assert counted.status_code == 200
    member_client.post(f"{page}/switch", {"enabled": "0"})
    assert "Switched off" in member_client.get(page).content.decode()
    refused = member_client.post(f"{page}/replay", {"failed": "1"}, follow=True).content.decode()
    assert "switched off, so nothing is sent" in refused
    member_client.post(f"{page}/switch", {"enabled": "1"})
    assert member_client.post(f"{page}/edit", {"url": receiver.url, "description": "New name"}).status_code == 302
    assert "New name" in member_client.get("/webhook-endpoints").content.decode()
    member_client.post(f"{page}/delete")
    assert member_client.get(page).status_code == 404


def test_the_catalogue_shows_every_event_with_an_example(member_client: Client) -> None:
    text = member_client.get("/webhook-events").content.decode()
    for kind in EventType:
        assert f'id="{kind.value}"' in text


@pytest.mark.parametrize("kind", list(EventType))
def test_every_event_has_a_meaning_and_an_example(kind: EventType) -> None:
    assert pages.sample_of(kind)["data"]
    assert MEANINGS[kind].endswith(".")


def test_the_example_of_a_job_has_exactly_what_is_sent(house: House, connection: Any) -> None:
    from outbox import payloads

    job = SAMPLES[EventType.JOB_PUBLISHED]
    columns = payloads._job(dict.fromkeys(payloads._JOB_COLUMNS, None))
    assert set(job) == set(columns)
    assert set(SAMPLES[EventType.CONNECTION_ATTENTION]) == set(payloads.connection_data(connection))


def test_a_member_chooses_what_they_are_mailed_and_owners_begin_with_everything(
    member_client: Client, house: House
) -> None:
    place = Membership.objects.get(user=house.owner)
    assert all(members.choices_of(place).values())
    member_client.post("/mail-preferences", {"topic": ["alerts"]})
    assert members.choices_of(place) == {
        "connections": False, "dead_letters": False, "endpoints": False, "alerts": True,
    }  # fmt: skip
    text = member_client.get("/mail-preferences").content.decode()
    assert text.count(" checked") == 1
