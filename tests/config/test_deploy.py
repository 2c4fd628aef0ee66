"""The files in deploy/ hold together: what cannot be run everywhere is read by rules. ``make try`` runs their commands."""

import re
import runpy
import subprocess
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from config.celery import QUEUES
from config.management.commands.write_docs import documented_settings
from tools.production.installation import WORKERS

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if service["image"] == "switchboard:local")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
#: Those of the Compose Specification that are used here; a misspelt one is refused by docker compose alone.
COMPOSE_WORDS = frozenset(
    (
        *(
            "build",
            "cap_add",
            "cap_drop",
            "command",
            "depends_on",
            "entrypoint",
            "env_file",
            "environment",
            "healthcheck",
        ),
        *("image", "logging", "ports", "profiles", "read_only", "restart", "secrets", "security_opt", "shm_size"),
        *("stop_grace_period", "tmpfs", "user", "volumes"),
    )
)
ROOMS = ("config", "monitoring", "outbox", "publishing", "connectors", "media", "vault", "tenants", "foundation")
#: A version down to the last number; names such as "latest" move.
PINNED = re.compile(r":v?\d+\.\d+(\.\d+)?(-[\w.-]+)?(@sha256:[0-9a-f]{64})?$")


def instructions() -> list[tuple[str, str]]:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, " ".join(rest.split())) for word, rest in lines]


def unit(path: Path) -> ConfigParser:
    made = ConfigParser(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    made.optionxform = str  # type: ignore[assignment, method-assign]
    made.read_string(path.read_text(encoding="utf-8"))
    return made


def require_known(words: list[str]) -> None:
    """Check that a command can be run where the hub is installed."""
    program, *rest = words
    assert program in {"python", "gunicorn", "celery"}, words
    if program == "python":
        assert rest[0] == "manage.py", words
        assert rest[1] in get_commands(), words
    if program == "gunicorn":
        assert rest == ["-c", "config/gunicorn.py", "config.wsgi:application"], words
    if program == "celery":
        assert rest[:2] == ["-A", "config"], words
        assert rest[2] in {"worker", "beat"}, words


def queues_of(commands: list[list[str]]) -> set[str]:
    return {queue for words in commands if "-Q" in words for queue in words[words.index("-Q") + 1].split(",")}


def test_the_image_is_pinned_runs_as_nobody_and_takes_libraries_by_their_hashes() -> None:
    said = instructions()
    base = next(rest.removeprefix("BASE=") for word, rest in said if word == "ARG" and rest.startswith("BASE="))
    assert PINNED.search(base), base
    assert all(rest.startswith("${BASE} ") for word, rest in said if word == "FROM")
    users = [rest for word, rest in said if word == "USER"]
    assert users == ["10001:10001"]
    assert said.index(("USER", users[0])) > max(at for at, (word, _) in enumerate(said) if word in {"RUN", "COPY"})
    assert any("--require-hashes" in rest for word, rest in said if word == "RUN")
    assert any(word == "HEALTHCHECK" and "/healthz" in rest for word, rest in said)
    assert any(word == "STOPSIGNAL" and rest == "SIGTERM" for word, rest in said)
    # Which version it is, is told when it is built; pyproject.toml says which.
    assert ("ARG", "VERSION=") in said
    assert any(word == "LABEL" and "org.opencontainers.image.version=${VERSION}" in rest for word, rest in said)
    assert not any("SECRET" in rest or "KEY" in rest for word, rest in said if word in {"ENV", "ARG"})


def test_the_image_has_every_room_and_nothing_that_is_not_there() -> None:
    copied = [rest.split()[:-1] for word, rest in instructions() if word == "COPY" and not rest.startswith("--from")]
    sources = {source for some in copied for source in some}
    assert set(ROOMS) <= sources
    assert all((ROOT / source).exists() for source in sources)
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8")
    assert (ROOT / ".dockerignore").read_text(encoding="utf-8") == ignored
    assert {line.removeprefix("!") for line in ignored.splitlines() if line.startswith("!")} == sources


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_is_pinned_restarts_and_bounds_its_log(name: str) -> None:
    service = SERVICES[name]
    assert name in OURS or PINNED.search(service["image"]), service["image"]
    assert service["restart"] in {"unless-stopped", "no"}
    assert service["logging"]["options"]["max-size"]
    assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", [])) or name == "proxy"


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_the_hub_can_do_no_more_than_it_needs_and_is_given_time_to_end(name: str) -> None:
    service = SERVICES[name]
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["stop_grace_period"].removesuffix("s")) > settings.HTTP_TOTAL_TIMEOUT.total_seconds()
    assert all(value.startswith("/run/secrets/") for value in service["environment"].values())
    require_known([str(word) for word in service["command"]])
    waits = service["depends_on"]
    assert name == "migrate" or waits["migrate"] == {"condition": "service_completed_successfully"}


def test_every_queue_has_a_worker_however_the_hub_is_run() -> None:
    assert queues_of([SERVICES[name]["command"] for name in OURS]) == set(QUEUES)
    procfile = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines())
    for command in procfile.values():
        require_known(command.split())
    assert queues_of([command.split() for command in procfile.values()]) == set(QUEUES)
    target = (DEPLOY / "systemd" / "switchboard.target").read_text(encoding="utf-8")
    assert set(re.findall(r"switchboard-worker@(\w+)\.service", target)) == set(QUEUES)


