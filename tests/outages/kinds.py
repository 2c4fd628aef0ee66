"""What can go wrong, each with how it is caused, by which code it must be named, and how it is mended."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import amqp
import psycopg
from redis import Redis

from tests.outages.hub import QUEUES, Hub
from tests.servers.postgres import PostgresServer
from tests.servers.rabbitmq import RabbitServer
from tests.servers.redis import RedisServer
from tests.vault import kms


@dataclass
class Scene:
    """A hub that is well, and what it stands on."""

    hub: Hub
    postgres: PostgresServer
    redis: RedisServer
    kms: kms.Gate
    #: The broker, where it is not Redis.
    rabbit: RabbitServer | None = None
    #: What leads processes to KMS, once something has been sealed there.
    kms_settings: dict[str, str] = field(default_factory=dict)

    def sql(self, statement: str) -> None:
        """Change the database behind the hub's back."""
        with psycopg.connect(self.postgres.url, autocommit=True) as link:
            link.execute(statement)

    def client(self) -> Redis:
        """Speak with the broker."""
        return Redis.from_url(self.redis.url)

    def restart_web(self, **settings: str) -> None:
        """Start the web process anew, with some settings as they should not be."""
        self.hub.kill("web", number=signal.SIGTERM)
        self.hub.start_web(**settings)


@dataclass(frozen=True)
class Outage:
    """One thing that goes wrong."""

    name: str
    codes: tuple[str, ...]
    cause: Callable[[Scene], None]
    mend: Callable[[Scene], None]
    #: What must be so before; it takes no part in the time.
    prepare: Callable[[Scene], None] = lambda scene: None
    #: Settings that are wrong, which the doctor is to have, too.
    settings: Mapping[str, str] = field(default_factory=dict)
    #: It is no trouble, so the overview is silent about it.
    harmless: bool = False


def _fill(scene: Scene) -> None:
    scene.hub.kill("one", "two", number=signal.SIGTERM)
    scene.hub.start_worker("one", queues="publish,health,tokens,webhooks")
    if scene.rabbit is not None:
        with scene.rabbit.link() as link:
            channel = link.channel()
            for _ in range(6_000):
                channel.basic_publish(amqp.Message("{}"), routing_key="analytics")
        return
    with scene.client() as client:
        for _ in range(60):
            client.rpush("analytics", *["{}"] * 100)


def _both(scene: Scene) -> None:
    scene.hub.start_worker("one")
    scene.hub.start_worker("two")


def _empty(scene: Scene) -> None:
    if scene.rabbit is not None:
        scene.rabbit.flush()
    with scene.client() as client:
        client.delete("analytics")
    scene.hub.kill("one", number=signal.SIGTERM)
    _both(scene)


def _unserved(scene: Scene) -> None:
    scene.hub.kill("one", "two", number=signal.SIGTERM)
    scene.hub.start_worker("one", queues="publish,health,webhooks,analytics")


def _served(scene: Scene) -> None:
    scene.hub.kill("one", number=signal.SIGTERM)
    _both(scene)


def _elsewhere(scene: Scene) -> None:
    """Let the directory of files be one that nobody may write, the first user of the machine included."""
    scene.hub.media.unlink()
    scene.hub.media.symlink_to("/proc")


def _back(scene: Scene) -> None:
    scene.hub.media.unlink()
    scene.hub.media.symlink_to(scene.hub.directory / "files")


def _kms_settings(scene: Scene) -> dict[str, str]:
    return {
        "VAULT_KEY_PROVIDER": "aws_kms",
        "VAULT_KMS_KEY_ID": scene.kms.key(),
        "VAULT_KMS_ENDPOINT_URL": scene.kms.url,
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s",
    }


def _by_kms(scene: Scene) -> None:
    scene.kms_settings = _kms_settings(scene)
    said = scene.hub.manage("rotate_keys", **scene.kms_settings)
    scene.restart_web(**scene.kms_settings)
    assert any(part["name"] == "vault" and part["ok"] and not part["warning"] for part in scene.hub.parts()), said


def _without_kms(scene: Scene) -> None:
    scene.kms.trouble = (503, "ServiceUnavailableException")


def _with_kms(scene: Scene) -> None:
    scene.kms.trouble = None
    scene.hub.manage("rotate_keys", **(scene.kms_settings | {"VAULT_KEY_PROVIDER": "local"}))
    scene.restart_web()


