"""The trouble: one disturbance after another, in an order drawn by the seed, while posts are being published."""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from tests.chaos.crew import BEAT, WEB, WORKER, Crew, Member
from tests.chaos.town import Town
from tests.chaos.watch import Watch
from tests.chaos.wishes import AFTER_ANNOUNCE, BEFORE_SEND, STALL, Wish, Wishes
from tests.servers.postgres import PostgresServer

if TYPE_CHECKING:
    from tests.chaos.author import Author

KILL_WORKER: Final = "kill a worker"
STOP_WORKER: Final = "stop a worker"
FLUSH: Final = "flush the broker"
KILL_BROKER: Final = "kill the broker"
RESTART_POSTGRES: Final = "restart PostgreSQL"
KILL_POSTGRES: Final = "kill PostgreSQL"
KILL_BEAT: Final = "kill a beat"
KILL_WEB: Final = "kill the web server"
RETIRE_VERSION: Final = "retire LinkedIn's version"

#: How often each happens, in a short run and in a whole one, beside the wishes for points.
SHORT: Final = {
    STALL: 1, KILL_WORKER: 2, FLUSH: 1, KILL_BROKER: 1, RESTART_POSTGRES: 1, KILL_POSTGRES: 1, KILL_BEAT: 1, KILL_WEB: 1,
    RETIRE_VERSION: 1,
}  # fmt: skip
WHOLE: Final = {
    STALL: 2, STOP_WORKER: 2, KILL_WORKER: 10, FLUSH: 3, KILL_BROKER: 2, RESTART_POSTGRES: 2, KILL_POSTGRES: 2,
    KILL_BEAT: 2, KILL_WEB: 2, RETIRE_VERSION: 2,
}  # fmt: skip

#: A worker must be missed first, or the platform must have had its time before absence proves anything.
SLOW_TO_HEAL: Final = frozenset({STALL, STOP_WORKER, AFTER_ANNOUNCE, BEFORE_SEND})
#: Who is stopped with a post in hand: a kind of which the platform takes a copy without a word, so that a late send shows.
TELLTALE: Final = "page_text"
#: So many wishes are open at once: each kind takes its own time to come to its point.
MOST_OPEN: Final = 4
#: So many disturbances lie between two wishes for one kind.
KEPT_APART: Final = 12


@dataclass(frozen=True)
class Pace:
    """How long things take, in seconds: a worker stays stopped (longer than its lease), a server or beat stays away, a rest
    between two disturbances, the wait for one to happen. ``early`` is the share of the plan for what takes long to heal,
    ``backlog`` how many jobs may be on their way when the next disturbance comes.
    """

    frozen: tuple[float, float]
    #: How long the one with a post in hand stands still: until others have looked for it in vain and sent it again.
    stalled: tuple[float, float]
    outage: tuple[float, float]
    pause: tuple[float, float]
    patience: float
    early: float
    backlog: int


