"""One run from start to verdict. Everything it starts ends with it, however it ends."""

import math
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.chaos import checking, kinds, storm
from tests.chaos.crew import BEAT, WEB, WORKER, Crew
from tests.chaos.storm import Broker, Pace
from tests.chaos.town import Town
from tests.chaos.watch import Watch
from tests.chaos.wishes import BREAK, STALL, WISHES, Wish, Wishes
from tests.servers import postgres, rabbitmq, redis, sentinels, tls
from tests.servers.postgres import PostgresServer
from tests.servers.process import free_port
from tests.servers.sentinels import Guarded

if TYPE_CHECKING:
    from tests.chaos.author import Author

#: Short, so that a stopped worker loses its jobs soon; long enough for a machine that is busy with other things.
LEASE: Final = 15
SHORT_LEASE: Final = 10
LANDING: Final = 2
LATENCY_MS: Final = 40
#: After the last job has come to rest: could a straggler still send something? It gets the time.
AFTERMATH: Final = 3.0
#: A short run is part of every test run: what it has not met by then, another seed will.
LONGEST_SHORT_STORM: Final = 35.0


@dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    jobs: int = 2000
    workers: int = 3
    tenants: int = 8
    seed: int = 1
    seconds: float = 900.0
    short: bool = False
    keep: bool = False
    breakage: str = ""
    broker: str = "redis"


@dataclass(frozen=True)
class Result:
    """What is printed, and whether it is good."""

    figures: dict[str, Any]
    clean: bool


def run(options: Options, say: Callable[[str], None]) -> Result:
    """Start everything, publish through the storm, wait until nothing moves, and count."""
    began = time.monotonic()
    with ExitStack() as stack:
        directory = Path(tempfile.mkdtemp(prefix="switchboard-chaos-"))
        stack.callback(clear_up, directory, options.keep, say)
        for name in ("wishes", "logs", "var"):
            (directory / name).mkdir()
        database = stack.enter_context(postgres.running(fsync=True, own=True))
        stack.callback(end_at_once, database)
        broker, settings = stack.enter_context(_broker(options.broker, directory))
        web_port = free_port()
        public_url = f"http://127.0.0.1:{web_port}"
        plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        town = stack.enter_context(Town(plain, directory=directory, public_url=public_url, seed=options.seed))
        environment = plain | settings_of(
            directory, database.url, settings["REDIS_URL"], public_url, town.url,
            lease=SHORT_LEASE if options.short else LEASE, calls=4 if options.short else 8, breakage=options.breakage,
        )  # fmt: skip
        environment |= settings
        # Forking needs time to warm up, which we use to lay out the database.
        crew = stack.enter_context(
            Crew(
                environment,
                logs=directory / "logs",
                strength={WORKER: options.workers, BEAT: 2, WEB: 1},
                web_port=web_port,
            )
        )
        author = lay_out(environment, town, jobs=options.jobs, tenants=options.tenants, seed=options.seed)
        watch = Watch(database.url)
        stack.callback(watch.close)
        rng = random.Random(options.seed)
        wishes = Wishes(directory / "wishes")
        trouble = storm.Storm(
            crew=crew, wishes=wishes, watch=watch, author=author, database=database, broker=broker, town=town,
            pace=_pace(options), rng=rng, say=say,
        )  # fmt: skip
        crew.fill()
        town.misbehave(latency_ms=LATENCY_MS)
        say(f"ready after {time.monotonic() - began:.1f} s, seed {options.seed}")
        wanted = kinds.some_wishes(options.seed, each=2) if options.short else kinds.every_wish()
        plan = trouble.plan(storm.SHORT if options.short else storm.WHOLE, wanted)
        # A short storm lasts so long from its first blow on, however long the installation took to stand up.
        storm_ends = time.monotonic() + LONGEST_SHORT_STORM if options.short else began + options.seconds * 0.7
        trouble.rage(plan, jobs=options.jobs, until=storm_ends)
        faults = town.behave()
        say("the storm is over; waiting until nothing moves")
        _wait_for_rest(trouble, crew, watch, author, until=began + options.seconds, say=say)
        trouble.calm_down()
        time.sleep(AFTERMATH)
        figures, verdict = count(author, town, say)
        hits = wishes.granted()
        deaths = Counter({wish: count for wish, count in hits.items() if wish.point != STALL})
        figures |= {
            "kills": trouble.done[storm.KILL_WORKER] + trouble.done[storm.KILL_BEAT] + deaths.total(),
            "points": dict(sorted(_by_point(deaths).items())),
            "kinds": _kinds(figures.pop("jobs_by_kind"), deaths),
            "never_met": sorted(str(wish) for wish in set(wanted) - set(deaths)),
            "stops": hits[Wish(STALL, storm.TELLTALE)] + trouble.done[storm.STOP_WORKER],
            "restarts": {
                "broker": trouble.done[storm.KILL_BROKER],
                "broker_flushed": trouble.done[storm.FLUSH],
                "postgres": trouble.done[storm.RESTART_POSTGRES] + trouble.done[storm.KILL_POSTGRES],
                "workers": crew.hired[WORKER] - options.workers,
                "beats": crew.hired[BEAT] - 2,
                "web": crew.hired[WEB] - 1,
                "fell_by_themselves": dict(crew.fell),
            },
            "faults": dict(sorted(faults.items())),
            "accepted_again": author.tried_again,
            "broker": options.broker,
            **(
                {"failovers_s": broker.failovers, "listening": broker.listeners()}
                if isinstance(broker, Guarded)
                else {}
            ),
            "seed": options.seed,
            "seconds": round(time.monotonic() - began, 1),
        }
        return Result(figures, verdict.is_clean)


