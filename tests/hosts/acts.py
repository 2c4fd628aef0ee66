"""What is done to whom. Every act ends with everything whole again, and with the one it was done to back at work."""

import signal
import time
from collections.abc import Callable, Mapping
from typing import Final

from tests.chaos.wishes import STALL, Wish
from tests.hosts.scene import BEATS, BROKER, DATABASE, HOSTS, LATENCY_MS, PLATFORM, WEB, Scene

#: Whom the platform believes twice: a late send of it shows as a double.
TELLTALE: Final = "page_text"


def without_broker(at: Scene) -> None:
    """Cut a worker off from Redis: it must go on publishing, for it looks for due jobs by itself."""
    host = at.worker()
    at.say(f"{host} is cut off from Redis")
    at.network.cut(host, BROKER)
    since = time.time()
    at.rest(at.silence + 5)
    if not at.wait(lambda: _publishes(at, host, since), within=20):
        at.amiss.append(f"{host} published nothing while it was cut off from Redis alone")
    at.network.mend(host)
    at.return_of(host, "without broker")


def without_database(at: Scene) -> None:
    """Cut a worker off from PostgreSQL with calls under way, for longer than anybody waits: others take its jobs over."""
    _without_database(at, at.silence + at.lease, "without database")


def late_to_the_database(at: Scene) -> None:
    """The same for a little longer than a lease: what the worker writes arrives late, and must be refused."""
    _without_database(at, at.lease + 1.5, "late to the database")


def _without_database(at: Scene, seconds: float, act: str) -> None:
    host, held = at.catch_in_call()
    at.network.cut(host, DATABASE)
    at.say(f"{host} is cut off from PostgreSQL for {seconds:.0f} s, {len(held)} jobs in hand")
    _rest_counting(at, host, held, seconds)
    if seconds > at.silence:
        _is_let_go(at, host, act)
    at.network.mend(host)
    at.return_of(host, act)


def without_answers(at: Scene) -> None:
    """Lose what PostgreSQL answers: what a worker writes is committed, and it never hears so."""
    host, held = at.catch_in_call()
    at.network.cut(DATABASE, host, back=False)
    at.say(f"{host} hears nothing from PostgreSQL, {len(held)} jobs in hand")
    _rest_counting(at, host, held, at.silence + at.lease)
    at.network.mend(host)
    at.return_of(host, "without answers")


def without_platform(at: Scene) -> None:
    """Cut a worker off from the platforms with calls under way: what it cannot know the others find out, or itself later."""
    host, held = at.catch_in_call()
    at.network.cut(host, PLATFORM)
    at.say(f"{host} is cut off from the platforms, {len(held)} jobs in hand")
    at.rest(12)
    at.network.mend(host)
    at.return_of(host, "without platform")


def without_answers_of_platforms(at: Scene) -> None:
    """Lose what the platforms answer: posts go live, and the worker never hears so."""
    host, held = at.catch_in_call()
    at.network.cut(PLATFORM, host, back=False)
    at.say(f"{host} hears nothing from the platforms, {len(held)} jobs in hand")
    at.rest(8)
    at.network.mend(host)
    at.return_of(host, "without answers of platforms")


def apart(at: Scene) -> None:
    """Cut a worker off from everybody for much longer than its lease, with calls under way, and let it return."""
    host, held = at.catch_in_call()
    for other in HOSTS:
        if other != host:
            at.network.cut(host, other)
    at.say(f"{host} is apart, {len(held)} jobs in hand")
    _rest_counting(at, host, held, at.silence + at.lease)
    _is_let_go(at, host, "apart")
    at.network.mend(host)
    at.return_of(host, "apart")


def suspended(at: Scene) -> None:
    """Stop a host with a post in hand, announced and not sent, until others have sent it: it must send nothing when it goes on."""
    before = at.wishes.granted_by(STALL)
    at.wishes.make(Wish(STALL, TELLTALE))
    at.publish(kind=TELLTALE)
    if not at.wait(lambda: bool(at.wishes.granted_by(STALL) - before), within=90):
        at.amiss.append("nobody came to the point at which it was to be suspended")
        return
    [pid] = at.wishes.granted_by(STALL) - before
    host = at.staff.host_of(pid)
    held = at.eyes.in_hand(host)
    at.say(f"{host} is suspended, {len(held)} jobs in hand")
    # Lease, sweep, landing and settling have passed by then, and another has sent it.
    _rest_counting(at, host, held, 4 * at.lease)
    at.staff.signal(host, signal.SIGCONT)
    at.return_of(host, "suspended")


