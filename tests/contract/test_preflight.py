"""What ``check`` says is what the platform does: nothing it lets through is refused, nothing it refuses would have passed.

At least six hundred contents of each kind of place, around every limit, are checked and then really published to the town.
The town's time passes between two of them; nobody sleeps.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors import http
from connectors.base import Connector
from connectors.errors import ConnectorError, ContentRejected, ReconnectRequired
from connectors.manager import get_connector
from connectors.types import (
    ACCESS_TOKEN,
    REFRESH_TOKEN,
    Capability,
    Content,
    Grant,
    MediaKind,
    Published,
    Target,
    destination_token,
)
from foundation.errors import Finding
from foundation.secret import Secret
from publishing.author_settings import read_one
from sandbox.adapter import SandboxAdapter
from sandbox.app import create_app
from sandbox.world import World
from tests.conftest import GATEWAY
from tests.contract.adapter import Specimen
from tests.contract.cases import KINDS, Case
from tests.contract.conftest import CALLBACKS
from tests.contract.files import File
from tests.contract.stage import Hands, begin

#: Of what the platform refuses for its content, an author is told so much beforehand.
RECALL = 0.98
FEWEST = 600
BETWEEN_POSTS_S = 15 * 60


class Ring:
    """The keys of one grant, in memory."""

    def __init__(self) -> None:
        self.secrets: dict[str, Secret] = {}

    def open(self, kind: str) -> Secret:
        """Return a key."""
        if kind not in self.secrets:
            raise ReconnectRequired("There is no such token.")
        return self.secrets[kind]


class Glass:
    """A safe that hides nothing."""

    def lock(self, secret: Secret) -> str:
        """Return it as it is."""
        return secret.reveal()

    def unlock(self, locked: str) -> Secret | None:
        """Return it as it was."""
        return Secret(locked)


@dataclass
class Journal:
    """One job's notes, in memory."""

    world: World
    notes: dict[str, Any] = field(default_factory=dict)
    opened: datetime | None = None

    @property
    def started_at(self) -> datetime:
        """When the attempt began, by the town's clock."""
        return self.world.clock.moment().astimezone(UTC)

    def recall(self, key: str) -> Any:
        """Return a note."""
        return self.notes.get(key)

    def note(self, key: str, value: Any) -> None:
        """Keep a note."""
        self.notes[key] = value

    def announce(self, step: str) -> None:
        """Nothing dies here."""

    def belongs_to_other_job(self, external_id: str) -> bool:
        """There is one job."""
        return False

    def last_moment(self) -> None:
        """The lease is endless."""

    def renew(self) -> None:
        """The lease is endless."""


