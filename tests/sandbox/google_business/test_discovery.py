"""Accounts, locations and their standing: pages, masks, and who reaches what."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.google_business import demo, hosts
from sandbox.world import World
from tests.sandbox.google_business.conftest import Connect
from tests.sandbox.google_business.hub import BAKERY, Hub, error_of, violations_of


@pytest.fixture
def tomasz(connect: Connect) -> str:
    return str(connect(user=demo.TOMASZ)["access_token"])


def _pages(hub: Hub, token: str, host: str, path: str, name: str, **params: Any) -> list[list[dict[str, Any]]]:
    """Follow the token to the end and return what each page held."""
    pages: list[list[dict[str, Any]]] = []
    while True:
        answer = hub.call("GET", host, path, token, params=params)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        pages.append(told.get(name, []))
        if "nextPageToken" not in told:
            return pages
        params["pageToken"] = told["nextPageToken"]


def _locations(hub: Hub, token: str, account: str, **params: Any) -> list[list[dict[str, Any]]]:
    params.setdefault("readMask", "name,title")
    return _pages(hub, token, hosts.LOCATIONS, f"/v1/accounts/{account}/locations", "locations", **params)


def test_the_personal_account_comes_first_and_groups_say_what_one_is_in_them(hub: Hub, token: str) -> None:
    (page,) = _pages(hub, token, hosts.ACCOUNTS, "/v1/accounts", "accounts")
    assert [account["type"] for account in page] == ["PERSONAL", "LOCATION_GROUP"]
    assert page[0]["name"] == f"accounts/{demo.INES_ACCOUNT}"
    assert "role" not in page[0]
    assert (page[1]["role"], page[1]["permissionLevel"]) == ("OWNER", "OWNER_LEVEL")


def test_accounts_come_twenty_a_page_at_most(world: World, hub: Hub, tomasz: str) -> None:
    assert [len(page) for page in _pages(hub, tomasz, hosts.ACCOUNTS, "/v1/accounts", "accounts", pageSize=100)] == [
        20,
        6,
    ]
    world.switches.set({"google_business.oversize_page": "refused"})
    refused = hub.call("GET", hosts.ACCOUNTS, "/v1/accounts", tomasz, params={"pageSize": 21})
    assert violations_of(refused)[0][0] == "page_size"


def test_only_the_type_filters_accounts(hub: Hub, token: str) -> None:
    (page,) = _pages(hub, token, hosts.ACCOUNTS, "/v1/accounts", "accounts", filter="type=LOCATION_GROUP")
    assert [account["accountName"] for account in page] == ["Padarias do Sol"]
    refused = hub.call("GET", hosts.ACCOUNTS, "/v1/accounts", token, params={"filter": "role=OWNER"})
    assert violations_of(refused)[0][0] == "filter"


def test_an_account_one_is_not_in_is_not_there(hub: Hub, token: str) -> None:
    assert hub.call("GET", hosts.ACCOUNTS, f"/v1/accounts/{demo.BAKERIES}", token).status_code == 200
    assert hub.call("GET", hosts.ACCOUNTS, f"/v1/accounts/{demo.KIOSKS}", token).status_code == 404


def test_locations_come_ten_a_page_or_a_hundred_at_most(hub: Hub, tomasz: str) -> None:
    assert len(_locations(hub, tomasz, demo.KIOSKS)[0]) == 10
    pages = _locations(hub, tomasz, demo.KIOSKS, pageSize=500)
    assert [len(page) for page in pages] == [100, 13]
    names = [location["name"] for page in pages for location in page]
    assert len(set(names)) == 113


def test_who_reaches_what(hub: Hub, token: str) -> None:
    def titles(account: str) -> set[str]:
        return {one["title"] for page in _locations(hub, token, account, pageSize=100) for one in page}

    assert titles(demo.INES_ACCOUNT) == {"Café Açafrão", "Galeria Ónix"}
    assert "Galeria Ónix" not in titles(demo.BAKERIES)
    assert titles("-") == titles(demo.INES_ACCOUNT) | titles(demo.BAKERIES)


def test_a_page_token_belongs_to_its_question(hub: Hub, tomasz: str) -> None:
    path = f"/v1/accounts/{demo.KIOSKS}/locations"
    first = hub.call("GET", hosts.LOCATIONS, path, tomasz, params={"readMask": "name"}).json()
    for params in ({"readMask": "title", "pageToken": first["nextPageToken"]}, {"readMask": "name", "pageToken": "x"}):
        refused = hub.call("GET", hosts.LOCATIONS, path, tomasz, params=params)
        assert violations_of(refused)[0][0] == "page_token"


def test_a_list_may_begin_with_a_page_of_nothing_but_a_token(world: World, hub: Hub, token: str) -> None:
    world.switches.set({"google_business.empty_pages": True})
    pages = _locations(hub, token, demo.INES_ACCOUNT)
    assert [len(page) for page in pages] == [0, 2]


@pytest.mark.parametrize("mask", ["", "attributes", "name,businessHours", "*"])
def test_a_mask_that_is_missing_or_unknown_is_refused(hub: Hub, token: str, mask: str) -> None:
    params = {"readMask": mask} if mask else {}
    refused = hub.call("GET", hosts.LOCATIONS, f"/v1/accounts/{demo.BAKERIES}/locations", token, params=params)
    assert violations_of(refused) == [("read_mask", "Invalid field mask provided")]


def test_a_location_tells_what_the_mask_asks_and_leaves_out_what_is_false(hub: Hub, token: str) -> None:
    def read(location: str, mask: str) -> dict[str, Any]:
        path = f"/v1/locations/{location}"
        told: dict[str, Any] = hub.call("GET", hosts.LOCATIONS, path, token, params={"readMask": mask}).json()
        return told

    bakery = read(demo.BAKERY, "name,metadata,storeCode,open_info.status")
    assert bakery.keys() == {"name", "metadata", "storeCode", "openInfo"}
    assert bakery["openInfo"] == {"status": "OPEN"}
    assert bakery["metadata"]["hasVoiceOfMerchant"] is True
    assert bakery["metadata"]["mapsUri"].startswith("https://maps.google.com/maps?cid=")
    unverified = read(demo.UNVERIFIED, "metadata")["metadata"]
    assert "hasVoiceOfMerchant" not in unverified
    assert "canOperateLocalPost" not in unverified
    assert read(demo.DOUBLE, "metadata.duplicateLocation")["metadata"]["duplicateLocation"].startswith("locations/")
    assert int(demo.BAKERY) > 2**63


def test_a_filter_counts_and_an_order_orders(hub: Hub, tomasz: str) -> None:
    path = f"/v1/accounts/{demo.KIOSKS}/locations"
    params = {"readMask": "storeCode", "filter": 'storeCode="Z-007"'}
    told = hub.call("GET", hosts.LOCATIONS, path, tomasz, params=params).json()
    assert told == {"locations": [{"storeCode": "Z-007"}], "totalSize": 1}
    params = {"readMask": "storeCode", "orderBy": "storeCode desc", "pageSize": "2"}
    told = hub.call("GET", hosts.LOCATIONS, path, tomasz, params=params).json()
    assert [one["storeCode"] for one in told["locations"]] == ["Z-112", "Z-111"]
    assert "totalSize" not in told


def test_somebody_elses_location_is_forbidden_or_not_there(world: World, hub: Hub, tomasz: str) -> None:
    def statuses() -> list[int]:
        calls = (
            (hosts.POSTS, f"/v4/{BAKERY}/localPosts"),
            (hosts.LOCATIONS, f"/v1/locations/{demo.BAKERY}?readMask=name"),
        )
        return [hub.call("GET", host, path, tomasz).status_code for host, path in calls]

    assert statuses() == [403, 403]
    world.switches.set({"google_business.foreign_location": 404})
    assert statuses() == [404, 404]


def test_a_location_below_the_wrong_account_is_not_reached(hub: Hub, token: str) -> None:
    stale = f"accounts/{demo.INES_ACCOUNT}/locations/{demo.BAKERY}"
    assert error_of(hub.publish(token, "Olá", stale))[:2] == (403, "PERMISSION_DENIED")


def test_access_to_a_location_can_be_lost_while_the_token_lives(world: World, hub: Hub, token: str) -> None:
    assert world.google_business.revoke({"page": demo.BAKERY, "user": demo.INES}) == {"revoked": 1}
    assert hub.publish(token, "Olá").status_code == 403
    names = [one["name"] for page in _locations(hub, token, demo.BAKERIES, pageSize=100) for one in page]
    assert f"locations/{demo.BAKERY}" not in names


@pytest.mark.parametrize(
    ("location", "told"),
    [
        (demo.BAKERY, {"hasVoiceOfMerchant": True, "hasBusinessAuthority": True}),
        (demo.UNVERIFIED, {"verify": {}}),
        (demo.PENDING, {"verify": {"hasPendingVerification": True}}),
        (demo.WAITING, {"hasBusinessAuthority": True, "waitForVoiceOfMerchant": {}}),
        (demo.CONTESTED, {"resolveOwnershipConflict": {}}),
        (
            demo.SUSPENDED,
            {
                "hasBusinessAuthority": True,
                "complyWithGuidelines": {"recommendationReason": "BUSINESS_LOCATION_SUSPENDED"},
            },
        ),
        (
            demo.DISABLED,
            {
                "hasBusinessAuthority": True,
                "complyWithGuidelines": {"recommendationReason": "BUSINESS_LOCATION_DISABLED"},
            },
        ),
    ],
)
def test_the_standing_says_what_to_do(hub: Hub, token: str, location: str, told: dict[str, Any]) -> None:
    path = f"/v1/locations/{location}/VoiceOfMerchantState"
    assert hub.call("GET", hosts.VERIFICATIONS, path, token).json() == told


def test_notifications_have_one_topic_per_account_and_want_a_mask(hub: Hub, token: str) -> None:
    path = f"/v1/accounts/{demo.BAKERIES}/notificationSetting"
    name = f"accounts/{demo.BAKERIES}/notificationSetting"
    body = {"name": name, "pubsubTopic": "projects/p/topics/t", "notificationTypes": ["NEW_REVIEW"]}
    assert hub.call("GET", hosts.NOTIFICATIONS, path, token).json() == {"name": name}
    assert hub.call("PATCH", hosts.NOTIFICATIONS, path, token, json=body).status_code == 400
    params = {"updateMask": "notification_setting"}
    assert hub.call("PATCH", hosts.NOTIFICATIONS, path, token, json=body, params=params).json() == body
    off = {"pubsubTopic": "projects/p/topics/t"}
    hub.call("PATCH", hosts.NOTIFICATIONS, path, token, json=off, params={"updateMask": "notificationTypes"})
    assert hub.call("GET", hosts.NOTIFICATIONS, path, token).json() == {"name": name, **off}
    for wrong in ({"notificationTypes": ["NEW_POST"]}, {"pubsubTopic": "t"}):
        assert hub.call("PATCH", hosts.NOTIFICATIONS, path, token, json=wrong, params=params).status_code == 400
