"""One namespace for a host: a network and a name of its own, for as long as its holder lives, and that ends with us."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_KINDS: Final = ("net", "uts")
_libc = ctypes.CDLL(None, use_errno=True)


class NotAllowedError(RuntimeError):
    """This account may not make namespaces; the message says what to do."""


def hold(name: str) -> "subprocess.Popen[bytes]":
    """Start the process that holds a host; it ends when its standard input is closed, however we end."""
    try:
        holder = subprocess.Popen(
            [
                "unshare",
                "--net",
                "--uts",
                "sh",
                "-c",
                'echo "$0" > /proc/sys/kernel/hostname && echo up && read _',
                name,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError:
        raise NotAllowedError("The program unshare (util-linux) is not on this machine.") from None
    assert holder.stdout is not None
    if holder.stdout.readline() != b"up\n":
        assert holder.stderr is not None
        said = holder.stderr.read().decode(errors="replace").strip()
        raise NotAllowedError(
            f"Hosts of their own cannot be made here: {said}.\nRun this as root (sudo -E .venv/bin/python -m tests.hosts), or in a "
            "container that may: --cap-add SYS_ADMIN --cap-add NET_ADMIN --security-opt apparmor=unconfined."
        )
    return holder


def enter(pid: int) -> None:
    """Move this thread, and whatever it starts from now on, to the host that a process is on."""
    for kind in _KINDS:
        _enter(Path(f"/proc/{pid}/ns/{kind}"))


@contextmanager
def inside(pid: int) -> Iterator[None]:
    """Be on another host for the length of a ``with``: what is started there stays there."""
    # Of the thread, not of the process: the others stay where they are.
    here = [os.open(f"/proc/thread-self/ns/{kind}", os.O_RDONLY) for kind in _KINDS]
    try:
        enter(pid)
        yield
    finally:
        for descriptor in here:
            _join(descriptor)
            os.close(descriptor)


def _enter(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _join(descriptor)
    finally:
        os.close(descriptor)


def _join(descriptor: int) -> None:
    if _libc.setns(descriptor, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"cannot enter a namespace: {os.strerror(number)}")
