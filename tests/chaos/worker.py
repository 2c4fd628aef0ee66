"""A worker with traps: it dies at a labelled point, with a kind of post, when the parent wishes it. The product has no hook.

Traps are set around the product's own functions, around the commit of Django's connections and around the reading of an
HTTP answer, so that a rewritten inside is met at the same moments.
"""

import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import urllib3.connection
from django.db import Error as DatabaseTrouble
from django.db.backends.base.base import BaseDatabaseWrapper

import connectors.linkedin.errors
import connectors.linkedin.rest
import connectors.tiktok.api
from connectors.http import Answer, Http
from connectors.registry import CONNECTORS
from connectors.types import NotThere
from publishing import attempts, deeds, ledger, writes
from publishing.deeds import Deed, PostDeed
from publishing.held import HeldJob
from publishing.journal import JobJournal
from publishing.states import State
from publishing.unsendable import Unsendable
from publishing.writes import Settle, Write
from tests.chaos import wishes
from tests.chaos.kinds import kind_of
from tests.chaos.wishes import BREAK, WISHES, Wishes

_SECONDS_FOR_AN_ANSWER: Final = 2.5
#: What connectors call the calls by which files travel and things are prepared.
_PARTS: Final = ("upload", "begin_", "create_container", "finish_video")
#: LinkedIn's retired version and its limit keep jobs waiting for minutes; the storm has seconds.
_SHORT_WAIT: Final = timedelta(seconds=4)


class Traps:
    """The labelled points of one worker process."""

    def __init__(self, wished: Wishes) -> None:
        self._wished = wished
        self._here = threading.local()
        #: What the jobs in hand are, for those who write for many.
        self._kinds: dict[UUID, str] = {}

    def set(self) -> None:
        """Wrap what a job passes through."""
        self._around_claims()
        self._around_deeds()
        self._around_the_journal()
        self._around_processing()
        self._around_calls()
        self._around_answers()
        self._around_commits()

    def spring(self, point: str, kinds: Iterable[str] = (), number: signal.Signals = signal.SIGKILL) -> None:
        """Die here (or stop), if that is wished for one of these kinds, or for the one in this thread's hands."""
        if not self._wished.grant(point, kinds or {getattr(self._here, "kind", "")}):
            return
        os.kill(os.getpid(), number)
        while number is signal.SIGKILL:
            time.sleep(1)

    def _around_claims(self) -> None:
        claim = ledger.claim

        def claim_and_die(**asked: Any) -> Any:
            claimed = claim(**asked)
            if claimed and self._wished.is_any_open(wishes.AFTER_CLAIM):
                self.spring(wishes.AFTER_CLAIM, {_told_apart(one.job) for one in claimed})
            return claimed

        setattr(ledger, "claim", claim_and_die)  # noqa: B010 - mypy refuses the plain assignment, here and below

    def _around_deeds(self) -> None:
        """Learn what a job is, the moment its worker does."""
        deed_of = deeds.deed_of

        def learn(job: HeldJob) -> Deed:
            deed = deed_of(job)
            self._here.kind = self._kinds[job.pk] = _kind_of(job, deed)
            return deed

        setattr(attempts, "deed_of", learn)  # noqa: B010

    def _around_the_journal(self) -> None:
        note, announce = JobJournal.note, JobJournal.announce

        def note_and_die(journal: JobJournal, key: str, value: Any) -> None:
            note(journal, key, value)
            self.spring(wishes.AFTER_NOTE)

        def announce_and_die(journal: JobJournal, step: str) -> None:
            announce(journal, step)
            self.spring(wishes.AFTER_ANNOUNCE)

        setattr(JobJournal, "note", note_and_die)  # noqa: B010
        setattr(JobJournal, "announce", announce_and_die)  # noqa: B010

    def _around_processing(self) -> None:
        record = ledger.record_processing

        def die_or_record(*given: Any, **told: Any) -> None:
            self.spring(wishes.AFTER_PROCESSING)
            record(*given, **told)

        setattr(ledger, "record_processing", die_or_record)  # noqa: B010

    def _around_calls(self) -> None:
        call = Http.call

        def call_and_die(
            http: Http,
            method: str,
            url: str,
            *,
            operation: str,
            last_moment: Callable[[], None] | None = None,
            **asked: Any,
        ) -> Answer:
            if last_moment is None or operation.startswith(_PARTS):
                answer = call(http, method, url, operation=operation, last_moment=last_moment, **asked)
                if answer.ok and operation.startswith(_PARTS):
                    self.spring(wishes.AFTER_PART)
                return answer
            self.spring(wishes.STALL, number=signal.SIGSTOP)
            fence: Callable[[], None] = last_moment

            def pass_fence_and_die() -> None:
                fence()
                self.spring(wishes.BEFORE_SEND)

            self._here.publishing = True
            try:
                answer = call(http, method, url, operation=operation, last_moment=pass_fence_and_die, **asked)
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
            if getattr(self._here, "publishing", False) and self._wished.is_any_open(wishes.AFTER_ACCEPT):
                wire = connection.sock
                if select.select([wire], [], [], _SECONDS_FOR_AN_ANSWER)[0]:
                    head = wire.recv(12, socket.MSG_PEEK)
                    if head[8:10] == b" 2":
                        self.spring(wishes.AFTER_ACCEPT)
            return read(connection)

        setattr(urllib3.connection.HTTPConnection, "getresponse", die_or_read)  # noqa: B010

    def _around_commits(self) -> None:
        """Die right before and right after the commit of a transaction in which a job was written down as published."""
        perform, commit = writes.perform, BaseDatabaseWrapper.commit

        def perform_and_die(batch: Sequence[Write]) -> list[Exception | None]:
            settled = [one.job_id for one in batch if isinstance(one, Settle) and one.there is State.PUBLISHED]
            self._here.recorded = {self._kinds.get(job, "") for job in settled}
            try:
                verdicts = perform(batch)
            finally:
                recorded, self._here.recorded = self._here.recorded, set()
            if recorded:
                self.spring(wishes.AFTER_COMMIT, recorded)
            return verdicts

        def die_or_commit(connection: BaseDatabaseWrapper) -> None:
            recorded: set[str] = getattr(self._here, "recorded", set())
            if recorded:
                self.spring(wishes.BEFORE_COMMIT, recorded)
            commit(connection)

        setattr(writes, "perform", perform_and_die)  # noqa: B010
        setattr(BaseDatabaseWrapper, "commit", die_or_commit)  # noqa: B010


