"""Stopping, starting, handing over and migrating while posts go on being accepted and published."""

from __future__ import annotations

import os
import signal
import time
from typing import Final

from tools.production.asking import Stream
from tools.production.installation import WORKERS, Failed
from tools.production.ledger import say, until
from tools.production.trial import Trial

POSTS_UNDER_LOAD: Final = 300
#: Within so many seconds of a leading beat's death another leads: its lease, and what the other waits before it asks again.
HANDED_OVER_WITHIN: Final = 15.0
_MIGRATION: Final = """
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

class Migration(migrations.Migration):
    atomic = False
    dependencies = [("publishing", "{last}")]
    operations = [
        migrations.AddField("publishjob", "trial", models.CharField(max_length=20, null=True)),
        AddIndexConcurrently("publishjob", models.Index(fields=["trial", "id"], name="jobs_by_trial")),
    ]
"""


def stop_everything_under_load(trial: Trial) -> None:
    """Ask workers, web and beat to end while posts are on their way and others are being accepted."""
    hub, ledger = trial.hub, trial.ledger
    settled = ledger.count("published")
    trial.set_latency(1500)
    hub.manage("flags", "set", "publishing", "off")
    time.sleep(2.5)
    for number in range(POSTS_UNDER_LOAD):
        trial.publish(f"Under load {number}")
    hub.manage("flags", "set", "publishing", "on")
    until(lambda: ledger.count("publishing") > 3, "workers are at it", 120)
    with Stream(trial.app, trial.places, word="Meanwhile") as stream:
        time.sleep(1.0)
        ended = hub.stop(*WORKERS, "beat")
        left = ledger.ask("SELECT count(*) FROM publish_jobs WHERE lease_token IS NOT NULL")
        sent, waiting = ledger.count("published") - settled, ledger.count("queued", "retrying", "processing")
        if left or any(code for code, _ in ended.values()):
            raise Failed(f"{left} leases were left behind; exit codes {ended}")
        if not waiting:
            raise Failed("the load was over before the workers were stopped, so nothing was tried")
        slowest = max(seconds for _, seconds in ended.values())
        say(f"workers and beat stopped under load within {slowest} s: {sent} sent, {waiting} wait, no lease is left")
        code, seconds = hub.stop("web")["web"]
        if code:
            raise Failed(f"web ended with {code}")
        hub.start("web")
        until(trial.app.is_alive, "web is there again", 300)
        for name in (*WORKERS, "beat"):
            hub.start(name)
        time.sleep(3.0)
    stream.require_nobody_turned_away()
    say(f"web was stopped within {seconds} s and started anew meanwhile: {stream.told()}")
    trial.set_latency(0)
    trial.accepted += stream.accepted
    _wait_for_all(trial, 240)
    if tries := ledger.ask("SELECT count(*) FROM publish_jobs WHERE tries > 0 OR deaths > 0"):
        raise Failed(f"{tries} jobs paid for it with a try")
    say(f"the rest went out, {len(trial.accepted)} posts so far, and no try was spent")


def hand_over_between_two_beats(trial: Trial) -> None:
    """Run a second beat: it does nothing; and when the leading one is killed, it leads."""
    hub, ledger = trial.hub, trial.ledger
    hub.start("beat-2", "beat")
    until(lambda: ledger.ask("SELECT count(*) FROM heartbeats WHERE name LIKE 'standby:%%'") > 0, "one stands by", 180)
    runs, began = _runs(trial), time.monotonic()
    time.sleep(22.0)
    most = (time.monotonic() - began) / 10 + 1
    if not 0 < (made := _runs(trial) - runs) <= most:
        raise Failed(
            f"with two beats the sweep ran {made} times in {time.monotonic() - began:.0f} s, at most {most:.0f} are right"
        )
    leader = _leader(trial)
    name = next(name for name in ("beat", "beat-2") if f"/{hub.running[name].pid}/" in leader)
    os.kill(hub.running[name].pid, signal.SIGKILL)
    took = until(lambda: _leader(trial) not in {leader, ""}, "the other beat leads", 60)
    hub.kill(name)
    if took > HANDED_OVER_WITHIN:
        raise Failed(f"it took {took:.1f} s until the other beat led")
    runs = _runs(trial)
    until(lambda: _runs(trial) > runs, "the other beat sends", 30)
    say(f"a second beat sent nothing ({made} sweeps in 22 s), and led {took:.1f} s after the first one's death")
    if name == "beat":
        hub.running["beat"] = hub.running.pop("beat-2")


def migrate_while_it_runs(trial: Trial) -> None:
    """Add a column and an index to the largest table, as the rule for migrations says, while posts go through it."""
    folder = trial.hub.app / "publishing" / "migrations"
    last = max(path.stem for path in folder.glob("0*.py"))
    made = folder / "9999_trial.py"
    made.write_text(_MIGRATION.format(last=last), encoding="utf-8")
    with Stream(trial.app, trial.places, word="Migrating") as stream:
        time.sleep(1.0)
        command = trial.hub.command_of("migrate")
        trial.run_directly(*command, more={"DATABASE_SILENCE_SECONDS": "0", "PGOPTIONS": "-c lock_timeout=5s"})
        time.sleep(1.0)
    made.unlink()
    stream.require_nobody_turned_away()
    trial.accepted += stream.accepted
    _wait_for_all(trial, 60)
    say(f"migrated while it ran: {stream.told()}")


def _wait_for_all(trial: Trial, seconds: float) -> None:
    until(lambda: trial.ledger.count("published") == len(trial.accepted), "all is published", seconds)


def _runs(trial: Trial) -> int:
    return trial.ledger.ask(
        "SELECT total_run_count FROM django_celery_beat_periodictask WHERE name = 'publishing.sweep'"
    )


def _leader(trial: Trial) -> str:
    rows = trial.ledger.rows("SELECT owner FROM heartbeats WHERE name = 'beat' AND lease_until > now()")
    return str(rows[0][0]) if rows else ""
