"""Tenants with connected accounts, and posts accepted through the real services, also while the database is restarted.

Import this only after ``django.setup()``.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import Error as DatabaseTrouble
from django.db import connections
from django.utils import timezone

from connectors.base import Connector
from connectors.manager import get_connector
from connectors.models import Connection, Destination
from connectors.services import choose_destinations, store_destinations, store_grant
from connectors.types import Capability, Grant
from foundation.errors import Invalid
from foundation.secret import Secret
from media.models import Media
from publishing.accepting import publish_post
from publishing.contents import content_of, files_at, settings_at
from publishing.doorbell import ring_after_commit
from publishing.drafts import Draft
from publishing.models import Attempt, Post, PublishJob
from tenants.principal import Principal
from tenants.services import create_tenant
from tests.chaos import files
from tests.chaos.checking import Job, Saying
from tests.chaos.kinds import COMMENTS, KINDS, PLACES, Kind, kind_of
from tests.chaos.town import PEOPLE, UNFIT, Town

#: A tenant chooses at most so many places of a kind; a post with many destinations goes to all that take texts.
MOST_PLACES: Final = {"page": 10, "ig": 4, "li_member": 1, "li_org": 4, "gb": 4, "mc": 2, "tt": 1}
Given = TypeVar("Given")
_LONGEST_OUTAGE: Final = 60.0
_WORDS: Final = (
    "morgen",
    "bread",
    "Fahrrad",
    "über",
    "🥐",
    "naïve",
    "Łódź",
    "—",
    "“quoted”",
    "<b>bold</b>",
    "(all)",
    "東京",
)


@dataclass(frozen=True)
class House:
    """A tenant and the places it can publish to, by our word for their kind."""

    principal: Principal
    places: Mapping[str, tuple[Destination, ...]]


@dataclass(frozen=True)
class Written:
    """A post as its author wrote it, and what that was."""

    kind: str
    draft: Draft
    places: Mapping[UUID, Destination]


def settle(town: Town, *, tenants: int, rng: random.Random) -> list[House]:
    """Make tenants and connect each through the sandbox's consents, as a person with a browser would."""
    houses = []
    for number in range(1, tenants + 1):
        principal = Principal.of_system(create_tenant(name=f"Chaos {number}"), "chaos")
        found = [place for platform in PEOPLE for place in _connect(town, principal, platform, number)]
        chosen: dict[str, tuple[Destination, ...]] = {}
        for kind, name in PLACES.items():
            places = [place for place in found if place.kind == kind and place.external_id not in UNFIT]
            chosen[name] = tuple(rng.sample(places, min(MOST_PLACES[name], len(places))))
        for connection in {place.connection for place in found}:
            pks = [place.pk for of_kind in chosen.values() for place in of_kind if place.connection == connection]
            choose_destinations(principal=principal, connection=connection, chosen=pks)
        houses.append(House(principal, chosen))
    return houses


def _connect(town: Town, principal: Principal, platform: str, number: int) -> list[Destination]:
    now = timezone.now()
    connector = get_connector(platform)
    grant = _granted(connector, town, number)
    connection: Connection = store_grant(
        tenant=principal.tenant, platform=platform, grant=grant, actor=principal.actor, now=now
    )
    found = connector.fetch_accounts(access_token=grant.access_token)
    return [p for p in store_destinations(connection=connection, found=found, now=now) if not p.obstacle]


def _granted(connector: Connector, town: Town, number: int) -> Grant:
    """Sign in, or have a key made, as a person with a browser would."""
    platform, now = connector.slug, timezone.now()
    person = PEOPLE[platform][number % len(PEOPLE[platform])]
    if Capability.OAUTH not in connector.capabilities:
        return connector.connect_with_key(key=Secret(town.key(platform=platform, person=person)), now=now)
    redirect_uri = town.return_address(platform)
    dialog = connector.authorize_url(redirect_uri=redirect_uri, state=Secret(f"chaos-{number}"))
    code = town.consent(platform=platform, person=person, dialog=dialog)
    return connector.exchange_code(code=Secret(code), redirect_uri=redirect_uri, now=now)


