"""The operators' desk: every table, every list, every form; nothing secret, nothing by hand, nothing counted to its end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import lookup_field
from django.contrib.auth.models import Permission
from django.db import connection, models, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connectors.models import Connection, Destination, TokenRefresh
from foundation.admin import OperatorAdmin, ReadOnlyAdmin
from foundation.ids import new_id
from monitoring.models import HealthLogEntry
from publishing.models import Attempt, DeadLetter, JournalEntry, PublishJob
from tenants.models import AuditEntry, BrowserSession, Tenant, User
from tests.config.desk import CANARY, OURS, THEIRS, fill, models_of
from vault.models import EncryptedSecret

#: All of them alike, so that they run together: the desk is filled and looked through once, not once a kind of test.
pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"
#: What an operator may change by a form, each through a service or with a line in the audit log.
CHANGED_BY_HAND = {
    *("User", "Group", "Tenant", "Membership", "PeriodicTask", "Flag"),
    *("IntervalSchedule", "CrontabSchedule", "ClockedSchedule", "SolarSchedule"),
}


@dataclass(frozen=True)
class Seen:
    """One page of the desk as an operator got it."""

    status: int
    text: str
    asked: list[str]
    context: Any


@pytest.fixture(scope="module")
def rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[Any, list[Any]]]:
    """One hub for all tests of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield fill()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def root(rows: Any, django_db_blocker: Any) -> User:
    return User.objects.create_superuser("root@desk.example", PASSWORD)


@pytest.fixture(scope="module")
def seen(rows: dict[Any, list[Any]], root: User) -> dict[tuple[type[models.Model], str], Seen]:
    """Every list, and a form of every table, fetched once."""
    client = Client()
    client.force_login(root)
    got = {}
    for model in pages():
        wanted = {"changelist": address(model, "changelist")}
        if model is not BrowserSession and (made := rows.get(model)):
            wanted["change"] = address(model, "change", made[0].pk)
        for name, url in wanted.items():
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(url)
            got[model, name] = Seen(
                answer.status_code, answer.content.decode(), [one["sql"] for one in asked], answer.context
            )
    return got


@pytest.fixture
def operator(root: User, db: None, client: Client) -> Client:
    client.force_login(root)
    return client


