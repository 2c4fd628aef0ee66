"""Webhooks: challenges answered for LinkedIn alone, signatures over the raw body, events kept once."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import responses
from django.conf import settings

from connectors.errors import ConfigurationError, InvalidSignature
from connectors.linkedin.connector import LinkedInConnector
from connectors.types import EventKind, WebhookRequest
from tests.connectors.linkedin.conftest import API, APP_SECRET, MEMBER, PAGE

CODE = "890e4665-4dfe-4ab1-b689-ed553bceeed0"


def key() -> bytes:
    return APP_SECRET.reveal().encode()


def signed(
    body: bytes, *, header: str = "X-LI-Signature", prefix: str = "", secret: bytes | None = None
) -> WebhookRequest:
    mac = hmac.new(secret or key(), b"hmacsha256=" + body, hashlib.sha256).hexdigest()
    return WebhookRequest("POST", {"Content-Type": "application/json", header: prefix + mac}, {}, body)


def challenge(**query: str) -> WebhookRequest:
    return WebhookRequest("GET", {}, query, b"")


def notice(**said: Any) -> dict[str, Any]:
    return {
        "notificationId": 4406044,
        "organizationalEntity": PAGE.external_id,
        "action": "COMMENT",
        "sourcePost": "urn:li:share:7142",
        "decoratedSourcePost": {},
        "generatedActivity": "urn:li:comment:(urn:li:activity:7143,7144)",
        "subscriber": MEMBER.external_id,
        "lastModifiedAt": 1535741320050,
        **said,
    }


def delivery(*notices: dict[str, Any], kind: str = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS") -> bytes:
    return json.dumps({"type": kind, "notifications": list(notices)}).encode()


def test_a_challenge_is_answered_with_its_mac_in_lowercase_hex(connector: LinkedInConnector) -> None:
    reply = connector.answer_challenge(challenge(challengeCode=CODE, applicationId="5550001"))
    assert reply is not None
    assert reply.content_type == "application/json"
    mac = hmac.new(key(), CODE.encode(), hashlib.sha256).hexdigest()
    assert json.loads(reply.body) == {"challengeCode": CODE, "challengeResponse": mac}


def test_what_asks_nothing_is_not_answered(connector: LinkedInConnector) -> None:
    assert connector.answer_challenge(challenge()) is None
    assert connector.answer_challenge(WebhookRequest("POST", {}, {"challengeCode": CODE}, b"")) is None


@pytest.mark.parametrize("asked", ["", "hmacsha256={}", 'hmacsha256={"type":"x"}', "a=b", "a" * 129, "é", "a\nb", "{}"])
def test_the_door_signs_nothing_that_could_be_a_delivery(connector: LinkedInConnector, asked: str) -> None:
    """Both MACs have one key: whoever got ``hmacsha256=`` and a body answered could send us deliveries of his own."""
    with pytest.raises(InvalidSignature):
        connector.answer_challenge(challenge(challengeCode=asked))


@pytest.mark.parametrize("prefix", ["", "hmacsha256="])
@pytest.mark.parametrize("header", ["X-LI-Signature", "x-li-signature"])
def test_a_signed_delivery_is_read_in_either_form_of_the_header(
    connector: LinkedInConnector, header: str, prefix: str
) -> None:
    (event,) = connector.parse_webhook(signed(delivery(notice()), header=header, prefix=prefix))
    assert event.key == "linkedin:4406044"
    assert event.kind is EventKind.COMMENT
    assert (event.external_id, event.post_id) == (PAGE.external_id, "urn:li:share:7142")
    assert event.external_user_id == MEMBER.external_id.rsplit(":", 1)[1], "as the grant names the person"
    assert event.happened_at == datetime(2018, 8, 31, 18, 48, 40, 50_000, tzinfo=UTC)
    assert event.raw["action"] == "COMMENT"


def test_a_signature_by_another_key_over_other_bytes_or_none_is_refused(connector: LinkedInConnector) -> None:
    body = delivery(notice())
    plain = hmac.new(key(), body, hashlib.sha256).hexdigest()
    refused = [
        signed(body, secret=b"guess"),
        WebhookRequest("POST", signed(body).headers, {}, body + b" "),
        WebhookRequest("POST", {}, {}, body),
        WebhookRequest("POST", {"X-LI-Signature": ""}, {}, body),
        WebhookRequest("POST", {"X-LI-Signature": "é"}, {}, body),
        WebhookRequest("POST", {"X-LI-Signature": plain}, {}, body),
    ]
    for request in refused:
        with pytest.raises(InvalidSignature):
            connector.parse_webhook(request)


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("LIKE", EventKind.REACTION),
        ("COMMENT", EventKind.COMMENT),
        ("ADMIN_COMMENT", EventKind.COMMENT),
        ("COMMENT_EDIT", EventKind.COMMENT),
        ("COMMENT_DELETE", EventKind.COMMENT),
        ("SHARE", EventKind.SHARE),
        ("SHARE_MENTION", EventKind.MENTION),
        ("APPLAUD", EventKind.UNKNOWN),
        (None, EventKind.UNKNOWN),
    ],
)
def test_actions_become_our_words_and_unknown_ones_stay_raw(
    connector: LinkedInConnector, action: str | None, kind: EventKind
) -> None:
    (event,) = connector.parse_webhook(signed(delivery(notice(action=action))))
    assert event.kind is kind
    assert event.raw["action"] == action


def test_a_batch_is_told_one_by_one_and_a_repeat_has_the_same_key(connector: LinkedInConnector) -> None:
    batch = [notice(notificationId=number) for number in range(10)]
    keys = [event.key for event in connector.parse_webhook(signed(delivery(*batch)))]
    assert len(set(keys)) == 10
    assert keys == [event.key for event in connector.parse_webhook(signed(delivery(*batch)))]


def test_a_notice_without_a_number_is_still_kept_once(connector: LinkedInConnector) -> None:
    one, same, other = (
        connector.parse_webhook(signed(delivery(notice(notificationId=None, sourcePost=post))))[0].key
        for post in ("urn:li:share:1", "urn:li:share:1", "urn:li:share:2")
    )
    assert one == same != other


def test_another_type_of_news_is_unknown(connector: LinkedInConnector) -> None:
    (event,) = connector.parse_webhook(signed(delivery(notice(), kind="LEAD_ACTION")))
    assert event.kind is EventKind.UNKNOWN


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b"null", b'{"notifications": 7}', b'{"notifications": [null, 7]}', b"{}"]
)
def test_a_signed_body_of_another_shape_tells_nothing(connector: LinkedInConnector, body: bytes) -> None:
    assert connector.parse_webhook(signed(body)) == []


def test_news_of_a_page_are_asked_for_with_a_key_that_is_encoded_inside(
    alone: LinkedInConnector, answers: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "PUBLIC_URL", "https://hub.example")
    answers.put(
        f"{API}/rest/eventSubscriptions/(developerApplication:urn%3Ali%3AdeveloperApplication%3A5550001,"
        "user:urn%3Ali%3Aperson%3AsV7bKx2QpA,entity:urn%3Ali%3Aorganization%3A2414101,"
        "eventType:ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS)",
        json={},
    )
    alone.subscribe_webhooks(PAGE)
    assert json.loads(answers.calls[0].request.body or "") == {"webhook": "https://hub.example/webhooks/linkedin/"}


def test_profiles_have_no_news_to_ask_for(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    alone.subscribe_webhooks(MEMBER)
    assert len(answers.calls) == 0


def test_an_address_that_is_no_https_is_the_operators_to_mend(
    alone: LinkedInConnector, answers: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "PUBLIC_URL", "http://hub.example")
    with pytest.raises(ConfigurationError, match="https"):
        alone.subscribe_webhooks(PAGE)
    assert len(answers.calls) == 0


def test_without_the_apps_number_the_operator_is_told_which_setting_lacks(
    alone: LinkedInConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LINKEDIN_DEVELOPER_APP_ID", "")
    with pytest.raises(ConfigurationError, match="LINKEDIN_DEVELOPER_APP_ID"):
        alone.subscribe_webhooks(PAGE)
