"""The connector against Google in miniature: connect, say everything that can be said, lose answers, find again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache

from connectors import budgets
from connectors.errors import (
    ConfigurationError,
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    ReconnectRequired,
    TransientError,
)
from connectors.google_business.connector import GoogleBusinessConnector
from connectors.types import (
    ACCESS_TOKEN,
    REFRESH_TOKEN,
    Attachment,
    Content,
    FoundDestination,
    Grant,
    HealthState,
    LiveState,
    NotThere,
    Published,
    Target,
)
from foundation.secret import Secret
from sandbox import pictures
from sandbox.google_business import demo
from sandbox.google_business.records import Post
from sandbox.world import World
from tests.connectors.google_business.stage import CALLBACK, EVENT, SCOPE, Listening, MemoryFile
from tests.connectors.kit import MemoryJournal, Ring, WorkerDied

Granted = Callable[..., Grant]
Holder = Callable[..., GoogleBusinessConnector]
Trouble = Callable[..., None]
BAKERY = Target(
    "google_business_location",
    f"locations/{demo.BAKERY}",
    "Padaria do Sol, Lisboa",
    {"account": f"accounts/{demo.BAKERIES}", "language": "pt", "maps_url": "https://maps.google.com/maps?cid=1"},
    (SCOPE,),
)
CREATE = {"method": "POST", "path": "*/localPosts"}


def place(location: str, account: str = demo.BAKERIES) -> Target:
    return replace(
        BAKERY, external_id=f"locations/{location}", facts={**BAKERY.facts, "account": f"accounts/{account}"}
    )


def live(world: World, location: str = demo.BAKERY) -> list[Post]:
    return sorted(world.google_business.state.posts_at(location), key=lambda post: post.seq)


def photo(world: World, number: int = 0) -> Attachment:
    data = pictures.jpeg(1200, 900, number, 20_000)
    url = f"https://media.sandbox.example/{number}.jpg"
    world.media.plant(url, data, "image/jpeg")
    return Attachment(MemoryFile(data=data, size=None, id=f"photo-{number}", public_url=url))


def through(
    world: World, connector: GoogleBusinessConnector, content: Content, target: Target, journal: MemoryJournal
) -> Published:
    """Publish as the hub does, letting the town's time pass where it is told to look again."""
    for _ in range(20):
        result = connector.publish(content, target, journal)
        if isinstance(result, Published):
            return result
        world.clock.advance(result.look_again_after.total_seconds())
    raise AssertionError("it never came to an end")


@pytest.fixture
def journal(google_world: World) -> MemoryJournal:
    return MemoryJournal(begun=datetime.fromtimestamp(google_world.now(), tz=UTC))


# --- connecting ---------------------------------------------------------------------------------------------------------


def test_a_person_connects_and_the_grant_lasts(granted: Granted, now: datetime, wire: Listening) -> None:
    grant = granted()
    assert (grant.external_user_id, grant.display_name) == (f"accounts/{demo.INES_ACCOUNT}", "Inês Caldeira")
    assert grant.scopes_granted == (SCOPE,)
    assert grant.access_expires_at == now + timedelta(seconds=3599)
    assert grant.refresh_token is not None
    assert grant.refresh_expires_at is None
    for _ in range(2):
        assert granted().refresh_token is not None, "the consent page is shown each time"


def found(connector: GoogleBusinessConnector, grant: Grant) -> dict[str, FoundDestination]:
    listed = connector.fetch_accounts(access_token=grant.access_token)
    by_id = {one.external_id.rsplit("/", 1)[1]: one for one in listed}
    assert len(by_id) == len(listed)
    return by_id


def test_every_location_is_found_once_and_each_in_trouble_says_why(
    connector: GoogleBusinessConnector, granted: Granted
) -> None:
    places = found(connector, granted())
    open_ones = {demo.BAKERY, demo.CAFE, demo.WORKSHOP, demo.GALLERY, demo.RESTING}
    assert {name for name, one in places.items() if not one.obstacle} == open_ones
    closed = {one.facts["standing"]: one.obstacle for one in places.values() if one.obstacle}
    assert set(closed) == {"unverified", "waiting", "conflict", "suspended", "disabled", "closed", "duplicate"}
    assert len(set(closed.values())) == len(closed)
    assert places[demo.CAFE].facts["account"] == f"accounts/{demo.INES_ACCOUNT}"


