"""The connector against LinkedIn in miniature: connect, say everything that can be said, lose answers, find again."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
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
from connectors.types import (
    ACCESS_TOKEN,
    REFRESH_TOKEN,
    Attachment,
    CannotTell,
    Content,
    EventKind,
    Grant,
    HealthState,
    MediaKind,
    NotThere,
    Published,
    Target,
    WebhookEvent,
    WebhookRequest,
)
from foundation.secret import Secret
from sandbox.linkedin import demo
from sandbox.linkedin.courier import Letter, Reply
from sandbox.linkedin.records import Post
from sandbox.world import World
from tests.connectors.kit import Ring, WorkerDied
from tests.connectors.linkedin.conftest import CALLBACK, MEMBER, PAGE, Listening, Lockbox, MemoryFile, MemoryJournal
from tests.connectors.linkedin.test_checks import TAKEN
from tests.sandbox.linkedin.hub import mp4, png

Granted = Callable[..., Grant]
Holder = Callable[..., LinkedInConnector]
Trouble = Callable[..., None]
TEXT = "Opening night (free!) #Stars & <comets>\nC:\\sky_map * 5 ~ | {x} me@x.io"


@pytest.fixture(autouse=True)
def _a_town_that_is_done_at_once(linkedin_world: World) -> None:
    quiet = {"linkedin.image_processing_s": 0, "linkedin.video_processing_s": 0, "linkedin.audience": "quiet"}
    linkedin_world.switches.set(quiet)


@pytest.fixture(autouse=True)
def _nothing_a_careful_client_does_not_do(linkedin_world: World) -> Iterator[None]:
    yield
    assert [violation.what for violation in linkedin_world.linkedin.state.violations] == []


def posts(world: World) -> list[Post]:
    return sorted(world.linkedin.state.posts, key=lambda post: post.seq)


def image(colour: tuple[int, int, int] = (1, 2, 3), **said: Any) -> Attachment:
    data = png(colour=colour)
    return Attachment(MemoryFile(data=data, id=hashlib.sha256(data).hexdigest()[:8], **said), alt_text="Sky (dark)")


def film(size: int = 9_000_000) -> Attachment:
    file = MemoryFile(data=mp4(size), kind=MediaKind.VIDEO, content_type="video/mp4", id="film", name="film.mp4")
    return Attachment(file, title="Film")


def slides() -> Attachment:
    file = MemoryFile(data=b"%PDF-1.7 /Type /Page", kind=MediaKind.DOCUMENT, content_type="application/pdf", id="pdf")
    return Attachment(replace(file, name="Slides.pdf"))


def through(
    world: World, connector: LinkedInConnector, content: Content, target: Target, journal: MemoryJournal | None = None
) -> Published:
    """Publish as the hub does, letting the town's time pass where it is told to look again."""
    journal = journal or MemoryJournal()
    for _ in range(60):
        result = connector.publish(content, target, journal)
        if isinstance(result, Published):
            return result
        world.clock.advance(result.look_again_after.total_seconds())
    raise AssertionError("it never came to an end")


# --- connecting ---------------------------------------------------------------------------------------------------------


def test_a_person_connects_with_profile_pages_and_a_refresh_token(granted: Granted, now: datetime) -> None:
    grant = granted()
    assert (grant.external_user_id, grant.display_name) == (demo.SOLVEIG, "Sólveig Þórsdóttir")
    assert grant.scopes_missing == ()
    assert grant.access_expires_at is not None
    assert timedelta(days=59) < grant.access_expires_at - now <= timedelta(days=60)
    assert grant.refresh_expires_at is not None
    assert timedelta(days=364) < grant.refresh_expires_at - now <= timedelta(days=366)


