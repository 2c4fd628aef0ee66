"""Reels and video stories of a Page: start, send the bytes, finish, and wait until Facebook shows it.

Source: https://developers.facebook.com/docs/video-api/guides/reels-publishing and
https://developers.facebook.com/docs/page-stories-api, read 2026-11-21 for v25.0. Both edges speak the same three phases; only
``finish`` makes anything public, and it names the video, so that a repeat can make no second one.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from connectors.errors import UnexpectedAnswer
from connectors.meta import notes, patience, rupload, video_status
from connectors.meta.asset import Asset, id_in, require_success
from connectors.meta.forms import only
from connectors.meta.links import facebook_link
from connectors.meta.meanings import PLATFORM, REPORT
from connectors.meta.words import message_of
from connectors.types import Content, Journal, Processing, Published

#: The note of the video: its id, where its bytes go, and how far it has come.
VIDEO: Final = "video"
REELS: Final = "video_reels"
STORIES: Final = "video_stories"
#: Meta documents the status of reels; should that of stories never say "published", this long without an error is enough.
STORY_SURE_AFTER: Final = timedelta(minutes=15)


def publish_reel(page: Asset, content: Content, journal: Journal) -> Published | Processing:
    """Publish a reel; resumes from what the journal knows."""
    video = _started(page, content, journal, edge=REELS)
    video = _sent(page, content, journal, video)
    if not video.get("finished"):
        said = {
            "video_state": "PUBLISHED",
            "description": message_of(content),
            "title": str(content.settings.get("title", "")),
        }
        video = _finish(page, content, journal, video, edge=REELS, said=said)
    return shown(page, video, journal)


def publish_story(page: Asset, content: Content, journal: Journal) -> Published | Processing:
    """Publish a video story, once Facebook has all of its bytes."""
    video = _started(page, content, journal, edge=STORIES)
    video = _sent(page, content, journal, video)
    if not video.get("finished"):
        status = _healthy(page, journal, video)
        if not status.arrived:
            return patience.look_again(notes.age(journal, video), "Facebook is taking in the video.")
        video = _finish(page, content, journal, video, edge=STORIES, said={})
    return _story_shown(page, video, journal)


def noted_video(content: Content, journal: Journal) -> notes.Note | None:
    """Return what was noted of this post's video."""
    return notes.recall(journal, VIDEO, _mark(content))


def keep_video(content: Content, journal: Journal, known: Mapping[str, Any]) -> notes.Note:
    """Note how far the video has come."""
    return notes.keep(journal, VIDEO, _mark(content), known)


def shown(page: Asset, video: notes.Note, journal: Journal) -> Published | Processing:
    """Tell whether a finished video is live; raises when Facebook could not use it."""
    status = _healthy(page, journal, video)
    if status.live:
        return live_as(status, str(video["id"]))
    age = notes.age(journal, video)
    if age > patience.LONGEST:
        raise UnexpectedAnswer(
            "Facebook has been processing the video for a day.",
            remedy="Look at the Page; if the video is not there, redrive or publish it again.",
            platform=PLATFORM,
            operation="read_video",
        )
    return patience.look_again(age, "Facebook is processing the video.")


def live_as(status: video_status.VideoStatus, video_id: str) -> Published:
    """Return a live video as the post Facebook names, or by its own id where it names none."""
    link = facebook_link(status.permalink or f"/reel/{video_id}")
    return Published(status.post_id or video_id, link)


def _story_shown(page: Asset, video: notes.Note, journal: Journal) -> Published | Processing:
    """Tell whether a finished story is live. Facebook has named its post: if nothing goes wrong for long, it is."""
    status, age = _healthy(page, journal, video), notes.age(journal, video)
    post_id = str(video.get("post_id") or "")
    if status.live or (post_id and age > STORY_SURE_AFTER):
        live = live_as(status, str(video["id"]))
        return Published(post_id, facebook_link(post_id)) if post_id else live
    return patience.look_again(age, "Facebook is processing the story.")


def _started(page: Asset, content: Content, journal: Journal, *, edge: str) -> notes.Note:
    video = noted_video(content, journal)
    if video is not None:
        return video
    answer = page.post(f"{page.id}/{edge}", {"upload_phase": "start"}, operation="upload")
    video_id = id_in(answer, "video_id", operation="upload", what="video")
    url = answer.get("upload_url")
    if not isinstance(url, str) or not url:
        raise UnexpectedAnswer(
            "Facebook named no address for the upload.", remedy=REPORT, platform=PLATFORM, operation="upload"
        )
    return keep_video(content, journal, {"id": video_id, "url": url, "begun": False})


def _sent(page: Asset, content: Content, journal: Journal, video: notes.Note) -> notes.Note:
    if video.get("sent"):
        return video
    file, offset = only(content).file, 0
    if video["begun"]:
        status = _healthy(page, journal, video)
        offset = status.received_bytes or 0
        if status.arrived or offset >= file.size_bytes:
            return keep_video(content, journal, {**video, "sent": True})
    else:
        video = keep_video(content, journal, {**video, "begun": True})
    journal.renew()
    rupload.send(page, str(video["url"]), file, journal, offset=offset, operation="upload")
    return keep_video(content, journal, {**video, "sent": True})


def _finish(
    page: Asset, content: Content, journal: Journal, video: notes.Note, *, edge: str, said: Mapping[str, str]
) -> notes.Note:
    body = {"upload_phase": "finish", "video_id": video["id"], **{key: value for key, value in said.items() if value}}
    journal.announce("reel_finish" if edge == REELS else "story_finish")
    answer = page.post(f"{page.id}/{edge}", body, operation="finish", last_moment=journal.last_moment)
    require_success(answer, operation="finish")
    return keep_video(content, journal, {**video, "finished": True, "post_id": str(answer.get("post_id") or "")})


def _healthy(page: Asset, journal: Journal, video: Mapping[str, Any]) -> video_status.VideoStatus:
    """Look at a video; raises when it failed, and strikes out its note so that a new try begins anew."""
    status = video_status.look(page, str(video["id"]))
    if status.failed:
        notes.forget(journal, VIDEO)
        raise status.error("read_video")
    return status


def _mark(content: Content) -> str:
    """A video on its way is of use for the same file in the same format; its words come with ``finish``."""
    return notes.mark_of_file(only(content), str(content.settings.get("format")))
