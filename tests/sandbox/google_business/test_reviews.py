"""Reviews: pages, orders, averages, and replies that are looked at before they are shown."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.google_business import demo, hosts
from sandbox.world import World
from tests.sandbox.google_business.hub import BAKERY, CAFE, CONTROL, Hub, error_of, flaws_of, violations_of

WORKSHOP = f"accounts/{demo.BAKERIES}/locations/{demo.WORKSHOP}"


def _list(hub: Hub, token: str, where: str = BAKERY, **params: Any) -> dict[str, Any]:
    answer = hub.call("GET", hosts.POSTS, f"/v4/{where}/reviews", token, params=params)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_reviews_are_told_with_average_and_count(hub: Hub, token: str) -> None:
    told = _list(hub, token)
    assert (told["averageRating"], told["totalReviewCount"], len(told["reviews"])) == (3.4, 5, 5)
    first = told["reviews"][0]
    assert first["name"] == f"{BAKERY}/reviews/{first['reviewId']}"
    assert (first["starRating"], first["reviewer"]) == ("FIVE", {"displayName": "Beatriz Antunes"})
    silent = next(one for one in told["reviews"] if one["reviewer"].get("isAnonymous"))
    assert "comment" not in silent
    assert _list(hub, token, CAFE)["reviews"][0]["reviewReply"]["reviewReplyState"] == "APPROVED"


def test_reviews_come_fifty_a_page_at_most_and_in_three_orders(hub: Hub, token: str) -> None:
    first = _list(hub, token, WORKSHOP, pageSize=200)
    second = _list(hub, token, WORKSHOP, pageSize=200, pageToken=first["nextPageToken"])
    assert (len(first["reviews"]), len(second["reviews"]), "nextPageToken" in second) == (50, 13, False)
    for order in ("rating", "rating desc"):
        stars = [one["starRating"] for one in _list(hub, token, orderBy=order)["reviews"]]
        assert (stars[0], stars[-1]) == (("ONE", "FIVE") if order == "rating" else ("FIVE", "ONE"))
    assert _list(hub, token, orderBy="update_time desc") == _list(hub, token, orderBy="updateTime desc")
    refused = hub.call("GET", hosts.POSTS, f"/v4/{BAKERY}/reviews", token, params={"orderBy": "stars"})
    assert violations_of(refused)[0][0] == "order_by"


def test_a_reply_is_pending_then_approved_and_can_be_replaced_and_taken_back(
    world: World, hub: Hub, token: str
) -> None:
    name = _list(hub, token)["reviews"][1]["name"]
    reply = hub.call("PUT", hosts.POSTS, f"/v4/{name}/reply", token, json={"comment": "Obrigado!"}).json()
    assert (reply["comment"], reply["reviewReplyState"]) == ("Obrigado!", "PENDING")
    world.clock.advance(10)
    assert hub.read(token, name)["reviewReply"]["reviewReplyState"] == "APPROVED"
    hub.call("PUT", hosts.POSTS, f"/v4/{name}/reply", token, json={"comment": "Muito obrigado!"})
    assert hub.read(token, name)["reviewReply"]["comment"] == "Muito obrigado!"
    assert hub.call("DELETE", hosts.POSTS, f"/v4/{name}/reply", token).json() == {}
    assert "reviewReply" not in hub.read(token, name)
    assert hub.call("DELETE", hosts.POSTS, f"/v4/{name}/reply", token).status_code == 404


def test_a_reply_can_be_rejected_with_a_reason(world: World, hub: Hub, token: str) -> None:
    world.switches.set({"google_business.reply_fate": "rejected", "google_business.reply_wait_s": 0})
    name = _list(hub, token)["reviews"][0]["name"]
    reply = hub.call("PUT", hosts.POSTS, f"/v4/{name}/reply", token, json={"comment": "Buy now!"}).json()
    assert (reply["reviewReplyState"], "policyViolation" in reply) == ("REJECTED", True)


def test_a_reply_is_counted_in_bytes(hub: Hub, token: str) -> None:
    path = f"/v4/{_list(hub, token)['reviews'][0]['name']}/reply"
    assert hub.call("PUT", hosts.POSTS, path, token, json={"comment": "é" * 2048}).status_code == 200
    assert flaws_of(hub.call("PUT", hosts.POSTS, path, token, json={"comment": "é" * 2048 + "!"})) == [(4, "comment")]
    assert flaws_of(hub.call("PUT", hosts.POSTS, path, token, json={"comment": " "})) == [(2, "comment")]


@pytest.mark.parametrize(("switch", "word"), [(403, "PERMISSION_DENIED"), (400, "FAILED_PRECONDITION")])
def test_an_unverified_location_has_no_reviews_to_tell(
    world: World, hub: Hub, token: str, switch: int, word: str
) -> None:
    world.switches.set({"google_business.unverified_reviews": switch})
    path = f"/v4/accounts/{demo.BAKERIES}/locations/{demo.UNVERIFIED}/reviews"
    assert error_of(hub.call("GET", hosts.POSTS, path, token)) == (switch, word, "")


def test_several_locations_are_read_at_once(hub: Hub, token: str) -> None:
    path = f"/v4/accounts/{demo.BAKERIES}/locations:batchGetReviews"
    body = {"locationNames": [BAKERY, WORKSHOP], "pageSize": 50, "ignoreRatingOnlyReviews": False}
    first = hub.call("POST", hosts.POSTS, path, token, json=body).json()
    rest = hub.call("POST", hosts.POSTS, path, token, json={**body, "pageToken": first["nextPageToken"]}).json()
    told = first["locationReviews"] + rest["locationReviews"]
    assert (len(first["locationReviews"]), len(told)) == (50, 68)
    assert {one["name"] for one in told} == {BAKERY, WORKSHOP}
    assert all(one["review"]["name"].startswith(one["name"]) for one in told)
    only = hub.call("POST", hosts.POSTS, path, token, json={**body, "ignoreRatingOnlyReviews": True}).json()
    assert len(only["locationReviews"]) == 4
    foreign = {"locationNames": [f"accounts/{demo.KIOSKS}/locations/{demo.WORKSHOP}"]}
    assert hub.call("POST", hosts.POSTS, path, token, json=foreign).status_code == 400


def test_a_new_review_is_there_when_somebody_writes_one(world: World, hub: Hub, token: str) -> None:
    wish = {"location": demo.BAKERY, "stars": 1, "comment": "Caro.", "reviewer": "Zé"}
    assert hub.session.post(f"{CONTROL}/google_business/reviews", json=wish).ok
    newest = _list(hub, token)["reviews"][0]
    assert (newest["starRating"], newest["comment"]) == ("ONE", "Caro.")
    assert hub.session.post(f"{CONTROL}/google_business/reviews", json={**wish, "stars": 6}).status_code == 400
