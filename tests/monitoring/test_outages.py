"""Each kind of outage, caused where it happens (a row, the wire, a key): at the next look readiness says what it is, and the overview what to do.

``python -m tests.outages`` causes them in processes of their own, and times them.
"""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.conf import LazySettings
from django.db import OperationalError
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from foundation.secret import Secret
from monitoring import heartbeats, runbook
from monitoring.models import Heartbeat
from monitoring.readiness import FULL, QUEUES, SILENCE
from publishing.restoring import MARK
from tenants.models import User
from tests.connectors.wire import closed_port

Cause = Callable[[ExitStack, LazySettings], None]


def silent(**which: str) -> Cause:
    def cause(stack: ExitStack, settings: LazySettings) -> None:
        last = timezone.now() - SILENCE - timedelta(seconds=1)
        assert Heartbeat.objects.filter(**which).update(seen_at=last)

    return cause


def _full_queue(stack: ExitStack, settings: LazySettings) -> None:
    link = stack.enter_context(current_app.connection_for_write())
    queue = link.SimpleQueue("tokens")
    stack.callback(queue.close)
    stack.callback(queue.clear)
    for _ in range(FULL + 1):
        queue.put({})


def _no_broker(stack: ExitStack, settings: LazySettings) -> None:
    patched = stack.enter_context(pytest.MonkeyPatch.context())
    patched.setattr(current_app.conf, "broker_url", f"redis://127.0.0.1:{closed_port()}/0")


def _no_database(stack: ExitStack, settings: LazySettings) -> None:
    def lost(*args: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    stack.enter_context(database.execute_wrapper(lost))


def _wrong_key(stack: ExitStack, settings: LazySettings) -> None:
    settings.VAULT_MASTER_KEY = Secret("another master key, long enough 0123456789")


def _restored(stack: ExitStack, settings: LazySettings) -> None:
    stack.enter_context(table(MARK))


@contextmanager
def table(name: str) -> Iterator[None]:
    with database.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name} (taken_at timestamp with time zone NOT NULL)")
        yield
        cursor.execute(f"DROP TABLE {name}")


#: What happens, its code, whether the hub is ready nevertheless, and words of what must be done.
OUTAGES: dict[str, tuple[Cause, str, bool, str]] = {
    "every worker dead": (silent(name__startswith="worker:"), "worker.silent", False, "celery -A config worker"),
    "one of two workers dead": (silent(name="worker:elsewhere/7"), "worker.one_silent", True, "See why it died"),
    "beat stopped": (silent(name=heartbeats.BEAT), "beat.silent", False, "celery -A config beat"),
    "a queue full": (_full_queue, "queue.full", True, "See whether the workers of that queue run"),
    "broker unreachable": (_no_broker, "broker.unreachable", False, "Check REDIS_URL and that Redis runs"),
    "database unreachable": (_no_database, "database.unreachable", False, "Check DATABASE_URL"),
    "wrong vault key": (_wrong_key, "vault.key_wrong", False, "VAULT_MASTER_KEY_FILE"),
    "restored and not looked through": (_restored, "ledger.restored", False, "manage.py after_restore"),
}


@pytest.fixture
def operator(client: Client, owner: User, now: datetime) -> Client:
    """A browser of somebody who runs a hub that is well."""
    heartbeats.beat_worker(QUEUES, now=timezone.now())
    Heartbeat.objects.create(name="worker:elsewhere/7", owner=",".join(QUEUES), seen_at=timezone.now())
    heartbeats.beat(heartbeats.BEAT, now=timezone.now())
    User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
    client.force_login(owner)
    client.raise_request_exception = False
    assert not wrong(client)
    return client


def wrong(client: Client) -> dict[str, dict[str, Any]]:
    """Return what readiness says is not well, by code."""
    return {part["code"]: part for part in client.get("/readyz").json()["parts"] if part["code"]}


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("kind", OUTAGES)
def test_an_outage_is_named_by_readiness_and_the_overview_with_what_to_do(
    kind: str, operator: Client, settings: LazySettings
) -> None:
    cause, code, ready, remedy = OUTAGES[kind]
    with ExitStack() as stack:
        cause(stack, settings)
        told, page = wrong(operator), operator.get("/")
    part = told[code]
    assert all(one["ok"] for one in told.values()) == ready
    assert remedy in part["remedy"]
    assert part["runbook"] == runbook.path_of(code)
    shown = words(page.content.decode())
    if code == "database.unreachable":
        # No page but this can be made without it, and whoever sees it may be anybody.
        assert page.status_code == 503
        assert "The database does not answer" in shown
        return
    assert page.status_code == 200
    assert " ".join(part["detail"].split())[1:] in shown
    assert part["remedy"] in shown
    # Nothing else is accused of it.
    assert set(told) == {code}
