"""Posts of an Instagram account: prepare a container, wait until it is ready, publish it.

Source: https://developers.facebook.com/docs/instagram-platform/content-publishing, state of 2026-06-30, read 2026-11-21. Only
``media_publish`` is public and announced. Meta reports failures of it for posts that are live, so its container is read
before anything is said, and a container that was published is never published again.
"""

from datetime import timedelta
from typing import Any, Final

from connectors.errors import (
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.meta import containers, find_instagram, notes, patience
from connectors.meta.asset import Asset, id_in
from connectors.meta.containers import Stage
from connectors.meta.find_instagram import CONTAINER
from connectors.meta.forms import Form, instagram_form
from connectors.meta.meanings import PLATFORM, WAIT
from connectors.types import Content, Journal, Processing, Published

#: https://developers.facebook.com/docs/instagram-platform/content-publishing: the lower of the two figures Meta's pages name.
POSTS_A_DAY: Final = 50
QUOTA_WAIT: Final = timedelta(hours=1)
#: After Instagram judged a post as spam and did not show it, it is not sent again by itself for so long.
SPAM_REST: Final = timedelta(hours=4)
#: "Not found" right after a container was made is often passing: the same one is tried this often, then made anew once.
MOST_MISSES: Final = 2
#: A container may be invisible for so long after it was made.
UNSEEN_FOR: Final = timedelta(minutes=2)
_SPAM: Final = "judged_spam"
_MISSES: Final = "misses"
_EXPIRED: Final = "expired"
#: A carousel has been put together of the files at hand; noted before, because Instagram takes each of them once.
_ASSEMBLING: Final = "assembling"


def publish(account: Asset, content: Content, journal: Journal) -> Published | Processing:
    """Publish to Instagram; called again later it goes on from what the journal knows."""
    form = instagram_form(content)
    _rest_after_spam(journal)
    note = _prepared(account, content, journal, form)
    if isinstance(note, Processing):
        return note
    try:
        standing = containers.look(account, str(note["id"]))
    except ReconnectRequired as error:
        return _after_loss(content, journal, note, error)
    match standing.stage:
        case Stage.FINISHED:
            return _publish(account, content, journal, note)
        case Stage.PUBLISHED:
            found = find_instagram.find_media(account, content, journal, since=notes.made_at(note))
            return found or find_instagram.live_unnamed(note)
        case Stage.EXPIRED:
            return _after_expiry(account, content, journal, note)
        case Stage.ERROR:
            _forget(content, journal)
            raise standing.error()
        case _:
            return patience.look_again(notes.age(journal, note), "Instagram is preparing the post.")


def _prepared(account: Asset, content: Content, journal: Journal, form: Form) -> notes.Note | Processing:
    """Return the container to publish, or for how long to wait for its parts."""
    mark = notes.mark_of(content)
    note = notes.recall(journal, CONTAINER, mark)
    if form is Form.CAROUSEL:
        if note is not None:
            return note
        return _carousel(account, content, journal, mark)
    if note is None:
        body = containers.body_of(account, content, form)
        journal.renew()  # a picture may have been turned into a JPEG meanwhile
        note = containers.create(account, journal, key=CONTAINER, mark=mark, body=body)
    return containers.send_bytes(account, journal, note, content.media[0], key=CONTAINER, mark=mark)


def _carousel(account: Asset, content: Content, journal: Journal, mark: str) -> notes.Note | Processing:
    """Put a carousel together; of new files where the answer to an earlier try was lost, which may have used them up."""
    if journal.recall(_ASSEMBLING):
        _forget(content, journal)
        journal.note(_ASSEMBLING, "")
    children = _children(account, content, journal)
    if isinstance(children, Processing):
        return children
    body = {"media_type": "CAROUSEL", "children": children, **containers.caption_of(content)}
    journal.note(_ASSEMBLING, mark)
    try:
        return containers.create(account, journal, key=CONTAINER, mark=mark, body=body)
    except TransientError:
        journal.note(_ASSEMBLING, "")  # surely not done: the files are good for another try
        raise


def _children(account: Asset, content: Content, journal: Journal) -> list[str] | Processing:
    """Make a container for each file; return their ids once all are ready."""
    made = []
    for position, attachment in enumerate(content.media):
        key, mark = _child(position), notes.mark_of(content, position)
        note = notes.recall(journal, key, mark)
        if note is None:
            body = containers.child_of(account, content, position)
            journal.renew()  # a picture may have been turned into a JPEG meanwhile
            note = containers.create(account, journal, key=key, mark=mark, body=body)
        made.append(containers.send_bytes(account, journal, note, attachment, key=key, mark=mark))
    journal.renew()
    waiting = [note for position, note in enumerate(made) if not _ready(account, content, journal, position, note)]
    if waiting:
        return patience.look_again(
            max(notes.age(journal, note) for note in waiting), f"Instagram is preparing {len(waiting)} of the files."
        )
    return [str(note["id"]) for note in made]


def _ready(account: Asset, content: Content, journal: Journal, position: int, note: notes.Note) -> bool:
    if note.get("ready"):
        return True
    key, mark = _child(position), notes.mark_of(content, position)
    standing = containers.look(account, str(note["id"]))
    if standing.stage in {Stage.ERROR, Stage.EXPIRED}:
        notes.forget(journal, key)
        if standing.stage is Stage.ERROR:
            raise standing.error()
        return False
    if standing.stage is not Stage.FINISHED:
        return False
    notes.keep(journal, key, mark, {**note, "ready": True})
    return True


def _publish(account: Asset, content: Content, journal: Journal, note: notes.Note) -> Published | Processing:
    _require_quota(account)
    find_instagram.note_newest(account, content, journal)
    journal.renew()
    journal.announce("media_publish")
    try:
        answer = account.post(
            f"{account.id}/media_publish",
            {"creation_id": note["id"]},
            operation="media_publish",
            last_moment=journal.last_moment,
        )
    except OutcomeUnknown as error:
        if error.reply.subcode == "2207051":
            journal.note(_SPAM, journal.started_at.isoformat())
        raise
    except TransientError as error:
        return _after_refusal(content, journal, error)
    media_id = id_in(answer, "id", operation="media_publish", what="post")
    return Published(media_id, permalink_of(account, media_id))


def _after_expiry(account: Asset, content: Content, journal: Journal, note: notes.Note) -> Published | Processing:
    """Make a container anew, once; before that the list is looked at if this one had ever been sent off."""
    if journal.recall(find_instagram.NEWEST) is not None:
        found = find_instagram.find_media(account, content, journal, since=notes.made_at(note))
        if found is not None:
            return found
    _forget(content, journal)
    expired = int(journal.recall(_EXPIRED) or 0) + 1
    journal.note(_EXPIRED, 0 if expired > 1 else expired)
    if expired > 1:
        raise UnexpectedAnswer(
            "Instagram did not get this post ready within a day, twice.",
            remedy="Try another file; if it stays so, look at Instagram's status and redrive.",
            platform=PLATFORM,
            operation="read_container",
        )
    return Processing(timedelta(seconds=1), "What Instagram had prepared has expired; it is made anew.")


def _after_loss(content: Content, journal: Journal, note: notes.Note, error: ReconnectRequired) -> Processing:
    """Go on when no token reads a container: it may be too new to be seen, or so old that Instagram dropped it."""
    age = notes.age(journal, note)
    if (error.reply.code, error.reply.subcode) == ("100", "33"):
        if age < UNSEEN_FOR:
            return patience.look_again(age, "Instagram does not show yet what it is preparing.")
        if age > patience.LONGEST:
            _forget(content, journal)
            return Processing(timedelta(seconds=1), "What Instagram had prepared is gone; it is made anew.")
    raise error


def _after_refusal(content: Content, journal: Journal, error: TransientError) -> Processing:
    """Go on after Instagram surely did not publish: look again, or begin anew with a new container."""
    if error.reply.code == "9007":
        return Processing(timedelta(seconds=10), "Instagram says that the post is not ready yet.")
    if error.reply.code == "24":
        misses = int(journal.recall(_MISSES) or 0) + 1
        journal.note(_MISSES, misses)
        if misses <= MOST_MISSES:
            return Processing(timedelta(seconds=30 * misses), "Instagram does not find the prepared post just now.")
        if misses > MOST_MISSES + 1:
            raise ReconnectRequired(
                "Instagram does not find what it prepared, or may not show it to us.",
                remedy="Check the account's permissions and its role on the Page, then reconnect.",
                connection_ended=False,
                missing_scope="instagram_content_publish",
                platform=PLATFORM,
                operation="media_publish",
                reply=error.reply,
            ) from None
    if error.reply.code and not isinstance(error, RateLimited):
        _forget(content, journal)
    raise error


def permalink_of(account: Asset, media_id: str) -> str:
    """Return the post's address; a live post never fails because this could not be read."""
    try:
        node = account.read(media_id, operation="read_media", fields="id,permalink")
    except ConnectorError:
        return ""
    return str(node.get("permalink") or "")


def read_quota(account: Asset) -> tuple[int, int]:
    """Return how many posts of the rolling day are used, and how many there are."""
    answer = account.get(f"{account.id}/content_publishing_limit", operation="read_quota", fields="quota_usage,config")
    listed = answer.get("data")
    row: dict[str, Any] = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
    config = row.get("config")
    total = config.get("quota_total") if isinstance(config, dict) else None
    used = row.get("quota_usage")
    return (used if isinstance(used, int) else 0), (total if isinstance(total, int) and total > 0 else POSTS_A_DAY)


def _require_quota(account: Asset) -> None:
    """Wait while the day's posts are used up. An answer that cannot be read stops nothing: Instagram has the last word."""
    try:
        used, total = read_quota(account)
    except (UnexpectedAnswer, ReconnectRequired):
        return
    if used >= total:
        raise RateLimited(
            f"This Instagram account has used {used} of its {total} posts of the last 24 hours.",
            retry_after=QUOTA_WAIT,
            remedy=WAIT,
            platform=PLATFORM,
            operation="read_quota",
        )


def _rest_after_spam(journal: Journal) -> None:
    """Refuse to send again by itself what Instagram judged as spam and did not show."""
    judged = journal.recall(_SPAM)
    if judged and notes.age(journal, {"at": judged}) < SPAM_REST:
        raise ReconnectRequired(
            "Instagram judged this post as spam and did not publish it.",
            remedy="Let the account rest for some hours, change the post, then redrive it.",
            connection_ended=False,
            platform=PLATFORM,
            operation="media_publish",
        )


def _forget(content: Content, journal: Journal) -> None:
    """Strike out what was prepared, so that a new try prepares it anew."""
    notes.forget(journal, CONTAINER)
    for position in range(len(content.media)):
        if journal.recall(_child(position)):
            notes.forget(journal, _child(position))


def _child(position: int) -> str:
    return f"child:{position}"
