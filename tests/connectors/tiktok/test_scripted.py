"""Shapes that the town does not play: odd answers on the wire, addresses that lead elsewhere, words nobody knows."""

import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
import responses
from django.conf import settings

from connectors.errors import (
    ConfigurationError,
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.tiktok import auth
from connectors.tiktok.api import Api, Hosts
from connectors.tiktok.connector import TikTokConnector
from connectors.tiktok.status import PATIENCE, State, again, read
from connectors.tiktok.upload import _Part
from connectors.types import CannotTell, Grant, HealthState, NotThere, Published, WebhookRequest
from foundation.secret import Secret
from tests.conftest import GATEWAY
from tests.connectors.tiktok.conftest import API, CALLBACK, ME, MemoryJournal, film, is_processing, photo, post

OK = {"code": "ok", "message": "", "log_id": "1"}
CREATOR = {
    "creator_username": "naiara.etxe",
    "creator_nickname": "Naiara",
    "privacy_level_options": ["PUBLIC_TO_EVERYONE", "SELF_ONLY"],
    "max_video_post_duration_sec": 600,
}
UPLOAD = "https://open-upload-va.tiktokapis.com/video/?upload_id=67890&upload_token=Xza123"
SENT = f"{GATEWAY}/open-upload-va.tiktokapis.com/video/?upload_id=67890&upload_token=Xza123"


def enveloped(**data: Any) -> dict[str, Any]:
    return {"data": data, "error": OK}


def begins(answers: responses.RequestsMock, *, url: Any = UPLOAD, publish_id: Any = "v_pub_file~v2-1.1") -> None:
    answers.post(f"{API}/v2/post/publish/creator_info/query/", json=enveloped(**CREATOR))
    answers.post(f"{API}/v2/post/publish/video/init/", json=enveloped(publish_id=publish_id, upload_url=url))


def stands(answers: responses.RequestsMock, **told: Any) -> None:
    answers.post(f"{API}/v2/post/publish/status/fetch/", json=enveloped(**told))


def tokens(answers: responses.RequestsMock, status: int = 200, **told: Any) -> None:
    answers.post(f"{API}/v2/oauth/token/", json=told, status=status)


# --- login --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "told", "kind"),
    [
        (
            200,
            {"error": "invalid_grant", "error_description": "Refresh token is invalid or expired."},
            ReconnectRequired,
        ),
        (400, {"error": "invalid_grant"}, ReconnectRequired),
        (401, {"error": {"code": "access_token_invalid", "message": ""}}, ReconnectRequired),
        (200, {"error": "invalid_client", "error_description": "client key 429"}, ConfigurationError),
        (200, {"error": "invalid_scope"}, ConfigurationError),
        (200, {"error": "invalid_request"}, UnexpectedAnswer),
        (200, {"error": "server_error"}, TransientError),
        (429, {"error": "rate_limit_exceeded"}, RateLimited),
        (200, {"error": "something_new"}, UnexpectedAnswer),
        (200, {"message": "success"}, UnexpectedAnswer),
        (200, {"access_token": "", "error": ""}, UnexpectedAnswer),
    ],
)
def test_a_refused_refresh_names_who_must_act_whatever_the_status(
    alone: TikTokConnector, answers: responses.RequestsMock, status: int, told: Any, kind: type[Exception]
) -> None:
    tokens(answers, status, **told)
    with pytest.raises(kind) as refused:
        alone.refresh_token(now=MemoryJournal().now)
    assert type(refused.value) is kind


def test_a_page_in_place_of_tokens_is_a_passing_fault(alone: TikTokConnector, answers: responses.RequestsMock) -> None:
    answers.post(f"{API}/v2/oauth/token/", body="<html>", status=200)
    with pytest.raises(TransientError):
        alone.refresh_token(now=MemoryJournal().now)