def address(model: type[models.Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def pages() -> dict[type[models.Model], Any]:
    return dict(admin.site._registry)


def listed(page: Any, by: User, /, **said: str) -> Any:
    """Return the list that an address with these parameters asks for, its rows fetched."""
    request = RequestFactory().get("/", said)
    request.user = by
    changes = page.get_changelist_instance(request)
    list(changes.result_list)
    return changes


def show(page: Any, columns: Any, changes: Any) -> None:
    """Work out every cell of a list."""
    for row in changes.result_list:
        for name in columns:
            lookup_field(name, row, page)


def test_every_table_and_view_of_ours_is_on_the_desk() -> None:
    ours = [model for label in OURS for model in apps.get_app_config(label).get_models()]
    # Django's admin takes no keys of several columns; such tallies and views are for SQL, the API and the dashboards.
    wanted = [model for model in ours if not isinstance(model._meta.pk, models.CompositePrimaryKey)]
    missing = [model._meta.label for model in wanted if not admin.site.is_registered(model)]
    assert not missing, "each needs a ReadOnlyAdmin in its room's admin.py"


def test_tables_of_others_are_looked_after_too() -> None:
    for model in models_of(*THEIRS):
        if model.__name__ != "PeriodicTasks":  # a mark that beat leaves for itself
            assert admin.site.is_registered(model), model


def test_every_table_on_the_desk_keeps_its_rules_and_says_what_it_is_for() -> None:
    for model, page in pages().items():
        assert isinstance(page, OperatorAdmin), model
        assert page.about, model
        assert page.show_full_result_count is False
        assert page.date_hierarchy is None
        assert isinstance(page, ReadOnlyAdmin) or model.__name__ in CHANGED_BY_HAND, model


def test_every_list_and_form_opens_with_few_questions_and_counts_nothing_to_its_end(
    seen: dict[tuple[type[models.Model], str], Seen],
) -> None:
    for (model, name), page in seen.items():
        assert page.status == 200, (model, name)
        assert len(page.asked) <= (14 if name == "changelist" else 30), (model, name, [sql[:150] for sql in page.asked])
        desk: Any = admin.site._registry[model]
        if not (desk.sorts_any or desk.is_view):
            assert not [sql for sql in page.asked if "COUNT(" in sql and "LIMIT" not in sql], (model, name)


def test_a_list_asks_no_more_for_many_rows_than_for_one(rows: dict[Any, list[Any]], root: User, db: None) -> None:
    for model, made in rows.items():
        page = admin.site._registry[model]
        columns = page.get_list_display(RequestFactory().get("/"))
        with CaptureQueriesContext(connection) as one:
            show(page, columns, listed(page, root, pk__in=str(made[0].pk)))
        with CaptureQueriesContext(connection) as many:
            show(page, columns, listed(page, root))
        assert len(many) <= len(one), (model, [sql["sql"][:150] for sql in many])


def test_every_filter_answers(root: User, rows: Any, db: None) -> None:
    for model, page in pages().items():
        changes = listed(page, root)
        for spec in changes.filter_specs:
            for choice in list(spec.choices(changes))[:5]:
                said = dict(parse_qsl(choice["query_string"].lstrip("?")))
                assert listed(page, root, **said) is not None, (model, said)


def test_every_search_finds_a_row_by_its_id_and_survives_anything(
    root: User, rows: dict[Any, list[Any]], db: None
) -> None:
    for model, page in pages().items():
        if not page.get_search_fields(RequestFactory().get("/")):
            continue
        for words in ("nothing like it", "%_'\"\\", "x" * 500, str(new_id()), "9" * 30):
            listed(page, root, q=words)
        made = rows.get(model)
        if made and "pk" in page.looks_for:
            assert listed(page, root, q=str(made[0].pk)).result_count >= 1, model


def test_what_an_address_says_wrongly_never_crashes_a_list(operator: Client) -> None:
    for model in (PublishJob, Connection, AuditEntry, EncryptedSecret):
        for wrong in (
            {"tenant": "x"},
            {"connection": "\x00"},
            {"before": "x"},
            {"o": "99.-3"},
            {"p": "1000"},
            {"state": "no"},
        ):
            assert operator.get(address(model, "changelist"), wrong, follow=True).status_code == 200, (model, wrong)


def test_no_page_shows_a_secret(seen: dict[tuple[type[models.Model], str], Seen]) -> None:
    for (model, name), page in seen.items():
        shown = re.findall(rf".{{0,80}}{CANARY}.{{0,40}}", page.text)
        assert not shown, (model, name, shown[:2])


def test_nothing_that_is_history_is_added_changed_or_deleted(
    operator: Client, rows: dict[Any, list[Any]], seen: dict[tuple[type[models.Model], str], Seen]
) -> None:
    request = RequestFactory().get("/")
    request.user = User.objects.get(email="root@desk.example")
    for model, page in pages().items():
        assert 'value="delete_selected"' not in seen[model, "changelist"].text, model
        if isinstance(page, ReadOnlyAdmin):
            assert page.get_model_perms(request) == {"add": False, "change": False, "delete": False, "view": True}, (
                model
            )
            if form := seen.get((model, "change")):
                assert 'name="_save"' not in form.text, model
    key = rows[AuditEntry][0].pk
    assert operator.get(address(AuditEntry, "add")).status_code == 403
    assert operator.post(address(AuditEntry, "change", key), {"actor": "nobody"}).status_code == 403
    assert operator.post(address(AuditEntry, "delete", key), {"post": "yes"}).status_code == 403


def test_who_may_only_look_sees_no_deeds_and_can_do_none(rows: dict[Any, list[Any]], db: None, client: Client) -> None:
    looker = User.objects.create_user("looker@desk.example", PASSWORD, is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(looker)
    assert "dead letters" in client.get(reverse("admin:index")).content.decode().lower()
    before = AuditEntry.objects.count()
    for model, page in pages().items():
        request = RequestFactory().get("/")
        request.user = looker
        assert page.has_view_permission(request), model
        assert not [name for name in page.get_actions(request) if name in {deed.name for deed in page.deeds}], model
    for model in (PublishJob, DeadLetter, Connection, User, Tenant):
        desk: Any = admin.site._registry[model]
        made, deed = rows[model][0], desk.deeds[0]
        said = {"action": deed.name, "_selected_action": str(made.pk), "sure": "1"}
        client.post(address(model, "changelist"), said)
        form = client.get(address(model, "change", made.pk))
        assert form.status_code == 200, model
        assert f'value="{deed.name}"' not in form.content.decode()
    assert AuditEntry.objects.count() == before


def test_who_has_no_rights_sees_an_empty_desk_and_who_is_no_operator_none(rows: Any, db: None, client: Client) -> None:
    client.force_login(User.objects.create_user("new@desk.example", PASSWORD, is_staff=True))
    assert "Ask a superuser" in client.get(reverse("admin:index")).content.decode()
    assert client.get(reverse("admin:publishing_publishjob_changelist")).status_code == 403
    client.force_login(User.objects.create_user("member@desk.example", PASSWORD))
    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_every_row_leads_to_the_lists_of_what_belongs_to_it(
    root: User, db: None, rows: dict[Any, list[Any]], seen: dict[tuple[type[models.Model], str], Seen]
) -> None:
    by_address = {address(model, "changelist"): page for model, page in pages().items()}
    for (_, name), page in seen.items():
        for one in page.context["neighbours"] if name == "change" else ():
            url, _, said = one["url"].partition("?")
            changes = listed(by_address[url], root, **dict(parse_qsl(said)))
            assert any(any(spec.used_parameters.values()) for spec in changes.filter_specs), one

    def lists(model: type[models.Model]) -> set[str]:
        return {one["url"].partition("?")[0] for one in seen[model, "change"].context["neighbours"]}

    assert lists(Connection) >= {
        address(model, "changelist")
        for model in (PublishJob, Destination, HealthLogEntry, TokenRefresh, EncryptedSecret)
    }
    assert lists(PublishJob) >= {address(model, "changelist") for model in (Attempt, JournalEntry, DeadLetter)}
    assert len(lists(Tenant)) >= 20
    job = seen[PublishJob, "change"].text
    made = rows[PublishJob][0]
    assert reverse("job", args=[made.pk]) in job
    assert address(Destination, "change", made.destination_id) in job


def test_the_admins_colours_are_those_of_the_hub() -> None:
    def tokens(name: str) -> dict[str, str]:
        text = (settings.BASE_DIR / "static" / name).read_text(encoding="utf-8")
        return dict(re.findall(r"(--[a-z0-9-]+): (light-dark\([^;]+\));", text.partition("}")[0]))

    hub, desk = tokens("switchboard.css"), tokens("admin.css")
    assert len(desk) > 20
    assert {name: hub.get(name) for name in desk} == desk


def test_every_page_of_the_desk_switches_colours_as_the_hub_does(operator: Client) -> None:
    for name in ("index", "password_change_done"):  # the second writes its own links at the top
        page = operator.get(reverse(f"admin:{name}")).content.decode()
        assert "data-theme-switch" in page, name
        assert "theme-icon-when" not in page, name
