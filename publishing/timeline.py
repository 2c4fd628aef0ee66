"""The whole story of a job, in order: accepted, every attempt with its words, every wait, what people did, how it ended."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from connectors.manager import connector_class
from publishing import parked
from publishing.models import Attempt, DeadLetter, JobAction, JournalEntry, PublishJob
from publishing.selectors import watch_of
from publishing.states import State
from tenants.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a job's story."""

    at: datetime
    kind: str
    title: str
    detail: str = ""
    remedy: str = ""
    #: ok, waiting, problem, doubt or plain: how the line is coloured, always together with words.
    tone: str = "plain"
    attempt: int | None = None
    duration_ms: int | None = None
    facts: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    link: str = ""
    #: Which picture stands beside the line: a name in static/icons.svg.
    icon: str = ""


_FACT_NAMES: Final = {
    "http_status": "HTTP status",
    "code": "Platform's code",
    "subcode": "Platform's subcode",
    "request_id": "Platform's request id",
    "words": "Platform's words",
    "process": "The worker's process",
}
_OUR_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PEOPLE: Final = {
    "job.cancelled": ("Cancelled", "plain"),
    "job.hurried": ("Told not to wait any longer", "plain"),
    "job.redriven": ("Sent again by hand", "plain"),
    "job.discarded": ("Discarded", "plain"),
    "job.confirmed_live": ("Confirmed to be live", "ok"),
    "job.removed": ("Deleted at the platform", "plain"),
    "job.edited_live": ("Text changed at the platform", "plain"),
    "job.edited": ("Changed by hand and sent again", "plain"),
    "job.noted": ("Seen that it was taken back", "plain"),
    "job.published_again": ("Confirmed not to be live; sent again", "plain"),
}


def story_of(job: PublishJob) -> list[Event]:
    """Return a job's story, oldest first."""
    events = [_accepted(job)]
    attempts = list(job.attempts.order_by("number"))
    for attempt in attempts:
        events += _attempt(attempt, job)
    if job.published_at and not attempts:
        events.append(_published_long_ago(job, job.published_at))
    events += [_journal(entry) for entry in _last_notes(job.journal.exclude(key__startswith="_").order_by("id"))]
    events += [_letter(letter) for letter in job.dead_letters.order_by("id")]
    events += list(_looks(job))
    events += list(_actions(job))
    events += list(_people(job))
    if wait := parked.wait_of(job):
        # Nothing is written where a switch keeps a job waiting, so the story tells how it stands now.
        events.append(
            Event(
                max(job.due_at or job.created_at, job.created_at),
                "waiting",
                "Waits for a switch",
                wait.cause,
                wait.remedy,
                "waiting",
                icon="pause",
            )
        )
    order = {
        "accepted": 0,
        "attempt": 1,
        "journal": 2,
        "outcome": 3,
        "letter": 4,
        "look": 5,
        "action": 6,
        "person": 7,
        "waiting": 8,
    }
    # A worker may have looked at the clock just before the row was written that it took.
    return sorted(events, key=lambda event: (event.kind != "accepted", event.at, order[event.kind]))


def _accepted(job: PublishJob) -> Event:
    post = job.post
    if job.role == PublishJob.Role.FIRST_COMMENT:
        detail = f"The post at {job.destination.name} is public, so its first comment follows."
        return Event(job.created_at, "accepted", "Came due", detail, tone="plain", icon="pen")
    later = f"To be published at {post.publish_at:%Y-%m-%d %H:%M:%S} UTC." if post.publish_at else ""
    detail = f"By {_named(post.created_by)}, for {job.destination.name}. {later}".strip()
    return Event(job.created_at, "accepted", "Accepted", detail, tone="plain", icon="pen")


def _published_long_ago(job: PublishJob, at: datetime) -> Event:
    """Tell the end of a job whose attempts were kept long enough."""
    told = "What was done for it step by step is no longer kept." if job.attempt_count else ""
    return Event(at, "outcome", "Published", told, tone="ok", link=job.permalink, icon="check")