@pytest.mark.parametrize(("lives", "refresh_lives"), [(7_200, 15_552_000), (86_400, 31_536_000)])
def test_how_long_tokens_live_is_what_the_answer_says(
    alone: TikTokConnector, answers: responses.RequestsMock, lives: int, refresh_lives: int
) -> None:
    tokens(
        answers,
        access_token="act.new",
        expires_in=lives,
        refresh_token="rft.new",
        refresh_expires_in=refresh_lives,
        scope="user.info.basic,video.list",
        open_id="o",
    )
    now = MemoryJournal().now
    fresh = alone.refresh_token(now=now)
    assert fresh.access_expires_at == now + timedelta(seconds=lives)
    assert fresh.refresh_expires_at == now + timedelta(seconds=refresh_lives)
    assert fresh.refresh_token == Secret("rft.new")
    assert fresh.scopes_granted == ("user.info.basic", "video.list")
    sent = dict(part.split("=", 1) for part in str(answers.calls[0].request.body).split("&"))
    assert set(sent) == {"client_key", "client_secret", "grant_type", "refresh_token"}


@pytest.mark.parametrize(
    ("life", "first"),
    [
        (timedelta(hours=24), timedelta(hours=18)),
        (timedelta(hours=2), timedelta(minutes=90)),
        (timedelta(minutes=30), timedelta(minutes=20)),
        (timedelta(minutes=8), timedelta(minutes=-2)),
    ],
)
def test_tokens_are_traded_at_three_quarters_of_their_life_and_never_in_the_last_minutes(
    life: timedelta, first: timedelta
) -> None:
    issued = MemoryJournal().now
    moments = TikTokConnector.refresh_moments(issued_at=issued, expires_at=issued + life)
    assert moments[0] == issued + first
    assert all(issued + life - moment >= timedelta(minutes=10) for moment in moments)


@pytest.mark.parametrize("told", ["a,b", "a,b,", "a b", "a, b"])
def test_scopes_are_read_however_they_are_parted(told: str) -> None:
    assert auth.scopes_in(told) == ("a", "b")
    assert auth.scopes_in(None) == ()


def test_a_code_reaches_tiktok_as_it_came(alone: TikTokConnector, answers: responses.RequestsMock) -> None:
    tokens(answers, access_token="act.1", expires_in=7200, open_id="afd97af1-b87b", refresh_token="rft.1")
    answers.get(
        re.compile(f"{API}/v2/user/info/"), json=enveloped(user={"open_id": "afd97af1-b87b", "display_name": "N"})
    )
    grant: Grant = alone.exchange_code(code=Secret("a*b!c%2A"), redirect_uri=CALLBACK, now=MemoryJournal().now)
    assert "code=a%2Ab%21c%252A" in str(answers.calls[0].request.body)
    assert grant.external_user_id == "afd97af1-b87b", "with its dashes: it is the key of all news"


@pytest.mark.parametrize(
    ("error", "detail", "operators"),
    [
        ("access_denied", "", False),
        ("access_denied", "The user refused non_sandbox_target", True),
        ("invalid_scope", "", True),
        ("unauthorized_client", "", True),
    ],
)
def test_who_must_mend_a_login_that_came_back_without_a_code(error: str, detail: str, operators: bool) -> None:
    assert (auth.refused_consent(error, detail) is not None) is operators


# --- uploads --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://open-upload.tiktokapis.com/video/?upload_id=1",
        "https://open-upload.tiktokapis.com.evil.example/video/",
        "https://evil.example/open-upload.tiktokapis.com/",
        "https://tiktokapis.com/video/",
        "https://user@open-upload.tiktokapis.com/video/",
        "https://open-upload.tiktokapis.com:8443/video/",
        "https://evil.example\\.tiktokapis.com/video/",
        "https://127.0.0.1/video/",
        "https://[::1]/video/",
        "file:///etc/passwd",
        "",
        None,
        7,
    ],
)
def test_bytes_go_to_tiktoks_own_hosts_alone(alone: TikTokConnector, answers: responses.RequestsMock, url: Any) -> None:
    begins(answers, url=url)
    with pytest.raises(UnexpectedAnswer):
        alone.publish(post(film()), ME, MemoryJournal())
    assert not any(call.request.method == "PUT" for call in answers.calls)


def test_without_a_gateway_an_address_is_used_as_it_came(bare: TikTokConnector) -> None:
    api = Api(http=bare.http, patient=bare.http, hosts=Hosts("a", "w"), budgets=Any, token=Secret("t"))  # type: ignore[arg-type]
    assert api._upload_address(UPLOAD) == UPLOAD


