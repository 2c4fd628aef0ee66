"""A platform made up for tests of what only some platforms can: small, complete by the contract, and reached by the wire.

Every operation is a POST to an address of its name. The village answers what a test put into ``says``: a body, a status with
a body, or a function of what was asked. Import the fixtures by name, as ``from tests.village import village, well``.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn, cast

import pytest
from django.utils import timezone
from werkzeug.wrappers import Request, Response

from connectors import http
from connectors.base import Connector, DestinationKind, SettingsSchema
from connectors.errors import ContentRejected, OutcomeUnknown, RateLimited, ReconnectRequired, TransientError
from connectors.errors import PlatformReply as Reply
from connectors.errors import UnexpectedAnswer as Unexpected
from connectors.models import Destination, Platform
from connectors.registry import CONNECTORS
from connectors.services import choose_destinations, store_destinations, store_grant
from connectors.types import (
    ACCESS_TOKEN,
    REFRESH_TOKEN,
    Action,
    ApiVersion,
    CannotTell,
    Capability,
    Composing,
    Content,
    Facts,
    FoundDestination,
    Grant,
    HealthReport,
    Journal,
    LiveState,
    Member,
    MemberPage,
    MemberResult,
    NotThere,
    Published,
    Refreshed,
    Review,
    ReviewPage,
    Segment,
    Standing,
    Target,
)
from foundation.errors import Finding
from foundation.secret import Secret
from sandbox.adapter import SandboxAdapter
from tests.conftest import House

ADDRESS: Final = "https://village.invalid"

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "audience": {"type": "string", "enum": ["EVERYONE", "FRIENDS", "NOBODY"], "title": "Who may see it"},
        "comments": {"type": "boolean", "default": False, "title": "People may comment"},
        "event": {
            "type": "object",
            "title": "Event",
            "additionalProperties": False,
            "required": ["title"],
            "properties": {
                "title": {"type": "string", "maxLength": 58, "title": "Its title"},
                "day": {"type": "string", "format": "date", "title": "On"},
            },
        },
    },
}
WELL: Final = DestinationKind("well", "Well", 200, settings=SettingsSchema(1, SCHEMA))


class VillageConnector(Connector):
    """Speak the village's language: JSON there, JSON back, and a status that says whose turn it is."""

    slug = "village"
    name = "Village"
    capabilities = frozenset(
        {
            Capability.TEXT,
            Capability.FIND_PUBLISHED,
            Capability.REFRESH_TOKEN,
            Capability.COMPOSING,
            Capability.WATCH,
            Capability.REVIEWS,
            Capability.AUDIENCES,
            Capability.ACTIONS,
        }
    )
    kinds = (WELL,)
    actions = (
        Action(
            "rehearse",
            "Send a rehearsal",
            "Shows the post to a few people beforehand.",
            schema={
                "type": "object",
                "additionalProperties": False,
                "required": ["to"],
                "properties": {
                    "to": {"type": "array", "minItems": 1, "items": {"type": "string"}, "title": "To whom"},
                    "plain": {"type": "boolean", "default": False, "title": "Without pictures"},
                },
            },
        ),
        Action("shout", "Shout it again", "Everybody in the village hears it.", public=True),
    )

    @classmethod
    def keys_to_publish(cls, target: Target) -> tuple[str, ...]:
        """Publishing opens the one token."""
        return (ACCESS_TOKEN,)

    def budget_keys(self, destinations: Sequence[str]) -> tuple[str, ...]:
        """There is one budget."""
        return ("app",)

    def api_version(self) -> ApiVersion:
        """There is one version."""
        return ApiVersion("v1", None, f"{ADDRESS}/docs")

    def fetch_accounts(self, *, access_token: Secret) -> Sequence[FoundDestination]:
        """There is one well."""
        return [FoundDestination("well", "well-1", "The old well")]

    def check(self, content: Content, *, kind: str) -> list[Finding]:
        """Everything goes."""
        return []

    def publish(self, content: Content, target: Target, journal: Journal) -> Published:
        """Announce it, then say it."""
        journal.announce("publish")
        told = self._call("publish", text=content.text, settings=dict(content.settings), changes=True)
        journal.note("receipt", told["receipt"])
        return Published(told["receipt"])

    def find_published(
        self, content: Content, target: Target, journal: Journal, *, now: datetime
    ) -> Published | NotThere | CannotTell:
        """Nobody keeps a list."""
        return CannotTell("The village keeps no list.")

    def health_check(self, *, targets: Sequence[Target], now: datetime) -> HealthReport:
        """All is well."""
        return HealthReport()

    def revoke(self) -> None:
        """Nothing to do."""

    def refresh_token(self, *, now: datetime) -> Refreshed:
        """Trade the token."""
        return Refreshed(Secret(self._call("refresh", changes=True, kind=REFRESH_TOKEN)["token"]))

    def composing(self, target: Target, *, now: datetime) -> Composing:
        """Ask what goes now."""
        told = self._call("composing", place=target.external_id)
        longest = told.pop("longest_video_seconds", None)
        choices = {name: tuple(values) for name, values in told.get("choices", {}).items()}
        return Composing(
            **{**told, "choices": choices, "notices": tuple(told.get("notices", ()))},
            longest_video=None if longest is None else timedelta(seconds=longest),
        )

    def look_after(self, external_id: str, target: Target, journal: Facts, *, now: datetime) -> Standing:
        """Look whether it is still there."""
        told = self._call("look_after", id=external_id, noted=dict(journal))
        return Standing(**{**told, "state": LiveState(told["state"])})

    def fetch_reviews(self, target: Target, *, page: str = "") -> ReviewPage:
        """Read the reviews."""
        told = self._call("reviews", place=target.external_id, page=page)
        return ReviewPage(**{**told, "reviews": tuple(Review(**_read(one)) for one in told["reviews"])})

    def reply_to_review(self, external_id: str, text: str, target: Target) -> None:
        """Answer one."""
        self._call("reply", changes=True, review=external_id, text=text)

    def fetch_members(self, target: Target, *, page: str = "", status: str = "") -> MemberPage:
        """Read the contacts."""
        told = self._call("members", page=page, status=status)
        return MemberPage(**{**told, "members": tuple(Member(**_read(one)) for one in told["members"])})

    def fetch_segments(self, target: Target) -> Sequence[Segment]:
        """Read the segments."""
        return [Segment(**one) for one in self._call("segments")]

    def save_members(self, target: Target, members: Sequence[Member]) -> Sequence[MemberResult]:
        """Add or change contacts."""
        sent = [{"email": one.email, "status": one.status, "tags": list(one.tags)} for one in members]
        told = self._call("save_members", changes=True, members=sent)
        return [
            MemberResult(one.email, **result) if result else MemberResult(one.email, one)
            for one, result in zip(members, told, strict=True)
        ]

    def archive_member(self, target: Target, email: str) -> None:
        """Take a contact out."""
        self._call("archive", changes=True, email=email)

    def perform(self, action: str, external_id: str, arguments: Facts, target: Target, *, now: datetime) -> Facts:
        """Do it."""
        return cast(Facts, self._call(action, changes=True, id=external_id, **arguments))

    def _call(self, operation: str, *, changes: bool = False, **body: Any) -> Any:
        token = self.keys.open(ACCESS_TOKEN).reveal()
        answer = self.http.call(
            "POST",
            f"{ADDRESS}/{operation}",
            operation=operation,
            changes=changes,
            json_body=body,
            headers={"Authorization": f"Bearer {token}"},
        )
        return answer.data if answer.ok else self._refused(answer.status, answer.data, operation, changes)

    def _refused(self, status: int, said: Any, operation: str, changes: bool) -> NoReturn:
        words = said["words"] if isinstance(said, Mapping) and "words" in said else "The village said no."
        told: dict[str, Any] = {"platform": self.slug, "operation": operation, "reply": Reply(status=status)}
        match status:
            case 401:
                raise ReconnectRequired(words, remedy="Reconnect the account.", **told)
            case 422:
                raise ContentRejected(words, remedy="Say it otherwise.", **told)
            case 429:
                raise RateLimited(words, retry_after=timedelta(seconds=90), **told)
            case 500:
                raise (OutcomeUnknown if changes else TransientError)(words, **told)
            case 503:
                raise TransientError(words, **told)
        raise Unexpected(words, **told)