def test_every_page_with_a_role_is_found_and_those_without_posting_say_why(
    connector: LinkedInConnector, granted: Granted
) -> None:
    places = {place.external_id: place for place in connector.fetch_accounts(access_token=granted().access_token)}
    assert MEMBER.external_id in places
    open_pages = {
        urn.rsplit(":", 1)[1] for urn, place in places.items() if place.kind == PAGE.kind and not place.obstacle
    }
    assert open_pages == {demo.OBSERVATORY, demo.TYPE_FOUNDRY, demo.ARCHIVE}
    closed = {urn.rsplit(":", 1)[1] for urn, place in places.items() if place.obstacle}
    assert closed == {demo.FERRY, demo.VINEYARD}
    assert places[PAGE.external_id].name == "Stjörnuhús Observatory"


@pytest.mark.parametrize("needs_role", [False, True])
def test_all_pages_of_a_long_list_are_found(
    connector: LinkedInConnector, granted: Granted, linkedin_world: World, needs_role: bool
) -> None:
    linkedin_world.switches.set({"linkedin.acl_needs_role": needs_role})
    places = connector.fetch_accounts(access_token=granted(demo.MATEO).access_token)
    found = {place.external_id.rsplit(":", 1)[1] for place in places if place.kind == PAGE.kind and not place.obstacle}
    assert found == {*demo.BRANCHES, demo.TYPE_FOUNDRY, demo.FERRY}


@pytest.mark.usefixtures("as_profile_app")
def test_a_profile_app_gets_a_profile_and_no_means_of_renewal(
    connector: LinkedInConnector, granted: Granted, now: datetime
) -> None:
    grant = granted()
    assert grant.refresh_token is None
    assert [place.kind for place in connector.fetch_accounts(access_token=grant.access_token)] == ["linkedin_member"]


