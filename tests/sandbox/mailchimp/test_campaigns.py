"""Campaigns: two creates make two drafts, one send makes one mailing, and time does the rest."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.mailchimp import demo
from sandbox.world import World
from tests.sandbox.mailchimp.conftest import NOON
from tests.sandbox.mailchimp.hub import CONTROL, SENDER, Hub, told

QUARTER = "2026-11-23T09:15:00+00:00"
CANNOT = (400, "Bad Request", "This campaign cannot be scheduled: .")
NOT_READY = (400, "Bad Request", "Your Campaign is not ready to send.")


def _mailings(world: World, campaign: str) -> list[int]:
    return [len(one.addresses) for one in world.mailchimp.state.mailings_of(campaign) if one.kind == "campaign"]


def test_the_same_create_twice_makes_two_drafts_which_their_title_finds(world: World, hub: Hub) -> None:
    ids = {hub.draft(title="Ernte [hub:7f3c]"), hub.draft(title="Ernte [hub:7f3c]")}
    assert len(ids) == 2
    fields = "campaigns.id,campaigns.settings.title,campaigns.status,total_items"
    found = hub.get("/campaigns", since_create_time="2026-11-22T11:50:00+00:00", fields=fields)
    assert {one["id"] for one in found["campaigns"] if "[hub:7f3c]" in one["settings"]["title"]} == ids
    assert (
        hub.get("/campaigns", before_create_time="2026-11-22T11:50:00+00:00", fields="total_items")["total_items"] == 0
    )
    assert hub.get("/search-campaigns", query="7f3c", fields="total_items") == {"total_items": 0}
    world.clock.advance(60)
    assert hub.get("/search-campaigns", query="7f3c", fields="total_items") == {"total_items": 2}


def test_a_draft_tells_what_it_is_with_empty_text_for_what_is_not_yet(hub: Hub) -> None:
    draft = hub.get(f"/campaigns/{hub.draft()}")
    assert (draft["status"], draft["send_time"], draft["emails_sent"]) == ("save", "", 0)
    assert draft["create_time"] == "2026-11-22T12:00:00+00:00"
    assert (draft["recipients"]["list_name"], draft["recipients"]["recipient_count"]) == ("Rösterei-Brief", 12)
    assert draft["delivery_status"]["enabled"] is False
    assert "report_summary" not in draft


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"type": "telegram"}, "type"),
        ({"type": "absplit"}, "type"),
        ({"type": "regular", "recipients": {}}, "recipients"),
        ({"type": "regular", "recipients": {"list_id": "0000000000"}}, "recipients.list_id"),
        ({"type": "regular", "recipients": {"list_id": demo.READERS}}, "recipients.list_id"),
        (
            {"type": "regular", "recipients": {"list_id": demo.LETTER, "segment_opts": {"saved_segment_id": 9}}},
            "recipients.segment_opts.saved_segment_id",
        ),
        ({"type": "regular", "settings": {"subject_line": 5}}, "settings.subject_line"),
        ({"type": "regular", "settings": {"subject_line": "x" * 151}}, "settings.subject_line"),
        ({"type": "regular", "settings": {"reply_to": "greta"}}, "settings.reply_to"),
        ({"type": "regular", "settings": {"template_id": 1}}, "settings.template_id"),
        ({"type": "regular", "tracking": {"google_analytics": "ü" * 26}}, "tracking.google_analytics"),
        ({"type": "regular", "tracking": {"opens": "yes"}}, "tracking.opens"),
        ({"type": "rss"}, "rss_opts"),
    ],
)
def test_a_create_that_does_not_fit_is_refused_and_makes_nothing(hub: Hub, body: dict[str, Any], field: str) -> None:
    answer = hub.call("POST", "/campaigns", json=body)
    assert told(answer)[:2] == (400, "Invalid Resource")
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert hub.get("/campaigns", fields="total_items") == {"total_items": 0}


def test_a_send_goes_from_save_through_sending_to_sent(world: World, hub: Hub) -> None:
    campaign = hub.ready()
    sent = hub.act(campaign, "send")
    assert (sent.status_code, sent.content) == (204, b"")
    assert hub.get(f"/campaigns/{campaign}", fields="status,emails_sent") == {"status": "sending", "emails_sent": 0}
    world.clock.advance(8)
    done = hub.get(f"/campaigns/{campaign}", fields="status,emails_sent,send_time,report_summary.opens")
    assert done == {
        "status": "sent",
        "emails_sent": 12,
        "send_time": "2026-11-22T12:00:00+00:00",
        "report_summary": {"opens": 0},
    }


def test_a_second_send_is_an_error_and_the_mail_counter_stays_at_one(
    world: World, session: requests.Session, hub: Hub
) -> None:
    campaign = hub.ready()
    assert hub.act(campaign, "send").status_code == 204
    for seconds in (0, 60):
        world.clock.advance(seconds)
        assert told(hub.act(campaign, "send"))[:2] == (400, "Bad Request")
    world.switches.set({"mailchimp.second_send": "invalid_action"})
    assert told(hub.act(campaign, "send"))[:2] == (400, "Invalid Action")
    assert _mailings(world, campaign) == [12]
    counted = session.get(f"{CONTROL}/mailchimp/mails", params={"campaign": campaign}).json()
    assert (counted["mailings"], counted["mails"]) == (1, 12)


def test_an_action_takes_any_body(hub: Hub) -> None:
    for data in (b"", b"null", b"{}", b'{"send_type":"html"}'):
        headers = {"Content-Type": "application/json"}
        path = f"/campaigns/{hub.ready()}/actions/send"
        assert hub.call("POST", path, data=data, headers=headers).status_code == 204, data


@pytest.mark.parametrize(
    ("settings", "list_id", "html", "heading"),
    [
        ({"subject_line": ""}, demo.LETTER, "<p>Words</p>", "Subject line"),
        ({"from_name": " "}, demo.LETTER, "<p>Words</p>", "From name"),
        ({"reply_to": ""}, demo.LETTER, "<p>Words</p>", "Reply-to address"),
        ({"reply_to": "greta@gmail.com"}, demo.LETTER, "<p>Words</p>", "Reply-to address"),
        ({"reply_to": "a@neu.grossmann-kaffee.test"}, demo.LETTER, "<p>Words</p>", "Reply-to address"),
        ({"reply_to": "a@shop.grossmann-kaffee.test"}, demo.LETTER, "<p>Words</p>", "Reply-to address"),
        ({}, demo.BEANS, "<p>Words</p>", "Audience"),
        ({}, demo.LETTER, "", "Content"),
    ],
)
def test_what_is_not_ready_is_not_sent_and_the_checklist_says_why(
    world: World, hub: Hub, settings: dict[str, Any], list_id: str, html: str, heading: str
) -> None:
    campaign = hub.ready(list_id, html, **settings) if html else hub.draft(list_id, **settings)
    checklist = hub.get(f"/campaigns/{campaign}/send-checklist")
    assert checklist["is_ready"] is False
    assert [item["heading"] for item in checklist["items"] if item["type"] == "error"] == [heading]
    assert told(hub.act(campaign, "send")) == NOT_READY
    assert told(hub.act(campaign, "schedule", schedule_time=QUARTER)) == CANNOT
    assert (hub.status(campaign), _mailings(world, campaign)) == ("save", [])


def test_a_checklist_without_errors_is_ready_in_spite_of_warnings(hub: Hub) -> None:
    checklist = hub.get(f"/campaigns/{hub.ready()}/send-checklist")
    assert checklist["is_ready"] is True
    assert [item["type"] for item in checklist["items"] if item["heading"] == "Content"] == ["warning"]


def test_a_scheduled_campaign_starts_by_the_clock(world: World, hub: Hub) -> None:
    campaign = hub.ready()
    assert hub.act(campaign, "schedule", schedule_time=QUARTER).status_code == 204
    assert hub.get(f"/campaigns/{campaign}", fields="status,send_time") == {"status": "schedule", "send_time": QUARTER}
    (item,) = world.mailchimp.timeline(demo.LETTER)
    assert (item.live, item.goes_live) == (False, NOON + 21 * 3600 + 900)
    world.clock.advance(21 * 3600 + 900 - 1)
    assert hub.status(campaign) == "schedule"
    world.clock.advance(1)
    assert hub.status(campaign) == "sending"
    world.clock.advance(8)
    assert (hub.status(campaign), _mailings(world, campaign)) == ("sent", [12])


@pytest.mark.parametrize(
    "body",
    [
        {"schedule_time": "2026-11-23T09:10:00+00:00"},
        {"schedule_time": "2026-11-23T09:15:30+00:00"},
        {"schedule_time": "2026-11-22T11:45:00+00:00"},
        {"schedule_time": "2026-11-22T12:00:00+00:00"},
        {"schedule_time": "2026-11-23T11:45:00Z", "timewarp": True},
        {
            "schedule_time": "2026-11-24T09:15:00Z",
            "timewarp": True,
            "batch_delivery": {"batch_delay": 5, "batch_count": 2},
        },
    ],
)
def test_times_that_cannot_be_are_refused_without_a_reason(world: World, hub: Hub, body: dict[str, Any]) -> None:
    campaign = hub.ready()
    assert told(hub.act(campaign, "schedule", **body)) == CANNOT
    assert hub.status(campaign) == "save"


def test_times_in_other_zones_and_larger_plans_are_fine(hub: Hub) -> None:
    for body in (
        {"schedule_time": "2026-11-23T09:45:00+05:45"},
        {"schedule_time": "2026-11-24T12:00:00", "timewarp": True},
        {"schedule_time": "2026-11-24T12:00:00Z", "batch_delivery": {"batch_delay": 5, "batch_count": 2}},
    ):
        assert hub.act(hub.ready(), "schedule", **body).status_code == 204, body


def test_a_plan_decides_who_may_schedule(world: World, hub: Hub, free: Hub) -> None:
    sender = "lettre@oeuvre-livres.test"
    campaign = free.ready(demo.READERS, reply_to=sender)
    assert told(free.act(campaign, "schedule", schedule_time=QUARTER)) == CANNOT
    world.switches.set({"mailchimp.plan_refusal": "403"})
    refused = free.act(campaign, "schedule", schedule_time=QUARTER)
    assert told(refused) == (403, "Authorization Failure", "User does not have access to the requested operation")
    assert free.act(campaign, "send").status_code == 204
    world.mailchimp.levers()[("POST", "accounts")]({"account": demo.ROASTERY, "plan": "essentials"})
    warped = {"schedule_time": "2026-11-25T12:00:00Z", "timewarp": True}
    assert hub.act(hub.ready(), "schedule", **warped).status_code == 403
    assert hub.act(hub.ready(), "schedule", schedule_time=QUARTER).status_code == 204


def test_unscheduling_leads_to_paused_or_save_and_only_before_the_start(world: World, hub: Hub) -> None:
    for word in ("paused", "save"):
        world.switches.set({"mailchimp.unscheduled_status": word})
        campaign = hub.ready()
        hub.act(campaign, "schedule", schedule_time=QUARTER)
        assert told(hub.act(campaign, "schedule", schedule_time=QUARTER)) == CANNOT
        assert hub.act(campaign, "unschedule").status_code == 204
        assert hub.get(f"/campaigns/{campaign}", fields="status,send_time") == {"status": word, "send_time": ""}
        assert hub.act(campaign, "send").status_code == 204
        assert told(hub.act(campaign, "unschedule"))[:2] == (400, "Invalid Action")


def test_what_is_scheduled_or_sent_cannot_be_edited(world: World, hub: Hub) -> None:
    scheduled, sending, sent = hub.ready(), hub.ready(), hub.ready()
    hub.act(scheduled, "schedule", schedule_time="2026-11-24T12:00:00Z")
    hub.act(sent, "send")
    world.clock.advance(60)
    hub.act(sending, "send")
    for campaign in (scheduled, sending, sent):
        change = hub.call("PATCH", f"/campaigns/{campaign}", json={"settings": {"title": "x"}})
        replaced = hub.call("PUT", f"/campaigns/{campaign}/content", json={"html": "<p>Other</p>"})
        assert (change.status_code, replaced.status_code) == (400, 400), campaign
    hub.act(scheduled, "unschedule")
    assert hub.call("PATCH", f"/campaigns/{scheduled}", json={"settings": {"title": "x"}}).ok


def test_a_patch_changes_what_it_names_and_keeps_the_rest(hub: Hub) -> None:
    campaign = hub.draft()
    changed = hub.call("PATCH", f"/campaigns/{campaign}", json={"settings": {"subject_line": "Later"}}).json()
    assert (changed["settings"]["subject_line"], changed["settings"]["reply_to"]) == ("Later", SENDER)
    rss = hub.call("PATCH", f"/campaigns/{campaign}", json={"rss_opts": {"feed_url": "https://a.test/"}})
    assert told(rss)[:2] == (400, "Bad Request")


def test_deleting_is_refused_while_mails_leave(world: World, hub: Hub) -> None:
    campaign = hub.ready()
    hub.act(campaign, "send")
    refused = hub.call("DELETE", f"/campaigns/{campaign}")
    assert (told(refused)[:2], refused.headers["Allow"]) == ((405, "Method Not Allowed"), "GET")
    world.clock.advance(60)
    assert hub.call("DELETE", f"/campaigns/{campaign}").status_code == 204
    assert hub.call("GET", f"/campaigns/{campaign}").status_code == 404


def test_only_the_largest_plan_stops_a_campaign_half_way(world: World, hub: Hub, premium: Hub) -> None:
    ordinary = hub.ready()
    hub.act(ordinary, "send")
    assert told(hub.act(ordinary, "cancel-send"))[:2] == (403, "Authorization Failure")
    campaign = premium.ready(demo.CLIENTS[0], reply_to="news@haeger.test")
    assert told(premium.act(campaign, "cancel-send"))[:2] == (400, "Invalid Action")
    premium.act(campaign, "send")
    delivery = premium.get(f"/campaigns/{campaign}", fields="delivery_status")["delivery_status"]
    assert (delivery["status"], delivery["can_cancel"]) == ("delivering", True)
    world.clock.advance(5)
    assert premium.act(campaign, "cancel-send").status_code == 204
    assert premium.status(campaign) == "canceling"
    world.clock.advance(5)
    stopped = premium.get(f"/campaigns/{campaign}")
    assert (stopped["status"], stopped["emails_sent"]) == ("canceled", 1)
    assert stopped["delivery_status"]["emails_canceled"] == 1
    assert _mailings(world, campaign) == [1]


def test_a_test_goes_to_its_addresses_and_nowhere_else(world: World, hub: Hub) -> None:
    unfinished = hub.draft(from_name="")
    wish = {"test_emails": ["greta@grossmann-kaffee.test"], "send_type": "html"}
    refused = told(hub.act(unfinished, "test", **wish))
    assert refused[:2] == (400, "Bad Request")
    assert refused[2].startswith("This campaign cannot be tested: From name")
    campaign = hub.ready()
    assert told(hub.act(campaign, "test", test_emails=["x"], send_type="fax"))[1] == "Invalid Resource"
    assert hub.act(campaign, "test", **wish).status_code == 204
    (mailing,) = world.mailchimp.state.mailings_of(campaign)
    assert (mailing.kind, mailing.addresses, mailing.subject) == ("test", wish["test_emails"], "[Test] Neue Ernte")
    assert hub.status(campaign) == "save"


def test_a_copy_is_a_draft_of_its_own_and_bears_the_title_with_a_number(world: World, hub: Hub) -> None:
    campaign = hub.ready()
    hub.act(campaign, "send")
    world.clock.advance(60)
    copy = hub.act(campaign, "replicate")
    body = copy.json()
    assert (copy.status_code, body["status"], body["emails_sent"]) == (200, "save", 0)
    assert body["settings"]["title"] == "Neue Ernte [hub:1] (copy 01)"
    assert hub.get(f"/campaigns/{body['id']}/content")["html"].startswith("<h1>Hallo")
    resend = hub.act(campaign, "create-resend", shortcut_type="to_non_openers").json()
    assert resend["parent_campaign_id"] == campaign
    assert _mailings(world, campaign) == [12]


def test_a_part_of_an_audience_gets_what_is_sent_to_it(world: World, hub: Hub) -> None:
    tagged = {"condition_type": "StaticSegment", "field": "static_segment", "op": "static_is", "value": demo.WINTER_TAG}
    for options, many in (
        ({"match": "all", "conditions": [tagged]}, 4),
        ({"saved_segment_id": demo.CUPPING_SEGMENT}, 1),
        ({"saved_segment_id": demo.WINTER_TAG}, 4),
    ):
        campaign = hub.ready()
        recipients = {"list_id": demo.LETTER, "segment_opts": options}
        changed = hub.call("PATCH", f"/campaigns/{campaign}", json={"recipients": recipients}).json()
        assert changed["recipients"]["recipient_count"] == many, options
        hub.act(campaign, "send")
        assert _mailings(world, campaign) == [many]


def test_an_rss_campaign_is_paused_and_resumed_and_nothing_else_is(hub: Hub) -> None:
    body = {
        "type": "rss",
        "recipients": {"list_id": demo.LETTER},
        "rss_opts": {"feed_url": "https://kaffee.test/feed", "frequency": "daily"},
        "settings": {"subject_line": "Feed", "from_name": "Greta", "reply_to": SENDER},
    }
    feed = str(hub.call("POST", "/campaigns", json=body).json()["id"])
    assert told(hub.act(feed, "schedule", schedule_time=QUARTER)) == CANNOT
    for action, status in (("send", "sending"), ("pause", "paused"), ("resume", "sending")):
        assert hub.act(feed, action).status_code == 204
        assert hub.status(feed) == status
    assert told(hub.act(hub.ready(), "pause"))[:2] == (400, "Invalid Action")


def test_who_became_unready_before_the_time_is_not_mailed(world: World, hub: Hub) -> None:
    campaign = hub.ready()
    hub.act(campaign, "schedule", schedule_time=QUARTER)
    hub.call("DELETE", "/verified-domains/grossmann-kaffee.test")
    world.clock.advance(2 * 86_400)
    assert (hub.status(campaign), _mailings(world, campaign)) == ("paused", [])


def test_campaigns_are_found_by_state_list_and_time(world: World, hub: Hub) -> None:
    sent = hub.ready()
    hub.act(sent, "send")
    world.clock.advance(60)
    draft = hub.draft(demo.REGULARS)

    def ids(**query: str) -> list[str]:
        return [one["id"] for one in hub.get("/campaigns", fields="campaigns.id", **query)["campaigns"]]

    assert ids(status="sent") == ids(list_id=demo.LETTER) == ids(since_send_time="2026-11-22T11:00:00Z") == [sent]
    assert ids(status="save") == [draft]
    assert ids(sort_field="create_time", sort_dir="ASC") == [sent, draft]
    assert hub.call("GET", "/campaigns", params={"status": "canceled"}).status_code == 400
    world.switches.set({"mailchimp.list_lag_s": 90})
    assert ids() == []
