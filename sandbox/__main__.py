"""Start the sandbox on a port: `python -m sandbox --port 8801`."""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import sys
import threading
from pathlib import Path

from sandbox.app import create_app
from sandbox.server import build_server, end_with_parent, listen
from sandbox.world import World


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; return the exit code (2: the port is taken, or the state file)."""
    options = _parser().parse_args(arguments)
    try:
        taken = listen(options.host, options.port)
    except OSError as error:
        sys.stderr.write(
            f"sandbox: cannot listen on {options.host}:{options.port} ({error.strerror}). "
            "Stop what is there or choose another --port.\n"
        )
        return 2
    # Whoever wants the end sets this: a signal, or the parent's death. The main thread does nothing but wait for it.
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    try:
        world = World(state=options.state, redirect_uris=options.redirect_uri, seed=options.seed)
    except (sqlite3.Error, OSError) as error:
        sys.stderr.write(f"sandbox: cannot keep the world in {options.state} ({error}).\n")
        return 2
    server = build_server(create_app(world), taken, verbose=options.verbose)
    threading.Thread(target=server.serve_forever, name="server", daemon=True).start()
    threading.Thread(target=_run_errands, args=(world, ended), name="errands", daemon=True).start()
    if options.exit_with_parent:
        end_with_parent(ended)
    host = f"[{options.host}]" if ":" in options.host else options.host
    sys.stdout.write(f"Sandbox: http://{host}:{taken.getsockname()[1]}/_sandbox/\n")
    sys.stdout.flush()
    ended.wait()
    world.close()
    # Threads that still play a slow answer must not hold up the end.
    os._exit(0)


def _run_errands(world: World, ended: threading.Event) -> None:
    """Send webhooks that wait, about once a second."""
    while not ended.wait(1.0):
        world.run_errands()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="The five platforms in miniature, on loopback."
    )
    parser.add_argument("--port", type=int, default=8801, help="port to listen on (8801); 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--state", type=Path, metavar="PATH", help="keep the world in this file over restarts")
    parser.add_argument(
        "--redirect-uri", action="append", default=[], metavar="URI", help="register a Valid OAuth Redirect URI; repeat"
    )
    parser.add_argument("--exit-with-parent", action="store_true", help="end when standard input closes")
    parser.add_argument("--seed", type=int, default=1, help="seed of faults that have a probability (1)")
    parser.add_argument("--verbose", action="store_true", help="write an access log")
    return parser


if __name__ == "__main__":
    sys.exit(main())