def _read(said: dict[str, Any]) -> dict[str, Any]:
    """Return what the village tells of one thing, its moments read and its tags as the contract has them."""
    moments = {name: datetime.fromisoformat(value) for name, value in said.items() if name.endswith("_at")}
    return {**said, **moments, **({"tags": tuple(said["tags"])} if "tags" in said else {})}


@dataclass
class Village:
    """What the village says to each operation, and what it was asked."""

    says: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer one request."""
        request = Request(environ)
        operation, body = request.path.strip("/"), json.loads(request.get_data() or b"{}")
        self.asked.append((operation, body))
        self.tokens.append(request.headers["Authorization"].removeprefix("Bearer "))
        said = self.says.get(operation, (404, {}))
        if callable(said):
            said = said(body)
        status, told = said if isinstance(said, tuple) else (200, said)
        return Response(json.dumps(told), status, content_type="application/json")(environ, start_response)

    def count(self, operation: str) -> int:
        """How often it was asked for this."""
        return sum(name == operation for name, _ in self.asked)


@pytest.fixture
def village(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Village]:
    """The village, registered like any platform."""
    made = Village()
    monkeypatch.setitem(CONNECTORS, "village", VillageConnector)
    settings.VILLAGE_APP_ID, settings.VILLAGE_APP_SECRET = "app", Secret("village-secret")
    Platform.objects.create(slug="village", name="Village")
    http.mount(ADDRESS, SandboxAdapter(cast(Any, made)))
    yield made
    http.unmount(ADDRESS)


def dig(house: House, *, token: str = "token-1") -> Destination:
    """Connect the village for a tenant and choose its well."""
    now = timezone.now()
    grant = Grant("villager", "Villager", Secret(token), refresh_token=Secret("refresh-1"))
    connection = store_grant(tenant=house.tenant, platform="village", grant=grant, actor="system:test", now=now)
    found = FoundDestination("well", "well-1", "The old well")
    (place,) = store_destinations(connection=connection, found=[found], now=now)
    choose_destinations(principal=house.principal, connection=connection, chosen=[place.pk])
    place.refresh_from_db()
    return place


@pytest.fixture
def well(village: Village, house: House) -> Destination:
    """The tenant's own well."""
    return dig(house)
