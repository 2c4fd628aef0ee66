"""A later look at something published: the post id that moderation let out, and whether people still see it.

Source: https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status and .../tiktok-api-v2-video-query, text of 2026-09-11. A post
has a number of its own only once it is public; until then TikTok's name of the upload stands for it. Videos that are gone
or hidden are left out of an answer without a word.
"""

from typing import Final

from connectors.errors import ConnectorError, ReconnectRequired
from connectors.tiktok import status
from connectors.tiktok.api import QUERY_VIDEOS, Api
from connectors.tiktok.people import LIST
from connectors.tiktok.publish import post_link
from connectors.tiktok.settings import FOLLOWERS, FRIENDS, ONLY_ME
from connectors.tiktok.status import State, Status
from connectors.tiktok.tasks import Task, task_in
from connectors.types import Facts, LiveState, Standing, Target

_INBOX: Final = "It waits as a draft in the creator's TikTok inbox."
_FINISH: Final = "Open the inbox of the TikTok app and publish it there."


def look_after(api: Api, external_id: str, target: Target, journal: Facts) -> Standing:
    """Say how a post stands now."""
    task = task_in(journal)
    if task is None or (external_id.isdecimal() and not task.photos):
        return _by_number(api, external_id)
    told = status.look(api, task.publish_id)
    if told.state is State.FAILED:
        error = status.failure(told.reason, earlier=99)
        cause = error.cause if isinstance(error, ConnectorError) else str(error)
        return Standing(LiveState.REJECTED, cause, error.remedy)
    if not told.post_ids:
        return _hidden_photos() if external_id.isdecimal() else _unnumbered(task, told)
    number = external_id if external_id in told.post_ids else told.post_ids[0]
    username = task.username or str(target.facts.get("username") or "")
    return Standing(LiveState.LIVE, external_id=number, permalink=post_link(username, number))


def _hidden_photos() -> Standing:
    """Say what is known of photos that were public: TikTok lists videos alone."""
    return Standing(
        LiveState.PENDING,
        "TikTok does not name it among public posts any more; of photos it tells no more.",
        "Look at the account in the TikTok app.",
    )


def _unnumbered(task: Task, told: Status) -> Standing:
    if task.draft and told.state is not State.COMPLETE:
        return Standing(LiveState.PENDING, _INBOX, _FINISH)
    if task.privacy == ONLY_ME:
        return Standing(LiveState.PENDING, "Only the creator sees it, as was chosen.")
    if told.state is State.COMPLETE and task.privacy in {FRIENDS, FOLLOWERS}:
        return Standing(LiveState.LIVE)  # those it is for see it; TikTok numbers public posts alone
    if told.state is State.COMPLETE:
        return Standing(
            LiveState.PENDING, "TikTok has not made it public yet: it looks at posts first, at times for hours."
        )
    return Standing(LiveState.PENDING, "TikTok is still working on it.")


def _by_number(api: Api, number: str) -> Standing:
    """Look for a video among those the public sees; where we may not look, what TikTok said last stands."""
    if not number.isdecimal():
        return Standing(LiveState.PENDING, "TikTok has given it no public link yet.")
    try:
        told = api.post(
            QUERY_VIDEOS, {"filters": {"video_ids": [number]}}, operation="query_videos", fields=("id",), scope=LIST
        )
    except ReconnectRequired as error:
        if error.connection_ended:
            raise
        return Standing(LiveState.LIVE)
    videos = told.get("videos")
    ids = {str(video.get("id")) for video in videos if isinstance(video, dict)} if isinstance(videos, list) else set()
    if number in ids:
        return Standing(LiveState.LIVE, external_id=number)
    return Standing(
        LiveState.REMOVED,
        "TikTok does not show it to the public any more: it was deleted, made private, or taken down.",
        "Look at the account in the TikTok app.",
    )
