"""Publishing, changing and deleting a post.

Source: https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts, read 2026-11-21. Google has no idempotency
key; one call makes the post, and its answer may already say REJECTED. So the post's name is written down at once, and a post
that Google is still reviewing is looked at again instead of being sent again.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    ContentRejected,
    OutcomeUnknown,
    PlatformReply,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.google_business import accounts, posts, standing, states
from connectors.google_business.errors import FETCH_FAILED, is_gone
from connectors.google_business.google import Google
from connectors.google_business.hosts import PLATFORM, Api
from connectors.google_business.names import is_post, location_of, parent_of, under
from connectors.http import Answer
from connectors.types import Content, Journal, Processing, Published, Target

#: The journal's words: the post's name, what was sent, the account that opens the location now.
POST: Final = "post"
SOUGHT: Final = "_sought"
ACCOUNT: Final = "_account"
PHOTO: Final = "photo_not_fetched"
#: While Google reviews a post, it is looked at after these waits; afterwards the later looks (``look_after``) follow it.
REVIEW_WAITS: Final = tuple(timedelta(seconds=seconds) for seconds in (3, 7, 20, 60, 90, 120))
#: Google could not fetch the photo: that may pass, so it is tried once more.
FETCH_WAIT: Final = timedelta(seconds=30)


def publish(google: Google, content: Content, target: Target, journal: Journal) -> Published | Processing:
    """Post, or look what became of the post. The one irreversible call is announced before it is sent."""
    mark = posts.mark_of(content, target)
    known = journal.recall(POST)
    if isinstance(known, Mapping) and known.get("mark") == mark and is_post(known.get("name")):
        return _look(google, dict(known), content, target, journal)
    body = posts.body_of(content, target, now=journal.started_at)
    journal.note(SOUGHT, posts.essence(body))
    try:
        post = _create(google, body, target, journal)
    except ContentRejected as error:
        if error.reply.subcode == FETCH_FAILED and journal.recall(PHOTO) != mark:
            journal.note(PHOTO, mark)
            return Processing(FETCH_WAIT, "Google could not fetch the photo. It is tried once more.")
        raise
    note = {"name": post["name"], "mark": mark, "looks": 0}
    journal.note(POST, note)
    return _told(post, note, content, target)


def edit(google: Google, external_id: str, content: Content, target: Target) -> None:
    """Change the text."""
    answer = google.call(
        Api.POSTS,
        "PATCH",
        _name(external_id),
        operation="edit_post",
        changes=True,
        query=[("updateMask", "summary")],
        body={"summary": posts.summary_of(content)},
        edits=location_of(target),
    )
    if isinstance(answer.data, Mapping) and states.state_of(answer.data) == states.REJECTED:
        raise states.rejected(answer.data, "edit_post")


def delete(google: Google, external_id: str, target: Target) -> None:
    """Take a post away; one that is gone already is no error."""
    try:
        google.call(
            Api.POSTS,
            "DELETE",
            _name(external_id),
            operation="delete_post",
            changes=True,
            edits=location_of(target),
        )
    except ConnectorError as error:
        if not is_gone(error):
            raise


def read(google: Google, name: str, target: Target) -> dict[str, Any] | None:
    """Return a post as Google tells it, or None when it is not there, under whichever account opens the location."""
    for one in dict.fromkeys((_name(name), under(parent_of(target), name))):
        try:
            return google.read(Api.POSTS, one, operation="read_post")
        except UnexpectedAnswer as error:
            if not is_gone(error):
                raise
    return None


def _create(google: Google, body: Mapping[str, Any], target: Target, journal: Journal) -> dict[str, Any]:
    """Make the post public; a location that has moved to another account is followed once."""
    account = str(journal.recall(ACCOUNT) or "")
    try:
        answer = _send(google, body, parent_of(target, account), target, journal)
    except ConnectorError as error:
        if not (is_gone(error) or _is_about_the_place(error)):
            raise
        moved = _elsewhere(google, error, target, journal)
        answer = _send(google, body, parent_of(target, moved), target, journal)
    post = answer.data
    if not isinstance(post, dict) or not is_post(post.get("name")):
        raise OutcomeUnknown(
            "Google answered that it took the post, and did not name it.",
            remedy="Switchboard looks at Google before it sends anything again.",
            platform=PLATFORM,
            operation="publish",
            reply=PlatformReply(status=answer.status),
        )
    return post


def _send(google: Google, body: Mapping[str, Any], parent: str, target: Target, journal: Journal) -> Answer:
    journal.announce("post")
    return google.call(
        Api.POSTS,
        "POST",
        f"{parent}/localPosts",
        operation="publish",
        changes=True,
        body=body,
        edits=location_of(target),
        last_moment=journal.last_moment,
    )


def _is_about_the_place(error: ConnectorError) -> bool:
    """Tell whether Google refused because of the place or the account's rights there, and not because of the grant."""
    return isinstance(error, ReconnectRequired) and not error.connection_ended and not error.missing_scope


