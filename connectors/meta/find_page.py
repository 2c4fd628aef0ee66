"""After an unknown outcome on a Page: is it there?

Source: docs/platforms/meta.md, "find_published". Text and photos are looked for in the Page's own list, where the photos' ids
are the strongest key; a video is asked about at its own node; a story is known by its file in the list of stories. Before
``settled_after`` has passed since the announcement, absence proves nothing: the lists lag behind writes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from connectors.base import unless_absent
from connectors.meta import notes, photos, reels, video_status
from connectors.meta.asset import Asset
from connectors.meta.forms import Form, page_form
from connectors.meta.graph import read_time
from connectors.meta.links import facebook_link, permalink_of
from connectors.meta.words import message_of, plain
from connectors.types import CannotTell, Content, Journal, NotThere, Published

#: Clocks differ: a post that Meta dates up to this long before our own announcement may still be ours.
CLOCK_SLACK: Final = timedelta(minutes=2)
_POST: Final = "id,message,created_time,permalink_url,is_published,application{id}"
READ_BACK: Final = f"{_POST},attachments{{url,unshimmed_url}}"
READ_BACK_MEDIA: Final = f"{_POST},attachments{{media_type,target{{id}},subattachments{{target{{id}}}}}}"
#: Facebook may be fetching a video this long before any list shows it.
FETCHING: Final = timedelta(hours=1)
Outcome = Published | NotThere | CannotTell


@dataclass(frozen=True, slots=True)
class Search:
    """One look for one post."""

    page: Asset
    content: Content
    journal: Journal
    now: datetime
    settled_after: timedelta

    @property
    def since(self) -> datetime:
        """From when on a post may be ours."""
        return self.journal.started_at - CLOCK_SLACK

    @property
    def settled(self) -> bool:
        """Whether enough time has passed for absence to prove something."""
        return self.now - self.journal.started_at >= self.settled_after


def find_published(search: Search) -> Outcome:
    """Say whether a post is on the Page."""
    match page_form(search.content):
        case Form.TEXT:
            return _find_text(search)
        case Form.PHOTOS:
            return _find_photos(search)
        case Form.PHOTO_STORY:
            return _find_story(search, photos.uploaded(search.content.media, search.journal))
        case Form.VIDEO_STORY:
            video = notes.last(search.journal, reels.VIDEO)
            return _find_story(search, [str(video["id"])] if video else [])
        case _:
            return _find_video(search)


def find_without_notes(search: Search) -> Outcome:
    """The same where the newest notes may be lost: then words must do, and of videos and stories no list shows all."""
    form = page_form(search.content)
    if form is Form.TEXT:
        return _find_text(search)
    words = plain(message_of(search.content))
    if form is not Form.PHOTOS or not words:
        return unless_absent(find_published(search))
    found = [
        item
        for item in _listed(search, READ_BACK_MEDIA)
        if _media_of(item) and plain(str(item.get("message") or "")) == words
    ]
    return _published(found) if found else NotThere(final=search.settled)


def _find_text(search: Search) -> Outcome:
    exact: list[Mapping[str, Any]] = []
    similar: list[Mapping[str, Any]] = []
    for item in _listed(search, READ_BACK):
        if plain(search.content.text) == plain(str(item.get("message") or "")):
            (exact if _same_link(item, search.content.link) else similar).append(item)
    if exact:
        return _published(exact)
    if similar and search.settled:
        return CannotTell(
            "The Page shows a post with this text and another link address, so it may or may not be this one."
        )
    # Similar ones may yet be found to belong to other jobs, which are being recorded right now.
    return NotThere(final=search.settled)


def _find_photos(search: Search) -> Outcome:
    ours = set(photos.uploaded(search.content.media, search.journal))
    found = [item for item in _listed(search, READ_BACK_MEDIA) if ours & _media_of(item)]
    if found:
        return _published(found)
    return NotThere(final=search.settled)


def _find_video(search: Search) -> Outcome:
    video = notes.last(search.journal, reels.VIDEO)
    if video is None:
        return _find_fetched_video(search)
    status = video_status.look(search.page, str(video["id"]))
    if status.live:
        return reels.live_as(status, str(video["id"]))
    if status.failed:
        return NotThere(final=search.settled)
    # While Facebook works on it, the call that finishes it may have arrived.
    return NotThere(final=search.settled and not status.finishing and not status.in_work)


def _find_fetched_video(search: Search) -> Outcome:
    """A video that Facebook was to fetch has no id of ours: its words must do."""
    words = plain(message_of(search.content))
    found = [
        item
        for item in _listed(search, READ_BACK_MEDIA)
        if _media_of(item) and plain(str(item.get("message") or "")) == words
    ]
    if found and words:
        return _published(found)
    if search.now - search.journal.started_at < FETCHING:
        return NotThere(final=False)
    return CannotTell("Facebook was to fetch the video, and no answer or list tells whether it did.")


def _find_story(search: Search, media: list[str]) -> Outcome:
    query = {"fields": "post_id,status,creation_time,media_type,media_id", "limit": "100"}
    for item in search.page.list(f"{search.page.id}/stories", operation="find_published", query=query):
        if str(item.get("media_id") or "") in media and item.get("post_id"):
            post_id = str(item["post_id"])
            return Published(post_id, facebook_link(str(item.get("url") or post_id)))
    return NotThere(final=search.settled)


def _listed(search: Search, fields: str) -> Iterator[Mapping[str, Any]]:
    """Yield what the Page has published since, of our app, and no other job has been recorded as; newest first."""
    query = {"fields": fields, "limit": "50", "since": str(int(search.since.timestamp()))}
    path = f"{search.page.id}/published_posts"
    for item in search.page.list(path, operation="find_published", query=query):
        created = read_time(item.get("created_time"))
        if not item.get("id") or created is None or created < search.since or item.get("is_published") is False:
            continue
        application = item.get("application")
        maker = application.get("id") if isinstance(application, dict) else None
        if maker and str(maker) != search.page.graph.app_id:
            continue
        if not search.journal.belongs_to_other_job(str(item["id"])):
            yield item


def _published(found: list[Mapping[str, Any]]) -> Published:
    # Newest first, so the last one is the first that landed after our announcement.
    post_id = str(found[-1]["id"])
    return Published(post_id, permalink_of(found[-1], post_id))


def _media_of(item: Mapping[str, Any]) -> set[str]:
    """Return the ids of a post's files, also of those within an album."""
    ids = set()
    for attachment in _data(item.get("attachments")):
        for part in (attachment, *_data(attachment.get("subattachments"))):
            target = part.get("target")
            if isinstance(target, dict) and target.get("id"):
                ids.add(str(target["id"]))
    return ids


def _same_link(item: Mapping[str, Any], link: str) -> bool:
    """Compare the link; an item that shows none is told apart by its words alone."""
    if not link:
        return True
    urls = {
        str(url).rstrip("/")
        for attachment in _data(item.get("attachments"))
        for url in (attachment.get("unshimmed_url"), attachment.get("url"))
        if url
    }
    return not urls or link.rstrip("/") in urls


def _data(value: Any) -> list[Mapping[str, Any]]:
    listed = value.get("data") if isinstance(value, dict) else None
    return [item for item in listed or () if isinstance(item, dict)]
