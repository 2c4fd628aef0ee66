"""What a place allows at this moment: asked when somebody is about to write, kept for a minute, told with cause and remedy."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisGone

from connectors import composing
from connectors.models import Connection, Destination, Platform, TokenRefresh
from connectors.types import Composing
from tenants.services import create_api_key
from tests.village import Village, village, well

__all__ = ["village", "well"]

TOLD: dict[str, Any] = {
    "name": "Ada", "username": "ada", "picture_url": "https://village.invalid/ada.jpg",
    "choices": {"audience": ["FRIENDS", "NOBODY"]}, "fixed": {"comments": False},
    "longest_video_seconds": 300, "notices": ["Posts appear after a few minutes."],
}  # fmt: skip


def address(place: Destination) -> str:
    return f"/api/destinations/{place.pk}/composing/"


def test_a_client_learns_what_a_place_allows_now(api: Client, village: Village, well: Destination) -> None:
    village.says["composing"] = TOLD
    answer = api.get(address(well))
    assert answer.status_code == 200
    assert answer.json() == {**TOLD, "obstacle": ""}
    assert village.asked == [("composing", {"place": "well-1"})]


def test_the_platform_is_asked_once_a_minute_and_again_for_another_grant(
    api: Client, village: Village, well: Destination
) -> None:
    village.says["composing"] = TOLD
    first = api.get(address(well)).json()
    assert api.get(address(well)).json() == first
    assert village.count("composing") == 1
    Connection.objects.update(token_version=7)
    api.get(address(well))
    assert village.count("composing") == 2
    well.refresh_from_db()
    well.connection.refresh_from_db()
    kept = composing.kept_of(well)
    assert kept == Composing(
        "Ada", "ada", TOLD["picture_url"], choices={"audience": ("FRIENDS", "NOBODY")}, fixed={"comments": False},
        longest_video=timedelta(minutes=5), notices=("Posts appear after a few minutes.",),
    )  # fmt: skip


def test_an_obstacle_is_an_answer_and_no_error(api: Client, village: Village, well: Destination) -> None:
    village.says["composing"] = {"name": "Ada", "obstacle": "Enough for today. Try again tomorrow."}
    answer = api.get(address(well))
    assert (answer.status_code, answer.json()["obstacle"]) == (200, "Enough for today. Try again tomorrow.")
    assert answer.json()["longest_video_seconds"] is None


@pytest.mark.parametrize(
    ("status", "expected", "code"),
    [
        (429, 503, "platform_busy"),
        (503, 503, "platform_unavailable"),
        (500, 503, "platform_unavailable"),
        (422, 422, "content_rejected"),
        (418, 502, "platform_failed"),
    ],
)
def test_trouble_is_told_by_its_class_and_not_kept(
    api: Client, village: Village, well: Destination, status: int, expected: int, code: str
) -> None:
    village.says["composing"] = (status, {"words": "Not now."})
    answer = api.get(address(well))
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (expected, code, "Not now.")
    assert answer.json()["remedy"]
    village.says["composing"] = TOLD
    assert api.get(address(well)).status_code == 200


def test_a_stale_token_is_renewed_once_and_a_dead_one_asks_for_its_owner(
    api: Client, village: Village, well: Destination
) -> None:
    village.says["composing"] = lambda _: TOLD if village.tokens[-1] == "token-2" else (401, {"words": "Who is it?"})
    village.says["refresh"] = {"token": "token-2"}
    assert api.get(address(well)).status_code == 200
    assert TokenRefresh.objects.get().outcome == "refreshed"
    assert Connection.objects.get().status == Connection.Status.ACTIVE

    cache.clear()
    village.says["composing"] = (401, {"words": "Go away."})
    answer = api.get(address(well))
    assert (answer.status_code, answer.json()["code"]) == (409, "reconnect_required")
    connection = Connection.objects.get()
    assert (connection.status, connection.status_cause) == (Connection.Status.ATTENTION, "Go away.")


def test_a_token_that_is_about_to_end_is_renewed_first_if_it_can_be(
    api: Client, village: Village, well: Destination
) -> None:
    Connection.objects.update(access_expires_at=timezone.now() + timedelta(minutes=1))
    village.says |= {"composing": TOLD, "refresh": {"token": "token-2"}}
    assert api.get(address(well)).status_code == 200
    assert [name for name, _ in village.asked] == ["refresh", "composing"]
    assert village.tokens[-1] == "token-2"

    cache.clear()
    TokenRefresh.objects.all().delete()
    Connection.objects.update(access_expires_at=timezone.now() + timedelta(minutes=1))
    village.says["refresh"] = (503, {})
    assert api.get(address(well)).status_code == 200


def test_a_refresh_that_fails_for_the_moment_blames_nobody(api: Client, village: Village, well: Destination) -> None:
    village.says |= {"composing": (401, {"words": "Who is it?"}), "refresh": (503, {"words": "Closed."})}
    answer = api.get(address(well))
    assert (answer.status_code, answer.json()["code"]) == (503, "platform_unavailable")
    assert Connection.objects.get().status == Connection.Status.ACTIVE


def test_a_place_that_is_not_open_is_not_asked_about(api: Client, village: Village, well: Destination) -> None:
    def code_with(**change: Any) -> str:
        Destination.objects.filter(pk=well.pk).update(**{"enabled": True, "gone_at": None, **change})
        return str(api.get(address(well)).json()["code"])

    assert code_with(enabled=False) == "not_chosen"
    assert code_with(gone_at=timezone.now()) == "gone"
    Platform.objects.filter(slug="village").update(enabled=False)
    assert code_with() == "platform_disabled"
    Platform.objects.filter(slug="village").update(enabled=True)
    Connection.objects.update(status="inactive", disconnected_at=timezone.now())
    assert code_with() == "disconnected"
    assert village.asked == []


def test_a_platform_that_tells_no_such_thing_is_said_to_be_one(api: Client, destination: Destination) -> None:
    answer = api.get(address(destination))
    assert (answer.status_code, answer.json()["code"]) == (409, "platform_cannot")


def test_without_redis_every_writer_asks_for_themselves(
    api: Client, village: Village, well: Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise RedisGone

    village.says["composing"] = TOLD
    monkeypatch.setattr("connectors.composing.cache.get", gone)
    monkeypatch.setattr("connectors.composing.cache.set", gone)
    assert [api.get(address(well)).status_code for _ in range(2)] == [200, 200]
    assert village.count("composing") == 2


def test_only_who_may_read_destinations_may_ask(village: Village, well: Destination, tenant: Any) -> None:
    _, key = create_api_key(tenant=tenant, name="Poor", scopes=["posts:write"], actor="system:test")
    answer = Client(headers={"Authorization": f"Bearer {key.reveal()}"}).get(address(well))
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
