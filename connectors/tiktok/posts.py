"""Our content as TikTok's requests.

Source: https://developers.tiktok.com/doc/content-posting-api-reference-direct-post and .../content-posting-api-reference-photo-post, text of
2026-09-11. Comments, duets and stitches are off unless a person switched them on and the account allows them. A draft of a
video carries nothing but the file, one of photos its words.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from connectors.errors import ContentRejected
from connectors.tiktok.chunks import Plan
from connectors.tiktok.creator import Creator
from connectors.tiktok.errors import PLATFORM
from connectors.tiktok.settings import is_branded, is_draft, is_own_brand
from connectors.types import Content, MediaFile, MediaKind

#: "Maximum 1080p", taken for the shorter side.
SHORT_SIDE: Final = 1_080
PHOTO_TYPES: Final = frozenset({"image/jpeg", "image/webp"})
MOST_PHOTO_BYTES: Final = 20_000_000
Body = dict[str, Any]


def has_video(content: Content) -> bool:
    """Tell a video from photos; there is nothing else."""
    return any(attachment.file.kind is MediaKind.VIDEO for attachment in content.media)


def video_body(content: Content, source: Mapping[str, Any], creator: Creator | None) -> Body:
    """Return the request that begins a video: a direct post with its choices, or (without a creator) a draft."""
    if creator is None:
        return {"source_info": dict(source)}
    said = content.settings
    info = {
        "title": content.text,
        **_choices(content, creator),
        "disable_duet": not said.get("allow_duet", False) or creator.duet_disabled,
        "disable_stitch": not said.get("allow_stitch", False) or creator.stitch_disabled,
        "is_aigc": bool(said.get("is_aigc", False)),
    }
    if "cover_timestamp_ms" in said:
        info["video_cover_timestamp_ms"] = said["cover_timestamp_ms"]
    return {"post_info": info, "source_info": dict(source)}


def photos_body(content: Content, urls: list[str], creator: Creator | None) -> Body:
    """Return the request that publishes photos, or makes a draft of them."""
    said = content.settings
    info: Body = {"title": str(said.get("title") or ""), "description": content.text}
    if creator is not None:
        info |= {**_choices(content, creator), "auto_add_music": bool(said.get("add_music", False))}
    body: Body = {
        "media_type": "PHOTO",
        "post_mode": "MEDIA_UPLOAD" if creator is None else "DIRECT_POST",
        "post_info": {name: value for name, value in info.items() if value != ""},
        "source_info": {
            "source": "PULL_FROM_URL",
            "photo_cover_index": int(said.get("cover_index", 0)),
            "photo_images": urls,
        },
    }
    # Of photos this stands beside the rest, not among it.
    return body if creator is None else {**body, "is_aigc": bool(said.get("is_aigc", False))}


def by_upload(plan: Plan) -> Body:
    """Say that the bytes will be sent in these chunks."""
    return {
        "source": "FILE_UPLOAD",
        "video_size": plan.size,
        "chunk_size": plan.chunk_size,
        "total_chunk_count": plan.count,
    }


def by_address(file: MediaFile) -> Body:
    """Say where TikTok fetches the video."""
    return {"source": "PULL_FROM_URL", "video_url": file.public_url}


def photo(file: MediaFile) -> MediaFile:
    """Return a picture as TikTok takes it: as it is where that fits, else as a JPEG of at most 1080p."""
    if file.kind is not MediaKind.IMAGE:
        raise ContentRejected(
            "TikTok takes no documents.", remedy="Use a video, or photos.", platform=PLATFORM, operation="publish"
        )
    return file if fits(file) else file.as_jpeg(longest_side=longest_side(file))


def fits(file: MediaFile) -> bool:
    """Tell whether TikTok takes a picture as it is; one whose size is not known is made anew."""
    short = min(file.width or SHORT_SIDE + 1, file.height or SHORT_SIDE + 1)
    still = file.facts.get("frames") in (None, 1)
    return file.content_type in PHOTO_TYPES and still and file.size_bytes <= MOST_PHOTO_BYTES and short <= SHORT_SIDE


def longest_side(file: MediaFile) -> int:
    """Return how long the longer side may be, so that the shorter one has 1,080 pixels at most."""
    if not file.width or not file.height:
        return SHORT_SIDE
    short, long = sorted((file.width, file.height))
    return max(1, long * SHORT_SIDE // short) if short > SHORT_SIDE else long


def mark_of(content: Content) -> str:
    """Return a short mark of all that one upload is made from: after a change by the author another one is begun."""
    files = [attachment.file.id for attachment in content.media]
    told = json.dumps([content.text, files, dict(content.settings)], sort_keys=True, default=str)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def wants_draft(content: Content) -> bool:
    """Tell whether it becomes a draft."""
    return is_draft(content.settings)


def _choices(content: Content, creator: Creator) -> Body:
    said = content.settings
    return {
        "privacy_level": said.get("privacy_level"),
        "disable_comment": not said.get("allow_comment", False) or creator.comment_disabled,
        "brand_content_toggle": is_branded(said),
        "brand_organic_toggle": is_own_brand(said),
    }
