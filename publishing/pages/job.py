"""The whole story of one job, what to do now, and the buttons for it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.urls import reverse

from connectors.manager import connector_class, get_connector, is_configured, target_of
from connectors.models import Connection
from connectors.pages import reconnect_of
from connectors.types import Capability
from publishing import parked, timeline
from publishing.contents import content_of, files_at, kind_of, settings_at
from publishing.models import PublishJob
from publishing.pages import action as action_pages
from publishing.pages import schema_form
from publishing.pages.files import files_of
from publishing.pages.words import MOVING, WHO, job_row, reconnect_helps, standing_of
from publishing.selectors import OVERDUE, watch_of
from publishing.states import CANCELLABLE, NEEDS_A_PERSON, State
from tenants.principal import Principal
from tenants.scopes import POSTS_WRITE

POLL_SECONDS: Final = 2
POLL_SECONDS_SCHEDULED: Final = 15
_TONES: Final = {"ok": "ok", "waiting": "wait", "problem": "bad", "doubt": "warn", "plain": "off"}
_PLATFORMS_WORDS: Final = "Platform's words"

#: What a job that still moves does next: title and icon.
_NEXT: Final[dict[str, tuple[str, str]]] = {
    State.SCHEDULED: ("Waits for its time", "clock"),
    State.QUEUED: ("Waits for a worker", "queue"),
    State.RETRYING: ("Waits for the next try", "retry"),
    State.PROCESSING: ("Waits for the platform", "hourglass"),
    State.RECONCILING: ("Waits to look whether it is there", "search"),
}

_STANDING_TITLES: Final = {
    "pending": "{platform} has not made it public yet",
    "rejected": "{platform} took it back",
    "removed": "It is no longer at {platform}",
}


def job_page(principal: Principal, job: PublishJob, *, now: datetime) -> dict[str, Any]:
    """Return what ``publishing/job.html`` shows; the job comes from ``selectors.job_of``."""
    letter = job.dead_letters.filter(closed_at=None).first()
    story = timeline.story_of(job)
    said = content_of(job.post, job.destination_id)
    is_comment = job.role == PublishJob.Role.FIRST_COMMENT
    connection = job.destination.connection
    row = job_row(job)
    told = {
        **row,
        "connection_id": connection.pk,
        "connection_name": connection.display_name,
        "post_id": job.post_id,
        "text": said.first_comment if is_comment else said.text,
        "link": "" if is_comment else said.link,
        "files": [] if is_comment else files_of(principal.tenant, files_at(job.post, job.destination_id), now=now),
        "settings": [] if is_comment else _settings(job),
        "first_comment": "" if is_comment else said.first_comment,
        "remote_id": job.external_id,
        "removed_at": job.removed_at,
        "created_at": job.created_at,
        "due_at": job.due_at or job.post.publish_at,
        "dead_letter_id": letter.pk if letter else None,
    }
    poll = POLL_SECONDS if job.state != State.SCHEDULED or _due_soon(job, now) else POLL_SECONDS_SCHEDULED
    return {
        "job": told,
        "advice": _advice(job, now=now),
        "actions": _actions(principal, job, has_letter=letter is not None),
        "timeline": _timeline(job, story),
        "technical": _technical(job),
        "raw": next((dict(event.facts)[_PLATFORMS_WORDS] for event in reversed(story) if _has_words(event)), ""),
        "poll_seconds": poll if job.state in MOVING else None,
    }


def _settings(job: PublishJob) -> list[tuple[str, str]]:
    """Return what was set for the kind of destination, in the schema's own words where it has some."""
    kind = kind_of(job.destination)
    members = schema_form.plain(kind.settings.schema).get("properties", {}) if kind else {}
    told = []
    for name, value in _in_order_of(members, settings_at(job.post, job.destination)):
        member = members.get(name, {})
        told.append((schema_form.label_of(name, member), _said(value, member)))
    return told


