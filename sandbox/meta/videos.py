"""`/{page}/videos`: in one call by address or by file, or in chunks; and the video node."""

from __future__ import annotations

from typing import Any

from sandbox.meta import arrivals, content, processing, uploads
from sandbox.meta.access import as_page, need_scope, need_write_scope
from sandbox.meta.arrivals import Arrived
from sandbox.meta.ask import Ask
from sandbox.meta.errors import GraphError, invalid, missing_object, no_permission
from sandbox.meta.fields import show
from sandbox.meta.media_fields import VIDEO
from sandbox.meta.media_records import Video, VideoKind
from sandbox.meta.paging import newest_first
from sandbox.meta.posts import page_of_row, sees_page_of
from sandbox.meta.records import Page

PARAMS = frozenset(
    {
        "file_url",
        "source",
        "title",
        "description",
        "published",
        "scheduled_publish_time",
        "unpublished_content_type",
        "upload_phase",
        "file_size",
        "upload_session_id",
        "start_offset",
        "video_file_chunk",
        "fbuploader_video_file_chunk",
        "thumb",
        "targeting",
        "feed_targeting",
        "content_category",
        "embeddable",
        "no_story",
        "fields",
    }
)
FILES = frozenset({"source", "video_file_chunk", "thumb"})
UPLOAD_PROBLEM, UPLOAD_UNKNOWN = 6000, 6001


def create(ask: Ask, page: Page) -> dict[str, Any]:
    """Take a video, whole or in one of the phases of a chunked upload."""
    enter(ask, page)
    phase = ask.text("upload_phase").lower()
    if not phase:
        return _whole(ask, page)
    if phase not in ("start", "transfer", "finish", "cancel"):
        raise invalid("Param upload_phase must be one of {start, transfer, finish, cancel}")
    if ask.text("file_url") or ask.call.upload("source") is not None:
        raise invalid("upload_phase goes without file_url and source.")
    if phase == "start":
        return _start(ask, page)
    video = ask.state.library.in_session(ask.text("upload_session_id"))
    if video is None or video.page_id != page.id or video.finished:
        raise GraphError(UPLOAD_PROBLEM, "(#6000) There is no upload session of this id.")
    return {"transfer": _transfer, "finish": _finish, "cancel": _cancel}[phase](ask, video)


def enter(ask: Ask, page: Page) -> None:
    """Insist on the Page itself, with what publishing takes."""
    as_page(ask, page)
    need_write_scope(ask, "pages_manage_posts", page, "CREATE_CONTENT")
    need_write_scope(ask, "pages_read_engagement", page, "CREATE_CONTENT")


def announce(ask: Ask, page: Page, kind: VideoKind) -> Video:
    """Make a video that is yet to arrive."""
    video = Video(ask.state.new_id(), page.id, ask.speaker.app_id, ask.now, kind)
    video.post_id = f"{page.id}_{ask.state.new_id()}"
    return video


def complete(ask: Ask, video: Video, arrived: Arrived) -> None:
    """Note that a file is here as a whole, and what processing will find."""
    video.digest = arrived.keep(ask)
    video.size = video.arrived = len(arrived.body)
    video.complete = True
    video.trouble = processing.trouble_with(video, arrived.probe, codecs(ask))


def codecs(ask: Ask) -> frozenset[str]:
    """Return the codecs that pass; nothing when a switch lets all of them pass."""
    if not ask.world.switches.flag("meta.check_codecs"):
        return frozenset()
    return frozenset({"avc1", "avc3", "hvc1", "hev1", "vp09", "av01", "encv"})


def _whole(ask: Ask, page: Page) -> dict[str, Any]:
    asked = ask.fields(VIDEO) if ask.text("fields") else None
    video = announce(ask, page, "video")
    _tell(ask, video)
    source, url, handle = ask.call.upload("source"), ask.text("file_url"), ask.text("fbuploader_video_file_chunk")
    if [source is not None, bool(url), bool(handle)].count(True) != 1:
        raise invalid("Give one of file_url, fbuploader_video_file_chunk and the file source.")
    if handle:
        source = uploads.behind(ask, handle)
    arrived = arrivals.video_by_url(ask, url) if source is None else arrivals.video(source)
    complete(ask, video, arrived)
    if video.trouble and ask.world.switches.word("meta.video_errors_at") == "create":
        raise arrivals.unsupported_video()
    processing.begin(ask, video)
    return {"id": video.id} if asked is None else show(ask, VIDEO, video, asked)


