"""What tests of every platform's connector share: keys and a journal in memory, a worker that dies, and an ear on the wire."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests

from connectors.errors import ReconnectRequired
from foundation.secret import Secret
from sandbox.adapter import SandboxAdapter
from sandbox.app import create_app
from sandbox.world import World


class WorkerDied(BaseException):
    """The process was killed: nothing of the connector's may catch this."""


@dataclass
class Ring:
    """The secrets of one connection, in memory."""

    secrets: dict[str, Secret] = field(default_factory=dict)

    def open(self, kind: str) -> Secret:
        """Return the secret, or say that there is none."""
        if kind not in self.secrets:
            raise ReconnectRequired("There is no token for this account.", remedy="Reconnect it.")
        return self.secrets[kind]


@dataclass
class MemoryJournal:
    """A journal in memory that can be made to die at a step, as a killed worker would."""

    notes: dict[str, Any] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    others: set[str] = field(default_factory=set)
    dies_after: str = ""
    lease_ended: bool = False

    @property
    def started_at(self) -> datetime:
        """When the job was begun."""
        return self.begun

    def recall(self, key: str) -> Any:
        """Return what was noted."""
        return self.notes.get(key)

    def note(self, key: str, value: Any) -> None:
        """Note, and die if this is the step to die after."""
        self.notes[key] = value
        self._tell(f"note {key} {self.stage_of(value)}".rstrip())

    def announce(self, step: str) -> None:
        """Announce."""
        self._tell(f"announce {step}")

    def last_moment(self) -> None:
        """Let the bytes leave, or not."""
        if self.lease_ended:
            raise WorkerDied
        self._tell("last moment")

    def renew(self) -> None:
        """Hold the job for longer."""
        self.told.append("renew")

    def belongs_to_other_job(self, external_id: str) -> bool:
        """Tell whether another job is this post."""
        return external_id in self.others

    def stage_of(self, value: Any) -> str:
        """Return what of a note tells how far the work is; steps are named by it."""
        return ""

    def _tell(self, what: str) -> None:
        self.told.append(what)
        if self.dies_after and what.startswith(self.dies_after):
            self.dies_after = ""
            raise WorkerDied(what)


class Listening(SandboxAdapter):
    """The sandbox, with an ear on the wire."""

    def __init__(self, world: World, **options: Any) -> None:
        super().__init__(create_app(world), **options)
        self.heard: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Note a request, and pass it on."""
        self.heard.append(request)
        return super().send(request, *args, **kwargs)