def killed(at: Scene) -> None:
    """Kill a worker with calls under way; nobody but its lease can say that it is dead."""
    host, held = at.catch_in_call()
    at.staff.signal(host, signal.SIGKILL)
    at.say(f"{host} is killed, {len(held)} jobs in hand")
    _rest_counting(at, host, held, at.lease + 6)
    at.staff.fill()
    at.return_of(host, "killed")


def alone_in_silent_hands(at: Scene) -> None:
    """Cut off who holds one job that is alone in hand, and who takes it over: that they fell silent is no fault of the job's."""
    at.wait(lambda: at.author.is_through() and at.eyes.moving() == 0, within=60)
    # Deaths of a moment ago would explain these.
    time.sleep(2 * at.lease)
    at.town.set_up(latency_ms=SLOW_MS)
    at.publish(kind=TELLTALE, share=1)
    cut: list[str] = []
    for _ in range(2):
        host = at.holder(but=cut, within=60)
        if not host:
            at.amiss.append("the job that was to be alone in silent hands was taken by nobody")
            break
        at.network.cut(host, DATABASE)
        cut.append(host)
        at.say(f"{host} is cut off from PostgreSQL, with that job alone in hand")
    at.wait(lambda: not any(at.eyes.in_hand(host) for host in cut), within=3 * at.lease)
    at.taken_over += len(cut)
    if parked := at.eyes.parked():
        at.amiss.append(f"alone in silent hands: {parked} jobs are taken for the death of workers that were cut off")
    at.town.set_up(latency_ms=LATENCY_MS)
    for host in cut:
        at.network.mend(host)
    for host in cut:
        at.return_of(host, "alone in silent hands")


def leader_without_database(at: Scene) -> None:
    """Cut the beat that leads off from PostgreSQL: the other one must lead."""
    leader = at.eyes.leader()
    at.say(f"{leader}, which leads, is cut off from PostgreSQL")
    at.network.cut(leader, DATABASE)
    began = time.monotonic()
    at.rest(6)
    if not at.wait(lambda: at.eyes.leader() not in {leader, ""}, within=BACK_OF_BEAT):
        at.amiss.append(f"{leader} was cut off, and no other beat took the lead")
    at.back.setdefault("another beat leads", []).append(round(time.monotonic() - began, 1))
    at.network.mend(leader)
    follower = at.eyes.leader()
    at.rest(4)
    if at.eyes.leader() != follower or follower not in BEATS:
        at.amiss.append(f"{leader} took the lead back from {follower}")


def web_without_broker(at: Scene) -> None:
    """Cut the web server off from Redis: posts are accepted all the same, and no slower than a person notices."""
    at.say("web is cut off from Redis")
    at.network.cut(WEB, BROKER)
    time.sleep(1)
    at.wait(at.author.is_through, within=30)
    before, began = len(at.author.accepted), time.monotonic()
    at.publish()
    if not at.wait(at.author.is_through, within=60):
        at.amiss.append("posts were not accepted while web was cut off from Redis")
    each = (time.monotonic() - began) / max(1, len(at.author.accepted) - before)
    at.back.setdefault("seconds to accept a post without broker", []).append(round(each, 2))
    at.network.mend(WEB)


#: Milliseconds: so long a call takes in which somebody in particular is to be met.
SLOW_MS: Final = 2000

#: Longer than the lease of a beat, the wait of one that stands by, and a look that fails.
BACK_OF_BEAT: Final = 40.0

ACTS: Final[Mapping[str, Callable[[Scene], None]]] = {
    act.__name__: act
    for act in (
        without_broker,
        without_database,
        late_to_the_database,
        without_answers,
        without_platform,
        without_answers_of_platforms,
        apart,
        suspended,
        killed,
        alone_in_silent_hands,
        leader_without_database,
        web_without_broker,
    )
}
#: What a short run does.
SHORT: Final = (
    "without_broker",
    "without_database",
    "late_to_the_database",
    "apart",
    "suspended",
    "killed",
    "web_without_broker",
)


def _publishes(at: Scene, host: str, since: float) -> bool:
    if at.eyes.attempts(host, since):
        return True
    at.publish()
    time.sleep(1)
    return False


def _is_let_go(at: Scene, host: str, act: str) -> None:
    """See that PostgreSQL keeps no session, and so no lock, of a host that fell silent long enough ago."""
    address = at.network.address(host)
    if not at.wait(lambda: at.eyes.sessions(address) == 0, within=at.silence):
        at.amiss.append(f"{act}: PostgreSQL keeps {at.eyes.sessions(address)} sessions of {host}, which fell silent")


def _rest_counting(at: Scene, host: str, held: set[str], seconds: float) -> None:
    """Let time pass, and count which of a worker's jobs others have taken over meanwhile."""
    at.rest(seconds)
    at.taken_over += len(held - at.eyes.in_hand(host))
