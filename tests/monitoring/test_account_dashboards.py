"""The dashboards of health, tokens, webhooks and dead letters: what they count is there, behind a link, and nobody else's."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connection, TokenPlan, WebhookEvent
from connectors.webhooks import webhook_refused
from monitoring import refusals
from monitoring.pages import health, tokens
from publishing.models import DeadLetter, PublishJob
from tenants import switching
from tenants.models import AuditEntry, Membership, User
from tenants.services import add_member
from tests.conftest import House
from tests.monitoring.wards import ACCOUNTS, HOUR, Ward, fill, named

PAGES = ("health_dashboard", "token_dashboard", "webhooks_dashboard", "dead_letters")
WIDE = {"tenants": "all"}


@pytest.fixture
def ward(house: House) -> Ward:
    return fill(house.tenant, now=timezone.now())


@pytest.fixture
def other(make_house: Callable[[str], House]) -> Ward:
    return fill(make_house("Other").tenant, now=timezone.now(), prefix="Theirs-", checks=1, letters=3)


@pytest.fixture
def operator(member_client: Client, owner: User) -> Client:
    User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
    return member_client


@pytest.fixture
def viewer(house: House) -> Client:
    user = User.objects.create_user("viewer@acme.example", "correct horse battery")
    add_member(tenant=house.tenant, user=user, role=Membership.Role.VIEWER, actor="system:test")
    client = Client()
    client.force_login(user)
    return client


def told(client: Client, page: str, said: Any = None) -> Any:
    response = client.get(page if page.startswith("/") else reverse(page), said)
    assert response.status_code == 200
    return response.context


def behind(client: Client, url: str, rows: str) -> set[str]:
    """Return the names of what a number's link leads to, over all pages of the list."""
    found: set[str] = set()
    while url:
        context = told(client, url)
        found |= named(context[rows])
        url = context["page"]["next_url"]
    return found


# --- health -------------------------------------------------------------------------------------------------------------


def test_every_number_of_health_leads_to_its_rows(member_client: Client, ward: Ward, other: Ward) -> None:
    page = told(member_client, "health_dashboard")
    expected = {
        "Needs attention": {"Dairy"},
        "Unhealthy": {"Dairy"},
        "Degraded": {"Café"},
        "Not checked yet": {"Eatery"},
        "Healthy": {"Bakery", "Forge", "Grocer"},
    }
    assert {tile["label"]: tile["count"] for tile in page["tiles"]} == {
        name: len(rows) for name, rows in expected.items()
    }
    for tile in page["tiles"]:
        assert behind(member_client, tile["url"], "connections") == expected[tile["label"]]
    for platform in page["platforms_shown"]:
        theirs = {name for name, slug, *_ in ACCOUNTS if slug == platform["slug"]}
        assert platform["connections"] == len(theirs)
        for cell in platform["states"]:
            assert cell["count"] == len(expected[cell["label"]] & theirs)
    linkedin = next(row for row in page["platforms_shown"] if row["slug"] == "linkedin")
    assert behind(member_client, linkedin["url"], "connections") == {"Dairy", "Eatery"}
    assert behind(member_client, linkedin["states"][0]["url"], "connections") == {"Dairy"}


def test_health_tells_how_checks_went_and_since_when_what_is_wrong(member_client: Client, ward: Ward) -> None:
    page = told(member_client, "health_dashboard")
    meta = next(row for row in page["platforms_shown"] if row["slug"] == "meta")
    assert (meta["checks"], meta["success"], meta["latency"]) == (6, 50.0, 200.0)
    # Latencies are summed up in steps of a few percent.
    assert meta["latency_p95"] == pytest.approx(300, rel=0.1)
    assert (
        "80.0 % of 15 checks were healthy" in page["charts"][0].summary or "60.0 % of 15" in page["charts"][0].summary
    )
    assert sum(point.value is not None for point in page["charts"][0].points) in {1, 2}
    assert [row["name"] for row in page["connections"]][:3] == ["Dairy", "Café", "Eatery"]
    dairy, cafe = page["connections"][:2]
    assert (dairy["cause"], cafe["cause"]) == ("Revoked.", "why Café")
    assert None not in (dairy["since"], cafe["since"])
    assert [square["state"] for square in cafe["squares"]] == ["degraded"] * 3


