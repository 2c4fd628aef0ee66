"""After a lost answer, with scripted lists: what is ours, what is not, and when a person is asked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses

from connectors.errors import ContentRejected, TransientError
from connectors.google_business.connector import GoogleBusinessConnector
from connectors.google_business.find import FEW_PAGES, SEVERAL
from connectors.google_business.moments import read_moment
from connectors.types import Attachment, CannotTell, Content, NotThere, Published
from tests.connectors.google_business.stage import EVENT, MAPS, PARENT, PLACE, POSTS, V4, MemoryFile, refused
from tests.connectors.kit import MemoryJournal

SAID = Content("Grand\r\nopening ", link="https://e.co/a/")
SETTLED = timedelta(minutes=5)


def name(number: int) -> str:
    return f"{PARENT}/localPosts/{number}"


def post(number: int, started: datetime, *, after: float = 5, **more: Any) -> dict[str, Any]:
    created = (started + timedelta(seconds=after)).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return {
        "name": name(number),
        "topicType": "STANDARD",
        "summary": "Grand\nopening",
        "callToAction": {"actionType": "LEARN_MORE", "url": "https://e.co/a"},
        "state": "LIVE",
        "createTime": f"{created}123Z",
        **more,
    }


def look(
    connector: GoogleBusinessConnector,
    journal: MemoryJournal,
    content: Content = SAID,
    *,
    after: timedelta = timedelta(),
) -> Any:
    return connector.find_published(content, PLACE, journal, now=journal.started_at + after)


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal(begun=datetime(2026, 11, 22, 12, tzinfo=UTC))


def test_a_post_is_known_by_its_words_type_and_address(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, journal: MemoryJournal
) -> None:
    start = journal.started_at
    others = [
        post(1, start, summary="Grand opening"),
        post(2, start, topicType="EVENT"),
        post(3, start, callToAction={"actionType": "LEARN_MORE", "url": "https://e.co/b"}),
        post(4, start, after=-121),
        post(5, start, createTime="yesterday"),
        post(6, start, name="localPosts/6"),
        post(7, start, event={"title": "Other"}),
    ]
    answers.get(POSTS, json={"localPosts": others})
    assert look(alone, journal) == NotThere()
    answers.replace(responses.GET, POSTS, json={"localPosts": [*others, post(9, start, after=-119)]})
    assert look(alone, journal) == Published(name(9), MAPS)
    assert journal.notes["post"]["name"] == name(9)


@pytest.mark.parametrize(
    "changed",
    [
        {"summary": "Grand  opening"},
        {"callToAction": {"actionType": "LEARN_MORE", "url": "https://E.co/a?utm=1"}},
        {"event": {"title": "New"}},
    ],
)
def test_a_post_that_google_may_have_changed_is_never_sent_again_by_itself(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, journal: MemoryJournal, changed: dict[str, Any]
) -> None:
    answers.get(POSTS, json={"localPosts": [post(1, journal.started_at, **changed)]})
    assert look(alone, journal) == NotThere()
    assert isinstance(look(alone, journal, after=SETTLED), CannotTell)
    answers.replace(responses.GET, POSTS, json={"localPosts": [post(1, journal.started_at, topicType="OFFER")]})
    assert look(alone, journal, after=SETTLED) == NotThere(final=True)


def test_posts_of_other_jobs_are_theirs(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, journal: MemoryJournal
) -> None:
    answers.get(POSTS, json={"localPosts": [post(1, journal.started_at), post(2, journal.started_at, after=9)]})
    journal.others = {name(1)}
    assert look(alone, journal) == Published(name(2), MAPS)


def test_of_several_the_oldest_is_ours_and_people_are_told(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, journal: MemoryJournal
) -> None:
    listed = [post(2, journal.started_at, after=9), post(1, journal.started_at), post(3, journal.started_at, after=60)]
    answers.get(POSTS, json={"localPosts": listed})
    assert look(alone, journal) == Published(name(1), MAPS, SEVERAL)


def test_an_order_nobody_promised_is_not_relied_on_and_empty_pages_end_nothing(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, journal: MemoryJournal
) -> None:
    old = [post(number, journal.started_at, after=-9_000) for number in range(100, 105)]
    matcher = responses.matchers.query_param_matcher
    answers.get(POSTS, json={"localPosts": old, "nextPageToken": "b"}, match=[matcher({"pageSize": "100"})])
    answers.get(POSTS, json={"nextPageToken": "c"}, match=[matcher({"pageSize": "100", "pageToken": "b"})])
    last = {"localPosts": [post(1, journal.started_at)]}
    answers.get(POSTS, json=last, match=[matcher({"pageSize": "100", "pageToken": "c"})])
    assert look(alone, journal) == Published(name(1), MAPS)


def test_few_pages_are_read_at_first_and_many_before_absence_is_proof(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, journal: MemoryJournal
) -> None:
    matcher = responses.matchers.query_param_matcher
    for page in range(FEW_PAGES + 1):
        asked = {"pageSize": "100", **({"pageToken": str(page)} if page else {})}
        found = [post(1, journal.started_at)] if page == FEW_PAGES else []
        more = {"nextPageToken": str(page + 1)} if page < FEW_PAGES else {}
        answers.get(POSTS, json={"localPosts": found, **more}, match=[matcher(asked)])
    assert look(alone, journal) == NotThere()
    assert look(alone, journal, after=SETTLED) == Published(name(1), MAPS)


def test_absence_is_proof_only_after_a_while_and_only_once(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, journal: MemoryJournal
) -> None:
    answers.get(POSTS, json={})
    assert look(alone, journal, after=SETTLED - timedelta(seconds=1)) == NotThere()
    assert look(alone, journal, after=SETTLED) == NotThere(final=True)
    # It was sent again, and again no answer came: now a person must look.
    journal.begun += timedelta(hours=1)
    assert look(alone, journal) == NotThere()
    assert isinstance(look(alone, journal, after=SETTLED), CannotTell)


def test_an_operator_may_allow_more_tries(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, journal: MemoryJournal, settings: Any
) -> None:
    settings.GOOGLE_BUSINESS_RESENDS = 2
    answers.get(POSTS, json={})
    told = [look(alone, journal, after=SETTLED) for _ in range(3)]
    assert told[:2] == [NotThere(final=True)] * 2
    assert isinstance(told[2], CannotTell)


def test_a_post_that_was_refused_meanwhile_is_told_and_not_sent_again(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, journal: MemoryJournal
) -> None:
    rejected = post(1, journal.started_at, state="REJECTED")
    answers.get(POSTS, json={"localPosts": [rejected]})
    answers.get(f"{V4}/{name(1)}", json=rejected)
    assert look(alone, journal) == NotThere(final=True)
    with pytest.raises(ContentRejected, match="content policy"):
        alone.publish(SAID, PLACE, journal)
    assert {call.request.method for call in answers.calls} == {"GET"}


def test_a_post_without_words_is_left_to_a_person_when_one_like_it_is_there(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, journal: MemoryJournal
) -> None:
    wordless = Content(media=(Attachment(MemoryFile()),))
    answers.get(POSTS, json={})
    assert look(alone, journal, wordless) == NotThere()
    bare = {"name": name(1), "topicType": "STANDARD", "createTime": post(1, journal.started_at)["createTime"]}
    answers.replace(responses.GET, POSTS, json={"localPosts": [bare]})
    assert isinstance(look(alone, journal, wordless), CannotTell)


def test_an_event_is_found_though_google_leaves_zeros_out(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, journal: MemoryJournal
) -> None:
    told = {"title": "Jazz night", "schedule": {"startTime": {"hours": 19}, "endTime": {}}}
    said = Content(
        "Come", settings={"post_type": "EVENT", "event": {**EVENT, "end_time": "00:00", "end_date": "2026-12-05"}}
    )
    shown = post(1, journal.started_at, topicType="EVENT", summary="Come", event=told, state="PROCESSING")
    del shown["callToAction"]
    answers.get(POSTS, json={"localPosts": [shown]})
    assert look(alone, journal, said) == Published(name(1), MAPS, "Google has taken it and is still reviewing it.")


def test_what_was_sent_is_looked_for_even_when_the_post_was_changed_since(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, journal: MemoryJournal
) -> None:
    journal.notes["_sought"] = {"type": "STANDARD", "summary": "Grand\nopening", "title": "", "url": "https://e.co/a"}
    answers.get(POSTS, json={"localPosts": [post(1, journal.started_at)]})
    assert look(alone, journal, Content("Changed")) == Published(name(1), MAPS)


def test_a_platform_that_cannot_be_asked_proves_nothing(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, journal: MemoryJournal
) -> None:
    answers.get(POSTS, status=503, json=refused(503, "UNAVAILABLE"))
    with pytest.raises(TransientError):
        look(alone, journal, after=SETTLED)


@pytest.mark.parametrize(
    ("told", "micro"),
    [
        ("2026-11-22T12:00:00Z", 0),
        ("2026-11-22T12:00:00.5Z", 500_000),
        ("2026-11-22T12:00:00.603Z", 603_000),
        ("2026-11-22T12:00:00.603421Z", 603_421),
        ("2026-11-22T13:00:00.603421999+01:00", 603_421),
    ],
)
def test_moments_are_read_with_any_number_of_digits(told: str, micro: int) -> None:
    assert read_moment(told) == datetime(2026, 11, 22, 12, 0, 0, micro, tzinfo=UTC)


@pytest.mark.parametrize("told", [None, 5, "", "2026-11-22", "2026-13-22T12:00:00Z", "2026-11-22T12:00:00", "x" * 40])
def test_what_is_no_moment_is_none(told: Any) -> None:
    assert read_moment(told) is None
