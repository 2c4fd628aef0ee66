"""Publishing with scripted answers: what leaves on the wire, what the answers mean, and what is never sent twice."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses

from connectors.errors import (
    ConfigurationError,
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.google_business.connector import GoogleBusinessConnector
from connectors.google_business.publish import FETCH_WAIT, REVIEW_WAITS
from connectors.types import Attachment, Content, LiveState, Processing, Published, Target
from tests.connectors.google_business.stage import (
    ACCOUNT,
    ACCOUNTS,
    EVENT,
    LOCATION,
    LOCATIONS,
    MAPS,
    OTHER_ACCOUNT,
    PARENT,
    PLACE,
    POST,
    POSTS,
    V4,
    VERIFICATIONS,
    MemoryFile,
    refused,
)
from tests.connectors.kit import MemoryJournal, WorkerDied

LINK = "https://local.google.com/place?id=1&use=posts&lpsid=CIHM"
LIVE = {"name": POST, "state": "LIVE", "topicType": "STANDARD", "searchUrl": LINK, "novelty": [1]}
SCHEDULE = {
    "startDate": {"year": 2026, "month": 12, "day": 4},
    "startTime": {"hours": 19, "minutes": 0, "seconds": 0, "nanos": 0},
    "endDate": {"year": 2026, "month": 12, "day": 4},
    "endTime": {"hours": 22, "minutes": 30, "seconds": 0, "nanos": 0},
}
VOICE = f"{VERIFICATIONS}/{LOCATION}/VoiceOfMerchantState"
PHOTO = (Attachment(MemoryFile()),)


def sent(answers: responses.RequestsMock, number: int = -1) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(answers.calls[number].request.body or "")
    return body


def test_a_post_is_one_call_announced_right_before_it_leaves(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.post(POSTS, json=LIVE)
    journal = MemoryJournal()
    assert alone.publish(Content("New menu"), PLACE, journal) == Published(POST, LINK)
    assert journal.told == ["note _sought", "announce post", "last moment", "note post"]
    assert sent(answers) == {"topicType": "STANDARD", "languageCode": "en", "summary": "New menu"}
    assert answers.calls[0].request.headers["Authorization"] == "Bearer ya29.scripted-access"
    assert answers.calls[0].request.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (
            Content("Read", link="https://e.co/a"),
            {"callToAction": {"actionType": "LEARN_MORE", "url": "https://e.co/a"}},
        ),
        (
            Content("Book", link="https://e.co/a", settings={"button": "BOOK"}),
            {"callToAction": {"actionType": "BOOK", "url": "https://e.co/a"}},
        ),
        (Content("Ring", settings={"button": "CALL"}), {"callToAction": {"actionType": "CALL"}}),
        (Content("Olá", settings={"language": "pt-PT"}), {"languageCode": "pt-PT"}),
        (
            Content("Look", media=PHOTO),
            {"media": [{"mediaFormat": "PHOTO", "sourceUrl": "https://hub.example/media/1/photo.jpg"}]},
        ),
        (
            Content("Come", settings={"post_type": "EVENT", "event": EVENT, "button": "CALL"}),
            {
                "topicType": "EVENT",
                "event": {"title": "Jazz night", "schedule": SCHEDULE},
                "callToAction": {"actionType": "CALL"},
            },
        ),
        (
            Content(
                "20 % off",
                link="https://e.co/r",
                settings={
                    "post_type": "OFFER",
                    "event": EVENT,
                    "offer": {"coupon_code": "SAVE20", "terms": "One each"},
                    "button": "SHOP",
                },
            ),
            {
                "topicType": "OFFER",
                "event": {"title": "Jazz night", "schedule": SCHEDULE},
                "offer": {"couponCode": "SAVE20", "redeemOnlineUrl": "https://e.co/r", "termsConditions": "One each"},
            },
        ),
        (
            Content("Bare", settings={"post_type": "OFFER", "event": EVENT}),
            {"topicType": "OFFER", "event": {"title": "Jazz night", "schedule": SCHEDULE}, "offer": {}},
        ),
    ],
)
def test_what_an_author_says_is_what_google_reads(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, content: Content, shown: dict[str, Any]
) -> None:
    answers.post(POSTS, json=LIVE)
    alone.publish(content, PLACE, MemoryJournal())
    plain = {"topicType": "STANDARD", "languageCode": "en", "summary": content.text}
    assert sent(answers) == {**plain, **shown}


@pytest.mark.parametrize(
    ("repeat", "told"),
    [
        ({"every": "DAILY"}, {"dailyPattern": {}}),
        (
            {"every": "WEEKLY", "days_of_week": ["FRIDAY"], "until": "2026-12-31T23:59:59+01:00"},
            {"weeklyPattern": {"daysOfWeek": ["FRIDAY"]}, "seriesEndTime": "2026-12-31T22:59:59Z"},
        ),
        ({"every": "MONTHLY", "day_of_month": 4}, {"monthlyPattern": {"dayOfMonth": 4}}),
        ({"every": "MONTHLY", "week_of_month": "LAST"}, {"monthlyPattern": {"dayOfWeekOccurrence": "LAST"}}),
    ],
)
def test_a_repetition_stands_inside_the_event(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, repeat: dict[str, Any], told: dict[str, Any]
) -> None:
    answers.post(POSTS, json={**LIVE, "state": "RECURRING"})
    said = {"post_type": "EVENT", "event": EVENT, "repeat": repeat}
    assert alone.publish(Content("Jazz", settings=said), PLACE, MemoryJournal()) == Published(POST, LINK)
    assert sent(answers)["event"]["recurrenceInfo"] == told


def test_google_keeps_a_post_until_its_moment_and_people_are_told(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    moment = datetime(2031, 5, 4, 9, 0, tzinfo=UTC)
    answers.post(POSTS, json={"name": POST, "state": "SCHEDULED", "scheduledTime": "2031-05-04T09:00:00.000000000Z"})
    content = Content("Later", settings={"scheduled_time": moment.isoformat()})
    published = alone.publish(content, PLACE, MemoryJournal())
    assert published == Published(
        POST, MAPS, "Google publishes it on 04 May 2031 at 09:00 UTC; until then nobody sees it."
    )
    assert sent(answers)["scheduledTime"] == "2031-05-04T09:00:00Z"


def test_a_moment_that_has_passed_means_now(alone: GoogleBusinessConnector, answers: responses.RequestsMock) -> None:
    answers.post(POSTS, json=LIVE)
    content = Content("Late", settings={"scheduled_time": "2020-05-04T09:00:00+00:00"})
    assert alone.publish(content, PLACE, MemoryJournal()) == Published(POST, LINK)
    assert "scheduledTime" not in sent(answers)


def test_a_product_goes_as_an_update_with_a_shop_button_and_is_called_that(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.post(POSTS, json=LIVE)
    said = {"post_type": "PRODUCT", "product_as_update": True, "product": {"name": "Rye bread", "price": "4 EUR"}}
    published = alone.publish(Content("Fresh", link="https://e.co/rye", settings=said), PLACE, MemoryJournal())
    assert isinstance(published, Published)
    assert "as an update with a shop button" in published.note
    body = sent(answers)
    assert body["topicType"] == "STANDARD"
    assert body["summary"] == "Rye bread · 4 EUR\n\nFresh"
    assert body["callToAction"] == {"actionType": "SHOP", "url": "https://e.co/rye"}


def test_a_lease_that_ran_out_lets_nothing_leave(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.post(POSTS, json=LIVE)
    with pytest.raises(WorkerDied):
        alone.publish(Content("Hi"), PLACE, MemoryJournal(lease_ended=True))
    assert len(answers.calls) == 0


def test_a_post_under_review_is_looked_at_and_never_sent_again(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.post(POSTS, json={"name": POST, "state": "PROCESSING"})
    answers.get(f"{V4}/{POST}", json={"name": POST, "state": "PROCESSING"})
    journal, content = MemoryJournal(), Content("Hi")
    assert alone.publish(content, PLACE, journal) == Processing(
        REVIEW_WAITS[0], "Google has taken it and is still reviewing it."
    )
    assert alone.publish(content, PLACE, journal) == Processing(
        REVIEW_WAITS[1], "Google has taken it and is still reviewing it."
    )
    answers.replace(responses.GET, f"{V4}/{POST}", json=LIVE)
    assert alone.publish(content, PLACE, journal) == Published(POST, LINK)
    assert [call.request.method for call in answers.calls] == ["POST", "GET", "GET"]


@pytest.mark.parametrize("state", ["PROCESSING", "LOCAL_POST_STATE_UNSPECIFIED", "A_WORD_OF_TOMORROW", None])
def test_a_review_that_takes_long_is_left_to_later_looks(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, state: str | None
) -> None:
    told = {"name": POST, **({"state": state} if state else {})}
    answers.post(POSTS, json=told)
    answers.get(f"{V4}/{POST}", json=told)
    journal, waited = MemoryJournal(), timedelta()
    for _ in REVIEW_WAITS:
        result = alone.publish(Content("Hi"), PLACE, journal)
        assert isinstance(result, Processing)
        waited += result.look_again_after
    assert waited >= timedelta(minutes=5)
    assert alone.publish(Content("Hi"), PLACE, journal) == Published(
        POST, MAPS, "Google has taken it and is still reviewing it."
    )


def test_a_post_that_google_refuses_is_told_with_what_helps_and_never_sent_again_unchanged(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.post(POSTS, json={**LIVE, "state": "REJECTED"})
    answers.get(f"{V4}/{POST}", json={**LIVE, "state": "REJECTED"})
    journal = MemoryJournal()
    for _ in range(2):
        with pytest.raises(ContentRejected, match="content policy") as refusal:
            alone.publish(Content("Call 555 0100"), PLACE, journal)
        assert "Phone numbers" in refusal.value.remedy
        assert refusal.value.reply.code == "REJECTED"
    assert [call.request.method for call in answers.calls] == ["POST", "GET"]
    answers.replace(responses.POST, POSTS, json=LIVE)
    assert isinstance(alone.publish(Content("Call us"), PLACE, journal), Published), "a changed post is a new one"


def test_a_post_that_vanishes_under_review_is_not_sent_again_by_itself(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.post(POSTS, json={"name": POST, "state": "PROCESSING"})
    answers.get(f"{V4}/{POST}", status=404, json=refused(404, "NOT_FOUND"))
    journal = MemoryJournal()
    for _ in REVIEW_WAITS:
        assert isinstance(alone.publish(Content("Hi"), PLACE, journal), Processing)
    with pytest.raises(ContentRejected, match="removed at Google"):
        alone.publish(Content("Hi"), PLACE, journal)
    assert [call.request.method for call in answers.calls].count("POST") == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"json": {"state": "LIVE"}},
        {"json": {"name": "localPosts/1", "state": "LIVE"}},
        {"json": [1]},
        {"body": "{"},
        {"status": 503, "json": refused(503, "UNAVAILABLE")},
        {"status": 502, "body": "<html>"},
    ],
)
def test_an_answer_that_does_not_name_the_post_leaves_its_outcome_open(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, answer: dict[str, Any]
) -> None:
    answers.post(POSTS, **answer)
    journal = MemoryJournal()
    with pytest.raises(OutcomeUnknown):
        alone.publish(Content("Hi"), PLACE, journal)
    assert journal.recall("post") is None


def test_a_photo_that_google_could_not_fetch_is_tried_once_more_with_a_fresh_address(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.post(POSTS, status=400, json=refused(400, "INVALID_ARGUMENT", number=1000))
    journal = MemoryJournal()
    first = alone.publish(Content("Hi", media=PHOTO), PLACE, journal)
    assert first == Processing(FETCH_WAIT, "Google could not fetch the photo. It is tried once more.")
    moved = (Attachment(MemoryFile(public_url="https://hub.example/media/2/photo.jpg")),)
    with pytest.raises(ContentRejected, match="Fetching image failed") as refusal:
        alone.publish(Content("Hi", media=moved), PLACE, journal)
    assert "PUBLIC_URL" in refusal.value.remedy
    assert sent(answers)["media"][0]["sourceUrl"] == "https://hub.example/media/2/photo.jpg"


def test_of_a_picture_that_google_does_not_take_a_jpeg_is_sent(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.post(POSTS, json=LIVE)
    for file, name in (
        (MemoryFile(content_type="image/webp"), "as-2048.jpg"),
        (MemoryFile(content_type="image/png", size=6 << 20), "as-2048.jpg"),
        (MemoryFile(content_type="image/png"), "photo.jpg"),
    ):
        alone.publish(Content("Hi", media=(Attachment(file),)), PLACE, MemoryJournal())
        assert sent(answers)["media"][0]["sourceUrl"].endswith(name)


def test_no_address_of_a_file_is_written_down(alone: GoogleBusinessConnector, answers: responses.RequestsMock) -> None:
    answers.post(POSTS, json=LIVE)
    journal = MemoryJournal()
    alone.publish(Content("Hi", media=PHOTO), PLACE, journal)
    assert "hub.example" not in json.dumps(journal.notes)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, refused(400, "INVALID_ARGUMENT"), ContentRejected),
        (401, refused(401, "UNAUTHENTICATED"), ReconnectRequired),
        (403, refused(403, "PERMISSION_DENIED", reason="SERVICE_DISABLED"), ConfigurationError),
        (429, refused(429, "RESOURCE_EXHAUSTED", reason="RATE_LIMIT_EXCEEDED", quota="0"), ConfigurationError),
        (429, refused(429, "RESOURCE_EXHAUSTED", reason="RATE_LIMIT_EXCEEDED", quota="300"), RateLimited),
        (409, refused(409, "ABORTED"), TransientError),
        (404, "<html>", UnexpectedAnswer),
    ],
)
def test_a_refusal_is_passed_on_without_another_call(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, status: int, body: Any, kind: type[Exception]
) -> None:
    answers.post(POSTS, status=status, **({"body": body} if isinstance(body, str) else {"json": body}))
    with pytest.raises(kind):
        alone.publish(Content("Hi"), PLACE, MemoryJournal())
    assert len(answers.calls) == 1


def test_an_unverified_location_is_told_as_that_and_not_as_a_dead_login(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.post(POSTS, status=403, json=refused(403, "PERMISSION_DENIED"))
    answers.get(f"{LOCATIONS}/{LOCATION}", json={"name": LOCATION, "metadata": {}})
    answers.get(VOICE, json={"verify": {}})
    with pytest.raises(ReconnectRequired, match="not verified") as refusal:
        alone.publish(Content("Hi"), PLACE, MemoryJournal())
    assert not refusal.value.connection_ended


def moved_to(answers: responses.RequestsMock, account: str) -> None:
    record = {"name": LOCATION, "metadata": {"hasVoiceOfMerchant": True}}
    answers.get(
        f"{LOCATIONS}/{LOCATION}",
        **({"json": record} if account else {"status": 404, "json": refused(404, "NOT_FOUND")}),
    )
    answers.get(ACCOUNTS, json={"accounts": [{"name": ACCOUNT}, {"name": OTHER_ACCOUNT}]})
    for one in (ACCOUNT, OTHER_ACCOUNT):
        told = [{"name": LOCATION}] if one == account else []
        answers.get(f"{LOCATIONS}/{one}/locations", json={"locations": told})


@pytest.mark.parametrize(("status", "word"), [(404, "NOT_FOUND"), (403, "PERMISSION_DENIED")])
def test_a_location_that_has_moved_to_another_account_is_followed_once(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, status: int, word: str
) -> None:
    answers.post(POSTS, status=status, json=refused(status, word))
    moved_to(answers, OTHER_ACCOUNT)
    name = f"{OTHER_ACCOUNT}/{LOCATION}/localPosts/1"
    answers.post(f"{V4}/{OTHER_ACCOUNT}/{LOCATION}/localPosts", json={"name": name, "state": "LIVE"})
    journal = MemoryJournal()
    assert alone.publish(Content("Hi"), PLACE, journal) == Published(name, MAPS)
    assert journal.told.count("announce post") == 2
    alone.publish(Content("Other"), PLACE, journal)
    assert str(answers.calls[-1].request.url).startswith(f"{V4}/{OTHER_ACCOUNT}")


@pytest.mark.parametrize(
    ("status", "word", "cause"),
    [(404, "NOT_FOUND", "does not find Cafe Uno"), (403, "PERMISSION_DENIED", "does not let this account")],
)
def test_a_location_that_is_lost_fails_the_post_and_not_the_connection(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, status: int, word: str, cause: str
) -> None:
    answers.post(POSTS, status=status, json=refused(status, word))
    moved_to(answers, ACCOUNT if status == 403 else "")
    with pytest.raises(ReconnectRequired, match=cause) as refusal:
        alone.publish(Content("Hi"), PLACE, MemoryJournal())
    assert not refusal.value.connection_ended
    assert refusal.value.remedy
    assert [call.request.method for call in answers.calls].count("POST") == 1


@pytest.mark.parametrize("facts", [{}, {"account": "accounts/-"}, {"account": "../1"}])
def test_an_account_that_is_not_known_is_looked_for(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, facts: dict[str, str]
) -> None:
    moved_to(answers, ACCOUNT)
    answers.post(POSTS, json=LIVE)
    target = Target(PLACE.kind, LOCATION, "Cafe", facts)
    assert alone.publish(Content("Hi"), target, MemoryJournal()) == Published(POST, LINK)
    with pytest.raises(ReconnectRequired, match="not known here"):
        alone.fetch_reviews(target)
    assert [call.request.method for call in answers.calls].count("POST") == 1


def test_a_name_that_is_none_of_googles_never_becomes_an_address(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    for name in ("12", "locations/x", "locations/1/../2", "accounts/1/locations/2"):
        with pytest.raises(LookupError):
            alone.publish(Content("Hi"), Target(PLACE.kind, name, "Cafe", PLACE.facts), MemoryJournal())
    assert len(answers.calls) == 0


def test_changing_a_post_names_the_one_field_that_changes(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.patch(f"{V4}/{POST}", json=LIVE)
    alone.edit_post(POST, Content("Better", link="https://e.co"), PLACE)
    assert sent(answers) == {"summary": "Better"}
    assert str(answers.calls[0].request.url).endswith("?updateMask=summary")
    answers.replace(responses.PATCH, f"{V4}/{POST}", json={**LIVE, "state": "REJECTED"})
    with pytest.raises(ContentRejected, match="content policy"):
        alone.edit_post(POST, Content("Worse"), PLACE)
    answers.replace(responses.PATCH, f"{V4}/{POST}", status=404, json=refused(404, "NOT_FOUND"))
    with pytest.raises(ContentRejected, match="does not find"):
        alone.edit_post(POST, Content("Gone"), PLACE)


def test_deleting_a_post_that_is_gone_is_no_error_but_a_wrong_address_is(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.delete(f"{V4}/{POST}", json={})
    alone.delete_post(POST, PLACE)
    answers.replace(responses.DELETE, f"{V4}/{POST}", status=404, json=refused(404, "NOT_FOUND"))
    alone.delete_post(POST, PLACE)
    answers.replace(responses.DELETE, f"{V4}/{POST}", status=404, body="<html>")
    with pytest.raises(UnexpectedAnswer):
        alone.delete_post(POST, PLACE)
    with pytest.raises(LookupError):
        alone.delete_post("accounts/1/locations/2", PLACE)


# --- later looks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        ("LIVE", LiveState.LIVE),
        ("RECURRING", LiveState.LIVE),
        ("PROCESSING", LiveState.PENDING),
        ("SCHEDULED", LiveState.PENDING),
        ("REJECTED", LiveState.REJECTED),
        ("A_WORD_OF_TOMORROW", LiveState.PENDING),
    ],
)
def test_a_later_look_tells_how_a_post_stands_now(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, now: datetime, state: str, seen: LiveState
) -> None:
    answers.get(f"{V4}/{POST}", json={**LIVE, "state": state})
    standing = alone.look_after(POST, PLACE, {}, now=now)
    assert standing.state is seen
    assert standing.permalink == LINK
    assert bool(standing.reason) is (seen is not LiveState.LIVE)


def test_a_post_that_was_removed_is_told_from_a_location_that_is_lost(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, now: datetime
) -> None:
    answers.get(f"{V4}/{POST}", status=404, json=refused(404, "NOT_FOUND"))
    answers.get(POSTS, json={})
    assert alone.look_after(POST, PLACE, {}, now=now).state is LiveState.REMOVED
    answers.replace(responses.GET, POSTS, status=403, json=refused(403, "PERMISSION_DENIED"))
    with pytest.raises(ReconnectRequired):
        alone.look_after(POST, PLACE, {}, now=now)


def test_a_post_is_looked_for_under_the_account_that_opens_the_location_now(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, now: datetime
) -> None:
    old = f"{OTHER_ACCOUNT}/{LOCATION}/localPosts/5960109214985150895"
    answers.get(f"{V4}/{old}", status=404, json=refused(404, "NOT_FOUND"))
    answers.get(f"{V4}/{POST}", json=LIVE)
    assert alone.look_after(old, PLACE, {}, now=now).state is LiveState.LIVE
    assert PARENT in str(answers.calls[-1].request.url)
