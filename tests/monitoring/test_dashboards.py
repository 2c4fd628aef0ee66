"""Dashboards: their numbers are those of the rows, and lead to them; whose rows they show; what they cost."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectors import budgets
from connectors.budgets import Budgets
from connectors.manager import get_connector
from connectors.models import Platform
from monitoring import heartbeats
from monitoring.alerting.rows import Alert
from monitoring.alerting.rules import RULES
from monitoring.pages import waiting as queue
from monitoring.readiness import QUEUES
from monitoring.reports.rows import PlatformReadiness
from monitoring.reports.telling import tell_readiness
from publishing.models import PublishJob
from tenants import switching
from tenants.models import User
from tests.conftest import House
from tests.monitoring.ledger import Ledger

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAGES = ("overview", "publishing_dashboard", "platforms_dashboard")


@pytest.fixture
def acme(house: House) -> Ledger:
    return Ledger(house.tenant, timezone.now())


@pytest.fixture
def other(make_house: Callable[[str], House]) -> Ledger:
    return Ledger(make_house("Zenith").tenant, timezone.now())


@pytest.fixture
def operator(client: Client, house: House) -> Client:
    """A browser of somebody who runs the hub, and is an owner of Acme besides."""
    User.objects.filter(pk=house.owner.pk).update(is_staff=True, is_superuser=True)
    client.force_login(User.objects.get(pk=house.owner.pk))
    return client


@pytest.fixture
def week(acme: Ledger, other: Ledger) -> None:
    """A week of two tenants: within the last hour, the last day and the last week each more happened than before."""
    for ledger in (acme, other):
        for ago in (MINUTE, 20 * MINUTE, 5 * HOUR, 3 * DAY):
            ledger.published(ago)
            ledger.published(ago, "linkedin", took=9.0, tries=1)
        # The comment under a post is no post.
        comment = ledger.published(MINUTE)
        PublishJob.objects.filter(pk=comment.pk).update(role="first_comment")
        ledger.failed(2 * MINUTE)
        ledger.failed(6 * HOUR, "linkedin", who="operator")
        ledger.failed(4 * DAY)
        ledger.job("queued", due_at=ledger.now - 5 * MINUTE)
        ledger.job("scheduled", due_at=ledger.now + DAY)
        ledger.job("retrying", "linkedin", due_at=ledger.now + MINUTE, tries=1)
    other.published(MINUTE)


def rows_behind(client: Client, url: str) -> int:
    """Return how many rows the list has that a number leads to."""
    page = client.get(url)
    assert page.status_code == 200, url
    if "cl" in page.context:
        return int(page.context["cl"].result_count)
    if (happened := page.context.get("happened")) is not None:
        assert happened["count"] >= len(page.context["jobs"])
        return int(happened["count"])
    seen, address = 0, url
    listed = "groups" if "groups" in page.context else "connections" if "connections" in page.context else "jobs"
    while address:
        context = client.get(address).context
        seen += sum(group["count"] for group in context[listed]) if listed == "groups" else len(context[listed])
        address = context["page"]["next_url"]
    return seen


def number(text: Any) -> int:
    return int(str(text).replace(",", ""))


def words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


SEEN = {  # range: published, failed, of Acme and of all
    "1h": ((4, 1), (9, 2)),
    "24h": ((6, 2), (13, 4)),
    "7d": ((8, 3), (17, 6)),
    "30d": ((8, 3), (17, 6)),
}


@pytest.mark.usefixtures("week")
@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("span", SEEN)
def test_what_publishing_tells_is_what_the_rows_say_and_each_number_leads_to_them(
    operator: Client, span: str, wide: bool
) -> None:
    asked = {"range": span, **({"tenants": "all"} if wide else {})}
    page = operator.get(reverse("publishing_dashboard"), asked)
    tiles = {tile["label"]: tile for tile in page.context["tiles"]}
    published, failed = tiles["Published"], tiles["Failed"]
    assert (number(published["value"]), number(failed["value"])) == SEEN[span][wide]
    share = SEEN[span][wide][0] / sum(SEEN[span][wide])
    assert tiles["Success"]["value"] == f"{100 * share:.1f} %"
    (out, _) = page.context["plots"]
    assert [sum(series.values) for series in out.series] == list(SEEN[span][wide])
    by_platform = {row["slug"]: row for row in page.context["rows"]}
    assert sum(row["published"] for row in by_platform.values()) == SEEN[span][wide][0]
    led = [(published["value"], published["url"]), (failed["value"], failed["url"])]
    for row in (*page.context["rows"], *page.context["tenants"]):
        led += [(row["published"], row["published_url"]), (row["failed"], row["failed_url"])]
    led += [(cell.words, cell.url) for _, cells in out.rows for cell in cells if cell.words != "0"][:4]
    led += [(step["count"], step["url"]) for step in page.context["queue"]["states"]]
    for value, url in led:
        assert (rows_behind(operator, url) if url else 0) == number(value), (value, url)


@pytest.mark.usefixtures("week")
def test_the_overview_leads_to_the_rows_it_counts(operator: Client, acme: Ledger) -> None:
    acme.account(status="attention", status_cause="Revoked.")
    for asked in ({}, {"tenants": "all"}):
        page = operator.get(reverse("overview"), asked)
        tiles = {tile["name"]: tile for tile in page.context["tiles"]}
        assert {"published", "failed", "waiting", "dead_letters", "healthy"} == set(tiles)
        for tile in tiles.values():
            assert tile["value"], tile
            assert rows_behind(operator, tile["url"]) == number(tile["value"]), tile
        for tenant in page.context["tenants"]:
            for name in ("attention", "letters", "failed", "published"):
                if tenant[name]:
                    assert rows_behind(operator, tenant[f"{name}_url"]) == tenant[name], (tenant["name"], name)


def test_latencies_are_those_of_the_posts(member_client: Client, acme: Ledger) -> None:
    for second in range(1, 101):
        acme.published(2 * MINUTE, took=second / 10)
    page = member_client.get(reverse("publishing_dashboard"), {"range": "1h"})
    (meta,) = [row for row in page.context["rows"] if row["slug"] == "meta"]
    assert (meta["p50"], meta["p95"], meta["p99"]) == ("5 s", "9.5 s", "9.9 s")
    took = page.context["plots"][1]
    assert [[value for value in series.values if value] for series in took.series] == [[5.0], [9.5], [9.9]]


def test_the_queue_says_how_old_it_is(member_client: Client, acme: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> tuple[str, str]:
        page = member_client.get(reverse("publishing_dashboard"))
        (tile,) = [tile for tile in page.context["tiles"] if tile["label"] == "Queue age"]
        assert (rows_behind(member_client, tile["url"]) if tile["url"] else 0) == page.context["queue"]["states"][1][
            "count"
        ].value
        return tile["value"], tile["tone"]

    assert told() == ("0 s", "")
    acme.job("queued", due_at=timezone.now() - 30 * MINUTE)
    acme.job("queued", due_at=timezone.now() - 10 * MINUTE, ready=True)
    assert told() == ("30 min", "bad")
    monkeypatch.setattr(queue, "MOST_COUNTED", 1)
    page = member_client.get(reverse("publishing_dashboard"))
    assert str(page.context["queue"]["total"]) == "1+", "nothing is counted without end"


def test_what_is_switched_off_is_told_where_it_bites_and_is_not_late(operator: Client, acme: Ledger) -> None:
    acme.account("meta")
    acme.job("queued", due_at=timezone.now() - 30 * MINUTE, ready=True)
    switch: dict[str, Any] = {"on": False, "reason": "An outage.", "actor": "system:test", "now": timezone.now()}
    switching.switch(name="publishing", tenants=[acme.tenant], **switch)
    for asked in ({}, {"tenants": "all"}):
        problems = operator.get(reverse("overview"), asked).context["problems"]
        ((severity, url),) = [(one["severity"], one["action_url"]) for one in problems if "Publishing" in one["title"]]
        assert (severity, rows_behind(operator, url)) == ("warn", 1)
        assert not [one for one in problems if "late" in one["title"]]
    page = operator.get(reverse("publishing_dashboard"))
    assert page.context["queue"]["is_late"] is False
    for where in (page, operator.get(reverse("jobs")), operator.get(reverse("posts"))):
        assert "An outage. Jobs wait; they are not late" in words(where)
    tell_readiness(now=timezone.now())
    switching.switch(name="platform.meta", tenants=[acme.tenant], **switch)
    mine = rows_of(operator)["meta"]
    assert (mine["state_label"], "An outage." in mine["reason"], "platform.meta" in mine["remedy"]) == (
        "Switched off",
        True,
        True,
    )
    assert rows_of(operator, tenants="all")["meta"]["reason"] == "Off for 1 tenant."


@pytest.mark.usefixtures("week")
@pytest.mark.parametrize("name", PAGES)
def test_a_member_sees_their_own_rows_and_may_not_ask_for_all(member_client: Client, other: Ledger, name: str) -> None:
    for status in ("attention", "active"):
        other.account("tiktok", status=status)
    page = member_client.get(reverse(name))
    assert page.context["scope_links"] == []
    assert "Zenith" not in words(page)
    assert "App credentials" not in words(page)
    assert member_client.get(reverse(name), {"tenants": "all"}).status_code == 404
    if name == "platforms_dashboard":
        rows = {row["slug"]: row for row in page.context["platforms"]}
        assert (rows["meta"]["connections"], rows["tiktok"]["connections"]) == (1, 0)
        assert rows["meta"]["waiting"] is None, "how many jobs others have waiting is no business of a tenant"


@pytest.mark.usefixtures("week")
def test_an_operator_sees_all_tenants_and_keeps_them_in_view(operator: Client) -> None:
    for name in PAGES:
        page = operator.get(reverse(name), {"tenants": "all"})
        assert [link["current"] for link in page.context["scope_links"]] == [False, True]
        assert f'href="{reverse("publishing_dashboard")}?tenants=all"' in page.content.decode()
    publishing = operator.get(reverse("publishing_dashboard"), {"tenants": "all"})
    assert [tenant["name"] for tenant in publishing.context["tenants"]] == ["Zenith", "Acme"]
    assert all("tenants=all" in link["url"] for link in publishing.context["span_links"])
    assert all("tenants=all" in tab["url"] for tab in publishing.context["platforms"])


def test_what_is_wrong_with_all_tenants_is_told_by_tenant_and_cause_worst_first(
    operator: Client, acme: Ledger, other: Ledger
) -> None:
    heartbeats.beat_worker(QUEUES, now=timezone.now())
    heartbeats.beat(heartbeats.BEAT, now=timezone.now())
    acme.published(MINUTE)
    assert operator.get(reverse("overview"), {"tenants": "all"}).context["verdict"]["words"] == "Everything works"
    for _ in range(2):
        other.account("linkedin", status="attention", status_since=timezone.now() - HOUR)
        other.failed(2 * HOUR, "linkedin")
    acme.failed(HOUR, "linkedin")
    acme.account("tiktok", status="attention", status_since=timezone.now() - 3 * HOUR)
    page = operator.get(reverse("overview"), {"tenants": "all"})
    assert [problem["title"] for problem in page.context["problems"]] == [
        "1 account needs attention: Acme",
        "2 accounts need attention: Zenith",
        "3 jobs need a decision: LinkedIn",
    ]
    assert page.context["problems"][2]["detail"] == "Refused. 2 tenants."
    verdict = page.context["verdict"]
    assert (verdict["words"], verdict["severity"]) == ("2 severe problems and 1 warning", "bad")
    assert timezone.now() - verdict["since"] > 3 * HOUR
    for problem, count in zip(page.context["problems"], (1, 2, 3), strict=True):
        assert rows_behind(operator, problem["action_url"]) == count


def test_operators_see_every_part_of_the_hub_with_its_last_sign_of_life(operator: Client, acme: Ledger) -> None:
    acme.published(MINUTE)
    seen = timezone.now() - 10 * MINUTE
    heartbeats.beat(heartbeats.BEAT, now=seen)
    parts = {part["name"]: part for part in operator.get(reverse("overview")).context["parts"]}
    assert {"Database", "Broker", "Vault", "Workers", "Scheduler", "Queue"} <= set(parts)
    assert (parts["Scheduler"]["state"], parts["Scheduler"]["seen_at"]) == ("unhealthy", seen)
    assert (parts["Database"]["state"], parts["Workers"]["seen_at"]) == ("healthy", None)


@pytest.mark.usefixtures("week")
@pytest.mark.usefixtures("flags_stay_known")
def test_dashboards_cost_the_same_however_much_there_is(operator: Client, acme: Ledger) -> None:
    addresses = [f"{reverse(name)}{asked}" for name in PAGES for asked in ("", "?tenants=all")]

    def counted() -> list[int]:
        told = []
        for address in addresses:
            with CaptureQueriesContext(database) as queries:
                assert operator.get(address).status_code == 200
            told.append(len(queries))
        return told

    for _ in range(5):
        acme.account("linkedin", status="attention")
    counted()  # the first request of a session notes when it was seen
    few = counted()
    for _ in range(6):
        acme.published(3 * MINUTE, "tiktok")
        acme.failed(3 * MINUTE, "tiktok")
        acme.account("tiktok", status="attention")
        acme.job("queued", due_at=acme.now)
    assert [more - less for more, less in zip(counted(), few, strict=True)] == [0] * len(few)
    assert max(few) <= 40


def test_no_query_string_crashes_a_dashboard(member_client: Client) -> None:
    for name in (*PAGES, "jobs"):
        for nasty in ("\x00", "%", "x" * 5000, "-1", "2026-02-30T25:00:00Z", "0001-01-01T00:00:00+23:59", "😀"):
            asked = dict.fromkeys(("range", "platform", "tenants", "since", "until", "event", "role"), nasty)
            assert member_client.get(reverse(name), asked).status_code == 200, nasty


def test_a_dashboard_looks_again_by_itself_and_shows_all_at_first(member_client: Client, acme: Ledger) -> None:
    acme.published(MINUTE)
    for name in PAGES:
        page = member_client.get(reverse(name)).content.decode()
        assert 'id="live"' in page
        assert 'hx-trigger="every 15s, look"' in page
        assert "Reload for news" in page
        assert "style=" not in page
    publishing = [member_client.get(reverse("publishing_dashboard")).content.decode() for _ in range(2)]
    tables = [re.findall(r'<details class="plot-table" id="([^"]+)"', page) for page in publishing]
    assert tables[0] == tables[1] != [], "what was opened stays open only if it is known again"


def test_an_empty_dashboard_says_what_to_do_next(member_client: Client) -> None:
    page = words(member_client.get(reverse("publishing_dashboard")))
    assert "Nothing came to an end in the last 24 hours" in page
    assert "Write a post" in page
    assert "none connected" in words(member_client.get(reverse("platforms_dashboard")))


# --- platforms --------------------------------------------------------------------------------------------------------------


def rows_of(client: Client, **asked: str) -> dict[str, dict[str, Any]]:
    return {row["slug"]: row for row in client.get(reverse("platforms_dashboard"), asked).context["platforms"]}


def test_a_platform_says_whether_it_can_be_published_to_and_who_mends_it(operator: Client, acme: Ledger) -> None:
    assert rows_of(operator)["meta"]["state_label"] == "Not known yet"
    tell_readiness(now=timezone.now())
    Platform.objects.filter(slug="linkedin").update(enabled=False)
    PlatformReadiness.objects.filter(platform="tiktok").update(
        configured=False, reason="TIKTOK_CLIENT_KEY is missing.", remedy="Set it."
    )
    rows = rows_of(operator)
    assert {slug: rows[slug]["state_label"] for slug in ("meta", "linkedin", "tiktok")} == {
        "meta": "Ready", "linkedin": "Switched off", "tiktok": "Not set up",
    }  # fmt: skip
    assert (rows["tiktok"]["reason"], rows["tiktok"]["remedy"]) == ("TIKTOK_CLIENT_KEY is missing.", "Set it.")
    assert "App credentials: missing" in words(operator.get(reverse("platforms_dashboard")))
    acme.account("linkedin")
    titles = {one["title"]: one["severity"] for one in operator.get(reverse("overview")).context["problems"]}
    assert titles["LinkedIn cannot be published to"] == "warn"
    User.objects.update(is_staff=False)
    assert rows_of(operator)["tiktok"]["who"] == "Whoever runs this hub"


@pytest.mark.parametrize(("days", "loudness"), [(200, ""), (90, "info"), (30, "warn"), (7, "bad"), (-1, "bad")])
def test_the_end_of_an_api_version_is_told_louder_the_nearer_it_is(
    operator: Client, acme: Ledger, days: int, loudness: str
) -> None:
    acme.account("linkedin")
    tell_readiness(now=timezone.now())
    PlatformReadiness.objects.filter(platform="linkedin").update(
        version_sunset_on=timezone.now().astimezone().date() + days * DAY
    )
    version = rows_of(operator)["linkedin"]["version"]
    assert (version["days_left"], version["loudness"]) == (days, loudness)
    assert version["page"].startswith("https://")
    told = [
        one["severity"] for one in operator.get(reverse("overview")).context["problems"] if "LinkedIn" in one["title"]
    ]
    assert told == ([loudness] if loudness else [])


def test_budgets_say_what_is_used_and_when_they_begin_anew_and_what_nobody_knows(
    member_client: Client, acme: Ledger
) -> None:
    place = acme.place("google_business")
    tell_readiness(now=timezone.now())
    rows = rows_of(member_client)
    assert rows["meta"]["budgets"]["rows"] == []
    assert rows["meta"]["budgets"]["why"]
    Budgets("meta").learn("app", used_percent=91)
    connector = get_connector("google_business")
    key = next(key for key in connector.budget_keys([place.external_id]) if place.external_id in key)
    (window,) = connector.budget_windows(key)
    for _ in range(3):
        Budgets("google_business").require(
            [key], priority=budgets.Priority.PUBLISH, operation="publish", windows=[window]
        )
    rows = rows_of(member_client)
    (app,) = rows["meta"]["budgets"]["rows"]
    assert (app["whose"], app["percent"], app["tone"]) == ("The hub's app", 91, "bad")
    (mine,) = [one for one in rows["google_business"]["budgets"]["rows"] if one["whose"] == place.name]
    assert mine["used"] == f"3 of {window.calls}"
    assert mine["resets"].startswith("begins anew in ")
    Budgets("google_business").block(key, 2 * HOUR)
    (mine,) = [
        one for one in rows_of(member_client)["google_business"]["budgets"]["rows"] if one["whose"] == place.name
    ]
    assert (mine["percent"], mine["resets"]) == (100, "spent; opens again in 2 h")


def test_what_fires_stands_among_the_problems_of_those_it_concerns_and_each_thing_once(
    client: Client, house: House, acme: Ledger, other: Ledger
) -> None:
    acme.published(MINUTE)
    began = timezone.now() - 2 * HOUR
    for tenant, rule in ((acme.tenant, "tokens_expired"), (other.tenant, "tokens_expired"), (None, "platform_errors")):
        Alert.objects.create(
            rule=rule, subject=str(tenant), tenant=tenant, title=RULES[rule].title, severity=RULES[rule].severity, cause="It ended.",
            remedy="Renew it.", value=1, since=began, raised_at=began, seen_at=began,
        )  # fmt: skip
    acme.job("queued", due_at=timezone.now() - HOUR)
    client.force_login(house.owner)

    def told(**asked: str) -> list[str]:
        return [problem["title"] for problem in client.get(reverse("overview"), asked).context["problems"]]

    assert told() == ["Tokens have ended: Acme", "1 job is late"]
    User.objects.filter(pk=house.owner.pk).update(is_staff=True)
    assert {"A platform fails", "The scheduler is silent", "1 job is late"} <= set(told())
    assert "Jobs are late" not in told(), "said once"
    assert "Tokens have ended: Zenith" not in told()
    assert {"Tokens have ended: Zenith", "Tokens have ended: Acme"} <= set(told(tenants="all"))