def _set(scene: Scene, name: str, value: str) -> None:
    with scene.client() as client:
        client.config_set(name, value)


def _no_migration(scene: Scene) -> None:
    scene.sql("UPDATE django_migrations SET name = 'x' || name WHERE app = 'monitoring' AND name LIKE '0005%'")


def _migrated(scene: Scene) -> None:
    scene.sql("UPDATE django_migrations SET name = substr(name, 2) WHERE name LIKE 'x%'")


def _another_clock(scene: Scene) -> None:
    scene.hub.kill("two", number=signal.SIGTERM)
    scene.hub.start_worker("two", seconds_off=20)


def _own_clock(scene: Scene) -> None:
    scene.hub.kill("two")
    scene.sql("DELETE FROM heartbeats WHERE name LIKE 'worker:%'")
    scene.hub.start_worker("two")


def _setting(name: str, *codes: str, **settings: str) -> Outage:
    """Return the outage of a web process that was started with settings as they should not be."""
    return Outage(
        name, codes, lambda scene: scene.restart_web(**settings), lambda scene: scene.restart_web(), settings=settings
    )


OUTAGES: Final = (
    Outage(
        "one of two workers killed",
        ("worker.one_silent",),
        lambda at: at.hub.kill("two"),
        lambda at: at.hub.start_worker("two"),
    ),
    Outage("every worker killed", ("worker.silent",), lambda at: at.hub.kill("one", "two"), _both),
    Outage("beat killed", ("beat.silent",), lambda at: at.hub.kill("beat"), lambda at: at.hub.start_beat()),
    Outage(
        "two schedulers",
        ("beat.two",),
        lambda at: at.hub.start_beat("beat2"),
        lambda at: at.hub.kill("beat2"),
        harmless=True,
    ),
    Outage("a queue nobody serves", ("worker.queue_unserved",), _unserved, _served),
    Outage("a full queue", ("queue.full",), _fill, _empty),
    Outage(
        "broker out of reach",
        ("broker.unreachable",),
        lambda at: (at.rabbit or at.redis).kill(),
        lambda at: (at.rabbit or at.redis).start(),
    ),
    Outage(
        "Redis may drop keys",
        ("broker.evicts",),
        lambda at: _set(at, "maxmemory-policy", "allkeys-lru"),
        lambda at: _set(at, "maxmemory-policy", "noeviction"),
    ),
    Outage(
        "Redis keeps nothing",
        ("broker.no_aof",),
        lambda at: _set(at, "appendonly", "no"),
        lambda at: _set(at, "appendonly", "yes"),
    ),
    Outage(
        "database out of reach",
        ("database.unreachable",),
        lambda at: at.postgres.kill(),
        lambda at: at.postgres.start(),
    ),
    Outage(
        "a restored database not looked through",
        ("ledger.restored",),
        lambda at: at.sql("CREATE TABLE restored_from_backup (taken_at timestamptz NOT NULL)"),
        lambda at: at.sql("DROP TABLE restored_from_backup"),
    ),
    _setting("wrong vault key", "vault.key_wrong", VAULT_MASTER_KEY="another-" * 6),
    Outage("KMS out of reach", ("vault.out_of_reach", "vault.unreachable"), _without_kms, _with_kms, prepare=_by_kms),
    Outage("directory of files cannot be written", ("disk.not_writable",), _elsewhere, _back),
    Outage("a worker's clock 20 s off", ("clock.off",), _another_clock, _own_clock),
    Outage("a migration missing", ("migrations.missing",), _no_migration, _migrated),
    _setting("a setting wrong", "outbox.W002", WEBHOOK_OUT_ALLOW_LOOPBACK="1"),
    _setting("sandbox on in production", "connectors.W002", SANDBOX="1"),
    _setting("platform credentials missing", "platforms.credentials", META_APP_ID="", META_APP_SECRET=""),
    _setting("mail not set up", "outbox.W001", EMAIL_URL=""),
)

#: What can only go wrong where Redis is not the broker.
BESIDE_RABBITMQ: Final = (
    Outage("Redis out of reach", ("redis.unreachable",), lambda at: at.redis.kill(), lambda at: at.redis.start()),
)

__all__ = ["BESIDE_RABBITMQ", "OUTAGES", "QUEUES", "Outage", "Scene"]
