"""Local posts: what is taken, what is refused in whose words, and what becomes of them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sandbox.google_business import demo, hosts
from sandbox.world import World
from tests.sandbox.google_business.hub import (
    BAKERY,
    CAFE,
    CONTROL,
    SCHEDULE,
    Hub,
    error_of,
    event,
    flaws_of,
    photo,
    violations_of,
)

MISSING = 2
WEEKLY = {"weeklyPattern": {"daysOfWeek": ["MONDAY", "FRIDAY"]}, "seriesEndTime": "2027-03-01T00:00:00Z"}


def test_a_post_is_in_processing_first_and_then_live_with_a_link(world: World, hub: Hub, token: str) -> None:
    created = hub.publish(token, "Pão de centeio às quartas").json()
    assert created["state"] == "PROCESSING"
    assert "searchUrl" not in created
    world.clock.advance(5)
    live = hub.read(token, created["name"])
    assert live["state"] == "LIVE"
    assert live["searchUrl"].startswith("https://local.google.com/place?id=")
    assert hub.session.get(live["searchUrl"]).status_code == 200


def test_the_answer_has_the_shape_of_a_captured_one(hub: Hub, token: str) -> None:
    night = event(endTime={"hours": 0, "minutes": 0}, endDate={"year": 2026, "month": 12, "day": 5})
    button = {"actionType": "CALL"}
    told = hub.publish(token, "Jazz", topicType="EVENT", callToAction=button, media=photo(), event=night)
    body = told.json()
    assert body["name"].startswith(f"{BAKERY}/localPosts/")
    # Zeros vanish: half an hour stays, a full hour loses its minutes, midnight is an empty object.
    assert body["event"]["schedule"] == {
        "startDate": {"year": 2026, "month": 12, "day": 4},
        "startTime": {"hours": 19},
        "endDate": {"year": 2026, "month": 12, "day": 5},
        "endTime": {},
    }
    assert body["callToAction"] == {"actionType": "CALL"}
    assert body["createTime"] == body["updateTime"] == "2026-11-22T12:00:00.603421Z"
    assert body["media"][0].keys() == {"name", "mediaFormat", "googleUrl"}
    assert body["media"][0]["name"].startswith(f"{BAKERY}/media/localPosts/AF1QipP")


@pytest.mark.parametrize(
    ("digits", "written"),
    [("0", "12:00:00Z"), ("3", "12:00:00.603Z"), ("6", "12:00:00.603421Z"), ("9", "12:00:00.603421000Z")],
)
def test_times_have_as_many_digits_as_the_day_brings(
    world: World, hub: Hub, token: str, digits: str, written: str
) -> None:
    world.switches.set({"google_business.time_digits": digits})
    assert hub.publish(token, "Olá").json()["createTime"] == f"2026-11-22T{written}"


def test_the_same_post_twice_is_two_posts(hub: Hub, token: str) -> None:
    names = {hub.publish(token, "Olá").json()["name"] for _ in range(2)}
    assert {post["name"] for post in hub.posts(token)} == names
    assert len(names) == 2


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"topicType": None}, "topic_type"),
        ({"topicType": "EVENT"}, "event"),
        ({"topicType": "OFFER", "offer": {"couponCode": "A"}}, "event"),
        ({"topicType": "EVENT", "event": {"schedule": SCHEDULE}}, "event.title"),
        ({"topicType": "EVENT", "event": {"title": "Jazz"}}, "event.schedule"),
        ({"topicType": "EVENT", "event": event(startTime=None)}, "event.schedule.start_time"),
        ({"topicType": "OFFER", "event": event(endDate=None)}, "event.schedule.end_date"),
        ({"callToAction": {"actionType": "SHOP"}}, "call_to_action.url"),
        ({"callToAction": {"url": "https://example.com/"}}, "call_to_action.action_type"),
        ({"summary": " "}, "summary"),
    ],
)
def test_what_is_missing_is_named(hub: Hub, token: str, body: dict[str, Any], where: str) -> None:
    refused = hub.publish(token, **{"summary": "Olá", **copy.deepcopy(body)})
    assert flaws_of(refused) == [(MISSING, where)]
    assert hub.posts(token) == []


def test_the_two_captured_refusals_have_their_captured_words(hub: Hub, token: str) -> None:
    no_topic = hub.publish(token, "Olá", topicType=None).json()["error"]
    assert no_topic["details"][0]["errorDetails"] == [
        {"code": 2, "field": "topic_type", "message": "Topic type is required for post creation."}
    ]
    assert no_topic["errors"] == [{"message": no_topic["message"], "domain": "global", "reason": "badRequest"}]
    no_event = hub.publish(token, "20 %", topicType="OFFER").json()["error"]["details"][0]["errorDetails"][0]
    assert no_event["message"] == "Event is required"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"summary": "x" * 1501}, "summary"),
        ({"topicType": "EVENT", "event": event("t" * 59)}, "event.title"),
        ({"topicType": "EVENT", "event": event(endTime={"hours": 18})}, "event.schedule"),
        ({"topicType": "EVENT", "event": event(startDate={"year": 2026, "month": 2, "day": 30})}, "event.schedule"),
        ({"topicType": "EVENT", "event": event(startTime={"hours": 25})}, "event.schedule"),
        ({"event": event()}, "event"),
        ({"offer": {"couponCode": "A"}}, "offer"),
        ({"callToAction": {"actionType": "CALL", "url": "https://example.com/"}}, "call_to_action.url"),
        ({"callToAction": {"actionType": "SHOP", "url": "example.com"}}, "call_to_action.url"),
        ({"topicType": "OFFER", "event": event(), "offer": {"redeemOnlineUrl": "ftp://x"}}, "offer.redeem_online_url"),
        ({"topicType": "ALERT", "alertType": "COVID_19"}, "topic_type"),
        ({"scheduledTime": "2026-11-22T11:59:59Z"}, "scheduled_time"),
        ({"topicType": "EVENT", "event": {**event(), "recurrenceInfo": {}}}, "event.recurrence_info"),
        (
            {"topicType": "EVENT", "event": {**event(), "recurrenceInfo": {**WEEKLY, "dailyPattern": {}}}},
            "event.recurrence_info",
        ),
        (
            {"topicType": "EVENT", "event": {**event(), "recurrenceInfo": {"monthlyPattern": {"dayOfMonth": 32}}}},
            "event.recurrence_info.monthly_pattern.day_of_month",
        ),
    ],
)
def test_what_cannot_be_is_named(hub: Hub, token: str, body: dict[str, Any], where: str) -> None:
    assert [field for _, field in flaws_of(hub.publish(token, **{"summary": "Olá", **body}))] == [where]


def test_the_limits_themselves_are_taken(hub: Hub, token: str) -> None:
    assert hub.publish(token, "ß" * 1500, topicType="EVENT", event=event("t" * 58)).status_code == 200


@pytest.mark.parametrize(
    ("switch", "body"),
    [
        ({"google_business.call_with_url": "ignored"}, {"callToAction": {"actionType": "CALL", "url": "https://a.b/"}}),
        (
            {"google_business.schedule_times": "optional"},
            {"topicType": "EVENT", "event": event(startTime=None, endTime=None)},
        ),
        ({"google_business.title_limit": 0}, {"topicType": "EVENT", "event": event("t" * 200)}),
        ({"google_business.summary_limit": 0}, {"summary": "x" * 4000}),
        ({"google_business.past_time": "published"}, {"scheduledTime": "2026-11-22T11:00:00Z"}),
    ],
)
def test_where_the_rules_are_not_known_a_switch_has_the_other_reading(
    world: World, hub: Hub, token: str, switch: dict[str, Any], body: dict[str, Any]
) -> None:
    sent = {"summary": "Olá", **copy.deepcopy(body)}
    assert hub.publish(token, **sent).status_code == 400
    world.switches.set(switch)
    taken = hub.publish(token, **sent)
    assert (taken.status_code, taken.json()["state"]) == (200, "PROCESSING")
    assert "url" not in taken.json().get("callToAction", {})


@pytest.mark.parametrize(
    ("body", "where", "words"),
    [
        ({"product": {"name": "Pão"}}, "local_post", "Unknown name \"product\" at 'local_post': Cannot find field."),
        ({"topicType": "PRODUCT"}, "local_post.topic_type", "Invalid value at 'local_post.topic_type'"),
        (
            {"callToAction": {"actionType": "BUY", "url": "https://a.b/"}},
            "local_post.call_to_action.action_type",
            '"BUY"',
        ),
        ({"event": {"venue": "x"}}, "local_post.event", 'Unknown name "venue"'),
        ({"summary": 5}, "local_post.summary", "(TYPE_STRING), 5"),
        ({"scheduledTime": "tomorrow"}, "local_post.scheduled_time", "Timestamp"),
    ],
)
def test_faults_of_form_are_told_before_anything_else(
    hub: Hub, token: str, body: dict[str, Any], where: str, words: str
) -> None:
    refused = hub.publish(token, **{"summary": "Olá", **body})
    ((field, description),) = violations_of(refused)
    assert field == where
    assert words in description
    assert refused.json()["error"]["message"] == description


def test_a_body_that_is_no_json_is_refused(hub: Hub, token: str) -> None:
    path = f"/v4/{BAKERY}/localPosts"
    assert violations_of(hub.call("POST", hosts.POSTS, path, token, data=b"{"))
    assert violations_of(hub.call("POST", hosts.POSTS, path, token, data={"summary": "Olá"}))


def test_either_spelling_of_a_field_is_read(hub: Hub, token: str) -> None:
    body = {"summary": "Olá", "topic_type": "STANDARD", "call_to_action": {"action_type": "CALL"}, "offer": None}
    told = hub.call("POST", hosts.POSTS, f"/v4/{BAKERY}/localPosts", token, json=body).json()
    assert (told["topicType"], told["callToAction"]) == ("STANDARD", {"actionType": "CALL"})


def test_the_button_of_an_offer_is_passed_over(hub: Hub, token: str) -> None:
    button = {"actionType": "SHOP", "url": "https://example.com/"}
    offer = {"couponCode": "SAVE20", "redeemOnlineUrl": "https://example.com/r", "termsConditions": "One per guest"}
    told = hub.publish(token, "20 %", topicType="OFFER", event=event(), offer=offer, callToAction=button).json()
    assert told["offer"] == offer
    assert "callToAction" not in told


@pytest.mark.parametrize(
    "location",
    [
        demo.UNVERIFIED,
        demo.PENDING,
        demo.WAITING,
        demo.CONTESTED,
        demo.SUSPENDED,
        demo.DISABLED,
        demo.CLOSED,
        demo.DOUBLE,
    ],
)
def test_a_location_that_may_not_speak_is_told_so_in_one_sentence(hub: Hub, token: str, location: str) -> None:
    refused = hub.publish(token, "Olá", f"accounts/{demo.BAKERIES}/locations/{location}")
    assert error_of(refused) == (403, "PERMISSION_DENIED", "")
    sentence = "Creating/Updating a local post is not authorized for this location."
    assert refused.json()["error"]["message"] == sentence


def test_a_location_closed_for_a_while_may_still_speak(hub: Hub, token: str) -> None:
    assert hub.publish(token, "Até já", f"accounts/{demo.BAKERIES}/locations/{demo.RESTING}").status_code == 200


@pytest.mark.parametrize(
    ("fate", "states"),
    [
        ("live", ["PROCESSING", "LIVE", "LIVE"]),
        ("live_now", ["LIVE", "LIVE", "LIVE"]),
        ("rejected_now", ["REJECTED", "REJECTED", "REJECTED"]),
        ("rejected_in_processing", ["PROCESSING", "REJECTED", "REJECTED"]),
        ("rejected_later", ["PROCESSING", "LIVE", "REJECTED"]),
        ("processing_for_ever", ["PROCESSING", "PROCESSING", "PROCESSING"]),
    ],
)
def test_what_becomes_of_a_post_is_a_switch(world: World, hub: Hub, token: str, fate: str, states: list[str]) -> None:
    world.switches.set({"google_business.post_fate": fate, "google_business.reject_after_s": 600})
    created = hub.publish(token, "Olá")
    assert created.status_code == 200
    seen = [created.json()["state"]]
    for seconds in (5, 600):
        world.clock.advance(seconds)
        post = hub.read(token, created.json()["name"])
        seen.append(post["state"])
        assert ("searchUrl" in post) is (post["state"] == "LIVE")
        assert not any("reason" in name.lower() or "violation" in name.lower() for name in post)
    assert seen == states


def test_a_strict_policy_rejects_telephone_numbers_and_sites(world: World, hub: Hub, token: str) -> None:
    world.switches.set({"google_business.policy": "strict"})
    texts = ("Ligue +351 210 007 101", "Mais em www.padaria.example", "Aberto das 8 às 19 h")
    names = [hub.publish(token, text).json()["name"] for text in texts]
    world.clock.advance(5)
    assert [hub.read(token, name)["state"] for name in names] == ["REJECTED", "REJECTED", "LIVE"]


def test_a_scheduled_post_waits_and_then_goes_live(world: World, hub: Hub, token: str) -> None:
    created = hub.publish(token, "Amanhã", scheduledTime="2026-11-22T13:30:00+01:00").json()
    assert (created["state"], created["scheduledTime"]) == ("SCHEDULED", "2026-11-22T12:30:00Z")
    world.clock.advance(1800)
    assert hub.read(token, created["name"])["state"] == "PROCESSING"
    world.clock.advance(5)
    assert hub.read(token, created["name"])["state"] == "LIVE"


def test_a_series_is_recurring(world: World, hub: Hub, token: str) -> None:
    body = {**event(), "recurrenceInfo": WEEKLY}
    created = hub.publish(token, "Jazz", topicType="EVENT", event=body).json()
    assert created["state"] == "PROCESSING"
    world.clock.advance(5)
    told = hub.read(token, created["name"])
    assert (told["state"], told["event"]["recurrenceInfo"]) == ("RECURRING", WEEKLY)
    monthly = {**event(), "recurrenceInfo": {"monthlyPattern": {"dayOfWeekOccurrence": "LAST"}}}
    assert hub.publish(token, "Jazz", topicType="EVENT", event=monthly).status_code == 200


def test_an_answer_may_lack_the_name_of_what_stands(world: World, hub: Hub, token: str) -> None:
    world.switches.set({"google_business.nameless": True})
    told = hub.publish(token, "Olá")
    assert told.status_code == 200
    assert "name" not in told.json()
    assert [post["summary"] for post in hub.posts(token)] == ["Olá"]


def test_a_patch_changes_what_the_mask_names_and_nothing_else(world: World, hub: Hub, token: str) -> None:
    button = {"actionType": "SHOP", "url": "https://example.com/"}
    post = hub.publish(token, "Olá", callToAction=button, media=photo()).json()
    world.clock.advance(60)
    path = f"/v4/{post['name']}"
    body = {"summary": "Boa tarde", "languageCode": "en", "state": "LIVE", "name": "x", "searchUrl": "x"}
    told = hub.call("PATCH", hosts.POSTS, path, token, json=body, params={"updateMask": "summary,state,name"}).json()
    assert (told["summary"], told["languageCode"], told["callToAction"]) == ("Boa tarde", "pt", button)
    assert (told["name"], told["media"]) == (post["name"], post["media"])
    assert (told["state"], told["createTime"]) == ("PROCESSING", post["createTime"])
    assert told["updateTime"] > told["createTime"]
    deeper = {"callToAction": {"url": "https://example.com/2"}}
    told = hub.call("PATCH", hosts.POSTS, path, token, json=deeper, params={"updateMask": "call_to_action.url"}).json()
    assert told["callToAction"] == {"actionType": "SHOP", "url": "https://example.com/2"}
    told = hub.call("PATCH", hosts.POSTS, path, token, json={}, params={"updateMask": "callToAction,media"}).json()
    assert "callToAction" not in told
    assert "media" not in told


def test_a_patch_without_a_mask_or_into_the_unlawful_is_refused(hub: Hub, token: str) -> None:
    name = hub.publish(token, "Olá").json()["name"]

    def patch(body: dict[str, Any], mask: str = "") -> Any:
        params = {"updateMask": mask} if mask else {}
        return hub.call("PATCH", hosts.POSTS, f"/v4/{name}", token, json=body, params=params)

    assert error_of(patch({"summary": "x"}))[:2] == (400, "INVALID_ARGUMENT")
    assert flaws_of(patch({"summary": "x" * 1501}, "summary")) == [(4, "summary")]
    assert flaws_of(patch({}, "topicType")) == [(MISSING, "topic_type")]
    assert violations_of(patch({"summary": "x"}, "summary,price"))[0][0] == "update_mask"
    assert hub.read(token, name)["summary"] == "Olá"


def test_a_scheduled_post_can_be_moved(world: World, hub: Hub, token: str) -> None:
    name = hub.publish(token, "Olá", scheduledTime="2026-11-22T12:30:00Z").json()["name"]
    body = {"scheduledTime": "2026-11-22T12:50:00Z"}
    hub.call("PATCH", hosts.POSTS, f"/v4/{name}", token, json=body, params={"updateMask": "scheduledTime"})
    world.clock.advance(1900)
    assert hub.read(token, name)["state"] == "SCHEDULED"


def test_a_deleted_post_is_gone_and_the_second_time_there_is_none(hub: Hub, token: str) -> None:
    name = hub.publish(token, "Olá").json()["name"]
    gone = hub.call("DELETE", hosts.POSTS, f"/v4/{name}", token)
    assert (gone.status_code, gone.json()) == (200, {})
    for verb in ("DELETE", "GET"):
        assert error_of(hub.call(verb, hosts.POSTS, f"/v4/{name}", token)) == (404, "NOT_FOUND", "")
    assert hub.call("GET", hosts.POSTS, f"/v4/{BAKERY}/localPosts", token).json() == {}


def test_a_post_is_read_at_its_own_location_alone(hub: Hub, token: str) -> None:
    name = hub.publish(token, "Olá").json()["name"]
    elsewhere = name.replace(BAKERY, CAFE)
    assert hub.call("GET", hosts.POSTS, f"/v4/{elsewhere}", token).status_code == 404


def test_a_list_has_pages_and_its_order_is_no_promise(world: World, hub: Hub, token: str) -> None:
    world.switches.set({"google_business.limit_writes": 0})
    written = [hub.publish(token, f"Post {number}").json()["name"] for number in range(23)]

    def names(**params: Any) -> list[list[str]]:
        pages = []
        while True:
            told = hub.call("GET", hosts.POSTS, f"/v4/{BAKERY}/localPosts", token, params=params).json()
            pages.append([post["name"] for post in told["localPosts"]])
            if "nextPageToken" not in told:
                return pages
            params["pageToken"] = told["nextPageToken"]

    assert [len(page) for page in names()] == [20, 3]
    assert names(pageSize=100) == [written[::-1]]
    world.switches.set({"google_business.list_order": "shuffled"})
    (shuffled,) = names(pageSize=100)
    assert sorted(shuffled) == sorted(written)
    assert shuffled not in (written, written[::-1])


def test_a_list_may_trail_what_was_posted(world: World, hub: Hub, token: str) -> None:
    world.switches.set({"google_business.list_lag_s": 20})
    name = hub.publish(token, "Olá").json()["name"]
    assert hub.posts(token) == []
    assert hub.read(token, name)["summary"] == "Olá"
    world.clock.advance(20)
    assert [post["name"] for post in hub.posts(token)] == [name]


def test_a_post_can_be_rejected_or_removed_by_hand_later(world: World, hub: Hub, token: str) -> None:
    names = [hub.publish(token, f"Olá {number}").json()["name"] for number in (1, 2)]
    world.clock.advance(1800)
    hub.session.post(f"{CONTROL}/google_business/posts", json={"post": names[0], "state": "REJECTED"})
    hub.session.post(f"{CONTROL}/google_business/posts", json={"post": names[1], "removed": True})
    assert hub.read(token, names[0])["state"] == "REJECTED"
    assert hub.call("GET", hosts.POSTS, f"/v4/{names[1]}", token).status_code == 404