def _start(ask: Ask, page: Page) -> dict[str, Any]:
    size = ask.text("file_size")
    if not size.isdecimal() or int(size) == 0:
        raise invalid("Param file_size must be the number of bytes to come.")
    video = announce(ask, page, "video")
    video.size, video.session_id = int(size), ask.state.new_id()
    ask.state.library.save_video(video)
    return {"upload_session_id": video.session_id, "video_id": video.id, **_offsets(ask, video)}


def _transfer(ask: Ask, video: Video) -> dict[str, Any]:
    chunk = ask.call.upload("video_file_chunk")
    if chunk is None:
        raise invalid("Missing video_file_chunk")
    if ask.text("start_offset") != str(video.arrived):
        raise GraphError(
            UPLOAD_UNKNOWN,
            f"(#6001) There was a problem uploading your video: the next chunk begins at {video.arrived}.",
            is_transient=True,
        )
    if video.arrived + len(chunk) > video.size:
        raise GraphError(UPLOAD_PROBLEM, "(#6000) More came than file_size announced.")
    video.chunks.append(ask.world.media.keep(chunk))
    video.arrived += len(chunk)
    ask.state.library.save_video(video)
    return _offsets(ask, video)


def _finish(ask: Ask, video: Video) -> dict[str, Any]:
    if video.arrived != video.size:
        raise GraphError(UPLOAD_PROBLEM, f"(#6000) Only {video.arrived} of {video.size} bytes are here.")
    _tell(ask, video)
    complete(ask, video, arrivals.video(arrivals.joined(ask, video.chunks)))
    if video.trouble and ask.world.switches.word("meta.video_errors_at") == "create":
        raise arrivals.unsupported_video()
    processing.begin(ask, video)
    return {"success": True}


def _cancel(ask: Ask, video: Video) -> dict[str, Any]:
    ask.state.library.remove_video(video)
    return {"success": True}


def _offsets(ask: Ask, video: Video) -> dict[str, str]:
    """Return the next stretch wanted, as text; both ends are equal when all is here."""
    most = ask.world.switches.number("meta.video_chunk_bytes")
    return {"start_offset": str(video.arrived), "end_offset": str(min(video.size, video.arrived + most))}


def _tell(ask: Ask, video: Video) -> None:
    """Read title, description and when it is to be seen."""
    video.title, video.description = content.text_of(ask, "title"), content.text_of(ask, "description")
    published = ask.flag("published", default=True)
    at = content.schedule(ask, published, most_days=180)
    video.scheduled_for = at or 0
    video.state = "PUBLISHED" if published else "SCHEDULED" if at else "DRAFT"


def listed(ask: Ask, page: Page) -> dict[str, Any]:
    """List a Page's videos, newest first; reels are videos too."""
    return _listed(ask, page, ("video", "reel"))


def listed_reels(ask: Ask, page: Page) -> dict[str, Any]:
    """List a Page's reels, newest first."""
    return _listed(ask, page, ("reel",))


def read(ask: Ask, video: Video) -> dict[str, Any]:
    """Read one video, whatever state it is in."""
    if not sees_page_of(ask, video):
        raise missing_object(ask.call.method, video.id)
    need_scope(ask, "pages_read_engagement", video.page_id)
    return show(ask, VIDEO, video, ask.fields(VIDEO))


def delete(ask: Ask, video: Video) -> dict[str, Any]:
    """Remove a video and its post."""
    page = page_of_row(ask, video)
    as_page(ask, page)
    need_write_scope(ask, "pages_manage_posts", page, "CREATE_CONTENT")
    if video.app_id != ask.speaker.app_id:
        raise no_permission("The video was not created by this application.")
    ask.state.library.remove_video(video)
    post = ask.state.posts.get(video.post_id)
    if post is not None:
        ask.state.remove_post(post)
    return {"success": True}


def _listed(ask: Ask, page: Page, kinds: tuple[str, ...]) -> dict[str, Any]:
    as_page(ask, page)
    need_scope(ask, "pages_read_engagement", page.id)
    rows = [video for video in ask.state.library.videos_of(page.id) if video.kind in kinds and video.finished]
    asked = ask.fields(VIDEO)
    return newest_first(ask, rows, lambda video: show(ask, VIDEO, video, asked))
