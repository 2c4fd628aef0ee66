"""Webhooks: an address is tried before it is kept, and news arrive signed, unsigned, doubled, late or forged."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from sandbox.mailchimp import demo
from sandbox.mailchimp.courier import GAPS, sign
from sandbox.mailchimp.state import hash_of
from sandbox.world import World
from tests.sandbox.mailchimp.hub import CONTROL, LISTENER, Hub, Receiver, told

HOOKS = f"/lists/{demo.LETTER}/webhooks"
ALL = {"subscribe": True, "unsubscribe": True, "profile": True, "cleaned": True, "upemail": True, "campaign": True}
NO_ECHO = {"user": True, "admin": True, "api": False}
NEW = "zoe@posteo.test"


def _register(hub: Hub, **more: Any) -> requests.Response:
    body = {"url": LISTENER, "events": ALL, "sources": NO_ECHO, **more}
    return hub.call("POST", HOOKS, json=body)


def _form(body: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}


def _types(receiver: Receiver) -> list[str]:
    return [_form(errand.body)["type"] for errand in receiver.got]


def test_the_signature_of_the_sheet_comes_out() -> None:
    body = (
        b"type=unsubscribe&fired_at=2026-11-21+10%3A15%3A00&data%5Baction%5D=unsub&data%5Breason%5D=manual"
        b"&data%5Bid%5D=8a25ff1d98&data%5Blist_id%5D=a6b5da1054&data%5Bemail%5D=ada%40acme-mail.test"
    )
    header = sign("local-signing-secret", 1718000000, body)
    assert header == "t=1718000000,v1=129c707c2a8f125a50cb0d33fa99c8e055c331a4cbb26cc5036796efa07f7967"


def test_an_address_is_called_before_it_is_kept_and_its_secret_told_once(hub: Hub, receiver: Receiver) -> None:
    made = _register(hub).json()
    assert [(errand.method, errand.url) for errand in receiver.checked] == [("GET", LISTENER)]
    assert (made["url"], made["list_id"], made["signing_enabled"]) == (LISTENER, demo.LETTER, True)
    assert len(made["signing_secret"]) >= 32
    assert made["sources"]["api"] is False
    (listed,) = hub.get(HOOKS)["webhooks"]
    assert "signing_secret" not in listed
    assert "signing_secret" not in hub.get(f"{HOOKS}/{made['id']}")
    assert hub.call("DELETE", f"{HOOKS}/{made['id']}").status_code == 204
    assert hub.get(HOOKS)["total_items"] == 0


@pytest.mark.parametrize("status", [404, 403, 302, 500])
def test_an_address_that_does_not_answer_200_is_refused(hub: Hub, receiver: Receiver, status: int) -> None:
    receiver.check_status = status
    answer = _register(hub)
    words = f"We couldn't verify the URL is working. Please double check and try again. HTTP Code: {status}"
    assert told(answer) == (400, "Invalid Resource", words)
    assert answer.json()["errors"] == [{"field": "url", "message": words}]
    assert hub.get(HOOKS)["total_items"] == 0


def test_the_same_address_is_refused_whatever_stands_behind_its_question_mark(hub: Hub, receiver: Receiver) -> None:
    _register(hub)
    again = _register(hub, url=f"{LISTENER}?key=2")
    assert again.status_code == 400
    assert "multiple WebHooks for one URL" in again.json()["detail"]
    other = f"{LISTENER}other/"
    wid = _register(hub, url=other).json()["id"]
    assert hub.call("PATCH", f"{HOOKS}/{wid}", json={"url": LISTENER}).status_code == 400
    changed = hub.call("PATCH", f"{HOOKS}/{wid}", json={"events": {"campaign": False}}).json()
    assert (changed["url"], changed["events"]["campaign"], changed["events"]["subscribe"]) == (other, False, True)


def test_signing_is_there_or_not_as_the_switch_says(world: World, hub: Hub, receiver: Receiver) -> None:
    world.switches.set({"mailchimp.webhook_signing": "never"})
    unsigned = _register(hub).json()
    assert not {"signing_secret", "signing_enabled"} & set(unsigned)
    world.switches.set({"mailchimp.webhook_signing": "asked"})
    assert "signing_secret" not in _register(hub, url=f"{LISTENER}a/").json()
    assert "signing_secret" in _register(hub, url=f"{LISTENER}b/", signing_enabled=True).json()
    world.switches.set({"mailchimp.webhooks_need_plan": True})
    world.mailchimp.levers()[("POST", "accounts")]({"account": demo.ROASTERY, "plan": "free"})
    assert told(_register(hub, url=f"{LISTENER}c/"))[:2] == (403, "Authorization Failure")


def test_what_people_do_is_told_as_a_signed_form(world: World, hub: Hub, receiver: Receiver) -> None:
    secret = _register(hub).json()["signing_secret"]
    world.mailchimp.webhook("unsubscribe", {"page": demo.LETTER})
    (errand,) = receiver.got
    assert dict(errand.headers)["Content-Type"] == "application/x-www-form-urlencoded"
    form = _form(errand.body)
    email = form["data[email]"]
    assert (form["type"], form["fired_at"]) == ("unsubscribe", "2026-11-22 12:00:00")
    assert (form["data[action]"], form["data[reason]"], form["data[list_id]"]) == ("unsub", "manual", demo.LETTER)
    assert form["data[id]"] == hash_of(email)[:10]
    assert form["data[merges][FNAME]"] == "Ada"
    moment, signature = dict(errand.headers)["X-Mailchimp-Signature"].removeprefix("t=").split(",v1=")
    signed = hmac.new(secret.encode(), f"{moment}.".encode() + errand.body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(signature, signed)
    assert abs(int(moment) - time.time()) < 60
    put = {"email_address": email, "status": "subscribed"}
    refused = hub.call("PUT", f"/lists/{demo.LETTER}/members/{email}", json=put)
    assert told(refused)[1] == "Member In Compliance State"


def test_every_kind_of_news_has_its_own_fields(world: World, hub: Hub, receiver: Receiver) -> None:
    _register(hub)
    for what in ("subscribe", "profile", "upemail", "cleaned"):
        world.mailchimp.webhook(what, {"page": demo.LETTER, "new_email": "moved@posteo.test"})
    campaign = hub.ready()
    hub.act(campaign, "send")
    world.clock.advance(60)
    world.run_errands()
    forms = {form["type"]: form for form in (_form(errand.body) for errand in receiver.got)}
    assert set(forms) == {"subscribe", "profile", "upemail", "cleaned", "campaign"}
    assert {"data[new_id]", "data[new_email]", "data[old_email]"} < set(forms["upemail"])
    assert forms["upemail"]["data[new_email]"] == "moved@posteo.test"
    assert forms["cleaned"]["data[reason]"] == "hard"
    assert (forms["campaign"]["data[id]"], forms["campaign"]["data[status]"]) == (campaign, "sent")
    assert forms["campaign"]["data[subject]"] == "Neue Ernte"
    # A new address comes with a profile of its own.
    assert _types(receiver).count("profile") == 2


def test_our_own_writes_are_echoed_only_where_the_source_api_is_wanted(
    world: World, hub: Hub, receiver: Receiver
) -> None:
    _register(hub)
    hub.add(demo.LETTER, NEW)
    world.run_errands()
    assert receiver.got == []
    _register(hub, url=f"{LISTENER}echo/", sources={"user": False, "admin": False, "api": True})
    hub.call("PATCH", f"/lists/{demo.LETTER}/members/{NEW}", json={"merge_fields": {"FNAME": "Zoë"}})
    hub.call("DELETE", f"/lists/{demo.LETTER}/members/{NEW}")
    world.run_errands()
    forms = [_form(errand.body) for errand in receiver.got]
    assert [form["type"] for form in forms] == ["profile", "unsubscribe"]
    assert forms[1]["data[action]"] == "delete"


@pytest.mark.parametrize(("fault", "signed", "fresh"), [("bad_signature", False, True), ("stale", True, False)])
def test_forged_and_stale_deliveries_can_be_had(
    world: World, hub: Hub, receiver: Receiver, fault: str, signed: bool, fresh: bool
) -> None:
    secret = _register(hub).json()["signing_secret"]
    world.mailchimp.webhook("subscribe", {"page": demo.LETTER, fault: True})
    (errand,) = receiver.got
    header = dict(errand.headers)["X-Mailchimp-Signature"]
    moment = int(header.removeprefix("t=").partition(",")[0])
    assert (header == sign(secret, moment, errand.body)) is signed
    assert (abs(time.time() - moment) <= 300) is fresh


def test_a_delivery_can_lack_its_signature(world: World, hub: Hub, receiver: Receiver) -> None:
    _register(hub)
    world.mailchimp.webhook("subscribe", {"page": demo.LETTER, "unsigned": True})
    assert "X-Mailchimp-Signature" not in dict(receiver.got[0].headers)


def test_news_come_doubled_and_in_any_order(world: World, hub: Hub, receiver: Receiver) -> None:
    _register(hub)
    world.mailchimp.webhook("subscribe", {"page": demo.LETTER, "times": 2, "copies": 2, "reverse": True})
    emails = [_form(errand.body)["data[email]"] for errand in receiver.got]
    assert (len(emails), len(set(emails))) == (4, 2)
    world.switches.set({"mailchimp.webhook_copies": 3})
    receiver.got.clear()
    world.mailchimp.webhook("unsubscribe", {"page": demo.LETTER})
    assert len(receiver.got) == 3


def test_what_is_not_taken_is_repeated_with_growing_gaps_for_75_minutes(
    world: World, hub: Hub, receiver: Receiver
) -> None:
    _register(hub)
    receiver.status = 503
    world.mailchimp.webhook("subscribe", {"page": demo.LETTER})
    assert (list(GAPS) == sorted(GAPS), sum(GAPS)) == (True, 75 * 60)
    for tries, gap in enumerate(GAPS, start=1):
        assert len(receiver.got) == tries
        world.clock.advance(gap - 1)
        world.run_errands()
        assert len(receiver.got) == tries
        world.clock.advance(1)
        world.run_errands()
    world.clock.advance(86_400)
    world.run_errands()
    assert len(receiver.got) == len(GAPS) + 1
    assert len({errand.body for errand in receiver.got}) == 1


def test_a_slow_listener_is_asked_again_and_one_that_answers_is_left_alone(
    world: World, session: requests.Session, hub: Hub, receiver: Receiver
) -> None:
    _register(hub)
    receiver.status = 0
    world.mailchimp.webhook("subscribe", {"page": demo.LETTER})
    receiver.status = 204
    world.clock.advance(60)
    world.run_errands()
    world.clock.advance(86_400)
    world.run_errands()
    assert len(receiver.got) == 2
    listed = session.post(f"{CONTROL}/mailchimp/webhooks/deliveries", json={}).json()["deliveries"]
    assert [(one["tries"], one["done"], one["status"]) for one in listed] == [(2, True, 204)]
    session.post(f"{CONTROL}/mailchimp/webhooks/redeliver", json={"id": listed[0]["id"]})
    assert len(receiver.got) == 3