@dataclass
class Town:
    """A connected account and its town, without rows."""

    case: Case
    world: World
    connector: Connector
    target: Target
    keys: Ring
    hands: Hands
    token_ends_at: datetime | None

    def findings(self, content: Content) -> list[Finding]:
        """Return the errors an author is told: of the settings' schema, of the connector, and of the kind."""
        kind = self.case.kind
        _, found = read_one(kind.settings, content.settings, where="settings")
        if not found:
            found = self.connector.check(content, kind=kind.slug)
        if len(content.media) > kind.most_media:
            found.append(Finding("media", "too_many_media", "These are more files than a post carries."))
        return found

    def refusal(self, content: Content) -> str:
        """Publish and return why the platform refused the content; empty when it is live and whole."""
        content = replace(content, media=tuple(replace(one, file=self._shelved(one.file)) for one in content.media))
        journal = Journal(self.world)
        self._keep_fresh()
        try:
            for _ in range(40):
                told = self.connector.publish(content, self.target, journal)
                if isinstance(told, Published):
                    seen = self._seen(told) if self.case.adapter.shows(content) else ""
                    return seen or self._commented(content, told)
                self.hands.shift(told.look_again_after)
        except ContentRejected as error:
            return f"{error.cause} {error.reply.facts()}"
        raise AssertionError("it never came to an end")

    def _keep_fresh(self) -> None:
        """Trade a token that is about to end, as the hub does."""
        now = self.world.clock.moment().astimezone(UTC)
        soon = now + timedelta(seconds=2 * BETWEEN_POSTS_S)
        if self.token_ends_at is None or self.token_ends_at > soon or REFRESH_TOKEN not in self.keys.secrets:
            return
        fresh = self.connector.refresh_token(now=now)
        self.keys.secrets[ACCESS_TOKEN], self.token_ends_at = fresh.access_token, fresh.access_expires_at
        if fresh.refresh_token is not None:
            self.keys.secrets[REFRESH_TOKEN] = fresh.refresh_token

    def _shelved(self, file: Any) -> File:
        """Put a picture where the town can fetch it, and whatever is made of it too."""
        if file.kind is MediaKind.IMAGE:
            self._plant(file)
        shelved: File = replace(file, on_made=self._plant)
        return shelved

    def _plant(self, file: File) -> None:
        self.world.media.plant(file.public_url, file.body, file.content_type)

    def _seen(self, published: Published) -> str:
        self.hands.shift(timedelta(seconds=60))
        self.world.run_errands()
        newest = next(iter(self.world.platforms[self.case.connector.slug].timeline(self.target.external_id)), None)
        if newest is None or not newest.live:
            return "it was taken, and nobody sees it"
        assert published.note in self.case.adapter.notes(), "what is shown is what was sent"
        return ""

    def _commented(self, content: Content, published: Published) -> str:
        if not content.first_comment or Capability.FIRST_COMMENT not in self.connector.capabilities:
            return ""
        try:
            self.connector.comment(
                content.first_comment, self.target, parent=published.external_id, journal=Journal(self.world)
            )
        except ContentRejected as error:
            return f"its first comment: {error.cause} {error.reply.facts()}"
        return ""


@pytest.fixture
def hands() -> Iterator[Hands]:
    """A clock that stands still until it is moved, for the town and for what the hub counts by the minute."""
    with begin() as found:
        yield found


@pytest.fixture
def town(case: Case, settings: Any, hands: Hands) -> Any:
    """A town with one connected account; its quotas are out of the way, for they are no rule of content."""
    world = World(redirect_uris=CALLBACKS)
    http.mount(GATEWAY, SandboxAdapter(create_app(world)))
    case.adapter.prepare(world)
    world.switches.set({**case.adapter.switches(), **case.adapter.without_quotas()})
    for name, value in case.adapter.hub_settings().items():
        setattr(settings, name, value)
    slug = case.connector.slug
    blank = get_connector(slug)
    grant = granted(blank, world, settings.PUBLIC_URL)
    ring = Ring()
    ring.secrets[ACCESS_TOKEN] = grant.access_token
    if grant.refresh_token is not None:
        ring.secrets[REFRESH_TOKEN] = grant.refresh_token
    places = {place.external_id: place for place in blank.fetch_accounts(access_token=grant.access_token)}
    ring.secrets |= {destination_token(name): place.token for name, place in places.items() if place.token}
    place = places[case.adapter.place(case.kind.slug)]
    target = Target(place.kind, place.external_id, place.name, place.facts, grant.scopes_granted)
    connector = type(blank)(app=blank.app, http=blank.http, keys=ring, safe=Glass())
    yield Town(case, world, connector, target, ring, hands, grant.access_expires_at)
    http.unmount(GATEWAY)


def granted(blank: Connector, world: World, public_url: str) -> Grant:
    """Connect without rows, by a login or by a key."""
    now = datetime.now(UTC)
    if Capability.OAUTH not in blank.capabilities:
        key = Secret(str(world.platforms[blank.slug].consent({})["key"]))
        return blank.connect_with_key(key=key, now=now)
    callback = f"{public_url}/api/oauth/{blank.slug}/callback"
    url = blank.authorize_url(redirect_uri=callback, state=Secret("state"))
    code = Secret(str(world.platforms[blank.slug].consent({"url": url})["code"]))
    return blank.exchange_code(code=code, redirect_uri=callback, now=now)


