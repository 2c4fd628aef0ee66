"""A tenant with a connected account, and a clock that hub and town share: what the cases do, in a few words each."""

import itertools
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from connectors.base import Connector
from connectors.connecting_by_key import connect_by_key
from connectors.manager import get_connector, target_of
from connectors.models import Connection, Destination
from connectors.refreshing import refresh_connection
from connectors.services import choose_destinations
from connectors.types import Capability, Target
from foundation.secret import Secret
from media.services import store_file
from media.staging import Staged
from publishing import ledger
from publishing.accepting import publish_post
from publishing.attempts import attempt_job
from publishing.drafts import Draft
from publishing.models import PublishJob
from publishing.states import RESTING, State
from sandbox.faults import fault_from
from sandbox.platforms import TimelineItem
from sandbox.world import World
from tests.conftest import House
from tests.contract.adapter import SHAPES, Adapter, Shape
from tests.contract.cases import Case
from tests.contract.making import MAKERS

_NUMBERS = itertools.count(1)


class Hands(Protocol):
    """What moves the clock of the whole process."""

    def shift(self, delta: timedelta) -> None:
        """Let so much time pass."""


@dataclass
class Stage:
    """One tenant, one platform."""

    case: Case
    house: House
    world: World
    browser: Client
    hands: Hands

    @property
    def adapter(self) -> Adapter:
        """How the platform is played."""
        return self.case.adapter

    @property
    def slug(self) -> str:
        """The platform."""
        return self.case.connector.slug

    # --- connecting ---------------------------------------------------------------------------------------------------

    def connect(self) -> Connection:
        """Go the way a person goes, by a login or by a key, and choose every place that can be published to."""
        by_login = Capability.OAUTH in self.case.connector.capabilities
        connection = self._connect_by_login() if by_login else self._connect_by_key()
        open_places = [place.pk for place in connection.destinations.all() if not place.obstacle and not place.gone_at]
        choose_destinations(principal=self.house.principal, connection=connection, chosen=open_places)
        return connection

    def _connect_by_key(self) -> Connection:
        key = Secret(str(self.world.platforms[self.slug].consent({})["key"]))
        principal, now = self.house.principal, timezone.now()
        return connect_by_key(principal=principal, platform=self.slug, key=key, now=now)[0]

    def _connect_by_login(self) -> Connection:
        """Go through both doors of a login."""
        left = self.browser.get(f"/api/oauth/{self.slug}/start")
        assert left.status_code == 302, left.content
        allowed = self.world.platforms[self.slug].consent({"url": left["Location"]})
        parts = urlsplit(str(allowed["redirect_url"]))
        back = self.browser.get(f"{parts.path}?{parts.query}")
        assert back.status_code == 302, back.content
        return Connection.objects.get(platform_id=self.slug)

    @property
    def connection(self) -> Connection:
        """The tenant's grant."""
        return Connection.objects.get(platform_id=self.slug)

    @property
    def place(self) -> Destination:
        """The place of the case's kind."""
        wanted = self.adapter.place(self.case.kind.slug)
        return Destination.objects.select_related("connection", "platform").get(
            platform_id=self.slug, kind=self.case.kind.slug, external_id=wanted
        )

    @property
    def target(self) -> Target:
        """The place as the connector sees it."""
        return target_of(self.place)

    @property
    def connector(self) -> Connector:
        """The connector with the tenant's keys; a token that has ended meanwhile was traded, as the hub does by itself."""
        ends = self.connection.access_expires_at
        if ends is not None and ends <= timezone.now():
            refresh_connection(connection_id=self.connection.pk, reason="test", clock=timezone.now)
        return get_connector(self.slug, self.connection)

    # --- saying -------------------------------------------------------------------------------------------------------

    def keep(self, sort: str) -> str:
        """Keep a new small file of the tenant's; return its id."""
        make, ending = MAKERS[sort]
        staged = Staged()
        try:
            staged.write(make(next(_NUMBERS)))
            made, _ = store_file(
                tenant=self.house.tenant,
                actor=self.house.principal.actor,
                staged=staged,
                name=f"{sort}.{ending}",
                now=timezone.now(),
            )
        finally:
            staged.close()
        return str(made.pk)

    def accept(self, shape: Shape | None = None, *, first_comment: str = "") -> PublishJob:
        """Accept a post of a form for the place; its words are its own."""
        shape = shape or self.case.form
        parent = self.say(SHAPES[Capability.TEXT][0]).external_id if shape.capability is Capability.RESHARE else ""
        chosen = self.adapter.settings(self.case.kind.slug, shape, parent)
        draft = Draft(
            text=f"Number {next(_NUMBERS)} (new) of #Spring & co_\nMore <below>",
            link=shape.link,
            destinations=(self.place.pk,),
            media=tuple({"id": self.keep(sort), "alt_text": "", "title": ""} for sort in shape.files),
            settings={self.case.kind.slug: chosen} if chosen else {},
            first_comment=first_comment,
        )
        post, _ = publish_post(principal=self.house.principal, draft=draft, idempotency_key=None, now=timezone.now())
        return post.jobs.get()

    def say(self, shape: Shape | None = None, *, first_comment: str = "") -> PublishJob:
        """Accept a post and see it published."""
        job = self.rest(self.accept(shape, first_comment=first_comment))
        assert job.state == State.PUBLISHED, told(job)
        return job

    # --- the clock and the worker ---------------------------------------------------------------------------------------

    def work(self) -> int:
        """Attempt what is due now."""
        batch = ledger.claim(now=timezone.now(), limit=100, lease=settings.PUBLISH_LEASE)
        for claimed in batch:
            attempt_job(claimed, clock=timezone.now)
        return len(batch)

    def wait(self, span: timedelta) -> None:
        """Let time pass, here and in the town."""
        self.hands.shift(span)
        self.world.run_errands()

    def rest(self, job: PublishJob, *, most: int = 60) -> PublishJob:
        """Work until a job has come to rest, however long it waits in between."""
        for _ in range(most):
            self.work()
            job.refresh_from_db()
            if job.state in RESTING:
                return job
            assert job.due_at is not None, told(job)
            self.wait(max(job.due_at - timezone.now(), timedelta()) + timedelta(milliseconds=1))
        raise AssertionError(f"it never came to rest: {told(job)}")

    def once(self, job: PublishJob) -> PublishJob:
        """Work until the outcome of the first irreversible step is written down."""
        for _ in range(60):
            self.work()
            job.refresh_from_db()
            if job.state not in {State.QUEUED, State.PROCESSING}:
                return job
            assert job.due_at is not None
            self.wait(max(job.due_at - timezone.now(), timedelta()) + timedelta(milliseconds=1))
        raise AssertionError(f"nothing was announced: {told(job)}")

    # --- the town ---------------------------------------------------------------------------------------------------------

    def strike(self, wish: dict[str, Any]) -> None:
        """Script a fault."""
        self.world.faults.add(fault_from(wish))

    def live(self) -> list[TimelineItem]:
        """Return what people see at the place, newest first."""
        self.world.run_errands()
        items = self.world.platforms[self.slug].timeline(self.adapter.place(self.case.kind.slug))
        return [item for item in items if item.live]


def told(job: PublishJob) -> str:
    """Return how a job stands and why, for people who read a failed test."""
    lines = [f"{job.state} {job.error_kind} {job.error_cause}"]
    attempts = job.attempts.order_by("number")
    lines += [
        f"  {one.number} {one.purpose} {one.outcome} {one.error_kind} {one.cause} {one.facts}" for one in attempts
    ]
    return "\n".join(lines)


def begin() -> time_machine.travel:
    """Return a clock that stands still until it is moved."""
    return time_machine.travel(timezone.now().replace(microsecond=0), tick=False)