def _elsewhere(google: Google, error: ConnectorError, target: Target, journal: Journal) -> str:
    """Return another account that opens the location now. Raises why nothing can be posted when there is none.

    Google refused, so nothing was made; these are reads.
    """
    stands = _standing(google, target)
    if stands.obstacle:
        raise _refused(error, target, stands.obstacle) from None
    present = str(journal.recall(ACCOUNT) or target.facts.get("account") or "")
    moved = accounts.account_of(google, location_of(target))
    if not moved or moved == present:
        raise _refused(error, target) from None
    journal.note(ACCOUNT, moved)
    journal.renew()
    return moved


def _standing(google: Google, target: Target) -> standing.Standing:
    """Ask how the location stands; where that is not told, nothing speaks against it."""
    query = [("readMask", accounts.STANDING_MASK)]
    try:
        told = google.read(Api.LOCATIONS, location_of(target), operation="read_location", query=query)
        return standing.of(google, told)
    except TransientError:
        raise
    except (ConnectorError, ConfigurationError) as error:
        if isinstance(error, ReconnectRequired) and error.connection_ended:
            raise
        return standing.Standing()


def _refused(error: ConnectorError, target: Target, obstacle: str = "") -> ReconnectRequired:
    """Say why nothing can be posted for a place; the connection itself lives on."""
    cause = error.cause
    if is_gone(error):
        cause = f"Google does not find {target.name or 'the location'} with this account any more."
    remedy = "Check at business.google.com that this Google account still manages the location; then redrive."
    return ReconnectRequired(
        obstacle or cause,
        connection_ended=False,
        remedy="Then redrive." if obstacle else (error.remedy if not is_gone(error) else remedy),
        platform=PLATFORM,
        operation="publish",
        reply=error.reply,
    )


def _look(
    google: Google, known: dict[str, Any], content: Content, target: Target, journal: Journal
) -> Published | Processing:
    """Look what became of a post that Google has taken."""
    post = read(google, str(known["name"]), target)
    known["looks"] = int(known.get("looks") or 0) + 1
    if post is None:
        return _not_seen(known, journal)
    journal.note(POST, known)
    return _told({**post, "name": known["name"]}, known, content, target)


def _not_seen(known: dict[str, Any], journal: Journal) -> Processing:
    """Google may not show a new post everywhere at once; when it does not for long, somebody has taken it away."""
    if known["looks"] < len(REVIEW_WAITS):
        journal.note(POST, known)
        return Processing(REVIEW_WAITS[known["looks"]], "Google has taken it and does not show it yet.")
    journal.note(POST, {})
    raise ContentRejected(
        "Google took the post, and it is not there any more: it was removed at Google.",
        remedy="Look at business.google.com; then publish it again.",
        platform=PLATFORM,
        operation="publish",
        reply=PlatformReply(status=404, code="NOT_FOUND"),
    )


def _told(
    post: Mapping[str, Any], known: Mapping[str, Any], content: Content, target: Target
) -> Published | Processing:
    state, looks = states.state_of(post), int(known["looks"])
    if state == states.REJECTED:
        raise states.rejected(post, "publish")
    decided = state in states.LIVE or state == states.SCHEDULED
    if not decided and looks < len(REVIEW_WAITS):
        return Processing(REVIEW_WAITS[looks], states.pending_note(post))
    return published_as(post, content, target)


def published_as(post: Mapping[str, Any], content: Content, target: Target) -> Published:
    """Return a post of Google's as one that we published, with what people should know of it."""
    notes = [posts.AS_UPDATE] if posts.is_product(content) else []
    if states.state_of(post) not in states.LIVE:
        notes.append(states.pending_note(post))
    return Published(str(post["name"]), states.permalink_of(post, target), note=" ".join(notes))


def _name(external_id: str) -> str:
    if not is_post(external_id):
        raise LookupError(f"{external_id!r} is no post of Google's")
    return external_id
