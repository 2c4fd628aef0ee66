"""Talking HTTP with a server that a stranger named: only where ``addresses`` allows, and not longer than a deadline."""

import socket
import threading
from typing import Any, Final

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from media.addresses import Rules, dial

CONNECT_SECONDS: Final = 5.0


class Deadline:
    """Ends an exchange at its last moment by shutting its sockets, wherever it is waiting: in a handshake, headers or body."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()
        for link in self._sockets:
            link.close()

    def watch(self, link: socket.socket) -> None:
        """Shut this socket too when the time is over; raises ``TimeoutError`` when it is over already."""
        if self.passed:
            raise TimeoutError
        # A duplicate, because TLS takes the first one over and leaves it empty.
        self._sockets.append(link.dup())

    def _end(self) -> None:
        self.passed = True
        for link in self._sockets:
            try:
                link.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class GuardedAdapter(HTTPAdapter):
    """Connects only where ``addresses`` allows, keeping the host's name for TLS and the Host header."""

    def __init__(self, rules: Rules, deadline: Deadline) -> None:
        self._rules = rules
        self._deadline = deadline
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools open their connections through ``dial``."""
        super().init_poolmanager(*args, **kwargs)
        rules, deadline = self._rules, self._deadline

        def connect(connection: HTTPConnection) -> socket.socket:
            return dial(connection.host, connection.port, rules, timeout=CONNECT_SECONDS, opened=deadline.watch)

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return connect(self)

        class Encrypted(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return connect(self)

        class PlainPool(urllib3.HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(urllib3.HTTPSConnectionPool):
            ConnectionCls = Encrypted

        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}