def _kind_of(job: HeldJob, deed: Deed) -> str:
    """Return what a job is, by the words of ``kinds``."""
    place = job.destination.kind
    if not isinstance(deed, PostDeed):
        return kind_of(place, job.role, files=(), link="", settings={})
    content = deed.content
    held = [attachment.file.kind.value for attachment in content.media]
    return kind_of(place, job.role, files=held, link=content.link, settings=content.settings)


def _told_apart(job: HeldJob) -> str:
    """Return what a job is that has only just been claimed; the trap must never harm what it watches."""
    try:
        return _kind_of(job, deeds.deed_of(job))
    except (DatabaseTrouble, Unsendable):
        return ""


def shorten_waits() -> None:
    """Have the waits that would outlast a storm end within it, in this process only."""
    setattr(connectors.linkedin.errors, "VERSION_WAIT", _SHORT_WAIT)  # noqa: B010
    setattr(connectors.linkedin.errors, "FALLBACK_WAIT", _SHORT_WAIT)  # noqa: B010
    setattr(connectors.linkedin.rest, "VERSION_WAIT", _SHORT_WAIT)  # noqa: B010
    # A whole storm falls into a few of TikTok's minutes.
    setattr(connectors.tiktok.api, "OF_ACCOUNT", dict.fromkeys(connectors.tiktok.api.OF_ACCOUNT, 1_000_000))  # noqa: B010


def break_product(how: str) -> None:
    """Break the product on purpose, in this process only.

    ``blind``: looking never finds anything, so an unknown outcome is simply sent again. ``unfenced`` (``fence`` over several hosts): a worker whose
    lease has run out while it was stopped sends all the same.
    """
    if how == "blind":
        for connector in CONNECTORS.values():
            for verb in ("find_published", "find_comment"):
                setattr(connector, verb, lambda *_, **__: NotThere(final=True))
    elif how in {"unfenced", "fence"}:
        setattr(JobJournal, "last_moment", lambda _: None)  # noqa: B010


def work(arguments: list[str]) -> None:
    """Be a Celery worker with traps, until killed."""
    from celery.bin.celery import celery

    wished = Wishes(Path(os.environ[WISHES]))
    Traps(wished).set()
    shorten_waits()
    break_product(os.environ.get(BREAK, ""))
    celery.main(args=["-A", "config", *arguments], standalone_mode=False)
