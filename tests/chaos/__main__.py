"""The command line of a chaos run: ``python -m tests.chaos --help``."""

import argparse
import json
import random
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType

from tests.servers import NoServerError


def main(arguments: Sequence[str]) -> int:
    """Run once; print progress to stderr and one line of JSON to stdout; return 0 only when nothing is amiss."""
    from tests.chaos.run import Options, run

    given = _parser().parse_args(arguments)
    options = Options(
        jobs=given.jobs or (150 if given.short else 2000),
        workers=given.workers,
        tenants=given.tenants or (4 if given.short else 8),
        seed=random.SystemRandom().randrange(1, 10**6) if given.seed is None else given.seed,
        seconds=given.seconds or (150.0 if given.short else 900.0),
        short=given.short,
        keep=given.keep,
        breakage=given.break_product,
        broker=given.broker,
    )
    began = time.monotonic()

    def say(words: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:6.1f} s  {words}\n")
        sys.stderr.flush()

    try:
        result = run(options, say)
    except NoServerError as error:
        say(str(error))
        return 2
    sys.stdout.write(f"{json.dumps(result.figures, ensure_ascii=False)}\n")
    return 0 if result.clean else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos",
        description="Publish while everything is killed, stopped, flushed and restarted; then count at the platform.",
    )
    parser.add_argument("--jobs", type=int, default=0, help="publish jobs (2000; 150 when --short)")
    parser.add_argument("--workers", type=int, default=3, help="worker processes (3)")
    parser.add_argument(
        "--tenants", type=int, default=0, help="tenants with connected accounts each (8; 4 when --short)"
    )
    parser.add_argument("--seed", type=int, help="draws the order of the trouble and the posts; told in the result")
    parser.add_argument("--seconds", type=float, default=0.0, help="at most so long (900; 150 when --short)")
    parser.add_argument(
        "--short",
        action="store_true",
        help="every point twice, with kinds that change with the seed; in about a minute",
    )
    parser.add_argument(
        "--broker",
        choices=("redis", "sentinel", "tls", "rabbitmq", "rabbitmq-cluster"),
        default="redis",
        help="who rings: redis; sentinel (each kill is a failover); tls (Redis by TLS); rabbitmq, which must be installed; "
        "rabbitmq-cluster (three nodes by TLS, of which each kill takes one)",
    )
    parser.add_argument("--keep", action="store_true", help="keep logs and the sandbox's world")
    parser.add_argument(
        "--break", dest="break_product", choices=("blind", "unfenced"), default="",
        help="break the product on purpose, to see that the count finds it: blind (reconciliation finds nothing), "
        "unfenced (a stopped worker sends after its lease)",
    )  # fmt: skip
    return parser


def leave(number: int, frame: FrameType | None) -> None:
    """End in order when told to by a signal."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    # Told to end, we end in order: every process we started ends with us.
    for signal_number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signal_number, leave)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
