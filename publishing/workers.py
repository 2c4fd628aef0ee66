"""The name a worker signs its leases with, and whether the worker behind a name still lives.

A lease outlives its worker by up to its whole length. When the dead worker ran on this very machine, the process table
knows better than the clock, so its jobs are taken over at once.
"""

import os
import socket
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def _own_name(pid: int) -> str:
    return f"{socket.gethostname()[:40]}/{_namespace()}/{pid}/{_started(pid)}"


def own_name() -> str:
    """Return this process's name: host, process namespace, process id, and when it began. Forks get their own."""
    return _own_name(os.getpid())


def names_here() -> str:
    """Return how the names of this machine's workers begin, as far as its process table speaks of them."""
    return f"{socket.gethostname()[:40]}/{_namespace()}/"


def surely_dead(name: str) -> bool:
    """Tell whether the worker of this name ran on this machine and is gone; False when that cannot be known."""
    return _lives(name) is False


def surely_alive(name: str) -> bool:
    """Tell whether the worker of this name runs on this machine now; False when that cannot be known."""
    return _lives(name) is True


def _lives(name: str) -> bool | None:
    parts = name.split("/")
    if len(parts) != 4:
        return None
    host, namespace, pid, started = parts
    if host != socket.gethostname()[:40] or namespace != _namespace() or not namespace or not pid.isdecimal():
        return None
    return _started(int(pid)) == started


def _namespace() -> str:
    """Name the process namespace, so that containers which share a host name do not read each other's ids."""
    try:
        return str(Path("/proc/self/ns/pid").readlink()).removeprefix("pid:[").removesuffix("]")
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Return when a process began, in clock ticks since boot; empty when there is no such process (or no /proc)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    # Field 3 of the file is the first after the name: a zombie has died already. Field 22 is the start.
    return "" if fields[0] in "ZX" else fields[19]