def _in_order_of(members: Mapping[str, Any], values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return values in the order of their schema; databases keep their own."""
    places = {name: place for place, name in enumerate(members)}
    return sorted(values.items(), key=lambda item: (places.get(item[0], len(places)), item[0]))


def _said(value: Any, member: Mapping[str, Any]) -> str:
    """Return a value of a setting as people read it; ``member`` is its part of the schema."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        apart = "; " if any(isinstance(one, dict) for one in value) else ", "
        return apart.join(_said(one, member.get("items", {})) for one in value)
    if isinstance(value, dict):
        inner = member.get("properties", {})
        parts = _in_order_of(inner, value)
        return ", ".join(f"{name.replace('_', ' ')}: {_said(one, inner.get(name, {}))}" for name, one in parts)
    return schema_form.words_for(member, value)


def _due_soon(job: PublishJob, now: datetime) -> bool:
    return job.due_at is None or job.due_at - now < timedelta(minutes=1)


def _has_words(event: timeline.Event) -> bool:
    return any(name == _PLATFORMS_WORDS for name, _ in event.facts)


def _advice(job: PublishJob, *, now: datetime) -> dict[str, str] | None:
    if job.state in NEEDS_A_PERSON:
        if job.announced_at is not None:
            title = "Nobody can tell whether it is live"
        else:
            title = "It was not published" if job.state == State.FAILED else "It waits for a decision"
        return {
            "title": title,
            "cause": job.error_cause,
            "who": WHO.get(job.error_who, ""),
            "remedy": job.error_remedy,
        }
    if wait := parked.wait_of(job):
        title = "It waits until this is switched on"
        return {"title": title, "cause": wait.cause, "who": WHO["operator"], "remedy": wait.remedy}
    if standing := standing_of(job):
        title = _STANDING_TITLES[standing["state"]].format(platform=job.platform.name)
        who = WHO["author"] if standing["taken_back"] else ""
        return {"title": title, "cause": standing["reason"], "who": who, "remedy": standing["remedy"]}
    if job.state == State.RETRYING:
        remedy = "Nothing: it is tried again by itself."
        return {"title": "The last try failed", "cause": job.error_cause, "who": "", "remedy": remedy}
    if job.state == State.RECONCILING:
        remedy = "Nothing: the hub looks at the platform before anything is sent again."
        return {"title": "Finding out whether it is live", "cause": job.error_cause, "who": "", "remedy": remedy}
    if job.due_at is not None and now - job.due_at > OVERDUE:
        cause, remedy = "It is due, and no worker has taken it.", "See whether a worker runs, and what it logs."
        return {"title": "It is late", "cause": cause, "who": WHO["operator"], "remedy": remedy}
    return None


def _actions(principal: Principal, job: PublishJob, *, has_letter: bool) -> dict[str, Any]:
    may_act = POSTS_WRITE in principal.scopes
    stuck = may_act and job.state in NEEDS_A_PERSON
    in_doubt = job.announced_at is not None
    waits = job.state in {State.RETRYING, State.RECONCILING} and job.lease_token is None
    retry_label = ""
    if may_act and waits:
        retry_label = "Try now" if job.state == State.RETRYING else "Look now"
    elif stuck and (in_doubt or not has_letter):
        retry_label = "Look at the platform again" if in_doubt else "Try again"
    reconnect = job.state in NEEDS_A_PERSON and reconnect_helps(job)
    return {
        "retry_label": retry_label,
        "cancel": may_act and not stuck and job.state in CANCELLABLE and not in_doubt,
        "redrive": stuck and has_letter and not in_doubt,
        "discard": stuck and has_letter,
        "change_url": f"{reverse('compose')}?job={job.pk}" if stuck and not in_doubt and _is_post(job) else "",
        "change_first": job.error_who == "author",
        "remove": may_act and _may_do(job, Capability.DELETE_POST) and not _obstacle(job, Capability.DELETE_POST),
        "remove_obstacle": _obstacle(job, Capability.DELETE_POST)
        if may_act and _may_do(job, Capability.DELETE_POST)
        else "",
        "edit_live": may_act and _may_do(job, Capability.EDIT_POST),
        "more": action_pages.buttons_of(job) if may_act and _may_do(job, Capability.ACTIONS) else [],
        "unknown": stuck and in_doubt,
        "note": may_act
        and (standing := standing_of(job)) is not None
        and standing["taken_back"]
        and not standing["seen"],
        "reconnect": reconnect_of(principal, job.destination.connection) if reconnect else None,
    }


def _is_post(job: PublishJob) -> bool:
    return job.role == PublishJob.Role.POST


def _may_do(job: PublishJob, capability: Capability) -> bool:
    """Tell whether something can be done with the live post of a job."""
    live = job.state == State.PUBLISHED and job.removed_at is None and job.role == PublishJob.Role.POST
    connected = job.destination.connection.status != Connection.Status.INACTIVE
    return bool(
        live
        and connected
        and job.external_id
        and is_configured(job.platform_id)
        and capability in connector_class(job.platform_id).capabilities
    )


def _obstacle(job: PublishJob, capability: Capability) -> str:
    """Return why something that the platform can do cannot be done at this place; empty when it can."""
    found = connector_class(job.platform_id).obstacle_to(capability, target_of(job.destination))
    return f"{found.cause} {found.remedy}" if found else ""


def _timeline(job: PublishJob, story: list[timeline.Event]) -> list[dict[str, Any]]:
    events = [_line(event) for event in story]
    if job.state in _NEXT and job.due_at is not None:
        title, icon = _NEXT[job.state]
        events.append({"at": job.due_at, "kind": "next", "tone": "wait", "icon": icon, "title": title, "now": True})
    elif job.state in MOVING:
        begun = [line for line in events if line["kind"] == "attempt"]
        for line in begun[-1:]:
            line |= {"now": True, "tone": "work"}
    return [{"detail": "", "attempt": None, "duration_ms": None, "now": False, **line} for line in events]


def _line(event: timeline.Event) -> dict[str, Any]:
    named = event.attempt is None or event.title.startswith("Attempt")
    return {
        "at": event.at,
        "kind": event.kind,
        "tone": _TONES.get(event.tone, "off"),
        "icon": event.icon,
        "title": event.title,
        "detail": f"{event.detail} {event.remedy}".strip(),
        "attempt": None if named else event.attempt,
        "duration_ms": event.duration_ms,
        "facts": [fact for fact in event.facts if fact[0] != _PLATFORMS_WORDS],
        "url": event.link,
        "url_label": "View it live" if event.link else "",
    }


def _technical(job: PublishJob) -> list[tuple[str, str]]:
    facts = [
        ("Post", str(job.post_id)),
        ("Destination", str(job.destination_id)),
        ("Id of the destination", job.destination.external_id),
        ("Attempts", str(job.attempt_count)),
        ("Looks at the platform", str(job.looks) if job.looks else ""),
        ("Held by", job.lease_owner),
    ]
    if watch := watch_of(job):
        next_look = f"{watch.due_at:%Y-%m-%d %H:%M:%S} UTC" if watch.due_at else "none"
        facts += [("Next look whether it still stands", next_look), ("The last look brought no answer", watch.problem)]
    if is_configured(job.platform_id):
        version = get_connector(job.platform_id).api_version()
        facts.append((f"{connector_class(job.platform_id).name} API", version.name))
    return [(label, value) for label, value in facts if value]
