"""A real RabbitMQ on a loopback port, with a user, a password and a directory of its own, where the machine has one; or three
that are one cluster and speak TLS alone.

No wheel brings it: `apt-get install rabbitmq-server` does. So no test of the suite needs it, and who asks for it and has none is told so.
"""

from __future__ import annotations

import re
import secrets
import signal
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import amqp

from tests.servers import tls
from tests.servers.process import PLAIN_ENVIRONMENT, Keeper, NoServerError, free_port, service_account
from tests.servers.server import Server

USER = "switchboard"
OLDEST = (3, 10)
"""The first whose quorum queues take a message's time to live, by which tasks are tried again later."""

QUEUES = ("publish", "health", "tokens", "webhooks", "analytics")

REMEDY = (
    "Install it (Debian: apt-get install rabbitmq-server; macOS: brew install rabbitmq). It need not run: this starts one of its "
    "own, apart from any other."
)


class RabbitServer(Server):
    kind = "RabbitMQ"
    stop_signal = signal.SIGTERM

    def __init__(
        self,
        *,
        keeper: Keeper,
        version: str,
        program: Path,
        host: str = "127.0.0.1",
        authority: tls.Authority | None = None,
        joins: Sequence[RabbitServer] = (),
    ) -> None:
        super().__init__(keeper=keeper, version=version)
        self.program = program
        self.host = host
        #: Who signs its certificate; where there is one, it speaks TLS alone.
        self.authority = authority
        #: The nodes that are there already, whose cluster it joins.
        self.joins = joins
        first: RabbitServer | None = joins[0] if joins else None
        self.password: str = first.password if first else secrets.token_urlsafe(24)
        self._cookie: str = first._cookie if first else secrets.token_hex(16)
        # Erlang's own directory of nodes would listen on a port that every node of the machine shares.
        self._directory_port: int = first._directory_port if first else free_port()
        self._node_port = free_port()
        self.node = f"switchboard-{self.port}@localhost"

    def create(self) -> None:
        """Lay out the directory and start."""
        for name in ("data", "home"):
            path = self.directory / name
            path.mkdir(mode=0o700)
            self._ours().own(path)
        # By it nodes know each other.
        self._ours().write("home/.erlang.cookie", self._cookie)
        if self.authority is not None:
            for name, file in (("ca.pem", self.authority.file), ("own.pem", self.authority.certificate(self.host))):
                self._ours().write(name, file.read_text(encoding="ascii"))
        self.start()

    def flush(self) -> None:
        """Forget every message that waits in the hub's queues."""
        with self.link() as link:
            for queue in QUEUES:
                try:
                    link.channel().queue_purge(queue)
                except amqp.NotFound:
                    continue

    def link(self) -> amqp.Connection:
        """Speak with it; to be used by a ``with``."""
        trust = {"ca_certs": str(self.authority.file), "cert_reqs": ssl.CERT_REQUIRED} if self.authority else {}
        return amqp.Connection(
            host=f"{self.host}:{self.port}",
            userid=USER,
            password=self.password,
            connect_timeout=5,
            read_timeout=20,
            ssl={**trust, "server_hostname": self.host} if trust else False,
        )

    def _url(self) -> str:
        return f"amqp{'s' if self.authority else ''}://{USER}:{self.password}@{self.host}:{self.port}//"

    def _command(self) -> list[str | Path]:
        way = "ssl" if self.authority else "tcp"
        lines = (
            f"listeners.{way}.1 = {self.host}:{self.port}\n"
            f"default_user = {USER}\ndefault_pass = {self.password}\n"
            "loopback_users = none\nlog.console = true\nlog.console.level = warning\nlog.file = false\n"
        )
        if self.authority is not None:
            own, signer = self.directory / "own.pem", self.directory / "ca.pem"
            lines += f"listeners.tcp = none\nssl_options.certfile = {own}\nssl_options.keyfile = {own}\nssl_options.cacertfile = {signer}\n"
        if self.joins:
            lines += "cluster_formation.peer_discovery_backend = classic_config\n"
            for number, one in enumerate((*self.joins, self), 1):
                lines += f"cluster_formation.classic_config.nodes.{number} = {one.node}\n"
        self._ours().write("rabbitmq.conf", lines)
        return [self.program]

    def _environment(self) -> Mapping[str, str]:
        return {
            **PLAIN_ENVIRONMENT,
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
            "HOME": str(self.directory / "home"),
            "ERL_EPMD_PORT": str(self._directory_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_DIST_PORT": str(self._node_port),
            "RABBITMQ_CONFIG_FILE": str(self.directory / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": "/dev/null",
            "RABBITMQ_MNESIA_BASE": str(self.directory / "data"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_LOG_BASE": str(self.directory / "data"),
            "ERL_CRASH_DUMP": "/dev/null",
            # Else a shell stands between us and the server, and is all that our signals reach.
            "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_SERVER_START_ARGS": "-noinput",
        }

    def _answers(self) -> bool:
        try:
            with self.link() as link:
                return bool(link.connected)
        except (OSError, amqp.AMQPError):
            return False


class Cluster:
    """Three nodes that are one broker, of which one dies at a time."""

    def __init__(self, nodes: Sequence[RabbitServer]) -> None:
        self.nodes = nodes
        #: How often one has died.
        self.deaths = 0

    @property
    def url(self) -> str:
        """Every node, as the hub's settings want them."""
        return ";".join(node.url for node in self.nodes)

    def kill(self) -> None:
        """Kill a node: each time the next."""
        self.nodes[self.deaths % len(self.nodes)].kill()
        self.deaths += 1

    def start(self) -> None:
        """Start again what was killed."""
        for node in self.nodes:
            if node.pid is None:
                node.start()

    def flush(self) -> None:
        """Forget every message that waits in the hub's queues."""
        next(node for node in self.nodes if node.pid is not None).flush()


@contextmanager
def running(
    *, host: str = "127.0.0.1", authority: tls.Authority | None = None, joins: Sequence[RabbitServer] = ()
) -> Iterator[RabbitServer]:
    """Give a server for the length of a `with`, started here; raise `NoServerError` where the machine has none."""
    program, version = find()
    keeper = Keeper(name="rabbitmq", account=service_account(), last_signal=signal.SIGKILL)
    try:
        server = RabbitServer(
            keeper=keeper, version=version, program=program, host=host, authority=authority, joins=joins
        )
        server.create()
    except BaseException:
        keeper.close()
        raise
    try:
        yield server
    finally:
        server.close()


@contextmanager
def cluster(authority: tls.Authority) -> Iterator[Cluster]:
    """Give three nodes, each with an address of its own and a certificate for that, for the length of a `with`."""
    with ExitStack() as stack:
        nodes: list[RabbitServer] = []
        for number in range(1, 4):
            node = running(host=f"127.0.0.{number}", authority=authority, joins=tuple(nodes))
            nodes.append(stack.enter_context(node))
        yield Cluster(nodes)


def find() -> tuple[Path, str]:
    """Return the program that starts a node, without the wrappers that want an account of its own, and its version."""
    patterns = ("usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin", "opt/rabbitmq/sbin", "opt/homebrew/opt/rabbitmq/sbin")
    refused = "none found"
    for pattern in patterns:
        for folder in sorted(Path("/").glob(pattern), reverse=True):
            program = folder / "rabbitmq-server"
            named = re.search(r"(\d+)\.(\d+)\.\d+", str(folder.resolve().parent))
            if program.exists() and named is not None:
                if (int(named[1]), int(named[2])) >= OLDEST:
                    return program, named[0]
                refused = f"{program} is too old ({named[0]})"
    raise NoServerError(f"No RabbitMQ on this machine: {refused}.\n{REMEDY}")
