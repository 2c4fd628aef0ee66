"""What a post becomes at Meta: which of its kinds, by its files and the author's choice of format."""

from enum import Enum, auto
from typing import Final

from connectors.errors import ContentRejected
from connectors.meta.meanings import EDIT, PLATFORM
from connectors.types import Attachment, Content, MediaKind

FEED: Final = "feed"
REEL: Final = "reel"
STORY: Final = "story"


class Form(Enum):
    """One kind of post; each has its own calls."""

    TEXT = auto()
    PHOTOS = auto()
    VIDEO = auto()
    REEL = auto()
    PHOTO_STORY = auto()
    VIDEO_STORY = auto()
    IMAGE = auto()
    CAROUSEL = auto()


def format_of(content: Content) -> str:
    """Return the format the author chose; without a choice it is a post of the feed."""
    return str(content.settings.get("format") or FEED)


def page_form(content: Content) -> Form:
    """Return what a post becomes on a Page; raises ``ContentRejected`` when it is nothing Facebook knows."""
    kinds = [attachment.file.kind for attachment in content.media]
    match format_of(content):
        case "reel" if kinds == [MediaKind.VIDEO]:
            return Form.REEL
        case "story" if kinds == [MediaKind.VIDEO]:
            return Form.VIDEO_STORY
        case "story" if kinds == [MediaKind.IMAGE]:
            return Form.PHOTO_STORY
        case "feed" if not kinds:
            return Form.TEXT
        case "feed" if kinds == [MediaKind.VIDEO]:
            return Form.VIDEO
        case "feed" if set(kinds) == {MediaKind.IMAGE}:
            return Form.PHOTOS
    raise _unfit("Facebook", content)


def instagram_form(content: Content) -> Form:
    """Return what a post becomes on Instagram; a single video of the feed is a reel there."""
    kinds = [attachment.file.kind for attachment in content.media]
    seen = set(kinds) <= {MediaKind.IMAGE, MediaKind.VIDEO}
    match format_of(content):
        case "reel" | "feed" if kinds == [MediaKind.VIDEO]:
            return Form.REEL
        case "story" if kinds == [MediaKind.VIDEO]:
            return Form.VIDEO_STORY
        case "story" if kinds == [MediaKind.IMAGE]:
            return Form.PHOTO_STORY
        case "feed" if kinds == [MediaKind.IMAGE]:
            return Form.IMAGE
        case "feed" if len(kinds) > 1 and seen:
            return Form.CAROUSEL
    raise _unfit("Instagram", content)


def only(content: Content) -> Attachment:
    """Return the one file of a post that has one."""
    return content.media[0]


def _unfit(place: str, content: Content) -> ContentRejected:
    return ContentRejected(
        f"{place} has no {format_of(content)} post of these files.",
        remedy=EDIT,
        platform=PLATFORM,
        operation="publish",
    )
