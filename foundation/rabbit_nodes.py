"""RabbitMQ by TLS: every node of ``BROKER_URL`` has to prove that it is the one that was called."""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport.pyamqp import SSLTransport


class ByOwnName(SSLTransport):
    """AMQP by TLS, with the name of the node that is called in its certificate."""

    def establish_connection(self) -> Any:
        """Call the node whose turn it is."""
        # kombu writes the name of the first node it calls into the options, which all connections share, and then wants
        # that name from every other node, too: the hub would lose the whole cluster with its first node.
        connection: Any = self.client
        connection.ssl = {**connection.ssl, "server_hostname": None}
        return super().establish_connection()


def prepare() -> None:
    """Have amqps:// lead here."""
    TRANSPORT_ALIASES["amqps"] = f"{__name__}:{ByOwnName.__name__}"