def test_checks_that_nobody_took_up_are_named(member_client: Client, ward: Ward, other: Ward) -> None:
    overdue = told(member_client, "health_dashboard")["overdue"]
    assert (overdue["count"], [one["name"] for one in overdue["named"]]) == (1, ["Eatery"])
    assert behind(member_client, overdue["url"], "connections") == {"Eatery"}
    switch: dict[str, Any] = {"name": "health_checks", "actor": "system:test", "now": timezone.now()}
    switching.switch(on=False, **switch)
    page = member_client.get(reverse("health_dashboard"))
    assert (page.context["overdue"], "Checking accounts is switched off" in page.content.decode()) == (None, True)
    switching.switch(on=True, **switch)
    Connection.objects.update(next_health_at=timezone.now() - health.OVERDUE_AFTER / 2)
    assert told(member_client, "health_dashboard")["overdue"] is None


def test_trends_are_shown_for_a_month_as_well(member_client: Client, ward: Ward) -> None:
    week, month = (told(member_client, "health_dashboard", {"range": span}) for span in ("7d", "30d"))
    assert (len(week["charts"][0].points), len(month["charts"][0].points)) in {(28, 30), (28, 31), (29, 31), (29, 30)}
    assert [link["label"] for link in week["span_links"]] == ["7 d", "30 d"]


def test_a_check_asked_for_on_the_dashboard_leads_back_to_it(member_client: Client, ward: Ward) -> None:
    address = reverse("check_connection", args=[ward.connections["Bakery"].pk])
    here = f"{reverse('health_dashboard')}?state=healthy"
    assert member_client.post(address, {"next": here})["Location"] == here
    elsewhere = member_client.post(address, {"next": "https://evil.example/"})["Location"]
    assert elsewhere == reverse("connection", args=[ward.connections["Bakery"].pk])


# --- tokens -------------------------------------------------------------------------------------------------------------


def test_every_number_of_tokens_leads_to_its_rows(member_client: Client, ward: Ward, other: Ward) -> None:
    page = told(member_client, "token_dashboard")
    expected = {
        "Expired": {"Dairy"},
        "Renewal is due": {"Café"},
        "Within 24 hours": {"Eatery", "Forge"},
        "Within 7 days": set(),
        "Within 30 days": set(),
        "Later": {"Bakery"},
        "Never": {"Grocer"},
    }
    assert {tile["label"]: tile["count"] for tile in page["tiles"]} == {
        name: len(rows) for name, rows in expected.items()
    }
    for tile in page["tiles"]:
        assert behind(member_client, tile["url"], "rows") == expected[tile["label"]]
    by_hand = {tile["label"]: tile["by_hand"] for tile in page["tiles"]}
    assert (by_hand["Within 24 hours"], by_hand["Expired"]) == (1, 1)


def test_the_timeline_has_what_comes_day_by_day(member_client: Client, ward: Ward, other: Ward) -> None:
    timeline = told(member_client, "token_dashboard")["timeline"]
    assert (len(timeline.days), timeline.renewals, timeline.ends) == (tokens.DAYS, 3, 4)
    for side, url in (("renewals", "renewals_url"), ("ends", "ends_url")):
        seen: set[str] = set()
        for day in timeline.filled:
            rows = behind(member_client, getattr(day, url), "rows")
            assert len(rows) == getattr(day, side)
            seen |= rows
        assert seen == ({"Bakery", "Café", "Forge"} if side == "renewals" else {"Bakery", "Café", "Eatery", "Forge"})


