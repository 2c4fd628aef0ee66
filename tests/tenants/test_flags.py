"""What an operator switches off, for everybody or for some, and who is told."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.utils import timezone
from waffle import flag_is_active

from connectors.models import Platform
from foundation.errors import Invalid, NotFound
from tenants import flags, switching
from tenants.models import AuditEntry, Flag, Tenant, User
from tenants.services import create_tenant

Standing = Flag.Standing


def switch(name: str, *, on: bool, tenants: list[Tenant] | None = None, reason: str = "") -> Flag:
    return switching.switch(
        name=name, on=on, tenants=tenants or [], reason=reason, actor="user:ada@x.example", now=timezone.now()
    )


def run(*said: str) -> str:
    out = StringIO()
    call_command("flags", *said, stdout=out)
    return out.getvalue()


@pytest.fixture
def acme(db: None) -> Tenant:
    return create_tenant(name="Acme")


@pytest.fixture
def other(db: None) -> Tenant:
    return create_tenant(name="Other")


def test_every_feature_has_its_flag_and_all_are_on(acme: Tenant) -> None:
    switching.make_missing_flags()
    assert {one.name for one in switching.switches()} == set(Flag.objects.values_list("name", flat=True))
    assert switching.switched_off(None) == switching.switched_off(acme) == []
    assert all(flags.is_on(one.name, acme.pk) for one in switching.switches())


def test_off_for_one_tenant_is_off_for_no_other(acme: Tenant, other: Tenant) -> None:
    switch("publishing", on=False, tenants=[acme])
    assert (flags.is_on("publishing", acme.pk), flags.is_on("publishing", other.pk)) == (False, True)
    assert [one.name for one in switching.switched_off(acme)] == ["publishing"]
    assert switching.switched_off(other) == []
    assert [one.in_words for one in switching.switched_off(None)] == ["off for Acme"]


def test_single_tenants_are_added_and_taken_away_and_what_holds_for_the_others_stays(
    acme: Tenant, other: Tenant
) -> None:
    def stands() -> tuple[str, set[str]]:
        flag = Flag.objects.get(name="analytics")
        return flag.standing, {tenant.slug for tenant in flag.tenants.all()}

    switch("analytics", on=False, tenants=[acme])
    switch("analytics", on=False, tenants=[other])
    assert stands() == (Standing.OFF_FOR, {"acme", "other"})
    switch("analytics", on=True, tenants=[acme])
    switch("analytics", on=True, tenants=[other])
    assert stands() == (Standing.ON, set())
    switch("analytics", on=False)
    switch("analytics", on=True, tenants=[acme])
    assert stands() == (Standing.ON_FOR, {"acme"})
    assert (flags.is_on("analytics", acme.pk), flags.is_on("analytics", other.pk)) == (True, False)
    switch("analytics", on=False, tenants=[acme])
    assert stands() == (Standing.OFF, set())
    assert flags.rule_of("analytics").off_for_all


def test_each_change_is_audited_with_who_what_and_why_and_no_change_is_not(acme: Tenant) -> None:
    for _ in range(2):
        switch("mails", on=False, tenants=[acme], reason="Their server bounces.")
    entry = AuditEntry.objects.get(action="feature.switched")
    assert entry.actor == "user:ada@x.example"
    assert entry.detail == {
        "feature": "mails", "standing": "off_for", "tenants": ["acme"], "before": "on", "reason": "Their server bounces.",
    }  # fmt: skip


def test_what_does_not_exist_cannot_be_switched(acme: Tenant) -> None:
    with pytest.raises(NotFound) as refusal:
        switch("coffee", on=False)
    assert "platform.meta" in refusal.value.remedy
    with pytest.raises(Invalid):
        switching.put(name="mails", standing=Standing.ON_FOR, actor="system:test", now=timezone.now())
    with pytest.raises(Invalid):
        switch("mails", on=False, reason="x" * 301)
    assert not Flag.objects.exclude(standing=Standing.ON).exists()


def test_a_process_asks_once_in_two_seconds_whatever_it_is_asked(
    acme: Tenant, django_assert_num_queries: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch("analytics", on=False, tenants=[acme])
    switch("mails", on=False)
    with django_assert_num_queries(1):  # type: ignore[operator]
        for _ in range(1000):
            flags.is_on("analytics", acme.pk)
            flags.is_on("publishing", acme.pk)
    monkeypatch.setattr("tenants.flags.time.monotonic", lambda: flags._known_until + 0.01)
    with django_assert_num_queries(1):  # type: ignore[operator]
        flags.is_on("analytics", acme.pk)


def test_what_a_browser_sends_decides_nothing(acme: Tenant, client: Client) -> None:
    request = RequestFactory().get("/?dwft_analytics=1&analytics=1", headers={"dwft-analytics": "1"})
    request.COOKIES |= {"dwf_analytics": "True", "dwft_analytics": "True"}
    switch("analytics", on=False)
    assert flag_is_active(request, "analytics") is False
    switch("analytics", on=True)
    assert flag_is_active(request, "analytics") is True
    answer = client.get("/sign-in?dwft_analytics=0")
    assert not [name for name in answer.cookies if name.startswith("dwf")]


def test_a_platforms_flag_and_its_row_are_one_truth(acme: Tenant) -> None:
    def row() -> bool:
        return Platform.objects.get(slug="meta").enabled

    switch("platform.meta", on=False)
    assert not row()
    switch("platform.meta", on=True, tenants=[acme])
    assert row(), "somebody may use it again"
    switch("platform.meta", on=True)
    Platform.objects.filter(slug="meta").update(enabled=False)
    found = {one.name: one for one in switching.switched_off(None)}["platform.meta"]
    assert (found.standing, found.in_words) == (Standing.OFF, "off for everybody"), "a row switched off by hand is told"
    switch("platform.meta", on=True)
    assert row()
    assert switching.switched_off(None) == []
    assert AuditEntry.objects.filter(action="feature.switched").count() == 4


def test_the_command_lists_and_switches(acme: Tenant, other: Tenant) -> None:
    assert "off for Acme" in run("set", "publishing", "off", "--tenant", "acme", "--reason", "They asked for it.")
    told = json.loads(run("list", "--off", "--json"))["features"]
    assert [(one["name"], one["standing"], one["tenants"], one["reason"]) for one in told] == [
        ("publishing", "off_for", ["acme"], "They asked for it.")
    ]
    assert "publishing                on" in run("set", "publishing", "on") + run("list")
    assert run("list", "--off").strip() == "Everything is on for everybody."
    for wrong in (("set", "coffee", "off"), ("set", "mails", "off", "--tenant", "nobody")):
        with pytest.raises(CommandError) as refusal:
            run(*wrong)
        assert refusal.value.returncode == 2
    with pytest.raises(CommandError, match=r"manage\.py flags"):
        call_command("waffle_flag")


def test_operators_switch_in_the_admin_and_nobody_adds_or_deletes(acme: Tenant, client: Client) -> None:
    client.force_login(User.objects.create_superuser("op@x.example", "correct horse battery"))
    switching.make_missing_flags()
    flag = Flag.objects.get(name="publishing")
    url = f"/admin/tenants/flag/{flag.pk}/change/"
    assert client.get("/admin/tenants/flag/").status_code == 200
    assert b"accepted and wait" in client.get(url).content
    client.post(url, {"standing": "off_for", "tenants": [str(acme.pk)], "reason": "Maintenance."})
    assert not flags.is_on("publishing", acme.pk)
    assert AuditEntry.objects.get(action="feature.switched").actor == "user:op@x.example"
    assert b"List tenants" in client.post(url, {"standing": "on_for", "tenants": [], "reason": ""}).content
    chosen = {"action": "switch_on", "_selected_action": [str(flag.pk)]}
    client.post("/admin/tenants/flag/", chosen)
    assert flags.is_on("publishing", acme.pk)
    assert client.get("/admin/tenants/flag/add/").status_code == 403
    assert client.get(f"/admin/tenants/flag/{flag.pk}/delete/").status_code == 403
    assert client.get("/admin/connectors/platform/").status_code == 200


def test_a_tenant_that_is_erased_leaves_no_hole(acme: Tenant, other: Tenant) -> None:
    switch("analytics", on=False)
    switch("analytics", on=True, tenants=[acme])
    acme.delete()
    flags.forget()
    assert flags.rule_of("analytics").off_for_all, "on for nobody is off"
    assert not flags.is_on("analytics", other.pk)
