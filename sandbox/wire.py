"""The wire: how a call is made to wait, and how its connection is dropped, on a socket or in-process."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from typing import NoReturn, Protocol

WIRE_KEY = "sandbox.wire"


class Wire(Protocol):
    """Do to the caller what a bad network does."""

    def wait(self, seconds: float) -> None:
        """Let this much time pass before going on."""

    def drop(self) -> NoReturn:
        """Cut the connection without an answer."""


class ConnectionDropped(ConnectionResetError):
    """Leave the application after the connection was cut on purpose."""


class SocketWire:
    """Really wait, and really cut the socket that werkzeug hands over."""

    def __init__(self, connection: socket.socket | None) -> None:
        self._connection = connection

    def wait(self, seconds: float) -> None:
        """Sleep in the thread that serves this call; no lock is held here."""
        if seconds > 0:
            time.sleep(seconds)

    def drop(self) -> NoReturn:
        """Cut the socket at once, so that the client sees a dead connection and no byte of an answer."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                # Linger 0 turns the close into a reset instead of a polite end of stream.
                self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self._connection.shutdown(socket.SHUT_RDWR)
        raise ConnectionDropped("The sandbox cut this connection on purpose.")
