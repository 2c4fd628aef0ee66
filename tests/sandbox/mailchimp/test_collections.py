"""Lists, pages and fields: the form collections have."""

from __future__ import annotations

from sandbox.mailchimp import demo
from sandbox.world import World
from tests.sandbox.mailchimp.hub import Hub, told


def test_ten_come_by_default_and_total_items_counts_them_all(premium: Hub) -> None:
    first = premium.get("/lists", fields="lists.id,total_items")
    assert (len(first["lists"]), first["total_items"]) == (10, 26)
    rest = premium.get("/lists", count=1000, offset=10, fields="lists.id")["lists"]
    assert [one["id"] for one in first["lists"] + rest] == demo.CLIENTS
    assert premium.get("/lists", count=10, offset=30)["lists"] == []


def test_a_count_above_a_thousand_is_refused_or_clamped(world: World, premium: Hub) -> None:
    assert told(premium.call("GET", "/lists", params={"count": 1001}))[:2] == (400, "Invalid Resource")
    world.switches.set({"mailchimp.count_over_limit": "clamp"})
    assert len(premium.get("/lists", count=5000)["lists"]) == 26


def test_fields_choose_and_exclude_fields_leave_out(hub: Hub) -> None:
    chosen = hub.get("/lists", fields="lists.id,lists.stats.member_count,total_items", count=1)
    assert chosen == {"lists": [{"id": demo.LETTER, "stats": {"member_count": 12}}], "total_items": 3}
    without = hub.get("/lists", exclude_fields="_links,lists._links,lists.stats")
    assert "_links" not in without
    assert all("_links" not in one and "stats" not in one for one in without["lists"])
    assert "_links" in hub.get("/lists")["lists"][0]


def test_fields_that_cannot_be_are_refused(world: World, hub: Hub) -> None:
    for params in (
        {"fields": "lists..id"},
        {"fields": "campaigns.id"},
        {"fields": "lists", "exclude_fields": "_links"},
    ):
        assert told(hub.call("GET", "/lists", params=params))[:2] == (422, "Requested Fields Invalid"), params
    world.switches.set({"mailchimp.unknown_fields": "ignore"})
    assert hub.get("/lists", fields="campaigns.id,total_items") == {"total_items": 3}


def test_every_object_carries_a_key_that_nobody_has_heard_of(world: World, hub: Hub) -> None:
    campaign = hub.get(f"/campaigns/{hub.draft()}")
    assert all("sandbox_preview" in part for part in (campaign, campaign["settings"], campaign["recipients"]))
    member = hub.get(f"/lists/{demo.LETTER}/members", count=1)["members"][0]
    assert "sandbox_preview" in member
    assert "sandbox_preview" not in member["merge_fields"]
    world.switches.set({"mailchimp.extra_keys": False})
    assert "sandbox_preview" not in hub.get("/ping")


def test_audiences_tell_numbers_and_count_their_rates_in_percent(hub: Hub) -> None:
    letter = hub.get(f"/lists/{demo.LETTER}")
    stats = letter["stats"]
    assert (stats["member_count"], stats["unsubscribe_count"], stats["cleaned_count"]) == (12, 1, 1)
    assert stats["open_rate"] > 1
    assert stats["campaign_last_sent"] == ""
    assert letter["campaign_defaults"]["from_email"] == "post@grossmann-kaffee.test"
    assert hub.get("/", fields="industry_stats")["industry_stats"]["open_rate"] < 1
    assert hub.get("/lists", fields="constraints")["constraints"]["current_total_instances"] == 3


def test_another_accounts_audience_is_not_there(hub: Hub) -> None:
    for path in (f"/lists/{demo.READERS}", f"/lists/{demo.READERS}/members", f"/lists/{demo.READERS}/webhooks"):
        assert hub.call("GET", path).status_code == 404, path


def test_audiences_are_found_by_a_contact(hub: Hub) -> None:
    email = hub.get(f"/lists/{demo.LETTER}/members", count=1)["members"][0]["email_address"]
    found = hub.get("/lists", email=email, fields="lists.id")["lists"]
    assert {"id": demo.LETTER} in found


def test_sender_domains_are_added_verified_and_given_up(hub: Hub) -> None:
    domains = hub.get("/verified-domains")["domains"]
    assert [(one["domain"], one["verified"], one["authenticated"]) for one in domains] == [
        ("grossmann-kaffee.test", True, True),
        ("neu.grossmann-kaffee.test", False, False),
    ]
    verify = "/verified-domains/neu.grossmann-kaffee.test/actions/verify"
    assert hub.call("POST", verify, json={"code": "1"}).status_code == 400
    assert hub.call("POST", verify, json={"code": "4711"}).json()["verified"] is True
    free_mail = hub.call("POST", "/verified-domains", json={"verification_email": "greta@gmail.com"})
    assert free_mail.status_code == 400
    assert hub.call("POST", "/verified-domains", json={"verification_email": "a@kaffee.test"}).ok
    assert hub.call("DELETE", "/verified-domains/kaffee.test").status_code == 204


def test_merge_fields_are_listed_added_and_made_needed(hub: Hub) -> None:
    path = f"/lists/{demo.LETTER}/merge-fields"
    assert [one["tag"] for one in hub.get(path)["merge_fields"]][:3] == ["FNAME", "LNAME", "LTV"]
    made = hub.call("POST", path, json={"name": "Shop", "type": "dropdown", "options": {"choices": ["A", "B"]}}).json()
    assert (made["tag"], made["options"]) == ("MMERGE7", {"choices": ["A", "B"], **_news(made["options"])})
    assert hub.call("PATCH", f"{path}/{made['merge_id']}", json={"required": True}).json()["required"] is True
    assert told(hub.call("POST", path, json={"name": "Shop"}))[1] == "Invalid Resource"
    assert hub.call("DELETE", f"{path}/{made['merge_id']}").status_code == 204


def test_groups_hang_in_their_category(hub: Hub) -> None:
    path = f"/lists/{demo.LETTER}/interest-categories"
    (category,) = hub.get(path)["categories"]
    assert [one["name"] for one in hub.get(f"{path}/{category['id']}/interests")["interests"]] == ["Filter", "Espresso"]


def _news(told_block: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in told_block.items() if name == "sandbox_preview"}
