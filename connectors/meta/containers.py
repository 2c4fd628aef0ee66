"""Instagram's containers: what will be a post is prepared first, read until it is ready, and published by its id.

Source: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media, state of 2026-09-11,
read 2026-11-21. Nothing here is public, so all of it may be repeated; a container lives for a day, and an account may make 400.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from connectors.errors import ConnectorError, ContentRejected, PlatformReply, TransientError, UnexpectedAnswer
from connectors.meta import notes, rupload
from connectors.meta.asset import Asset, id_in
from connectors.meta.codes_instagram import INSTAGRAM_SUBCODES
from connectors.meta.forms import Form
from connectors.meta.meanings import LATER, PLATFORM, REPORT, Sort
from connectors.meta.pictures import as_taken
from connectors.types import Attachment, Content, Journal, MediaKind

_SUBCODE: Final = re.compile(r"(?<![0-9])2207[0-9]{3}(?![0-9])")
_FIELDS: Final = "id,status_code,status"


class Stage(StrEnum):
    """Where a container stands, in Meta's words."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    PUBLISHED = "PUBLISHED"
    EXPIRED = "EXPIRED"
    ERROR = "ERROR"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """One look at a container."""

    stage: Stage
    words: str = ""

    def error(self) -> ConnectorError:
        """Return why it failed; its status text holds a subcode of Instagram's table."""
        told = _SUBCODE.search(self.words)
        subcode = int(told.group()) if told else None
        reply = PlatformReply(subcode="" if subcode is None else str(subcode), words=self.words)
        meaning = INSTAGRAM_SUBCODES.get(subcode) if subcode is not None else None
        if meaning is None:
            return UnexpectedAnswer(
                "Instagram could not prepare the post and gave no reason that our notes know.",
                remedy=REPORT,
                platform=PLATFORM,
                operation="read_container",
                reply=reply,
            )
        kind = ContentRejected if meaning.sort is Sort.INVALID else TransientError
        return kind(
            meaning.cause,
            remedy=meaning.remedy if meaning.sort is Sort.INVALID else meaning.remedy or LATER,
            platform=PLATFORM,
            operation="read_container",
            reply=reply,
        )


def look(account: Asset, container_id: str) -> Standing:
    """Read where a container stands, with whichever token Meta lets read it."""
    node = account.read(container_id, operation="read_container", fields=_FIELDS)
    code = str(node.get("status_code") or "").upper()
    return Standing(Stage(code) if code in set(Stage) else Stage.UNKNOWN, str(node.get("status") or ""))


def create(account: Asset, journal: Journal, *, key: str, mark: str, body: Mapping[str, Any]) -> notes.Note:
    """Make a container and note it; one that is to get its bytes from us comes with the address to send them to."""
    answer = account.post(f"{account.id}/media", body, operation="create_container")
    known: dict[str, Any] = {"id": id_in(answer, "id", operation="create_container", what="prepared post")}
    if body.get("upload_type"):
        uri = answer.get("uri")
        known["uri"] = uri if isinstance(uri, str) and uri else _upload_address(account, known["id"])
    return notes.keep(journal, key, mark, known)


def send_bytes(
    account: Asset, journal: Journal, note: notes.Note, attachment: Attachment, *, key: str, mark: str
) -> notes.Note:
    """Send a video's bytes to its container, going on where an earlier try broke off."""
    if "uri" not in note or note.get("sent"):
        return note
    offset = 0
    if note.get("begun"):
        offset = _received(account, str(note["id"]))
    else:
        note = notes.keep(journal, key, mark, {**note, "begun": True})
    if offset < attachment.file.size_bytes:
        journal.renew()
        rupload.send(account, str(note["uri"]), attachment.file, journal, offset=offset, operation="upload_media")
    return notes.keep(journal, key, mark, {**note, "sent": True})


def media_of(account: Asset, attachment: Attachment) -> dict[str, Any]:
    """Return how one file is handed over: images by address always and as JPEG, videos by address or in bytes."""
    if attachment.file.kind is MediaKind.IMAGE:
        return {"image_url": as_taken(attachment.file).public_url}
    return {"video_url": attachment.file.public_url} if account.by_url else {"upload_type": "resumable"}


def body_of(account: Asset, content: Content, form: Form) -> dict[str, Any]:
    """Return what a container of one file says."""
    attachment, chosen = content.media[0], content.settings
    body = media_of(account, attachment)
    if form in {Form.PHOTO_STORY, Form.VIDEO_STORY}:
        return {**body, "media_type": "STORIES", **_tags(content, 0, positions=True)}
    body |= caption_of(content)
    if form is Form.IMAGE:
        return {**body, **_alt(attachment), **_tags(content, 0, positions=True)}
    body["media_type"] = "REELS"
    named = {"share_to_feed": "share_to_feed", "thumb_offset_ms": "thumb_offset", "audio_name": "audio_name"}
    body |= {theirs: chosen[ours] for ours, theirs in named.items() if ours in chosen}
    if cover := chosen.get("cover_url"):
        body["cover_url"] = cover
    if strategy := chosen.get("trial_reel"):
        body["trial_params"] = {"graduation_strategy": str(strategy).upper()}
    return {**body, **_tags(content, 0, positions=False)}


def child_of(account: Asset, content: Content, position: int) -> dict[str, Any]:
    """Return what the container of one file of a carousel says."""
    attachment = content.media[position]
    body = {**media_of(account, attachment), "is_carousel_item": True}
    if attachment.file.kind is MediaKind.VIDEO:
        return {**body, "media_type": "VIDEO", **_tags(content, position, positions=False)}
    return {**body, **_alt(attachment), **_tags(content, position, positions=True)}


def caption_of(content: Content) -> dict[str, Any]:
    """Return the words of a post and whom and what it names, which belong to the whole of it."""
    chosen = content.settings
    said: dict[str, Any] = {"caption": content.text} if content.text else {}
    said |= {key: chosen[key] for key in ("location_id", "is_ai_generated", "is_paid_partnership") if key in chosen}
    if chosen.get("collaborators"):
        said["collaborators"] = [_plain(name) for name in chosen["collaborators"]]
    return said


def _alt(attachment: Attachment) -> dict[str, Any]:
    return {"alt_text": attachment.alt_text} if attachment.alt_text else {}


def _tags(content: Content, position: int, *, positions: bool) -> dict[str, Any]:
    tags = [
        {
            "username": _plain(tag["username"]),
            **({key: tag[key] for key in ("x", "y") if key in tag} if positions else {}),
        }
        for tag in content.settings.get("user_tags") or ()
        if int(tag.get("file", 0)) == position
    ]
    return {"user_tags": tags} if tags else {}


def _plain(username: str) -> str:
    return username.removeprefix("@")


def _received(account: Asset, container_id: str) -> int:
    """Return how many bytes of a video have arrived; 0 where Meta does not say, so that it is sent again from its start."""
    try:
        node = account.read(container_id, operation="read_container", fields="id,video_status")
    except UnexpectedAnswer:
        return 0
    status = node.get("video_status")
    uploading = status.get("uploading_phase") if isinstance(status, dict) else None
    for key in ("bytes_transfered", "bytes_transferred"):
        value = uploading.get(key) if isinstance(uploading, dict) else None
        if isinstance(value, int | str) and str(value).isdecimal():
            return int(value)
    return 0


def _upload_address(account: Asset, container_id: str) -> str:
    hosts = account.graph.hosts
    return f"{hosts.upload}/ig-api-upload/{hosts.version}/{container_id}"
