"""The webhook door: what the platform signed is stored once and answered; what it did not is turned away and leaves nothing."""

import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.manager import connector_class
from connectors.meta.connector import MetaConnector
from connectors.models import DataDeletion, WebhookEvent
from connectors.webhook_door import MOST_REFUSALS
from connectors.webhooks import replay_window, webhook_refused
from foundation.secret import Secret
from sandbox.meta import demo
from tests.connectors.hooks import DATA_DELETION, DEAUTHORIZED, META, body_of, comment, deliver, entry, wish

pytestmark = pytest.mark.django_db
LINKEDIN = "/webhooks/linkedin/"
TOKEN = "open sesame"
AN_HOUR = 3600.0


@pytest.fixture
def stranger() -> Client:
    """Somebody without a session, who knows no CSRF token."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture(autouse=True)
def _verify(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "META_WEBHOOK_VERIFY_TOKEN", Secret(TOKEN))


def asked(**changed: str) -> str:
    said = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "1158201444", **changed}
    return f"{META}?{urlencode(said)}"


def linkedin_key() -> bytes:
    assert settings.LINKEDIN_APP_SECRET is not None
    return settings.LINKEDIN_APP_SECRET.reveal().encode()


def linkedin(client: Client, body: bytes, *, secret: bytes | None = None) -> Any:
    key = secret or linkedin_key()
    mac = hmac.new(key, b"hmacsha256=" + body, hashlib.sha256).hexdigest()
    return client.generic("POST", LINKEDIN, body, "application/json", headers={"X-LI-Signature": mac})


# --- challenges --------------------------------------------------------------------------------------------------------


def test_metas_challenge_is_given_back_bare_to_whoever_knows_the_token(stranger: Client) -> None:
    answer = stranger.get(asked())
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, b"1158201444", "text/plain")
    refused = stranger.get(asked(**{"hub.verify_token": "guess"}))
    assert refused.status_code == 403
    assert b"1158201444" not in refused.content


def test_linkedins_challenge_is_answered_with_its_mac(stranger: Client) -> None:
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    answer = stranger.get(f"{LINKEDIN}?challengeCode={code}")
    mac = hmac.new(linkedin_key(), code.encode(), hashlib.sha256).hexdigest()
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"challengeCode": code, "challengeResponse": mac}
    assert stranger.get(f"{LINKEDIN}?challengeCode=hmacsha256%3D%7B%7D").status_code == 403


def test_a_visit_that_asks_nothing_learns_nothing(stranger: Client) -> None:
    assert stranger.get(META).status_code == 400
    assert stranger.put(META).status_code == 405
    assert stranger.get("/webhooks/friendface/").status_code == 404
    assert stranger.post("/webhooks/friendface/").status_code == 404


def test_a_platform_that_is_not_set_up_says_so_without_naming_settings(
    stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "META_APP_SECRET", None)
    answer = deliver(stranger, body_of(comment(1)))
    assert answer.status_code == 503
    assert b"META" not in answer.content


# --- deliveries --------------------------------------------------------------------------------------------------------


def test_a_delivery_is_stored_whole_and_answered_without_being_processed(stranger: Client) -> None:
    answer = deliver(stranger, body_of(comment(1, "Très bon 🥐")))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.cookies == {}
    event = WebhookEvent.objects.get()
    assert (event.platform_id, event.kind, event.external_id, event.post_id) == ("meta", "comment", demo.BAKERY, "p1")
    assert event.raw["value"]["message"] == "Très bon 🥐"
    assert (event.state, event.due_at, event.tries) == ("received", event.received_at, 0)


@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize("text", ["Pâté & croissants 🥐", "日本語", "plain", '\u2028 \\ " </script>'])
def test_the_signature_is_over_the_bytes_as_they_came(stranger: Client, text: str, escaped: bool) -> None:
    body = body_of(comment(1, text), escaped=escaped)
    assert deliver(stranger, body).status_code == 200
    again = json.dumps(json.loads(body), ensure_ascii=not escaped, indent=1).encode()
    signature = "sha256=" + hmac.new(b"sandbox-meta-app-secret", body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": signature}
    other = stranger.generic("POST", META, again, "application/json", headers=headers)
    assert other.status_code == 403, "the same words in other bytes were not signed"
    assert WebhookEvent.objects.get().raw["value"]["message"] == text


@pytest.mark.parametrize("address", [META, META.rstrip("/")])
def test_the_address_is_good_with_and_without_its_last_slash(stranger: Client, address: str) -> None:
    assert deliver(stranger, body_of(comment(1)), address=address).status_code == 200


def test_linkedins_delivery_is_stored_too(stranger: Client) -> None:
    notice = {"notificationId": 44, "organizationalEntity": "urn:li:organization:1", "action": "LIKE"}
    body = json.dumps({"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": [notice]}).encode()
    assert linkedin(stranger, body).status_code == 200
    assert linkedin(stranger, body, secret=b"guess").status_code == 403
    assert linkedin(stranger, body + b" ", secret=None).status_code == 200, "a repeat in other bytes, signed anew"
    assert WebhookEvent.objects.get().key == "linkedin:44"


def test_forged_deliveries_leave_nothing_and_are_counted(stranger: Client) -> None:
    told: list[str] = []

    def listen(platform: str, **kwargs: Any) -> None:
        told.append(platform)

    webhook_refused.connect(listen)
    try:
        body = body_of(comment(1))
        refused = [
            deliver(stranger, body, secret="guess"),
            stranger.generic("POST", META, body, "application/json"),
            stranger.generic("POST", META, body, "application/json", headers={"X-Hub-Signature-256": "sha256="}),
            stranger.generic("POST", META, body, "application/json", headers={"X-Hub-Signature": "sha1=0"}),
            wish(stranger, demo.AMELIE, time.time(), secret="guess"),
            wish(stranger, demo.AMELIE, time.time(), secret="guess", address=DATA_DELETION),
        ]
    finally:
        webhook_refused.disconnect(listen)
    assert [answer.status_code for answer in refused] == [403] * 6
    assert told == ["meta"] * 6
    assert not WebhookEvent.objects.exists()
    assert not DataDeletion.objects.exists()


def test_who_forges_too_often_learns_no_more_and_the_platform_is_not_shut_out(stranger: Client) -> None:
    body = body_of(comment(1))
    codes = [deliver(stranger, body, secret="guess").status_code for _ in range(MOST_REFUSALS + 2)]
    assert codes == [403] * MOST_REFUSALS + [429] * 2
    assert deliver(stranger, body, secret="guess").headers["Retry-After"] == "60"
    assert deliver(stranger, body, secret="guess", REMOTE_ADDR="10.9.8.7").status_code == 403
    assert deliver(stranger, body).status_code == 200, "from the same address: there may be one proxy for all"


def test_a_delivery_told_again_and_in_another_order_is_kept_once(stranger: Client) -> None:
    one, two, three = comment(1), comment(2), comment(3)
    for body in (body_of(one, two), body_of(one, two), body_of(three, two, one), body_of(two, two)):
        assert deliver(stranger, body).status_code == 200
    assert sorted(event.raw["value"]["comment_id"] for event in WebhookEvent.objects.all()) == ["c1", "c2", "c3"]


def test_an_event_told_again_is_not_due_again(stranger: Client) -> None:
    body = body_of(comment(1))
    deliver(stranger, body)
    WebhookEvent.objects.update(state="processed", due_at=None)
    deliver(stranger, body)
    assert WebhookEvent.objects.get().state == "processed"


def test_a_batch_is_written_at_once(stranger: Client) -> None:
    with CaptureQueriesContext(database) as queries:
        deliver(stranger, body_of(*(comment(number) for number in range(50))))
    writes = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert len(writes) == 1
    assert "ON CONFLICT DO NOTHING" in writes[0] or "INSERT OR IGNORE" in writes[0]
    assert WebhookEvent.objects.count() == 50


def test_a_thousand_events_in_one_delivery_are_taken(stranger: Client) -> None:
    assert deliver(stranger, body_of(*(comment(number) for number in range(1000)))).status_code == 200
    assert WebhookEvent.objects.count() == 1000


def test_what_is_too_long_is_not_read(stranger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    body = body_of(comment(1))
    monkeypatch.setattr(settings, "WEBHOOK_MAX_BYTES", len(body))
    assert deliver(stranger, body).status_code == 200
    monkeypatch.setattr(settings, "WEBHOOK_MAX_BYTES", len(body) - 1)
    assert deliver(stranger, body_of(comment(2))).status_code == 413
    assert WebhookEvent.objects.count() == 1


def test_a_delivery_larger_than_django_takes_for_a_form_is_still_taken(stranger: Client) -> None:
    assert settings.WEBHOOK_MAX_BYTES > 3_000_000 > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert deliver(stranger, body_of(comment(1, "x" * 3_000_000))).status_code == 200


def test_unknown_words_are_kept_as_they_came(stranger: Client) -> None:
    deliver(stranger, body_of(entry({"item": "hologram", "verb": "beamed"}), entry({"a": 1}, name="telepathy")))
    events = WebhookEvent.objects.order_by("id")
    assert [event.kind for event in events] == ["unknown", "unknown"]
    assert {"field": "telepathy", "value": {"a": 1}} in [event.raw for event in events]


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"entry": 7}', b'{"object": "page", "entry": []}'])
def test_a_signed_delivery_nobody_understands_is_kept_once(stranger: Client, body: bytes) -> None:
    assert [deliver(stranger, body).status_code for _ in range(2)] == [200, 200]
    event = WebhookEvent.objects.get()
    assert (event.kind, event.raw) == ("unknown", {"body": body.decode()})


@pytest.mark.parametrize(
    "value",
    [
        '{"item": "comment", "comment_id": "c\\u0000", "message": "a\\u0000b \\ud800 c", "\\u0000": 1}',
        '{"item": "post", "post_id": "p\\u0000", "x": NaN, "y": [Infinity, 1e999]}',
        '{"deep": ' + "[" * 300 + "]" * 300 + "}",
        '{"item": "comment", "comment_id": "' + "c" * 5000 + '"}',
    ],
)
def test_what_no_database_can_hold_is_kept_as_far_as_it_can_be(stranger: Client, value: str) -> None:
    body = '{"object": "page", "entry": [{"id": "1\\u0000", "time": 7, "changes": [{"field": "feed", "value": %s}]}]}'
    assert deliver(stranger, (body % value).encode()).status_code == 200
    assert "value" in WebhookEvent.objects.get().raw


# --- wishes of persons -------------------------------------------------------------------------------------------------


def test_a_wish_is_kept_under_a_key_that_names_nobody(stranger: Client) -> None:
    assert wish(stranger, demo.AMELIE, time.time()).status_code == 200
    event = WebhookEvent.objects.get()
    assert event.kind == "deauthorized"
    assert demo.AMELIE not in event.key


@pytest.mark.parametrize("address", [DEAUTHORIZED, DATA_DELETION])
def test_a_wish_recorded_long_ago_is_not_taken_for_a_new_one(stranger: Client, address: str) -> None:
    window = MetaConnector.repeats_for.total_seconds()
    assert wish(stranger, demo.AMELIE, time.time() - window - 60, address=address).status_code == 403
    assert wish(stranger, demo.AMELIE, time.time() + AN_HOUR, address=address).status_code == 403
    assert not WebhookEvent.objects.exists()
    assert wish(stranger, demo.AMELIE, time.time() - window + 60, address=address).status_code == 200


def test_an_operator_may_say_how_old_a_wish_may_be(stranger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "WEBHOOK_REPLAY_WINDOW", timedelta(hours=1))
    assert wish(stranger, demo.AMELIE, time.time() - 2 * AN_HOUR).status_code == 403
    assert wish(stranger, demo.AMELIE, time.time() - AN_HOUR / 2).status_code == 200


def test_a_platforms_window_is_longer_than_it_repeats_what_was_not_answered() -> None:
    """The sheets' figures: Meta about 36 hours, LinkedIn 8, TikTok 72, Mailchimp 75 minutes."""
    repeats = {"meta": 36.0, "linkedin": 8.0, "tiktok": 72.0, "mailchimp": 1.25}
    for slug, hours in repeats.items():
        window = replay_window(connector_class(slug))
        assert timedelta(hours=hours) < window <= timedelta(hours=hours * 2.5), slug