@pytest.mark.parametrize("switches", [{}, {"google_business.empty_pages": True, "google_business.extra_fields": True}])
def test_a_chain_of_many_locations_in_many_accounts_is_found_whole(
    connector: GoogleBusinessConnector, granted: Granted, google_world: World, switches: dict[str, Any]
) -> None:
    google_world.switches.set(switches)
    places = found(connector, granted(demo.TOMASZ))
    assert set(places) >= {*demo.KIOSK_IDS, demo.WORKSHOP}


def test_an_unapproved_project_and_a_switched_off_api_are_the_operators(
    connector: GoogleBusinessConnector, granted: Granted, holder: Holder, google_world: World, journal: MemoryJournal
) -> None:
    held = holder()
    google_world.switches.set({"google_business.unapproved": True})
    with pytest.raises(ConfigurationError, match="not approved our Cloud project"):
        granted()
    with pytest.raises(ConfigurationError, match="not approved"):
        held.publish(Content("Olá"), BAKERY, journal)
    google_world.switches.set({"google_business.unapproved": False, "google_business.posts_api": False})
    cache.clear()  # the pause that one refusal brings for all
    budgets._glances.clear()
    with pytest.raises(ConfigurationError, match="The Google My Business API is not switched on"):
        held.publish(Content("Olá"), BAKERY, journal)
    report = held.health_check(targets=[BAKERY], now=datetime.now(UTC))
    assert [(one.state, one.code) for one in report.findings] == [(HealthState.DEGRADED, "operator_config")]


def test_a_permission_left_unticked_connects_nothing(
    connector: GoogleBusinessConnector, granted: Granted, google_world: World
) -> None:
    google_world.switches.set({"google_business.untick_business": True})
    with pytest.raises(ReconnectRequired, match=r"business\.manage"):
        granted()


# --- renewing -----------------------------------------------------------------------------------------------------------


def test_a_token_is_renewed_by_the_same_refresh_token_again_and_again(holder: Holder, now: datetime) -> None:
    held = holder()
    first, second = held.refresh_token(now=now), held.refresh_token(now=now)
    assert first.access_token != second.access_token
    assert first.refresh_token is second.refresh_token is None


def test_a_login_of_an_app_in_testing_ends_after_seven_days_and_says_so(
    connector: GoogleBusinessConnector, granted: Granted, google_world: World
) -> None:
    google_world.switches.set({"google_business.testing": True})
    began = datetime.now(UTC)
    grant = granted()
    assert grant.refresh_expires_at is not None
    assert grant.refresh_token is not None
    assert timedelta(days=6) < grant.refresh_expires_at - began < timedelta(days=8)
    ring = Ring({ACCESS_TOKEN: grant.access_token, REFRESH_TOKEN: grant.refresh_token})
    held = GoogleBusinessConnector(app=connector.app, http=connector.http, keys=ring)
    assert held.refresh_token(now=began).refresh_expires_at is not None
    google_world.clock.advance(8 * 86_400)
    with pytest.raises(ReconnectRequired, match="Testing"):
        held.refresh_token(now=began + timedelta(days=8))


@pytest.mark.parametrize("fate", ["invalid_rapt", "rapt_required", "admin_policy_enforced"])
def test_what_a_workspace_forbids_is_told(holder: Holder, google_world: World, now: datetime, fate: str) -> None:
    held = holder()
    google_world.switches.set({"google_business.refresh_fate": fate})
    with pytest.raises(ReconnectRequired, match="Google Workspace"):
        held.refresh_token(now=now)


def test_revoking_ends_everything_and_may_be_done_twice(holder: Holder, now: datetime) -> None:
    held = holder()
    held.revoke()
    with pytest.raises(ReconnectRequired, match="took access back"):
        held.refresh_token(now=now)
    report = held.health_check(targets=[BAKERY], now=now)
    assert [(one.state, one.code) for one in report.findings] == [(HealthState.UNHEALTHY, "token_dead")]
    held.revoke()


