"""After an unknown outcome: found, not there, or nobody can tell; and never a second post."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses
from django.conf import settings

from connectors.errors import OutcomeUnknown, RateLimited, ReconnectRequired, TransientError, VersionRetired
from connectors.linkedin import little_text
from connectors.linkedin.connector import LinkedInConnector
from connectors.types import Attachment, CannotTell, Content, NotThere, Published, Target
from tests.connectors.linkedin.conftest import API, BLIND_PAGE, MEMBER, PAGE, MemoryFile, MemoryJournal
from tests.connectors.linkedin.test_publish import DUPLICATE, POSTS, URN

STARTED = datetime(2026, 11, 21, 9, tzinfo=UTC)
SOON = STARTED + timedelta(seconds=20)
SETTLED = STARTED + timedelta(minutes=5)
READER = Target(MEMBER.kind, MEMBER.external_id, MEMBER.name, {}, (*MEMBER.scopes, "r_member_social"))
CONTENT = Content("Hi (there) #Tag\nsecond line ")


def post(number: int = 1, *, text: str = CONTENT.text, after: float = 5, **said: Any) -> dict[str, Any]:
    at = int((STARTED + timedelta(seconds=after)).timestamp() * 1000)
    told = little_text.write(text).replace("#Tag", "{hashtag|\\#|Tag}")
    return {
        "id": f"urn:li:share:{number}",
        "author": PAGE.external_id,
        "commentary": told,
        "createdAt": at,
        "publishedAt": at,
        "lastModifiedAt": at,
        **said,
    }


def listed(answers: responses.RequestsMock, *posts: dict[str, Any]) -> None:
    answers.get(re.compile(rf"{POSTS}\?"), json={"elements": list(posts), "paging": {"links": []}})


def find(
    connector: LinkedInConnector,
    target: Target,
    *,
    content: Content = CONTENT,
    now: datetime = SETTLED,
    journal: MemoryJournal | None = None,
) -> Published | NotThere | CannotTell:
    journal = journal or MemoryJournal(begun=STARTED)
    return connector.find_published(content, target, journal, now=now)


# --- where posts may be read --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [PAGE, READER])
def test_a_post_is_found_by_its_words_among_the_authors_newest(
    alone: LinkedInConnector, answers: responses.RequestsMock, target: Target
) -> None:
    listed(answers, post(2, text="Something else"), post(1))
    assert find(alone, target) == Published("urn:li:share:1", "https://www.linkedin.com/feed/update/urn:li:share:1/")
    request = answers.calls[0].request
    author = target.external_id.replace(":", "%3A")
    assert f"/rest/posts?author={author}&q=author&sortBy=LAST_MODIFIED&start=0&count=50" in str(request.url)
    assert request.headers["X-RestLi-Method"] == "FINDER"


@pytest.mark.parametrize(
    ("posts", "journal"),
    [
        ((), {}),
        ((post(after=-120),), {}),
        ((post(text="Hi"),), {}),
        ((post(),), {"others": {"urn:li:share:1"}}),
        ((post(createdAt=None, publishedAt=None),), {}),
        ((post(id=None),), {}),
        ((post(content={"poll": {"question": "?"}}, text="other"),), {}),
    ],
    ids=["none", "older", "other words", "another job's", "no moment", "no id", "a poll"],
)
def test_absence_is_proof_only_when_the_list_has_had_time(
    alone: LinkedInConnector,
    answers: responses.RequestsMock,
    posts: tuple[dict[str, Any], ...],
    journal: dict[str, Any],
) -> None:
    listed(answers, *posts)
    told = MemoryJournal(begun=STARTED, **journal)
    assert find(alone, PAGE, now=SOON, journal=told) == NotThere(final=False)
    assert find(alone, PAGE, now=SETTLED, journal=told) == NotThere(final=True)


def test_clocks_may_differ_by_a_minute(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    listed(answers, post(after=-50))
    assert isinstance(find(alone, PAGE), Published)


def test_of_two_equal_posts_the_first_after_our_announcement_is_ours(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    listed(answers, post(3, after=30), post(2, after=10), post(1, after=-3600))
    found = find(alone, PAGE)
    assert isinstance(found, Published)
    assert found.external_id == "urn:li:share:2"


def test_a_file_makes_it_certain_whatever_became_of_the_words(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    body = {"author": PAGE.external_id, "commentary": "Hi", "content": {"media": {"id": "urn:li:image:I1"}}}
    listed(answers, post(2, text="H", content={"media": {"id": "urn:li:image:I1", "altText": "x"}}))
    journal = MemoryJournal(notes={"_body": body}, begun=STARTED)
    assert isinstance(find(alone, PAGE, journal=journal), Published)


def test_the_same_words_with_another_link_leave_it_open(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    listed(answers, post(content={"article": {"source": "https://other.example"}}))
    assert find(alone, PAGE, now=SOON) == NotThere(final=False), "they may yet turn out to be another job's"
    assert isinstance(find(alone, PAGE, now=SETTLED), CannotTell)


def test_every_page_of_results_is_followed_until_they_are_too_old(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    more = {"paging": {"links": [{"rel": "next", "href": "/rest/posts?start=50"}]}}
    answers.get(re.compile(rf"{POSTS}\?.*start=0&"), json={"elements": [post(9, text="x")] * 50, **more})
    answers.get(re.compile(rf"{POSTS}\?.*start=50&"), json={"elements": [post(1), post(0, after=-900)], **more})
    assert isinstance(find(alone, PAGE), Published)
    assert len(answers.calls) == 2


@pytest.mark.parametrize(
    ("status", "kind"), [(500, TransientError), (426, VersionRetired), (429, RateLimited), (401, ReconnectRequired)]
)
def test_a_platform_that_cannot_be_asked_is_no_proof_of_anything(
    alone: LinkedInConnector, answers: responses.RequestsMock, status: int, kind: type[Exception]
) -> None:
    answers.get(re.compile(POSTS), status=status, json={"status": status})
    with pytest.raises(kind):
        find(alone, PAGE)


# --- where they may not -------------------------------------------------------------------------------------------------


def ambiguous(answers: responses.RequestsMock, connector: LinkedInConnector, target: Target) -> MemoryJournal:
    """Publish, and lose the answer."""
    answers.post(POSTS, status=504, body="")
    journal = MemoryJournal(begun=STARTED)
    with pytest.raises(OutcomeUnknown):
        connector.publish(CONTENT, target, journal)
    answers.remove(responses.POST, POSTS)
    return journal


@pytest.mark.parametrize("target", [MEMBER, BLIND_PAGE])
def test_a_refused_second_copy_names_the_first(
    alone: LinkedInConnector, answers: responses.RequestsMock, target: Target
) -> None:
    journal = ambiguous(answers, alone, target)
    answers.post(POSTS, status=422, json=DUPLICATE)
    found = find(alone, target, now=SOON, journal=journal)
    assert found == Published(URN, f"https://www.linkedin.com/feed/update/{URN}/")
    first, second = (call.request.body for call in answers.calls)
    assert first == second, "byte for byte the same"
    assert journal.told[-1] == "last moment", "the lease is looked at before it leaves"


def test_a_second_copy_that_is_taken_is_the_post(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    journal = ambiguous(answers, alone, MEMBER)
    answers.post(POSTS, status=201, headers={"x-restli-id": "urn:li:share:99"})
    found = find(alone, MEMBER, now=SOON, journal=journal)
    assert isinstance(found, Published)
    assert found.external_id == "urn:li:share:99"
    assert "second one" in found.note


def test_what_is_sent_again_is_what_was_sent_even_if_the_content_changed_since(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    journal = ambiguous(answers, alone, MEMBER)
    answers.post(POSTS, status=422, json=DUPLICATE)
    find(alone, MEMBER, content=Content("Edited"), now=SOON, journal=journal)
    assert answers.calls[0].request.body == answers.calls[1].request.body


def test_it_is_sent_again_once_and_never_a_third_time(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    journal = ambiguous(answers, alone, MEMBER)
    answers.post(POSTS, status=504, body="")
    assert isinstance(find(alone, MEMBER, now=SOON, journal=journal), CannotTell)
    assert isinstance(find(alone, MEMBER, now=SOON, journal=journal), CannotTell)
    assert len(answers.calls) == 2


def test_after_the_window_nothing_is_sent_and_a_person_is_asked(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    journal = ambiguous(answers, alone, MEMBER)
    found = find(alone, MEMBER, now=STARTED + timedelta(minutes=9), journal=journal)
    assert isinstance(found, CannotTell)
    assert "over" in found.reason
    assert len(answers.calls) == 1


@pytest.mark.parametrize(("choice", "again"), [("off", False), ("text", True), ("all", True)])
def test_the_operator_says_for_which_posts_the_check_is_trusted(
    alone: LinkedInConnector, answers: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, choice: str, again: bool
) -> None:
    monkeypatch.setattr(settings, "LINKEDIN_DUPLICATE_CHECK", choice)
    journal = ambiguous(answers, alone, MEMBER)
    answers.post(POSTS, status=422, json=DUPLICATE)
    assert isinstance(find(alone, MEMBER, now=SOON, journal=journal), Published if again else CannotTell)
    assert len(answers.calls) == (2 if again else 1)


@pytest.mark.parametrize(("choice", "kind"), [("text", CannotTell), ("all", Published)])
def test_a_post_with_a_file_is_sent_again_only_where_the_operator_trusts_that(
    alone: LinkedInConnector,
    answers: responses.RequestsMock,
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
    kind: type[Any],
) -> None:
    monkeypatch.setattr(settings, "LINKEDIN_DUPLICATE_CHECK", choice)
    body = {"author": MEMBER.external_id, "commentary": "", "content": {"media": {"id": "urn:li:image:I1"}}}
    answers.post(POSTS, status=422, json=DUPLICATE)
    journal = MemoryJournal(notes={"_body": body}, begun=STARTED)
    content = Content(media=(Attachment(MemoryFile()),))
    assert isinstance(find(alone, MEMBER, content=content, now=SOON, journal=journal), kind)
    if kind is Published:
        assert json.loads(answers.calls[0].request.body or "") == body, "with the same file, not a new upload"


def test_a_refusal_that_names_no_post_says_that_it_is_live(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    journal = ambiguous(answers, alone, MEMBER)
    answers.post(POSTS, status=422, json={"status": 422, "code": "DUPLICATE_POST", "message": "Duplicate"})
    found = find(alone, MEMBER, now=SOON, journal=journal)
    assert isinstance(found, CannotTell)
    assert "live" in found.reason


def test_a_duplicate_of_another_jobs_post_means_that_ours_was_refused(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    journal = ambiguous(answers, alone, MEMBER)
    journal.others = {URN}
    answers.post(POSTS, status=422, json=DUPLICATE)
    assert find(alone, MEMBER, now=SOON, journal=journal) == NotThere(final=True)


def test_a_refused_content_was_refused_the_first_time_too(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    journal = ambiguous(answers, alone, MEMBER)
    answers.post(POSTS, status=400, json={"status": 400, "code": "FIELD_LENGTH_TOO_LONG", "message": "x"})
    assert find(alone, MEMBER, now=SOON, journal=journal) == NotThere(final=True)


@pytest.mark.parametrize("status", [429, 426, 409])
def test_a_question_that_was_not_taken_may_be_asked_again(
    alone: LinkedInConnector, answers: responses.RequestsMock, status: int
) -> None:
    journal = ambiguous(answers, alone, MEMBER)
    answers.post(POSTS, status=status, json={"status": status})
    with pytest.raises(TransientError):
        find(alone, MEMBER, now=SOON, journal=journal)
    assert not journal.notes["resent"]


def test_a_finder_that_is_forbidden_after_all_gives_way_to_the_duplicate_check(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    answers.get(re.compile(POSTS), status=403, json={"status": 403, "serviceErrorCode": 100, "message": "Not enough"})
    answers.post(POSTS, status=201, headers={"x-restli-id": URN})
    assert isinstance(find(alone, PAGE, now=SOON), Published)


def test_looking_marks_the_job_as_one_in_doubt(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    listed(answers)
    journal = MemoryJournal(begun=STARTED)
    find(alone, PAGE, journal=journal)
    assert journal.notes["doubt"] is True


# --- comments -----------------------------------------------------------------------------------------------------------

COMMENTS = f"{API}/rest/socialActions/urn%3Ali%3Ashare%3A7142940119042946048/comments"


def said(text: str = "First (really)!", after: float = 5, actor: str = PAGE.external_id) -> dict[str, Any]:
    at = int((STARTED + timedelta(seconds=after)).timestamp() * 1000)
    return {
        "id": "7",
        "commentUrn": "urn:li:comment:(urn:li:activity:8,7)",
        "actor": actor,
        "message": {"text": text},
        "created": {"time": at},
    }


def test_a_comment_is_plain_text_announced_before_it_leaves(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    answers.post(COMMENTS, status=201, json=said(), headers={"x-restli-id": "7"})
    journal = MemoryJournal()
    published = alone.comment("First (really)!", PAGE, parent=URN, journal=journal)
    assert published.external_id == "urn:li:comment:(urn:li:activity:8,7)"
    assert journal.told == ["announce comment", "last moment"]
    assert json.loads(answers.calls[0].request.body or "") == {
        "actor": PAGE.external_id,
        "object": URN,
        "message": {"text": "First (really)!"},
    }


def test_a_comment_known_by_its_header_alone_is_known(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    answers.post(COMMENTS, status=201, headers={"x-restli-id": "7"})
    assert alone.comment("x", MEMBER, parent=URN, journal=MemoryJournal()).external_id == "7"


def test_a_comment_without_a_name_is_an_unknown_outcome(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    answers.post(COMMENTS, status=201)
    with pytest.raises(OutcomeUnknown):
        alone.comment("x", MEMBER, parent=URN, journal=MemoryJournal())


def test_an_app_that_lacks_the_scope_for_comments_is_told_which(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    answers.post(COMMENTS, status=403, json={"status": 403, "serviceErrorCode": 100, "message": "Not enough"})
    with pytest.raises(ReconnectRequired) as refusal:
        alone.comment("x", MEMBER, parent=URN, journal=MemoryJournal())
    assert refusal.value.missing_scope == "w_member_social_feed"
    assert not refusal.value.connection_ended


@pytest.mark.parametrize(
    ("comments", "found"),
    [
        ([said()], True),
        ([said(text="Other")], False),
        ([said(after=-600)], False),
        ([said(actor=MEMBER.external_id)], False),
        ([], False),
    ],
)
def test_a_comment_is_found_by_author_words_and_time(
    alone: LinkedInConnector, answers: responses.RequestsMock, comments: list[dict[str, Any]], found: bool
) -> None:
    answers.get(re.compile(COMMENTS), json={"elements": comments})
    journal = MemoryJournal(begun=STARTED)
    told = alone.find_comment("First (really)!", PAGE, parent=URN, journal=journal, now=SETTLED)
    assert isinstance(told, Published) if found else told == NotThere(final=True)


def test_a_post_without_comments_is_not_a_post_that_is_missing(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    answers.get(re.compile(COMMENTS), status=404, json={"status": 404, "message": "Resource does not exist"})
    journal = MemoryJournal(begun=STARTED)
    assert alone.find_comment("x", PAGE, parent=URN, journal=journal, now=SOON) == NotThere(final=False)


def test_nobody_can_tell_of_a_comment_that_may_not_be_read(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    journal = MemoryJournal(begun=STARTED)
    assert isinstance(alone.find_comment("x", MEMBER, parent=URN, journal=journal, now=SOON), CannotTell)
    assert len(answers.calls) == 0
