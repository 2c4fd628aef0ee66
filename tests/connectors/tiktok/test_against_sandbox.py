"""The connector against TikTok in miniature: connect, publish every kind, lose answers, die, find again."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
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
from connectors.tiktok.connector import TikTokConnector
from connectors.types import (
    ACCESS_TOKEN,
    REFRESH_TOKEN,
    CannotTell,
    Grant,
    HealthState,
    LiveState,
    NotThere,
    Published,
    Target,
)
from foundation.secret import Secret
from sandbox.tiktok import demo
from sandbox.tiktok.records import Post, Publish
from sandbox.tiktok.town import TikTok
from sandbox.world import World
from tests.connectors.kit import Ring, WorkerDied
from tests.connectors.tiktok.conftest import (
    CALLBACK,
    CHUNK,
    ME,
    OPEN_ID,
    SCOPES,
    Chest,
    Listening,
    MemoryJournal,
    draft,
    film,
    found,
    is_processing,
    photo,
    post,
    stages,
    through,
)

Granted = Callable[..., Grant]
Trouble = Callable[..., None]
PUT = {"host": "*upload*.tiktokapis.com", "method": "PUT"}
INIT = {"method": "POST", "path": "/v2/post/publish/*init/"}
STATUS = {"method": "POST", "path": "/v2/post/publish/status/fetch/"}


def posts(town: World) -> list[Post]:
    town.tiktok.settle()
    return list(town.tiktok.state.posts)


def begun(town: World) -> list[Publish]:
    return list(town.tiktok.state.publishes)


def ranges(wire: Listening) -> list[str]:
    return [str(request.headers["Content-Range"]) for request in wire.calls("PUT ")]


def as_app(bare: TikTokConnector, grant: Grant) -> TikTokConnector:
    assert grant.refresh_token is not None
    ring = Ring({ACCESS_TOKEN: grant.access_token, REFRESH_TOKEN: grant.refresh_token})
    return TikTokConnector(app=bare.app, http=bare.http, keys=ring, safe=Chest())


# --- connecting ---------------------------------------------------------------------------------------------------------


def test_a_creator_connects_with_both_ends_and_every_scope(granted: Granted) -> None:
    grant = granted()
    assert (grant.external_user_id, grant.display_name) == (OPEN_ID, "Naiara Etxeberria 🌊")
    assert set(grant.scopes_granted) == set(SCOPES)
    assert grant.scopes_missing == ()
    assert grant.access_expires_at is not None
    assert grant.refresh_expires_at is not None
    assert timedelta(days=179) < grant.refresh_expires_at - grant.access_expires_at < timedelta(days=180)


def test_a_grant_opens_one_account(bare: TikTokConnector, granted: Granted) -> None:
    (place,) = bare.fetch_accounts(access_token=granted().access_token)
    assert (place.kind, place.external_id, place.username) == (ME.kind, OPEN_ID, "naiara.etxe")
    assert place.url == "https://www.tiktok.com/@naiara.etxe"
    assert place.obstacle == ""


def test_scopes_that_were_switched_off_are_named_and_cost_only_what_stands_on_them(
    bare: TikTokConnector, granted: Granted
) -> None:
    grant = granted(declined=["user.info.profile", "video.publish"])
    assert set(grant.scopes_missing) == {"user.info.profile", "video.publish"}
    assert grant.display_name == "Naiara Etxeberria 🌊"
    (place,) = bare.fetch_accounts(access_token=grant.access_token)
    assert (place.external_id, place.username) == (OPEN_ID, "")


def test_the_consent_page_is_asked_for_as_tiktok_wants_it(bare: TikTokConnector, town: World, wire: Listening) -> None:
    url = bare.authorize_url(redirect_uri=CALLBACK, state=Secret("a state"))
    asked = dict(parse_qsl(urlsplit(url).query))
    assert asked["client_key"] == demo.DEFAULT_APP_KEY
    assert asked["scope"] == ",".join(SCOPES)
    assert asked["disable_auto_auth"] == "1", "or whoever is signed in is connected without a word"
    assert not {"client_id", "code_challenge"} & set(asked)
    assert urlsplit(url).path.endswith("/v2/auth/authorize/")
    assert town.tiktok.consent({"url": url})["state"] == "a state"


def test_somebody_who_is_no_test_user_is_told_apart_from_somebody_who_refused(
    bare: TikTokConnector, town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def back(**said: Any) -> dict[str, str]:
        url = bare.authorize_url(redirect_uri=CALLBACK, state=Secret("s"))
        return dict(parse_qsl(urlsplit(str(town.tiktok.consent({"url": url, **said})["redirect_url"])).query))

    refused = back(decision="cancel")
    assert bare.refused_consent(error=refused["error"], detail=refused.get("error_type", "")) is None
    monkeypatch.setattr(bare, "app", replace(bare.app, client_id=demo.SANDBOX_APP_KEY))
    turned_away = back(user=demo.NAIARA)
    told = bare.refused_consent(error=turned_away["error"], detail=turned_away["error_type"])
    assert told is not None
    assert "Target users" in told.remedy


@pytest.mark.parametrize("status", ["200", "400"])
def test_a_code_works_once_and_a_refresh_spends_its_token_whatever_the_status_says(
    bare: TikTokConnector, town: World, wire: Listening, connector: TikTokConnector, journal: MemoryJournal, status: str
) -> None:
    town.switches.set({"tiktok.oauth_error_status": status})
    fresh = connector.refresh_token(now=journal.now)
    assert fresh.refresh_token is not None
    with pytest.raises(ReconnectRequired) as spent:
        connector.refresh_token(now=journal.now)
    assert spent.value.connection_ended
    code = Secret(str(town.tiktok.consent(scopes=SCOPES, redirect_uri=CALLBACK)["code"]))
    bare.exchange_code(code=code, redirect_uri=CALLBACK, now=journal.now)
    with pytest.raises(ReconnectRequired, match="old or used"):
        bare.exchange_code(code=code, redirect_uri=CALLBACK, now=journal.now)


def test_a_refresh_whose_answer_was_lost_says_that_it_is_over_only_after_a_second_try(
    connector: TikTokConnector, journal: MemoryJournal, trouble: Trouble, wire: Listening
) -> None:
    trouble("lost_after_success", path="/v2/oauth/token/")
    with pytest.raises(ReconnectRequired, match="lost on the way"):
        connector.refresh_token(now=journal.now)
    assert len(wire.calls("/v2/oauth/token/")) == 3, "one to connect, two for the refresh"


def test_a_refresh_that_never_arrived_is_simply_made_again(
    connector: TikTokConnector, journal: MemoryJournal, trouble: Trouble
) -> None:
    trouble("lost_before", path="/v2/oauth/token/")
    assert connector.refresh_token(now=journal.now).refresh_token is not None
    trouble("http_status", status=503, path="/v2/oauth/token/")
    with pytest.raises(TransientError):
        connector.refresh_token(now=journal.now)


def test_a_grant_is_ended_at_tiktok(connector: TikTokConnector, town: World) -> None:
    connector.revoke()
    assert not town.tiktok.state.grants
    assert connector.health_check(targets=[ME], now=MemoryJournal(world=town).now).state is HealthState.UNHEALTHY


# --- publishing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [90_000, CHUNK, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 4 * CHUNK + 77])
def test_a_video_goes_up_in_chunks_and_is_the_same_byte_for_byte(
    connector: TikTokConnector, town: World, journal: MemoryJournal, wire: Listening, size: int
) -> None:
    file = film(size)
    published = through(connector, post(file), journal)
    (shown,) = posts(town)
    (upload,) = begun(town)
    assert upload.sha256 == hashlib.sha256(file.data).hexdigest()
    assert len(wire.calls("PUT ")) == upload.chunks == max(1, size // CHUNK if size >= 2 * CHUNK else 1)
    assert published.external_id in {upload.id, *upload.post_ids}
    assert (shown.title, shown.privacy) == ("Tide pools 🌊 #slow", "PUBLIC_TO_EVERYONE")
    assert stages(journal) == ["announce last_part"]
    assert all("Authorization" not in request.headers for request in wire.calls("PUT "))


def test_the_address_for_the_bytes_stands_nowhere_in_the_journal(
    connector: TikTokConnector, journal: MemoryJournal, town: World
) -> None:
    through(connector, post(film()), journal)
    (upload,) = begun(town)
    written = json.dumps(journal.notes, default=str)
    assert upload.id in written
    assert upload.upload_token not in written
    assert "upload_token" not in written


def test_nothing_is_switched_on_that_the_author_did_not_choose(
    connector: TikTokConnector, journal: MemoryJournal, wire: Listening
) -> None:
    through(connector, post(film()), journal)
    info = json.loads(wire.calls("video/init/")[0].body or b"")["post_info"]
    assert info == {
        "title": "Tide pools 🌊 #slow",
        "privacy_level": "PUBLIC_TO_EVERYONE",
        "disable_comment": True,
        "disable_duet": True,
        "disable_stitch": True,
        "brand_content_toggle": False,
        "brand_organic_toggle": False,
        "is_aigc": False,
    }


def test_what_the_author_chose_reaches_tiktok_as_far_as_the_account_allows_it(
    bare: TikTokConnector, granted: Granted, town: World, wire: Listening, journal: MemoryJournal
) -> None:
    chosen: dict[str, Any] = {"allow_comment": True, "allow_duet": True, "allow_stitch": True, "is_aigc": True}
    content = post(film(), **chosen, commercial_content="your_brand_and_branded_content", cover_timestamp_ms=1500)
    mirele = as_app(bare, granted(demo.MIRELE))
    target = replace(ME, external_id=TikTok.destination_id(demo.MIRELE))
    for _ in range(3):
        told = mirele.publish(content, target, journal)
        if isinstance(told, Published):
            break
        town.clock.advance(30)
    (shown,) = posts(town)
    assert shown.settings["disable_comment"] is False
    assert shown.settings["disable_duet"] is False
    assert shown.settings["disable_stitch"] is True, "this account has stitches switched off"
    assert shown.settings["brand_content_toggle"] is True
    assert shown.settings["brand_organic_toggle"] is True
    assert shown.settings["is_aigc"] is True
    assert shown.settings["video_cover_timestamp_ms"] == 1500


@pytest.mark.parametrize("count", [1, 3, 35])
def test_photos_are_fetched_by_tiktok_in_order(
    connector: TikTokConnector, town: World, journal: MemoryJournal, count: int
) -> None:
    files = [photo(town, shade=number) for number in range(count)]
    through(connector, post(*files, title="Pools", cover_index=count - 1), journal)
    (shown,) = posts(town)
    assert (shown.title, shown.description) == ("Pools", "Tide pools 🌊 #slow")
    assert shown.media == [hashlib.sha256(file.data).hexdigest() for file in files]
    assert shown.settings["photo_cover_index"] == count - 1
    assert shown.settings["auto_add_music"] is False
    assert stages(journal) == ["announce init"]


def test_pictures_that_tiktok_does_not_take_reach_it_as_jpegs_of_1080p(
    connector: TikTokConnector, town: World, journal: MemoryJournal
) -> None:
    made = photo(town, 1080, 1440, shade=7)
    large = photo(None, 3000, 4000, shade=3, jpeg=made)
    png = replace(photo(None, 600, 800, shade=4), content_type="image/png", jpeg=made)
    through(connector, post(photo(town, shade=5), large, png), journal)
    assert (large.wanted, png.wanted) == ([1440], [800])
    (shown,) = posts(town)
    assert shown.media[1:] == [hashlib.sha256(made.data).hexdigest()] * 2


def test_a_video_can_be_fetched_by_tiktok_too(
    connector: TikTokConnector, town: World, journal: MemoryJournal, monkeypatch: pytest.MonkeyPatch, wire: Listening
) -> None:
    monkeypatch.setattr(settings, "TIKTOK_VIDEO_BY", "url")
    file = film()
    town.media.plant(file.public_url, file.data, file.content_type)
    through(connector, post(file), journal)
    (upload,) = begun(town)
    assert upload.sha256 == hashlib.sha256(file.data).hexdigest()
    assert wire.calls("PUT ") == []
    assert stages(journal) == ["announce init"]


def test_a_draft_carries_the_file_alone_and_says_where_it_waits(
    connector: TikTokConnector, town: World, journal: MemoryJournal, wire: Listening
) -> None:
    published = through(connector, draft(film()), journal)
    assert posts(town) == []
    assert "inbox" in published.note
    assert list(json.loads(wire.calls("inbox/video/init/")[0].body or b"")) == ["source_info"]
    assert wire.calls("creator_info") == []


def test_a_draft_of_photos_carries_its_words(connector: TikTokConnector, town: World, journal: MemoryJournal) -> None:
    through(connector, draft(photo(town), text="Words", title="Title"), journal)
    (upload,) = begun(town)
    assert (upload.mode, upload.post_info["title"], upload.post_info["description"]) == ("inbox", "Title", "Words")


def test_a_post_for_the_creator_alone_is_published_without_a_public_link(
    connector: TikTokConnector, town: World, journal: MemoryJournal
) -> None:
    published = through(connector, post(film(), privacy_level="SELF_ONLY"), journal)
    assert published.permalink == "https://www.tiktok.com/@naiara.etxe"
    assert "Only the creator" in published.note
    standing = connector.look_after(published.external_id, ME, journal.notes, now=journal.now)
    assert standing.state is LiveState.PENDING


def test_the_number_of_a_post_is_learned_after_moderation_and_never_rounded(
    connector: TikTokConnector, town: World, journal: MemoryJournal
) -> None:
    town.switches.set({"tiktok.moderation_s": 3600})
    published = through(connector, post(film()), journal)
    assert "no public link yet" in published.note
    early = connector.look_after(published.external_id, ME, journal.notes, now=journal.now)
    assert (early.state, early.external_id) == (LiveState.PENDING, "")
    town.clock.advance(3601)
    late = connector.look_after(published.external_id, ME, journal.notes, now=journal.now)
    (shown,) = posts(town)
    assert (late.state, late.external_id) == (LiveState.LIVE, shown.id)
    assert int(shown.id) > 2**53
    assert late.permalink == f"https://www.tiktok.com/@naiara.etxe/video/{shown.id}"
    town.tiktok.webhook("take_down", {"post_id": shown.id})
    gone = connector.look_after(shown.id, ME, journal.notes, now=journal.now)
    assert gone.state is LiveState.REMOVED
    assert gone.reason


# --- what the account allows ----------------------------------------------------------------------------------------------


def test_composing_tells_the_choices_of_this_moment(
    connector: TikTokConnector, town: World, journal: MemoryJournal
) -> None:
    told = connector.composing(ME, now=journal.now)
    assert (told.name, told.username) == ("Naiara Etxeberria 🌊", "naiara.etxe")
    assert told.choices == {"privacy_level": ("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY")}
    assert (told.fixed, told.obstacle) == ({}, "")
    assert told.longest_video == timedelta(minutes=10)
    town.tiktok.levers()["POST", "creators"]({"user": demo.NAIARA, "private": True, "comment_disabled": True})
    told = connector.composing(ME, now=journal.now)
    assert told.choices["privacy_level"][0] == "FOLLOWER_OF_CREATOR"
    assert told.fixed == {"allow_comment": False, "allow_duet": False, "allow_stitch": False}
    town.tiktok.levers()["POST", "creators"]({"user": demo.NAIARA, "banned": True})
    assert "does not let this account publish" in connector.composing(ME, now=journal.now).obstacle


@pytest.mark.usefixtures("unaudited")
def test_without_an_audit_only_private_accounts_publish_and_for_themselves_alone(
    granted: Granted, town: World, wire: Listening, journal: MemoryJournal, bare: TikTokConnector
) -> None:
    mine = as_app(bare, granted())
    target = replace(ME, external_id=town.tiktok.state.open_id(demo.NAIARA, demo.UNAUDITED_APP_KEY))
    told = mine.composing(target, now=journal.now)
    assert told.choices == {"privacy_level": ("SELF_ONLY",)}
    assert any("private" in notice for notice in told.notices)
    content = post(film(), privacy_level="SELF_ONLY")
    assert mine.check(content, kind=ME.kind) == []
    assert [finding.code for finding in mine.check(post(film()), kind=ME.kind)] == ["not_audited"]
    with pytest.raises(ConfigurationError) as refused:
        mine.publish(content, target, journal)
    assert "TIKTOK_AUDITED" in refused.value.remedy
    report = mine.health_check(targets=[target], now=journal.now)
    assert [finding.code for finding in report.findings] == ["public_account"]
    town.tiktok.levers()["POST", "creators"]({"user": demo.NAIARA, "private": True})
    is_processing(mine.publish(content, target, journal))
    assert mine.health_check(targets=[target], now=journal.now).state is HealthState.HEALTHY


def test_a_choice_that_is_gone_when_the_moment_comes_is_never_sent(
    connector: TikTokConnector, town: World, journal: MemoryJournal, wire: Listening
) -> None:
    town.tiktok.levers()["POST", "creators"]({"user": demo.NAIARA, "private": True})
    with pytest.raises(ContentRejected, match="no longer offers"):
        connector.publish(post(film()), ME, journal)
    town.tiktok.levers()["POST", "creators"]({"user": demo.NAIARA, "private": False, "longest_s": 10})
    with pytest.raises(ContentRejected, match="12 seconds"):
        connector.publish(post(film()), ME, journal)
    assert wire.calls("video/init/") == [], "TikTok counts wrong tries against the app"


@pytest.mark.parametrize("where", ["creator_info/query/", "video/init/"])
def test_a_full_day_waits_a_day_whichever_call_says_so(
    connector: TikTokConnector, journal: MemoryJournal, trouble: Trouble, wire: Listening, where: str
) -> None:
    trouble("platform_error", error={"code": "spam_risk_too_many_posts"}, path=f"*/{where}")
    for _ in range(2):
        with pytest.raises(RateLimited) as full:
            connector.publish(post(film()), ME, journal)
        assert full.value.retry_after is not None
        assert full.value.retry_after > timedelta(hours=23)
    assert len(wire.calls("video/init/")) == (where == "video/init/"), "one refusal is enough for a day"


def test_our_own_count_of_the_day_holds_a_job_back_before_anything_is_sent(
    connector: TikTokConnector, town: World, wire: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "TIKTOK_POSTS_PER_DAY", 2)
    jobs = [MemoryJournal(world=town) for _ in range(3)]
    for journal in jobs[:2]:
        through(connector, post(film()), journal)
    begun_anew = replace(jobs[1], notes={"counted": True})
    is_processing(connector.publish(post(film(90_001)), ME, begun_anew))
    with pytest.raises(RateLimited):
        connector.publish(post(film()), ME, jobs[2])
    assert jobs[2].notes == {}


def test_six_beginnings_a_minute_are_counted_before_tiktok_has_to(
    connector: TikTokConnector, town: World, wire: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connectors.tiktok import api

    monkeypatch.setattr(api, "OF_ACCOUNT", {**api.OF_ACCOUNT, api.INIT_DRAFT: 6})
    town.switches.set({"tiktok.limit_pending_shares": 0})
    for number in range(6):
        is_processing(connector.publish(draft(film(90_000 + number)), ME, MemoryJournal(world=town)))
    town.clock.advance(61)
    with pytest.raises(RateLimited) as held:
        connector.publish(draft(film()), ME, MemoryJournal(world=town))
    assert held.value.retry_after is not None
    assert held.value.retry_after <= timedelta(minutes=1)
    assert len(wire.calls("inbox/video/init/")) == 6


# --- trouble on the way -----------------------------------------------------------------------------------------------------


STEPS = ("note _upload_address", "note upload sending", f"note arrived {CHUNK}", f"note arrived {2 * CHUNK}", "note upload closing",
         "announce last_part", "note upload working")  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_at_any_step_leaves_one_whole_post(
    connector: TikTokConnector, town: World, journal: MemoryJournal, wire: Listening, step: str
) -> None:
    content = post(film(4 * CHUNK))
    journal.dies_after = step
    with pytest.raises(WorkerDied):
        through(connector, content, journal)
    if journal.announced:
        town.clock.advance(15)
        result = found(connector, content, journal)
        if isinstance(result, NotThere):
            through(connector, content, journal)
    else:
        through(connector, content, journal)
    assert len(posts(town)) == 1
    done = [upload for upload in begun(town) if upload.arrived_at is not None]
    assert [upload.sha256 for upload in done] == [hashlib.sha256(content.media[0].file.open().read()).hexdigest()]
    assert len(begun(town)) == (2 if step == "note _upload_address" else 1)


@pytest.mark.parametrize("stored_again", ["416", "206"])
@pytest.mark.parametrize("progress", ["count", "last_index"])
@pytest.mark.parametrize("fault", ["lost_after_success", "lost_before", "error_after_success"])
@pytest.mark.parametrize("which", [0, 2, 3])
def test_a_chunk_that_met_trouble_is_sent_again_or_found_there(
    connector: TikTokConnector,
    town: World,
    journal: MemoryJournal,
    trouble: Trouble,
    wire: Listening,
    fault: str,
    which: int,
    stored_again: str,
    progress: str,
) -> None:
    town.switches.set({"tiktok.put_stored_range": stored_again, "tiktok.progress_header": progress})
    status = {"status": 502} if fault == "error_after_success" else {}
    content = post(film(4 * CHUNK))
    before = {0: "note upload sending", 2: f"note arrived {2 * CHUNK}", 3: "announce last_part"}[which]
    journal.upon[before] = lambda: trouble(fault, **{**PUT, **status})
    try:
        through(connector, content, journal)
    except OutcomeUnknown:
        assert which == 3, "only the last bytes can leave anything in doubt"
        if isinstance(found(connector, content, journal), NotThere):
            through(connector, content, journal)
    assert len(posts(town)) == 1
    (upload,) = begun(town)
    assert upload.sha256 == hashlib.sha256(content.media[0].file.open().read()).hexdigest()


def test_a_look_whose_worker_died_comes_to_the_same_end_the_next_time(
    connector: TikTokConnector, town: World, journal: MemoryJournal, trouble: Trouble
) -> None:
    content = post(film())
    trouble("lost_before", **PUT)
    with pytest.raises(OutcomeUnknown):
        connector.publish(content, ME, journal)
    journal.dies_after = "note upload sending"
    with pytest.raises(WorkerDied):
        connector.find_published(content, ME, journal, now=journal.now)
    assert found(connector, content, journal) == NotThere(final=True)
    through(connector, content, journal)
    assert len(posts(town)) == 1


# --- a post that changes, an address that runs out, what becomes of it ------------------------------------------------------


def test_an_upload_left_for_an_hour_begins_anew_and_only_the_new_one_is_published(
    connector: TikTokConnector, town: World, journal: MemoryJournal
) -> None:
    content = post(film(4 * CHUNK))
    journal.dies_after = f"note arrived {CHUNK}"
    with pytest.raises(WorkerDied):
        connector.publish(content, ME, journal)
    town.clock.advance(3600)
    with pytest.raises(TransientError, match="begins anew"):
        connector.publish(content, ME, journal)
    through(connector, content, journal)
    assert [upload.arrived_at is None for upload in begun(town)] == [True, False]
    assert len(posts(town)) == 1


def test_a_post_changed_before_its_last_bytes_goes_out_as_it_is_now(
    connector: TikTokConnector, town: World, journal: MemoryJournal
) -> None:
    journal.dies_after = f"note arrived {CHUNK}"
    with pytest.raises(WorkerDied):
        connector.publish(post(film(4 * CHUNK), text="Before"), ME, journal)
    through(connector, post(film(4 * CHUNK), text="After"), journal)
    assert [shown.title for shown in posts(town)] == ["After"]


@pytest.mark.parametrize("step", ["note upload closing", "note upload working"])
def test_a_post_changed_once_it_may_be_out_never_goes_out_twice(
    connector: TikTokConnector, town: World, journal: MemoryJournal, step: str
) -> None:
    journal.dies_after = step
    with pytest.raises(WorkerDied):
        connector.publish(post(film(), text="Before"), ME, journal)
    journal.announced = None
    published = through(connector, post(film(90_001), text="After"), journal)
    (shown,) = posts(town)
    assert shown.title == ("After" if step == "note upload closing" else "Before")
    assert ("before the last change" in published.note) is (shown.title == "Before")


FATES = {
    "file_format_check_failed": ContentRejected,
    "duration_check_failed": ContentRejected,
    "frame_rate_check_failed": ContentRejected,
    "picture_size_check_failed": ContentRejected,
    "publish_cancelled": ContentRejected,
    "auth_removed": ReconnectRequired,
    "spam_risk_too_many_posts": RateLimited,
    "spam_risk_user_banned_from_posting": ReconnectRequired,
    "spam_risk_text": ContentRejected,
    "spam_risk": ContentRejected,
    "internal": TransientError,
}


@pytest.mark.parametrize("reason", sorted(FATES))
def test_a_post_that_failed_at_tiktok_names_who_can_mend_it_and_may_be_begun_anew(
    connector: TikTokConnector, town: World, journal: MemoryJournal, reason: str
) -> None:
    town.switches.set({"tiktok.fate": reason})
    with pytest.raises(FATES[reason]) as failed:
        through(connector, post(film()), journal)
    assert type(failed.value) is FATES[reason]
    town.switches.set({"tiktok.fate": "works"})
    through(connector, post(film()), journal)
    assert len(posts(town)) == 1


def test_photos_that_could_not_be_fetched_are_tried_once_more(
    connector: TikTokConnector, town: World, journal: MemoryJournal
) -> None:
    missing = photo(None)
    with pytest.raises(TransientError):
        through(connector, post(missing), journal)
    with pytest.raises(UnexpectedAnswer, match="2 times") as told:
        through(connector, post(missing), journal)
    assert "PUBLIC_URL" in told.value.remedy


def test_a_domain_that_was_not_verified_is_the_operators_to_mend(
    connector: TikTokConnector, journal: MemoryJournal
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        connector.publish(post(replace(photo(None), public_url="https://hub.example/media/1.jpg")), ME, journal)
    assert "URL properties" in refused.value.remedy


def test_an_order_whose_answer_was_lost_is_never_given_twice(
    connector: TikTokConnector, town: World, journal: MemoryJournal, trouble: Trouble
) -> None:
    content = post(photo(town))
    trouble("lost_after_success", **INIT)
    with pytest.raises(OutcomeUnknown):
        connector.publish(content, ME, journal)
    assert isinstance(connector.find_published(content, ME, journal, now=journal.now), CannotTell)
    town.clock.advance(60)
    assert len(posts(town)) == 1


def test_a_public_video_that_was_fetched_is_found_again(
    connector: TikTokConnector, town: World, journal: MemoryJournal, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "TIKTOK_VIDEO_BY", "url")
    file = film()
    town.media.plant(file.public_url, file.data, file.content_type)
    trouble("lost_after_success", **INIT)
    with pytest.raises(OutcomeUnknown):
        connector.publish(post(file), ME, journal)
    result = found(connector, post(file), journal)
    (shown,) = posts(town)
    assert isinstance(result, Published)
    assert result.external_id == shown.id


def test_an_inbox_that_is_full_waits_a_day(connector: TikTokConnector, town: World) -> None:
    for number in range(5):
        through(connector, draft(film(90_000 + number)), MemoryJournal(world=town))
    with pytest.raises(RateLimited, match="drafts"):
        connector.publish(draft(film()), ME, MemoryJournal(world=town))


def test_another_accounts_upload_is_told_as_that(
    connector: TikTokConnector, bare: TikTokConnector, granted: Granted, town: World, journal: MemoryJournal
) -> None:
    is_processing(connector.publish(post(film()), ME, journal))
    journal.announced = None
    with pytest.raises(ReconnectRequired, match="another TikTok account") as refused:
        as_app(bare, granted(demo.OSKAR)).publish(post(film()), ME, journal)
    assert not refused.value.connection_ended


def test_a_draft_that_its_creator_published_is_seen_later(
    connector: TikTokConnector, town: World, journal: MemoryJournal
) -> None:
    published = through(connector, draft(film()), journal)
    waiting = connector.look_after(published.external_id, ME, journal.notes, now=journal.now)
    assert (waiting.state, "app" in waiting.remedy) == (LiveState.PENDING, True)
    town.tiktok.webhook("post_draft", {"publish_id": published.external_id})
    town.clock.advance(60)
    live = connector.look_after(published.external_id, ME, journal.notes, now=journal.now)
    (shown,) = posts(town)
    assert (live.state, live.external_id) == (LiveState.LIVE, shown.id)


# --- numbers and health -----------------------------------------------------------------------------------------------------


def test_numbers_of_posts_and_of_the_account_are_told(
    connector: TikTokConnector, town: World, journal: MemoryJournal
) -> None:
    through(connector, post(film()), journal)
    town.clock.advance(60)
    (shown,) = posts(town)
    town.tiktok.levers()["POST", "audience"]({"post": shown.id, "view_count": 90, "like_count": 4})
    told = {metric.name: metric.value for metric in connector.post_metrics(shown.id, ME, now=journal.now)}
    assert (told["views"], told["likes"]) == (90, 4)
    whole = connector.account_metrics(ME, since=journal.now, until=journal.now)
    assert {metric.name: metric.value for metric in whole}["followers"] == 4812


def test_a_healthy_account_is_healthy_and_each_ailment_has_its_name(
    connector: TikTokConnector, town: World, journal: MemoryJournal
) -> None:
    def codes(*targets: Target) -> list[str]:
        report = connector.health_check(targets=targets or [ME], now=journal.now)
        assert all(finding.remedy for finding in report.findings)
        return [finding.code for finding in report.findings]

    assert codes() == []
    assert codes(replace(ME, external_id="somebody-else")) == ["other_person"]
    assert codes(replace(ME, scopes=("user.info.basic", "video.upload"))) == ["scope_missing"]
    town.tiktok.levers()["POST", "creators"]({"user": demo.NAIARA, "banned": True})
    assert codes() == ["account_blocked"]
    town.tiktok.revoke({"user": demo.NAIARA})
    assert codes() == ["token_dead"]
    empty = TikTokConnector(app=connector.app, http=connector.http, keys=Ring())
    assert [one.code for one in empty.health_check(targets=[ME], now=journal.now).findings] == ["token_missing"]
