"""`/{page}/video_reels` and `/{page}/video_stories`: announce, let the file arrive at the upload host, finish."""

from __future__ import annotations

from typing import Any

from sandbox.meta import content, processing, videos
from sandbox.meta.ask import UPLOAD_HOST, Ask
from sandbox.meta.errors import GraphError, invalid
from sandbox.meta.media_records import Video, VideoKind
from sandbox.meta.records import Page

REEL_PARAMS = frozenset(
    {
        "upload_phase",
        "video_id",
        "video_state",
        "description",
        "title",
        "scheduled_publish_time",
        "place",
        "targeting",
        "feed_targeting",
        "is_ai_generated",
        "collaborators",
        "thumb",
    }
)
STORY_PARAMS = frozenset({"upload_phase", "video_id"})
DAY_S = 24 * 60 * 60
TOO_FAST = 1390008
# docs/platforms/meta.md 2.2: more than ten minutes, within 29 days.
_SCHEDULE_DAYS = 29


def reel(ask: Ask, page: Page) -> dict[str, Any]:
    """Begin a reel or finish it."""
    videos.enter(ask, page)
    if _phase(ask) == "start":
        _refuse_too_many(ask, page)
        return _start(ask, page, "reel")
    video = _own(ask, page, "reel")
    state = (ask.text("video_state") or "PUBLISHED").upper()
    if state not in ("PUBLISHED", "DRAFT", "SCHEDULED"):
        raise invalid("Param video_state must be one of {DRAFT, PUBLISHED, SCHEDULED}")
    at = content.schedule(ask, published=state != "SCHEDULED", most_days=_SCHEDULE_DAYS)
    if state == "SCHEDULED" and at is None:
        raise invalid("A scheduled reel needs scheduled_publish_time.")
    video.title, video.description = content.text_of(ask, "title"), content.text_of(ask, "description")
    if state == "PUBLISHED":
        _refuse_too_many(ask, page)
    video.state, video.scheduled_for = state, at or 0
    processing.begin(ask, video)
    answer: dict[str, Any] = {"success": True}
    if ask.world.switches.flag("meta.reel_finish_tells_post"):
        answer["post_id"] = video.post_id.rpartition("_")[2]
    return answer


def story(ask: Ask, page: Page) -> dict[str, Any]:
    """Begin a video story or finish it."""
    videos.enter(ask, page)
    if _phase(ask) == "start":
        return _start(ask, page, "story")
    video = _own(ask, page, "story")
    processing.begin(ask, video)
    return {"success": True, "post_id": video.post_id}


def _phase(ask: Ask) -> str:
    phase = ask.text("upload_phase").lower()
    if phase not in ("start", "finish"):
        raise invalid("Param upload_phase must be one of {finish, start}")
    return phase


def _start(ask: Ask, page: Page, kind: VideoKind) -> dict[str, Any]:
    video = videos.announce(ask, page, kind)
    if kind == "story":
        video.post_id = ask.state.new_id()
    ask.state.library.save_video(video)
    url = ask.call.address.url(UPLOAD_HOST, f"/video-upload/{ask.version}/{video.id}")
    return {"video_id": video.id, "upload_url": url}


def _own(ask: Ask, page: Page, kind: VideoKind) -> Video:
    """Return the announced video, arrived as a whole and not finished before."""
    video_id = ask.text("video_id")
    if not video_id:
        raise invalid("Missing video_id")
    video = ask.state.library.videos.get(video_id)
    if video is None or video.page_id != page.id or video.kind != kind:
        raise invalid(f"Video {video_id} does not exist, or does not belong to this Page.")
    if video.finished:
        raise invalid("The video was published before.")
    if not video.complete:
        raise GraphError(
            videos.UPLOAD_PROBLEM,
            f"(#6000) The upload is not complete: {video.arrived} bytes are here.",
            user_title="Video upload is incomplete",
        )
    return video


def _refuse_too_many(ask: Ask, page: Page) -> None:
    most = ask.world.switches.number("meta.reels_per_day")
    recent = 0
    for video in ask.state.library.videos_of(page.id):
        recent += video.kind == "reel" and video.state == "PUBLISHED" and video.finished > ask.now - DAY_S
    if recent >= most:
        raise GraphError(613, f"(#613) A Page publishes at most {most} reels in 24 hours.", TOO_FAST)