@pytest.mark.usefixtures("as_profile_app")
@pytest.mark.parametrize("scope", ["r_ad_campaigns", "w_organization_social"])
def test_one_scope_without_a_product_refuses_the_whole_login(
    connector: LinkedInConnector, linkedin_world: World, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    monkeypatch.setattr(settings, "LINKEDIN_EXTRA_SCOPES", (scope,))
    url = connector.authorize_url(redirect_uri=CALLBACK, state=Secret("state"))
    back = linkedin_world.linkedin.consent({"url": url})
    returned = dict(parse_qsl(urlsplit(str(back["redirect_url"])).query))
    assert returned["error"] == "unauthorized_scope_error"
    assert scope in returned["error_description"]


@pytest.mark.usefixtures("as_community_app")
def test_community_management_says_who_it_is_by_the_basic_profile(
    connector: LinkedInConnector, granted: Granted
) -> None:
    grant = granted()
    assert grant.external_user_id == demo.SOLVEIG
    assert len(connector.fetch_accounts(access_token=grant.access_token)) > 3


def test_the_address_of_the_consent_page_is_one_the_town_understands(
    connector: LinkedInConnector, linkedin_world: World, wire: Listening, now: datetime
) -> None:
    url = connector.authorize_url(redirect_uri=CALLBACK, state=Secret("a state"))
    back = linkedin_world.linkedin.consent({"url": url})
    assert back["state"] == "a state"
    grant = connector.exchange_code(code=Secret(str(back["code"])), redirect_uri=CALLBACK, now=now)
    assert set(grant.scopes_granted) == set(connector.scopes())


def test_a_token_that_is_not_known_everywhere_yet_is_waited_for(granted: Granted, linkedin_world: World) -> None:
    linkedin_world.switches.set({"linkedin.propagation_calls": 3})
    assert granted().external_user_id == demo.SOLVEIG


def test_a_code_works_once_and_says_so(
    connector: LinkedInConnector, wire: Listening, linkedin_world: World, now: datetime
) -> None:
    allowed = linkedin_world.linkedin.consent(scopes=connector.scopes(), redirect_uri=CALLBACK)
    code = Secret(str(allowed["code"]))
    connector.exchange_code(code=code, redirect_uri=CALLBACK, now=now)
    with pytest.raises(ReconnectRequired, match="old or used"):
        connector.exchange_code(code=code, redirect_uri=CALLBACK, now=now)


def test_a_token_is_renewed_and_the_new_one_publishes(holder: Holder, linkedin_world: World, now: datetime) -> None:
    connector = holder()
    linkedin_world.clock.advance(59 * 86_400)
    fresh = connector.refresh_token(now=now + timedelta(days=59))
    assert fresh.access_expires_at is not None
    assert timedelta(days=118) < fresh.access_expires_at - now <= timedelta(days=119)
    renewed = LinkedInConnector(
        app=connector.app, http=connector.http, keys=Ring({ACCESS_TOKEN: fresh.access_token}), safe=Lockbox()
    )
    assert isinstance(through(linkedin_world, renewed, Content("Renewed"), MEMBER), Published)


def test_a_renewed_token_lives_no_longer_than_its_refresh_token(
    holder: Holder, linkedin_world: World, now: datetime
) -> None:
    connector = holder()
    linkedin_world.clock.advance(360 * 86_400)
    later = now + timedelta(days=360)
    fresh = connector.refresh_token(now=later)
    assert fresh.access_expires_at is not None
    assert fresh.access_expires_at - later < timedelta(days=6)
    linkedin_world.clock.advance(6 * 86_400)
    with pytest.raises(ReconnectRequired):
        connector.refresh_token(now=later + timedelta(days=6))


def test_a_revoked_grant_is_over(holder: Holder, linkedin_world: World) -> None:
    connector = holder()
    connector.revoke()
    with pytest.raises(ReconnectRequired) as refusal:
        connector.publish(Content("Hi"), MEMBER, MemoryJournal())
    assert refusal.value.connection_ended


# --- saying everything that can be said ---------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [MEMBER, PAGE])
def test_a_text_is_shown_whole_whatever_signs_are_in_it(holder: Holder, linkedin_world: World, target: Target) -> None:
    published = through(linkedin_world, holder(), Content(TEXT), target)
    (post,) = posts(linkedin_world)
    assert (post.urn, post.text, post.truncated) == (published.external_id, TEXT, False)
    assert published.permalink == f"https://www.linkedin.com/feed/update/{post.urn}/"
    assert published.note == "", "what was read back is what was sent"


def test_mentions_and_hashtags_are_elements(holder: Holder, linkedin_world: World) -> None:
    name, urn = "Archívum (Budapest) [digital]", f"urn:li:organization:{demo.ARCHIVE}"
    through(linkedin_world, holder(), Content(f"With @[{name}]({urn}) #Archive"), PAGE)
    (post,) = posts(linkedin_world)
    assert post.text == f"With {name} #Archive"
    assert f"]({urn})" in post.commentary
    assert r"{hashtag|\#|Archive}" in post.commentary


CONTENTS: list[tuple[str, Callable[[], Content], str]] = [
    ("link", lambda: Content("Read", link="https://example.org/a?b=(c)", settings={"article_title": "T"}), "article"),
    ("bare link", lambda: Content(link="https://example.org/a"), "article"),
    ("link with picture", lambda: Content("Read", link="https://example.org/a", media=(image(),)), "article"),
    ("image", lambda: Content("One", media=(image(),)), "media"),
    ("images", lambda: Content("Two", media=(image(), image((4, 5, 6)))), "multiImage"),
    ("video", lambda: Content("Film", media=(film(),)), "media"),
    ("document", lambda: Content("Slides", media=(slides(),)), "media"),
    ("poll", lambda: Content("Vote", settings={"poll": {"question": "Tea?", "options": ["(Yes)", "No"]}}), "poll"),
]


@pytest.mark.parametrize("target", [MEMBER, PAGE])
@pytest.mark.parametrize(("make", "kind"), [entry[1:] for entry in CONTENTS], ids=[entry[0] for entry in CONTENTS])
def test_each_kind_of_post_arrives_and_passes_the_preflight(
    holder: Holder, linkedin_world: World, make: Callable[[], Content], kind: str, target: Target
) -> None:
    connector, content = holder(), make()
    assert [found for found in connector.check(content, kind=target.kind) if found.severity == "error"] == []
    through(linkedin_world, connector, content, target)
    (post,) = posts(linkedin_world)
    assert list(post.content) == [kind]
    assert post.author == target.external_id
    for asset in linkedin_world.linkedin.state.assets:
        assert asset.failure == ""
        assert asset.owner == target.external_id


def test_every_byte_of_a_video_arrives(holder: Holder, linkedin_world: World) -> None:
    attachment = film(9_000_001)
    through(linkedin_world, holder(), Content(media=(attachment,)), PAGE)
    (asset,) = linkedin_world.linkedin.state.assets
    assert asset.size == 9_000_001
    data = attachment.file.open().read()
    digests = [hashlib.sha256(data[first : first + 4_194_304]).hexdigest() for first in range(0, len(data), 4_194_304)]
    assert [part["sha256"] for part in asset.parts] == digests


def test_a_post_is_reshared(holder: Holder, linkedin_world: World) -> None:
    connector = holder()
    parent = through(linkedin_world, connector, Content("First"), PAGE).external_id
    through(linkedin_world, connector, Content("Look", settings={"reshare_of": parent}), MEMBER)
    assert posts(linkedin_world)[1].reshare_of == parent


def test_a_reshare_of_a_post_that_is_gone_is_the_authors_to_mend(holder: Holder) -> None:
    with pytest.raises(ContentRejected):
        holder().publish(
            Content("Look", settings={"reshare_of": "urn:li:share:7000000000000000009"}), MEMBER, MemoryJournal()
        )


@pytest.mark.parametrize(
    "content",
    [entry[1] for entry in TAKEN if not entry[1].media and "reshare_of" not in entry[1].settings],
    ids=[entry[0] for entry in TAKEN if not entry[1].media and "reshare_of" not in entry[1].settings],
)
def test_what_the_preflight_lets_through_the_town_takes(
    holder: Holder, linkedin_world: World, content: Content
) -> None:
    assert isinstance(through(linkedin_world, holder(), content, MEMBER), Published)
    assert not posts(linkedin_world)[0].truncated


def test_a_file_that_fails_in_processing_is_never_posted_by_a_page(holder: Holder, linkedin_world: World) -> None:
    webp = Attachment(MemoryFile(data=b"RIFF\x00\x00\x00\x00WEBPVP8 ", content_type="image/webp"))
    with pytest.raises(ContentRejected):
        through(linkedin_world, holder(), Content(media=(webp,)), PAGE)
    assert posts(linkedin_world) == []


def test_a_video_that_takes_its_time_is_waited_for(holder: Holder, linkedin_world: World) -> None:
    linkedin_world.switches.set({"linkedin.video_processing_s": 300})
    before = linkedin_world.clock.now()
    through(linkedin_world, holder(), Content(media=(film(200_000),)), MEMBER)
    assert 300 <= linkedin_world.clock.now() - before < 360


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_video_is_resumed_after_a_crash(holder: Holder, linkedin_world: World, wire: Listening, part: int) -> None:
    connector, journal = holder(), MemoryJournal(dies_after=f"note media:0:film:0:{part}")
    content = Content(media=(film(),))
    with pytest.raises(WorkerDied):
        connector.publish(content, MEMBER, journal)
    through(linkedin_world, connector, content, MEMBER, journal)
    assert sum(request.method == "PUT" for request in wire.heard) == 3
    assert len(posts(linkedin_world)) == 1


def test_an_upload_whose_answer_was_lost_goes_on(holder: Holder, linkedin_world: World, trouble: Trouble) -> None:
    connector, journal = holder(), MemoryJournal()
    trouble("lost_after_success", host="www.linkedin.com", method="PUT", path="/dms-uploads/*")
    content = Content(media=(film(),))
    with pytest.raises(TransientError):
        connector.publish(content, MEMBER, journal)
    through(linkedin_world, connector, content, MEMBER, journal)
    assert len(posts(linkedin_world)) == len(list(linkedin_world.linkedin.state.assets)) == 1


# --- unknown outcomes ---------------------------------------------------------------------------------------------------

LOST = [
    ("lost_after_success", {}),
    ("error_after_success", {"error": {"code": "INTERNAL_ERROR"}}),
    ("error_after_success", {"status": 504}),
]


def lose(
    connector: LinkedInConnector, trouble: Trouble, content: Content, target: Target, kind: str, **more: Any
) -> MemoryJournal:
    """Publish, and lose the answer."""
    journal = MemoryJournal()
    trouble(kind, method="POST", path="/rest/posts", **more)
    if content.media:
        connector.publish(content, target, journal)  # the grace after the upload
    with pytest.raises(OutcomeUnknown):
        connector.publish(content, target, journal)
    return journal


@pytest.mark.parametrize("target", [MEMBER, PAGE])
@pytest.mark.parametrize(("kind", "more"), LOST, ids=["lost", "500", "504"])
def test_a_post_whose_answer_was_lost_is_found_and_not_doubled(
    holder: Holder, linkedin_world: World, trouble: Trouble, target: Target, kind: str, more: dict[str, Any]
) -> None:
    connector = holder()
    journal = lose(connector, trouble, Content(TEXT), target, kind, **more)
    (post,) = posts(linkedin_world)
    found = connector.find_published(Content(TEXT), target, journal, now=datetime.now(UTC))
    assert isinstance(found, Published)
    assert found.external_id == post.urn
    assert len(posts(linkedin_world)) == 1


def test_a_created_post_without_its_header_is_found(holder: Holder, linkedin_world: World) -> None:
    linkedin_world.switches.set({"linkedin.post_id_header": "missing"})
    connector, journal = holder(), MemoryJournal()
    with pytest.raises(OutcomeUnknown):
        connector.publish(Content(TEXT), MEMBER, journal)
    found = connector.find_published(Content(TEXT), MEMBER, journal, now=datetime.now(UTC))
    assert isinstance(found, Published)
    assert found.external_id == posts(linkedin_world)[0].urn
    assert len(posts(linkedin_world)) == 1


@pytest.mark.parametrize("target", [MEMBER, PAGE])
def test_a_post_that_never_arrived_is_published_once_in_the_end(
    holder: Holder, linkedin_world: World, trouble: Trouble, target: Target
) -> None:
    connector = holder()
    journal = lose(connector, trouble, Content(TEXT), target, "lost_before")
    assert posts(linkedin_world) == []
    now = datetime.now(UTC)
    found = connector.find_published(Content(TEXT), target, journal, now=now)
    if target is PAGE:
        assert found == NotThere(final=False)
        assert connector.find_published(Content(TEXT), target, journal, now=now + timedelta(minutes=5)) == NotThere(
            final=True
        )
        found = through(linkedin_world, connector, Content(TEXT), target, journal)
    assert isinstance(found, Published)
    assert [post.urn for post in posts(linkedin_world)] == [found.external_id]


@pytest.mark.parametrize("words", ["long", "short"])
def test_a_finder_that_lags_behind_does_not_double_a_post(
    holder: Holder, linkedin_world: World, trouble: Trouble, words: str
) -> None:
    linkedin_world.switches.set({"linkedin.finder_lag_s": 3600, "linkedin.duplicate_words": words})
    connector = holder()
    journal = lose(connector, trouble, Content(TEXT), PAGE, "lost_after_success")
    later = datetime.now(UTC) + timedelta(minutes=5)
    assert connector.find_published(Content(TEXT), PAGE, journal, now=later) == NotThere(final=True)
    published = connector.publish(Content(TEXT), PAGE, journal)
    assert isinstance(published, Published), "the refusal names it"
    assert published.external_id == posts(linkedin_world)[0].urn
    assert len(posts(linkedin_world)) == 1


def test_after_the_window_a_members_post_is_left_to_a_person(
    holder: Holder, linkedin_world: World, trouble: Trouble
) -> None:
    connector = holder()
    journal = lose(connector, trouble, Content(TEXT), MEMBER, "lost_after_success")
    linkedin_world.clock.advance(700)
    later = datetime.now(UTC) + timedelta(seconds=700)
    assert isinstance(connector.find_published(Content(TEXT), MEMBER, journal, now=later), CannotTell)
    assert len(posts(linkedin_world)) == 1


@pytest.mark.parametrize(("choice", "kind"), [("text", CannotTell), ("all", Published)])
def test_a_lost_image_post_is_asked_for_with_the_same_image(
    holder: Holder,
    linkedin_world: World,
    trouble: Trouble,
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
    kind: type[Any],
) -> None:
    monkeypatch.setattr(settings, "LINKEDIN_DUPLICATE_CHECK", choice)
    connector, content = holder(), Content("One", media=(image(),))
    journal = lose(connector, trouble, content, MEMBER, "lost_after_success")
    assert isinstance(connector.find_published(content, MEMBER, journal, now=datetime.now(UTC)), kind)
    assert len(posts(linkedin_world)) == len(list(linkedin_world.linkedin.state.assets)) == 1


def test_the_same_post_twice_is_refused_to_the_second_job(holder: Holder, linkedin_world: World) -> None:
    connector = holder()
    first = through(linkedin_world, connector, Content(TEXT), MEMBER)
    with pytest.raises(ContentRejected, match=first.external_id):
        connector.publish(Content(TEXT), MEMBER, MemoryJournal())


def test_a_page_does_not_adopt_the_ghost_of_a_deleted_post(
    holder: Holder, linkedin_world: World, trouble: Trouble
) -> None:
    linkedin_world.switches.set({"linkedin.ghost_duplicates": True})
    connector = holder()
    ghost = through(linkedin_world, connector, Content(TEXT), PAGE)
    connector.delete_post(ghost.external_id, PAGE)
    journal = lose(connector, trouble, Content(TEXT), PAGE, "lost_before")
    later = datetime.now(UTC) + timedelta(minutes=5)
    assert connector.find_published(Content(TEXT), PAGE, journal, now=later) == NotThere(final=True)
    with pytest.raises(ContentRejected):
        connector.publish(Content(TEXT), PAGE, journal)


# --- afterwards ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [MEMBER, PAGE])
def test_a_post_is_edited_and_deleted_and_deleting_it_again_is_no_error(
    holder: Holder, linkedin_world: World, target: Target
) -> None:
    connector = holder()
    urn = through(linkedin_world, connector, Content("Before"), target).external_id
    connector.edit_post(urn, Content(TEXT), target)
    assert posts(linkedin_world)[0].text == TEXT
    connector.delete_post(urn, target)
    assert posts(linkedin_world) == []
    connector.delete_post(urn, target)


@pytest.mark.parametrize("target", [MEMBER, PAGE])
def test_a_first_comment_stands_under_the_post_as_it_was_written(
    holder: Holder, linkedin_world: World, target: Target
) -> None:
    connector = holder()
    urn = through(linkedin_world, connector, Content("Post"), target).external_id
    published = connector.comment(TEXT, target, parent=urn, journal=MemoryJournal())
    (comment,) = linkedin_world.linkedin.state.comments
    assert (comment.urn, comment.text, comment.actor) == (published.external_id, TEXT, target.external_id)


def test_a_comment_whose_answer_was_lost_is_found(holder: Holder, linkedin_world: World, trouble: Trouble) -> None:
    connector, journal = holder(), MemoryJournal()
    urn = through(linkedin_world, connector, Content("Post"), PAGE).external_id
    now = datetime.now(UTC)
    assert connector.find_comment("First", PAGE, parent=urn, journal=journal, now=now) == NotThere(final=False)
    trouble("lost_after_success", method="POST", path="*/comments")
    with pytest.raises(OutcomeUnknown):
        connector.comment("First", PAGE, parent=urn, journal=journal)
    found = connector.find_comment("First", PAGE, parent=urn, journal=journal, now=now)
    assert isinstance(found, Published)
    assert len(list(linkedin_world.linkedin.state.comments)) == 1


def test_an_app_without_the_scope_for_comments_is_told_which(holder: Holder, linkedin_world: World) -> None:
    connector = holder()
    urn = through(linkedin_world, connector, Content("Post"), MEMBER).external_id
    linkedin_world.switches.set({"linkedin.comments": "feed_scopes"})
    with pytest.raises(ReconnectRequired) as refusal:
        connector.comment("First", MEMBER, parent=urn, journal=MemoryJournal())
    assert refusal.value.missing_scope == "w_member_social_feed"


def test_a_pages_numbers_are_told(holder: Holder, linkedin_world: World, now: datetime) -> None:
    connector = holder()
    urn = through(linkedin_world, connector, Content("Post"), PAGE).external_id
    assert {metric.value for metric in connector.post_metrics(urn, PAGE, now=now)} == {0}, "no activity yet"
    wish = {"post": urn, "impressions": 90, "likes": 4}
    linkedin_world.linkedin.levers()[("POST", "audience")](wish)
    told = {metric.name: metric.value for metric in connector.post_metrics(urn, PAGE, now=now)}
    assert told["views"] == 90
    assert told["reactions"] == 4
    later = datetime.now(UTC) + timedelta(minutes=1)
    names = {metric.name for metric in connector.account_metrics(PAGE, since=later - timedelta(days=7), until=later)}
    assert "followers" in names


@pytest.mark.usefixtures("as_community_app")
@pytest.mark.parametrize("version", ["202601", "202609"])
def test_a_members_numbers_are_told_where_the_app_may_ask(
    holder: Holder, linkedin_world: World, now: datetime, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setattr(settings, "LINKEDIN_API_VERSION", version)
    connector = holder()
    reader = replace(MEMBER, scopes=connector.scopes())
    urn = through(linkedin_world, connector, Content("Post"), reader).external_id
    linkedin_world.linkedin.levers()[("POST", "audience")]({"post": urn, "impressions": 90, "likes": 4})
    told = {metric.name: metric.value for metric in connector.post_metrics(urn, reader, now=now)}
    assert told["views"] == 90
    assert told["reactions"] == 4
    later = datetime.now(UTC)
    names = {metric.name for metric in connector.account_metrics(reader, since=later - timedelta(days=7), until=later)}
    assert "followers" in names


def test_a_healthy_connection_and_one_whose_role_was_taken(
    holder: Holder, linkedin_world: World, now: datetime
) -> None:
    connector = holder()
    report = connector.health_check(targets=[MEMBER, PAGE], now=now)
    assert (report.findings, report.state) == ((), HealthState.HEALTHY)
    assert set(report.scopes_granted or ()) == set(connector.scopes())
    role = {"user": demo.SOLVEIG, "organization": demo.OBSERVATORY, "role": "ADMINISTRATOR", "state": "REVOKED"}
    linkedin_world.linkedin.levers()[("POST", "roles")](role)
    report = connector.health_check(targets=[MEMBER, PAGE], now=now)
    assert [finding.code for finding in report.findings] == ["role_lost"]


@pytest.mark.usefixtures("as_profile_app")
def test_a_profile_connection_warns_early_because_nothing_renews_it(
    holder: Holder, linkedin_world: World, now: datetime
) -> None:
    connector = holder()
    assert connector.health_check(targets=[MEMBER], now=now).findings == ()
    linkedin_world.clock.advance(46 * 86_400)
    report = connector.health_check(targets=[MEMBER], now=now + timedelta(days=46))
    assert [finding.code for finding in report.findings] == ["token_expires"]
    linkedin_world.clock.advance(20 * 86_400)
    report = connector.health_check(targets=[MEMBER], now=now + timedelta(days=66))
    assert [finding.code for finding in report.findings] == ["token_dead"]
    assert "expired" in report.findings[0].cause


@pytest.mark.parametrize("prefix", [False, True])
def test_news_of_a_page_reach_us_signed_after_a_challenge(
    holder: Holder, linkedin_world: World, monkeypatch: pytest.MonkeyPatch, prefix: bool
) -> None:
    linkedin_world.switches.set({"linkedin.signature_prefix": prefix})
    connector = holder()
    heard: list[WebhookEvent] = []

    def door(letter: Letter) -> Reply:
        """Be our webhook door."""
        query = dict(parse_qsl(urlsplit(letter.url).query))
        request = WebhookRequest(letter.method, letter.headers, query, letter.body)
        reply = connector.answer_challenge(request)
        if reply is not None:
            return Reply(200, reply.content_type, reply.body)
        heard.extend(connector.parse_webhook(request))
        return Reply(200)

    courier = linkedin_world.linkedin.courier
    courier.send, courier.in_background = door, False
    monkeypatch.setattr(settings, "PUBLIC_URL", "https://hub.example")
    connector.subscribe_webhooks(PAGE)
    connector.subscribe_webhooks(PAGE)
    urn = through(linkedin_world, connector, Content("Post"), PAGE).external_id
    wish = {"post": urn, "action": "COMMENT", "user": demo.MATEO, "text": "Nice"}
    linkedin_world.linkedin.levers()[("POST", "webhooks")](wish)
    assert [event.kind for event in heard] == [EventKind.COMMENT]
    assert (heard[0].external_id, heard[0].post_id) == (PAGE.external_id, urn)
    assert heard[0].external_user_id == demo.SOLVEIG


# --- trouble ------------------------------------------------------------------------------------------------------------


def test_a_retired_version_parks_and_another_one_drains(
    holder: Holder, linkedin_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector, journal = holder(), MemoryJournal()
    monkeypatch.setattr(settings, "LINKEDIN_API_VERSION", "202511")
    with pytest.raises(VersionRetired):
        connector.publish(Content("Hi"), MEMBER, journal)
    monkeypatch.setattr(settings, "LINKEDIN_API_VERSION", "202609")
    through(linkedin_world, connector, Content("Hi"), MEMBER, journal)
    assert len(posts(linkedin_world)) == 1


def test_a_daily_limit_is_met_with_patience(holder: Holder, linkedin_world: World) -> None:
    linkedin_world.switches.set({"linkedin.limit_member_calls": 1})
    connector = holder()
    through(linkedin_world, connector, Content("One"), MEMBER)
    with pytest.raises(RateLimited) as refusal:
        connector.publish(Content("Two"), MEMBER, MemoryJournal())
    assert refusal.value.retry_after is not None


def test_a_page_the_member_lost_says_which_right_lacks(holder: Holder) -> None:
    stranger = replace(PAGE, external_id=f"urn:li:organization:{demo.LIGHTHOUSE}")
    with pytest.raises(ReconnectRequired) as refusal:
        holder().publish(Content("Hi"), stranger, MemoryJournal())
    assert not refusal.value.connection_ended
    assert refusal.value.missing_scope == "w_organization_social"


def test_no_secret_is_in_any_address_we_call(holder: Holder, linkedin_world: World, wire: Listening) -> None:
    connector = holder()
    connector.refresh_token(now=datetime.now(UTC))
    through(linkedin_world, connector, Content("One", media=(image(),)), PAGE)
    connector.health_check(targets=[MEMBER, PAGE], now=datetime.now(UTC))
    secrets = [
        connector.keys.open(ACCESS_TOKEN).reveal(),
        connector.keys.open(REFRESH_TOKEN).reveal(),
        connector.app.client_secret.reveal(),
    ]
    paths = json.dumps(wire.paths())
    assert not any(secret in paths for secret in secrets)
