"""The command line of a run over several hosts: ``python -m tests.hosts --help``."""

import argparse
import json
import random
import signal
import sys
import time
from collections.abc import Sequence

from tests.chaos.__main__ import leave
from tests.hosts import acts
from tests.hosts.namespaces import NotAllowedError
from tests.servers import NoServerError


def main(arguments: Sequence[str]) -> int:
    """Run once; print progress to stderr and one line of JSON to stdout; return 0 only when nothing is amiss."""
    from tests.hosts.run import Options, run

    given = _parser().parse_args(arguments)
    seed = random.SystemRandom().randrange(1, 10**6) if given.seed is None else given.seed
    options = Options(
        jobs=given.jobs or (250 if given.short else 800),
        seed=seed,
        seconds=given.seconds or (420.0 if given.short else 1200.0),
        acts=tuple(given.act) or (acts.SHORT if given.short else tuple(acts.ACTS)),
        clock=random.Random(seed).choice((-1, 1)) * given.clock,
        keep=given.keep,
        breakage=given.break_product,
    )
    began = time.monotonic()

    def say(words: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:6.1f} s  {words}\n")
        sys.stderr.flush()

    try:
        result = run(options, say)
    except (NoServerError, NotAllowedError) as error:
        say(str(error))
        return 2
    sys.stdout.write(f"{json.dumps(result.figures, ensure_ascii=False)}\n")
    return 0 if result.clean else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.hosts",
        description="Publish from several hosts while they are cut off from each other; then count at the platform.",
    )
    parser.add_argument("--jobs", type=int, default=0, help="publish jobs (800; 250 when --short)")
    parser.add_argument("--seed", type=int, help="draws the order of the acts and the posts; told in the result")
    parser.add_argument("--seconds", type=float, default=0.0, help="at most so long (1200; 420 when --short)")
    parser.add_argument(
        "--short", action="store_true", help=f"{len(acts.SHORT)} acts of {len(acts.ACTS)}; in about four minutes"
    )
    parser.add_argument("--act", action="append", default=[], choices=tuple(acts.ACTS), help="this one alone; repeat")
    parser.add_argument(
        "--clock", type=float, default=20.0, help="seconds by which one worker's clock is ahead or behind (20)"
    )
    parser.add_argument("--keep", action="store_true", help="keep logs and the sandbox's world")
    parser.add_argument(
        "--break", dest="break_product", choices=("fence", "patience"), default="",
        help="break the product on purpose, to see that it is found: fence (a host that was suspended sends after its lease), "
        "patience (a silent PostgreSQL is waited for as long as the system does)",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    # Told to end, we end in order: every process and every host we started ends with us.
    for signal_number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, leave)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
