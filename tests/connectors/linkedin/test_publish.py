"""Publishing with scripted answers: what leaves on the wire, what the answers mean, and what is never sent twice."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses
from django.conf import settings

from connectors.errors import (
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    ReconnectRequired,
    TransientError,
    VersionRetired,
)
from connectors.linkedin.connector import LinkedInConnector
from connectors.linkedin.rest import member_budget
from connectors.types import Attachment, Content, MediaKind, Processing, Published
from tests.connectors.kit import WorkerDied
from tests.connectors.linkedin.conftest import API, BLIND_PAGE, MEMBER, PAGE, WWW, MemoryFile, MemoryJournal

POSTS = f"{API}/rest/posts"
URN = "urn:li:share:7142940119042946048"
DUPLICATE = {
    "errorDetailType": "com.linkedin.common.error.BadRequest",
    "message": f"BadRequestResponseException: Content is a duplicate of {URN}",
    "errorDetails": {
        "inputErrors": [{"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}]
    },
    "status": 422,
}


def sent(answers: responses.RequestsMock, number: int = -1) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(answers.calls[number].request.body or "")
    return body


def created(answers: responses.RequestsMock, urn: str = URN, status: int = 201) -> None:
    answers.post(POSTS, status=status, body=b"", headers={"X-RestLi-Id": urn})


def test_a_text_is_one_call_announced_right_before_it_leaves(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    created(answers)
    journal = MemoryJournal()
    published = alone.publish(Content("Hi (a) #Tag"), MEMBER, journal)
    assert published == Published(URN, f"https://www.linkedin.com/feed/update/{URN}/")
    assert journal.told == ["note _body", "announce post", "last moment"]
    assert len(answers.calls) == 1
    assert sent(answers) == {
        "author": "urn:li:person:sV7bKx2QpA",
        "commentary": r"Hi \(a\) #Tag",
        "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }
    headers = answers.calls[0].request.headers
    assert headers["LinkedIn-Version"] == "202609"
    assert headers["X-Restli-Protocol-Version"] == "2.0.0"
    assert headers["Authorization"] == "Bearer AQscripted-access"
    assert headers["Content-Type"] == "application/json"


def test_a_lease_that_ran_out_lets_nothing_leave(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    created(answers)
    with pytest.raises(WorkerDied):
        alone.publish(Content("Hi"), MEMBER, MemoryJournal(lease_ended=True))
    assert len(answers.calls) == 0


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (
            Content("Read", link="https://www.e.co/a/", settings={"article_title": "T", "article_description": "D"}),
            {"content": {"article": {"source": "https://www.e.co/a/", "title": "T", "description": "D"}}},
        ),
        (
            Content("Read", link="https://www.e.co/a/"),
            {"content": {"article": {"source": "https://www.e.co/a/", "title": "e.co/a"}}},
        ),
        (
            Content("Odd", link="https://[e.co"),
            {"content": {"article": {"source": "https://[e.co", "title": "https://[e.co"}}},
        ),
        (
            Content(settings={"poll": {"question": "Tea (or coffee)?", "options": ["Tea", "#Coffee"]}}),
            {
                "content": {
                    "poll": {
                        "question": "Tea (or coffee)?",
                        "options": [{"text": "Tea"}, {"text": "#Coffee"}],
                        "settings": {"duration": "THREE_DAYS"},
                    }
                }
            },
        ),
        (
            Content("Look", settings={"reshare_of": "urn:li:share:7", "reshare_disabled": True}),
            {"reshareContext": {"parent": "urn:li:share:7"}, "isReshareDisabledByAuthor": True},
        ),
        (
            Content(settings={"reshare_of": "urn:li:share:7"}),
            {"commentary": "", "reshareContext": {"parent": "urn:li:share:7"}},
        ),
        (Content("Friends", settings={"visibility": "CONNECTIONS"}), {"visibility": "CONNECTIONS"}),
    ],
    ids=["article", "bare link", "broken link", "poll", "reshare", "bare reshare", "visibility"],
)
def test_each_kind_of_content_has_its_shape_and_no_null_beside_it(
    alone: LinkedInConnector, answers: responses.RequestsMock, content: Content, shown: dict[str, Any]
) -> None:
    created(answers)
    alone.publish(content, MEMBER, MemoryJournal())
    body = sent(answers)
    assert {key: body.get(key) for key in shown} == shown
    assert "content" in shown or "content" not in body
    assert None not in body.values()


def test_a_dark_post_of_a_page_stays_out_of_the_feed(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    created(answers)
    alone.publish(Content("Ad", settings={"feed_distribution": "NONE"}), BLIND_PAGE, MemoryJournal())
    assert sent(answers)["distribution"]["feedDistribution"] == "NONE"
    assert sent(answers)["author"] == BLIND_PAGE.external_id


@pytest.mark.parametrize("status", [200, 201])
def test_two_hundred_counts_as_success_too(
    alone: LinkedInConnector, answers: responses.RequestsMock, status: int
) -> None:
    created(answers, status=status)
    assert isinstance(alone.publish(Content("Hi"), MEMBER, MemoryJournal()), Published)


@pytest.mark.parametrize("header", ["", "7142940119042946048", "null"])
def test_a_post_without_a_name_is_an_unknown_outcome_and_never_sent_again_blindly(
    alone: LinkedInConnector, answers: responses.RequestsMock, header: str
) -> None:
    created(answers, header)
    with pytest.raises(OutcomeUnknown) as failure:
        alone.publish(Content("Hi"), MEMBER, MemoryJournal())
    assert failure.value.reply.status == 201
    assert not failure.value.duplicate


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_leaves_the_outcome_open(
    alone: LinkedInConnector, answers: responses.RequestsMock, status: int
) -> None:
    answers.post(POSTS, status=status, body="<html>Bad</html>")
    with pytest.raises(OutcomeUnknown):
        alone.publish(Content("Hi"), MEMBER, MemoryJournal())


# --- duplicates ---------------------------------------------------------------------------------------------------------


def test_a_duplicate_of_a_job_without_an_earlier_try_belongs_to_somebody_else(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    answers.post(POSTS, status=422, json=DUPLICATE)
    with pytest.raises(ContentRejected, match=URN) as refusal:
        alone.publish(Content("Hi"), MEMBER, MemoryJournal())
    assert "Change the text" in refusal.value.remedy


def test_a_duplicate_of_a_job_in_doubt_is_its_own_first_try(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    answers.post(POSTS, status=422, json=DUPLICATE)
    journal = MemoryJournal(notes={"doubt": True})
    assert alone.publish(Content("Hi"), MEMBER, journal) == Published(
        URN, f"https://www.linkedin.com/feed/update/{URN}/"
    )


def test_a_duplicate_that_is_recorded_for_another_job_is_not_adopted(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    answers.post(POSTS, status=422, json=DUPLICATE)
    with pytest.raises(ContentRejected):
        alone.publish(Content("Hi"), MEMBER, MemoryJournal(notes={"doubt": True}, others={URN}))


def test_a_duplicate_that_names_no_post_leaves_a_job_in_doubt(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    answers.post(POSTS, status=422, json={"status": 422, "code": "DUPLICATE_POST", "message": "Duplicate"})
    with pytest.raises(OutcomeUnknown) as failure:
        alone.publish(Content("Hi"), MEMBER, MemoryJournal(notes={"doubt": True}))
    assert failure.value.duplicate


def test_a_page_adopts_no_ghost_that_was_deleted(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    answers.post(POSTS, status=422, json=DUPLICATE)
    answers.get(re.compile(f"{POSTS}/.*"), status=404, json={"status": 404, "code": "NOT_FOUND"})
    with pytest.raises(ContentRejected):
        alone.publish(Content("Hi"), PAGE, MemoryJournal(notes={"doubt": True}))


# --- reading back -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "warned"),
    [(r"Hi \(a\) {hashtag|\#|Tag}", False), ("Hi ", True)],
    ids=["the same", "cut off"],
)
def test_a_pages_post_is_read_back_and_a_shorter_text_is_told(
    alone: LinkedInConnector, answers: responses.RequestsMock, told: str, warned: bool
) -> None:
    created(answers)
    answers.get(f"{POSTS}/urn%3Ali%3Ashare%3A7142940119042946048", json={"id": URN, "commentary": told})
    journal = MemoryJournal()
    published = alone.publish(Content("Hi (a) #Tag"), PAGE, journal)
    assert isinstance(published, Published)
    assert published.external_id == URN
    assert bool(published.note) is warned
    assert journal.notes["published"]["external_id"] == URN, "kept before anything more is asked"


@pytest.mark.parametrize("status", [403, 404, 426, 429, 500])
def test_whatever_happens_while_reading_back_the_post_is_public(
    alone: LinkedInConnector, answers: responses.RequestsMock, status: int
) -> None:
    created(answers)
    answers.get(re.compile(f"{POSTS}/.*"), status=status, json={"status": status})
    assert alone.publish(Content("Hi"), PAGE, MemoryJournal()) == Published(
        URN, f"https://www.linkedin.com/feed/update/{URN}/"
    )


def test_nobody_reads_what_the_grant_does_not_allow_or_the_operator_does_not_want(
    alone: LinkedInConnector, answers: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    created(answers)
    alone.publish(Content("Hi"), MEMBER, MemoryJournal())
    alone.publish(Content("Hi"), BLIND_PAGE, MemoryJournal())
    monkeypatch.setattr(settings, "LINKEDIN_READ_BACK", False)
    alone.publish(Content("Hi"), PAGE, MemoryJournal())
    assert [call.request.method for call in answers.calls] == ["POST"] * 3


# --- tokens, versions, limits -------------------------------------------------------------------------------------------


def dead_token(answers: responses.RequestsMock, *, active: bool) -> None:
    answers.post(
        POSTS,
        status=401,
        json={"status": 401, "serviceErrorCode": 65601, "code": "REVOKED_ACCESS_TOKEN", "message": "revoked"},
    )
    answers.post(
        f"{WWW}/oauth/v2/introspectToken", json={"active": active, "status": "active" if active else "revoked"}
    )


def test_a_revoked_token_ends_the_connection(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    dead_token(answers, active=False)
    with pytest.raises(ReconnectRequired) as refusal:
        alone.publish(Content("Hi"), MEMBER, MemoryJournal())
    assert refusal.value.connection_ended


def test_a_new_token_that_is_not_known_everywhere_yet_disconnects_nobody(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    dead_token(answers, active=True)
    with pytest.raises(TransientError):
        alone.publish(Content("Hi"), MEMBER, MemoryJournal())


def test_a_retired_version_closes_every_call_until_the_setting_changes(
    alone: LinkedInConnector, answers: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers.post(
        POSTS,
        status=426,
        json={"status": 426, "code": "NONEXISTENT_VERSION", "message": "Requested version 20260901 is not active"},
    )
    for _ in range(3):
        with pytest.raises(VersionRetired, match="202609") as refusal:
            alone.publish(Content("Hi"), MEMBER, MemoryJournal())
        assert refusal.value.retry_after == timedelta(minutes=15)
        assert "LINKEDIN_API_VERSION" in refusal.value.remedy
    assert len(answers.calls) == 1, "one call learns for all"
    answers.replace(responses.POST, POSTS, status=201, headers={"x-restli-id": URN})
    monkeypatch.setattr(settings, "LINKEDIN_API_VERSION", "202612")
    assert isinstance(alone.publish(Content("Hi"), MEMBER, MemoryJournal()), Published)


def test_the_first_refusals_wait_minutes_and_the_next_until_after_midnight(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    from django.core.cache import cache

    from connectors import budgets
    from connectors.linkedin import rest

    answers.post(POSTS, status=429, json={"status": 429, "serviceErrorCode": 101, "message": "throttle limit"})
    waits = []
    for _ in range(3):
        with pytest.raises(RateLimited) as refusal:
            alone.publish(Content("Hi"), MEMBER, MemoryJournal())
        waits.append(refusal.value.retry_after)
        cache.delete(f"budget:linkedin:until:{member_budget(MEMBER.external_id, 'posts.CREATE')}")
        budgets._glances.clear()
    assert waits[:2] == [timedelta(minutes=2)] * 2
    assert waits[2] is not None
    opens = datetime.now(UTC) + waits[2]
    assert opens.hour == 0
    assert 4 <= opens.minute <= 6
    assert rest.PATIENT_REFUSALS == 2


def test_a_closed_budget_of_one_member_holds_up_no_other(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    answers.add(responses.POST, POSTS, status=429, json={"status": 429})
    created(answers)
    with pytest.raises(RateLimited):
        alone.publish(Content("Hi"), MEMBER, MemoryJournal())
    with pytest.raises(RateLimited):
        alone.publish(Content("Hi"), BLIND_PAGE, MemoryJournal())
    other = type(MEMBER)(MEMBER.kind, "urn:li:person:other", "Other", {}, MEMBER.scopes)
    assert isinstance(alone.publish(Content("Hi"), other, MemoryJournal()), Published)
    assert len(answers.calls) == 2, "a page draws on the member who connected it"


def test_calls_are_counted_by_the_day_when_the_operator_knows_the_limit(
    alone: LinkedInConnector, answers: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    created(answers)
    monkeypatch.setattr(settings, "LINKEDIN_MEMBER_CALLS_PER_DAY", 2)
    member = type(MEMBER)(MEMBER.kind, f"urn:li:person:counted{id(answers)}", "Counted", {}, MEMBER.scopes)
    for _ in range(2):
        alone.publish(Content("Hi"), member, MemoryJournal())
    with pytest.raises(RateLimited) as refusal:
        alone.publish(Content("Hi"), member, MemoryJournal())
    assert refusal.value.retry_after is not None
    assert (datetime.now(UTC) + refusal.value.retry_after).hour in {0, 23}
    assert len(answers.calls) == 2


# --- changing and deleting ----------------------------------------------------------------------------------------------


def test_an_edit_changes_the_text_alone_and_escapes_it(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    answers.post(f"{POSTS}/urn%3Ali%3Ashare%3A7142940119042946048", status=204)
    alone.edit_post(URN, Content("New (text)"), MEMBER)
    assert sent(answers) == {"patch": {"$set": {"commentary": r"New \(text\)"}}}
    assert answers.calls[0].request.headers["X-RestLi-Method"] == "PARTIAL_UPDATE"


@pytest.mark.parametrize("status", [204, 200, 404])
def test_deleting_what_is_gone_is_no_error(
    alone: LinkedInConnector, answers: responses.RequestsMock, status: int
) -> None:
    answers.delete(f"{POSTS}/urn%3Ali%3Ashare%3A7142940119042946048", status=status, body="" if status == 204 else "{}")
    alone.delete_post(URN, MEMBER)
    assert answers.calls[0].request.headers["X-RestLi-Method"] == "DELETE"


def test_deleting_the_post_of_another_is_refused(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    answers.delete(re.compile(POSTS), status=403, json={"status": 403, "serviceErrorCode": 100, "message": "no"})
    with pytest.raises(ReconnectRequired) as refusal:
        alone.delete_post(URN, MEMBER)
    assert refusal.value.missing_scope == "w_member_social"
    assert not refusal.value.connection_ended


def test_a_post_made_too_early_for_its_video_waits_and_is_sent_again(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    answers.post(POSTS, status=400, json={"status": 400, "code": "MEDIA_ASSET_WAITING_UPLOAD", "message": "wait"})
    file = MemoryFile(kind=MediaKind.VIDEO, content_type="video/mp4")
    ready = {"media:0:0190-file": {"urn": "urn:li:video:V1", "state": "ready", "round": 0}}
    journal = MemoryJournal(notes=ready)
    for _ in range(20):
        result = alone.publish(Content("v", media=(Attachment(file),)), MEMBER, journal)
        assert isinstance(result, Processing)
        assert timedelta(seconds=10) <= result.look_again_after <= timedelta(seconds=30)
    with pytest.raises(TransientError):
        alone.publish(Content("v", media=(Attachment(file),)), MEMBER, journal)
    assert journal.notes["media:0:0190-file"]["state"] == "forgotten", "the next try uploads anew"
