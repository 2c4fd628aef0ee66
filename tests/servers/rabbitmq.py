"""A real RabbitMQ on a loopback port, with a user, a password and a directory of its own, where the machine has one.

No wheel brings it: `apt-get install rabbitmq-server` does. So no test of the suite needs it, and who asks for it and has none is told so.
"""

from __future__ import annotations

import re
import secrets
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import amqp

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

    def __init__(self, *, keeper: Keeper, version: str, program: Path, host: str = "127.0.0.1") -> None:
        super().__init__(keeper=keeper, version=version)
        self.program = program
        self.host = host
        self.password = secrets.token_urlsafe(24)
        # Erlang's own directory of nodes would listen on a port that every node of the machine shares.
        self._directory_port, self._node_port = free_port(), free_port()

    def create(self) -> None:
        """Lay out the directory and start."""
        for name in ("data", "home"):
            path = self.directory / name
            path.mkdir(mode=0o700)
            self._ours().own(path)
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
        return amqp.Connection(
            host=f"{self.host}:{self.port}", userid=USER, password=self.password, connect_timeout=5, read_timeout=20
        )

    def _url(self) -> str:
        return f"amqp://{USER}:{self.password}@{self.host}:{self.port}//"

    def _command(self) -> list[str | Path]:
        lines = (
            f"listeners.tcp.1 = {self.host}:{self.port}\n"
            f"default_user = {USER}\ndefault_pass = {self.password}\n"
            "loopback_users = none\nlog.console = true\nlog.console.level = warning\nlog.file = false\n"
        )
        self._ours().write("rabbitmq.conf", lines)
        return [self.program]

    def _environment(self) -> Mapping[str, str]:
        return {
            **PLAIN_ENVIRONMENT,
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
            "HOME": str(self.directory / "home"),
            "ERL_EPMD_PORT": str(self._directory_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"switchboard-{self.port}@localhost",
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


@contextmanager
def running(*, host: str = "127.0.0.1") -> Iterator[RabbitServer]:
    """Give a server for the length of a `with`, started here; raise `NoServerError` where the machine has none."""
    program, version = find()
    keeper = Keeper(name="rabbitmq", account=service_account(), last_signal=signal.SIGKILL)
    try:
        server = RabbitServer(keeper=keeper, version=version, program=program, host=host)
        server.create()
    except BaseException:
        keeper.close()
        raise
    try:
        yield server
    finally:
        server.close()


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
