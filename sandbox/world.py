"""The world: one clock, one store, one lock, and the platforms that share them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.clock import Clock
from sandbox.faults import FaultBoard
from sandbox.fetching import Fetcher, LoopbackFetcher
from sandbox.google_business import GoogleBusiness
from sandbox.journal import Journal
from sandbox.linkedin import LinkedIn
from sandbox.mailchimp import Mailchimp
from sandbox.media import MEDIA_HOST, Media
from sandbox.meta import Meta
from sandbox.platforms import Platform
from sandbox.store import Store
from sandbox.switches import Switches
from sandbox.tiktok import TikTok

_SEEDED = "seeded"


@dataclass
class Fact:
    """Keep one thing the world must remember about itself."""

    value: bool = True


class World:
    """Everything the town remembers.

    `state` keeps it in a file over a restart; without it the town lives in memory. `redirect_uris` are registered for
    the default app of each platform, also after a reset. `seed` makes faults with a probability repeatable. `fetcher`
    is the town's way to the network: loopback alone unless another is given.
    """

    def __init__(
        self,
        *,
        state: Path | None = None,
        redirect_uris: Iterable[str] = (),
        seed: int = 1,
        fetcher: Fetcher | None = None,
    ) -> None:
        self.store = Store(state)
        self.lock = threading.RLock()
        self._depth = 0
        self._redirect_uris = tuple(redirect_uris)
        self._facts = self.store.collection("world", Fact)
        self.clock = Clock(self.store)
        self.switches = Switches(self.store)
        self.faults = FaultBoard(self.store, seed)
        self.journal = Journal(self.store)
        self.media = Media(self.store, self.lock, fetcher or LoopbackFetcher())

        # The table of platforms: one line each.
        self.meta = Meta(self)
        self.linkedin = LinkedIn(self)
        self.google_business = GoogleBusiness(self)
        self.tiktok = TikTok(self)
        self.mailchimp = Mailchimp(self)

        self.platforms: dict[str, Platform] = {
            town.slug: town for town in vars(self).values() if isinstance(town, Platform)
        }
        for town in self.platforms.values():
            self.switches.declare(town.switches())
        with self.changing():
            self._seed()
            self._register_redirect_uris()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the one lock; what changed is committed together when the outermost holder leaves."""
        with self.lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self.store.commit()

    def reset(self) -> None:
        """Forget everything (posts, tokens, faults, switches, clock) and build the demo world again."""
        with self.changing():
            self.store.clear()
            self.faults.roll_anew()
            for town in self.platforms.values():
                town.forget()
            self._seed()
            self._register_redirect_uris()

    def platform_of(self, host: str) -> Platform | None:
        """Return the platform that serves a real host."""
        return next((town for town in self.platforms.values() if town.serves(host)), None)

    def serves(self, host: str) -> bool:
        """Say whether a real host is in this town."""
        return host == MEDIA_HOST or self.platform_of(host) is not None

    def run_errands(self) -> None:
        """Let every platform send what waits to be sent."""
        for town in self.platforms.values():
            town.run_errands()

    def now(self) -> int:
        """Return the town's time in whole Unix seconds."""
        return int(self.clock.now())

    def close(self) -> None:
        """Commit and let go of the file."""
        with self.lock:
            self.store.close()

    def _seed(self) -> None:
        """Build the demo world of each platform that has none yet: a kept world may be older than a platform."""
        for slug, town in self.platforms.items():
            if f"{_SEEDED}:{slug}" not in self._facts:
                town.seed()
                self._facts.put(f"{_SEEDED}:{slug}", Fact())

    def _register_redirect_uris(self) -> None:
        for town in self.platforms.values():
            town.add_redirect_uris("", self._redirect_uris)
