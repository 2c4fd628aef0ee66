"""Posts as a whole, by API: found again, told apart by tags, taken back, deleted where they are live."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from connectors.models import Connection, Destination
from publishing.models import Post, PublishJob
from publishing.states import State
from sandbox.world import World
from tests.conftest import House
from tests.publishing.conftest import Publish, Trouble
from tests.village import Village, village, well

__all__ = ["village", "well"]
Run = Callable[[datetime], int]


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def moment(days: float) -> str:
    return (timezone.now() + timedelta(days=days)).isoformat()


def test_posts_are_found_by_state_place_time_and_key(
    api: Client, publish: Publish, run_due: Run, trouble: Trouble, destination: Destination, connection: Connection
) -> None:
    done = publish("done")
    run_due(timezone.now())
    trouble("platform_error", error={"code": 368})
    failed = publish("failed")
    run_due(timezone.now())
    later, latest = publish("later", publish_at=moment(2)), publish("latest", publish_at=moment(9))
    other = connection.destinations.filter(enabled=True).exclude(pk=destination.pk).first()
    assert other is not None
    elsewhere = publish("elsewhere", to=other.pk)
    gone = publish("gone", publish_at=moment(3))
    assert api.post(f"/api/posts/{gone.post_id}/cancel/").json()["state"] == "cancelled"
    of = {name: str(job.post_id) for name, job in {
        "done": done, "failed": failed, "later": later, "latest": latest, "elsewhere": elsewhere, "gone": gone,
    }.items()}  # fmt: skip

    for state, names in {
        "published": ["done"], "failed": ["failed"], "scheduled": ["latest", "later"], "publishing": ["elsewhere"],
        "cancelled": ["gone"], "partly_published": [],
    }.items():  # fmt: skip
        assert ids(api.get(f"/api/posts/?state={state}")) == [of[name] for name in names], state
        assert all(row["state"] == state for row in api.get(f"/api/posts/?state={state}").json()["results"])
    assert len(ids(api.get("/api/posts/?state=failed&state=published"))) == 2
    assert ids(api.get(f"/api/posts/?destination={other.pk}")) == [of["elsewhere"]]
    assert ids(api.get("/api/posts/?platform=tiktok")) == []
    assert len(ids(api.get("/api/posts/", {"platform": "meta", "created_after": moment(-1)}))) == 6
    assert ids(api.get("/api/posts/", {"created_after": moment(1)})) == []
    assert ids(api.get("/api/posts/", {"created_before": moment(-1)})) == []
    window = {"publish_after": moment(1), "publish_before": moment(2.5)}
    assert ids(api.get("/api/posts/", window)) == [of["later"]]
    assert ids(api.get("/api/posts/?sort=publish_at&state=scheduled")) == [of["later"], of["latest"]]
    assert ids(api.get("/api/posts/?sort=-publish_at&state=scheduled")) == [of["latest"], of["later"]]
    Post.objects.filter(pk=of["done"]).update(idempotency_key="order-4711")
    assert ids(api.get("/api/posts/?idempotency_key=order-4711")) == [of["done"]]


@pytest.mark.parametrize("sort", ["-created", "created", "publish_at", "-publish_at"])
def test_pages_tell_every_row_once_forwards_and_backwards_although_moments_are_equal(
    api: Client, publish: Publish, sort: str
) -> None:
    same = moment(1)
    made = {str(publish(f"{number}", publish_at=same if number % 2 else moment(2)).post_id) for number in range(7)}
    page, seen = api.get(f"/api/posts/?limit=2&sort={sort}").json(), []
    assert page["previous"] is None
    while True:
        seen.append([row["id"] for row in page["results"]])
        if page["next"] is None:
            break
        page = api.get(page["next"]).json()
    assert [pk for rows in seen for pk in rows] == ids(api.get(f"/api/posts/?sort={sort}"))
    assert {pk for rows in seen for pk in rows} == made
    back = []
    while True:
        back.append([row["id"] for row in page["results"]])
        if page["previous"] is None:
            break
        page = api.get(page["previous"]).json()
    assert [pk for rows in reversed(back) for pk in rows] == [pk for rows in seen for pk in rows]


def test_a_cursor_of_one_order_is_none_of_another(api: Client, publish: Publish) -> None:
    for number in range(3):
        publish(str(number), publish_at=moment(1))
    cursor = api.get("/api/posts/?limit=1&sort=publish_at").json()["next"].partition("cursor=")[2].partition("&")[0]
    assert api.get(f"/api/posts/?limit=1&cursor={cursor}").status_code == 200  # it knows its order itself
    assert api.get(f"/api/posts/?limit=1&cursor={cursor}&sort=created").json()["code"] == "invalid_cursor"


def test_an_unchanged_post_costs_nothing_and_its_tag_changes_with_its_jobs(
    api: Client, publish: Publish, run_due: Run
) -> None:
    address = f"/api/posts/{publish().post_id}/"
    tag = api.get(address)["ETag"]
    same = api.get(address, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", tag)
    run_due(timezone.now())
    changed = api.get(address, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed["ETag"] != tag


@pytest.mark.parametrize("how", ["edit", "cancel"])
def test_a_change_meant_for_an_older_state_is_refused_and_nothing_is_done(
    api: Client, publish: Publish, how: str
) -> None:
    job = publish(publish_at=moment(1))
    address = f"/api/posts/{job.post_id}/"

    def change(tag: str) -> Any:
        headers = {"If-Match": tag} if tag else {}
        if how == "cancel":
            return api.post(f"{address}cancel/", headers=headers)
        return api.patch(address, json.dumps({"text": "B"}), content_type="application/json", headers=headers)

    old = api.get(address)["ETag"]
    edited = api.patch(address, json.dumps({"text": "A"}), content_type="application/json")
    assert edited["ETag"] != old
    for stale in (old, '"nonsense"', f"W/{edited['ETag']}"):
        refused = change(stale)
        assert (refused.status_code, refused.json()["code"]) == (412, "precondition_failed")
    told = api.get(address).json()
    assert (told["text"], told["state"]) == ("A", "scheduled")
    assert change(edited["ETag"]).status_code == 200
    assert api.get(address)["ETag"] != edited["ETag"]


def test_a_post_is_cancelled_where_it_has_not_gone_out(
    api: Client, connection: Connection, run_due: Run, house: House
) -> None:
    places = [str(place.pk) for place in connection.destinations.filter(enabled=True)]
    body = json.dumps({"text": "Hello", "destinations": places})
    post = api.post("/api/publish", body, content_type="application/json").json()
    first = PublishJob.objects.filter(post_id=post["id"]).earliest("id")
    PublishJob.objects.filter(post_id=post["id"]).exclude(pk=first.pk).update(
        due_at=timezone.now() + timedelta(days=1), ready=False
    )
    run_due(timezone.now())
    first.refresh_from_db()
    cancelled = api.post(f"/api/posts/{post['id']}/cancel/")
    assert cancelled.status_code == 200
    states = {job["id"]: job["state"] for job in cancelled.json()["jobs"]}
    assert set(states.values()) <= {"cancelled", first.state}
    assert list(states.values()).count("cancelled") >= len(places) - 1
    again = api.post(f"/api/posts/{post['id']}/cancel/")
    assert (again.status_code, again.json()["code"]) == (409, "too_late")


def test_a_post_is_deleted_wherever_it_is_live_and_each_place_says_what_became_of_it(
    api: Client, connection: Connection, run_due: Run, world: World, trouble: Trouble
) -> None:
    places = [str(place.pk) for place in connection.destinations.filter(enabled=True)]
    body = json.dumps({"text": "Hello", "destinations": places})
    post = api.post("/api/publish", body, content_type="application/json").json()
    address = f"/api/posts/{post['id']}/remove/"
    early = api.post(address)
    assert (early.status_code, early.json()["code"]) == (409, "not_live")
    run_due(timezone.now())
    live = PublishJob.objects.filter(post_id=post["id"], state=State.PUBLISHED).count()
    assert live > 1
    trouble("http_status", status=503, method="DELETE", path="*", times=1)

    told = api.post(address)
    assert told.status_code == 207
    assert (told.json()["removed"], told.json()["left"]) == (live - 1, 1)
    (left,) = [result for result in told.json()["results"] if not result["removed"]]
    assert left["code"]
    assert left["cause"]
    again = api.post(address)
    assert (again.status_code, again.json()["removed"], again.json()["left"]) == (200, live, 0)
    assert not [item for item in world.meta.timeline() if item.text == "Hello"]


def test_a_job_tells_its_attempts_page_by_page_and_its_story_in_words(
    api: Client, publish: Publish, trouble: Trouble, run_due: Run
) -> None:
    trouble("http_status", status=503, times=1)
    job = publish()
    run_due(timezone.now())
    run_due(timezone.now() + timedelta(minutes=10))
    page = api.get(f"/api/jobs/{job.pk}/attempts/?limit=1").json()
    assert [attempt["number"] for attempt in page["results"]] == [2]
    assert [attempt["number"] for attempt in api.get(page["next"]).json()["results"]] == [1]
    story = api.get(f"/api/jobs/{job.pk}/timeline/").json()
    assert story[0]["title"] == "Accepted"
    assert [event["at"] for event in story] == sorted(event["at"] for event in story)


def test_a_dead_letter_is_told_alone_also_when_it_is_closed(
    api: Client, publish: Publish, trouble: Trouble, run_due: Run
) -> None:
    trouble("platform_error", error={"code": 368})
    publish()
    run_due(timezone.now())
    (letter,) = api.get("/api/dead-letters/").json()["results"]
    assert api.get(f"/api/dead-letters/{letter['id']}/").json() == letter
    body = json.dumps({"ids": [letter["id"]], "reason": "not needed"})
    api.post("/api/dead-letters/discard/", body, content_type="application/json")
    closed = api.get(f"/api/dead-letters/{letter['id']}/").json()
    assert (closed["resolution"], closed["note"]) == ("discarded", "not needed")


def check(api: Client, body: Any, query: str = "?ask=true") -> Any:
    answer = api.post(f"/api/publish/check{query}", json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_check_asks_what_the_place_allows_now_only_when_told_to(
    api: Client, village: Village, well: Destination
) -> None:
    village.says["composing"] = {
        "obstacle": "", "choices": {"audience": ["FRIENDS"]}, "fixed": {"comments": False}, "notices": [],
    }  # fmt: skip
    body = {
        "text": "Hello",
        "destinations": [str(well.pk)],
        "settings": {"well": {"audience": "NOBODY", "comments": True}},
    }
    assert check(api, body, "") == {"publishable": True, "publish_at": None, "findings": []}
    assert village.count("composing") == 0

    told = check(api, body)
    assert told["publishable"] is False
    found = {(one["field"], one["code"], one["severity"]) for one in told["findings"]}
    assert found == {
        ("settings.well.audience", "not_allowed_now", "error"), ("settings.well.comments", "fixed_there", "error"),
    }  # fmt: skip
    for_later = check(api, {**body, "publish_at": moment(2)})
    assert for_later["publishable"] is True
    assert {one["severity"] for one in for_later["findings"]} == {"warning"}
    assert check(api, {**body, "settings": {"well": {"audience": "FRIENDS"}}})["findings"] == []


def test_a_place_that_does_not_answer_a_check_is_a_warning(api: Client, village: Village, well: Destination) -> None:
    village.says["composing"] = (503, {"words": "Come back later."})
    told = check(api, {"text": "Hello", "destinations": [str(well.pk)]})
    assert told["publishable"] is True
    assert [(one["code"], one["severity"]) for one in told["findings"]] == [("not_asked", "warning")]
