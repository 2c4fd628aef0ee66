"""Reports: nothing at first, more by the hour, in fractions, and the same wherever one looks."""

from __future__ import annotations

import pytest
import requests

from sandbox.mailchimp import demo
from sandbox.world import World
from tests.sandbox.mailchimp.hub import CONTROL, HTML, Hub, told


@pytest.fixture
def sent(world: World, hub: Hub) -> str:
    campaign = hub.ready(html=f'{HTML}<a href="https://kaffee.test/b">B</a><a href="*|UNSUB|*">out</a>')
    hub.act(campaign, "send")
    world.clock.advance(10)
    return campaign


def _engage(session: requests.Session, campaign: str, email: str, action: str, url: str = "") -> None:
    wish = {"campaign": campaign, "email": email, "action": action, "url": url}
    assert session.post(f"{CONTROL}/mailchimp/engage", json=wish).ok


def test_there_is_no_report_before_a_campaign_was_sent(world: World, hub: Hub) -> None:
    campaign = hub.ready()
    assert told(hub.call("GET", f"/reports/{campaign}"))[:2] == (404, "Resource Not Found")
    world.switches.set({"mailchimp.unsent_report": "zeros"})
    assert hub.get(f"/reports/{campaign}", fields="emails_sent,opens.opens_total") == {
        "emails_sent": 0,
        "opens": {"opens_total": 0},
    }
    assert hub.get("/reports")["total_items"] == 0


def test_a_report_is_empty_at_first_and_grows_with_the_clock(world: World, hub: Hub, sent: str) -> None:
    world.switches.set({"mailchimp.sending_s": 0})
    fields = "emails_sent,opens.unique_opens,clicks.clicks_total"
    assert hub.get(f"/reports/{sent}", fields=fields) == {
        "emails_sent": 12,
        "opens": {"unique_opens": 0},
        "clicks": {"clicks_total": 0},
    }
    seen = []
    for _ in range(4):
        world.clock.advance(12 * 3600)
        report = hub.get(f"/reports/{sent}")
        seen.append(report["opens"]["opens_total"])
    assert seen == sorted(seen)
    assert seen[-1] > 0
    delivered = report["emails_sent"] - report["bounces"]["hard_bounces"] - report["bounces"]["soft_bounces"]
    assert report["opens"]["open_rate"] == report["opens"]["unique_opens"] / delivered
    assert 0 < report["opens"]["open_rate"] <= 1
    assert report["industry_stats"]["open_rate"] < 1
    assert len(report["timeseries"]) == 24


def test_blocks_that_are_sometimes_absent_are_absent_by_switch(world: World, hub: Hub, sent: str) -> None:
    assert "proxy_excluded_opens" in hub.get(f"/reports/{sent}")["opens"]
    world.switches.set({"mailchimp.proxy_excluded": False, "mailchimp.list_stats": False})
    report = hub.get(f"/reports/{sent}")
    assert not [name for name in report["opens"] if name.startswith("proxy")]
    assert "list_stats" not in report


def test_what_one_reader_does_shows_in_every_report(
    world: World, session: requests.Session, hub: Hub, sent: str
) -> None:
    world.switches.set({"mailchimp.audience": "quiet"})
    (mailing,) = world.mailchimp.state.mailings_of(sent)
    ada, bjorn = mailing.addresses[:2]
    link = "https://kaffee.test/ernte?a=1"
    for email, action, url in ((ada, "open", ""), (ada, "click", link), (ada, "click", link), (bjorn, "unsub", "")):
        _engage(session, sent, email, action, url)
    report = hub.get(f"/reports/{sent}")
    assert (report["opens"]["unique_opens"], report["unsubscribed"]) == (1, 1)
    assert (report["clicks"]["clicks_total"], report["clicks"]["unique_subscriber_clicks"]) == (2, 1)
    links = {row["url"]: row for row in hub.get(f"/reports/{sent}/click-details")["urls_clicked"]}
    assert set(links) == {link, "https://kaffee.test/b"}
    clicked = links[link]
    assert (clicked["total_clicks"], clicked["unique_clicks"], clicked["click_percentage"]) == (2, 1, 1.0)
    assert links["https://kaffee.test/b"]["last_click"] == ""
    path = f"/reports/{sent}/click-details/{clicked['id']}"
    assert hub.get(path)["url"] == link
    assert hub.get(f"{path}/members")["members"][0]["email_address"] == ada
    activity = {
        row["email_address"]: row["activity"] for row in hub.get(f"/reports/{sent}/email-activity", count=100)["emails"]
    }
    assert [one["action"] for one in activity[ada]] == ["open", "click", "click"]
    assert hub.get(f"/reports/{sent}/open-details")["total_opens"] == 1
    assert hub.get(f"/reports/{sent}/unsubscribed")["unsubscribes"][0]["email_address"] == bjorn
    readers = hub.get(f"/reports/{sent}/sent-to", count=100)["sent_to"]
    assert (len(readers), {row["status"] for row in readers}) == (12, {"sent"})
    domains = hub.get(f"/reports/{sent}/domain-performance")
    assert (domains["total_sent"], len(domains["domains"])) == (12, 3)
    assert hub.get(f"/lists/{demo.LETTER}/members/{bjorn}", fields="status") == {"status": "unsubscribed"}


def test_an_address_that_bounced_is_cleaned_and_not_delivered(
    world: World, session: requests.Session, hub: Hub, sent: str
) -> None:
    world.switches.set({"mailchimp.audience": "quiet"})
    (mailing,) = world.mailchimp.state.mailings_of(sent)
    _engage(session, sent, mailing.addresses[0], "hard")
    _engage(session, sent, mailing.addresses[1], "open")
    report = hub.get(f"/reports/{sent}")
    assert report["bounces"]["hard_bounces"] == 1
    assert report["opens"]["open_rate"] == 1 / 11
    assert hub.get(f"/lists/{demo.LETTER}/members/{mailing.addresses[0]}", fields="status") == {"status": "cleaned"}
    assert hub.get(f"/campaigns/{sent}", fields="report_summary.open_rate")["report_summary"]["open_rate"] == 1 / 11
    nobody = {"campaign": sent, "email": "nobody@posteo.test", "action": "open"}
    assert session.post(f"{CONTROL}/mailchimp/engage", json=nobody).status_code == 400
