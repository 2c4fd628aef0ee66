"""The doctor names what is wrong, and its remedy, and leaves by the right exit code."""

import json
from io import StringIO

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.utils import timezone

from foundation.secret import Secret
from monitoring import heartbeats
from monitoring.readiness import QUEUES


def examine() -> tuple[int, dict[str, dict[str, str]]]:
    out = StringIO()
    try:
        call_command("doctor", "--json", stdout=out)
        code = 0
    except SystemExit as left:
        code = int(str(left.code))
    return code, {part["name"]: part for part in json.loads(out.getvalue())["parts"]}


@pytest.mark.django_db
def test_a_hub_without_workers_is_told_to_start_them() -> None:
    code, parts = examine()
    assert code == 1
    assert not parts["worker"]["ok"]
    assert "celery -A config worker" in parts["worker"]["remedy"]


@pytest.mark.django_db
def test_a_hub_that_is_well_leaves_by_zero(settings: LazySettings) -> None:
    settings.ALERT_EMAILS = ("night@hub.example",)
    heartbeats.beat_worker(QUEUES, now=timezone.now())
    heartbeats.beat(heartbeats.BEAT, now=timezone.now())
    code, parts = examine()
    assert code == 0, parts


@pytest.mark.django_db
def test_a_weak_master_key_is_named(settings: LazySettings) -> None:
    settings.VAULT_MASTER_KEY = Secret("short")
    code, parts = examine()
    assert code == 1
    assert not parts["vault"]["ok"]
    assert "token_urlsafe" in parts["vault"]["remedy"]
