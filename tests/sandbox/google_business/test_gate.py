"""What stands before every API: the path, the token, the project, the switch in the console, the quota."""

from __future__ import annotations

import pytest

from sandbox.google_business import demo, hosts
from sandbox.world import World
from tests.sandbox.google_business.conftest import Connect
from tests.sandbox.google_business.hub import BAKERY, CAFE, CONTROL, Hub, error_of, violations_of

CALLS = (
    (hosts.ACCOUNTS, "/v1/accounts"),
    (hosts.LOCATIONS, f"/v1/accounts/{demo.BAKERIES}/locations?readMask=name"),
    (hosts.POSTS, f"/v4/{BAKERY}/localPosts"),
    (hosts.PERFORMANCE, f"/v1/locations/{demo.BAKERY}/searchkeywords/impressions/monthly"),
    (hosts.VERIFICATIONS, f"/v1/locations/{demo.BAKERY}/VoiceOfMerchantState"),
    (hosts.NOTIFICATIONS, f"/v1/accounts/{demo.BAKERIES}/notificationSetting"),
)
SWITCH = {
    hosts.ACCOUNTS: "accounts",
    hosts.LOCATIONS: "locations",
    hosts.POSTS: "posts",
    hosts.PERFORMANCE: "performance",
    hosts.VERIFICATIONS: "verifications",
    hosts.NOTIFICATIONS: "notifications",
}


@pytest.mark.parametrize(
    ("host", "path"),
    [
        (hosts.POSTS, f"/v4/{demo.BAKERY}/localPosts"),
        (hosts.POSTS, f"/v4/locations/{demo.BAKERY}/localPosts"),
        (hosts.POSTS, f"/v1/{BAKERY}/localPosts"),
        (hosts.POSTS, "/v1/accounts"),
        (hosts.LOCATIONS, f"/v1/locations/{demo.BAKERY}/localPosts"),
        (hosts.LOCATIONS, f"/v1/locations/{demo.BAKERY}/media"),
        (hosts.ACCOUNTS, f"/v4/{BAKERY}/localPosts"),
        (hosts.POSTS, f"/v4/{BAKERY}/localPosts:reportInsights"),
        (hosts.VERIFICATIONS, f"/v1/locations/{demo.BAKERY}/voiceOfMerchantState"),
    ],
)
def test_a_wrong_path_is_a_page_and_no_json(hub: Hub, token: str, host: str, path: str) -> None:
    answer = hub.call("POST", host, path, token, json={})
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert path in answer.text


def test_a_wrong_verb_is_a_method_not_found(hub: Hub, token: str) -> None:
    answer = hub.call("PUT", hosts.POSTS, f"/v4/{BAKERY}/localPosts", token, json={})
    assert error_of(answer) == (404, "NOT_FOUND", "")
    assert answer.json()["error"]["message"] == "Method not found."


def test_questions_and_answers_are_over(hub: Hub, token: str) -> None:
    assert hub.call("GET", hosts.QUESTIONS, f"/v1/locations/{demo.BAKERY}/questions", token).status_code == 501


def test_tokens_are_told_apart(world: World, connect: Connect, hub: Hub) -> None:
    host, path = CALLS[0]
    assert error_of(hub.call("GET", host, path)) == (401, "UNAUTHENTICATED", "CREDENTIALS_MISSING")
    assert error_of(hub.call("GET", host, path, "made-up"))[:2] == (401, "UNAUTHENTICATED")
    told = connect()
    assert error_of(hub.call("GET", host, path, told["refresh_token"]))[0] == 401
    world.google_business.revoke({"user": demo.INES})
    assert error_of(hub.call("GET", host, path, told["access_token"])) == (401, "UNAUTHENTICATED", "")