@pytest.mark.parametrize("status", [200, 201])
def test_both_words_for_the_last_chunk_are_taken(
    alone: TikTokConnector, answers: responses.RequestsMock, status: int
) -> None:
    begins(answers)
    answers.put(SENT, status=status)
    journal = MemoryJournal()
    is_processing(alone.publish(post(film()), ME, journal))
    assert journal.notes["upload"]["stage"] == "working"
    sent = answers.calls[-1].request
    assert sent.headers["Content-Type"] == "video/mp4"
    assert sent.headers["Content-Length"] == "90000" or int(sent.headers["Content-Length"]) >= 90_000
    assert re.fullmatch(r"bytes 0-\d+/\d+", sent.headers["Content-Range"])
    assert "Transfer-Encoding" not in sent.headers
    assert "Authorization" not in sent.headers


def test_bad_headers_are_our_fault_and_nothing_is_sent_again(
    alone: TikTokConnector, answers: responses.RequestsMock
) -> None:
    begins(answers)
    answers.put(SENT, status=400)
    with pytest.raises(UnexpectedAnswer):
        alone.publish(post(film()), ME, MemoryJournal())


@pytest.mark.parametrize("status", [403, 404])
def test_a_lost_address_begins_a_new_upload_only_when_bytes_surely_lack(
    alone: TikTokConnector, answers: responses.RequestsMock, status: int
) -> None:
    begins(answers)
    answers.put(SENT, status=status)
    stands(answers, status="PROCESSING_UPLOAD", uploaded_bytes=0)
    journal = MemoryJournal()
    with pytest.raises(TransientError, match="begins anew"):
        alone.publish(post(film()), ME, journal)
    assert journal.notes["upload"] == {}


def test_a_lost_address_after_the_last_bytes_leaves_the_outcome_open_when_tiktok_does_not_say(
    alone: TikTokConnector, answers: responses.RequestsMock
) -> None:
    begins(answers)
    answers.put(SENT, status=404)
    stands(answers, status="PROCESSING_UPLOAD")
    journal = MemoryJournal()
    with pytest.raises(OutcomeUnknown):
        alone.publish(post(film()), ME, journal)
    result = alone.find_published(post(film()), ME, journal, now=journal.now)
    assert result == NotThere(final=False)
    later = alone.find_published(post(film()), ME, journal, now=journal.now + PATIENCE + timedelta(minutes=1))
    assert isinstance(later, CannotTell)


def test_an_upload_that_loses_its_address_again_and_again_is_left_to_a_person(
    alone: TikTokConnector, answers: responses.RequestsMock
) -> None:
    begins(answers)
    answers.put(SENT, status=403)
    stands(answers, status="PROCESSING_UPLOAD", uploaded_bytes=0)
    journal = MemoryJournal()
    for _ in range(4):
        with pytest.raises(TransientError):
            alone.publish(post(film()), ME, journal)
    with pytest.raises(UnexpectedAnswer):
        alone.publish(post(film()), ME, journal)


def test_a_part_that_never_gets_through_costs_waits_and_then_a_try(
    alone: TikTokConnector, answers: responses.RequestsMock
) -> None:
    begins(answers)
    answers.put(SENT, status=503)
    stands(answers, status="PROCESSING_UPLOAD", uploaded_bytes=0)
    journal, content = MemoryJournal(), post(film(11_000_000))
    waits = [is_processing(alone.publish(content, ME, journal)).look_again_after for _ in range(4)]
    assert waits == [timedelta(seconds=seconds) for seconds in (2, 5, 15, 45)]
    with pytest.raises(TransientError):
        alone.publish(content, ME, journal)
    ranges = [call.request.headers["Content-Range"] for call in answers.calls if call.request.method == "PUT"]
    assert len(set(ranges)) == 1, "the same bytes each time"


def test_a_file_that_is_shorter_than_it_was_breaks_the_request_off() -> None:
    part = _Part(io.BytesIO(b"abc"), MemoryJournal(), left=10)
    assert part.read(2) == b"ab"
    assert part.read() == b"c"
    with pytest.raises(TransientError, match="ended before its end"):
        part.read()


def test_what_was_locked_with_another_key_begins_a_new_upload(
    alone: TikTokConnector, answers: responses.RequestsMock
) -> None:
    begins(answers)
    answers.put(SENT, status=503)
    stands(answers, status="PROCESSING_UPLOAD", uploaded_bytes=0)
    journal, content = MemoryJournal(), post(film(11_000_000))
    is_processing(alone.publish(content, ME, journal))
    alone.safe.changed = True  # type: ignore[attr-defined]
    with pytest.raises(TransientError, match="begins anew"):
        alone.publish(content, ME, journal)


