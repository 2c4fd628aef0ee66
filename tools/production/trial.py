"""What the chapters of ``make try`` share: the installation, the platform, the database, and what was accepted so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.chaos.town import Town
from tools.production.asking import App
from tools.production.installation import Installation
from tools.production.ledger import Ledger


@dataclass
class Trial:
    """One run."""

    hub: Installation
    town: Town
    ledger: Ledger
    url: str
    trusts: str | bool
    redis_url: str
    #: Whether PgBouncer stands between; migrations, backups and restores go past it.
    pooled: bool = False
    places: list[str] = field(default_factory=list)
    #: The words of every post that was accepted.
    accepted: list[str] = field(default_factory=list)
    app: App = field(init=False)

    def run_directly(self, *command: str, more: Mapping[str, str] | None = None) -> str:
        """Run what needs a session of its own at the database."""
        direct = {"DATABASE_URL_FILE": str(self.hub.home / "secrets" / "direct_url")}
        return self.hub.run(*command, more={**direct, **(more or {})})

    def publish(self, text: str, **more: Any) -> dict[str, Any]:
        """Have a post accepted for one of the places."""
        told = self.app.publish(text, [self.places[len(self.accepted) % len(self.places)]], **more)
        self.accepted.append(text)
        return told

    def set_latency(self, milliseconds: int) -> None:
        """Make the platform slow."""
        switches = {"latency_ms": milliseconds, "meta.duplicate_window_s": 0}
        requests.post(f"{self.town.url}/_sandbox/switches", json=switches, timeout=30).raise_for_status()

    def files_of_the_image(self) -> set[tuple[str, int]]:
        """Return every file of the installed code with its moment."""
        return {(str(path), path.stat().st_mtime_ns) for path in self.hub.app.rglob("*") if path.is_file()}