def _attempt(attempt: Attempt, job: PublishJob) -> Iterator[Event]:
    started = {
        Attempt.Purpose.PUBLISH: f"Attempt {attempt.number} began",
        Attempt.Purpose.POLL: f"Attempt {attempt.number}: looking whether it is ready",
        Attempt.Purpose.RECONCILE: f"Attempt {attempt.number}: looking whether it is there",
    }[Attempt.Purpose(attempt.purpose)]
    icon = {Attempt.Purpose.PUBLISH: "send", Attempt.Purpose.POLL: "hourglass", Attempt.Purpose.RECONCILE: "search"}[
        Attempt.Purpose(attempt.purpose)
    ]
    yield Event(attempt.opened_at, "attempt", started, f"Worker {attempt.worker}", attempt=attempt.number, icon=icon)
    if attempt.closed_at is None:
        return
    title, tone = {
        Attempt.Outcome.PUBLISHED: ("Published", "ok"),
        Attempt.Outcome.PROCESSING: ("The platform is still working on it", "waiting"),
        Attempt.Outcome.FAILED: (f"Attempt {attempt.number} failed", "problem"),
        Attempt.Outcome.UNKNOWN: ("No answer tells what happened", "doubt"),
        Attempt.Outcome.NOT_THERE: ("Not at the platform", "doubt"),
        Attempt.Outcome.CANNOT_TELL: ("The platform cannot tell", "doubt"),
        Attempt.Outcome.ABANDONED: ("The worker died or stalled", "problem"),
        Attempt.Outcome.POSTPONED: ("Postponed", "waiting"),
    }[Attempt.Outcome(attempt.outcome)]
    detail = attempt.cause
    if attempt.outcome == Attempt.Outcome.PUBLISHED and attempt.purpose == Attempt.Purpose.RECONCILE:
        title = "Found at the platform: it is live"
        detail = attempt.cause or "The earlier try had arrived after all; nothing was sent again."
    if attempt.next_at is not None:
        seconds = max((attempt.next_at - attempt.closed_at).total_seconds(), 0)
        detail = f"{detail} Next look in {_span(seconds)}.".strip()
    published = attempt.outcome == Attempt.Outcome.PUBLISHED
    yield Event(
        attempt.closed_at,
        "outcome",
        title,
        detail,
        attempt.remedy,
        tone,
        attempt.number,
        round((attempt.closed_at - attempt.opened_at).total_seconds() * 1000),
        tuple((_FACT_NAMES.get(key, key), str(value)) for key, value in attempt.facts.items()),
        job.permalink if published else "",
        {"ok": "check", "waiting": "hourglass", "doubt": "question"}.get(tone, "cross"),
    )


def _journal(entry: JournalEntry) -> Event:
    if entry.kind == JournalEntry.Kind.ANNOUNCED:
        detail = "Written down before the call that makes the post public, so that a lost answer is never taken for a failure."
        return Event(entry.at, "journal", f"Announced: {entry.key}", detail, attempt=entry.attempt_number, icon="flag")
    verb = "Answered" if entry.kind == JournalEntry.Kind.ANSWERED else "Noted"
    title = f"{verb}: {_key_in_words(entry.key)}"
    if isinstance(entry.value, Mapping):
        facts = tuple(
            (_key_in_words(key), _value_in_words(value)) for key, value in sorted(entry.value.items()) if _tells(value)
        )
        return Event(entry.at, "journal", title, facts=facts, attempt=entry.attempt_number, icon="pen")
    said = _value_in_words(entry.value) if _tells(entry.value) else ""
    return Event(entry.at, "journal", title, said, attempt=entry.attempt_number, icon="pen")


def _last_notes(entries: Iterable[JournalEntry]) -> Iterator[JournalEntry]:
    """Yield the entries, but of notes under one key that follow each other in one attempt only the last: it has it all."""
    waiting: JournalEntry | None = None
    for entry in entries:
        if waiting is not None and not _overwrites(entry, waiting):
            yield waiting
        waiting = entry
    if waiting is not None:
        yield waiting