class Author:
    """Writes posts in a thread of its own, as many as are allowed, and keeps account of what was accepted."""

    def __init__(self, houses: Sequence[House], *, jobs: int, seed: int) -> None:
        self.accepted: list[Saying] = []
        #: What asked to be kept in order, in that order.
        self.in_order: list[Saying] = []
        self._first_there: dict[str, UUID] = {}
        #: How often an acceptance was tried again, and how often it turned out to have been accepted before.
        self.tried_again = self.replayed = 0
        self._houses = houses
        self._jobs = jobs
        self._seed = seed
        self._rng = random.Random(seed)
        self._allowed = 0
        self._written = 0
        self._wanted: deque[str] = deque()
        self._change = threading.Condition()
        self._trouble: BaseException | None = None
        threading.Thread(target=self._run, name="author", daemon=True).start()

    def allow(self, jobs: int, *, kind: str = "") -> None:
        """Let so many more jobs be accepted, one of this kind (or with such a comment) first."""
        with self._change:
            self._allowed = min(self._jobs, self._allowed + jobs)
            if kind in KINDS or kind in COMMENTS:
                self._wanted.append(kind)
            self._change.notify_all()

    def is_through(self) -> bool:
        """Tell whether everything allowed so far is accepted; raises what went wrong in the thread."""
        if self._trouble is not None:
            raise RuntimeError("Posts could not be accepted") from self._trouble
        return len(self.accepted) >= self._allowed

    def _run(self) -> None:
        try:
            while len(self.accepted) < self._jobs:
                with self._change:
                    self._change.wait_for(lambda: len(self.accepted) < self._allowed)
                    room = self._allowed - len(self.accepted)
                    wanted = self._wanted.popleft() if self._wanted else ""
                self._accept(self._houses[self._written % len(self._houses)], wanted, room)
        except BaseException as error:
            self._trouble = error
        finally:
            connections.close_all()

    def _write(self, house: House, wanted: str, room: int) -> Written:
        """Write a post of a wanted or random kind for at most so many places."""
        self._written += 1
        rng, number = self._rng, self._written
        kinds = [kind for kind in KINDS.values() if house.places[kind.place]]
        drawn = rng.choices(kinds, [kind.weight for kind in kinds])[0]
        kind = KINDS[COMMENTS.get(wanted, wanted)] if wanted else drawn
        text = f"Chaos {self._seed}, no. {number}: {' '.join(rng.sample(_WORDS, 4))}\n{rng.choice(_WORDS)}"
        link = f"https://example.com/{self._seed}/{number}"
        own = house.places[kind.place]
        many = kind.name == "page_text" and not wanted and rng.random() < 0.15
        places = rng.sample(own, 1)
        if many:
            texts = [*own, *house.places["li_member"], *house.places["li_org"]]
            places = rng.sample(texts, min(room, len(texts)))
        draft = Draft(
            text=text if kind.words else "",
            link=link if kind.link else "",
            destinations=tuple(place.pk for place in places),
            media=tuple({"id": str(pk)} for pk in self._files(house, kind)),
            settings={places[0].kind: self._settings(kind)} if self._settings(kind) else {},
            first_comment=f"Said first, {number}" if wanted in COMMENTS or rng.random() * 100 < kind.comments else "",
        )
        if many:
            draft = replace(
                draft, overrides={places[0].pk: {"text": f"{text} (for {places[0].name})"}}, first_comment=""
            )
        elif not wanted:
            draft = self._in_its_manner(draft, kind)
        return Written("many" if many else kind.name, draft, {place.pk: place for place in places})

    def _in_its_manner(self, draft: Draft, kind: Kind) -> Draft:
        """Schedule some, keep some behind others, leave the words of some links out."""
        manner = self._rng.choices(("now", "scheduled", "in order", "bare"), (55, 18, 17, 10))[0]
        if manner == "scheduled":
            # Whole seconds, so that several are due at the same moment.
            moment = (timezone.now() + timedelta(seconds=self._rng.randint(2, 5))).replace(microsecond=0)
            return replace(draft, publish_at=moment.isoformat())
        if manner == "in order" and not kind.files:
            return replace(draft, in_order=True)
        return replace(draft, text="") if manner == "bare" and kind.name == "page_link" else draft

    def _files(self, house: House, kind: Kind) -> list[UUID]:
        """Keep the files of a post; those of a story are its own, all others serve many posts of a tenant."""
        return [
            self._patiently(files.keep, house.principal, what, self._written if not kind.words else -position)
            for position, what in enumerate(kind.files)
        ]

    def _settings(self, kind: Kind) -> dict[str, Any]:
        if kind.name == "li_org_poll":
            return {"poll": {"question": f"Which, {self._seed}-{self._written}?", "options": ["this", "that"]}}
        return dict(kind.settings)

    def _accept(self, house: House, wanted: str, room: int) -> None:
        written = self._write(house, wanted, room)
        key, draft = f"{self._seed}-{self._written}", written.draft
        try:
            post, before = self._patiently(_publish, house.principal, draft, key)
        except Invalid as error:
            found = "; ".join(finding.message for finding in error.findings)
            raise RuntimeError(f"A {written.kind} is refused: {found}") from error
        self.replayed += before
        sayings = [_saying(post, place) for place in written.places.values()]
        if draft.in_order:
            # Order is promised within one tenant's destination; several tenants publish to one place here.
            mine = house.principal.tenant.pk
            self.in_order += [one for one in sayings if self._first_there.setdefault(one.page, mine) == mine]
        self.accepted += sayings
        ring_after_commit()

    def _patiently(self, do: Callable[..., Given], *given: Any) -> Given:
        """Do something again and again while the database is away."""
        give_up = time.monotonic() + _LONGEST_OUTAGE
        while True:
            try:
                return do(*given)
            except DatabaseTrouble:
                if time.monotonic() > give_up:
                    raise
                self.tried_again += 1
                connections.close_all()
                time.sleep(0.2)


