"""The hosts, the router between them, and its cuts.

Each host has a network of its own and reaches the others through the router alone. A cut is a routing rule by which the router throws
away what comes from one address for another: no refusal, no reset, no word from the system on either side.
"""

import contextlib
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.hosts import namespaces
from tests.hosts.namespaces import NotAllowedError

ROUTER: Final = "router"


class Network:
    """So many hosts, all of which can reach each other until they are cut."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self._holders: dict[str, subprocess.Popen[bytes]] = {}
        self._cuts: set[tuple[str, str]] = set()

    def __enter__(self) -> Self:
        try:
            for name in (ROUTER, *self.names):
                self._holders[name] = namespaces.hold(name)
            with self.inside(ROUTER):
                _ip("link", "set", "lo", "up")
                Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
            for name in self.names:
                self._connect(name)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def address(self, name: str) -> str:
        """Return the address of a host."""
        return f"10.77.{self.names.index(name) + 1}.2"

    def pid(self, name: str) -> int:
        """Return the process that holds a host."""
        return self._holders[name].pid

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """Be on a host for the length of a ``with``."""
        with namespaces.inside(self.pid(name)):
            yield

    def cut(self, one: str, other: str, *, back: bool = True) -> None:
        """Throw away what one host sends another, and what comes back unless ``back`` is False."""
        for pair in ((one, other), (other, one))[: 2 if back else 1]:
            if pair not in self._cuts:
                self._rule("add", pair)
                self._cuts.add(pair)

    def mend(self, one: str) -> None:
        """End every cut of a host."""
        for pair in [pair for pair in self._cuts if one in pair]:
            self._rule("del", pair)
            self._cuts.discard(pair)

    def _rule(self, verb: str, pair: tuple[str, str]) -> None:
        sender, receiver = pair
        with self.inside(ROUTER):
            _ip("rule", verb, "from", self.address(sender), "to", self.address(receiver), "blackhole")

    def _connect(self, name: str) -> None:
        number = self.names.index(name) + 1
        with self.inside(ROUTER):
            _ip("link", "add", f"to{number}", "type", "veth", "peer", "name", "eth0", "netns", str(self.pid(name)))
            _ip("address", "add", f"10.77.{number}.1/24", "dev", f"to{number}")
            _ip("link", "set", f"to{number}", "up")
        with self.inside(name):
            _ip("link", "set", "lo", "up")
            _ip("address", "add", f"{self.address(name)}/24", "dev", "eth0")
            _ip("link", "set", "eth0", "up")
            _ip("route", "add", "default", "via", f"10.77.{number}.1")

    def _end(self) -> None:
        """Let go of the hosts: with the last process on it each is gone, and its cables with it."""
        for holder in self._holders.values():
            for pipe in (holder.stdin, holder.stdout, holder.stderr):
                with contextlib.suppress(OSError):
                    if pipe is not None:
                        pipe.close()
            holder.wait(timeout=10)
        self._holders.clear()


def _ip(*words: str) -> None:
    try:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False, timeout=20)
    except FileNotFoundError:
        raise NotAllowedError("The program ip is not on this machine (Debian: apt-get install iproute2).") from None
    if done.returncode:
        raise NotAllowedError(
            f"'ip {' '.join(words)}' failed: {done.stderr.strip()}. Run this as root, on a kernel with network namespaces, veth and "
            "routing rules."
        )