def test_no_wish_is_older_than_the_memory_of_wishes(stranger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "WEBHOOK_REPLAY_WINDOW", timedelta(days=300))
    monkeypatch.setattr(settings, "WEBHOOK_RETENTION", timedelta(days=2))
    assert wish(stranger, demo.AMELIE, time.time() - 3 * 24 * AN_HOUR).status_code == 403


def test_an_old_event_that_ends_nothing_is_welcome(stranger: Client) -> None:
    removed = entry({"item": "post", "verb": "remove", "post_id": "p1", "created_time": 1_400_000_000})
    assert deliver(stranger, body_of(removed)).status_code == 200
    assert WebhookEvent.objects.get().kind == "post_removed"


def test_who_asks_to_be_forgotten_gets_an_address_and_one_code_however_often(stranger: Client) -> None:
    at = time.time()
    first, second = (wish(stranger, demo.AMELIE, at, address=DATA_DELETION) for _ in range(2))
    assert first.headers["Content-Type"] == "application/json"
    told = first.json()
    assert set(told) == {"url", "confirmation_code"}
    assert len(told["confirmation_code"]) == 40, "160 random bits"
    assert told["url"] == f"http://testserver/webhooks/meta/deletions/{told['confirmation_code']}/"
    assert second.json() == told
    other = wish(stranger, demo.JONAS, at, address=DATA_DELETION)
    assert other.json()["confirmation_code"] != told["confirmation_code"]


def test_the_page_of_a_deletion_shows_how_far_it_is_and_nothing_of_anybody(stranger: Client) -> None:
    told = wish(stranger, demo.AMELIE, time.time(), address=DATA_DELETION).json()
    page = stranger.get(told["url"])
    assert page.status_code == 200
    assert "Under way" in page.content.decode()
    assert told["confirmation_code"] in page.content.decode()
    assert demo.AMELIE not in page.content.decode()
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in page.headers["Cache-Control"]
    DataDeletion.objects.update(finished_at=timezone.now(), erased={"connections": 2})
    done = stranger.get(told["url"]).content.decode()
    assert "Done" in done
    assert "has been erased" in done
    assert "Under way" not in done


def test_a_code_is_good_at_its_own_platform_only(stranger: Client) -> None:
    code = wish(stranger, demo.AMELIE, time.time(), address=DATA_DELETION).json()["confirmation_code"]
    assert stranger.get(f"/webhooks/linkedin/deletions/{code}/").status_code == 404
    assert stranger.get("/webhooks/meta/deletions/0/").status_code == 404
