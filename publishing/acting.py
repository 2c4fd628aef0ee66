"""What platforms can do with a published post beyond editing and deleting it: a test, another round, a change of plans.

The platform is asked while somebody waits. A row is written before the call, so that the same key never does the same thing
twice: not when a click is repeated, and not when the answer was lost.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from connectors import asking
from connectors.errors import ConnectorError, OutcomeUnknown
from connectors.manager import connector_class
from connectors.types import Action, Capability
from foundation.errors import Conflict, Finding, Invalid, NotFound
from foundation.text import storable, storable_json
from publishing import author_settings, watches
from publishing.accepting import check_key
from publishing.live import connector_for
from publishing.models import JobAction, PublishJob
from tenants.principal import Principal
from tenants.scopes import POSTS_WRITE
from tenants.services import record


def action_of(job: PublishJob, slug: str) -> Action:
    """Return one of the actions of a job's platform; raises ``NotFound``."""
    known = {action.slug: action for action in connector_class(job.platform_id).actions}
    if slug not in known:
        raise NotFound(
            f"{job.platform.name} has no action called {slug[:60]!r}.",
            remedy=f"Choose among {', '.join(known)}." if known else "It has none.",
            code="unknown_action",
        )
    return known[slug]


def check(job: PublishJob, action: Action, arguments: Mapping[str, Any]) -> None:
    """Raise ``Conflict`` when the action cannot be done with this job, ``Invalid`` when its arguments do not hold."""
    if job.removed_at is not None:
        raise Conflict("The post was deleted.", remedy="Nothing can be done with it.", code="not_live")
    connector_for(job, Capability.ACTIONS, doing=f"do this ({action.name})")
    if reason := author_settings.unsayable(arguments):
        raise Invalid("The arguments cannot be taken as they are.", findings=[Finding("", "argument_invalid", reason)])
    findings = [
        Finding(one.field, "argument_invalid", one.message, one.remedy, one.limit)
        for one in author_settings.violations(action.schema, arguments)
    ]
    if findings:
        raise Invalid("Nothing was done: some arguments do not hold.", findings=findings)


def perform(
    *,
    principal: Principal,
    job: PublishJob,
    slug: str,
    arguments: Mapping[str, Any],
    idempotency_key: str | None,
    now: datetime,
) -> tuple[JobAction, bool]:
    """Do something with a published post; return what came of it, and whether it had been done before with this key. Audited.

    A key whose outcome is open, or was never learnt, does nothing a second time and raises ``Conflict``; one whose action was
    surely not done is free again. Raises what ``check`` and ``asking`` refuse.
    """
    principal.require(POSTS_WRITE)
    action = action_of(job, slug)
    digest = digest_of(job, action, arguments)
    if idempotency_key is not None:
        check_key(idempotency_key)
        if known := _known(principal, idempotency_key, digest, now=now):
            return known, True
    check(job, action, arguments)
    try:
        with transaction.atomic():
            run = JobAction.objects.create(
                tenant=principal.tenant,
                job=job,
                slug=action.slug,
                actor=principal.actor,
                idempotency_key=idempotency_key,
                request_digest=digest,
                began_at=now,
            )
    except IntegrityError:
        if idempotency_key is not None and (known := _known(principal, idempotency_key, digest, now=now)):
            return known, True
        raise
    return _perform(principal, job, action, arguments, run, now=now), False


def digest_of(job: PublishJob, action: Action, arguments: Mapping[str, Any]) -> str:
    """Return a hash that is equal for equal wishes, whatever the order of keys."""
    said = [str(job.pk), action.slug, arguments]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _perform(
    principal: Principal,
    job: PublishJob,
    action: Action,
    arguments: Mapping[str, Any],
    run: JobAction,
    *,
    now: datetime,
) -> JobAction:
    try:
        told = asking.put(
            job.destination,
            lambda connector, target: connector.perform(action.slug, job.external_id, arguments, target, now=now),
            now=now,
        )
        answer = storable_json(dict(told))
    except ConnectorError as error:
        lost = isinstance(error, OutcomeUnknown)
        outcome = JobAction.Outcome.UNKNOWN if lost else JobAction.Outcome.REFUSED
        _finish(principal, job, run, outcome, now=now, cause=error.cause, remedy=error.remedy)
        raise asking.refusal_of(error, after_silence=asking.LOOK_FIRST) from error
    except Exception:
        # A fault of ours in the middle of it: it may have been done.
        _finish(principal, job, run, JobAction.Outcome.UNKNOWN, now=now, cause="The hub itself failed on it.")
        raise
    return _finish(principal, job, run, JobAction.Outcome.DONE, now=now, answer=answer)


def _finish(
    principal: Principal, job: PublishJob, run: JobAction, outcome: JobAction.Outcome, *, now: datetime, **said: Any
) -> JobAction:
    run.outcome, run.finished_at = outcome, now
    for name, value in said.items():
        setattr(run, name, storable(value)[:600] if isinstance(value, str) else value)
    if outcome is JobAction.Outcome.REFUSED:
        # Surely not done, so the key may be used for the next try.
        run.idempotency_key = None
    with transaction.atomic():
        run.save()
        if outcome is not JobAction.Outcome.REFUSED:
            detail = {"name": run.slug, "outcome": str(outcome)}
            record(tenant=principal.tenant, actor=principal.actor, action="job.acted", subject=job, **detail)
            watches.look_soon(job, now=now)
    return run


def _known(principal: Principal, key: str, digest: str, *, now: datetime) -> JobAction | None:
    """Return what this key did before; raises ``Conflict`` when that was something else, or nobody can tell."""
    run = JobAction.objects.filter(tenant=principal.tenant, idempotency_key=key).first()
    if run is None or (run.outcome == JobAction.Outcome.DONE and run.request_digest == digest):
        return run
    if run.request_digest != digest:
        raise Conflict(
            "This Idempotency-Key was used for another request.",
            remedy="Use a new key for something new; repeat a request unchanged to get its first answer again.",
            code="idempotency_key_reused",
        )
    if run.outcome == JobAction.Outcome.OPEN and now - run.began_at < 3 * settings.HTTP_TOTAL_TIMEOUT:
        raise Conflict("It is under way.", remedy="Ask again in a minute, with the same key.", code="action_under_way")
    raise Conflict(
        "Nobody can tell whether it was done.",
        remedy="Look at the platform; if it was not done, begin anew, with a new key.",
        code="action_in_doubt",
    )