class Broker(Protocol):
    """Who rings: killed, started again, made to forget."""

    def kill(self) -> None: ...
    def start(self) -> None: ...
    def flush(self) -> None: ...


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
        broker: Broker,
        town: Town,
        pace: Pace,
        rng: random.Random,
        say: Callable[[str], None],
    ) -> None:
        self.done: Counter[str] = Counter()
        self._crew, self._wishes, self._watch, self._author = crew, wishes, watch, author
        self._database, self._broker, self._town = database, broker, town
        self._pace, self._rng, self._say = pace, rng, say
        self._to_thaw: dict[int, float] = {}
        self._stalls_seen: set[int] = set()
        #: Wishes that nobody has come to yet, and until when we wait for that (monotonic).
        self._open: dict[Wish, float] = {}

    def plan(self, counts: Mapping[str, int], wanted: Sequence[Wish]) -> list[str | Wish]:
        """Return the order of the disturbances. What takes long to heal comes early: else the end is all waiting."""
        own = [Wish(what, TELLTALE) if what == STALL else what for what, count in counts.items() for _ in range(count)]
        plan: list[str | Wish] = [*wanted, *own]
        self._rng.shuffle(plan)
        early = int(len(plan) * self._pace.early)
        moved = [what for what in plan[early:] if _is_slow_to_heal(what)]
        plan = [*plan[:early], *(what for what in plan[early:] if not _is_slow_to_heal(what))]
        for what in moved:
            plan.insert(self._rng.randrange(early), what)
        return _spread(plan)

    def rage(self, plan: Sequence[str | Wish], *, jobs: int, until: float) -> None:
        """Carry out the plan, letting in its share of jobs with each disturbance; stop early at a moment (monotonic)."""
        # A few shares are kept back for the points that nobody came to in time.
        share = max(1, jobs // (len(plan) + 3))
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
        missed = Counter(what for what in plan if isinstance(what, Wish)) - self._wishes.granted()
        for wish in missed:
            if time.monotonic() < until:
                self._say(f"once more {wish}")
                self._carry_out(wish, share)
        self._wait(lambda: not self._waiting())
        self._author.allow(jobs)

    def calm_down(self) -> None:
        """Let everybody go on and bring everything up again."""
        self._wait(lambda: not self._to_thaw, patience=max(*self._pace.frozen, *self._pace.stalled) + 5)
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

    def _carry_out(self, what: str | Wish, share: int) -> None:
        if what in {Wish(STALL, TELLTALE), STOP_WORKER}:
            # Somebody must stay awake to take over.
            self._wait(
                lambda: len(self._to_thaw) < self._crew.strength[WORKER] - 1,
                patience=max(*self._pace.frozen, *self._pace.stalled),
            )
        if isinstance(what, Wish):
            self._wait(lambda: self._waiting() < MOST_OPEN, patience=2 * self._pace.patience)
            self._wishes.make(what)
            self._open[what] = time.monotonic() + self._pace.patience
            self._author.allow(share, kind=what.kind)
            return
        self._author.allow(share)
        {
            KILL_WORKER: self._kill_worker,
            STOP_WORKER: self._stop_worker,
            FLUSH: self._flush,
            KILL_BROKER: self._kill_broker,
            RESTART_POSTGRES: self._restart_postgres,
            KILL_POSTGRES: self._kill_postgres,
            KILL_BEAT: self._kill_beat,
            KILL_WEB: self._kill_web,
            RETIRE_VERSION: self._town.retire_version,
        }[what]()
        self.done[what] += 1

    def _waiting(self) -> int:
        """Count the wishes whose fulfilment is still waited for."""
        now = time.monotonic()
        for wish, moment in list(self._open.items()):
            if not self._wishes.is_open(wish):
                del self._open[wish]
            elif now > moment:
                del self._open[wish]
                self._say(f"nobody came to {wish} so far")
        return len(self._open)

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
        seconds = self._rng.uniform(*(self._pace.stalled if why == STALL else self._pace.frozen))
        self._crew.freeze(pid)
        self._to_thaw[pid] = time.monotonic() + seconds
        self._say(f"process {pid} stands still for {seconds:.0f} s ({why})")

    def _flush(self) -> None:
        self._broker.flush()

    def _kill_broker(self) -> None:
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

    def _kill_web(self) -> None:
        self._crew.kill(self._crew.members(WEB)[0])
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


def _spread(plan: Sequence[str | Wish]) -> list[str | Wish]:
    """Keep the wishes for one kind apart: else two deaths in a row would be those of one job, which has to be suspected."""
    waiting, spread = list(plan), list[str | Wish]()
    while waiting:
        lately = {what.kind for what in spread[-KEPT_APART:] if isinstance(what, Wish)}
        fits = (n for n, what in enumerate(waiting) if not isinstance(what, Wish) or what.kind not in lately)
        spread.append(waiting.pop(next(fits, 0)))
    return spread


def _is_slow_to_heal(what: str | Wish) -> bool:
    return (what.point if isinstance(what, Wish) else what) in SLOW_TO_HEAL
