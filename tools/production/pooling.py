"""PgBouncer in transaction mode between the hub and its database."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from tests.servers.process import free_port
from tools.production import front

_SETTINGS = """[databases]
* = host={host} port={port} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 20
max_client_conn = 500
ignore_startup_parameters = extra_float_digits,options
"""


@contextmanager
def pgbouncer(url: str, home: Path) -> Iterator[str]:
    """Run PgBouncer until the end of a with; give the address by which the hub goes through it."""
    program = front.required("pgbouncer")
    parts, port = urlsplit(url), free_port()
    told = home / "pgbouncer.ini"
    told.write_text(
        _SETTINGS.format(
            host=parts.hostname,
            port=parts.port,
            user=parts.username,
            password=unquote(parts.password or ""),
            listen=port,
        ),
        encoding="utf-8",
    )
    told.chmod(0o644)
    home.chmod(0o711)
    own = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    with (home / "pgbouncer.log").open("ab") as log:
        process = subprocess.Popen([program, str(told)], stdout=log, stderr=log, start_new_session=True, user=own)
    through = f"postgres://{parts.username}:{parts.password}@127.0.0.1:{port}{parts.path}"
    try:
        for _ in range(100):
            try:
                psycopg.connect(through, connect_timeout=2).close()
                break
            except psycopg.OperationalError:
                time.sleep(0.1)
        yield through
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
