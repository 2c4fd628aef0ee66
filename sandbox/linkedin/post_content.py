"""What a post may contain beside its text: exactly one of media, images, an article or a poll."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from sandbox.linkedin import fields, media
from sandbox.linkedin.ask import Ask
from sandbox.linkedin.errors import bad_input, invalid, missing, unpermitted
from sandbox.linkedin.records import Asset

ALT_MOST, TITLE_MOST, QUESTION_MOST, OPTION_MOST = 4086, 400, 140, 30
DURATIONS = ("ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS")
_IMAGE = {"id": None, "altText": None}
SCHEMA: dict[str, Any] = {
    "media": {"id": None, "title": None, "altText": None},
    "multiImage": {"images": [_IMAGE]},
    "article": {
        "source": None,
        "title": None,
        "description": None,
        "thumbnail": None,
        "thumbnailAltText": None,
    },
    "poll": {
        "question": None,
        "options": [{"text": None}],
        "settings": {"duration": None, "voteSelectionType": None, "isVoterVisibleToAuthor": None},
    },
}
# Kinds whose posts are ugcPosts; all others are shares. Both occur, and neither says more than the other.
UGC_KINDS = ("video", "multiImage", "poll")


def check(ask: Ask, content: Any, author: str) -> str:
    """Return the kind of a content (`image`, `video`, `document`, `multiImage`, `article`, `poll`), or refuse it."""
    if not isinstance(content, dict):
        raise invalid("/content", "expected an object.")
    if len(content) != 1:
        raise invalid("/content", "exactly one kind of content is allowed.")
    kind = str(next(iter(content)))
    block = fields.record(content, kind, "content")
    if kind == "media":
        return _media(ask, block, author)
    if kind == "multiImage":
        images = fields.items(block, "images", "content/multiImage", 2, 20)
        for index, image in enumerate(images):
            where = f"content/multiImage/images/{index}"
            _image(ask, image, where, author)
    elif kind == "article":
        _article(ask, block, author)
    else:
        _poll(block)
    return kind


def assets_in(content: dict[str, Any]) -> list[str]:
    """Return the URNs of all uploads a content shows, in order."""
    if "media" in content:
        return [str(content["media"]["id"])]
    if "multiImage" in content:
        return [str(image["id"]) for image in content["multiImage"]["images"]]
    thumbnail = content.get("article", {}).get("thumbnail")
    return [str(thumbnail)] if thumbnail else []


def _media(ask: Ask, block: dict[str, Any], author: str) -> str:
    urn = fields.text(block, "id", "content/media", needed=True)
    kind = urn.split(":")[2] if urn.count(":") == 3 else ""
    if kind == "image":
        if "title" in block:
            raise unpermitted("/content/media/title")
        _image(ask, block, "content/media", author)
    elif kind == "video":
        _owned(ask, urn, "/content/media/id", author)
        fields.text(block, "title", "content/media", most=TITLE_MOST)
        fields.text(block, "altText", "content/media", most=ALT_MOST)
        _ready(ask, urn)
    elif kind == "document":
        _owned(ask, urn, "/content/media/id", author)
        if not fields.text(block, "title", "content/media", most=TITLE_MOST, needed=True).strip():
            raise bad_input(
                "INVALID_VALUE_BLANK_FIELD", "/content/media/title must not be blank.", "/content/media/title"
            )
        _uploaded(ask, urn)
    else:
        raise bad_input(
            "INVALID_URN_TYPE", f"/content/media/id: {urn} is no image, video or document.", "/content/media/id"
        )
    return kind


def _image(ask: Ask, block: dict[str, Any], where: str, author: str) -> None:
    urn = fields.text(block, "id", where, needed=True)
    if not urn.startswith("urn:li:image:"):
        raise bad_input("INVALID_URN_TYPE", f"/{where}/id: {urn} is no image.", f"/{where}/id")
    _owned(ask, urn, f"/{where}/id", author)
    fields.text(block, "altText", where, most=ALT_MOST)
    _uploaded(ask, urn)


def _article(ask: Ask, block: dict[str, Any], author: str) -> None:
    """Check a link. Nothing is fetched: what is not said here stays empty."""
    source = fields.text(block, "source", "content/article", needed=True)
    try:
        parts = urlsplit(source)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise invalid("/content/article/source", "it is no web address.")
    fields.text(block, "title", "content/article", most=TITLE_MOST, needed=True)
    fields.text(block, "description", "content/article", most=4_086)
    thumbnail = fields.text(block, "thumbnail", "content/article")
    if thumbnail:
        _image(ask, {"id": thumbnail}, "content/article/thumbnail", author)


def _poll(block: dict[str, Any]) -> None:
    question = fields.text(block, "question", "content/poll", most=QUESTION_MOST, needed=True)
    if not question.strip():
        raise bad_input(
            "INVALID_VALUE_BLANK_FIELD", "/content/poll/question must not be blank.", "/content/poll/question"
        )
    for index, option in enumerate(fields.items(block, "options", "content/poll", 2, 4)):
        where = f"content/poll/options/{index}"
        if not fields.text(option, "text", where, most=OPTION_MOST, needed=True).strip():
            raise bad_input("INVALID_VALUE_BLANK_FIELD", f"/{where}/text must not be blank.", f"/{where}/text")
    if "settings" not in block:
        raise missing("/content/poll/settings")
    fields.choice(fields.record(block, "settings", "content/poll"), "duration", DURATIONS, "content/poll/settings")


def _owned(ask: Ask, urn: str, path: str, author: str) -> Asset:
    asset = ask.state.assets.get(urn)
    if asset is None:
        code = "INVALID_VIDEO_ID" if ":video:" in urn else "INVALID_URN_ID"
        raise bad_input(code, f"{path}: {urn} does not exist.", path)
    if asset.owner != author:
        raise invalid(path, "the owner of the upload is not the author of the post.")
    return asset


def _uploaded(ask: Ask, urn: str) -> None:
    """Insist that bytes arrived. Whether they can be shown is found out later, and nobody is told."""
    asset = ask.state.assets.get(urn)
    if asset is not None and asset.arrived_at is None:
        raise bad_input("MEDIA_ASSET_WAITING_UPLOAD", f"Media asset {urn} is waiting for its upload.")


def _ready(ask: Ask, urn: str) -> None:
    """Insist that a video can be shown."""
    asset = ask.state.assets.get(urn)
    status = media.status_of(asset, ask.world.switches, ask.now) if asset else media.WAITING
    if status == media.FAILED:
        raise bad_input("MEDIA_ASSET_PROCESSING_FAILED", f"Processing of media asset {urn} failed.")
    if status != media.AVAILABLE:
        raise bad_input("MEDIA_ASSET_WAITING_UPLOAD", f"Media asset {urn} is not ready; its state is {status}.")