def test_what_is_not_renewed_has_its_cause_and_its_remedy(member_client: Client, viewer: Client, ward: Ward) -> None:
    failing = told(member_client, "token_dashboard")["failing"]
    assert failing["count"] == 2
    assert behind(member_client, failing["url"], "rows") == {"Café", "Dairy"}
    rows = {row["name"]: row for row in failing["connections"]}
    assert (rows["Café"]["cause"], rows["Café"]["failures"], rows["Café"]["again_at"] is None) == ("503.", 2, False)
    assert (rows["Dairy"]["cause"], rows["Dairy"]["remedy"]) == ("Revoked.", "Reconnect the account.")
    assert rows["Dairy"]["reconnect"]["label"] == "Reconnect"
    assert told(viewer, "token_dashboard")["failing"]["connections"][0]["reconnect"]["label"] == "Ask the owner"
    TokenPlan.objects.update(failures=0)
    Connection.objects.update(status="active")
    assert told(member_client, "token_dashboard")["failing"] is None


# --- webhooks -----------------------------------------------------------------------------------------------------------


def test_every_number_of_webhooks_in_leads_to_its_events(member_client: Client, ward: Ward, other: Ward) -> None:
    meta = next(row for row in told(member_client, "webhooks_dashboard")["platforms_in"] if row["slug"] == "meta")
    assert (meta["received"], meta["processed"], meta["failed"], meta["waiting"]) == (4, 2, 1, 1)
    for name in ("received", "processed", "failed", "waiting"):
        events = told(member_client, meta[f"{name}_url"])["events"]
        assert len(events) == meta[name]
    assert (meta["lag"], meta["refused"]) == ("2.0 s", None)


def test_every_number_of_an_endpoint_leads_to_its_deliveries(operator: Client, ward: Ward, other: Ward) -> None:
    for said, names in (({}, {"https://app.example/hooks"}), (WIDE, {"https://app.example/hooks", other.endpoint.url})):
        out = told(operator, "webhooks_dashboard", said)["out"]
        assert {row["address"] for row in out["endpoints"]} == names
        assert (out["hours"].good, out["hours"].bad) == (2 * len(names), 2 * len(names))
        for row in out["endpoints"]:
            assert (row["delivered"], row["failed"], row["waiting"], row["state_label"]) == (2, 1, 1, "Failing")
            assert row["success"] == pytest.approx(66.7, abs=0.1)
            for name, url in row["numbers"].items():
                response = operator.get(url)
                shown = response.context.get("deliveries")
                assert (len(shown) if shown is not None else response.context["cl"].result_count) == row[name]


def test_operators_see_the_events_of_all_and_who_was_turned_away(operator: Client, ward: Ward, other: Ward) -> None:
    cache.clear()
    for _ in range(3):
        webhook_refused.send(sender=WebhookEvent, platform="meta")
    meta = next(row for row in told(operator, "webhooks_dashboard", WIDE)["platforms_in"] if row["slug"] == "meta")
    assert (meta["received"], meta["failed"], meta["refused"]) == (8, 2, 3)
    for name in ("received", "processed", "failed", "waiting"):
        assert operator.get(meta[f"{name}_url"]).context["cl"].result_count == meta[name]
    assert refusals.of_the_day(["meta"], now=timezone.now() + 25 * HOUR) == {"meta": 0}


# --- dead letters -------------------------------------------------------------------------------------------------------


def test_a_group_tells_how_many_came_lately_and_since_when(member_client: Client, ward: Ward, other: Ward) -> None:
    (group,) = told(member_client, "dead_letters")["groups"]
    assert (group["count"], group["recent"], group["since"]) == (2, 1, ward.letters[1].opened_at)
    assert sum(point.value for point in group["spark"].points) == 2


def test_operators_see_the_groups_of_every_tenant(operator: Client, ward: Ward, other: Ward) -> None:
    groups = told(operator, "dead_letters", WIDE)["groups"]
    assert [(group["tenant"]["name"], group["count"]) for group in groups] == [("Other", 3), ("Acme", 2)]
    for group in groups:
        assert operator.get(group["url"]).context["cl"].result_count == group["count"]
    assert [
        group["tenant"]["name"] for group in told(operator, "dead_letters", {**WIDE, "query": "acm"})["groups"]
    ] == ["Acme"]


