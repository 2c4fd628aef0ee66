"""Reviews: read page by page, answered, and what Google says of the answer."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from connectors.errors import ContentRejected, OutcomeUnknown, ReconnectRequired, UnexpectedAnswer
from connectors.google_business.connector import GoogleBusinessConnector
from connectors.google_business.reviews import PENDING, REFUSED
from connectors.types import Review, ReviewPage
from tests.connectors.google_business.stage import PARENT, PLACE, V4, refused

REVIEWS = f"{V4}/{PARENT}/reviews"
REPLY = f"{REVIEWS}/AbFvOq_1-2/reply"
TOLD: dict[str, Any] = {
    "name": f"{PARENT}/reviews/AbFvOq_1-2",
    "reviewId": "AbFvOq_1-2",
    "reviewer": {"displayName": "Ana", "profilePhotoUrl": "https://lh3.example/a"},
    "starRating": "FOUR",
    "comment": "Good bread",
    "createTime": "2026-11-01T10:00:00.123456789Z",
    "updateTime": "2026-11-02T10:00:00Z",
    "reviewReply": {"comment": "Thanks", "updateTime": "2026-11-03T10:00:00Z", "reviewReplyState": "APPROVED"},
    "reviewMediaItems": [{"novelty": True}],
}


def test_reviews_are_read_newest_first_with_what_was_answered(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.get(REVIEWS, json={"reviews": [TOLD], "averageRating": 4.6, "totalReviewCount": 120, "nextPageToken": "b"})
    page = alone.fetch_reviews(PLACE)
    assert page == ReviewPage(
        (
            Review(
                "AbFvOq_1-2",
                "Ana",
                4,
                "Good bread",
                datetime(2026, 11, 1, 10, 0, 0, 123_456, tzinfo=UTC),
                datetime(2026, 11, 2, 10, tzinfo=UTC),
                "Thanks",
                datetime(2026, 11, 3, 10, tzinfo=UTC),
            ),
        ),
        "b",
        4.6,
        120,
    )
    alone.fetch_reviews(PLACE, page="b")
    asked = parse_qs(urlsplit(str(answers.calls[-1].request.url)).query)
    assert asked == {"pageSize": ["50"], "orderBy": ["updateTime desc"], "pageToken": ["b"]}


def test_a_review_with_stars_alone_and_one_nobody_signed_are_read(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    bare = {"name": f"{PARENT}/reviews/x1", "starRating": "STAR_RATING_UNSPECIFIED"}
    answers.get(REVIEWS, json={"reviews": [bare, {}, 5]})
    assert alone.fetch_reviews(PLACE) == ReviewPage((Review("x1", "Somebody"),))
    answers.replace(responses.GET, REVIEWS, json={})
    assert alone.fetch_reviews(PLACE) == ReviewPage(())
    answers.replace(responses.GET, REVIEWS, json={"reviews": "none"})
    with pytest.raises(UnexpectedAnswer):
        alone.fetch_reviews(PLACE)


@pytest.mark.parametrize(
    ("state", "note"),
    [
        ({"reviewReplyState": "PENDING"}, PENDING),
        ({"reviewReplyState": "REJECTED", "policyViolation": "PERSONAL_INFO"}, f"{REFUSED} (personal info)."),
        ({"reviewReplyState": "REJECTED"}, f"{REFUSED}."),
        ({"reviewReplyState": "APPROVED"}, ""),
        ({"reviewReplyState": "A_WORD_OF_TOMORROW"}, ""),
        ({}, ""),
    ],
)
def test_what_google_says_of_an_answer_is_told(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, state: dict[str, str], note: str
) -> None:
    answers.get(REVIEWS, json={"reviews": [{**TOLD, "reviewReply": {"comment": "Thanks", **state}}]})
    assert alone.fetch_reviews(PLACE).reviews[0].reply_note == note


def test_an_answer_is_put_and_an_empty_one_takes_it_away(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.put(REPLY, json={"comment": "Obrigada!"})
    alone.reply_to_review("AbFvOq_1-2", "Obrigada!", PLACE)
    assert json.loads(answers.calls[0].request.body or "") == {"comment": "Obrigada!"}
    answers.delete(REPLY, json={})
    alone.reply_to_review("AbFvOq_1-2", " ", PLACE)
    answers.replace(responses.DELETE, REPLY, status=404, json=refused(404, "NOT_FOUND"))
    alone.reply_to_review("AbFvOq_1-2", "", PLACE)
    answers.replace(responses.PUT, REPLY, status=404, json=refused(404, "NOT_FOUND"))
    with pytest.raises(ContentRejected):
        alone.reply_to_review("AbFvOq_1-2", "Obrigada!", PLACE)
    answers.replace(responses.PUT, REPLY, status=503)
    with pytest.raises(OutcomeUnknown):
        alone.reply_to_review("AbFvOq_1-2", "Obrigada!", PLACE)


def test_an_answer_is_counted_in_bytes(alone: GoogleBusinessConnector, answers: responses.RequestsMock) -> None:
    answers.put(REPLY, json={})
    alone.reply_to_review("AbFvOq_1-2", "é" * 2048, PLACE)
    with pytest.raises(ContentRejected, match="2 bytes too long"):
        alone.reply_to_review("AbFvOq_1-2", "é" * 2049, PLACE)
    assert len(answers.calls) == 1


def test_a_strange_id_never_becomes_an_address(alone: GoogleBusinessConnector, answers: responses.RequestsMock) -> None:
    for name in ("", "../x", "a/b", "a?b"):
        with pytest.raises(LookupError):
            alone.reply_to_review(name, "Hi", PLACE)
    assert len(answers.calls) == 0


def test_an_unverified_location_has_no_reviews_and_its_connection_lives_on(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    for status, word in ((403, "PERMISSION_DENIED"), (400, "FAILED_PRECONDITION")):
        answers.upsert(responses.GET, REVIEWS, status=status, json=refused(status, word))
        with pytest.raises(ReconnectRequired) as refusal:
            alone.fetch_reviews(PLACE)
        assert not refusal.value.connection_ended