@contextmanager
def _broker(kind: str, directory: Path) -> Iterator[tuple[Broker, dict[str, str]]]:
    """Give who rings, and the settings that lead there."""
    if kind == "sentinel":
        with sentinels.running() as guarded:
            yield guarded, {"REDIS_URL": guarded.url, "REDIS_SENTINEL_PASSWORD": guarded.sentinel_password}
        return
    with redis.running(aof=True, own=True) as server:
        if kind == "rabbitmq":
            with rabbitmq.running() as rabbit:
                yield rabbit, {"REDIS_URL": server.url, "BROKER_URL": rabbit.url}
        elif kind == "rabbitmq-cluster":
            authority = tls.Authority(directory)
            with rabbitmq.cluster(authority) as cluster:
                yield (
                    cluster,
                    {"REDIS_URL": server.url, "BROKER_URL": cluster.url, "BROKER_TLS_CA": str(authority.file)},
                )
        elif kind == "tls":
            authority = tls.Authority(directory)
            with tls.door(server.port, authority) as port:
                url = f"rediss://:{server.password}@127.0.0.1:{port}/0"
                yield server, {"REDIS_URL": url, "REDIS_TLS_CA": str(authority.file)}
        else:
            yield server, {"REDIS_URL": server.url}


def settings_of(
    directory: Path, database_url: str, redis_url: str, public_url: str, gateway: str, *, lease: int, calls: int,
    breakage: str,
) -> dict[str, str]:  # fmt: skip
    """Return the environment of a production installation whose platforms are the sandbox."""
    rng = random.SystemRandom()
    # Absence proves something only when nothing sent under the lease can still be on its way.
    settle = str(lease + LANDING + 2)
    wanted = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SWITCHBOARD_MODE": "production",
        "SECRET_KEY": f"{rng.getrandbits(400):x}",
        "VAULT_MASTER_KEY": f"{rng.getrandbits(400):x}",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PUBLIC_URL": public_url,
        "VAR_DIR": str(directory / "var"),
        "SANDBOX": "1",
        "PLATFORM_GATEWAY_URL": gateway,
        "LOG_FORMAT": "lines",
        "WORKER_CALLS_IN_FLIGHT": str(calls),
        "PUBLISH_LEASE_SECONDS": str(lease),
        "PUBLISH_LANDING_SECONDS": str(LANDING),
        "META_SETTLE_SECONDS": settle,
        "LINKEDIN_SETTLE_SECONDS": settle,
        "LINKEDIN_MEDIA_GRACE_SECONDS": "1",
        "GOOGLE_BUSINESS_SETTLE_SECONDS": settle,
        "MAILCHIMP_SETTLE_SECONDS": settle,
        "TIKTOK_SETTLE_SECONDS": settle,
        "TIKTOK_POSTS_PER_DAY": "0",
        "GOOGLE_BUSINESS_CALLS_PER_MINUTE": "0",
        "GOOGLE_BUSINESS_EDITS_PER_MINUTE": "0",
        # Workers die here so often that one post may be in doubt again and again.
        "GOOGLE_BUSINESS_RESENDS": "10",
        "HTTP_CONNECT_TIMEOUT": "1",
        "HTTP_READ_TIMEOUT": "3",
        "HTTP_TOTAL_TIMEOUT": "4",
        WISHES: str(directory / "wishes"),
        BREAK: breakage,
    }
    return {name: value for name, value in wanted.items() if value}


