"""The views stand after migrating, on either database, and never stand in the way of a migration."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models

from monitoring.models import ConnectorReadiness
from monitoring.reports import installing
from monitoring.reports.definitions import VIEWS

pytestmark = pytest.mark.django_db

MODELS = [model for model in apps.get_app_config("monitoring").get_models() if not model._meta.managed]


def _standing() -> set[str]:
    with connection.cursor() as cursor:
        return {table.name for table in connection.introspection.get_table_list(cursor) if table.type == "v"}


def test_every_view_has_a_model_and_every_such_model_its_view() -> None:
    assert {model._meta.db_table for model in MODELS} >= set(VIEWS)
    assert set(VIEWS) <= _standing()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: str(model._meta.db_table))
def test_a_view_has_just_the_columns_of_its_model_and_can_be_read(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        columns = [
            column.name for column in connection.introspection.get_table_description(cursor, model._meta.db_table)
        ]
    assert sorted(columns) == sorted(field.column for field in model._meta.concrete_fields if field.column)
    assert len(model._default_manager.all()[:10]) <= 10


def test_views_are_dropped_only_when_there_is_something_to_migrate() -> None:
    installing.clear_the_way(using="default", plan=[])
    assert set(VIEWS) <= _standing()
    installing.clear_the_way(using="default", plan=["a migration"])
    assert not set(VIEWS) & _standing()
    call_command("migrate", verbosity=0)
    assert set(VIEWS) <= _standing()


def test_a_view_that_no_longer_fits_the_code_is_made_anew() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP VIEW api_dlq_status")
        cursor.execute("CREATE VIEW api_dlq_status AS SELECT 1 AS open")
    installing.bring_back(using="default")
    with connection.cursor() as cursor:
        cursor.execute("SELECT fingerprint FROM api_dlq_status")
    assert ConnectorReadiness.objects.count() >= 0
