"""Promises of the schedule: what operators change stays, what nobody touched follows the code, what is late is told."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from celery.signals import after_task_publish
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from config import schedule
from config.beat import LEASE, STANDBY_SECONDS, LeasedScheduler
from config.celery import app
from config.models import ScheduleDefault
from config.schedule import Entry
from tenants.models import User

SWEEP = "publishing.sweep"
LOOK = "publishing.look_again"


def row(name: str) -> PeriodicTask:
    return PeriodicTask.objects.get(name=name)


def every(name: str) -> int:
    return int(row(name).schedule.run_every.total_seconds())


def change(name: str, seconds: int) -> None:
    """Do what an operator does in the admin."""
    interval, _ = IntervalSchedule.objects.get_or_create(every=seconds, period=IntervalSchedule.SECONDS)
    found = row(name)
    found.interval = interval
    found.save()


@pytest.fixture
def start(db: None) -> Callable[[], None]:
    """Do what a scheduler does first, after a restart or an upgrade."""
    return schedule.synchronise


@pytest.fixture
def scheduler(transactional_db: None) -> LeasedScheduler:
    """A scheduler that was just started, and does not write its table once more when this process ends."""
    one = LeasedScheduler(app=app)
    one._finalize.cancel()
    return one


def test_every_entry_says_what_it_is_for_and_names_a_task_that_exists() -> None:
    app.loader.import_default_modules()
    for entry in schedule.declared():
        assert entry.task in app.tasks, entry.name
        assert entry.about.endswith("."), f"{entry.name}: say what it is for"
        assert entry.seconds >= 1
        assert set(app.conf.beat_schedule[entry.name]) <= {"task", "schedule", "about", "may_stop"}


def test_a_first_start_makes_every_row_and_nothing_else(start: Callable[[], None]) -> None:
    start()
    assert set(PeriodicTask.objects.values_list("name", flat=True)) == {entry.name for entry in schedule.declared()}
    assert every(SWEEP) == 10


def test_what_an_operator_changed_stays_changed_across_restarts(start: Callable[[], None]) -> None:
    start()
    change(SWEEP, 25)
    PeriodicTask.objects.filter(name=LOOK).update(enabled=False)
    start()
    assert every(SWEEP) == 25
    assert not row(LOOK).enabled
    found = row(SWEEP)
    found.interval, found.crontab = None, CrontabSchedule.objects.create(minute="*/5")
    found.save()
    start()
    assert row(SWEEP).crontab is not None


def test_a_new_default_reaches_rows_nobody_touched_and_no_others(start: Callable[[], None]) -> None:
    start()
    change(SWEEP, 25)
    PeriodicTask.objects.filter(name="media.sweep").update(enabled=False)
    newer = [replace(entry, every=2 * entry.every, about=f"Newly {entry.about}") for entry in schedule.declared()]
    schedule.synchronise(newer)
    assert every(SWEEP) == 25
    assert every(LOOK) == 60
    assert row(LOOK).description.startswith("Newly")
    assert (every("media.sweep"), row("media.sweep").enabled) == (1200, False), "off stays off; the period follows"
    assert ScheduleDefault.objects.get(name=SWEEP).seconds == 20
    schedule.synchronise([replace(entry, every=3 * entry.every) for entry in schedule.declared()])
    assert every(SWEEP) == 25, "a changed one stays changed, whatever comes later"


def test_rows_from_before_defaults_were_written_down_are_taken_as_they_are(
    start: Callable[[], None],
) -> None:
    start()
    change(SWEEP, 25)
    ScheduleDefault.objects.all().delete()
    start()
    assert every(SWEEP) == 25


def test_an_entry_that_left_the_code_goes_and_an_operators_own_stays(start: Callable[[], None]) -> None:
    old = Entry("publishing.old", "publishing.sweep", timedelta(seconds=30), "Gone.", may_stop=True)
    schedule.synchronise([*schedule.declared(), old])
    assert every(old.name) == 30
    PeriodicTask.objects.create(name="mine", task="publishing.sweep", interval=row(SWEEP).interval)
    PeriodicTask.objects.create(
        name="celery.backend_cleanup", task="celery.backend_cleanup", interval=row(SWEEP).interval
    )
    start()
    names = set(PeriodicTask.objects.values_list("name", flat=True))
    assert old.name not in names
    assert "celery.backend_cleanup" not in names
    assert "mine" in names
    assert not ScheduleDefault.objects.filter(name=old.name).exists()


def test_a_running_scheduler_obeys_a_change_and_mends_what_may_not_be_off_or_gone(scheduler: LeasedScheduler) -> None:
    change(LOOK, 45)
    found = row(SWEEP)
    found.enabled = False
    found.save()
    row("connectors.refresh_due_tokens").delete()
    told = scheduler.schedule
    assert told[LOOK].schedule.run_every == timedelta(seconds=45)
    assert row(SWEEP).enabled
    assert SWEEP in told
    assert "connectors.refresh_due_tokens" in told
    restarted = LeasedScheduler(app=app)
    restarted._finalize.cancel()
    assert every(LOOK) == 45


def test_a_run_is_written_down_at_once_and_overwrites_no_change(scheduler: LeasedScheduler) -> None:
    entry = next(scheduler.schedule[SWEEP])
    change(SWEEP, 25)
    entry.save()
    found = row(SWEEP)
    assert found.last_run_at is not None
    assert found.total_run_count == 1
    assert every(SWEEP) == 25


# --- two of them ---------------------------------------------------------------------------------------------------------


def rounds(scheduler: LeasedScheduler) -> float:
    """Let a scheduler do all it finds due, as its loop does; return how long it would sleep then."""
    while (pause := scheduler.tick()) == 0:
        pass
    return pause


def test_a_second_scheduler_sends_nothing_and_leads_within_a_lease_of_the_first_ones_death(
    transactional_db: None,
) -> None:
    sent: list[str] = []

    def note(sender: str, **kwargs: object) -> None:
        sent.append(sender)

    after_task_publish.connect(note)
    with time_machine.travel(datetime(2026, 11, 22, 9, tzinfo=UTC), tick=False) as clock:
        first, second = LeasedScheduler(app=app), LeasedScheduler(app=app)
        for one in (first, second):
            one._finalize.cancel()
        for _ in range(21):
            rounds(first)
            before = len(sent)
            assert rounds(second) == STANDBY_SECONDS
            assert len(sent) == before, "the second one sends nothing"
            clock.shift(timedelta(seconds=1))
        assert sent.count(SWEEP) == 2, "every ten seconds, by one of them"
        waited = 0
        while rounds(second) == STANDBY_SECONDS:
            clock.shift(timedelta(seconds=1))
            waited += 1
        assert waited <= LEASE.total_seconds()
        assert sent.count(SWEEP) == 3, "what fell due meanwhile is sent at once, and once"
        assert rounds(first) == STANDBY_SECONDS, "one that only stood still finds another in its place"
    after_task_publish.disconnect(note)


# --- what people see -----------------------------------------------------------------------------------------------------


def told(*arguments: str) -> dict[str, dict[str, object]]:
    out = StringIO()
    with suppress(SystemExit):  # its code tells whether something is late
        call_command("schedule", "--json", *arguments, stdout=out)
    return {line["name"]: line for line in json.loads(out.getvalue())["entries"]}


def test_the_command_tells_period_default_last_run_and_what_is_late(start: Callable[[], None], now: datetime) -> None:
    start()
    PeriodicTask.objects.update(last_run_at=now, date_changed=now)
    PeriodicTask.objects.filter(name=SWEEP).update(last_run_at=now - timedelta(minutes=2))
    change(LOOK, 45)
    PeriodicTask.objects.filter(name="media.sweep").update(enabled=False, last_run_at=now - timedelta(days=1))
    lines = told()
    assert (lines[SWEEP]["late"], lines[SWEEP]["changed"]) == (True, False)
    assert (lines[LOOK]["period"], lines[LOOK]["default_seconds"], lines[LOOK]["changed"]) == ("45 s", 30, True)
    assert (lines["media.sweep"]["enabled"], lines["media.sweep"]["late"]) == (False, False)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("schedule", stdout=out)
    assert "LATE" in out.getvalue()


def test_an_entry_is_reset_by_name_and_an_unknown_one_is_refused(start: Callable[[], None]) -> None:
    start()
    change(LOOK, 45)
    PeriodicTask.objects.filter(name=LOOK).update(enabled=False)
    call_command("schedule", "--reset", LOOK, stdout=StringIO())
    assert (every(LOOK), row(LOOK).enabled) == (30, True)
    with pytest.raises(CommandError, match="no entry 'nonsense'"):
        call_command("schedule", "--reset", "nonsense", stdout=StringIO())


@pytest.fixture
def operator(db: None) -> Client:
    """Somebody who may use the admin."""
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", "a password for tests"))
    return client


def test_the_admin_shows_the_default_beside_the_present_value_and_resets_it(
    operator: Client, start: Callable[[], None]
) -> None:
    start()
    change(LOOK, 45)
    address = reverse("admin:django_celery_beat_periodictask_changelist")
    page = operator.get(address).content.decode()
    assert "every 45 seconds" in page
    assert "every 30 s" in page
    operator.post(address, {"action": "reset_tasks", "_selected_action": [row(LOOK).pk]})
    assert every(LOOK) == 30


def test_the_admin_refuses_to_switch_off_what_the_hub_cannot_do_without(
    operator: Client, start: Callable[[], None]
) -> None:
    start()
    address = reverse("admin:django_celery_beat_periodictask_changelist")
    chosen = [row(SWEEP).pk, row(LOOK).pk]
    operator.post(address, {"action": "disable_tasks", "_selected_action": chosen})
    assert (row(SWEEP).enabled, row(LOOK).enabled) == (True, False)
    form = admin.site._registry[PeriodicTask].form
    data = {
        "name": SWEEP,
        "task": SWEEP,
        "interval": row(SWEEP).interval_id,
        "args": "[]",
        "kwargs": "{}",
        "headers": "{}",
    }
    refused = form(data, instance=row(SWEEP))
    assert "cannot be switched off" in str(refused.errors["enabled"])
    assert form({**data, "enabled": "on"}, instance=row(SWEEP)).is_valid()
