"""Deliveries: signed, tried again, held by one sender, and never a way into our own network."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import WebhookVerificationError

from outbox import endpoints, schedule, secrets, sending, sorting, wire
from outbox.events import EventType
from outbox.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from outbox.purging import purge
from tenants.models import Tenant
from tenants.principal import Principal
from tests.outbox.conftest import Send, only_delivery
from tests.outbox.receiver import Receiver, receiving
from tests.vault.conftest import kms, kms_server  # noqa: F401
from tests.vault.kms import Gate
from vault import kms as product

Listen = Callable[..., tuple[WebhookEndpoint, str]]
Happen = Callable[..., OutgoingEvent]


def failing(status: int = 500, **said: Any) -> Any:
    return receiving(answer=status, **said)


def test_what_arrives_is_verified_by_an_independent_library_and_says_what_happened(
    receiver: Receiver, listen: Listen, happen: Happen, send: Send
) -> None:
    endpoint, secret = listen(receiver.url)
    event = happen(connection_id="c-1", words="Grüße 🌍")
    assert send() == 1

    (got,) = receiver.got
    said = got.verified(secret)
    assert (said["id"], said["type"], said["version"]) == (str(event.pk), "connection.renewed", 1)
    assert said["data"] == {"connection_id": "c-1", "words": "Grüße 🌍"}
    assert got.id == str(event.pk)
    assert got.headers["content-type"] == "application/json"
    delivery = only_delivery(endpoint)
    assert (delivery.state, delivery.tries, delivery.last_status, delivery.due_at) == ("delivered", 1, 204, None)
    assert send() == 0


def test_a_changed_body_or_a_strangers_secret_is_not_believed(
    receiver: Receiver, listen: Listen, happen: Happen, send: Send
) -> None:
    _, secret = listen(receiver.url)
    happen(n=1)
    send()
    (got,) = receiver.got
    with pytest.raises(WebhookVerificationError):
        got.verified(secrets.new_secret().reveal())
    got.body = got.body.replace(b'"n":1', b'"n":2')
    with pytest.raises(WebhookVerificationError):
        got.verified(secret)


def test_during_a_rotation_both_secrets_verify_and_a_day_later_only_the_new_one(
    receiver: Receiver, listen: Listen, happen: Happen, send: Send, principal: Principal
) -> None:
    endpoint, old = listen(receiver.url)
    new = endpoints.rotate_secret(principal=principal, endpoint=endpoint, now=timezone.now()).reveal()
    happen()
    send()
    assert receiver.got[0].headers["webhook-signature"].count("v1,") == 2
    assert receiver.got[0].verified(old) == receiver.got[0].verified(new)

    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(previous_secret_until=timezone.now() - timedelta(seconds=1))
    purge(now=timezone.now())
    happen()
    send()
    assert receiver.got[1].verified(new)
    with pytest.raises(WebhookVerificationError):
        receiver.got[1].verified(old)
    endpoint.refresh_from_db()
    assert endpoint.previous_secret_until is None


def test_a_delivery_is_tried_by_the_table_and_then_given_up_under_the_same_id(
    listen: Listen, happen: Happen, send: Send
) -> None:
    with failing(500, body=b"out of order") as receiver:
        endpoint, _ = listen(receiver.url)
        happen()
        at = timezone.now()
        waits = []
        for _ in range(len(schedule.WAITS) + 1):
            assert send(at) == 1
            delivery = only_delivery(endpoint)
            if delivery.due_at is not None:
                waits.append(delivery.due_at - at)
                at = delivery.due_at + timedelta(hours=1)
        assert send(at + timedelta(days=3)) == 0

    for wait, planned in zip(waits, schedule.WAITS, strict=True):
        assert planned <= wait <= planned * 1.1
    assert (delivery.state, delivery.tries) == ("failed", 8)
    assert len(set(receiver.ids())) == 1
    assert [one["answer"] for one in delivery.attempts] == ["out of order"] * 8


@pytest.mark.parametrize(("header", "least"), [("120", 120), ("Wed, 01 Jan 2200 00:00:00 GMT", 86_400)])
def test_an_endpoint_that_says_how_long_to_wait_is_given_that_long_within_a_day(
    listen: Listen, happen: Happen, send: Send, header: str, least: int
) -> None:
    with failing(503, headers={"Retry-After": header}) as receiver:
        endpoint, _ = listen(receiver.url)
        happen()
        at = timezone.now()
        send(at)
    due_at = only_delivery(endpoint).due_at
    assert due_at is not None
    assert timedelta(seconds=least - 1) <= due_at - at <= timedelta(seconds=least)


def test_an_endpoint_that_is_gone_is_switched_off_at_once_and_the_others_are_told(
    receiver: Receiver, listen: Listen, happen: Happen, send: Send
) -> None:
    listen(receiver.url, EventType.WEBHOOK_ENDPOINT_DISABLED)
    with failing(410) as gone:
        endpoint, _ = listen(gone.url)
        happen()
        send()
        happen()
        send()
        assert len(gone.got) == 1
    endpoint.refresh_from_db()
    assert endpoint.disabled == "gone"
    told = [one.body for one in receiver.got]
    assert len(told) == 1
    assert str(endpoint.pk).encode() in told[0]


def test_an_endpoint_that_takes_nothing_for_days_is_switched_off_and_works_again_when_switched_on(
    listen: Listen, happen: Happen, send: Send, principal: Principal
) -> None:
    with failing(500) as receiver:
        endpoint, _ = listen(receiver.url)
        happen()
        at = timezone.now()
        send(at)
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=at - timedelta(days=4, hours=23))
        send(at + timedelta(seconds=10))
        endpoint.refresh_from_db()
        assert endpoint.disabled == ""
        send(at + timedelta(hours=2))
        endpoint.refresh_from_db()
        assert (endpoint.disabled, "It answered 500." in endpoint.disabled_cause) == ("failing", True)
        assert OutgoingEvent.objects.filter(type=EventType.WEBHOOK_ENDPOINT_DISABLED).count() == 1
        assert send(at + timedelta(days=1)) == 0

        receiver.answer = 200
        endpoints.change_endpoint(principal=principal, endpoint=endpoint, enabled=True, now=at)
        assert send(at + timedelta(days=1)) == 1
    assert only_delivery(endpoint).state == "delivered"


def test_after_five_failures_an_endpoint_is_only_probed_and_one_success_opens_it_again(
    listen: Listen, happen: Happen, send: Send
) -> None:
    with failing(500) as receiver:
        endpoint, _ = listen(receiver.url)
        for _ in range(20):
            happen()
        at = timezone.now()
        for _ in range(schedule.BREAKS_AFTER):
            send(at)
        assert send(at) == 0, "it is spared now"
        assert len(receiver.got) <= schedule.BREAKS_AFTER + 3
        assert send(at + timedelta(seconds=31)) == 1, "one probe"
        receiver.answer = 200
        assert send(at + timedelta(minutes=2)) == 1
        assert send(at + timedelta(minutes=2)) > 1, "open again"
    endpoint.refresh_from_db()
    assert endpoint.failures_in_row == 0


@pytest.mark.django_db
def test_what_a_killed_sender_held_is_sent_by_another_and_its_late_word_changes_nothing(
    receiver: Receiver, listen: Listen, happen: Happen, send: Send
) -> None:
    endpoint, _ = listen(receiver.url)
    event = happen()
    at = timezone.now()
    sorting.sort(now=at)
    (held,) = sending.claim(endpoint.pk, now=at, limit=9, slow_room=9)
    assert send(at) == 0, "another holds it"
    assert send(at + sending.lease() + timedelta(seconds=1)) == 1
    sending.send(held, clock=lambda: at)  # the one that stood still wakes up

    assert receiver.ids() == [str(event.pk)] * 2, "at least once, under one id"
    delivery = only_delivery(endpoint)
    assert (delivery.state, delivery.tries) == ("delivered", 1)


# --- the wire ------------------------------------------------------------------------------------------------------


def _hang(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


def _drip(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(40):
        handler.wfile.write(b"X-Drip: 1\r\n")
        time.sleep(0.1)


def _huge(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(1000):
            handler.wfile.write(b"A" * 65_536)
    except OSError:
        return


def _break_off(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.close()


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (_hang, None, "It did not answer within 1 seconds."),
        (_drip, None, "It did not answer within 1 seconds."),
        (_huge, 200, ""),
        (_break_off, None, "It cannot be reached, or broke off."),
        (302, 302, "It answered 302: redirects are not followed."),
        (404, 404, "It answered 404."),
    ],
)
def test_a_receiver_that_misbehaves_costs_a_bounded_time_and_a_kilobyte(
    settings: Any, answer: Any, status: int | None, words: str
) -> None:
    settings.WEBHOOK_OUT_TIMEOUT = timedelta(seconds=1)
    with receiving(answer=answer, headers={"Location": "http://127.0.0.1:1/other"}) as receiver:
        started = time.monotonic()
        told = wire.post(receiver.url, body=b"{}", headers={})
        assert time.monotonic() - started < 2.5
        assert len(receiver.got) == 1
    assert (told.status, told.error) == (status, words)
    assert len(told.body) <= wire.ANSWER_BYTES


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/hook",
        "https://0x7f000001/hook",
        "https://[64:ff9b::7f00:1]/hook",
        "https://user:word@example.org/",
        "http://example.org/hook",
        "ftp://example.org/",
        "https://exa mple.org/",
        "https://93.184.216.34:22/",
        "//example.org/hook",
    ],
)
def test_what_is_not_the_public_internet_over_https_is_refused_in_production(settings: Any, url: str) -> None:
    settings.WEBHOOK_OUT_ALLOW_LOOPBACK = False
    with pytest.raises(wire.BadAddress):
        wire.check_address(url)
    assert wire.post(url, body=b"{}", headers={}).error.startswith(("Nothing was sent", "No server has this name"))


def test_a_name_that_leads_elsewhere_when_it_is_asked_again_gains_nothing(
    settings: Any, monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    settings.WEBHOOK_OUT_ALLOW_LOOPBACK = False
    port = int(receiver.url.rpartition(":")[2].partition("/")[0])
    settings.WEBHOOK_OUT_PORTS = (port,)
    answers = iter([[(2, 1, 6, "", ("93.184.216.34", port))], [(2, 1, 6, "", ("127.0.0.1", port))]])
    monkeypatch.setattr("media.addresses.socket.getaddrinfo", lambda *a, **k: next(answers))
    wire.check_address(f"https://rebinding.example:{port}/hook")
    told = wire.post(f"https://rebinding.example:{port}/hook", body=b"{}", headers={})
    assert told.error == "Nothing was sent: It leads to this machine or a private network."
    assert receiver.got == []


def test_an_answer_is_kept_without_what_a_page_could_stumble_over(
    receiver: Receiver, listen: Listen, happen: Happen, send: Send
) -> None:
    receiver.answer, receiver.body = 200, b"\x00\x1b[31m<script>\xff ok"
    endpoint, _ = listen(receiver.url)
    happen()
    send()
    kept = only_delivery(endpoint).attempts[0]["answer"]
    assert "\x00" not in kept
    assert "\x1b" not in kept
    assert kept.endswith("ok")


def test_the_secret_is_stored_nowhere_but_sealed(
    receiver: Receiver, listen: Listen, happen: Happen, send: Send
) -> None:
    endpoint, secret = listen(receiver.url)
    happen()
    send()
    rows = [*WebhookEndpoint.objects.values(), *WebhookDelivery.objects.values(), *OutgoingEvent.objects.values()]
    assert secret.removeprefix("whsec_") not in str(rows)
    assert endpoint.tenant_id


@pytest.mark.django_db(transaction=True)
def test_endpoints_that_hang_and_fail_do_not_delay_one_that_is_well(
    settings: Any, house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from outbox.services import announce

    settings.WEBHOOK_OUT_IN_FLIGHT = 6
    monkeypatch.setattr(schedule, "BREAKS_AFTER", 1)
    through = threading.Event()

    def take(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(204)
        handler.end_headers()
        if len(well.got) >= 30:
            through.set()

    def hang(handler: BaseHTTPRequestHandler) -> None:
        through.wait(14)

    now = timezone.now()
    with receiving(answer=hang) as hanging, failing(500) as dead, receiving(answer=take) as well:
        for one in (hanging, dead, well):
            endpoints.create_endpoint(principal=house.principal, url=one.url, now=now)
        for _ in range(30):
            announce(tenant_id=house.tenant.pk, kind=EventType.ALERT_RAISED, data={}, now=timezone.now())
        sorting.sort(now=timezone.now())
        sending.send_due(clock=timezone.now)
        assert len(set(well.ids())) == len(well.got) == 30, "each once"
        assert (len(hanging.got), len(dead.got)) == (1, 1), "one at a time, and then spared"
    waiting = WebhookDelivery.objects.filter(endpoint__url=hanging.url, tries=1).get()
    assert waiting.last_error == "It cannot be reached, or broke off.", "it hung until the other had everything"


def test_a_kms_out_of_reach_is_no_failure_of_the_endpoint_and_what_waits_goes_out_once_it_is_back(
    receiver: Receiver,
    listen: Listen,
    happen: Happen,
    send: Send,
    kms: Gate,  # noqa: F811
    settings: Any,
) -> None:
    settings.VAULT_KEY_CACHE = settings.VAULT_KEY_GRACE = timedelta(0)
    endpoint, secret = listen(receiver.url)
    for number in range(2):
        happen(n=number)
    kms.trouble = (500, "KMSInternalException")
    assert send() == 0
    endpoint.refresh_from_db()
    assert (endpoint.failures_in_row, endpoint.failing_since, endpoint.last_failure_at) == (0, None, None)
    states = set(WebhookDelivery.objects.values_list("state", "tries", "lease_token", "last_error"))
    assert states == {("waiting", 0, None, "")}
    asked = len(kms.calls)
    assert send() == 0
    assert len(kms.calls) == asked, "it is left alone for a while"

    kms.reset()
    product.forget()
    later = timezone.now() + sending.VAULT_PATIENCE
    assert send(at=later) + send(at=later) == 2
    assert len({got.verified(secret)["id"] for got in receiver.got}) == 2


def test_many_news_reach_the_endpoint_that_is_well_once_each_and_the_dead_one_is_hardly_called(
    receiver: Receiver, listen: Listen, tenant: Tenant
) -> None:
    with failing(500) as dead:
        well, _ = listen(receiver.url)
        broken, _ = listen(dead.url)
        now = timezone.now()
        OutgoingEvent.objects.bulk_create(
            OutgoingEvent(tenant=tenant, type=EventType.CONNECTION_RENEWED, happened_at=now, data={"n": number})
            for number in range(600)
        )
        assert sorting.sort(now=now) == 600
        ours = WebhookDelivery.objects.filter(endpoint=well).order_by("pk")
        assert list(ours.values_list("event__sequence", flat=True)) == list(range(1, 601)), "ids follow the numbers"
        for number in range(8):
            for endpoint in (well, broken):
                for claimed in sending.claim(endpoint.pk, now=now, limit=10, slow_room=1):
                    sending.send(claimed, clock=timezone.now)
            WebhookDelivery.objects.filter(endpoint=broken, tries=1).update(due_at=now + timedelta(hours=number + 1))
    assert len(dead.got) == 5
    broken.refresh_from_db()
    assert (broken.failures_in_row, broken.probe_at is None) == (5, False)
    assert len(set(receiver.ids())) == len(receiver.got) >= 29
    assert WebhookDelivery.objects.filter(endpoint=broken, state="waiting").count() == 600