def _publish(principal: Principal, draft: Draft, key: str) -> tuple[Post, bool]:
    return publish_post(principal=principal, draft=draft, idempotency_key=key, now=timezone.now())


def _saying(post: Post, place: Destination) -> Saying:
    """Return what must stand at a place: its words, or the file where there are none."""
    content = content_of(post, place.pk)
    said = files_at(post, place.pk)
    file = ""
    if said and not content.text:
        file = files.digest(UUID(said[0]["id"]))
    return Saying(place.external_id, content.text, content.link, file)


def _kind_of(post: Post, place: Destination, role: str = "post") -> str:
    content = content_of(post, place.pk)
    kinds = [files.kind(UUID(one["id"])) for one in files_at(post, place.pk)]
    return kind_of(place.kind, role, files=kinds, link=content.link, settings=settings_at(post, place))


def jobs_now() -> list[Job]:
    """Return every job as the ledger has it; a comment is known by the post that it stands under."""
    _find_a_living_connection()
    files.learn(Media.objects.values_list("pk", "sha256", "kind"))
    closed: dict[object, float] = {}
    for job_id, moment in Attempt.objects.exclude(closed_at=None).values_list("job_id", "closed_at"):
        if moment is not None:
            closed[job_id] = max(closed.get(job_id, 0.0), moment.timestamp())
    rows = list(PublishJob.objects.select_related("post", "destination"))
    parents = {(row.post_id, row.destination_id): row for row in rows if row.role == PublishJob.Role.POST}
    found = []
    for row in rows:
        saying = _saying(row.post, row.destination)
        external_id, wants_comment = row.external_id, bool(content_of(row.post, row.destination_id).first_comment)
        due = (row.post.publish_at or row.created_at).timestamp()
        if row.role != PublishJob.Role.POST:
            saying, wants_comment, due = saying.commented(), False, row.created_at.timestamp()
            external_id = external_id and f"{parents[row.post_id, row.destination_id].external_id}#comment"
        found.append(
            Job(
                str(row.pk), saying, row.state, external_id, row.error_kind, due, closed.get(row.pk),
                kind=_kind_of(row.post, row.destination, row.role), wants_comment=wants_comment,
            )
        )  # fmt: skip
    return found


def _find_a_living_connection() -> None:
    """Use up the connections that a restart of the database left broken in this process's pool."""
    give_up = time.monotonic() + _LONGEST_OUTAGE
    while True:
        try:
            PublishJob.objects.exists()
        except DatabaseTrouble:
            if time.monotonic() > give_up:
                raise
            connections.close_all()
            time.sleep(0.1)
        else:
            return


def story_of(job_id: str) -> str:
    """Return what happened to a job, a line an event, for a person who must find out why."""
    job = PublishJob.objects.get(pk=job_id)
    said = f"tries={job.tries} deaths={job.deaths} looks={job.looks} announced={job.announced_at} {job.error_cause}"
    events = [(entry.at, f"{entry.kind} {entry.key} {entry.value or ''}") for entry in job.journal.all()]
    for attempt in job.attempts.all():
        events.append((attempt.opened_at, f"#{attempt.number} {attempt.purpose} by {attempt.worker}"))
        if attempt.closed_at is not None:
            events.append((attempt.closed_at, f"#{attempt.number} {attempt.outcome} {attempt.cause} {attempt.facts}"))
    lines = [f"{at:%H:%M:%S.%f} {what}" for at, what in sorted(events)]
    return "\n    ".join([f"job {job.pk} {job.state} {said}", *lines])