# --- status ---------------------------------------------------------------------------------------------------------------


def waiting(answers: responses.RequestsMock, connector: TikTokConnector, **told: Any) -> MemoryJournal:
    begins(answers)
    answers.put(SENT, status=201)
    stands(answers, **told)
    journal = MemoryJournal()
    is_processing(connector.publish(post(film()), ME, journal))
    journal.announced = None
    return journal


@pytest.mark.parametrize("key", ["publicaly_available_post_id", "publicly_available_post_id"])
@pytest.mark.parametrize("number", [7_300_000_000_000_000_001, "7300000000000000001"])
def test_the_number_of_a_post_is_read_in_both_spellings_and_stays_whole(
    alone: TikTokConnector, answers: responses.RequestsMock, key: str, number: Any
) -> None:
    journal = waiting(answers, alone, status="PUBLISH_COMPLETE", **{key: [number]})
    published = alone.publish(post(film()), ME, journal)
    assert published == Published(
        "7300000000000000001", "https://www.tiktok.com/@naiara.etxe/video/7300000000000000001"
    )


@pytest.mark.parametrize("ids", [[], None, "7", [None], [{}], [-1], [1.5]])
def test_a_complete_post_without_a_number_is_a_success(
    alone: TikTokConnector, answers: responses.RequestsMock, ids: Any
) -> None:
    journal = waiting(answers, alone, status="PUBLISH_COMPLETE", publicaly_available_post_id=ids)
    published = alone.publish(post(film()), ME, journal)
    assert isinstance(published, Published)
    assert published.external_id == "v_pub_file~v2-1.1"


@pytest.mark.parametrize("word", ["PROCESSING_UPLOAD", "SOMETHING_NEW", "", None, 7, "SEND_TO_USER_INBOX"])
def test_every_other_word_means_that_tiktok_is_at_it(
    alone: TikTokConnector, answers: responses.RequestsMock, word: Any
) -> None:
    journal = waiting(answers, alone, status=word)
    is_processing(alone.publish(post(film()), ME, journal))


def test_after_a_day_nobody_knows_and_the_same_is_never_sent_again(
    alone: TikTokConnector, answers: responses.RequestsMock
) -> None:
    journal = waiting(answers, alone, status="PROCESSING_UPLOAD", uploaded_bytes=10**9)
    begun = journal.notes["upload"]
    begun["complete_since"] = (journal.now - PATIENCE - timedelta(minutes=1)).isoformat()
    content = post(film())
    with pytest.raises(OutcomeUnknown):
        alone.publish(content, ME, journal)
    assert "announce unknown" in journal.told, "so that the hub looks before anything else"
    assert isinstance(alone.find_published(content, ME, journal, now=journal.now), CannotTell)
    assert sum(call.request.method == "PUT" for call in answers.calls) == 1
    # A person looked, and says that it is not live.
    journal.announced = None
    is_processing(alone.publish(content, ME, journal))
    assert sum(call.request.method == "PUT" for call in answers.calls) == 2


@pytest.mark.parametrize("status", [500, 502, 429])
def test_a_look_that_fails_costs_no_try(alone: TikTokConnector, answers: responses.RequestsMock, status: int) -> None:
    begins(answers)
    answers.put(SENT, status=201)
    answers.post(f"{API}/v2/post/publish/status/fetch/", body="<html>", status=status)
    journal = MemoryJournal()
    is_processing(alone.publish(post(film()), ME, journal))
    journal.announced = None
    waited = is_processing(alone.publish(post(film()), ME, journal)).look_again_after
    assert waited >= timedelta(seconds=60 if status == 429 else 5)


def test_looks_come_soon_at_first_then_each_half_as_late_again_and_at_last_rarely() -> None:
    wanted, age = [5.0, 10.0, 15.0, 22.5, 33.75, 50.625, 60.0, 60.0], 0.0
    for wait in wanted:
        told = again(timedelta(seconds=age), "").look_again_after.total_seconds()
        assert wait <= told <= wait * 1.1
        age += wait
    assert timedelta(minutes=10) <= again(timedelta(minutes=30), "").look_again_after <= timedelta(minutes=11)
    assert again(timedelta(), "", at_least=timedelta(minutes=1)).look_again_after == timedelta(minutes=1)


