"""Pictures as Instagram takes them: JPEG only, so the hub makes one of what is another kind of still picture, or far too long.

Source: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media, state of 2026-09-11,
read 2026-11-21: JPEG of up to 8 MB, shown up to 1,440 pixels wide.
"""

from typing import Final

from connectors.meta.checks import MB
from connectors.types import MediaFile

JPEG: Final = "image/jpeg"
MOST_BYTES: Final = 8 * MB
#: What of other kinds is turned into a JPEG.
TURNED: Final = frozenset({"image/png", "image/webp", "image/gif"})
#: At 4:5, the tallest of the feed, this is still wider than what is shown; and as a JPEG far below the 8 MB.
LONGEST_SIDE: Final = 1_920


def is_turned(file: MediaFile) -> bool:
    """Tell whether Instagram gets a JPEG that the hub makes of this picture; an animation would lose its motion."""
    if file.content_type == JPEG:
        return file.size_bytes > MOST_BYTES and max(file.width or 0, file.height or 0) > LONGEST_SIDE
    return file.content_type in TURNED and not is_animation(file)


def is_animation(file: MediaFile) -> bool:
    """Tell whether a picture moves."""
    return int(file.facts.get("frames") or 1) > 1


def as_taken(file: MediaFile) -> MediaFile:
    """Return a picture as Instagram takes it: itself, or a JPEG made of it now or earlier."""
    return file.as_jpeg(longest_side=LONGEST_SIDE) if is_turned(file) else file
