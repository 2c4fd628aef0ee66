"""The settings as they are shipped: a production that lacks something does not start, and says what it lacks."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SWITCHBOARD_MODE": "production",
    "SECRET_KEY": "x" * 50,
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "DATABASE_URL": "postgres://u:p@127.0.0.1:1/n",
    "VAULT_MASTER_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEF",
    "PUBLIC_URL": "https://hub.example",
}


def start(
    tmp_path: Path, script: str = "", *, environment: Mapping[str, str | None]
) -> subprocess.CompletedProcess[str]:
    """Import the shipped settings in a process of its own."""
    given = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **PRODUCTION, **environment}
    return subprocess.run(
        [sys.executable, "-c", f"from config import settings as s\n{script}"],
        cwd=ROOT,
        env={name: value for name, value in given.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is not set. Set it, or SECRET_KEY_FILE"),
        ({"REDIS_URL": None}, "REDIS_URL is not set. In production name a Redis"),
        (
            {"REDIS_URL": "redis://:secret-of-redis@one,two/0"},
            "REDIS_URL is no address of a Redis: it names several hosts",
        ),
        ({"BROKER_URL": "redis://h/0"}, "BROKER_URL is no address of a RabbitMQ. Write amqp://"),
        (
            {"REDIS_URL": "rediss://h/0", "REDIS_TLS_CA": "/nowhere/ca"},
            "REDIS_TLS_CA names '/nowhere/ca', which cannot be",
        ),
        ({"DATABASE_URL": "mysql://u:p@h/n"}, "DATABASE_URL must begin with postgres:// or sqlite:///"),
        ({"SWITCHBOARD_MODE": "prod"}, "SWITCHBOARD_MODE must be one of embedded, production"),
        ({"VAULT_PBKDF2_ITERATIONS": "1000"}, "VAULT_PBKDF2_ITERATIONS must be a whole number from 600000"),
        (
            {"VAULT_MASTER_KEY": None, "VAULT_MASTER_KEY_FILE": "/nowhere/key"},
            "VAULT_MASTER_KEY_FILE names '/nowhere/key'",
        ),
        ({"MEDIA_FETCH_PORTS": "80,web"}, "MEDIA_FETCH_PORTS must be a list of port numbers"),
        ({"PUBLIC_URL": "hub.example"}, "PUBLIC_URL must be an http(s) address"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_production_refuses_to_start_and_says_what_to_set(
    tmp_path: Path, broken: dict[str, str | None], message: str
) -> None:
    ended = start(tmp_path, environment=broken)
    assert ended.returncode != 0
    last = ended.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last
    assert message in last
    for secret in (PRODUCTION["SECRET_KEY"], PRODUCTION["VAULT_MASTER_KEY"], "secret-of-redis"):
        assert secret not in ended.stderr


def test_a_command_tells_of_a_wrong_setting_in_words_and_by_its_traceback_when_asked() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "SANDBOX": "http://127.0.0.1:8801"}
    for more, shown in (([], False), (["--traceback"], True)):
        command = [sys.executable, "manage.py", "doctor", *more]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 1
        assert "SANDBOX must be yes or no: 'http://127.0.0.1:8801' is neither yes nor no." in ended.stderr
        assert ("Traceback" in ended.stderr) is shown


def test_a_complete_production_is_strict(tmp_path: Path) -> None:
    ended = start(
        tmp_path,
        "assert not s.EMBEDDED and not s.DEBUG and not s.SANDBOX\n"
        "assert s.PLATFORM_GATEWAY_URL == '' and s.META_GRAPH_URL == 'https://graph.facebook.com'\n"
        "assert s.META_APP_SECRET is None and s.META_APP_ID == ''\n"
        "assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.SECURE_SSL_REDIRECT\n"
        "assert s.SECURE_HSTS_SECONDS >= 31_536_000 and s.SESSION_COOKIE_HTTPONLY\n"
        "assert s.ALLOWED_HOSTS == ['hub.example'], s.ALLOWED_HOSTS\n"
        "assert s.CSRF_TRUSTED_ORIGINS == ['https://hub.example']\n"
        "assert s.DATABASES['default']['ENGINE'] == 'django.db.backends.postgresql'\n"
        "assert s.CELERY_BROKER_URL.startswith('redis://')\n"
        "assert s.VAULT_PBKDF2_ITERATIONS == 600_000\n"
        "assert not hasattr(s, 'SECURE_PROXY_SSL_HEADER')\n"
        "assert 'Secret(***)' == repr(s.VAULT_MASTER_KEY)\n",
        environment={},
    )
    assert ended.returncode == 0, ended.stderr


def test_rabbitmq_rings_by_replicated_queues_and_confirms_and_redis_still_counts(tmp_path: Path) -> None:
    ended = start(
        tmp_path,
        "from config.celery import QUEUES, app\n"
        "assert s.CELERY_BROKER_URL.startswith('amqp://') and s.CACHES['default']['LOCATION'] == [s.REDIS_URL]\n"
        "assert s.CELERY_BROKER_TRANSPORT_OPTIONS['confirm_publish'] and s.CELERY_BROKER_HEARTBEAT == 10\n"
        "assert set(app.amqp.queues) == set(QUEUES), app.amqp.queues\n"
        "for queue in app.amqp.queues.values():\n"
        "    assert queue.queue_arguments == {'x-queue-type': 'quorum'} and queue.exchange.type == 'topic', queue\n"
        "assert app.amqp.router.route({}, 'tenants.send_password_reset')['queue'].name == 'health'\n",
        environment={"BROKER_URL": "amqp://u:p@127.0.0.1:1//"},
    )
    assert ended.returncode == 0, ended.stderr


def test_either_end_gives_up_a_database_that_fell_silent(tmp_path: Path) -> None:
    script = (
        "told = s.DATABASES['default']['OPTIONS']\n"
        "assert told['tcp_user_timeout'] == 7000 and told['keepalives_idle'] < 7, told\n"
        "assert '-c tcp_user_timeout=7000' in told['options'] and 'tcp_keepalives_idle' in told['options'], told\n"
    )
    ended = start(tmp_path, script, environment={"DATABASE_SILENCE_SECONDS": "7"})
    assert ended.returncode == 0, ended.stderr


def test_secrets_of_production_may_come_from_files(tmp_path: Path) -> None:
    files: dict[str, str | None] = {}
    for name in ("SECRET_KEY", "VAULT_MASTER_KEY", "META_APP_SECRET", "REDIS_URL"):
        file = tmp_path / name.lower()
        file.write_text(PRODUCTION.get(name, "an app secret") + "\n")
        files |= {name: None, f"{name}_FILE": str(file)}
    ended = start(
        tmp_path,
        f"assert s.SECRET_KEY == {PRODUCTION['SECRET_KEY']!r}\n"
        f"assert s.VAULT_MASTER_KEY.reveal() == {PRODUCTION['VAULT_MASTER_KEY']!r}\n"
        "assert s.META_APP_SECRET.reveal() == 'an app secret'\n"
        "assert s.REDIS_URL == 'redis://127.0.0.1:1/0'\n",
        environment=files,
    )
    assert ended.returncode == 0, ended.stderr


def test_the_embedded_hub_needs_no_setting_at_all(tmp_path: Path) -> None:
    ended = start(
        tmp_path,
        "assert s.EMBEDDED and s.SANDBOX and not s.DEBUG\n"
        "assert s.PUBLIC_URL == 'http://127.0.0.1:8000' and s.SANDBOX_URL == 'http://127.0.0.1:8801'\n"
        "assert s.META_GRAPH_URL == 'http://127.0.0.1:8801/graph.facebook.com'\n"
        "assert len(s.SECRET_KEY) >= 50 and s.REDIS_URL == ''\n"
        "assert s.DATABASES['default']['ENGINE'].endswith('sqlite3')\n",
        environment=dict.fromkeys(PRODUCTION),
    )
    assert ended.returncode == 0, ended.stderr


def test_the_cache_of_a_hub_with_redis_is_made_so() -> None:
    options = settings.CACHES["default"].get("OPTIONS", {})
    assert bool(settings.REDIS_URL) == ("serializer" in options)
    cache.set("tests:plain", {"a": [1.5]}, 5)
    assert cache.get("tests:plain") == {"a": [1.5]}