@pytest.mark.parametrize(
    "told", [{}, {"status": []}, {"uploaded_bytes": True}, {"uploaded_bytes": "9"}, {"fail_reason": 7}]
)
def test_no_shape_of_a_status_crashes_it(told: dict[str, Any]) -> None:
    assert read(told).state is State.UNKNOWN


def test_an_unknown_upload_is_waited_for(alone: TikTokConnector, answers: responses.RequestsMock) -> None:
    begins(answers)
    answers.put(SENT, status=201)
    refused = {"error": {"code": "invalid_publish_id", "message": "", "log_id": "1"}}
    answers.post(f"{API}/v2/post/publish/status/fetch/", json=refused, status=400)
    journal = MemoryJournal()
    is_processing(alone.publish(post(film()), ME, journal))
    journal.announced = None
    is_processing(alone.publish(post(film()), ME, journal))


def test_a_post_that_failed_for_their_fault_is_sent_anew_twice_and_then_told(
    alone: TikTokConnector, answers: responses.RequestsMock
) -> None:
    journal = waiting(answers, alone, status="FAILED", fail_reason="internal")
    for _ in range(2):
        with pytest.raises(TransientError):
            alone.publish(post(film()), ME, journal)
        is_processing(alone.publish(post(film()), ME, journal))
        journal.announced = None
    with pytest.raises(ContentRejected, match="3 times"):
        alone.publish(post(film()), ME, journal)


# --- an order to fetch whose answer was lost --------------------------------------------------------------------------------


def listed(answers: responses.RequestsMock, *videos: dict[str, Any], **more: Any) -> None:
    url = re.compile(f"{API}/v2/video/list/")
    answers.post(url, json=enveloped(videos=list(videos), cursor=1, has_more=False, **more))


@pytest.fixture
def by_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "TIKTOK_VIDEO_BY", "url")


def lost(answers: responses.RequestsMock, connector: TikTokConnector, content: Any) -> MemoryJournal:
    answers.post(f"{API}/v2/post/publish/creator_info/query/", json=enveloped(**CREATOR))
    answers.post(re.compile(f"{API}/v2/post/publish/(video|content)/init/"), body="", status=504)
    journal = MemoryJournal()
    with pytest.raises(OutcomeUnknown):
        connector.publish(content, ME, journal)
    assert journal.announced is not None
    return journal


@pytest.mark.usefixtures("by_url")
def test_a_public_video_is_known_by_its_words_and_its_moment(
    alone: TikTokConnector, answers: responses.RequestsMock
) -> None:
    content = post(film(), text="Word " * 60)
    journal = lost(answers, alone, content)
    moment = int(journal.now.timestamp())
    told = "Word " * 30
    listed(
        answers,
        {"id": "3", "create_time": moment + 2, "video_description": "Another"},
        {"id": "2", "create_time": moment, "video_description": told, "share_url": "https://www.tiktok.com/@n/video/2"},
        {"id": "1", "create_time": moment - 3600, "video_description": told},
    )
    found = alone.find_published(content, ME, journal, now=journal.now)
    assert found == Published("2", "https://www.tiktok.com/@n/video/2")
    journal.others = {"2"}
    assert alone.find_published(content, ME, journal, now=journal.now) == NotThere(final=False)
    late = journal.now + settings.TIKTOK_SETTLE + timedelta(seconds=1)
    assert isinstance(alone.find_published(content, ME, journal, now=late), CannotTell)


@pytest.mark.usefixtures("by_url")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (post(film(), privacy_level="SELF_ONLY"), "public videos alone"),
        (post(photo()), "no posts of photos"),
    ],
)
def test_what_no_list_shows_is_left_to_a_person_at_once(
    alone: TikTokConnector, answers: responses.RequestsMock, content: Any, words: str
) -> None:
    journal = lost(answers, alone, content)
    result = alone.find_published(content, ME, journal, now=journal.now)
    assert isinstance(result, CannotTell)
    assert words in result.reason


@pytest.mark.usefixtures("by_url")
def test_without_the_scope_to_look_the_scope_is_named(alone: TikTokConnector, answers: responses.RequestsMock) -> None:
    journal = lost(answers, alone, post(film()))
    refused = {"error": {"code": "scope_not_authorized", "message": "", "log_id": "1"}}
    answers.post(re.compile(f"{API}/v2/video/list/"), json=refused, status=401)
    result = alone.find_published(post(film()), ME, journal, now=journal.now)
    assert isinstance(result, CannotTell)
    assert "video.list" in result.reason