def _pace(options: Options) -> Pace:
    lease = SHORT_LEASE if options.short else LEASE
    # Lease, sweep, settling and another try have passed by then.
    stalled = (2 * lease + LANDING + 8.0, 2 * lease + LANDING + 16.0)
    if options.short:
        frozen = (SHORT_LEASE + 1.0, SHORT_LEASE + 3.0)
        return Pace(
            frozen=frozen,
            stalled=stalled if options.breakage else frozen,
            outage=(1.0, 2.0),
            pause=(0.0, 0.2),
            patience=6.0,
            early=0.2,
            backlog=1000,
        )
    return Pace(
        frozen=(LEASE + 3.0, LEASE + 22.0),
        stalled=stalled,
        outage=(1.0, 5.0),
        pause=(0.0, 1.0),
        patience=12.0,
        early=0.7,
        backlog=40,
    )


def lay_out(environment: dict[str, str], town: Town, *, jobs: int, tenants: int, seed: int) -> "Author":
    """Make this process one of the installation's, migrate, and settle the tenants."""
    os.environ.clear()
    os.environ.update(environment)
    import django

    django.setup()
    from django.core.management import call_command

    from tests.chaos import author

    call_command("migrate", verbosity=0)
    houses = author.settle(town, tenants=tenants, rng=random.Random(seed))
    return author.Author(houses, jobs=jobs, seed=seed)


def _wait_for_rest(
    trouble: storm.Storm, crew: Crew, watch: Watch, author: "Author", *, until: float, say: Callable[[str], None]
) -> None:
    told = 0.0
    while time.monotonic() < until:
        trouble.tend()
        crew.fill()
        moving = watch.moving()
        if moving == 0 and author.is_through():
            return
        if time.monotonic() - told > 5:
            told = time.monotonic()
            say(f"{'?' if moving is None else moving} jobs on their way")
        time.sleep(0.25)
    say("time is up; what still moves counts as unresolved")


def count(author: "Author", town: Town, say: Callable[[str], None]) -> tuple[dict[str, Any], checking.Verdict]:
    """Count what was accepted against what stands at the platform; tell what is amiss, and return the figures."""
    from tests.chaos.author import jobs_now, story_of

    jobs = jobs_now()
    verdict = checking.judge(
        accepted=author.accepted,
        jobs=jobs,
        posts=town.posts(),
        in_order=author.in_order,
        nobody_can_look=kinds.NOBODY_CAN_LOOK,
    )
    for name in ("lost", "doubled", "unresolved", "exhausted", "strays", "disordered", "honest_unknown"):
        for sentence in getattr(verdict, name)[:20]:
            say(f"{name}: {sentence}")
    for job_id in sorted(verdict.suspects)[:20]:
        say(story_of(job_id))
    times = checking.resolve_times(jobs)
    figures = {
        "jobs": sum(job.saying.role == "post" for job in jobs),
        "comments": sum(job.saying.role == "comment" for job in jobs),
        "lost": len(verdict.lost),
        "doubled": len(verdict.doubled),
        "unresolved": len(verdict.unresolved),
        "exhausted": len(verdict.exhausted),
        "strays": len(verdict.strays),
        "disordered": len(verdict.disordered),
        "honest_unknown": len(verdict.honest_unknown),
        "p50_resolve_s": round(checking.percentile(times, 0.5), 2),
        "p95_resolve_s": round(checking.percentile(times, 0.95), 2),
        "late_s": math.ceil(times[-1]) if times else 0,
        "jobs_by_kind": Counter(job.kind for job in jobs),
        "states": dict(Counter(job.state for job in jobs)),
    }
    return figures, verdict


def _by_point(deaths: Counter[Wish]) -> Counter[str]:
    points: Counter[str] = Counter()
    for wish, count in deaths.items():
        points[wish.point] += count
    return points


def _kinds(jobs: Counter[str], deaths: Counter[Wish]) -> dict[str, dict[str, Any]]:
    """Return for each kind how many posts there were, and how often a worker died at which point with one."""
    return {
        kind: {
            "jobs": jobs[kind],
            "kills": {point: deaths[Wish(point, kind)] for point in kinds.points_of(kind) if deaths[Wish(point, kind)]},
        }
        for kind in (*kinds.KINDS, *kinds.COMMENTS)
    }


def end_at_once(database: PostgresServer) -> None:
    """Spare the orderly end of a database that is thrown away: it would write everything to disk first."""
    if database.pid is not None:
        database.kill()


def clear_up(directory: Path, keep: bool, say: Callable[[str], None]) -> None:
    """Remove what a run wrote, or say where it is kept."""
    if keep:
        say(f"kept: {directory}")
    else:
        shutil.rmtree(directory, ignore_errors=True)