def test_an_expired_access_token_asks_for_a_fresh_one(
    holder: Holder, google_world: World, journal: MemoryJournal
) -> None:
    held = holder()
    google_world.clock.advance(3_600)
    with pytest.raises(ReconnectRequired, match="expired") as refusal:
        held.publish(Content("Olá"), BAKERY, journal)
    assert refusal.value.connection_ended
    assert live(google_world) == []


# --- saying -------------------------------------------------------------------------------------------------------------

SAYINGS = {
    "a text": Content("Pão de centeio\r\nàs quartas"),
    "a link": Content("Ementa", link="https://padaria.example/menu"),
    "a call": Content("Ligue", settings={"button": "CALL"}),
    "an event": Content("Jazz", link="https://padaria.example", settings={"post_type": "EVENT", "event": EVENT}),
    "an offer": Content(
        "Desconto",
        settings={
            "post_type": "OFFER",
            "event": {**EVENT, "start_time": "00:00"},
            "offer": {"coupon_code": "SOL", "redeem_url": "https://padaria.example/r", "terms": "Um"},
        },
    ),
    "a series": Content(
        "Às sextas",
        settings={"post_type": "EVENT", "event": EVENT, "repeat": {"every": "WEEKLY", "days_of_week": ["FRIDAY"]}},
    ),
    "a monthly series": Content(
        "Mensal",
        settings={"post_type": "EVENT", "event": EVENT, "repeat": {"every": "MONTHLY", "week_of_month": "LAST"}},
    ),
    "a product": Content(
        "Fresco",
        link="https://padaria.example/p",
        settings={"post_type": "PRODUCT", "product_as_update": True, "product": {"name": "Pão", "price": "4 EUR"}},
    ),
}


@pytest.mark.parametrize("name", sorted(SAYINGS))
@pytest.mark.parametrize("with_photo", [False, True])
def test_everything_that_can_be_said_is_live_once(
    holder: Holder, google_world: World, journal: MemoryJournal, name: str, with_photo: bool
) -> None:
    content = replace(SAYINGS[name], media=(photo(google_world),) if with_photo else ())
    published = through(google_world, holder(), content, BAKERY, journal)
    (post,) = live(google_world)
    assert published.external_id == post.name
    assert published.permalink.startswith("https://")
    assert len(post.photos) == int(with_photo)
    assert ("shop button" in published.note) is (name == "a product")


@pytest.mark.parametrize("name", sorted(SAYINGS))
@pytest.mark.parametrize(
    "switches",
    [
        {},
        {
            "google_business.list_order": "shuffled",
            "google_business.time_digits": "9",
            "google_business.extra_fields": True,
        },
    ],
)
def test_whatever_was_said_is_found_after_a_lost_answer(
    holder: Holder, google_world: World, journal: MemoryJournal, trouble: Trouble, name: str, switches: dict[str, Any]
) -> None:
    google_world.switches.set(switches)
    held = holder()
    for number in range(25):
        held.publish(Content(f"Outro {number}"), BAKERY, MemoryJournal())
        google_world.clock.advance(61)
    journal.begun = datetime.fromtimestamp(google_world.now(), tz=UTC)
    trouble("lost_after_success", **CREATE)
    with pytest.raises(OutcomeUnknown):
        held.publish(SAYINGS[name], BAKERY, journal)
    before = len(live(google_world))
    google_world.clock.advance(20)
    told = held.find_published(SAYINGS[name], BAKERY, journal, now=journal.started_at + timedelta(seconds=20))
    assert isinstance(told, Published)
    assert told.external_id == live(google_world)[-1].name
    assert len(live(google_world)) == before == 26


def test_a_worker_killed_between_the_answer_and_its_note_doubles_nothing(
    holder: Holder, google_world: World, journal: MemoryJournal
) -> None:
    held, journal.dies_after = holder(), "last moment"
    with pytest.raises(WorkerDied):
        held.publish(Content("Olá"), BAKERY, journal)
    assert live(google_world) == []
    now = journal.started_at
    assert held.find_published(Content("Olá"), BAKERY, journal, now=now) == NotThere()
    assert held.find_published(Content("Olá"), BAKERY, journal, now=now + settings.GOOGLE_BUSINESS_SETTLE) == NotThere(
        final=True
    )
    journal.dies_after = "note post"
    with pytest.raises(WorkerDied):
        held.publish(Content("Olá"), BAKERY, journal)
    assert isinstance(held.find_published(Content("Olá"), BAKERY, journal, now=now), Published)
    assert len(live(google_world)) == 1