def test_what_is_run_anywhere_is_run_by_make_try() -> None:
    tried = {"migrate", "web", "beat", *WORKERS}
    assert set(OURS) == tried
    commands = {name: [str(word) for word in SERVICES[name]["command"]] for name in tried}
    known = {program_of(words) for words in commands.values()} | {("python", "manage.py", "collectstatic")}
    for path in UNITS:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("ExecStart="):
                words = line.removeprefix("ExecStart=/opt/switchboard/venv/bin/").split()
                assert program_of(words) in known, line
    for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines():
        assert program_of(line.split(": ", 1)[1].split()) in known, line


def program_of(words: list[str]) -> tuple[str, ...]:
    """Return what is started, without the queue, the name and the threads that differ."""
    return tuple(words[: 4 if words[0] in {"celery", "gunicorn"} else 3])


def test_the_compose_file_uses_words_that_compose_knows_and_names_that_there_are() -> None:
    assert set(COMPOSE) - {"x-hub", "x-worker"} == {"name", "services", "volumes", "secrets"}
    for name, service in SERVICES.items():
        assert set(service) <= COMPOSE_WORDS, name
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"]), name
        for volume in service.get("volumes", []):
            source, target, *how = volume.split(":")
            assert source in COMPOSE["volumes"] or source == "./backups" or (DEPLOY / source).exists(), volume
            assert target.startswith("/"), volume
            assert how in ([], ["ro"]), volume


def test_a_backup_can_read_no_key() -> None:
    for name in ("backup", "restore"):
        assert SERVICES[name]["secrets"] == ["database_url"]
        assert SERVICES[name]["user"] == SERVICES["web"]["user"], "the files are this one's alone"
        assert SERVICES[name]["image"] == SERVICES["postgres"]["image"], "pg_dump must know the server"


def test_a_password_reaches_the_programs_of_postgresql_past_the_list_of_processes() -> None:
    script = f'. {DEPLOY / "connection.sh"} && echo "$DATABASE_URL $PGPASSWORD"'
    for url, shown in (
        (
            "postgres://hub:a%40b%3Ac%25d@db:5432/hub?sslmode=require",
            "postgres://hub@db:5432/hub?sslmode=require a@b:c%d",
        ),
        ("postgres://hub:plain@db/hub", "postgres://hub@db/hub plain"),
    ):
        environment = {"DATABASE_URL": url, "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            ["sh", "-c", script], env=environment, capture_output=True, text=True, check=True, timeout=10
        )
        assert done.stdout.strip() == shown


def test_redis_keeps_what_it_was_told_and_throws_nothing_away() -> None:
    words = SERVICES["redis"]["command"]
    told = dict(zip(words[2::2], words[3::2], strict=True))
    assert (told["--appendonly"], told["--maxmemory-policy"]) == ("yes", "noeviction")


def test_every_secret_is_a_file_that_the_script_makes_for_its_owner_alone(tmp_path: Path) -> None:
    into = tmp_path / "secrets"
    for said in ("made", "kept"):
        done = subprocess.run(
            ["sh", str(DEPLOY / "secrets.sh"), str(into)], capture_output=True, text=True, check=True, timeout=30
        )
        assert {line.split()[0] for line in done.stdout.splitlines()} == {said}
    names = {path.name for path in into.iterdir()}
    assert names == set(COMPOSE["secrets"])
    assert {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()} == names
    assert len((into / "vault_master_key").read_text().strip()) >= 64
    password = (into / "postgres_password").read_text().strip()
    assert password in (into / "database_url").read_text()
    assert into.stat().st_mode & 0o066 == 0


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_nobody_and_walled_in_and_is_given_time_to_end(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["User"] == "switchboard"
    for wall in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictNamespaces"):
        assert service[wall] == "yes", wall
    assert (service["ProtectSystem"], service["CapabilityBoundingSet"]) == ("strict", "")
    assert int(service["TimeoutStopSec"]) > settings.HTTP_TOTAL_TIMEOUT.total_seconds()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("ExecStart="):
            program = line.removeprefix("ExecStart=/opt/switchboard/venv/bin/")
            require_known([word for word in program.split() if word not in {"-n", "%i@%%h"}])


@pytest.mark.parametrize("script", sorted(DEPLOY.glob("*.sh")), ids=lambda path: path.name)
def test_a_script_can_be_read_by_any_shell(script: Path) -> None:
    subprocess.run(["sh", "-n", str(script)], check=True, timeout=10)
    assert "set -eu" in script.read_text(encoding="utf-8")


def test_the_web_server_never_hangs_up_before_its_proxy() -> None:
    told = runpy.run_path(str(ROOT / "config" / "gunicorn.py"))
    assert told["worker_class"] == "gthread"
    # nginx gives an idle connection up after 60 s by itself; Caddy would after two minutes.
    assert told["keepalive"] > 60
    assert "keepalive 60s" in (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    assert told["graceful_timeout"] < told["timeout"]
    assert told["bind"].startswith("127.0.0.1:")


def test_the_example_of_settings_names_settings_that_there_are() -> None:
    text = (DEPLOY / "hub.env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"(?m)^#?([A-Z][A-Z_]+)=", text)) - {"HUB_HOST"}
    assert named <= {setting.name for setting in documented_settings()}
