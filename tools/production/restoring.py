"""Backing up under load, losing everything, and going on from the backup without publishing anything twice."""

from __future__ import annotations

import shutil
import struct
import tarfile
import time
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import redis

from tools.production.installation import DEPLOY, WORKERS, Failed
from tools.production.ledger import Ledger, say, until
from tools.production.trial import Trial

WAITING: Final = 150
#: How long after the backup a post with a photo is meant to go out: by then all is restored.
LATER: Final = timedelta(seconds=100)


def back_up_destroy_and_restore(trial: Trial) -> None:
    """Do so, and leave the hub running as it did before."""
    hub, ledger = trial.hub, trial.ledger
    trial.set_latency(400)
    hub.manage("flags", "set", "publishing", "off")
    time.sleep(2.5)
    photo = trial.app.upload("photo.png", _photo())
    at = datetime.now(UTC) + LATER
    trial.publish("A photo for later", media=[{"id": photo}], publish_at=at.isoformat())
    for number in range(WAITING):
        trial.publish(f"Known to the backup {number}")
    published = ledger.count("published")
    trial.run_directly("sh", str(DEPLOY / "backup.sh"), str(hub.home / "var" / "backup"))
    _look_into(trial, hub.home / "var" / "backup")
    hub.manage("flags", "set", "publishing", "on")
    for number in range(20):
        trial.publish(f"After the backup {number}")
    until(lambda: ledger.count("published") >= published + 20, "some of what waited is published", 120)
    # What is on its way at this moment arrives, and nobody hears of it.
    hub.kill(*hub.running)
    known = {f"Known to the backup {number}" for number in range(WAITING)}
    there = {post.saying.text for post in trial.town.posts()}
    say(f"all was killed under load: of {WAITING} posts that wait in the backup {len(known & there)} are live already")
    _destroy(trial)
    _restore(trial)
    _go_on(trial, known)


def _look_into(trial: Trial, backup: Path) -> None:
    """See that no key is in a backup, and no password in what others see of it."""
    secrets = {
        name: (trial.hub.home / "secrets" / name).read_text().strip() for name in ("vault_master_key", "secret_key")
    }
    raw = b"".join(path.read_bytes() for path in backup.iterdir())
    told = trial.hub.run("pg_restore", "--file=-", str(backup / "database.dump")).encode() + raw
    for name, value in secrets.items():
        if value.encode() in told:
            raise Failed(f"{name} is in the backup")
    with tarfile.open(backup / "files.tar") as files:
        names = files.getnames()
    say(
        f"backed up while posts waited ({len(raw) // 1024} KiB, {len(names)} names among the files); neither key is in it"
    )


def _destroy(trial: Trial) -> None:
    Ledger(trial.ledger.beside("postgres")).do("DROP DATABASE switchboard WITH (FORCE)")
    redis.Redis.from_url(trial.redis_url).flushall()
    shutil.rmtree(trial.hub.home / "var" / "media")
    say("the database is dropped, Redis is empty, the files are gone")


def _restore(trial: Trial) -> None:
    hub = trial.hub
    Ledger(trial.ledger.beside("postgres")).do("CREATE DATABASE switchboard")
    trial.run_directly("sh", str(DEPLOY / "restore.sh"), str(hub.home / "var" / "backup"))
    trial.run_directly(*hub.command_of("migrate"))
    # Somebody in a hurry starts the workers now.
    published = len(trial.town.posts())
    hub.start("worker-publish")
    log = hub.home / "worker-publish.log"
    until(
        lambda: "waits_for_after_restore" in log.read_text(errors="replace"), "the worker says what it waits for", 300
    )
    time.sleep(3.0)
    if len(trial.town.posts()) != published or trial.ledger.ask(
        "SELECT count(*) FROM publish_jobs WHERE lease_token IS NOT NULL"
    ):
        raise Failed("a worker took jobs from a restored database")
    hub.stop("worker-publish")
    # PgBouncer keeps connections of those who have left.
    said = trial.run_directly(
        "python", "manage.py", "after_restore", "--settle", "5", *(["--force"] if trial.pooled else [])
    )
    say("a worker started too early took nothing; after_restore: " + " ".join(said.split("\n")[1].split()))


def _go_on(trial: Trial, known: set[str]) -> None:
    hub, ledger = trial.hub, trial.ledger
    for name in ("web", *WORKERS, "beat"):
        hub.start(name)
    until(trial.app.is_ready, "the hub is ready again", 600)
    trial.set_latency(0)
    hub.manage("flags", "set", "publishing", "on")
    trial.publish("After the restore")
    asked = "SELECT count(*) FROM publish_jobs WHERE state NOT IN ('published', 'scheduled')"
    took = until(lambda: ledger.ask(asked) == 0, "everything in doubt is settled", 300)
    found = ledger.ask(
        "SELECT count(*) FROM publish_jobs j JOIN posts p ON p.id = j.post_id WHERE j.state = 'published'"
        " AND p.text LIKE 'Known to the backup%%' AND j.external_id <> ''"
    )
    if found != len(known):
        raise Failed(f"{found} of {len(known)} posts of the backup are known to be published")
    say(
        f"what was in doubt was settled within {took:.0f} s: each of the {found} posts is known by its id at the platform"
    )
    until(lambda: ledger.count("scheduled") == 0 and ledger.ask(asked) == 0, "the photo goes out", 150)
    say("a post that was scheduled went out with its photo, from the restored files")


def _photo() -> bytes:
    """Return a small picture."""
    rows = b"".join(b"\0" + bytes((80, 120, 200)) * 320 for _ in range(240))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 320, 240, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
