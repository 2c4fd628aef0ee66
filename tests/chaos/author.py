"""Tenants with connected accounts, and posts accepted through the real services, also while the database is restarted.

Import this only after ``django.setup()``.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.db import connections
from django.utils import timezone

from connectors.manager import get_connector
from connectors.models import Destination
from connectors.services import choose_destinations, store_destinations, store_grant
from foundation.secret import Secret
from publishing.accepting import publish_post
from publishing.contents import content_of
from publishing.doorbell import ring_after_commit
from publishing.drafts import Draft
from publishing.models import Attempt, PublishJob
from tenants.principal import Principal
from tenants.services import create_tenant
from tests.chaos.checking import Job, Saying
from tests.chaos.town import AMELIE, JONAS, Town

CALLBACK_PATH: Final = "/api/oauth/meta/callback"
#: A tenant chooses at most so many Pages; a post with many destinations goes to all of them.
MOST_PAGES: Final = 12
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
    "#tag",
    "東京",
)


@dataclass(frozen=True)
class House:
    """A tenant and the places it can publish to."""

    principal: Principal
    places: tuple[Destination, ...]


def settle(town: Town, *, tenants: int, rng: random.Random) -> list[House]:
    """Make tenants and connect each through the sandbox's consent, as a person with a browser would."""
    houses = []
    for number in range(1, tenants + 1):
        now = timezone.now()
        tenant = create_tenant(name=f"Chaos {number}")
        principal = Principal.of_system(tenant, "chaos")
        connector = get_connector("meta")
        redirect_uri = f"{settings.PUBLIC_URL}{CALLBACK_PATH}"
        dialog = connector.authorize_url(redirect_uri=redirect_uri, state=Secret(f"chaos-{number}"))
        code = town.consent(person=JONAS if number % 2 else AMELIE, dialog=dialog)
        grant = connector.exchange_code(code=Secret(code), redirect_uri=redirect_uri, now=now)
        connection = store_grant(tenant=tenant, platform="meta", grant=grant, actor=principal.actor, now=now)
        found = connector.fetch_accounts(access_token=grant.access_token)
        places = [p for p in store_destinations(connection=connection, found=found, now=now) if not p.obstacle]
        chosen = rng.sample(places, min(MOST_PAGES, len(places)))
        choose_destinations(principal=principal, connection=connection, chosen=[place.pk for place in chosen])
        houses.append(House(principal, tuple(chosen)))
    return houses


class Author:
    """Writes posts in a thread of its own, as many as are allowed, and keeps account of what was accepted."""

    def __init__(self, houses: Sequence[House], *, jobs: int, seed: int) -> None:
        self.accepted: list[Saying] = []
        self.kinds: Counter[str] = Counter()
        #: How often an acceptance was tried again, and how often it turned out to have been accepted before.
        self.tried_again = self.replayed = 0
        self._houses = houses
        self._jobs = jobs
        self._seed = seed
        self._rng = random.Random(seed)
        self._allowed = 0
        self._written = 0
        self._change = threading.Condition()
        self._trouble: BaseException | None = None
        threading.Thread(target=self._run, name="author", daemon=True).start()

    def allow(self, jobs: int) -> None:
        """Let so many more jobs be accepted."""
        with self._change:
            self._allowed = min(self._jobs, self._allowed + jobs)
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
                house = self._houses[self._written % len(self._houses)]
                self._accept(house.principal, *self._write(house, room))
        except BaseException as error:
            self._trouble = error
        finally:
            connections.close_all()

    def _write(self, house: House, room: int) -> tuple[str, Draft, dict[str, Destination]]:
        """Write a post of a random kind for at most so many places."""
        self._written += 1
        rng, number = self._rng, self._written
        text = f"Chaos {self._seed}, no. {number}: {' '.join(rng.sample(_WORDS, 4))}\n{rng.choice(_WORDS)}"
        link = f"https://example.com/{self._seed}/{number}"
        kind = rng.choices(("text", "link", "bare link", "scheduled", "many"), (45, 20, 5, 15, 15))[0]
        count = len(house.places) if kind == "many" else 1
        places = rng.sample(house.places, min(room, count))
        draft = Draft(text=text, destinations=tuple(place.pk for place in places))
        match kind:
            case "link":
                draft = replace(draft, link=link)
            case "bare link":
                draft = replace(draft, text="", link=link)
            case "scheduled":
                # Whole seconds, so that several are due at the same moment.
                moment = (timezone.now() + timedelta(seconds=rng.randint(2, 5))).replace(microsecond=0)
                draft = replace(draft, publish_at=moment.isoformat())
            case "many":
                draft = replace(draft, overrides={places[0].pk: {"text": f"{text} (for {places[0].name})"}})
        return kind, draft, {str(place.pk): place for place in places}

    def _accept(self, principal: Principal, kind: str, draft: Draft, places: dict[str, Destination]) -> None:
        """Accept it, with the same key again and again while the database is away."""
        key = f"{self._seed}-{self._written}"
        give_up = time.monotonic() + _LONGEST_OUTAGE
        while True:
            try:
                _, before = publish_post(principal=principal, draft=draft, idempotency_key=key, now=timezone.now())
                break
            except DatabaseTrouble:
                if time.monotonic() > give_up:
                    raise
                self.tried_again += 1
                connections.close_all()
                time.sleep(0.2)
        self.replayed += before
        self.kinds[kind] += len(places)
        for destination_id in draft.destinations:
            content = draft.content_for(destination_id)
            place = places[str(destination_id)]
            self.accepted.append(Saying(place.external_id, content.text, content.link))
        ring_after_commit()


def jobs_now() -> list[Job]:
    """Return every job as the ledger has it."""
    _find_a_living_connection()
    closed: dict[object, float] = {}
    for job_id, moment in Attempt.objects.exclude(closed_at=None).values_list("job_id", "closed_at"):
        if moment is not None:
            closed[job_id] = max(closed.get(job_id, 0.0), moment.timestamp())
    found = []
    for job in PublishJob.objects.filter(role="post").select_related("post", "destination"):
        content = content_of(job.post, job.destination_id)
        due = (job.post.publish_at or job.created_at).timestamp()
        saying = Saying(job.destination.external_id, content.text, content.link)
        found.append(Job(str(job.pk), saying, job.state, job.external_id, job.error_kind, due, closed.get(job.pk)))
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
