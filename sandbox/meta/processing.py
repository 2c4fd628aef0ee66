"""What becomes of a video after it arrived: phases that move by the clock, and the post that appears at their end."""

from __future__ import annotations

from typing import Any

from sandbox.meta.ask import Ask
from sandbox.meta.media_records import Story, Video
from sandbox.meta.records import Post
from sandbox.meta.state import State
from sandbox.probing import Probe

_SHORTEST_S = 3.0
_LONGEST_STORY_S = 60.0
_LONGEST_REEL_S = 90.0


def trouble_with(video: Video, seen: Probe, codecs: frozenset[str]) -> str:
    """Say what processing will find wrong with a file; nothing when it will pass."""
    if seen.kind != "video" or (codecs and seen.codec not in codecs):
        return "The video file you selected is in a format that we don't support."
    if video.kind == "video":
        return ""
    longest_s = _LONGEST_REEL_S if video.kind == "reel" else _LONGEST_STORY_S
    if not _SHORTEST_S <= seen.duration_s <= longest_s:
        return f"The video is {seen.duration_s:.0f} s long; it has to be {_SHORTEST_S:.0f} to {longest_s:.0f} s."
    if video.kind == "reel" and (seen.width < 540 or seen.height < 960):
        return f"The resolution is {seen.width}x{seen.height}; it has to be at least 540x960."
    if video.kind == "reel" and not 0.5 <= seen.ratio <= 0.625:
        return "The aspect ratio has to be 9:16."
    return ""


def begin(ask: Ask, video: Video) -> None:
    """Start processing a complete video that its app has finished."""
    switches = ask.world.switches
    video.finished = ask.now
    video.ready_at = ask.world.clock.now() + switches.number("meta.video_processing_s")
    fate = switches.word("meta.video_fate")
    video.fate = "fails" if fate == "fails" else "stalls" if fate == "stalls" else "works"
    ask.state.library.save_video(video)
    settle(ask.state, ask.world.clock.now())


def settle(state: State, now: float) -> None:
    """Let the posts of videos appear whose processing has ended."""
    for video in state.library.due(now):
        page = state.pages.get(video.page_id)
        if page is None:
            state.library.remove_video(video)
            continue
        at = int(video.ready_at)
        if video.kind == "story":
            state.library.save_story(Story(video.post_id, video.page_id, at, "video", video.id))
        else:
            waits = video.state == "SCHEDULED"
            if waits and video.scheduled_for > now:
                continue
            at = max(at, video.scheduled_for)
            post = Post(
                video.post_id,
                video.page_id,
                video.app_id,
                at,
                at,
                state.next_seq(),
                published=True,
                message=video.description or video.title,
                media=[video.id],
            )
            state.save_post(post)
            state.announce(post, "add")
        video.live = True
        state.library.save_video(video)


def status_of(ask: Ask, video: Video) -> dict[str, Any]:
    """Return the `status` object, in one of the two spellings the platform's own pages use."""
    docs = ask.world.switches.word("meta.status_spelling") == "docs"
    complete = "complete" if docs else "completed"
    now = ask.world.clock.now()
    failed = bool(video.finished) and now >= video.ready_at and (video.fate == "fails" or bool(video.trouble))
    ready = bool(video.finished) and now >= video.ready_at and not failed and video.fate != "stalls"
    uploading = _uploading(video, docs, complete)
    processing: dict[str, Any] = {"status": "not_started"}
    publishing: dict[str, Any] = {"status": "not_started"}
    if video.upload_error:
        word = "upload_failed"
    elif not video.complete:
        word = "uploading"
    elif not video.finished:
        word = "upload_complete"
    elif failed:
        word = "error"
        said = {"code": 1363030, "message": video.trouble or "The video could not be processed."}
        processing = {"status": "error", **({"error": said} if docs else {"errors": [said]})}
    elif ready:
        word, processing = "ready", {"status": complete}
        publishing = _publishing(video, complete)
    else:
        word, processing = "processing", {"status": "in_progress"}
    return {
        "video_status": word,
        "uploading_phase": uploading,
        "processing_phase": processing,
        "publishing_phase": publishing,
    }


def _uploading(video: Video, docs: bool, complete: str) -> dict[str, Any]:
    if video.upload_error:
        said = {"message": video.upload_error}
        return {"status": "error", **({"error": said} if docs else {"errors": [said]})}
    phase: dict[str, Any] = {
        "status": complete if video.complete else "in_progress" if video.arrived else "not_started",
        ("bytes_transfered" if docs else "bytes_transferred"): video.arrived,
    }
    if video.size:
        phase["source_file_size"] = video.size
    return phase


def _publishing(video: Video, complete: str) -> dict[str, Any]:
    if video.live:
        return {"status": complete, "publish_status": "published", "publish_time": int(video.ready_at)}
    if video.state == "SCHEDULED":
        return {"status": "not_started", "publish_status": "scheduled", "publish_time": video.scheduled_for}
    return {"status": "not_started", "publish_status": "draft"}