def _overwrites(later: JournalEntry, earlier: JournalEntry) -> bool:
    notes = later.kind == JournalEntry.Kind.NOTED == earlier.kind
    return notes and (later.key, later.attempt_number) == (earlier.key, earlier.attempt_number)


def _key_in_words(key: str) -> str:
    """Return a key as people read it: our own ids inside it tell them nothing."""
    parts = [part.replace("_", " ") for part in key.split(":") if not _OUR_ID.fullmatch(part)]
    return " ".join(parts) or key


def _value_in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _tells(value: Any) -> bool:
    return value not in (None, "", {}, [])


#: How a look at a published post is told: title, tone, icon.
_LOOKS: Final = {
    "live": ("Looked again: it is live", "ok", "check"),
    "pending": ("Looked again: it is not public yet", "waiting", "hourglass"),
    "rejected": ("Taken back: the platform rejected it", "problem", "cross"),
    "removed": ("Looked again: it is gone", "problem", "cross"),
}
_LEARNT: Final = {"external_id": "Its id at the platform", "permalink": "Its link"}


def _looks(job: PublishJob) -> Iterator[Event]:
    watch = watch_of(job)
    for look in watch.history if watch is not None else ():
        title, tone, icon = _LOOKS[look["state"]]
        facts = tuple((label, look[name]) for name, label in _LEARNT.items() if look.get(name))
        at = datetime.fromisoformat(look["at"])
        yield Event(
            at, "look", title, look.get("reason", ""), look.get("remedy", ""), tone, facts=facts, icon=icon,
            link=look.get("permalink", ""),
        )  # fmt: skip


_DONE: Final = {
    JobAction.Outcome.DONE: ("done", "ok", "check"),
    JobAction.Outcome.REFUSED: ("not done", "problem", "cross"),
    JobAction.Outcome.UNKNOWN: ("nobody can tell whether it was done", "doubt", "question"),
    JobAction.Outcome.OPEN: ("under way", "waiting", "hourglass"),
}


def _actions(job: PublishJob) -> Iterator[Event]:
    names = {action.slug: action.name for action in connector_class(job.platform_id).actions}
    for run in job.actions.order_by("id"):
        words, tone, icon = _DONE[JobAction.Outcome(run.outcome)]
        facts = tuple(
            (_key_in_words(key), _value_in_words(value)) for key, value in sorted(run.answer.items()) if _tells(value)
        )
        title = f"{names.get(run.slug, run.slug)}: {words}"
        detail = f"By {_named(run.actor)}. {run.cause}".strip()
        yield Event(run.began_at, "action", title, detail, run.remedy, tone, facts=facts, icon=icon)


def _letter(letter: DeadLetter) -> Event:
    needs = {"author": "Needs its author", "tenant": "Needs the account's owner"}.get(letter.who, "Needs an operator")
    return Event(letter.opened_at, "letter", needs, letter.cause, letter.remedy, "problem", icon="tray")


def _people(job: PublishJob) -> Iterator[Event]:
    entries = AuditEntry.objects.filter(subject_kind="publishjob", subject_id=str(job.pk))
    for entry in entries.exclude(action="job.acted").order_by("id"):
        title, tone = _PEOPLE.get(entry.action, (entry.action, "plain"))
        reason = entry.detail.get("reason") or entry.detail.get("link") or ""
        yield Event(
            entry.created_at, "person", title, f"By {_named(entry.actor)}. {reason}".strip(), tone=tone, icon="person"
        )


def _named(actor: str) -> str:
    """Return an actor as people read it: an e-mail address, or the public part of a key."""
    kind, _, name = actor.partition(":")
    return {"user": name, "key": f"the API key {name}…", "system": f"the hub ({name})"}.get(kind, actor)


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def is_final(job: PublishJob) -> bool:
    """Tell whether the story can still go on by itself."""
    return State(job.state) in {State.PUBLISHED, State.CANCELLED, State.FAILED, State.DLQ}
