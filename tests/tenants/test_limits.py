"""Calls are limited by kind, caller and tenant, told in standard headers, and never refused because a counter is gone."""

import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from redis.exceptions import ConnectionError as RedisGone

from foundation.secret import Secret
from tenants import limits
from tenants.limits import Allowance
from tenants.models import Tenant
from tenants.scopes import POSTS_READ, SCOPES
from tenants.services import create_api_key
from tenants.signals import limits_unknown


@pytest.fixture
def few(settings: Any) -> None:
    """Three reads a minute for a key, six for a tenant."""
    settings.API_LIMITS = {**settings.API_LIMITS, "read": 3}
    settings.API_TENANT_TIMES = 2


def client_of(secret: Secret) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret.reveal()}"})


@pytest.fixture
def second(tenant: Tenant) -> Client:
    return client_of(create_api_key(tenant=tenant, name="Second", scopes=SCOPES, actor="system:test")[1])


def test_every_counted_answer_says_what_is_left(api: Client, few: None) -> None:
    answer = api.get("/api/posts/")
    assert answer["RateLimit-Policy"] == '"read";q=3;w=60, "read-tenant";q=6;w=60'
    assert re.fullmatch(r'"read";r=2;t=(19|20), "read-tenant";r=5;t=(9|10)', answer["RateLimit"])


def test_one_call_too_many_is_refused_with_how_long_to_wait(api: Client, second: Client, few: None) -> None:
    for _ in range(3):
        assert api.get("/api/posts/").status_code == 200
    refused = api.get("/api/posts/")
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert 1 <= int(refused["Retry-After"]) <= 21
    assert '"read";r=0' in refused["RateLimit"]
    assert '"read-tenant";r=3' in refused["RateLimit"], "what was refused costs nothing"
    assert second.get("/api/posts/").status_code == 200, "another key has its own allowance"


def test_all_keys_of_a_tenant_share_its_allowance_and_other_tenants_have_theirs(
    api: Client, second: Client, tenant: Tenant, make_house: Any, few: None
) -> None:
    for _ in range(3):
        assert (api.get("/api/posts/").status_code, second.get("/api/posts/").status_code) == (200, 200)
    third = client_of(create_api_key(tenant=tenant, name="Third", scopes=SCOPES, actor="system:test")[1])
    assert third.get("/api/posts/").status_code == 429
    other = make_house("Other").tenant
    stranger = client_of(create_api_key(tenant=other, name="Theirs", scopes=SCOPES, actor="system:test")[1])
    assert stranger.get("/api/posts/").status_code == 200


def test_kinds_of_calls_are_counted_apart(api: Client, few: None) -> None:
    for _ in range(4):
        api.get("/api/posts/")
    answers = {
        "publish": api.post("/api/publish", "{}", content_type="application/json"),
        "write": api.post("/api/dead-letters/discard/", "{}", content_type="application/json"),
        "media": api.post("/api/media/", "{}", content_type="application/json"),
        "expensive": api.post("/api/connections/", "{}", content_type="application/json"),
    }
    for kind, answer in answers.items():
        assert answer.status_code != 429
        assert answer["RateLimit"].startswith(f'"{kind}";'), kind


def test_members_are_counted_too_and_calls_without_a_caller_are_not(member_client: Client, few: None) -> None:
    assert '"read";r=2' in member_client.get("/api/posts/")["RateLimit"]
    assert "RateLimit" not in Client().get("/api/posts/")
    assert "RateLimit" not in member_client.get("/settings/account")


def test_what_is_left_can_be_asked_for_by_any_key(tenant: Tenant, few: None) -> None:
    caller = client_of(create_api_key(tenant=tenant, name="Reader", scopes=[POSTS_READ], actor="system:test")[1])
    caller.get("/api/posts/")
    told = {one["name"]: one for one in caller.get("/api/limits").json()["limits"]}
    assert set(told) == {name for kind in limits.KINDS for name in (kind, f"{kind}-tenant")}
    assert (told["read"]["calls"], told["read"]["left"], told["read"]["whose"]) == (3, 1, "caller")
    assert (told["read-tenant"]["left"], told["read-tenant"]["whose"]) == (4, "tenant")
    assert told["publish"]["left"] == told["publish"]["calls"] == 3000


def test_a_limit_of_zero_is_none_and_nobody_counts(api: Client, settings: Any) -> None:
    settings.API_LIMITS = {**settings.API_LIMITS, "read": 0}
    assert "RateLimit" not in api.get("/api/posts/")
    assert "read" not in {one["name"] for one in api.get("/api/limits").json()["limits"]}


def test_a_burst_may_spend_all_at_once_and_it_comes_back_evenly(db: None) -> None:
    asked = [Allowance("x", "limits:test:x", 6)]
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        buckets = limits.MemoryBuckets()
        assert [buckets.take(asked, 1)[0].left for _ in range(6)] == [5, 4, 3, 2, 1, 0]
        assert buckets.take(asked, 1)[0].wait == pytest.approx(10)
        clock.shift(9.5)
        assert buckets.take(asked, 1)[0].wait == pytest.approx(0.5)
        clock.shift(0.5)
        assert buckets.take(asked, 1)[0].wait == 0
        assert buckets.take(asked, 1)[0].wait > 0
        clock.shift(60)
        assert buckets.take(asked, 0)[0].left == 6


def test_the_counter_of_this_suite_keeps_the_same_rules(db: None) -> None:
    """In memory here, in Redis where the suite runs with servers."""
    limits.forget()
    asked = [Allowance("own", "limits:test:own", 2), Allowance("all", "limits:test:all", 3)]
    told = [limits.take(asked) for _ in range(3)]
    assert [[one.left for one in standings or []] for standings in told] == [[1, 2], [0, 1], [0, 1]]
    assert [max(one.wait for one in standings or []) > 0 for standings in told] == [False, False, True]
    assert 0 < max(one.wait for one in told[2] or []) <= 30


def test_without_its_counter_the_hub_refuses_nobody_says_so_and_asks_again_later(
    api: Client, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone:
        asked = 0

        def take(self, asked: Any, calls: int) -> Any:
            Gone.asked += 1
            raise RedisGone

    gone = Gone()
    monkeypatch.setattr(limits, "_buckets", lambda: gone)
    said: list[Any] = []

    def listen(**kwargs: Any) -> None:
        said.append(kwargs)

    limits_unknown.connect(listen)
    try:
        answers = [api.get("/api/posts/") for _ in range(8)]
    finally:
        limits_unknown.disconnect(listen)
        limits._outage["until"] = 0.0
    assert {answer.status_code for answer in answers} == {200}
    assert not any("RateLimit" in answer for answer in answers)
    assert Gone.asked == len(said) == 1


def test_wrong_keys_are_slowed_down_by_address_and_right_ones_still_open(
    api_key: Secret, settings: Any, tenant: Tenant
) -> None:
    settings.API_BAD_KEYS_PER_MINUTE = 3
    wrong = Client(headers={"Authorization": "Bearer swb_00000000_wrong"})
    with time_machine.travel(1_800_000_000, tick=False):
        assert [wrong.get("/api/posts/").status_code for _ in range(4)] == [401, 401, 401, 429]
        assert int(wrong.get("/api/posts/")["Retry-After"]) <= 61
        assert wrong.get("/api/posts/", REMOTE_ADDR="203.0.113.9").status_code == 401
        assert client_of(api_key).get("/api/posts/").status_code == 200
