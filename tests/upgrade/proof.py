"""What must be so after an upgrade: nothing lost, secrets open, jobs go on and out once, views answer, people may enter."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection as database
from django.db.models import Sum
from django.test import Client

from connectors import http
from connectors.models import Connection
from monitoring import surroundings
from monitoring.reports import folding, models
from publishing import ledger, redriving
from publishing.attempts import attempt_job
from publishing.models import DeadLetter, PublishJob
from publishing.states import State as JobState
from sandbox.adapter import SandboxAdapter
from sandbox.app import create_app
from sandbox.world import World
from tenants.models import Membership, Tenant, User
from tenants.principal import Principal
from tests.upgrade.states import State, build, contents
from vault import services as vault

CALLBACK: Final = "http://testserver/api/oauth/meta/callback"
GATEWAY: Final = "https://sandbox.invalid"
#: Tables that an upgrade empties on purpose; the changelog says so to operators.
GIVEN_UP: Final = {"django_session": "sessions are kept elsewhere, with whose they are"}
#: Columns that an upgrade writes on purpose.
WRITTEN: Final = {("connector_platforms", "updated_at"), ("connector_platforms", "name")}
#: How long after the last sign of the old version the new one begins.
PAUSE: Final = timedelta(minutes=3)


class NotSoError(Exception):
    """Something that an upgrade must keep was not kept."""


def require(held: bool, words: str) -> None:
    if not held:
        raise NotSoError(words)


def prove(state: State) -> Iterator[str]:
    """Build, upgrade, and look at everything; yields what was found to be so, raises ``NotSoError`` for what is not."""
    last = max(datetime.fromisoformat(row["updated_at"]) for row in state.rows["publishing.publishjob"])
    with time_machine.travel(last + PAUSE, tick=True) as traveller:
        build(state)
        before = contents()
        yield f"{sum(map(len, before.values())):,} rows in {len(before)} tables as {state.version} left them"
        call_command("migrate", verbosity=0, interactive=False)
        require(surroundings.migrations().ok, "migrations are missing")
        yield nothing_is_lost(before)
        yield secrets_open(state)
        yield from jobs_go_on(state, last + PAUSE, traveller)
        yield views_answer()
        yield people_enter()


def nothing_is_lost(before: dict[str, dict[Any, dict[str, Any]]]) -> str:
    """Compare every row that was there with what is there now, column by column."""
    after, compared = contents(), 0
    for table, rows in before.items():
        if table in GIVEN_UP or table == "django_migrations":
            continue
        require(table in after or not rows, f"the table {table} is gone with {len(rows)} rows")
        for key, row in rows.items():
            there = after[table].get(key)
            require(there is not None, f"a row of {table} is gone: {key}")
            for name, value in row.items():
                if name in (there or {}) and (table, name) not in WRITTEN:
                    require(
                        (there or {})[name] == value,
                        f"{table}.{name} of {key} was {value!r} and is {(there or {})[name]!r}",
                    )
                    compared += 1
    return f"nothing is lost: {compared:,} values are what they were"


def secrets_open(state: State) -> str:
    """Open every secret with the key of that day."""
    vault.verify_master_key()
    for name, digest in state.secrets.items():
        require(hashlib.sha256(_secret(name).encode()).hexdigest() == digest, f"the secret {name} is another")
    return f"{len(state.secrets)} secrets open"


def _secret(name: str) -> str:
    connection_id, _, kind = name.partition("/")
    row = Connection.objects.get(pk=connection_id)
    return vault.open_secret(tenant_id=row.tenant_id, connection_id=row.pk, kind=kind, purpose="check").reveal()


def jobs_go_on(state: State, begun: datetime, traveller: Any) -> Iterator[str]:
    """Let workers of today take what waits, against a platform that knows the old tokens and what reached it."""
    jobs = {job.post.text: job for job in PublishJob.objects.select_related("post", "destination")}
    world = World(redirect_uris=[CALLBACK])
    http.mount(GATEWAY, SandboxAdapter(create_app(world)))
    try:
        know_tokens(world, state)
        there = [text for text in jobs if text.endswith("in doubt, there")]
        for text in there:  # its request had arrived when the answer was lost
            arrive(world, state, jobs[text], traveller)
        traveller.move_to(begun)
        moment = begun
        for wait in (0, 20, 60, 120, 300, 900, 3600):
            moment = begun + timedelta(seconds=wait)
            traveller.move_to(moment)
            work(moment)
        told = Counter(item.text for item in world.meta.timeline())
        require(max(told.values()) == 1, f"posts were doubled: {[text for text, count in told.items() if count > 1]}")
        for text, job in jobs.items():
            expected, was = EXPECTED[text.partition(": ")[2]], job.state
            job.refresh_from_db()
            require(job.state == expected, f"the job {text!r} is {job.state} and not {expected}: {job.error_cause}")
            if expected == JobState.PUBLISHED and was != JobState.PUBLISHED:
                require(told[text] == 1, f"{text!r} does not stand at the platform")
        yield f"{len(jobs)} jobs in every state went on; {sum(told.values())} posts stand at the platform, each once"
        later = [job for text, job in jobs.items() if text.endswith("for later")]
        moment = max(job.planned_at for job in later) + timedelta(seconds=1)
        traveller.move_to(moment)
        work(moment)
        for job in later:
            job.refresh_from_db()
            require(job.state == JobState.PUBLISHED, "a scheduled job did not go out at its moment")
        redriven = redrive(moment)
        work(moment + timedelta(minutes=5))
        require(
            PublishJob.objects.filter(pk__in=redriven, state=JobState.PUBLISHED).count() == len(redriven),
            "redriven jobs are not out",
        )
        yield f"{len(later)} scheduled jobs left at their moment, {len(redriven)} dead letters were redriven"
    finally:
        http.unmount(GATEWAY)


#: By what a post says of itself: the state its job comes to within an hour.
EXPECTED: Final = {
    "published é 🥐": JobState.PUBLISHED,
    "blocked": JobState.FAILED,
    "unexpected": JobState.DLQ,
    "strange": JobState.PUBLISHED,
    "discarded": JobState.CANCELLED,
    "in doubt, there": JobState.PUBLISHED,
    "retrying": JobState.PUBLISHED,
    "cancelled": JobState.CANCELLED,
    "for later": JobState.SCHEDULED,
    "held": JobState.PUBLISHED,
    "announced": JobState.PUBLISHED,
    "processing": JobState.PUBLISHED,
    "polling": JobState.PUBLISHED,
    "queued": JobState.PUBLISHED,
    "in order": JobState.PUBLISHED,
}


def work(moment: datetime) -> None:
    """Do what sweep and workers do: take back from the dead, then everything that is due, until nothing is."""
    ledger.recover(now=moment, landing=settings.PUBLISH_LANDING)
    while batch := ledger.claim(now=moment, limit=100, lease=settings.PUBLISH_LEASE):
        for claimed in batch:
            attempt_job(claimed, clock=lambda: moment)


def redrive(moment: datetime) -> list[Any]:
    """Redrive what the old version gave up for a cause that is over."""
    found = []
    for tenant in Tenant.objects.all():
        letters = list(DeadLetter.objects.filter(tenant=tenant, closed_at=None, kind="unexpected_answer"))
        redriving.redrive(principal=Principal.of_system(tenant, "upgrade"), letters=letters, now=moment)
        found += [letter.job_id for letter in letters]
    require(bool(found), "there is no dead letter to redrive")
    return found


def know_tokens(world: World, state: State) -> None:
    """Let the platform know the tokens that it gave out in the days of the old version."""
    from connectors.manager import get_connector
    from foundation.secret import Secret

    connector, now = get_connector("meta"), datetime.now().astimezone()
    code = world.meta.consent(redirect_uri=CALLBACK, scopes=list(connector.scopes()))["code"]
    grant = connector.exchange_code(code=Secret(code), redirect_uri=CALLBACK, now=now)
    known = world.meta.state.tokens.get(grant.access_token.reveal())
    assert known is not None
    own = {name: _secret(name) for name in state.secrets}
    for name, value in own.items():
        connection_id, _, kind = name.partition("/")
        if kind == "access_token":
            world.meta.state.save_token(replace(known, value=value))
            for other, page in own.items():
                there, _, of = other.partition("/")
                if there == connection_id and ":" in of:
                    token = replace(
                        known, value=page, kind="PAGE", page_id=of.partition(":")[2], parent=value, expires_at=0
                    )
                    world.meta.state.save_token(token)


def arrive(world: World, state: State, job: PublishJob, traveller: Any) -> None:
    """Let a post stand at the platform as if the request that was announced had arrived."""
    import requests

    session = requests.Session()
    session.mount(GATEWAY, SandboxAdapter(create_app(world)))
    assert job.announced_at is not None
    traveller.move_to(job.announced_at + timedelta(seconds=1))
    place = job.destination
    token = next(
        _secret(name)
        for name in state.secrets
        if name.startswith(str(place.connection_id)) and name.endswith(f":{place.external_id}")
    )
    answer = session.post(
        f"{GATEWAY}/graph.facebook.com/v25.0/{place.external_id}/feed",
        data={"message": job.post.text, "access_token": token},
        timeout=10,
    )
    require(answer.ok, f"the platform did not take what had arrived: {answer.text}")


def views_answer() -> str:
    """Sum up, and read the eight views."""
    now = datetime.now().astimezone()
    for _ in folding.rebuild(since=None, now=now):
        pass
    counts = {}
    with database.cursor() as cursor:
        for name in VIEWS:
            cursor.execute(f"SELECT count(*) FROM {name}")  # noqa: S608 - one of eight names
            counts[name] = cursor.fetchone()[0]
    open_letters = models.DlqStatus.objects.aggregate(count=Sum("open"))["count"] or 0
    require(open_letters == DeadLetter.objects.filter(closed_at=None).count(), "the view of dead letters counts others")
    published = models.PublishPerformance.objects.aggregate(count=Sum("published"))["count"] or 0
    require(
        published == PublishJob.objects.filter(state=JobState.PUBLISHED).count(), "the view of publishing counts others"
    )
    require(counts["api_token_health"] == Connection.objects.count(), "the view of tokens lacks connections")
    return f"eight views answer, with {sum(counts.values())} rows"


VIEWS: Final = (
    "api_connector_health_summary",
    "api_recent_errors",
    "api_token_health",
    "api_publish_performance",
    "api_dlq_status",
    "api_health_check_trends",
    "api_connector_readiness",
    "api_analytics_summary",
)


def people_enter() -> str:
    """Open the pages as the owners of that day, and the admin as an operator."""
    seen = 0
    for membership in Membership.objects.select_related("user"):
        client = Client()
        entered = client.post("/sign-in", {"email": membership.user.email, "password": "correct horse battery"})
        require(entered.status_code == 302, "an old password does not open")
        for address in ("/", "/jobs", "/connections", "/dead-letters", "/tokens", "/health", "/analytics"):
            answer = client.get(address)
            require(answer.status_code == 200, f"{address} answers {answer.status_code} to {membership.role}")
            seen += 1
    operator = User.objects.create_superuser("operator@hub.example", "correct horse battery")
    client = Client()
    client.force_login(operator)
    for address in ("/admin/", "/admin/publishing/publishjob/", "/admin/connectors/connection/"):
        require(client.get(address).status_code == 200, f"{address} does not open")
        seen += 1
    return f"{seen} pages open to people of that day"