def test_a_dry_run_tells_what_a_redrive_would_do_and_does_nothing(member_client: Client, ward: Ward) -> None:
    page = member_client.post(reverse("check_dead_letters"), {"group": "meta:away"}, follow=True)
    assert "Dry run of 2 jobs; nothing was sent." in page.content.decode()
    assert DeadLetter.objects.filter(closed_at=None).count() == 2
    gone = member_client.post(reverse("check_dead_letters"), {"group": "no such\x00"}, follow=True)
    assert "Nothing is left to send again" in gone.content.decode()


def test_an_operator_acts_for_a_tenant_and_is_named_in_its_audit_log(
    operator: Client, other: Ward, owner: User
) -> None:
    def act(verb: str, **said: str) -> str:
        address = reverse("operate_letters", args=[other.tenant.pk, verb])
        return operator.post(address, {"group": "meta:away", **said}, follow=True).content.decode()

    assert "Dry run of 3 jobs" in act("check")
    assert "reason" in act("discard").lower()
    assert DeadLetter.objects.filter(closed_at=None).count() == 3
    assert "3 jobs of Other sent again" in act("redrive")
    assert set(PublishJob.objects.filter(tenant=other.tenant).values_list("state", flat=True)) == {"queued"}
    told_of = AuditEntry.objects.filter(tenant=other.tenant, actor=f"user:{owner}", action__startswith="job.")
    assert told_of.count() == 3
    assert operator.post(reverse("operate_letters", args=[other.tenant.pk, "erase"])).status_code == 404


def test_nobody_but_an_operator_acts_for_another_tenant(member_client: Client, other: Ward) -> None:
    for verb in ("check", "redrive", "discard"):
        address = reverse("operate_letters", args=[other.tenant.pk, verb])
        assert member_client.post(address, {"group": "meta:away", "reason": "x"}).status_code == 404
    assert DeadLetter.objects.filter(closed_at=None).count() == 3


# --- all of them --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_other_tenants_rows_show_to_operators_who_ask_and_to_nobody_else(
    member_client: Client, owner: User, ward: Ward, other: Ward, page: str
) -> None:
    address = reverse(page)
    assert b"Theirs-" not in member_client.get(address).content
    assert member_client.get(address, WIDE).status_code == 404
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    assert b"Theirs-" not in member_client.get(address).content
    everything = member_client.get(address, WIDE)
    assert b"Other" in everything.content
    # Every link within the dashboards keeps the scope.
    own = [url for url in re.findall(r'href="([^"#]+)', everything.content.decode()) if urlsplit(url).path == address]
    assert own
    assert all("tenants=all" in url for url in own if url != address)


@pytest.mark.usefixtures("flags_stay_known")
@pytest.mark.parametrize("wide", [False, True])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    operator: Client, ward: Ward, other: Ward, wide: bool
) -> None:
    said = WIDE if wide else {}

    def counted() -> list[int]:
        counts = []
        for page in PAGES:
            with CaptureQueriesContext(database) as queries:
                assert operator.get(reverse(page), said).status_code == 200
            counts.append(len(queries))
        return counts

    counted()  # the first request of a session notes when it was seen
    few = counted()
    for number in range(2):
        fill(ward.tenant, now=timezone.now(), prefix=f"More{number}-")
    # What is cut short is counted by one query more.
    assert all(after <= before + 1 for after, before in zip(counted(), few, strict=True))
    assert max(few) <= 20


def test_who_only_looks_sees_no_button(viewer: Client, ward: Ward) -> None:
    for page, words in (
        ("health_dashboard", "Check now"),
        ("token_dashboard", "Renew now"),
        ("dead_letters", "Redrive all"),
    ):
        assert words not in viewer.get(reverse(page)).content.decode()
    assert told(viewer, "webhooks_dashboard")["out"] is None


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "said", ["cursor=x&sort=-nix&state=%00&platform=', &query=%00&range=9y", "refresh_on=2026-99-99&grant_on=x&last=9h"]
)
def test_an_address_typed_by_hand_crashes_nothing(member_client: Client, ward: Ward, page: str, said: str) -> None:
    assert member_client.get(f"{reverse(page)}?{said}").status_code == 200


def test_an_empty_tenant_is_told_what_to_do(member_client: Client, tenant: object) -> None:
    for page in PAGES:
        assert member_client.get(reverse(page)).status_code == 200
