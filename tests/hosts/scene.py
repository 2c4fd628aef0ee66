"""What acts act upon, and what they look at: nobody's word is taken for how a worker is but the ledger's and Redis's own."""

import random
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import redis

from tests.chaos.town import Town
from tests.chaos.watch import Watch
from tests.chaos.wishes import Wishes
from tests.hosts.network import Network
from tests.hosts.staff import Staff

if TYPE_CHECKING:
    from tests.chaos.author import Author

DATABASE, BROKER, PLATFORM, WEB = "database", "broker", "platform", "web"
WORKERS: Final = ("worker1", "worker2", "worker3", "worker4")
BEATS: Final = ("beat1", "beat2")
#: The one whose clock is off, where a run has one.
WITH_ANOTHER_CLOCK: Final = "worker4"
HOSTS: Final = (DATABASE, BROKER, PLATFORM, WEB, *WORKERS, *BEATS)
#: A call takes so long that a cut finds it under way.
LATENCY_MS: Final = 400
#: So long may a worker that is whole again take to be back at work: a round of everything by which it could notice, twice.
BACK_WITHIN: Final = 45.0


class Eyes(Watch):
    """A look at the ledger for each host."""

    def busy(self, host: str) -> int:
        """Count the jobs whose call to the platform is under way on a host."""
        return self._count(
            "SELECT count(*) FROM publish_jobs WHERE lease_owner LIKE %s AND state = 'publishing' AND announced_at IS NOT NULL",
            host,
        )

    def in_hand(self, host: str) -> set[str]:
        """Return the jobs that a host holds."""
        row = self._ask("SELECT array_agg(id::text) FROM publish_jobs WHERE lease_owner LIKE %s", [f"{host}/%"])
        return set(row[0] or ()) if row else set()

    def attempts(self, host: str, since: float) -> int:
        """Count the attempts that a host began after a moment (Unix seconds by the clock of this machine)."""
        row = self._ask(
            "SELECT count(*) FROM publish_attempts WHERE worker LIKE %s AND opened_at > to_timestamp(%s)",
            [f"{host}/%", since],
        )
        return 0 if row is None else int(row[0])

    def sign_of_life(self, host: str) -> float:
        """Return when a host's worker last gave one, in Unix seconds by its own clock; 0 if never."""
        row = self._ask(
            "SELECT extract(epoch FROM max(seen_at)) FROM heartbeats WHERE name LIKE %s", [f"worker:{host}/%"]
        )
        return 0.0 if row is None or row[0] is None else float(row[0])

    def sessions(self, address: str) -> int:
        """Count the sessions that PostgreSQL keeps for an address."""
        row = self._ask("SELECT count(*) FROM pg_stat_activity WHERE client_addr = %s::inet", [address])
        return 0 if row is None else int(row[0])

    def leader(self) -> str:
        """Return the host of the beat that leads."""
        row = self._ask("SELECT owner FROM heartbeats WHERE name = 'beat'", [])
        return "" if row is None else str(row[0]).partition("/")[0]

    def parked(self) -> int:
        """Count the jobs that are taken for the cause of their workers' deaths."""
        row = self._ask("SELECT count(*) FROM publish_jobs WHERE error_kind = 'poison'", [])
        return 0 if row is None else int(row[0])

    def late_answers(self) -> int:
        """Count the answers that came to somebody who had lost the job meanwhile."""
        row = self._ask("SELECT count(*) FROM publish_journal WHERE kind = 'answered'", [])
        return 0 if row is None else int(row[0])

    def _count(self, query: str, host: str) -> int:
        row = self._ask(query, [f"{host}/%"])
        return 0 if row is None else int(row[0])


