"""What people do with jobs: cancel, retry now, redrive, discard, and tell how an unknown outcome ended. All audited.

Each acts by one conditional update, so that clicking twice, or two people clicking at once, does it once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings as hub_settings
from django.db import transaction

from foundation.errors import Conflict, Finding, Invalid
from publishing import attachments, drafts, follow_ups
from publishing.attachments import Said
from publishing.follow_ups import follow_up_of
from publishing.models import DeadLetter, Post, PublishJob
from publishing.states import CANCELLABLE, NEEDS_A_PERSON, State
from tenants import flags
from tenants.principal import Principal
from tenants.scopes import POSTS_WRITE
from tenants.services import record


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a redrive would do with one dead letter: send, look first, or nothing; and what would stand in the way."""

    letter: DeadLetter
    would: str
    findings: tuple[Finding, ...]


_FRESH: Final[dict[str, Any]] = {"tries": 0, "deaths": 0, "looks": 0, "error_who": ""}


@transaction.atomic
def cancel_job(*, principal: Principal, job: PublishJob, now: datetime) -> PublishJob:
    """Take a job back before it is sent. Raises ``Conflict`` once a worker holds it or its outcome is open."""
    principal.require(POSTS_WRITE)
    cancelled = _update(job, CANCELLABLE, in_doubt=False, now=now, state=State.CANCELLED, due_at=None)
    if not cancelled:
        raise _too_late(job, "cancelled")
    _close_letters(job, DeadLetter.Resolution.DISCARDED, principal, note="Cancelled.", now=now)
    _record(principal, job, "job.cancelled")
    return _fresh(job)


@transaction.atomic
def retry_job(*, principal: Principal, job: PublishJob, now: datetime) -> PublishJob:
    """Do not wait any longer: a waiting job becomes due now; one that needs a person is redriven."""
    principal.require(POSTS_WRITE)
    if job.state in NEEDS_A_PERSON:
        _redrive(principal, job, now=now, due_at=now)
        return _fresh(job)
    hurried = PublishJob.objects.filter(
        pk=job.pk, state__in=[State.RETRYING, State.RECONCILING], lease_token=None
    ).update(due_at=now, updated_at=now)
    if not hurried:
        raise Conflict(
            f"The job is {_fresh(job).state}; there is nothing to retry.",
            remedy="Only a job that failed or waits for its next try can be retried.",
            code="not_retryable",
        )
    _record(principal, job, "job.hurried")
    return _fresh(job)


@transaction.atomic
def redrive(*, principal: Principal, letters: Sequence[DeadLetter], now: datetime, after: int = 0) -> int:
    """Send the jobs of these dead letters again; return how many were. One already redriven is left alone.

    A job whose outcome is open is not sent but looked for first. Many are paced: they become due one after the other
    (``REDRIVE_PER_SECOND``), so that a platform that has just recovered is not struck down again. ``after`` says how many
    of the same redrive were sent before by other calls with the same ``now``.
    """
    principal.require(POSTS_WRITE)
    count = 0
    for letter in letters:
        due_at = now + timedelta(seconds=(after + count) / hub_settings.REDRIVE_PER_SECOND)
        count += _redrive(principal, letter.job, now=now, due_at=due_at)
    return count


def rehearse(*, principal: Principal, letters: Sequence[DeadLetter]) -> list[Rehearsal]:
    """Tell what a redrive of these dead letters would do, and what would still stand in the way; changes nothing."""
    principal.require(POSTS_WRITE)
    told = []
    for letter in letters:
        job = letter.job
        if letter.closed_at is not None or job.state not in NEEDS_A_PERSON:
            told.append(Rehearsal(letter, "nothing", ()))
            continue
        draft = drafts.draft_of(job.post)
        findings = drafts.check_place(draft, job.destination).errors
        told.append(Rehearsal(letter, "look first" if job.announced_at else "send", findings))
    return told