def test_a_photo_arrives_byte_for_byte(holder: Holder, google_world: World, journal: MemoryJournal) -> None:
    attached = photo(google_world, 7)
    through(google_world, holder(), Content("Forno", media=(attached,)), BAKERY, journal)
    (post,) = live(google_world)
    kept = google_world.media.kept(post.photos[0]["digest"])
    assert kept == attached.file.open().read()


def test_a_photo_that_cannot_be_fetched_is_tried_twice_and_then_told(
    holder: Holder, google_world: World, journal: MemoryJournal, wire: Listening
) -> None:
    nowhere = Attachment(MemoryFile(public_url="https://media.sandbox.example/not-there"))
    with pytest.raises(ContentRejected, match="Fetching image failed"):
        through(google_world, holder(), Content("Forno", media=(nowhere,)), BAKERY, journal)
    assert [path for path in wire.paths() if path.startswith("POST mybusiness.")] == [
        f"POST mybusiness.googleapis.com/v4/accounts/{demo.BAKERIES}/locations/{demo.BAKERY}/localPosts"
    ] * 2


@pytest.mark.parametrize(
    ("location", "words"),
    [
        (demo.UNVERIFIED, "not verified"),
        (demo.PENDING, "verification is under way"),
        (demo.WAITING, "still reviewing"),
        (demo.CONTESTED, "Somebody else owns"),
        (demo.SUSPENDED, "suspended"),
        (demo.DISABLED, "disabled"),
        (demo.CLOSED, "permanently closed"),
    ],
)
def test_a_location_that_may_not_speak_says_why_and_the_connection_lives_on(
    holder: Holder, journal: MemoryJournal, location: str, words: str
) -> None:
    with pytest.raises(ReconnectRequired, match=words) as refusal:
        holder().publish(Content("Olá"), place(location), journal)
    assert not refusal.value.connection_ended


@pytest.mark.parametrize("answer", [403, 404])
def test_a_location_under_a_stale_account_is_followed_and_a_foreign_one_is_not(
    holder: Holder, google_world: World, journal: MemoryJournal, answer: int
) -> None:
    google_world.switches.set({"google_business.foreign_location": answer})
    held = holder()
    published = through(google_world, held, Content("Olá"), place(demo.CAFE, demo.KIOSKS), journal)
    assert f"accounts/{demo.INES_ACCOUNT}/locations/{demo.CAFE}/" in published.external_id
    with pytest.raises(ReconnectRequired) as refusal:
        held.publish(Content("Olá"), place(demo.KIOSK_IDS[0], demo.KIOSKS), MemoryJournal())
    assert not refusal.value.connection_ended


@pytest.mark.parametrize("fate", ["rejected_now", "rejected_in_processing"])
def test_a_post_that_google_refuses_fails_with_what_helps(
    holder: Holder, google_world: World, journal: MemoryJournal, fate: str
) -> None:
    google_world.switches.set({"google_business.post_fate": fate})
    with pytest.raises(ContentRejected, match="content policy"):
        through(google_world, holder(), Content("Olá"), BAKERY, journal)
    assert len(live(google_world)) == 1


def test_a_post_refused_later_is_seen_by_a_later_look_and_so_is_one_that_was_removed(
    holder: Holder, google_world: World, journal: MemoryJournal, now: datetime
) -> None:
    google_world.switches.set({"google_business.post_fate": "rejected_later", "google_business.reject_after_s": 600})
    held = holder()
    published = through(google_world, held, Content("Olá"), BAKERY, journal)

    def state() -> LiveState:
        return held.look_after(published.external_id, BAKERY, journal.notes, now=now).state

    assert state() is LiveState.LIVE
    google_world.clock.advance(700)
    assert state() is LiveState.REJECTED
    held.delete_post(published.external_id, BAKERY)
    assert state() is LiveState.REMOVED


