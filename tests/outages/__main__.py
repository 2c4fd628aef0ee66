"""``python -m tests.outages [--broker rabbitmq] [part of a name ...]``: cause each outage, and time how long until it is named.

Prints a line for each: seconds to its code on ``/readyz``, seconds to its remedy on the overview, and whether ``doctor`` names
it. Exit code 1 when one was not named within a minute.
"""

import argparse
import html
import json
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.chaos.__main__ import leave
from tests.outages.hub import Hub
from tests.outages.kinds import BESIDE_RABBITMQ, OUTAGES, Outage, Scene
from tests.servers import NoServerError, postgres, rabbitmq, redis
from tests.vault import kms

WITHIN = 60.0
PATIENCE = 90.0


def main(arguments: list[str]) -> int:
    """Run the outages whose name holds one of the words, or all."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.outages", description="Cause outages, and time how soon they are named."
    )
    parser.add_argument("--broker", choices=("redis", "rabbitmq"), default="redis", help="RabbitMQ must be installed")
    parser.add_argument("wanted", nargs="*", metavar="part of a name", help="which outages; all without")
    given = parser.parse_args(arguments)
    outages = (*OUTAGES, *BESIDE_RABBITMQ) if given.broker == "rabbitmq" else OUTAGES
    chosen = [one for one in outages if not given.wanted or any(word in one.name for word in given.wanted)]
    late = 0
    with (
        ExitStack() as stack,
        tempfile.TemporaryDirectory(prefix="switchboard-outages-") as place,
        postgres.running(own=True) as database,
        redis.running(own=True, aof=True) as broker,
        kms.running() as gate,
    ):
        rabbit = stack.enter_context(rabbitmq.running()) if given.broker == "rabbitmq" else None
        settings = {"BROKER_URL": rabbit.url} if rabbit else {}
        hub = Hub(Path(place), database=database.url, redis=broker.url, **settings)
        scene = Scene(hub, database, broker, gate, rabbit)
        hub.prepare()
        try:
            hub.start_web()
            hub.start_worker("one")
            hub.start_worker("two")
            hub.start_beat()
            hub.sign_in()
            _say(f"{'outage':<40} {'readyz':>8} {'overview':>9}  doctor")
            for outage in chosen:
                late += not _time(scene, outage)
        finally:
            hub.close()
    return int(late > 0)


def _time(scene: Scene, outage: Outage) -> bool:
    """Cause one outage, wait until it is named, mend it, and wait until all is well again."""
    outage.prepare(scene)
    _wait_until_well(scene, outage)
    started = time.monotonic()
    outage.cause(scene)
    on_readyz = on_overview = None
    words: list[str] = []
    while time.monotonic() - started < PATIENCE and (on_readyz is None or on_overview is None):
        named = [part for part in scene.hub.parts() if part["code"] in outage.codes]
        if named and on_readyz is None:
            on_readyz = time.monotonic() - started
            words = [part["remedy"] for part in named]
        if named and outage.harmless:
            break
        page = html.unescape(scene.hub.overview())
        # Without a database there is no page but the one that says so.
        if named and any(word in page for word in [*words, "The database does not answer"]):
            on_overview = time.monotonic() - started
        time.sleep(0.5)
    doctor = _asked_doctor(scene, outage)
    outage.mend(scene)
    shown = "–" if outage.harmless else _seconds(on_overview)
    _say(f"{outage.name:<40} {_seconds(on_readyz):>8} {shown:>9}  {doctor}")
    slowest = max(on_readyz or PATIENCE, 0 if outage.harmless else on_overview or PATIENCE)
    return slowest < WITHIN


def _wait_until_well(scene: Scene, outage: Outage) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        parts = scene.hub.parts()
        if parts and all(part["ok"] for part in parts) and not any(part["code"] in outage.codes for part in parts):
            return
        time.sleep(0.5)
    raise SystemExit(f"The hub is not well before '{outage.name}': {[part for part in parts if not part['ok']]}")


def _asked_doctor(scene: Scene, outage: Outage) -> str:
    """Ask the doctor, who looks at the settings of his own process."""
    said = scene.hub.manage("doctor", "--json", **(scene.kms_settings if "KMS" in outage.name else outage.settings))
    try:
        told = json.loads(said[said.index("{") :].splitlines()[0])
    except ValueError:
        return f"said {said[-200:]!r}"
    return "named" if any(part["code"] in outage.codes for part in told["parts"]) else "NOT NAMED"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _seconds(span: float | None) -> str:
    return "never" if span is None else f"{span:.1f} s"


if __name__ == "__main__":
    # Told to end, we end in order: every process of the hub ends with us.
    for signal_number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, leave)
    try:
        sys.exit(main(sys.argv[1:]))
    except NoServerError as error:
        sys.exit(f"{error}")