@transaction.atomic
def edit_and_redrive(
    *,
    principal: Principal,
    job: PublishJob,
    text: str | None,
    link: str | None,
    media: Sequence[Said] | None = None,
    settings: Mapping[str, Any] | None = None,
    now: datetime,
) -> PublishJob:
    """Change what a failed job says at its destination, check it, and send it again.

    Raises ``Invalid`` with every finding, ``Conflict`` when the job does not wait for a person or its outcome is open: what
    may be live already is not rewritten.
    """
    principal.require(POSTS_WRITE)
    if job.announced_at is not None:
        raise Conflict(
            "Nobody knows whether this post is live, so it cannot be changed here.",
            remedy="First say whether it is live: confirm it, or publish it again.",
            code="outcome_in_doubt",
        )
    members: tuple[tuple[str, Any], ...] = (("text", text), ("link", link), ("media", media), ("settings", settings))
    if job.role == PublishJob.Role.FIRST_COMMENT:
        members = (("first_comment", _comment(text, link, media, settings)),)
    said: dict[str, Any] = {name: value for name, value in members if value is not None}
    post = Post.objects.select_for_update().get(pk=job.post_id)
    place = str(job.destination_id)
    post.overrides = {**post.overrides, place: {**post.overrides.get(place, {}), **said}}
    checked = drafts.check_place(drafts.draft_of(post), job.destination)
    if checked.errors:
        raise Invalid("It would fail again as it is.", findings=checked.errors)
    post.overrides = {**post.overrides, **checked.overrides}
    if not _redrive(principal, job, now=now, due_at=now):
        raise _too_late(job, "changed")
    post.save(update_fields=["overrides", "updated_at"])
    _record(principal, job, "job.edited", changed=sorted(said))
    return _fresh(job)


@transaction.atomic
def redrive_after_reconnect(*, connection_id: UUID, now: datetime) -> int:
    """Send what failed because this account had to be reconnected again, if its tenant wishes so; return how many."""
    open_letters = DeadLetter.objects.filter(
        closed_at=None,
        kind="reconnect_required",
        job__destination__connection_id=connection_id,
        tenant__redrive_after_reconnect=True,
    )
    letters = list(open_letters.select_related("job", "tenant").order_by("id"))
    if not letters or not flags.is_on("redrive_after_reconnect", letters[0].tenant_id):
        return 0
    return redrive(principal=Principal.of_system(letters[0].tenant, "reconnect"), letters=letters, now=now)


@transaction.atomic
def discard(*, principal: Principal, letters: Sequence[DeadLetter], reason: str, now: datetime) -> int:
    """Give up on the jobs of these dead letters, for a reason that is written down; return how many were."""
    principal.require(POSTS_WRITE)
    if not reason.strip():
        raise Invalid("A reason is needed.", remedy="Say in a few words why this is given up.", code="reason_missing")
    count = 0
    for letter in letters:
        job = letter.job
        if _update(job, NEEDS_A_PERSON, now=now, state=State.CANCELLED, due_at=None, announced_at=None):
            _close_letters(job, DeadLetter.Resolution.DISCARDED, principal, note=reason, now=now)
            _record(principal, job, "job.discarded", reason=reason[:300], outcome_was_open=job.announced_at is not None)
            count += 1
    return count


@transaction.atomic
def confirm_live(*, principal: Principal, job: PublishJob, link: str, now: datetime) -> PublishJob:
    """Record what a person saw: the post of a job with an unknown outcome is live, at this link."""
    principal.require(POSTS_WRITE)
    if not _is_web_address(link.strip()) or len(link) > 2000:
        raise Invalid("This is not a web address.", remedy="Paste the link of the live post.", code="bad_link")
    _require_doubt(job)
    live = {
        "state": State.PUBLISHED,
        "due_at": None,
        "announced_at": None,
        "published_at": now,
        "permalink": link.strip(),
    }
    if not _update(
        job,
        NEEDS_A_PERSON,
        in_doubt=True,
        now=now,
        **live,
        error_kind="",
        error_cause="",
        error_remedy="",
        error_who="",
    ):
        raise _too_late(job, "confirmed")
    if follow_up := follow_up_of(job, now=now):
        follow_ups.insert([follow_up])
    _close_letters(job, DeadLetter.Resolution.CONFIRMED_LIVE, principal, note=link.strip()[:500], now=now)
    _record(principal, job, "job.confirmed_live", link=link.strip())
    return _fresh(job)


