"""The command line: ``python -m tests.storms [--workers 64] [--connections 500] [--hang 30] [--break lease]``."""

import argparse
import json
import sys
import time
from collections.abc import Sequence

from tests.servers import NoServerError
from tests.storms.run import Options, is_clean, run


def main(arguments: Sequence[str]) -> int:
    """Run once; progress goes to stderr, one line of JSON to stdout; return 0 only when nothing is amiss."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.storms", description="Renew single-use tokens from all sides; then count at the platform."
    )
    parser.add_argument("--workers", type=int, default=64, help="threads that want every token renewed (64)")
    parser.add_argument("--connections", type=int, default=500, help="accounts (500)")
    parser.add_argument("--failing", type=float, default=0.1, help="share of exchanges answered with a 503 (0.1)")
    parser.add_argument("--hang", type=float, default=30.0, help="seconds that some exchanges hang (30)")
    parser.add_argument("--hanging", type=int, default=3, help="how many hang before the work, and after it (3)")
    parser.add_argument("--seconds", type=float, default=400.0, help="at most so long (400)")
    parser.add_argument("--seed", type=int, default=1, help="draws the order and the trouble (1)")
    parser.add_argument(
        "--break", dest="breakage", choices=("lease", "swap"), default="",
        help="break the product, to see that the count finds it: lease (everybody exchanges at once), swap (what comes "
        "late is stored and believed)",
    )  # fmt: skip
    options = Options(**vars(parser.parse_args(arguments)))
    began = time.monotonic()

    def say(words: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:6.1f} s  {words}\n")
        sys.stderr.flush()

    try:
        figures = run(options, say)
    except NoServerError as error:
        say(str(error))
        return 2
    clean = is_clean(figures, options)
    sys.stdout.write(f"{json.dumps({**figures, 'clean': clean})}\n")
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
