"""Publishing, changing and deleting a post.

Source: https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api, read 2026-11-21. LinkedIn has no
idempotency key. The id of a new post stands in a header alone. LinkedIn refuses the same post twice within about ten minutes,
which is evidence only for a job that has an earlier try in doubt: for any other the first post is somebody else's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from connectors.errors import ConnectorError, ContentRejected, OutcomeUnknown, PlatformReply, TransientError
from connectors.http import Answer
from connectors.linkedin import little_text, restli
from connectors.linkedin.errors import PLATFORM, duplicate_of, has_code
from connectors.linkedin.media import Uploads
from connectors.linkedin.posts import body_of, permalink_of
from connectors.linkedin.rest import Rest
from connectors.linkedin.scopes import READ, WRITE
from connectors.types import Content, Journal, Processing, Published, Safe, Target

#: The journal's words: what was sent, and that an earlier try of this job is in doubt.
BODY: Final = "_body"
DOUBT: Final = "doubt"
#: LinkedIn took the bytes, but is not done with them: the post itself says so at times.
NOT_READY_WAIT: Final = timedelta(seconds=15)
MOST_NOT_READY: Final = 20


@dataclass(frozen=True, slots=True)
class Habits:
    """What the operator has set: how long to wait for files that may not be looked at, and whether to read posts back."""

    grace: timedelta
    read_back: bool


def may_read(target: Target) -> bool:
    """Tell whether this grant may read the author's posts and files."""
    return READ[target.kind] in target.scopes


def publish(
    rest: Rest, content: Content, target: Target, journal: Journal, safe: Safe, *, habits: Habits
) -> Published | Processing:
    """Upload the files, then post. The one irreversible call is announced before it is sent."""
    uploads = Uploads(
        rest,
        journal,
        safe,
        owner=target.external_id,
        scope=WRITE[target.kind],
        readable=may_read(target),
        grace=habits.grace,
    )
    urns = uploads.prepare(content.media)
    if isinstance(urns, Processing):
        return urns
    body = body_of(content, target.external_id, urns)
    journal.note(BODY, body)
    journal.announce("post")
    try:
        published = send(rest, body, target, journal)
    except OutcomeUnknown as error:
        if not error.duplicate:
            raise
        return adopted(rest, error, target, journal)
    except ConnectorError as error:
        return _not_ready(error, uploads, content, journal)
    return _read_back(rest, published, body, target, journal) if habits.read_back and may_read(target) else published


def send(rest: Rest, body: Mapping[str, Any], target: Target, journal: Journal) -> Published:
    """Make the post public."""
    answer = rest.call(
        "POST",
        "posts",
        operation="publish",
        changes=True,
        body=body,
        rest_method="CREATE",
        scope=WRITE[target.kind],
        last_moment=journal.last_moment,
    )
    urn = _id_in(answer)
    if not urn:
        raise OutcomeUnknown(
            "LinkedIn answered that the post is public, and did not name it.",
            remedy="Switchboard looks at LinkedIn before it sends anything again.",
            platform=PLATFORM,
            operation="publish",
            reply=PlatformReply(status=answer.status),
        )
    return Published(urn, permalink_of(urn))


def adopted(rest: Rest, error: OutcomeUnknown, target: Target, journal: Journal) -> Published:
    """Take the post that a duplicate refusal names for ours, where that is the only way it can have come about.

    Raises ``ContentRejected`` when it is not ours, and the refusal itself when it names no post.
    """
    urn = duplicate_of(error)
    in_doubt = bool(journal.recall(DOUBT))
    if in_doubt and not urn:
        raise error
    if in_doubt and not journal.belongs_to_other_job(urn) and _is_live(rest, urn, target):
        return Published(urn, permalink_of(urn))
    named = f" ({urn})" if urn else ""
    raise ContentRejected(
        f"LinkedIn refuses this post as a duplicate of one by the same author{named}.",
        remedy="Change the text, or wait until some ten minutes after that post, and publish again.",
        platform=PLATFORM,
        operation="publish",
        reply=error.reply,
    )


def edit(rest: Rest, external_id: str, content: Content, target: Target) -> None:
    """Change the text, which is all that LinkedIn lets one change."""
    rest.call(
        "POST",
        f"posts/{restli.key(external_id)}",
        operation="edit_post",
        changes=True,
        body={"patch": {"$set": {"commentary": little_text.write(content.text)}}},
        rest_method="PARTIAL_UPDATE",
        scope=WRITE[target.kind],
    )


def delete(rest: Rest, external_id: str, target: Target) -> None:
    """Take a post away. LinkedIn answers the same to one that is gone."""
    try:
        rest.call(
            "DELETE",
            f"posts/{restli.key(external_id)}",
            operation="delete_post",
            changes=True,
            rest_method="DELETE",
            scope=WRITE[target.kind],
        )
    except ContentRejected as error:
        if error.reply.status != 404:
            raise


def read(rest: Rest, urn: str, target: Target) -> dict[str, Any] | None:
    """Return a post as LinkedIn tells it, or None when it is not there."""
    try:
        return rest.read(f"posts/{restli.key(urn)}", operation="read_post", scope=READ[target.kind])
    except ConnectorError as error:
        if error.reply.status == 404:
            return None
        raise


def _id_in(answer: Answer) -> str:
    urn = str(answer.headers.get("x-restli-id") or "").strip()
    return urn if urn.startswith("urn:li:") else ""


def _is_live(rest: Rest, urn: str, target: Target) -> bool:
    """Tell whether a post is there, where that may be asked: LinkedIn names deleted ones for a day or two."""
    return not may_read(target) or read(rest, urn, target) is not None


def _not_ready(error: ConnectorError, uploads: Uploads, content: Content, journal: Journal) -> Processing:
    """Wait when LinkedIn is still at work on a file; begin its upload anew when it lost it; else pass the refusal on."""
    if has_code(error, "EXPIRED_UPLOAD_URL"):
        uploads.forget(content.media)
        raise error
    if not (isinstance(error, TransientError) and has_code(error, "MEDIA_ASSET_WAITING_UPLOAD")):
        raise error
    waits = int(journal.recall("not_ready") or 0)
    if waits >= MOST_NOT_READY:
        journal.note("not_ready", 0)
        uploads.forget(content.media)
        raise error
    journal.note("not_ready", waits + 1)
    return Processing(NOT_READY_WAIT, error.cause)


def _read_back(
    rest: Rest, published: Published, body: Mapping[str, Any], target: Target, journal: Journal
) -> Published:
    """Compare what LinkedIn shows with what was sent; whatever happens here, the post is public."""
    journal.note("published", {"external_id": published.external_id, "permalink": published.permalink})
    try:
        told = read(rest, published.external_id, target)
    except ConnectorError:
        return published
    if told is None or not isinstance(told.get("commentary"), str):
        return published
    shown, sent = little_text.visible(told["commentary"]), little_text.visible(body["commentary"])
    if shown == sent:
        return published
    return Published(
        published.external_id,
        published.permalink,
        note=f"LinkedIn shows another text than was sent: {len(shown):,} of {len(sent):,} characters. Look at the post.",
    )
