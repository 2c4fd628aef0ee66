"""What operators do with rows on their desk: it asks where it should, calls the service, writes down who did it, and tells the rest."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connection, ConnectLink, Platform, WebhookEvent
from foundation.admin import deeds
from media.models import Media
from monitoring.models import ConnectionHealth, HealthLogEntry
from outbox.models import Mail, WebhookDelivery, WebhookEndpoint
from publishing.models import DeadLetter, Post, PublishJob, Watch
from tenants.models import ApiKey, AuditEntry, BrowserSession, Membership, Tenant, User
from tests.config.desk import fill
from tests.conftest import House

PASSWORD = "correct horse battery"
ACTOR = "user:root@deeds.example"


@pytest.fixture(scope="module")
def rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[Any, list[Any]]]:
    """One hub for all tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield fill()
        transaction.set_rollback(True)


@pytest.fixture
def operator(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root@deeds.example", PASSWORD))
    return client


def listing(model: type[models.Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def do(operator: Client, model: type[models.Model], deed: str, *chosen: Any, **said: str) -> str:
    """Choose rows, a deed, and say yes to what is asked; return what the list says then."""
    keys = [str(row.pk) for row in chosen]
    form = {"action": deed, "_selected_action": keys, "sure": "1", **said}
    return operator.post(listing(model), form, follow=True).content.decode()


def told(page: str) -> str:
    return " ".join(re.findall(r'<ul class="messagelist">.*?</ul>', page, re.DOTALL))


def audited(action: str, row: Any) -> bool:
    return AuditEntry.objects.filter(actor=ACTOR, action=action, subject_id=str(row.pk)).exists()


UNBOUND = {"binding": ""}
DEEDS: list[tuple[type[models.Model], str, dict[str, Any], str, dict[str, Any]]] = [
    (DeadLetter, "redrive", {}, "job.redriven", {"resolution": "redriven"}),
    (DeadLetter, "discard", {}, "job.discarded", {"resolution": "discarded", "note": "No use any more"}),
    (PublishJob, "redrive", {}, "job.redriven", {"state": "queued"}),
    (PublishJob, "cancel", {}, "job.cancelled", {"state": "cancelled"}),
    (
        PublishJob,
        "retry",
        {"state": "retrying", "due_at": timezone.now() + timedelta(days=1)},
        "job.hurried",
        {"state": "retrying"},
    ),
    (WebhookEvent, "process_again", {}, "webhook_event.replayed", {"state": "received"}),
    (WebhookDelivery, "replay", {}, "webhook_delivery.replayed", {"state": "waiting"}),
    (WebhookEndpoint, "switch_off", {}, "webhook_endpoint.disabled", {"disabled": "by_hand"}),
    (
        WebhookEndpoint,
        "switch_on",
        {"disabled": "failing", "disabled_at": timezone.now()},
        "webhook_endpoint.enabled",
        {"disabled": ""},
    ),
    (WebhookEndpoint, "replay_failed", {}, "webhook_endpoint.replayed", {}),
    (
        ConnectLink,
        "expire",
        {"status": "pending", "finished_at": None, "result": None} | UNBOUND,
        "connect_link.cancelled",
        {"status": "cancelled"},
    ),
    (ApiKey, "revoke", {}, "api_key.revoked", {}),
    (Media, "delete_unused", {}, "media.deleted", {"state": "gone"}),
    (Platform, "switch_off", {}, "feature.switched", {"enabled": False}),
    (Platform, "switch_on", {"enabled": False}, "feature.switched", {"enabled": True}),
    (Tenant, "suspend", {}, "tenant.suspended", {}),
    (Tenant, "resume", {"suspended_at": timezone.now()}, "tenant.resumed", {"suspended_at": None}),
    (Mail, "send_again", {}, "mail.sent_again", {"state": "waiting"}),
    (Watch, "look_again", {}, "job.looked_at_again", {"tries": 0}),
]


@pytest.mark.parametrize(
    ("model", "deed", "before", "action", "after"), DEEDS, ids=[f"{one[0].__name__}-{one[1]}" for one in DEEDS]
)
def test_a_deed_asks_first_where_it_should_and_calls_the_service_in_the_operators_name(
    operator: Client,
    rows: dict[Any, list[Any]],
    model: type[models.Model],
    deed: str,
    before: dict[str, Any],
    action: str,
    after: dict[str, Any],
) -> None:
    row = rows[model][0]
    model._default_manager.filter(pk=row.pk).update(**before)
    # A post whose files are made up would be looked for.
    Post.objects.update(media=[], settings={})
    desk: Any = admin.site._registry[model]
    known = next(one for one in desk.deeds if one.name == deed)
    if known.explain:
        asking = operator.post(listing(model), {"action": deed, "_selected_action": [str(row.pk)]}).content.decode()
        assert known.explain.replace("'", "&#x27;")[:60] in asking
        assert f"{known.label}: 1 " in asking
        assert not AuditEntry.objects.filter(actor=ACTOR).exists()
    page = do(operator, model, deed, row, reason="No use any more")
    assert known.done.replace("are ", "is ", 1) in told(page), told(page)
    subject = row if action.split(".")[0] != "job" else PublishJob.objects.get(pk=getattr(row, "job_id", row.pk))
    # A platform's switch is a flag, and the log names the flag.
    switched = action == "feature.switched" and AuditEntry.objects.filter(actor=ACTOR, action=action).exists()
    assert switched or audited(action, subject)
    found = model._default_manager.get(pk=row.pk)
    assert {name: getattr(found, name) for name in after} == after
    # Doing it again changes nothing, and says so.
    again = AuditEntry.objects.filter(actor=ACTOR).count()
    repeat = told(do(operator, model, deed, row, reason="Again"))
    if deed not in ("retry", "replay", "replay_failed", "look_again"):
        assert "left as it was" in repeat, repeat
        assert AuditEntry.objects.filter(actor=ACTOR).count() == again


def test_what_services_refuse_is_told_by_its_cause(operator: Client, rows: dict[Any, list[Any]]) -> None:
    jobs = rows[PublishJob]
    PublishJob.objects.filter(pk=jobs[0].pk).update(state="published", published_at=timezone.now())
    DeadLetter.objects.filter(job=jobs[0]).delete()
    page = told(do(operator, PublishJob, "cancel", *jobs))
    assert "2 jobs are cancelled" in page
    assert "1 left as it was. 1: The job is published and can no longer be cancelled" in page


def test_a_discard_wants_a_reason(operator: Client, rows: dict[Any, list[Any]]) -> None:
    page = do(operator, DeadLetter, "discard", rows[DeadLetter][0], reason="  ")
    assert "A reason is needed" in page
    assert DeadLetter.objects.get(pk=rows[DeadLetter][0].pk).resolution == ""


def test_all_that_match_are_done_some_at_a_time_in_the_pace_of_one_redrive(
    operator: Client, rows: dict[Any, list[Any]], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.REDRIVE_PER_SECOND = 1
    Post.objects.update(media=[], settings={})
    monkeypatch.setattr(deeds, "SLICE", timedelta(0))
    form: dict[str, Any] = {"action": "redrive", "select_across": "1", "_selected_action": "0", "sure": "1"}
    requests = 0
    while True:
        answer = operator.post(f"{listing(DeadLetter)}?resolution=open", form)
        requests += 1
        assert requests < 20
        if answer.status_code == 302:
            break
        page = answer.content.decode()
        form = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
        assert "data-goes-on" in page
    assert requests > 1
    assert not DeadLetter.objects.filter(closed_at=None).exists()
    due = sorted(moment for moment in PublishJob.objects.values_list("due_at", flat=True) if moment is not None)
    assert [round((one - due[0]).total_seconds()) for one in due] == [0, 1, 2]
    assert "3 dead letters are sent again" in told(operator.get(listing(DeadLetter)).content.decode())


def test_progress_that_was_tampered_with_goes_nowhere(operator: Client, rows: Any) -> None:
    form = {"action": "redrive", "select_across": "1", "_selected_action": "0", "progress": "x:y:z"}
    page = operator.post(listing(DeadLetter), form, follow=True).content.decode()
    assert "choose again" in page
    assert not AuditEntry.objects.filter(actor=ACTOR).exists()


def test_accounts_are_checked_renewed_and_disconnected(operator: Client, connection: Connection) -> None:
    page = told(do(operator, Connection, "check_health", connection))
    assert "1 connection is healthy" in page, page
    assert HealthLogEntry.objects.filter(connection=connection).exists()
    assert ConnectionHealth.objects.get(connection=connection).asked_at is not None
    assert audited("connection.checked", connection)
    assert "checked a moment ago" in told(do(operator, Connection, "check_health", connection))
    do(operator, Connection, "refresh", connection)
    assert connection.refreshes.exists()
    assert audited("connection.refreshed", connection)
    page = told(do(operator, Connection, "disconnect", connection))
    assert "disconnected" in page
    connection.refresh_from_db()
    assert connection.status == Connection.Status.INACTIVE
    assert audited("connection.disconnected", connection)


def test_tenants_and_members_are_changed_by_services(operator: Client, house: House) -> None:
    add = reverse("admin:tenants_tenant_add")
    operator.post(add, {"name": "Brand new", "time_zone": "Europe/Berlin"})
    made = Tenant.objects.get(name="Brand new")
    assert made.slug == "brand-new"
    change = reverse("admin:tenants_tenant_change", args=[house.tenant.pk])
    answer = operator.post(change, {"name": "Acme Ltd", "time_zone": "UTC"})
    assert answer.status_code == 302
    assert audited("tenant.changed", house.tenant)
    person = User.objects.create_user("new@acme.example", PASSWORD)
    said = {"tenant": str(made.pk), "user": str(person.pk), "role": "owner"}
    assert operator.post(reverse("admin:tenants_membership_add"), said).status_code == 302
    member = Membership.objects.get(user=person)
    assert audited("member.set", member)
    last = operator.post(reverse("admin:tenants_membership_change", args=[member.pk]), {"role": "viewer"})
    assert "only owner" in last.content.decode()
    assert "only owner" in told(do(operator, Membership, "remove", member))
    assert Membership.objects.get(pk=member.pk).role == "owner"


def test_what_is_changed_by_a_form_stands_in_the_audit_log(operator: Client, house: House) -> None:
    BrowserSession.objects.filter(user=house.owner).delete()
    Client().force_login(house.owner)
    url = reverse("admin:tenants_user_change", args=[house.owner.pk])
    form = operator.get(url)
    assert house.owner.password not in form.content.decode()
    said = {"email": house.owner.email, "first_name": "Ann", "last_name": "", "time_zone": "UTC", "is_active": "on"}
    assert operator.post(url, said).status_code == 302
    line = AuditEntry.objects.get(actor=ACTOR, action="user.changed")
    assert line.detail["fields"] == ["First name"]
    assert (
        operator.post(reverse("admin:tenants_user_delete", args=[house.owner.pk]), {"post": "yes"}).status_code == 403
    )
    page = told(do(operator, User, "sign_out", house.owner))
    assert "signed out" in page
    assert not BrowserSession.objects.filter(user=house.owner).exists()


def test_only_a_superuser_makes_operators_or_changes_superusers(house: House, client: Client) -> None:
    from django.contrib.auth.models import Permission

    helper = User.objects.create_user("helper@hub.example", PASSWORD, is_staff=True)
    helper.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    root = User.objects.create_superuser("root@hub.example", PASSWORD)
    client.force_login(helper)
    mine = reverse("admin:tenants_user_change", args=[helper.pk])
    said = {"email": helper.email, "time_zone": "UTC", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    assert client.post(mine, said).status_code == 302
    helper.refresh_from_db()
    assert not helper.is_superuser
    assert client.post(reverse("admin:tenants_user_change", args=[root.pk]), said).status_code == 403
    stolen = {"password1": "another good password", "password2": "another good password"}
    assert client.post(reverse("admin:auth_user_password_change", args=[root.pk]), stolen).status_code == 403
