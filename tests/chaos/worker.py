"""A worker with traps: it dies at a labelled point when the parent wishes it. The product has no hook for this.

Traps are set around the product's own functions, around the commit of Django's connections and around the reading of an
HTTP answer, so that a rewritten inside is met at the same moments.
"""

import os
import re
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import urllib3.connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from connectors.http import Answer, Http
from connectors.registry import CONNECTORS
from connectors.types import NotThere
from publishing import ledger
from publishing.journal import JobJournal
from tests.chaos import wishes
from tests.chaos.wishes import BREAK, WISHES, Wishes

_RECORDING: Final = re.compile(r'update\s+"?publish_jobs"?\s.*published_at', re.I | re.S)
_SECONDS_FOR_AN_ANSWER: Final = 2.5


class Traps:
    """The labelled points of one worker process."""

    def __init__(self, wished: Wishes) -> None:
        self._wished = wished
        self._here = threading.local()

    def set(self) -> None:
        """Wrap what a job passes through."""
        self._around_claims()
        self._around_calls()
        self._around_answers()
        self._around_commits()

    def spring(self, point: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Die here (or stop), if that is wished."""
        if not self._wished.is_open(point) or not self._wished.grant(point):
            return
        os.kill(os.getpid(), number)
        while number is signal.SIGKILL:
            time.sleep(1)

    def _around_claims(self) -> None:
        claim = ledger.claim

        def claim_and_die(**asked: Any) -> Any:
            claimed = claim(**asked)
            if claimed:
                self.spring(wishes.AFTER_CLAIM)
            return claimed

        setattr(ledger, "claim", claim_and_die)  # noqa: B010 - mypy refuses the plain assignment, here and below

    def _around_calls(self) -> None:
        call = Http.call

        def call_and_die(
            http: Http, method: str, url: str, *, last_moment: Callable[[], None] | None = None, **asked: Any
        ) -> Answer:
            if last_moment is None:
                return call(http, method, url, **asked)
            self.spring(wishes.STALL, signal.SIGSTOP)
            fence: Callable[[], None] = last_moment

            def pass_fence_and_die() -> None:
                fence()
                self.spring(wishes.BEFORE_SEND)

            self._here.publishing = True
            try:
                answer = call(http, method, url, last_moment=pass_fence_and_die, **asked)
            finally:
                self._here.publishing = False
            if answer.ok:
                self.spring(wishes.AFTER_REPLY)
            return answer

        setattr(Http, "call", call_and_die)  # noqa: B010

    def _around_answers(self) -> None:
        """Die when a good answer has come to this machine and nobody has read it."""
        read = urllib3.connection.HTTPConnection.getresponse

        def die_or_read(connection: urllib3.connection.HTTPConnection) -> Any:
            if getattr(self._here, "publishing", False) and self._wished.is_open(wishes.AFTER_ACCEPT):
                wire = connection.sock
                if select.select([wire], [], [], _SECONDS_FOR_AN_ANSWER)[0]:
                    head = wire.recv(12, socket.MSG_PEEK)
                    if head.endswith(b" 200"):
                        self.spring(wishes.AFTER_ACCEPT)
            return read(connection)

        setattr(urllib3.connection.HTTPConnection, "getresponse", die_or_read)  # noqa: B010

    def _around_commits(self) -> None:
        """Die right before and right after the commit of a transaction in which a job was written down as published."""
        commit, rollback = BaseDatabaseWrapper.commit, BaseDatabaseWrapper.rollback

        def watch(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
            result = execute(sql, params, many, context)
            if isinstance(sql, str) and _RECORDING.search(sql) and _says_published(params):
                self._here.recorded = True
            return result

        def watch_connection(connection: Any, **_: Any) -> None:
            if watch not in connection.execute_wrappers:
                connection.execute_wrappers.append(watch)

        def die_around_commit(connection: BaseDatabaseWrapper) -> None:
            recorded, self._here.recorded = getattr(self._here, "recorded", False), False
            if recorded:
                self.spring(wishes.BEFORE_COMMIT)
            commit(connection)
            if recorded:
                self.spring(wishes.AFTER_COMMIT)

        def forget(connection: BaseDatabaseWrapper) -> None:
            self._here.recorded = False
            rollback(connection)

        connection_created.connect(watch_connection, weak=False)
        setattr(BaseDatabaseWrapper, "commit", die_around_commit)  # noqa: B010
        setattr(BaseDatabaseWrapper, "rollback", forget)  # noqa: B010


def _says_published(params: Any) -> bool:
    """Tell whether a statement's values (or lists of values, in a batch) say that a job is published."""
    if isinstance(params, str):
        return params == "published"
    return isinstance(params, list | tuple) and any(_says_published(value) for value in params)


def break_product(how: str) -> None:
    """Break the product on purpose, in this process only.

    ``blind``: looking never finds anything, so an unknown outcome is simply sent again. ``unfenced``: a worker whose
    lease has run out while it was stopped sends all the same.
    """
    if how == "blind":
        for connector in CONNECTORS.values():
            setattr(connector, "find_published", lambda *_, **__: NotThere(final=True))  # noqa: B010
    elif how == "unfenced":
        setattr(JobJournal, "last_moment", lambda _: None)  # noqa: B010


def work(arguments: list[str]) -> None:
    """Be a Celery worker with traps, until killed."""
    from celery.bin.celery import celery

    wished = Wishes(Path(os.environ[WISHES]))
    Traps(wished).set()
    break_product(os.environ.get(BREAK, ""))
    celery.main(args=["-A", "config", *arguments], standalone_mode=False)