@dataclass
class Tally:
    """What came of all contents of one kind."""

    taken: int = 0
    foretold: int = 0
    missed: list[str] = field(default_factory=list)
    tolerated: Counter[str] = field(default_factory=Counter)
    stricter: Counter[str] = field(default_factory=Counter)
    false_blocks: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many the platform refused for their content."""
        return self.foretold + len(self.missed) + self.tolerated.total()

    @property
    def recall(self) -> float:
        """Of those, how many an author was told of."""
        return self.foretold / self.refused

    def __str__(self) -> str:
        lines = [
            f"{self.taken} taken, {self.refused} refused by the platform, recall {self.recall:.2%}",
            f"{self.foretold} foretold, {len(self.missed)} missed, {dict(self.tolerated)} warned of",
            f"stricter than the town, as the sheet says: {dict(self.stricter)}",
            f"false blocks: {len(self.false_blocks)}",
            *(f"  BLOCKED {line}" for line in self.false_blocks[:40]),
            *(f"  MISSED {line}" for line in self.missed[:40]),
            *(f"  BROKEN {line}" for line in self.broken[:40]),
        ]
        return "\n".join(lines)


def weigh(town: Town, specimens: Sequence[Specimen]) -> Tally:
    """Check and publish everything, and count."""
    tally, adapter = Tally(), town.case.adapter
    stricter, may_be_missed = adapter.may_be_stricter(), adapter.may_be_missed()
    for specimen in specimens:
        found = town.findings(specimen.content)
        errors = {named(one) for one in found if one.severity == "error"}
        try:
            refusal = town.refusal(specimen.content)
        except (ConnectorError, KeyError, IndexError, StopIteration) as error:
            # What was refused beforehand is never handed to a connector, so it owes nothing then.
            if not errors:
                tally.broken.append(f"{specimen.about}: {error!r}")
            continue
        finally:
            town.hands.shift(timedelta(seconds=BETWEEN_POSTS_S))
        warned = {named(one) for one in found} & set(may_be_missed)
        if refusal and errors:
            tally.foretold += 1
        elif refusal and warned:
            tally.tolerated.update(warned)
        elif refusal:
            tally.missed.append(f"{specimen.about}: {refusal}")
        elif errors and not errors <= set(stricter):
            tally.false_blocks.append(f"{specimen.about}: {sorted(errors)}")
        elif errors:
            tally.stricter.update(errors)
        else:
            tally.taken += 1
    return tally


@pytest.mark.parametrize("case", KINDS, ids=lambda case: case.kind.slug)
def test_the_check_foretells_what_the_platform_refuses_and_blocks_nothing_it_takes(town: Town, case: Case) -> None:
    parent = (
        town.connector.publish(Content("Seen by all"), town.target, Journal(town.world)) if reshares(case) else None
    )
    specimens = list(
        case.adapter.specimens(case.kind.slug, parent.external_id if isinstance(parent, Published) else "")
    )
    assert len(specimens) >= FEWEST
    tally = weigh(town, specimens)
    assert tally.broken == [], str(tally)
    assert tally.false_blocks == [], str(tally)
    assert tally.missed == [], str(tally)
    assert tally.recall >= RECALL, str(tally)
    assert tally.refused >= FEWEST / 10, f"the contents are not around the limits\n{tally}"
    assert tally.taken >= FEWEST / 10, f"the contents are not around the limits\n{tally}"


def named(finding: Finding) -> str:
    """Return what a finding is, in the words of the adapters' tables: its code, and the field without numbers."""
    parts = ["*" if part.isdecimal() else part for part in finding.field.split(".")]
    return f"{finding.code} {'.'.join(parts[:2] if parts[0] == 'settings' else parts)}"


def reshares(case: Case) -> bool:
    """Tell whether a kind reshares posts."""
    return Capability.RESHARE in case.kind.takes