@pytest.mark.parametrize(("host", "path"), CALLS, ids=list(SWITCH.values()))
def test_a_project_that_was_never_approved_has_a_quota_of_zero_everywhere(
    world: World, connect: Connect, hub: Hub, host: str, path: str
) -> None:
    token = connect(app_id=demo.NEW_APP_ID)["access_token"]
    answer = hub.call("GET", host, path, token)
    assert error_of(answer) == (429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED")
    facts = answer.json()["error"]["details"][0]["metadata"]
    assert (facts["quota_limit_value"], facts["service"]) == ("0", host)
    assert facts["consumer"] == f"projects/{demo.NEW_PROJECT}"
    # It comes before an API that is not switched on, and after the token.
    world.switches.set({f"google_business.{SWITCH[host]}_api": False})
    assert hub.call("GET", host, path, token).status_code == 429
    assert hub.call("GET", host, path, "made-up").status_code == 401


def test_each_api_is_switched_on_by_itself(world: World, hub: Hub, token: str) -> None:
    world.switches.set({"google_business.posts_api": False})
    answer = hub.call("GET", *CALLS[2], token)
    assert error_of(answer) == (403, "PERMISSION_DENIED", "SERVICE_DISABLED")
    message = answer.json()["error"]["message"]
    assert message.startswith(f"Google My Business API has not been used in project {demo.PROJECT} before or it is")
    assert all(
        hub.call("GET", host, path, token).status_code in (200, 400) for host, path in CALLS if host != hosts.POSTS
    )


def test_the_minute_has_three_hundred_calls_per_api_and_project(
    world: World, connect: Connect, hub: Hub, token: str
) -> None:
    assert all(hub.call("GET", *CALLS[0], token).status_code == 200 for _ in range(300))
    refused = hub.call("GET", *CALLS[0], connect(user=demo.TOMASZ)["access_token"])
    assert error_of(refused) == (429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED")
    assert refused.json()["error"]["details"][0]["metadata"]["quota_limit_value"] == "300"
    assert "Retry-After" not in refused.headers
    assert hub.call("GET", *CALLS[1], token).status_code == 200
    world.clock.advance(60)
    assert hub.call("GET", *CALLS[0], token).status_code == 200


def test_a_location_takes_ten_writes_a_minute(world: World, hub: Hub, token: str) -> None:
    world.switches.set({"google_business.retry_after_s": 42})
    assert [hub.publish(token, f"Pão {number}").status_code for number in range(10)] == [200] * 10
    refused = hub.publish(token, "Pão 11")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "42")
    assert hub.publish(token, "Café", CAFE).status_code == 200
    assert len(hub.posts(token)) == 10
    world.clock.advance(60)
    assert hub.publish(token, "Pão 12").status_code == 200


def test_a_query_nobody_knows_is_refused_and_either_spelling_is_read(hub: Hub, token: str) -> None:
    refused = hub.call("GET", *CALLS[0], token, params={"page": 2})
    assert 'Unknown name "page"' in violations_of(refused)[0][1]
    for params in ({"page_size": 1}, {"pageSize": 1, "alt": "json", "quotaUser": "tenant-7", "prettyPrint": "false"}):
        assert len(hub.call("GET", *CALLS[0], token, params=params).json()["accounts"]) == 1


def test_every_request_is_kept_as_it_came_without_its_secrets(hub: Hub, connect: Connect) -> None:
    told = connect()
    hub.publish(told["access_token"], "Olá")
    hub.refresh(told["refresh_token"])
    kept = hub.session.get(f"{CONTROL}/google_business/requests").json()["requests"]
    refreshed, posted, redeemed = kept
    assert (posted["method"], posted["host"], posted["path"]) == ("POST", hosts.POSTS, f"/v4/{BAKERY}/localPosts")
    assert posted["body"] == '{"languageCode": "pt", "summary": "Ol\\u00e1", "topicType": "STANDARD"}'
    assert posted["headers"]["Authorization"] == "Bearer [redacted]"
    assert "grant_type=refresh_token" in refreshed["body"]
    assert f"client_id={demo.DEFAULT_APP_ID}" in redeemed["body"]
    secrets = (told["access_token"], told["refresh_token"], demo.DEFAULT_APP_SECRET)
    assert not any(secret in str(kept) for secret in secrets)
    calls = hub.session.get(f"{CONTROL}/calls").text
    assert not any(secret in calls for secret in secrets)


def test_fields_nobody_has_heard_of_turn_up_in_every_object(world: World, hub: Hub, token: str) -> None:
    world.switches.set({"google_business.extra_fields": True})
    answer = hub.call("GET", *CALLS[0], token).json()
    assert "sandboxNews" in answer
    assert all("sandboxNews" in account for account in answer["accounts"])
