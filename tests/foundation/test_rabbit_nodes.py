"""RabbitMQ by TLS, as far as the first words: no test of the suite needs a RabbitMQ."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from kombu import Connection

from foundation import rabbit_nodes
from tests.servers import tls

_WORDS = b"AMQP\x00\x00\x09\x01"


@contextmanager
def _ear() -> Iterator[tuple[int, "SimpleQueue[bytes]"]]:
    """Give a port that hears the first words of whoever comes, and hangs up."""
    heard: SimpleQueue[bytes] = SimpleQueue()

    def listen() -> None:
        while True:
            try:
                caller, _ = listening.accept()
            except OSError:
                return
            with caller:
                heard.put(caller.recv(len(_WORDS), socket.MSG_WAITALL))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=listen, daemon=True).start()
        yield listening.getsockname()[1], heard


def test_each_node_is_trusted_by_its_own_name_alone(tmp_path: Path) -> None:
    rabbit_nodes.prepare()
    authority = tls.Authority(tmp_path)
    options: dict[str, Any] = {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": None}
    with _ear() as (port, heard), tls.door(port, authority) as one, tls.door(port, authority, host="127.0.0.2") as two:
        nodes = f"amqps://me:canary@127.0.0.1:{one}//;amqps://me:canary@127.0.0.2:{two}//"
        with Connection(nodes, ssl=dict(options)) as stranger, pytest.raises(ssl.SSLCertVerificationError):
            stranger._establish_connection()
        assert heard.empty()
        with Connection(nodes, ssl=options | {"ca_certs": str(authority.file)}) as cluster:
            for _ in range(2):
                with suppress(OSError):  # who listens hangs up, and a refusal would not have got so far
                    cluster._establish_connection()
                assert heard.get(timeout=5) == _WORDS
                cluster.maybe_switch_next()


def test_who_answers_with_another_nodes_certificate_is_refused(tmp_path: Path) -> None:
    rabbit_nodes.prepare()
    authority = tls.Authority(tmp_path)
    options = {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": None, "ca_certs": str(authority.file)}
    with _ear() as (port, heard), tls.door(port, authority, shows="127.0.0.2") as impostor:
        node = Connection(f"amqps://me:canary@127.0.0.1:{impostor}//", ssl=options)
        with node, pytest.raises(ssl.SSLCertVerificationError, match=r"127\.0\.0\.1"):
            node._establish_connection()
        assert heard.empty()
