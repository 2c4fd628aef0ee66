"""How a connection is, what an audience allows now, and what start-up says of settings."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from connectors.errors import ConnectorError, RateLimited, TransientError
from connectors.mailchimp.connector import MailchimpConnector
from connectors.mailchimp.system_checks import keys_go_to_mailchimp_alone
from connectors.types import HealthReport, HealthState, Target
from sandbox.mailchimp import demo
from sandbox.world import World
from tests.conftest import GATEWAY
from tests.connectors.kit import Ring
from tests.connectors.mailchimp.conftest import LETTER, Listening, holding

NOW = datetime(2026, 11, 22, tzinfo=UTC)
READERS = Target("audience", demo.READERS, "Lettre", {**LETTER.facts, "account_id": demo.BOOKSHOP})


def health(connector: MailchimpConnector, *targets: Target) -> HealthReport:
    return connector.health_check(targets=targets or (LETTER,), now=NOW)


def codes(report: HealthReport) -> list[str]:
    assert all(finding.cause and finding.remedy for finding in report.findings)
    return [finding.code for finding in report.findings]


def role(town: World, word: str, user: int = demo.GRETA) -> None:
    town.mailchimp.levers()[("POST", "roles")]({"account": demo.ROASTERY, "user": str(user), "role": word})


def test_a_living_key_of_somebody_who_may_send_is_healthy(greta: MailchimpConnector, wire: Listening) -> None:
    report = health(greta)
    assert report.state is HealthState.HEALTHY
    assert wire.calls() == ["GET /ping", "GET /", f"GET /lists/{demo.LETTER}", "GET /verified-domains"]


@pytest.mark.parametrize(("word", "may"), [("viewer", "read"), ("author", "drafts")])
def test_a_role_that_was_taken_back_is_seen_and_named(
    greta: MailchimpConnector, town: World, word: str, may: str
) -> None:
    role(town, word)
    report = health(greta)
    assert (report.state, codes(report)) == (HealthState.UNHEALTHY, ["role_lost"])
    assert word in report.findings[0].cause
    assert may in report.findings[0].cause


def test_who_connected_to_write_drafts_is_warned_and_no_more(wire: Listening) -> None:
    target = replace(LETTER, facts={**LETTER.facts, "role": "author"})
    assert health(holding(demo.AUTHOR.key), target).state is HealthState.DEGRADED


def test_a_dead_key_and_a_closed_account_are_unhealthy(greta: MailchimpConnector, town: World) -> None:
    with town.changing():
        town.mailchimp.levers()[("POST", "accounts")]({"account": demo.ROASTERY, "disabled": True})
    assert (health(greta).state, codes(health(greta))) == (HealthState.UNHEALTHY, ["token_dead"])
    town.mailchimp.levers()[("POST", "accounts")]({"account": demo.ROASTERY, "disabled": False})
    town.mailchimp.revoke({"user": str(demo.GRETA)})
    assert codes(health(greta)) == ["token_dead"]


def test_a_key_that_is_missing_or_none_is_unhealthy_without_a_call(wire: Listening) -> None:
    blank = holding("")
    for connector in (blank, MailchimpConnector(app=blank.app, http=blank.http, keys=Ring())):
        assert (health(connector).state, codes(health(connector))) == (HealthState.UNHEALTHY, ["token_missing"])
    assert wire.heard == []


def test_a_key_of_another_account_is_seen(greta: MailchimpConnector) -> None:
    assert "other_account" in codes(health(greta, READERS))


def test_an_audience_that_is_gone_is_named(greta: MailchimpConnector) -> None:
    gone = replace(LETTER, external_id="0000000000", name="Old letter")
    report = health(greta, gone, LETTER)
    assert codes(report) == ["audience_gone"]
    assert "Old letter" in report.findings[0].cause


def test_a_default_sender_whose_domain_is_not_verified_is_told(greta: MailchimpConnector, town: World) -> None:
    with town.changing():
        audience = town.mailchimp.state.lists.get(demo.LETTER)
        assert audience is not None
        audience.campaign_defaults["from_email"] = "greta@neu.grossmann-kaffee.test"
        town.mailchimp.state.lists.put(audience.id, audience)
    report = health(greta)
    assert (report.state, codes(report)) == (HealthState.DEGRADED, ["sender_unverified"])


@pytest.mark.parametrize("code", ["TooManyRequests", "Throttled", "AkamaiBlocked", "AkamaiUnavailable"])
def test_a_block_or_a_call_too_many_disconnects_nobody(
    greta: MailchimpConnector, trouble: Callable[..., None], code: str
) -> None:
    trouble("platform_error", error={"code": code})
    with pytest.raises(RateLimited):
        health(greta)


def test_a_mailchimp_that_cannot_be_asked_is_told_as_that(
    greta: MailchimpConnector, trouble: Callable[..., None]
) -> None:
    for kind, said in (("lost_before", {}), ("http_status", {"status": 502})):
        trouble(kind, **said)
        with pytest.raises(TransientError):
            health(greta)


def test_a_key_cannot_be_ended_from_outside_and_that_is_said(greta: MailchimpConnector) -> None:
    with pytest.raises(ConnectorError, match="from outside"):
        greta.revoke()


# --- composing --------------------------------------------------------------------------------------------------------------


def test_writers_are_told_segments_tags_and_templates_by_name_and_number(greta: MailchimpConnector) -> None:
    told = greta.composing(LETTER, now=NOW)
    assert (told.obstacle, dict(told.choices)) == ("", {})
    notices = " ".join(told.notices)
    for number, name in (
        (demo.CUPPING_SEGMENT, "First names in A"),
        (demo.WINTER_TAG, "Winter fair"),
        (demo.MINIMAL_TEMPLATE, "Plain letter"),
    ):
        assert f"{number} is {name}" in notices


def test_writers_are_offered_what_role_and_plan_allow(wire: Listening) -> None:
    assert holding(demo.FREE_OWNER.key).composing(READERS, now=NOW).choices == {"delivery": ("now", "draft")}
    assert holding(demo.AUTHOR.key).composing(LETTER, now=NOW).choices == {"delivery": ("draft",)}
    assert "viewer" in holding(demo.VIEWER.key).composing(LETTER, now=NOW).obstacle


def test_writers_are_warned_of_a_sender_nobody_can_verify(greta: MailchimpConnector) -> None:
    for address, words in (("greta@gmail.com", "free mail"), ("greta@neu.grossmann-kaffee.test", "not verified")):
        target = replace(LETTER, facts={**LETTER.facts, "from_email": address})
        assert any(words in notice for notice in greta.composing(target, now=NOW).notices)


# --- settings ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://{dc}.api.mailchimp.com", []),
        ("http://{dc}.api.mailchimp.com", ["mailchimp.E002"]),
        ("https://gateway.example/mailchimp", ["mailchimp.W001"]),
        ("https://{dc}.api.mailchimp.com@evil.example", ["mailchimp.E001"]),
    ],
)
def test_start_up_says_what_is_wrong_with_the_address(settings: Any, address: str, found: list[str]) -> None:
    settings.MAILCHIMP_API_URL, settings.SANDBOX, settings.PLATFORM_GATEWAY_URL = address, False, ""
    messages = keys_go_to_mailchimp_alone()
    assert [message.id for message in messages] == found
    assert all(message.hint for message in messages)


def test_the_calls_of_one_user_share_their_places_whichever_key_they_come_with(
    settings: Any, monkeypatch: pytest.MonkeyPatch, answers: responses.RequestsMock
) -> None:
    taken: list[tuple[str, int]] = []

    class Places:
        def take(self, name: str, holder: str, most: int) -> bool:
            taken.append((name, most))
            return True

        def give_back(self, name: str, holder: str) -> None:
            """There are enough."""

    monkeypatch.setattr("connectors.budgets._slots", Places)
    answers.get(f"{GATEWAY}/us19.api.mailchimp.com/3.0/lists/{demo.LETTER}/segments", json={"segments": []})
    answers.get(f"{GATEWAY}/us6.api.mailchimp.com/3.0/lists/{demo.LETTER}/segments", json={"segments": []})
    for key in ("a" * 32 + "-us19", "b" * 32 + "-us6"):
        holding(key).fetch_segments(LETTER)
    assert len(set(taken)) == 1
    assert taken[0][0].endswith(f"user:{demo.GRETA}")
    assert taken[0][1] == settings.MAILCHIMP_CONCURRENT_CALLS * 8 // 10, "some places are kept for publishing"