@dataclass
class Scene:
    """Everything there is, and a seed's choices."""

    network: Network
    staff: Staff
    eyes: Eyes
    town: Town
    author: "Author"
    wishes: Wishes
    redis_url: str
    #: Seconds: how long a worker may hold a job; after how long a silent peer is given up.
    lease: float
    silence: float
    rng: random.Random
    say: Callable[[str], None]
    #: Jobs let in with each act, and what is wrong, as sentences.
    share: int = 20
    amiss: list[str] = field(default_factory=list)
    #: How long each took to be back, by act.
    back: dict[str, list[float]] = field(default_factory=dict)
    taken_over: int = 0
    _worked_over: list[str] = field(default_factory=list)

    def worker(self) -> str:
        """Return a worker for the next act: one whose turn is longest past."""
        fresh = [name for name in WORKERS if name not in self._worked_over[-2:]]
        chosen = self.rng.choice(fresh)
        self._worked_over.append(chosen)
        return chosen

    def publish(self, *, kind: str = "", share: int = 0) -> None:
        """Let in as many jobs as an act has, or so many."""
        self.author.allow(share or self.share, kind=kind)

    def wait(self, ready: Callable[[], bool], *, within: float) -> bool:
        """Wait for something; False when it did not happen in time."""
        give_up = time.monotonic() + within
        while not ready():
            if time.monotonic() > give_up:
                return False
            time.sleep(0.02)
        return True

    def rest(self, seconds: float) -> None:
        """Let time pass, with posts in between."""
        for _ in range(3):
            time.sleep(seconds / 3)
            self.author.allow(max(1, self.share // 4))

    def catch_in_call(self) -> tuple[str, set[str]]:
        """Wait until a call to a platform is under way on a host whose turn it is; return it, and the jobs in its hands."""
        self.publish()
        turn = [name for name in WORKERS if name not in self._worked_over[-2:]]
        self.rng.shuffle(turn)
        found: list[str] = []

        def busy() -> bool:
            found[:] = [name for name in turn if self.eyes.busy(name)][:1]
            if not found and self.eyes.moving() == 0:
                self.author.allow(1)
            return bool(found)

        if not self.wait(busy, within=60):
            self.amiss.append("no worker took a job within a minute")
        host = found[0] if found else turn[0]
        self._worked_over.append(host)
        return host, self.eyes.in_hand(host)

    def holder(self, *, but: Collection[str], within: float) -> str:
        """Wait until a worker holds a job, other than some, and return it; empty when none did in time."""
        found: list[str] = []

        def held() -> bool:
            found[:] = [name for name in WORKERS if name not in but and self.eyes.in_hand(name)][:1]
            return bool(found)

        return found[0] if self.wait(held, within=within) else ""

    def return_of(self, host: str, act: str) -> None:
        """Wait until a worker is back at work: it gives signs of life and takes messages. If it does not, that is amiss."""
        began = time.monotonic()
        moment = time.time() + (self.eyes.sign_of_life(host) - time.time() if host == WITH_ANOTHER_CLOCK else 0)
        if not self.wait(lambda: self.eyes.sign_of_life(host) > moment, within=BACK_WITHIN):
            self.amiss.append(f"{act}: {host} gave no sign of life for {BACK_WITHIN:.0f} s after all was whole again")
        if not self.wait(lambda: self.listens(host), within=BACK_WITHIN):
            self.amiss.append(f"{act}: {host} takes no messages {BACK_WITHIN:.0f} s after all was whole again")
        took = time.monotonic() - began
        self.back.setdefault(act, []).append(round(took, 1))
        self.say(f"{host} is back after {took:.1f} s")

    def listens(self, host: str) -> bool:
        """Tell whether a worker waits for messages on a connection that is in use: asked of Redis, not of the worker."""
        address = f"{self.network.address(host)}:"
        try:
            with redis.Redis.from_url(self.redis_url, socket_timeout=2) as client:
                known: list[dict[str, Any]] = client.client_list()
        except redis.RedisError:
            return False
        # It asks anew each second; one that the worker has forgotten grows old.
        return any(one["addr"].startswith(address) and one["cmd"] == "brpop" and int(one["idle"]) <= 3 for one in known)