@pytest.mark.usefixtures("by_url")
def test_an_order_without_a_name_in_its_answer_is_in_doubt(
    alone: TikTokConnector, answers: responses.RequestsMock
) -> None:
    answers.post(f"{API}/v2/post/publish/creator_info/query/", json=enveloped(**CREATOR))
    answers.post(f"{API}/v2/post/publish/video/init/", json=enveloped())
    with pytest.raises(OutcomeUnknown):
        alone.publish(post(film()), ME, MemoryJournal())


# --- numbers and health -----------------------------------------------------------------------------------------------------


def test_what_tiktok_does_not_tell_is_absent_and_never_zero(
    alone: TikTokConnector, answers: responses.RequestsMock
) -> None:
    video = {"id": "7", "view_count": 0, "like_count": None, "comment_count": "3", "share_count": 2}
    answers.post(re.compile(f"{API}/v2/video/query/"), json=enveloped(videos=[video]))
    now = MemoryJournal().now
    metrics = {metric.name: metric.value for metric in alone.post_metrics("7", ME, now=now)}
    assert metrics == {"views": 0, "shares": 2}
    assert alone.post_metrics("8", ME, now=now) == []
    assert alone.post_metrics("v_pub_file~v2-1.1", ME, now=now) == []
    asked = answers.calls[0].request
    assert "fields=id,view_count" in str(asked.url)
    assert json.loads(asked.body or b"") == {"filters": {"video_ids": ["7"]}}


def test_another_account_behind_the_token_is_seen(alone: TikTokConnector, answers: responses.RequestsMock) -> None:
    answers.get(re.compile(f"{API}/v2/user/info/"), json=enveloped(user={"open_id": "somebody-else"}))
    report = alone.health_check(targets=[ME], now=MemoryJournal().now)
    assert [finding.code for finding in report.findings] == ["other_person"]


@pytest.mark.parametrize(
    ("code", "status", "state", "finding"),
    [
        ("spam_risk_too_many_posts", 200, HealthState.DEGRADED, "not_today"),
        ("reached_active_user_cap", 200, HealthState.DEGRADED, "not_today"),
        ("spam_risk_user_banned_from_posting", 200, HealthState.UNHEALTHY, "account_blocked"),
        ("scope_not_authorized", 401, HealthState.UNHEALTHY, "scope_missing"),
        ("access_token_invalid", 401, HealthState.UNHEALTHY, "token_dead"),
        ("weather_too_fine", 403, HealthState.DEGRADED, "not_understood"),
    ],
)
def test_what_keeps_an_account_from_publishing_is_told_as_what_it_is(
    alone: TikTokConnector, answers: responses.RequestsMock, code: str, status: int, state: HealthState, finding: str
) -> None:
    answers.get(re.compile(f"{API}/v2/user/info/"), json=enveloped(user={"open_id": ME.external_id}))
    refused = {"error": {"code": code, "message": "", "log_id": "1"}}
    answers.post(f"{API}/v2/post/publish/creator_info/query/", json=refused, status=status)
    report = alone.health_check(targets=[ME], now=MemoryJournal().now)
    assert (report.state, [one.code for one in report.findings]) == (state, [finding])
    if finding == "scope_missing":
        assert report.scopes_granted == tuple(scope for scope in ME.scopes if scope != "video.publish")


def test_tiktok_that_cannot_be_asked_says_nothing_of_an_account(
    alone: TikTokConnector, answers: responses.RequestsMock
) -> None:
    answers.get(re.compile(f"{API}/v2/user/info/"), body="<html>", status=503)
    with pytest.raises(TransientError):
        alone.health_check(targets=[ME], now=MemoryJournal().now)


def test_tiktok_asks_no_question_at_the_door(alone: TikTokConnector) -> None:
    assert alone.answer_challenge(WebhookRequest("GET", {}, {"challenge": "1"}, b"")) is None


def test_news_are_asked_for_in_the_portal_alone(alone: TikTokConnector, answers: responses.RequestsMock) -> None:
    alone.subscribe_webhooks(ME)
    alone.unsubscribe_webhooks(ME)
    assert len(answers.calls) == 0
