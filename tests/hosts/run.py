"""One run from start to verdict. Everything it starts ends with it, however it ends."""

import os
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.chaos import run as chaos
from tests.chaos.crew import BEAT, WEB, WORKER
from tests.chaos.run import Result
from tests.chaos.town import Town
from tests.chaos.wishes import Wishes
from tests.hosts import acts, scene
from tests.hosts.network import Network
from tests.hosts.scene import (
    BEATS,
    BROKER,
    DATABASE,
    HOSTS,
    LATENCY_MS,
    PLATFORM,
    WITH_ANOTHER_CLOCK,
    WORKERS,
    Eyes,
    Scene,
)
from tests.hosts.staff import WEB_PORT, Post, Staff
from tests.servers import postgres, redis

LEASE: Final = 10
#: Longer than a lease: else no late write would ever arrive.
SILENCE: Final = 15
#: After the last job has come to rest: could a straggler still send something? It gets the time.
AFTERMATH: Final = 5.0


@dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    jobs: int = 800
    tenants: int = 4
    seed: int = 1
    seconds: float = 1200.0
    acts: tuple[str, ...] = tuple(acts.ACTS)
    #: How many seconds the clock of one worker is off.
    clock: float = 0.0
    keep: bool = False
    breakage: str = ""


def run(options: Options, say: Callable[[str], None]) -> Result:
    """Start everything, publish through the acts, wait until nothing moves, and count."""
    began = time.monotonic()
    with ExitStack() as stack:
        directory = Path(tempfile.mkdtemp(prefix="switchboard-hosts-"))
        stack.callback(chaos.clear_up, directory, options.keep, say)
        for name in ("wishes", "logs", "var"):
            (directory / name).mkdir()
        network = stack.enter_context(Network(HOSTS))
        at = _stand_up(options, network, directory, stack, say)
        say(
            f"ready after {time.monotonic() - began:.1f} s, seed {options.seed}, clock {options.clock:+.0f} s; logs: {directory}/logs"
        )
        order = list(options.acts)
        random.Random(options.seed).shuffle(order)
        for number, name in enumerate(order, 1):
            if time.monotonic() - began > options.seconds * 0.8:
                at.amiss.append(f"no time left for {', '.join(order[number - 1 :])}")
                break
            say(f"{number}/{len(order)} {name.replace('_', ' ')}; {at.eyes.moving()} jobs on their way")
            acts.ACTS[name](at)
        at.author.allow(options.jobs)
        say("all is whole; waiting until nothing moves")
        _wait_for_rest(at, until=began + options.seconds)
        time.sleep(AFTERMATH)
        figures, verdict = chaos.count(at.author, at.town, say)
        for sentence in at.amiss:
            say(f"amiss: {sentence}")
        if not verdict.is_clean or at.amiss:
            say(f"to look at: python -m tests.hosts --keep --seed {options.seed} keeps the logs of every host")
        figures |= {
            "amiss": at.amiss,
            "taken_over": at.taken_over,
            "late_answers": at.eyes.late_answers(),
            "seconds_until_back": at.back,
            "attempts": {host: at.eyes.attempts(host, 0) for host in WORKERS},
            "fell_by_themselves": dict(at.staff.fell),
            "clock": options.clock,
            "seed": options.seed,
            "seconds": round(time.monotonic() - began, 1),
        }
        figures.pop("jobs_by_kind")
        return Result(figures, verdict.is_clean and not at.amiss)


def _stand_up(
    options: Options, network: Network, directory: Path, stack: ExitStack, say: Callable[[str], None]
) -> Scene:
    with network.inside(DATABASE):
        database = stack.enter_context(postgres.running(fsync=True, own=True, host=network.address(DATABASE)))
        stack.callback(chaos.end_at_once, database)
    with network.inside(BROKER):
        broker = stack.enter_context(redis.running(aof=True, own=True, host=network.address(BROKER)))
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    # The sandbox fetches files from its own machine alone, so the server that hands them out stands beside it.
    public_url = f"http://127.0.0.1:{WEB_PORT}"
    with network.inside(PLATFORM):
        town = Town(
            plain, directory=directory, public_url=public_url, seed=options.seed, host=network.address(PLATFORM)
        )
        stack.enter_context(town)
    environment = plain | chaos.settings_of(
        directory, database.url, broker.url, public_url, town.url, lease=LEASE, calls=8, breakage=options.breakage
    )
    environment["DATABASE_SILENCE_SECONDS"] = str(0 if options.breakage == "patience" else SILENCE)
    staff = stack.enter_context(Staff(environment, logs=directory / "logs"))
    # From here on this process is on the web server's host: it accepts posts as a web server would.
    stack.enter_context(network.inside(scene.WEB))
    author = chaos.lay_out(environment, town, jobs=options.jobs, tenants=options.tenants, seed=options.seed)
    eyes = Eyes(database.url)
    stack.callback(eyes.close)
    town.set_up(latency_ms=LATENCY_MS)
    for kind, hosts in ((WORKER, WORKERS), (BEAT, BEATS), (WEB, (PLATFORM,))):
        for host in hosts:
            clock = options.clock if host == WITH_ANOTHER_CLOCK else 0.0
            staff.hire(Post(kind, host, network.pid(host), clock))
    at = Scene(
        network=network, staff=staff, eyes=eyes, town=town, author=author, wishes=Wishes(directory / "wishes"),
        redis_url=broker.url, lease=LEASE, silence=SILENCE, rng=random.Random(options.seed), say=say,
        share=max(8, options.jobs // (3 * len(options.acts) + 2)),
    )  # fmt: skip
    for host in WORKERS:
        if not at.wait(lambda host=host: at.listens(host), within=60):  # type: ignore[misc]
            raise RuntimeError(f"{host} does not come up; its log is {directory}/logs/{host}.log")
    return at


def _wait_for_rest(at: Scene, *, until: float) -> None:
    told = 0.0
    while time.monotonic() < until:
        moving = at.eyes.moving()
        if moving == 0 and at.author.is_through():
            return
        if time.monotonic() - told > 10:
            told = time.monotonic()
            at.say(f"{'?' if moving is None else moving} jobs on their way")
        time.sleep(0.25)
    at.say("time is up; what still moves counts as unresolved")