@transaction.atomic
def publish_again(*, principal: Principal, job: PublishJob, now: datetime) -> PublishJob:
    """Record what a person saw: the post of a job with an unknown outcome is not there; so it is sent again."""
    principal.require(POSTS_WRITE)
    _require_doubt(job)
    if not _update(
        job, NEEDS_A_PERSON, in_doubt=True, now=now, state=State.QUEUED, due_at=now, announced_at=None, **_FRESH
    ):
        raise _too_late(job, "sent again")
    _close_letters(job, DeadLetter.Resolution.REDRIVEN, principal, note="A person saw that it is not live.", now=now)
    _record(principal, job, "job.published_again")
    return _fresh(job)


def _comment(text: str | None, *others: object) -> str:
    if any(other is not None for other in others) or not (text or "").strip():
        raise Invalid("A comment has a text and nothing else.", remedy="Send its text.", code="comment_is_text")
    return (text or "").strip()


def _is_web_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:  # such as half a bracket of an IPv6 address
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _redrive(principal: Principal, job: PublishJob, *, now: datetime, due_at: datetime) -> int:
    sent = _update(job, NEEDS_A_PERSON, in_doubt=False, now=now, state=State.QUEUED, due_at=due_at, **_FRESH)
    sent = sent or _update(
        job, NEEDS_A_PERSON, in_doubt=True, now=now, state=State.RECONCILING, due_at=due_at, **_FRESH
    )
    if sent:
        _keep_files(job, until=due_at, now=now)
        _close_letters(job, DeadLetter.Resolution.REDRIVEN, principal, note="", now=now)
        _record(principal, job, "job.redriven")
    return sent


def _keep_files(job: PublishJob, *, until: datetime, now: datetime) -> None:
    """A job may have waited longer than files are kept; from now on they are needed again."""
    if ids := drafts.draft_of(job.post).media_ids():
        attachments.keep(job.post.tenant, ids, until=until, now=now)


def _update(
    job: PublishJob, states: frozenset[State], *, in_doubt: bool | None = None, now: datetime, **fields: Any
) -> int:
    rows = PublishJob.objects.filter(pk=job.pk, state__in=states)
    if in_doubt is not None:
        rows = rows.filter(announced_at__isnull=not in_doubt)
    return rows.update(updated_at=now, ready=False, **fields)


def _close_letters(
    job: PublishJob, resolution: DeadLetter.Resolution, principal: Principal, *, note: str, now: datetime
) -> None:
    DeadLetter.objects.filter(job_id=job.pk, closed_at=None).update(
        closed_at=now, resolution=resolution, closed_by=principal.actor, note=note[:500], updated_at=now
    )


def _require_doubt(job: PublishJob) -> None:
    if job.announced_at is None or job.state not in NEEDS_A_PERSON:
        raise Conflict(
            "The outcome of this job is not in doubt.",
            remedy="Look at the job's timeline.",
            code="outcome_not_in_doubt",
        )


def _too_late(job: PublishJob, what: str) -> Conflict:
    state = _fresh(job).state
    return Conflict(
        f"The job is {state} and can no longer be {what}.",
        remedy="Look at the job's timeline for what happened meanwhile.",
        code="too_late",
    )


def _fresh(job: PublishJob) -> PublishJob:
    found: PublishJob = PublishJob.objects.select_related("post", "destination", "tenant").get(pk=job.pk)
    return found


def _record(principal: Principal, job: PublishJob, action: str, **detail: Any) -> None:
    record(tenant=principal.tenant, actor=principal.actor, action=action, subject=job, **detail)
