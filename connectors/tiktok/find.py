"""After an unknown outcome: is it there?

Source: docs/platforms/tiktok.md, "After an unknown outcome". Where TikTok has named an upload, its status decides, and bytes that lack mean
that nothing was published. Where the answer to an order to fetch was lost, TikTok's id of it is lost too, and only a
public video can be found again, among the account's own; for all else a person must look.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connectors.errors import ReconnectRequired
from connectors.tiktok import posts, status, tasks
from connectors.tiktok.api import LIST_VIDEOS, Api
from connectors.tiktok.people import LIST
from connectors.tiktok.publish import outcome, post_link
from connectors.tiktok.settings import EVERYONE
from connectors.tiktok.status import State
from connectors.tiktok.tasks import Stage, Task
from connectors.tiktok.wording import LONGEST_TOLD, plain
from connectors.types import CannotTell, Content, Journal, NotThere, Published, Target

#: Clocks differ: a video that TikTok dates up to this long before our announcement may still be ours.
CLOCK_SLACK: Final = timedelta(seconds=60)
FIELDS: Final = ("id", "create_time", "title", "video_description", "share_url")
PAGE: Final = 20
MOST_PAGES: Final = 20
_LOST: Final = "TikTok's answer was lost, and with it the only name the post had"


def find_published(
    api: Api, content: Content, target: Target, journal: Journal, *, now: datetime, settled_after: timedelta
) -> Published | NotThere | CannotTell:
    """Ask about the upload, or look through the account's public videos."""
    task = tasks.last_task(journal)
    if task is not None:
        return _by_status(api, journal, task, now=now)
    if not posts.has_video(content):
        return CannotTell(f"{_LOST}: TikTok lists no posts of photos.")
    if content.settings.get("privacy_level") != EVERYONE or posts.wants_draft(content):
        return CannotTell(f"{_LOST}: TikTok lists public videos alone.")
    return _among_videos(api, content, target, journal, now=now, settled_after=settled_after)


def _by_status(api: Api, journal: Journal, task: Task, *, now: datetime) -> Published | NotThere | CannotTell:
    told = status.look(api, task.publish_id)
    found = outcome(task, told)
    if found is not None:
        return found
    if told.state is State.FAILED:
        tasks.trust(journal, task)
        return NotThere(final=True)  # the next attempt says why, and what follows
    if task.stage is not Stage.WORKING and told.lacks_bytes(task.size):
        # The last bytes did not arrive: the same upload goes on, and nothing can have come of it yet.
        tasks.trust(journal, task)
        if task.stage is Stage.CLOSING:
            tasks.moved(journal, task, Stage.SENDING)
        return NotThere(final=True)
    if now - (task.complete_since or task.begun) < status.PATIENCE:
        return NotThere(final=False)
    tasks.give_up(journal, task)
    return CannotTell("TikTok has said for a day that it is working on it; such posts may appear late, or never.")


def _among_videos(
    api: Api, content: Content, target: Target, journal: Journal, *, now: datetime, settled_after: timedelta
) -> Published | CannotTell | NotThere:
    """Look for a public video since our order with our words; its absence proves nothing, for moderation may take hours."""
    since = journal.started_at - CLOCK_SLACK
    try:
        for video in _videos_since(api, since):
            post_id = str(video.get("id") or "")
            if post_id and _is_ours(video, content) and not journal.belongs_to_other_job(post_id):
                link = str(video.get("share_url") or "") or post_link(str(target.facts.get("username") or ""), post_id)
                return Published(post_id, link)
    except ReconnectRequired as error:
        if error.connection_ended:
            raise
        return CannotTell(f"{_LOST}: looking through the account's videos needs the scope {LIST}.")
    if now - journal.started_at < settled_after:
        return NotThere(final=False)
    return CannotTell(f"{_LOST}: the account's public videos show none with this text so far.")


def _videos_since(api: Api, since: datetime) -> Iterator[Mapping[str, Any]]:
    """Yield the account's public videos, newest first, down to this moment."""
    body: dict[str, Any] = {"max_count": PAGE}
    for _ in range(MOST_PAGES):
        told = api.post(LIST_VIDEOS, body, operation="list_videos", fields=FIELDS, scope=LIST)
        videos = told.get("videos")
        for video in videos if isinstance(videos, list) else ():
            if not isinstance(video, dict):
                continue
            created = read_seconds(video.get("create_time"))
            if created is None or created < since:
                return
            yield video
        cursor = told.get("cursor")
        if told.get("has_more") is not True or cursor is None or cursor == body.get("cursor"):
            return
        body = {"max_count": PAGE, "cursor": cursor}


def _is_ours(video: Mapping[str, Any], content: Content) -> bool:
    """Compare words, of which TikTok tells the beginning; a video without any cannot be told from another."""
    ours = plain(content.text)
    if not ours:
        return False
    told = (plain(str(video.get(name) or "")) for name in ("video_description", "title"))
    return any(words == ours or (len(words) >= LONGEST_TOLD // 2 and ours.startswith(words)) for words in told if words)


def read_seconds(told: Any) -> datetime | None:
    """Read a moment in Unix seconds; None for all else."""
    try:
        known = isinstance(told, int) and not isinstance(told, bool) and told > 0
        return datetime.fromtimestamp(told, tz=UTC) if known else None
    except (ValueError, OverflowError, OSError):
        return None
