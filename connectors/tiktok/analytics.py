"""TikTok's numbers as our metrics: totals of now, nothing by day.

Source: https://developers.tiktok.com/doc/tiktok-api-v2-video-object (2026-08-24) and .../tiktok-api-v2-get-user-info. There is no reach, no watch
time and no history. A video that is not public is left out of an answer, and has no numbers then.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from connectors.tiktok import people
from connectors.tiktok.api import QUERY_VIDEOS, Api
from connectors.tiktok.people import BASIC, LIST, STATS
from connectors.types import Metric

OF_VIDEO: Final = {"view_count": "views", "like_count": "likes", "comment_count": "comments", "share_count": "shares"}
OF_ACCOUNT: Final = {
    "follower_count": "followers",
    "following_count": "following",
    "likes_count": "likes",
    "video_count": "posts",
}


def post_metrics(api: Api, post_id: str) -> list[Metric]:
    """Return what TikTok tells of one post; nothing while it has no number of its own."""
    if not post_id.isdecimal():
        return []
    body = {"filters": {"video_ids": [post_id]}}
    told = api.post(QUERY_VIDEOS, body, operation="query_videos", fields=("id", *OF_VIDEO), scope=LIST)
    videos = told.get("videos")
    for video in videos if isinstance(videos, list) else ():
        if isinstance(video, dict) and str(video.get("id")) == post_id:
            return _metrics(video, OF_VIDEO)
    return []


def account_metrics(api: Api, *, until: datetime) -> list[Metric]:
    """Return what TikTok tells of an account now."""
    return _metrics(people.read(api, scopes=(BASIC, STATS), operation="read_statistics"), OF_ACCOUNT, until=until)


def _metrics(told: Mapping[str, Any], names: Mapping[str, str], *, until: datetime | None = None) -> list[Metric]:
    return [
        Metric(name, told[raw], raw, until=until)
        for raw, name in names.items()
        if isinstance(told.get(raw), int) and not isinstance(told[raw], bool) and told[raw] >= 0
    ]
