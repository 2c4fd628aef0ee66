"""Which media of an Instagram account is ours: a published container does not say, so the account's list is read.

Source: docs/platforms/meta.md, "find_published for Instagram". An item is ours when it is newer than the newest noted before the call,
carries the same caption and is of the same kind, and no other job has been recorded as it; never simply the first.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from connectors.base import unless_absent
from connectors.errors import ReconnectRequired, UnexpectedAnswer
from connectors.meta import notes
from connectors.meta.asset import Asset
from connectors.meta.containers import Stage, look
from connectors.meta.forms import Form, instagram_form
from connectors.meta.graph import read_time
from connectors.meta.patience import LONGEST
from connectors.meta.words import plain
from connectors.types import CannotTell, Content, Journal, NotThere, Published

CLOCK_SLACK: Final = timedelta(minutes=2)
#: A container that cannot be read for this long will not be.
UNREADABLE_FOR: Final = timedelta(hours=1)
#: The note of the container that is or will be the post, and of the newest media before it.
CONTAINER: Final = "container"
NEWEST: Final = "newest"
_FIELDS: Final = "id,caption,timestamp,media_type,media_product_type,permalink,shortcode"
#: By form: the kinds of media and products it reads back as; an empty answer rules nothing out.
_READS_AS: Final = {
    Form.IMAGE: ({"IMAGE"}, {"FEED"}),
    Form.CAROUSEL: ({"CAROUSEL_ALBUM", "CAROUSEL"}, {"FEED"}),
    Form.REEL: ({"VIDEO", "REELS"}, {"REELS"}),
    Form.PHOTO_STORY: ({"IMAGE"}, {"STORY"}),
    Form.VIDEO_STORY: ({"VIDEO"}, {"STORY"}),
}


def find_published(
    account: Asset, content: Content, journal: Journal, *, now: datetime, settled_after: timedelta
) -> Published | NotThere | CannotTell:
    """Ask the container, and if it is live or lost look for the post in the account's list."""
    note = notes.last(journal, CONTAINER)
    if note is None:
        return NotThere(final=True)  # nothing was made that could have been published
    waited = now - journal.started_at
    settled = waited >= settled_after
    try:
        stage = look(account, str(note["id"])).stage
    except (ReconnectRequired, UnexpectedAnswer) as error:
        if isinstance(error, ReconnectRequired) and error.connection_ended:
            raise
        stage = Stage.UNKNOWN
    if stage is Stage.FINISHED:
        return NotThere(final=settled)
    if stage is Stage.IN_PROGRESS:
        return NotThere(final=waited > LONGEST)
    found = find_media(account, content, journal, since=journal.started_at)
    if found is not None:
        return found
    if stage is Stage.PUBLISHED:
        # It is live beyond doubt; which one it is the list may tell a little later.
        return live_unnamed(note) if settled else NotThere(final=False)
    if stage in {Stage.EXPIRED, Stage.ERROR}:
        return NotThere(final=settled)
    if waited < UNREADABLE_FOR:
        return NotThere(final=False)
    return CannotTell("Instagram no longer shows what it prepared, and its list shows no post that is surely this one.")


def find_without_notes(
    account: Asset, content: Content, journal: Journal, *, now: datetime, settled_after: timedelta
) -> Published | NotThere | CannotTell:
    """The same where the newest notes may be lost, and with them the container: then the caption must do."""
    if edge_of(instagram_form(content)) == "stories" or not plain(content.text):
        return unless_absent(find_published(account, content, journal, now=now, settled_after=settled_after))
    found = find_media(account, content, journal, since=journal.started_at)
    return found or NotThere(final=now - journal.started_at >= settled_after)


def find_media(account: Asset, content: Content, journal: Journal, *, since: datetime) -> Published | None:
    """Return our media among the newest of the account, or None."""
    form = instagram_form(content)
    newest, after = str(journal.recall(NEWEST) or ""), since - CLOCK_SLACK
    found: Mapping[str, Any] | None = None
    for item in account.list(f"{account.id}/{edge_of(form)}", operation="list_media", query=_query(form, after)):
        created = read_time(item.get("timestamp"))
        if str(item.get("id")) == newest or (created is not None and created < after):
            break
        if item.get("id") and created and _is_ours(item, content, form):
            # Newest first: the last that fits is the first that came after our call.
            found = item if not journal.belongs_to_other_job(str(item["id"])) else found
    return Published(str(found["id"]), str(found.get("permalink") or "")) if found else None


def note_newest(account: Asset, content: Content, journal: Journal) -> None:
    """Write down the newest media right before ours is published."""
    path = f"{account.id}/{edge_of(instagram_form(content))}"
    answer = account.graph.get(path, token=account.token, operation="list_media", query={"fields": "id", "limit": "1"})
    listed = answer.get("data")
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
    journal.note(NEWEST, str(first.get("id") or ""))


def live_unnamed(note: Mapping[str, Any]) -> Published:
    """Return a live post whose media no list names (yet), by its container."""
    return Published(str(note["id"]))


def edge_of(form: Form) -> str:
    """Return the list that shows such a post: stories have one of their own."""
    return "stories" if form in {Form.PHOTO_STORY, Form.VIDEO_STORY} else "media"


def _query(form: Form, after: datetime) -> dict[str, str]:
    query = {"fields": _FIELDS, "limit": "50"}
    return query if edge_of(form) == "stories" else {**query, "since": str(int(after.timestamp()))}


def _is_ours(item: Mapping[str, Any], content: Content, form: Form) -> bool:
    kinds, products = _READS_AS[form]
    kind, product = str(item.get("media_type") or ""), str(item.get("media_product_type") or "")
    if (kind and kind not in kinds) or (product and product not in products):
        return False
    return edge_of(form) == "stories" or plain(str(item.get("caption") or "")) == plain(content.text)