def test_a_post_that_stays_under_review_is_published_with_that_note(
    holder: Holder, google_world: World, journal: MemoryJournal, now: datetime
) -> None:
    google_world.switches.set({"google_business.post_fate": "processing_for_ever"})
    held = holder()
    published = through(google_world, held, Content("Olá"), BAKERY, journal)
    assert "still reviewing" in published.note
    assert held.look_after(published.external_id, BAKERY, {}, now=now).state is LiveState.PENDING


def test_google_keeps_a_post_until_its_moment(
    holder: Holder, google_world: World, journal: MemoryJournal, now: datetime
) -> None:
    held = holder()
    moment = datetime.fromtimestamp(google_world.now() + 1_800, tz=UTC)
    content = Content("Amanhã", settings={"scheduled_time": moment.isoformat()})
    published = through(google_world, held, content, BAKERY, journal)
    assert "until then nobody sees it" in published.note
    assert held.look_after(published.external_id, BAKERY, {}, now=now).state is LiveState.PENDING
    google_world.clock.advance(1_810)
    standing = held.look_after(published.external_id, BAKERY, {}, now=now)
    assert standing.state is LiveState.LIVE
    assert standing.permalink != published.permalink


def test_a_post_is_changed_and_deleted_and_doing_it_again_is_no_error(
    holder: Holder, google_world: World, journal: MemoryJournal
) -> None:
    held = holder()
    content = SAYINGS["an event"]
    published = through(google_world, held, content, BAKERY, journal)
    held.edit_post(published.external_id, replace(content, text="Jazz e fado"), BAKERY)
    (post,) = live(google_world)
    assert post.body["summary"] == "Jazz e fado"
    assert post.body["event"]["title"] == EVENT["title"]
    for _ in range(2):
        held.delete_post(published.external_id, BAKERY)
    assert live(google_world) == []


# --- what goes on at a place ---------------------------------------------------------------------------------------------


def test_all_reviews_of_a_place_are_read_page_by_page(holder: Holder) -> None:
    held, target, seen, page = holder(), place(demo.WORKSHOP), [], ""
    while True:
        told = held.fetch_reviews(target, page=page)
        seen += [review.external_id for review in told.reviews]
        page = told.next_page
        if not page:
            break
    assert len(seen) == len(set(seen)) == told.total
    assert len(seen) > 50, "more than one page"
    assert told.average is not None


def test_an_answer_is_under_review_first_and_may_be_refused(holder: Holder, google_world: World) -> None:
    held = holder()
    google_world.switches.set({"google_business.reply_fate": "rejected"})
    review = held.fetch_reviews(BAKERY).reviews[0]
    held.reply_to_review(review.external_id, "Ligue 210 007 101", BAKERY)

    def note() -> str:
        return next(
            one.reply_note for one in held.fetch_reviews(BAKERY).reviews if one.external_id == review.external_id
        )

    assert "still reviewing" in note()
    google_world.clock.advance(60)
    assert "refused the reply" in note()


@pytest.mark.parametrize("status", [400, 403])
def test_an_unverified_place_has_no_reviews(holder: Holder, google_world: World, status: int) -> None:
    google_world.switches.set({"google_business.unverified_reviews": status})
    with pytest.raises(ReconnectRequired) as refusal:
        holder().fetch_reviews(place(demo.UNVERIFIED))
    assert not refusal.value.connection_ended


@pytest.mark.parametrize("delay", [2, 3])
def test_figures_come_by_day_with_how_late_they_are(holder: Holder, google_world: World, delay: int) -> None:
    google_world.switches.set({"google_business.metrics_delay_days": delay})
    until = datetime.fromtimestamp(google_world.now(), tz=UTC)
    metrics = holder().account_metrics(BAKERY, since=until - timedelta(days=28), until=until)
    by_name = {metric.name for metric in metrics}
    assert by_name >= {"views", "clicks", "calls", "direction_requests", "days_behind", "searches", "rare_searches"}
    (late,) = [metric.value for metric in metrics if metric.name == "days_behind"]
    assert delay <= late <= delay + 1
    assert all(metric.until is not None and metric.until <= until - timedelta(days=delay - 1) for metric in metrics)


