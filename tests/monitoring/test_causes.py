"""Every cause of ill health, made in the town as it is made out there: named rightly, with its remedy and where to go; and healed.

Each row is one cause. What a person must do, whom it falls to, and whether the account asks for its tenant, is part of the row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors import budgets
from connectors.budgets import Budgets
from connectors.meta.graph import VERSION_ENDS, asset_budget
from connectors.models import Connection, Destination
from connectors.subscribing import subscribe_due
from connectors.types import REFRESH_TOKEN, HealthFinding, HealthState
from foundation.secret import Secret
from monitoring.health import check_connection
from monitoring.health_codes import CODES, Mended
from monitoring.models import ConnectionHealth
from outbox.models import OutgoingEvent
from sandbox.google_business import demo as google
from sandbox.linkedin import demo as linkedin
from sandbox.mailchimp import demo as mailchimp
from sandbox.meta import demo as meta
from sandbox.meta.records import DEFAULT_APP_ID
from sandbox.tiktok import demo as tiktok
from tests.contract.cases import KINDS, Case
from tests.contract.conftest import MakeStage, make_stage, sandbox, world  # noqa: F401
from tests.contract.stage import Stage
from tests.contract.test_webhooks import HubDoor
from vault.services import erase_secret, erase_secrets

Act = Callable[[Stage, Any], None]
UNHEALTHY, DEGRADED, HEALTHY = HealthState.UNHEALTHY, HealthState.DEGRADED, HealthState.HEALTHY


def case_of(kind: str) -> Case:
    return next(case for case in KINDS if case.kind.slug == kind)


@dataclass(frozen=True)
class Cause:
    """One cause: what happens, what the check must say, and what heals it without anybody reconnecting (if anything does)."""

    what: str
    kind: str
    happens: Act
    code: str
    state: HealthState
    mended: Mended
    says: tuple[str, ...]
    remedy: str
    link: str = ""
    heals: Act | None = None
    heals_after: timedelta = timedelta(hours=6)
    checks: int = 1

    def __str__(self) -> str:
        return self.what


def lever(platform: str, name: str, **wish: Any) -> Act:
    def pull(stage: Stage, settings: Any) -> None:
        with stage.world.changing():
            stage.world.platforms[platform].levers()["POST", name](wish)

    return pull


def fault(**wish: Any) -> Act:
    return lambda stage, settings: stage.strike({"times": None, **wish})


def clear(stage: Stage, settings: Any) -> None:
    stage.world.faults.clear()


def revoke(platform: str, **wish: Any) -> Act:
    def do(stage: Stage, settings: Any) -> None:
        getattr(stage.world, platform).revoke(wish)

    return do


def put(name: str, value: Any) -> Act:
    return lambda stage, settings: setattr(settings, name, value)


def lose_scope(stage: Stage, settings: Any) -> None:
    stage.adapter.lose_scope(stage.world, stage.case.kind.slug)


def page_role(*tasks: str) -> Act:
    def do(stage: Stage, settings: Any) -> None:
        with stage.world.changing():
            page = stage.world.meta.state.pages.get(meta.BAKERY)
            assert page is not None
            page.roles[meta.AMELIE] = list(tasks)
            stage.world.meta.state.pages.put(page.id, page)

    return do


def data_access(days: float) -> Act:
    def do(stage: Stage, settings: Any) -> None:
        grant = stage.world.meta.state.grant_of(meta.AMELIE, DEFAULT_APP_ID)
        assert grant is not None
        grant.data_access_expires_at = int((timezone.now() + timedelta(days=days)).timestamp())
        stage.world.meta.state.save_grant(grant)

    return do


def audience_deleted(stage: Stage, settings: Any) -> None:
    with stage.world.changing():
        stage.world.mailchimp.state.lists.remove(mailchimp.LETTER)


def post_until_quota(stage: Stage, settings: Any) -> None:
    stage.say()
    stage.world.switches.set({"meta.ig_quota_total": 1})


def tokens_lost(stage: Stage, settings: Any) -> None:
    erase_secrets(tenant_id=stage.connection.tenant_id, connection_id=stage.connection.pk)


def ended_for_good(stage: Stage, settings: Any) -> None:
    erase_secret(tenant_id=stage.connection.tenant_id, connection_id=stage.connection.pk, kind=REFRESH_TOKEN)
    stage.world.linkedin.revoke({"user": linkedin.SOLVEIG, "how": "expired"})


def refresh_ends_in(days: float) -> Act:
    def do(stage: Stage, settings: Any) -> None:
        Connection.objects.update(
            refresh_expires_at=timezone.now() + timedelta(days=days), connected_at=timezone.now() - timedelta(days=300)
        )

    return do


def budget_closed(stage: Stage, settings: Any) -> None:
    Budgets("meta").block(asset_budget(meta.BAKERY), timedelta(hours=2))


CAUSES = [
    Cause("Meta: she removed the app", "facebook_page", revoke("meta", user=meta.AMELIE, subcode=458),
          "token_dead", UNHEALTHY, Mended.RECONNECTING, ("removed our app",), "Reconnect", "/api/oauth/meta/start"),
    Cause("Meta: she changed her password", "facebook_page", revoke("meta", user=meta.AMELIE, subcode=460),
          "token_dead", UNHEALTHY, Mended.RECONNECTING, ("password",), "Reconnect", "/api/oauth/meta/start"),
    Cause("Meta: a permission was taken back", "facebook_page", lose_scope,
          "scope_missing", UNHEALTHY, Mended.RECONNECTING, ("pages_manage_posts",), "tick every permission", "/api/oauth/meta/start"),
    Cause("Meta: her role on the Page was lowered", "facebook_page", page_role("ANALYZE"),
          "role_lost", UNHEALTHY, Mended.AT_PLATFORM, ("role", "Boulangerie"), "admin of the Page", "business.facebook.com",
          heals=page_role("CREATE_CONTENT", "MANAGE")),
    Cause("Meta: she was taken off the Page", "facebook_page", revoke("meta", user=meta.AMELIE, page=meta.BAKERY, subcode=492),
          "page_token_dead", UNHEALTHY, Mended.RECONNECTING, ("Boulangerie",), "Reconnect"),
    Cause("Meta: data access ends in three days", "facebook_page", data_access(3),
          "data_access_expires", DEGRADED, Mended.RECONNECTING, ("data access", "ends on"), "Reconnect", heals=data_access(80)),
    Cause("Meta: the Instagram account was unlinked", "instagram_account", revoke("meta", account=meta.IG_BAKERY, become="unlinked"),
          "instagram_unreachable", UNHEALTHY, Mended.AT_PLATFORM, (), "linked to its Page"),
    Cause("Meta: the day's Instagram posts are used up", "instagram_account", post_until_quota,
          "quota_used", DEGRADED, Mended.BY_ITSELF, ("1 of its 1",), "wait"),
    Cause("Meta: our app secret is wrong", "facebook_page", put("META_APP_SECRET", Secret("guess")),
          "not_configured", DEGRADED, Mended.BY_OPERATOR, ("app",), "META_APP_SECRET", "developers.facebook.com"),
    Cause("LinkedIn: she withdrew the access", "linkedin_member", revoke("linkedin", user=linkedin.SOLVEIG),
          "token_dead", UNHEALTHY, Mended.RECONNECTING, ("revoked",), "Reconnect", "/api/oauth/linkedin/start"),
    Cause("LinkedIn: the token ended and nothing renews it", "linkedin_member", ended_for_good,
          "token_dead", UNHEALTHY, Mended.RECONNECTING, ("expired",), "Reconnect"),
    Cause("LinkedIn: her role on the page is gone", "linkedin_organization", revoke("linkedin", page=linkedin.OBSERVATORY, user=linkedin.SOLVEIG),
          "role_lost", UNHEALTHY, Mended.AT_PLATFORM, ("role",), "admin of the page",
          heals=lever("linkedin", "roles", user=linkedin.SOLVEIG, organization=linkedin.OBSERVATORY)),
    Cause("LinkedIn: the API version is dead", "linkedin_organization", put("LINKEDIN_API_VERSION", "202501"),
          "version_retired", DEGRADED, Mended.BY_OPERATOR, ("202501",), "LINKEDIN_API_VERSION", "linkedin.com/developers",
          heals=put("LINKEDIN_API_VERSION", "202609")),
    Cause("LinkedIn: our app secret is wrong", "linkedin_member", put("LINKEDIN_APP_SECRET", Secret("guess")),
          "not_configured", DEGRADED, Mended.BY_OPERATOR, (), "LINKEDIN_APP_SECRET", "linkedin.com/developers"),
    Cause("LinkedIn: the refresh token ends in five days", "linkedin_member", refresh_ends_in(5),
          "refresh_token_expires", DEGRADED, Mended.RECONNECTING, ("refresh token ends",), "Reconnect", heals=refresh_ends_in(200)),
    Cause("TikTok: she disconnected the app", "tiktok_creator", revoke("tiktok", user=tiktok.NAIARA),
          "token_dead", UNHEALTHY, Mended.RECONNECTING, (), "econnect", "/api/oauth/tiktok/start"),
    Cause("TikTok: publishing was switched off", "tiktok_creator", lose_scope,
          "scope_missing", UNHEALTHY, Mended.RECONNECTING, ("video.publish",), "econnect"),
    Cause("TikTok: the account is banned from posting", "tiktok_creator", lever("tiktok", "creators", user=tiktok.NAIARA, banned=True),
          "account_blocked", UNHEALTHY, Mended.AT_PLATFORM, (), "TikTok",
          heals=lever("tiktok", "creators", user=tiktok.NAIARA, banned=False)),
    Cause("TikTok: enough posts for today", "tiktok_creator",
          fault(kind="platform_error", error={"code": "spam_risk_too_many_posts"}, path="*/creator_info/query/"),
          "not_today", DEGRADED, Mended.BY_ITSELF, (), "", heals=clear, heals_after=timedelta(hours=25)),
    Cause("Google: he removed the app", "google_business_location", revoke("google_business", user=google.INES),
          "token_dead", UNHEALTHY, Mended.RECONNECTING, (), "econnect", "/api/oauth/google_business/start"),
    Cause("Google: the project was never approved", "google_business_location",
          fault(kind="platform_error", error={"code": "NOT_APPROVED"}, host="mybusinessaccountmanagement.googleapis.com"),
          "operator_config", DEGRADED, Mended.BY_OPERATOR, ("approved",), "", "console.cloud.google.com", heals=clear),
    Cause("Google: the API that posts is switched off", "google_business_location",
          fault(kind="platform_error", error={"code": "SERVICE_DISABLED"}, host="mybusiness.googleapis.com"),
          "operator_config", DEGRADED, Mended.BY_OPERATOR, (), "", "console.cloud.google.com", heals=clear),
    Cause("Google: the location was suspended", "google_business_location",
          lever("google_business", "locations", location=google.BAKERY, standing="suspended"),
          "location_not_eligible", UNHEALTHY, Mended.AT_PLATFORM, ("suspended",), "Google",
          heals=lever("google_business", "locations", location=google.BAKERY, standing="verified")),
    Cause("Mailchimp: the key was deleted", "audience", revoke("mailchimp", user=str(mailchimp.GRETA)),
          "token_dead", UNHEALTHY, Mended.RECONNECTING, (), "new API key", "/connect"),
    Cause("Mailchimp: the account was closed", "audience", lever("mailchimp", "accounts", account=mailchimp.ROASTERY, disabled=True),
          "token_dead", UNHEALTHY, Mended.RECONNECTING, (), "",
          heals=lever("mailchimp", "accounts", account=mailchimp.ROASTERY, disabled=False)),
    Cause("Mailchimp: her role was lowered", "audience", lose_scope,
          "role_lost", UNHEALTHY, Mended.AT_PLATFORM, ("author",), "manager",
          heals=lever("mailchimp", "roles", account=mailchimp.ROASTERY, user=str(mailchimp.GRETA), role="owner")),
    Cause("Mailchimp: the audience was deleted", "audience", audience_deleted,
          "audience_gone", UNHEALTHY, Mended.DESTINATIONS, ("no longer in Mailchimp",), "another audience", "/destinations"),
    Cause("any: the platform is down for long", "audience", fault(kind="http_status", status=503),
          "not_asked", DEGRADED, Mended.BY_ITSELF, ("Since ", "cannot be asked"), "Nothing", heals=clear, checks=3),
    Cause("any: the vault has lost the token", "facebook_page", tokens_lost,
          "token_missing", UNHEALTHY, Mended.RECONNECTING, ("no token",), "econnect"),
    Cause("any: the budget of calls is spent", "facebook_page", budget_closed,
          "budget_spent", DEGRADED, Mended.BY_ITSELF, ("budget", "120 minutes"), "posts wait"),
]  # fmt: skip


def verdict_of(stage: Stage) -> ConnectionHealth:
    return ConnectionHealth.objects.get(connection=stage.connection)


def look(stage: Stage, times: int = 1) -> None:
    for _ in range(times):
        check_connection(connection=stage.connection, now=timezone.now())


@pytest.mark.parametrize("cause", CAUSES, ids=str)
def test_a_cause_is_named_rightly_with_its_remedy_and_heals(
    make_stage: MakeStage,  # noqa: F811
    settings: Any,
    cause: Cause,
) -> None:
    stage = make_stage(case_of(cause.kind))
    only = Destination.objects.exclude(external_id=stage.adapter.place(cause.kind))
    only.update(enabled=False)
    look(stage)
    assert (verdict_of(stage).state, verdict_of(stage).code) == (HEALTHY, "")
    cause.happens(stage, settings)
    look(stage, cause.checks)
    found = verdict_of(stage)
    assert (found.code, found.state) == (cause.code, cause.state), found.cause
    for words in cause.says:
        assert words in found.cause
    assert cause.remedy in found.remedy
    assert len(found.cause.split()) >= 3
    assert len(found.remedy.split()) >= 2
    assert CODES[found.code].mended is cause.mended
    assert found.link.startswith("http")
    assert cause.link in found.link
    assert stage.connection.status == ("attention" if cause.state is UNHEALTHY else "active")
    (news,) = OutgoingEvent.objects.filter(type="connection.health_changed")
    assert (news.data["state"], news.data["previous"], news.data["code"]) == (cause.state, "healthy", cause.code)
    assert (news.data["cause"], news.data["remedy"], news.data["link"]) == (found.cause, found.remedy, found.link)
    if cause.heals is None:
        return
    cause.heals(stage, settings)
    stage.wait(cause.heals_after)
    budgets._glances.clear()  # half a second by another clock than the one that was moved
    look(stage)
    assert (stage.connection.status, stage.connection.health, verdict_of(stage).code) == ("active", "healthy", "")
    assert OutgoingEvent.objects.filter(type="connection.health_changed").count() == 2


def test_there_are_causes_enough() -> None:
    assert len({cause.code for cause in CAUSES}) >= 12
    assert {cause.kind.split("_")[0] for cause in CAUSES} >= {
        "facebook",
        "instagram",
        "linkedin",
        "tiktok",
        "google",
        "audience",
    }


def test_an_access_token_that_ended_is_renewed_by_the_check_and_nobody_hears_of_it(make_stage: MakeStage) -> None:  # noqa: F811
    stage = make_stage(case_of("tiktok_creator"))
    look(stage)
    stage.world.tiktok.revoke({"user": tiktok.NAIARA, "how": "expired"})
    before = stage.connection.token_version
    look(stage)
    assert (stage.connection.status, stage.connection.health) == ("active", "healthy")
    assert stage.connection.token_version == before + 1
    assert not OutgoingEvent.objects.filter(type="connection.health_changed").exists()


def test_a_renewal_that_fails_in_passing_is_no_bad_news(make_stage: MakeStage) -> None:  # noqa: F811
    stage = make_stage(case_of("tiktok_creator"))
    look(stage)
    stage.world.tiktok.revoke({"user": tiktok.NAIARA, "how": "expired"})
    stage.strike({"kind": "http_status", "status": 503, "path": "*/oauth/token/"})
    look(stage)
    assert (stage.connection.status, stage.connection.health) == ("active", "healthy")
    assert verdict_of(stage).failures == 1


@pytest.mark.parametrize(("days", "state"), [(91, None), (90, HEALTHY), (30, HEALTHY), (7, DEGRADED), (-1, DEGRADED)])
def test_a_version_that_ends_is_told_90_30_and_7_days_ahead(
    make_stage: MakeStage,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    days: int,
    state: HealthState | None,
) -> None:
    stage = make_stage(case_of("facebook_page"))
    name = stage.connector.api_version().name
    monkeypatch.setitem(
        VERSION_ENDS,
        name,
        timezone.now() + timedelta(days=days, minutes=1),
    )
    look(stage)
    told = [HealthFinding(**one) for one in verdict_of(stage).findings if one["code"] == "version_ends"]
    assert [finding.state for finding in told] == ([] if state is None else [state])
    if told:
        assert name in told[0].cause
        assert "META_GRAPH_VERSION" in told[0].remedy
        assert told[0].link.startswith("https://developers.facebook.com/")
    assert stage.connection.status == "active"


@pytest.mark.parametrize("kind", ["facebook_page", "linkedin_organization", "audience"])
def test_a_subscription_that_the_platform_dropped_is_made_again_and_said(
    make_stage: MakeStage,  # noqa: F811
    settings: Any,
    kind: str,
) -> None:
    stage = make_stage(case_of(kind))
    settings.PUBLIC_URL = "https://hub.example"
    stage.adapter.open_door(stage.world, HubDoor(stage.slug))
    Destination.objects.exclude(external_id=stage.adapter.place(kind)).update(enabled=False)
    subscribe_due(now=timezone.now())
    look(stage)
    assert not [one for one in verdict_of(stage).findings if one["code"].startswith("webhook")]
    drop(stage)
    look(stage)
    (told,) = [one for one in verdict_of(stage).findings if one["code"].startswith("webhook")]
    assert (told["code"], told["state"]) == ("webhook_renewed", "healthy")
    assert stage.place.name in told["cause"]
    assert stage.connection.health == "healthy", "it was mended at once, so nothing is wrong"
    look(stage)
    assert not [one for one in verdict_of(stage).findings if one["code"].startswith("webhook")]
    drop(stage)
    path = {"meta": "*/subscribed_apps", "linkedin": "*/eventSubscriptions/*", "mailchimp": "*/webhooks"}[stage.slug]
    stage.strike({"kind": "http_status", "status": 503, "method": "P*", "path": path, "times": None})
    look(stage)
    assert (verdict_of(stage).code, stage.connection.status) == ("webhook_lost", "active")
    clear(stage, settings)
    stage.wait(timedelta(hours=1))
    subscribe_due(now=timezone.now())
    look(stage)
    assert stage.connection.health == "healthy"


def drop(stage: Stage) -> None:
    """Forget at the platform whom it tells."""
    state: Any = stage.world.platforms[stage.slug]
    kept = {"meta": "hooks.pages", "linkedin": "subscriptions", "mailchimp": "hooks"}[stage.slug]
    rows = state.state
    for name in kept.split("."):
        rows = getattr(rows, name)
    with stage.world.changing():
        for key, _ in list(rows.items()):
            rows.remove(key)
        if stage.slug == "meta":
            state.state.hooks.index()
