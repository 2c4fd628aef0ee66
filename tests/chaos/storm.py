"""The trouble: one disturbance after another, in an order drawn by the seed, while posts are being published."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.chaos.crew import BEAT, WORKER, Crew, Member
from tests.chaos.watch import Watch
from tests.chaos.wishes import BEFORE_SEND, POINTS, STALL, Wishes
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer

if TYPE_CHECKING:
    from tests.chaos.author import Author

KILL_WORKER: Final = "kill a worker"
STOP_WORKER: Final = "stop a worker"
FLUSH: Final = "flush Redis"
KILL_REDIS: Final = "kill Redis"
RESTART_POSTGRES: Final = "restart PostgreSQL"
KILL_POSTGRES: Final = "kill PostgreSQL"
KILL_BEAT: Final = "kill a beat"

#: How often each happens, in a short run and in a whole one.
SHORT: Final = {
    **dict.fromkeys(POINTS, 2),
    STALL: 1, KILL_WORKER: 2, FLUSH: 1, KILL_REDIS: 1, RESTART_POSTGRES: 1, KILL_POSTGRES: 1, KILL_BEAT: 1,
}  # fmt: skip
WHOLE: Final = {
    **dict.fromkeys(POINTS, 4),
    STALL: 2, STOP_WORKER: 2, KILL_WORKER: 10, FLUSH: 3, KILL_REDIS: 2, RESTART_POSTGRES: 2, KILL_POSTGRES: 2,
    KILL_BEAT: 2,
}  # fmt: skip

#: A worker must be missed first, or the platform must have had its time before absence proves anything.
SLOW_TO_HEAL: Final = frozenset({STALL, STOP_WORKER, BEFORE_SEND})


@dataclass(frozen=True)
class Pace:
    """How long things take, in seconds: a worker stays stopped (longer than its lease), a server or beat stays away, a rest
    between two disturbances, the wait for one to happen. ``early`` is the share of the plan for what takes long to heal,
    ``backlog`` how many jobs may be on their way when the next disturbance comes.
    """

    frozen: tuple[float, float]
    outage: tuple[float, float]
    pause: tuple[float, float]
    patience: float
    early: float
    backlog: int


class Storm:
    """Does the damage, and puts back what a supervisor would put back."""

    def __init__(
        self,
        *,
        crew: Crew,
        wishes: Wishes,
        watch: Watch,
        author: "Author",
        database: PostgresServer,
        broker: RedisServer,
        pace: Pace,
        rng: random.Random,
        say: Callable[[str], None],
    ) -> None:
        self.done: Counter[str] = Counter()
        self._crew, self._wishes, self._watch, self._author = crew, wishes, watch, author
        self._database, self._broker = database, broker
        self._pace, self._rng, self._say = pace, rng, say
        self._to_thaw: dict[int, float] = {}
        self._stalls_seen: set[int] = set()

    def plan(self, counts: dict[str, int]) -> list[str]:
        """Return the order of the disturbances. What takes long to heal comes early: else the end is all waiting."""
        plan = [what for what, count in counts.items() for _ in range(count)]
        self._rng.shuffle(plan)
        early = int(len(plan) * self._pace.early)
        moved = [what for what in plan[early:] if what in SLOW_TO_HEAL]
        plan = [*plan[:early], *(what for what in plan[early:] if what not in SLOW_TO_HEAL)]
        for what in moved:
            plan.insert(self._rng.randrange(early), what)
        return plan

    def rage(self, plan: Sequence[str], *, jobs: int, until: float) -> None:
        """Carry out the plan, letting in its share of jobs with each disturbance; stop early at a moment (monotonic)."""
        # A few shares are kept back for the points that nobody came to in time.
        share = jobs // (len(plan) + 3)
        for number, what in enumerate(plan, 1):
            if time.monotonic() > until:
                self._say(f"no time left for {len(plan) - number + 1} disturbances")
                break
            # Trouble is for jobs that are being published, not for a queue that grows meanwhile.
            self._wait(lambda: (self._watch.moving() or 0) < self._pace.backlog)
            self._say(f"{number}/{len(plan)} {what}; {self._watch.moving()} jobs on their way")
            self._carry_out(what, share)
            self._rest(self._rng.uniform(*self._pace.pause))
            self._crew.fill()
        for point, missed in (Counter(what for what in plan if what in POINTS) - self._wishes.granted()).items():
            for _ in range(missed if time.monotonic() < until else 0):
                self._say(f"once more {point}")
                self._carry_out(point, share)
                self._crew.fill()
        self._author.allow(jobs)

    def calm_down(self) -> None:
        """Let everybody go on and bring everything up again."""
        self._wait(lambda: not self._to_thaw, patience=max(self._pace.frozen) + 5)
        self._crew.fill()

    def tend(self) -> None:
        """Continue whom it is time to continue. Called again and again while anything waits."""
        for pid in self._wishes.granted_by(STALL) - self._stalls_seen:
            self._stalls_seen.add(pid)
            self._freeze(pid, STALL)
        for pid, moment in list(self._to_thaw.items()):
            if time.monotonic() >= moment:
                del self._to_thaw[pid]
                self._crew.thaw(pid)
                self._say(f"process {pid} goes on")

    def _carry_out(self, what: str, share: int) -> None:
        if what in {STALL, STOP_WORKER}:
            # Somebody must stay awake to take over.
            self._wait(lambda: len(self._to_thaw) < self._crew.strength[WORKER] - 1, patience=max(self._pace.frozen))
        if what in POINTS or what == STALL:
            self._wishes.make(what)
            self._author.allow(share)
            if not self._wait(lambda: not self._wishes.is_open(what)):
                self._say(f"nobody came to {what} so far")
            return
        self._author.allow(share)
        {
            KILL_WORKER: self._kill_worker,
            STOP_WORKER: self._stop_worker,
            FLUSH: self._flush,
            KILL_REDIS: self._kill_redis,
            RESTART_POSTGRES: self._restart_postgres,
            KILL_POSTGRES: self._kill_postgres,
            KILL_BEAT: self._kill_beat,
        }[what]()
        self.done[what] += 1

    def _kill_worker(self) -> None:
        victim = self._catch_working()
        if victim is not None:
            self._crew.kill(victim)

    def _stop_worker(self) -> None:
        victim = self._catch_working()
        if victim is not None:
            self._freeze(victim.pid, STOP_WORKER)

    def _catch_working(self) -> Member | None:
        """Stop a worker that has jobs in hand; None when none is found in time."""
        caught: list[Member] = []

        def catch() -> bool:
            workers = [m for m in self._crew.members(WORKER, awake=True) if self._watch.held_by(m.pid)]
            if not workers:
                return False
            member = self._rng.choice(workers)
            self._crew.freeze(member.pid)
            if self._watch.held_by(member.pid):
                caught.append(member)
                return True
            self._crew.thaw(member.pid)
            return False

        self._wait(catch)
        return caught[0] if caught else None

    def _freeze(self, pid: int, why: str) -> None:
        seconds = self._rng.uniform(*self._pace.frozen)
        self._crew.freeze(pid)
        self._to_thaw[pid] = time.monotonic() + seconds
        self._say(f"process {pid} stands still for {seconds:.0f} s ({why})")

    def _flush(self) -> None:
        self._broker.flush()

    def _kill_redis(self) -> None:
        self._broker.kill()
        self._rest(self._rng.uniform(*self._pace.outage))
        self._broker.start()

    def _restart_postgres(self) -> None:
        self._database.stop()
        self._database.start()

    def _kill_postgres(self) -> None:
        self._database.kill()
        self._rest(self._rng.uniform(*self._pace.outage))
        self._database.start()

    def _kill_beat(self) -> None:
        self._crew.kill(self._rng.choice(self._crew.members(BEAT)))
        self._rest(self._rng.uniform(*self._pace.outage))

    def _wait(self, ready: Callable[[], bool], *, patience: float | None = None) -> bool:
        """Wait for something, with the crew kept complete; False when it did not happen in time."""
        give_up = time.monotonic() + (self._pace.patience if patience is None else patience)
        while not ready():
            if time.monotonic() > give_up:
                return False
            self._rest(0.05)
            self._crew.fill()
        return True

    def _rest(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while True:
            self.tend()
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(0.05, left))
