"""What is done with campaigns afterwards, in the town: tested, held back, stopped, used again; and what they brought."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from jsonschema import Draft202012Validator

from connectors.errors import ContentRejected, ReconnectRequired
from connectors.mailchimp.actions import ACTIONS
from connectors.mailchimp.connector import MailchimpConnector
from connectors.types import LiveState, Published, Target
from sandbox.mailchimp import demo
from sandbox.world import World
from tests.connectors.kit import MemoryJournal
from tests.connectors.mailchimp.conftest import LETTER, Listening, holding
from tests.connectors.mailchimp.test_against_sandbox import START, in_an_hour, mail, mailings

AGENCY = Target(
    "audience",
    demo.CLIENTS[0],
    "Client 01",
    {**LETTER.facts, "from_email": "news@haeger.test", "account_id": demo.AGENCY},
)
Do = Callable[..., Any]


@pytest.fixture(autouse=True)
def hands(town: World) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def do(greta: MailchimpConnector) -> Do:
    def act(action: str, campaign_id: str, **arguments: Any) -> Any:
        return greta.perform(action, campaign_id, arguments, LETTER, now=datetime.now(UTC))

    return act


def made(connector: MailchimpConnector, target: Target = LETTER, **said: Any) -> str:
    published = connector.publish(mail(**said), target, MemoryJournal())
    assert isinstance(published, Published)
    return published.external_id


def test_every_action_has_words_and_a_valid_schema() -> None:
    for action in ACTIONS:
        Draft202012Validator.check_schema(dict(action.schema))
        assert action.about.endswith(".")
    assert {action.slug for action in ACTIONS if action.public} == {"send", "schedule", "cancel"}


def test_the_checklist_says_whether_mailchimp_would_send(greta: MailchimpConnector, do: Do) -> None:
    told = do("checklist", made(greta, delivery="draft"))
    assert told["ready"] is True
    assert told["status"] == "save"
    assert all(set(item) == {"type", "heading", "details"} for item in told["items"])


def test_a_test_goes_to_its_addresses_and_to_nobody_else(greta: MailchimpConnector, town: World, do: Do) -> None:
    draft = made(greta, delivery="draft")
    assert do("test", draft, emails=["greta@grossmann-kaffee.test"])["sent_to"] == 1
    assert town.mailchimp.levers()[("GET", "mails")]({"kind": "test"})["mails"] == 1
    assert mailings(town) == 0


def test_a_draft_is_sent_once_however_often_it_is_asked_for(greta: MailchimpConnector, town: World, do: Do) -> None:
    draft = made(greta, delivery="draft")
    assert do("send", draft)["status"] in {"sending", "sent"}
    for _ in range(2):
        with pytest.raises(ContentRejected, match="sent already"):
            do("send", draft)
    with pytest.raises(ContentRejected, match="sent already"):
        do("schedule", draft, schedule_time=in_an_hour())
    assert mailings(town) == 1


@pytest.mark.parametrize("word", ["paused", "save"])
def test_a_scheduled_campaign_is_moved_taken_back_and_sent_at_once(
    greta: MailchimpConnector, town: World, do: Do, word: str
) -> None:
    town.switches.set({"mailchimp.unscheduled_status": word})
    campaign = made(greta, delivery="scheduled", schedule_time=in_an_hour())
    moved = do("schedule", campaign, schedule_time="2026-11-23T09:30:00+00:00")
    assert (moved["status"], moved["send_time"]) == ("schedule", "2026-11-23T09:30:00+00:00")
    assert do("unschedule", campaign)["status"] == word
    assert "already" in do("unschedule", campaign)["note"]
    standing = greta.look_after(campaign, LETTER, {}, now=START)
    assert standing.state is LiveState.PENDING
    assert "draft" in standing.reason
    do("schedule", campaign, schedule_time=in_an_hour())
    assert do("send", campaign)["status"] in {"sending", "sent"}
    assert mailings(town) == 1
    with pytest.raises(ContentRejected, match="no longer waiting"):
        do("unschedule", campaign)


@pytest.mark.parametrize(
    "moment", ["2026-11-22T09:00:00+00:00", "2026-11-22T10:05:00+00:00", "2026-11-22T09:10:00+00:00"]
)
def test_a_moment_that_mailchimp_would_not_keep_is_refused_with_the_reason(
    greta: MailchimpConnector, wire: Listening, do: Do, moment: str
) -> None:
    draft = made(greta, delivery="draft")
    with pytest.raises(ContentRejected, match=r"quarter hour|past"):
        do("schedule", draft, schedule_time=moment)
    assert not any("schedule" in call for call in wire.calls())


def test_a_campaign_is_stopped_while_it_is_being_sent_where_the_plan_allows(town: World, wire: Listening) -> None:
    agency = holding(demo.PREMIUM_ADMIN.key)
    campaign = made(agency, AGENCY)
    told = agency.perform("cancel", campaign, {}, AGENCY, now=START)
    assert told["status"] in {"canceling", "canceled"}
    assert agency.look_after(campaign, AGENCY, {}, now=START).state is LiveState.REMOVED
    assert "already" in agency.perform("cancel", campaign, {}, AGENCY, now=START)["note"]


def test_a_plan_without_it_cannot_stop_a_campaign(
    greta: MailchimpConnector, do: Do, hands: time_machine.Traveller
) -> None:
    campaign = made(greta)
    with pytest.raises((ContentRejected, ReconnectRequired)):
        do("cancel", campaign)
    hands.shift(timedelta(minutes=1))
    with pytest.raises(ContentRejected, match="being sent"):
        do("cancel", campaign)


def test_a_campaign_is_copied_and_sent_to_those_it_missed(
    greta: MailchimpConnector, town: World, do: Do, hands: time_machine.Traveller
) -> None:
    campaign = made(greta)
    with pytest.raises(ContentRejected, match="was sent"):
        do("resend", campaign)
    hands.shift(timedelta(minutes=1))
    copy, resend = do("replicate", campaign), do("resend", campaign, to="to_new_subscribers")
    assert len({campaign, copy["campaign_id"], resend["campaign_id"]}) == 3
    assert {copy["status"], resend["status"]} == {"save"}
    assert copy["url"].startswith("https://us19.admin.mailchimp.com/")
    assert mailings(town) == 1


def test_only_drafts_are_deleted(greta: MailchimpConnector, town: World, do: Do, hands: time_machine.Traveller) -> None:
    draft, campaign = made(greta, delivery="draft"), made(greta)
    do("delete", draft)
    assert greta.look_after(draft, LETTER, {}, now=START).state is LiveState.REMOVED
    with pytest.raises(ContentRejected, match="no longer in Mailchimp"):
        do("checklist", draft)
    with pytest.raises(ContentRejected, match="no draft"):
        do("delete", campaign)
    assert town.mailchimp.state.campaigns.get(campaign) is not None


def test_a_campaign_of_another_audience_is_left_alone(greta: MailchimpConnector) -> None:
    campaign = made(greta, delivery="draft")
    with pytest.raises(ContentRejected, match="another audience"):
        greta.perform("send", campaign, {}, Target("audience", demo.REGULARS, "", LETTER.facts), now=START)


# --- numbers ----------------------------------------------------------------------------------------------------------------


def engage(town: World, campaign: str, action: str, number: int, url: str = "") -> None:
    town.run_errands()
    mails = town.mailchimp.levers()[("GET", "mails")]({"campaign": campaign})
    wish = {"campaign": campaign, "action": action, "email": mails["items"][0]["addresses"][number], "url": url}
    town.mailchimp.levers()[("POST", "engage")](wish)


@pytest.mark.parametrize("proxies", [True, False])
def test_a_report_becomes_metrics_with_clicks_by_link_and_absent_stays_absent(
    greta: MailchimpConnector, town: World, hands: time_machine.Traveller, proxies: bool
) -> None:
    town.switches.set({"mailchimp.proxy_excluded": proxies})
    own = '<a href="https://a.test/?x=1">a</a><a href="https://b.test/">b</a><a href="*|UNSUB|*">u</a>'
    campaign = made(greta, format="html", html=own)
    hands.shift(timedelta(minutes=1))
    for number in range(3):
        engage(town, campaign, "open", number)
    engage(town, campaign, "click", 0, "https://a.test/?x=1")
    engage(town, campaign, "click", 1, "https://a.test/?x=1")
    engage(town, campaign, "click", 1, "https://b.test/")
    engage(town, campaign, "hard", 4)
    hands.shift(timedelta(hours=2))
    metrics = {metric.name: metric for metric in greta.post_metrics(campaign, LETTER, now=datetime.now(UTC))}
    assert metrics["emails_sent"].value == 12
    assert metrics["reach"].value == 3
    assert metrics["clicks"].value == 3
    assert metrics["clicks"].parts == {"https://a.test/?x=1": 2, "https://b.test/": 1}
    assert metrics["bounces"].value == metrics["bounces"].parts["hard_bounces"] == 1
    assert 0 < metrics["open_rate"].value <= 1
    assert ("views_without_proxies" in metrics) is proxies
    assert all(metric.raw_name for metric in metrics.values())


@pytest.mark.parametrize("word", ["missing", "zeros"])
def test_what_was_not_sent_has_no_numbers(greta: MailchimpConnector, town: World, word: str) -> None:
    town.switches.set({"mailchimp.unsent_report": word})
    waiting = (made(greta, delivery="draft"), made(greta, delivery="scheduled", schedule_time=in_an_hour()))
    assert [greta.post_metrics(campaign, LETTER, now=START) for campaign in waiting] == [[], []]
    assert greta.post_metrics("0000000000", LETTER, now=START) == []


def test_an_audience_tells_its_size_its_rates_as_shares_and_what_a_span_brought(
    greta: MailchimpConnector, town: World, hands: time_machine.Traveller
) -> None:
    hands.shift(timedelta(minutes=1))
    campaign = made(greta)
    hands.shift(timedelta(minutes=1))
    engage(town, campaign, "open", 0)
    hands.shift(timedelta(hours=2))
    now = datetime.now(UTC)
    metrics = {metric.name: metric for metric in greta.account_metrics(LETTER, since=START, until=now)}
    assert metrics["followers"].value == 12
    assert 0 <= metrics["open_rate"].value <= 1
    assert (metrics["emails_sent"].value, metrics["emails_sent"].since) == (12, START)
    assert metrics["views"].value >= 1
    before = greta.account_metrics(LETTER, since=START - timedelta(days=9), until=START - timedelta(days=2))
    assert not {"emails_sent", "views"} & {metric.name for metric in before}
