"""How a Meta connection is: the token, its scopes, its clocks, and each Page's own token."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from connectors.checks import versions_are_alive
from connectors.errors import OutcomeUnknown, RateLimited, TransientError
from connectors.meta.connector import MetaConnector
from connectors.meta.graph import VERSION_ENDS, read_time
from connectors.types import HealthReport, HealthState, Target
from sandbox.meta import demo
from sandbox.meta.records import DEFAULT_APP_ID
from sandbox.meta.versions import VERSIONS
from sandbox.world import World
from tests.connectors.kit import Ring
from tests.connectors.meta.conftest import Listening, Trouble

Holder = Callable[..., MetaConnector]
BAKERY = Target("facebook_page", demo.BAKERY, "Boulangerie Éclair 🥐")
CAFE = Target("facebook_page", demo.CAFE, "Café Zoë")


def codes(report: HealthReport) -> list[str]:
    for finding in report.findings:
        assert len(finding.cause.split()) >= 3
        assert len(finding.remedy.split()) >= 2
    return [finding.code for finding in report.findings]


def test_a_healthy_connection_has_nothing_to_say_but_its_scopes_and_expiries(holder: Holder, now: datetime) -> None:
    report = holder().health_check(targets=[BAKERY, CAFE], now=now)
    assert report.findings == ()
    assert report.state is HealthState.HEALTHY
    assert set(settings.META_SCOPES) <= set(report.scopes_granted or ())
    assert report.access_expires_at is not None
    assert report.data_access_expires_at is not None
    assert report.data_access_expires_at > report.access_expires_at > now


def test_a_check_asks_with_the_apps_own_token_and_for_roles_as_the_person_and_spends_no_budget_of_a_page(
    holder: Holder, wire: Listening, now: datetime
) -> None:
    connector = holder()
    wire.heard.clear()
    connector.health_check(targets=[BAKERY, CAFE], now=now)
    paths = [path.rsplit("/", 1)[1] for path, _ in wire.queries()]
    assert sorted(paths) == ["accounts", "debug_token", "debug_token", "debug_token"]
    inspections = [request for request in wire.heard if "debug_token" in str(request.url)]
    assert {request.headers["Authorization"].split("|")[0] for request in inspections} == {f"Bearer {DEFAULT_APP_ID}"}


@pytest.mark.parametrize(
    ("subcode", "words"),
    [
        (458, "removed our app"),
        (459, "checkpoint"),
        (460, "password was changed"),
        (463, "expired"),
        (490, "checkpoint"),
    ],
)
def test_a_dead_token_is_unhealthy_and_says_why(
    holder: Holder, world: World, now: datetime, subcode: int, words: str
) -> None:
    connector = holder()
    world.meta.revoke({"user": demo.AMELIE, "subcode": subcode})
    report = connector.health_check(targets=[BAKERY], now=now)
    assert report.state is HealthState.UNHEALTHY
    assert codes(report)[0] == "token_dead"
    assert words in report.findings[0].cause
    assert report.scopes_granted is None, "what a dead token says of scopes is not believed"


def test_a_token_that_ran_out_is_dead(holder: Holder, world: World, now: datetime) -> None:
    connector = holder()
    world.clock.advance(61 * 86_400)
    report = connector.health_check(targets=[], now=now + timedelta(days=61))
    assert codes(report) == ["token_dead"]
    assert "expired" in report.findings[0].cause


@pytest.mark.parametrize("scope", ["pages_manage_posts", "pages_read_engagement"])
def test_a_scope_without_which_nothing_is_published_is_missed_by_name(
    holder: Holder, now: datetime, scope: str
) -> None:
    report = holder(declined=[scope]).health_check(targets=[], now=now)
    assert report.state is HealthState.UNHEALTHY
    assert codes(report) == ["scope_missing"]
    assert scope in report.findings[0].cause
    assert scope not in (report.scopes_granted or ())


def test_a_scope_of_a_feature_not_used_is_not_missed(holder: Holder, now: datetime) -> None:
    assert holder(declined=["pages_messaging"]).health_check(targets=[], now=now).findings == ()


@pytest.mark.parametrize(
    ("days_left", "told"), [(15, False), (14, True), (3, True), (-1, True)], ids=["15", "14", "3", "ended"]
)
def test_data_access_that_ends_soon_is_degraded_and_dated(
    holder: Holder, world: World, now: datetime, days_left: int, told: bool
) -> None:
    connector = holder()
    grant = world.meta.state.grant_of(demo.AMELIE, DEFAULT_APP_ID)
    assert grant is not None
    grant.data_access_expires_at = int((now + timedelta(days=days_left)).timestamp())
    world.meta.state.save_grant(grant)
    report = connector.health_check(targets=[], now=now)
    assert codes(report) == (["data_access_expires"] if told else [])
    if told:
        assert report.state is HealthState.DEGRADED
        ends = (now + timedelta(days=days_left)).astimezone(UTC)
        assert f"{'ends' if days_left > 0 else 'ended'} on {ends:%d %B %Y}" in report.findings[0].cause


def test_a_token_that_ends_soon_is_degraded(holder: Holder, world: World, now: datetime) -> None:
    connector = holder()
    world.clock.advance(47 * 86_400)
    report = connector.health_check(targets=[], now=now + timedelta(days=47))
    assert report.state is HealthState.DEGRADED
    assert codes(report) == ["token_expires"]


def test_one_dead_page_token_degrades_the_account_and_names_its_page_and_all_of_them_make_it_unhealthy(
    holder: Holder, world: World, now: datetime
) -> None:
    connector = holder()
    world.meta.revoke({"user": demo.AMELIE, "page": demo.BAKERY, "subcode": 492})
    assert connector.health_check(targets=[BAKERY], now=now).state is HealthState.UNHEALTHY
    report = connector.health_check(targets=[BAKERY, CAFE], now=now)
    assert report.state is HealthState.DEGRADED, "another Page can be published to"
    assert codes(report) == ["page_token_dead"]
    assert "Boulangerie Éclair" in report.findings[0].cause
    assert "no longer has a role" in report.findings[0].cause
    assert report.scopes_granted is not None


def test_a_later_login_that_left_a_page_out_shows_as_its_dead_token(
    holder: Holder, world: World, now: datetime
) -> None:
    connector = holder()
    world.meta.consent(scopes=list(connector.scopes()), pages=[demo.CAFE])
    assert codes(connector.health_check(targets=[BAKERY, CAFE], now=now)) == ["page_token_dead"]


def test_missing_tokens_are_told_without_asking_meta(connector: MetaConnector, wire: Listening, now: datetime) -> None:
    empty = MetaConnector(app=connector.app, http=connector.http, keys=Ring())
    report = empty.health_check(targets=[BAKERY], now=now)
    assert (report.state, codes(report)) == (HealthState.UNHEALTHY, ["token_missing"])
    assert wire.heard == []


def test_a_page_without_a_token_is_told(holder: Holder, now: datetime) -> None:
    connector = holder(pages=[demo.BAKERY])
    report = connector.health_check(targets=[CAFE], now=now)
    assert codes(report) == ["page_token_missing"]
    assert "Café Zoë" in report.findings[0].cause


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("http_status", {"status": 503}, TransientError),
        ("lost_before", {}, TransientError),
        ("lost_after_success", {}, TransientError),
        ("platform_error", {"error": {"code": 4}}, RateLimited),
    ],
)
def test_a_platform_that_cannot_be_asked_is_a_passing_fault(
    holder: Holder,
    trouble: Trouble,
    now: datetime,
    kind: str,
    more: dict[str, object],
    expected: type[TransientError],
) -> None:
    connector = holder()
    trouble(kind, **more)
    with pytest.raises(TransientError) as failure:
        connector.health_check(targets=[BAKERY], now=now)
    assert type(failure.value) is expected


def test_revoking_ends_the_grant_and_every_token_of_it(holder: Holder, world: World, now: datetime) -> None:
    connector = holder()
    connector.revoke()
    assert world.meta.state.grant_of(demo.AMELIE, DEFAULT_APP_ID) is None
    report = connector.health_check(targets=[BAKERY], now=now)
    assert codes(report) == ["token_dead", "page_token_dead"]


def test_a_lost_answer_to_a_revocation_is_an_unknown_outcome(holder: Holder, trouble: Trouble) -> None:
    connector = holder()
    trouble("lost_after_success", method="DELETE")
    with pytest.raises(OutcomeUnknown):
        connector.revoke()


# --- versions -----------------------------------------------------------------------------------------------------------


def test_every_version_the_sandbox_knows_ends_on_the_day_our_notes_say() -> None:
    assert {version.name: version.ended for version in VERSIONS} == VERSION_ENDS


def test_every_call_names_the_version_of_the_settings(
    holder: Holder, wire: Listening, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "META_GRAPH_VERSION", "v26.0")
    connector = holder()
    connector.health_check(targets=[BAKERY], now=now)
    assert connector.api_version().name == "v26.0"
    assert all(path.startswith("/graph.facebook.com/v26.0/") for path, _ in wire.queries())


@pytest.mark.parametrize(
    ("version", "warned"), [("v20.0", True), ("v21.0", True), ("v24.0", False), ("v25.0", False), ("v26.0", False)]
)
def test_the_operator_is_warned_at_start_up_of_a_version_that_ends_within_90_days(
    version: str, warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Today(datetime):
        """The day the notes were read."""

    monkeypatch.setattr("connectors.checks.timezone.now", lambda: Today(2026, 11, 21, tzinfo=UTC))
    monkeypatch.setattr(settings, "META_GRAPH_VERSION", version)
    messages = versions_are_alive()
    assert [message.id for message in messages] == (["connectors.W001"] if warned else [])
    for message in messages:
        assert version in message.msg
        assert "META_GRAPH_VERSION" in str(message.hint)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("2026-11-21T09:00:00+0000", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("2026-11-21T11:00:00+0200", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        (1_700_000_000, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        (0, None),
        (-5, None),
        (True, None),
        (10**18, None),
        (10**40, None),
        ("soon", None),
        ("", None),
        (None, None),
        ([], None),
    ],
)
def test_moments_are_read_as_meta_writes_them_and_nothing_else_is_a_moment(told: object, read: datetime | None) -> None:
    assert read_time(told) == read


def test_a_version_that_nobody_knows_is_told_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "META_GRAPH_VERSION", "v52.0")
    messages = versions_are_alive()
    assert [message.id for message in messages] == ["connectors.W003"]
    assert "v52.0" in messages[0].msg


# --- Instagram ---------------------------------------------------------------------------------------------------------

ACCOUNT = Target("instagram_account", demo.IG_BAKERY, "Boulangerie Éclair", {"page_id": demo.BAKERY})


def test_an_instagram_account_that_can_be_reached_has_nothing_to_say(holder: Holder, now: datetime) -> None:
    assert holder().health_check(targets=[BAKERY, ACCOUNT], now=now).findings == ()


@pytest.mark.parametrize("scope", ["instagram_basic", "instagram_content_publish"])
def test_a_scope_of_instagram_is_missed_only_where_an_account_is_published_to(
    holder: Holder, now: datetime, scope: str
) -> None:
    connector = holder(declined=[scope])
    assert connector.health_check(targets=[BAKERY], now=now).findings == ()
    report = MetaConnector(
        app=connector.app, http=connector.http, keys=with_token_for(connector, demo.IG_BAKERY)
    ).health_check(targets=[ACCOUNT], now=now)
    assert "scope_missing" in codes(report)
    assert scope in report.findings[0].cause


def with_token_for(connector: MetaConnector, account: str) -> Ring:
    ring = connector.keys
    assert isinstance(ring, Ring)
    page = ring.secrets[f"destination_token:{demo.BAKERY}"]
    return Ring({**ring.secrets, f"destination_token:{account}": page})


def test_data_access_that_ended_shows_on_instagram_though_the_page_lives(
    holder: Holder, world: World, now: datetime
) -> None:
    connector = holder()
    grant = world.meta.state.grant_of(demo.AMELIE, DEFAULT_APP_ID)
    assert grant is not None
    grant.data_access_expires_at = int((now - timedelta(days=1)).timestamp())
    world.meta.state.save_grant(grant)
    assert connector.health_check(targets=[BAKERY], now=now).state is HealthState.DEGRADED
    report = connector.health_check(targets=[BAKERY, ACCOUNT], now=now)
    assert report.state is HealthState.DEGRADED, "the Page can be published to"
    assert connector.health_check(targets=[ACCOUNT], now=now).state is HealthState.UNHEALTHY
    assert {"data_access_expires", "instagram_unreachable"} <= set(codes(report))


def test_a_days_posts_that_are_used_up_are_told(holder: Holder, world: World, now: datetime) -> None:
    from tests.connectors.meta.stage import Stage, image, post

    connector = holder()
    world.switches.set({"meta.ig_quota_total": 1})
    Stage(connector, ACCOUNT, world).follow(post(image(world)))
    report = connector.health_check(targets=[ACCOUNT], now=now)
    assert codes(report) == ["quota_used"]
    assert "1 of its 1" in report.findings[0].cause
    assert report.state is HealthState.DEGRADED


def test_a_place_the_person_granted_some_scopes_without_is_told(holder: Holder, now: datetime) -> None:
    other = Target("facebook_page", demo.BICYCLES, "Fahrradwerkstatt Müller")
    narrow = holder(pages=[demo.BAKERY])
    narrow_ring = narrow.keys
    assert isinstance(narrow_ring, Ring)
    swapped = Ring(
        {
            **narrow_ring.secrets,
            f"destination_token:{demo.BICYCLES}": narrow_ring.secrets[f"destination_token:{demo.BAKERY}"],
        }
    )
    report = MetaConnector(app=narrow.app, http=narrow.http, keys=swapped).health_check(targets=[other], now=now)
    assert codes(report) == ["place_left_out"]
    assert "pages_manage_posts" in report.findings[0].cause