def test_a_place_that_was_lost_is_seen_by_health_and_told_when_writing(
    holder: Holder, google_world: World, now: datetime
) -> None:
    held, other = holder(), place(demo.WORKSHOP)
    assert held.health_check(targets=[BAKERY, other], now=now).state is HealthState.HEALTHY
    google_world.google_business.revoke({"user": demo.INES, "page": demo.WORKSHOP})
    report = held.health_check(targets=[BAKERY, other], now=now)
    assert [(one.state, one.code) for one in report.findings] == [(HealthState.DEGRADED, "permission_lost")]
    assert held.composing(other, now=now).obstacle
    google_world.google_business.levers()[("POST", "locations")]({"location": demo.BAKERY, "standing": "suspended"})
    report = held.health_check(targets=[BAKERY, other], now=now)
    assert {(one.state, one.code) for one in report.findings} == {
        (HealthState.UNHEALTHY, "permission_lost"),
        (HealthState.UNHEALTHY, "location_not_eligible"),
    }
    assert "suspended" in held.composing(BAKERY, now=now).obstacle


# --- limits -------------------------------------------------------------------------------------------------------------


def test_too_many_edits_of_one_location_wait_and_others_go_on(
    holder: Holder, google_world: World, journal: MemoryJournal
) -> None:
    held = holder()
    for number in range(10):
        held.publish(Content(f"Nº {number}"), BAKERY, MemoryJournal())
    with pytest.raises(RateLimited) as refusal:
        held.publish(Content("Nº 10"), BAKERY, journal)
    assert refusal.value.retry_after == timedelta(minutes=1)
    held.publish(Content("Outro"), place(demo.WORKSHOP), journal)


def test_what_we_count_ourselves_keeps_googles_limit_from_being_met(
    holder: Holder, wire: Listening, settings: Any
) -> None:
    settings.GOOGLE_BUSINESS_EDITS_PER_MINUTE = 3
    held, target = holder(), place(demo.GALLERY, demo.INES_ACCOUNT)
    for number in range(3):
        held.publish(Content(f"Nº {number}"), target, MemoryJournal())
    with pytest.raises(RateLimited, match="3 calls") as refusal:
        held.publish(Content("Nº 3"), target, MemoryJournal())
    assert refusal.value.retry_after is not None
    assert len([path for path in wire.paths() if path.startswith("POST mybusiness.")]) == 3


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ABORTED", TransientError),
        ("UNAVAILABLE", OutcomeUnknown),
        ("FAILED_PRECONDITION", ReconnectRequired),
        ("INVALID_ARGUMENT", ContentRejected),
        ("NOT_APPROVED", ConfigurationError),
        ("CONSUMER_SUSPENDED", ConfigurationError),
        ("ACCESS_TOKEN_SCOPE_INSUFFICIENT", ReconnectRequired),
    ],
)
def test_errors_come_as_the_table_says(
    holder: Holder, journal: MemoryJournal, trouble: Trouble, code: str, kind: type[Exception]
) -> None:
    held = holder()
    trouble("platform_error", error={"code": code}, **CREATE)
    with pytest.raises(kind):
        held.publish(Content("Olá"), BAKERY, journal)


def test_no_secret_stands_in_an_address(holder: Holder, google_world: World, wire: Listening, now: datetime) -> None:
    held = holder()
    through(google_world, held, Content("Olá"), BAKERY, MemoryJournal())
    held.refresh_token(now=now)
    held.health_check(targets=[BAKERY], now=now)
    token = held.keys.open(ACCESS_TOKEN).reveal()
    for request in wire.heard:
        assert token not in str(request.url)
        assert held.app.client_secret.reveal() not in str(request.url)


def test_a_login_that_was_begun_elsewhere_is_not_finished_here(
    connector: GoogleBusinessConnector, google_world: World, wire: Listening, now: datetime
) -> None:
    url = connector.authorize_url(redirect_uri=CALLBACK, state=Secret("mine"))
    code = Secret(str(google_world.google_business.consent({"url": url})["code"]))
    connector.login_state = Secret("a stranger's")
    with pytest.raises(ReconnectRequired, match="does not know the code"):
        connector.exchange_code(code=code, redirect_uri=CALLBACK, now=now)
