"""Photos as Google takes them: JPEG or PNG of 10 KB to 5 MB, so the hub makes a JPEG of other still pictures and of too large ones.

Source: docs/platforms/google_business.md, "Photos", read 2026-11-21. The limits stand in no reference of Google's; several tools agree on them.
"""

from typing import Final

from connectors.types import MediaFile

TAKEN: Final = frozenset({"image/jpeg", "image/png"})
#: What of other kinds is turned into a JPEG.
TURNED: Final = frozenset({"image/webp", "image/gif"})
LEAST_BYTES: Final = 10_240
MOST_BYTES: Final = 5 * 1024 * 1024
LEAST_WIDTH: Final = 400
LEAST_HEIGHT: Final = 300
#: Google shows 1,200 pixels; as a JPEG this is far below the 5 MB.
LONGEST_SIDE: Final = 2_048
#: What is smaller than this may come out as a JPEG below Google's least.
SURELY_ENOUGH_BYTES: Final = 4 * LEAST_BYTES


def is_turned(file: MediaFile) -> bool:
    """Tell whether Google gets a JPEG that the hub makes of this picture; an animation would lose its motion."""
    if file.content_type in TAKEN:
        far_too_long = max(file.width or 0, file.height or 0) > LONGEST_SIDE
        return file.size_bytes > MOST_BYTES and (far_too_long or file.content_type == "image/png")
    return file.content_type in TURNED and not is_animation(file)


def is_animation(file: MediaFile) -> bool:
    """Tell whether a picture moves."""
    return int(file.facts.get("frames") or 1) > 1


def measure(file: MediaFile) -> tuple[int, int] | None:
    """Return how many pixels across and down Google gets; None where nobody knows."""
    if not file.width or not file.height:
        return None
    longest = max(file.width, file.height)
    if not is_turned(file) or longest <= LONGEST_SIDE:
        return file.width, file.height
    return file.width * LONGEST_SIDE // longest, file.height * LONGEST_SIDE // longest


def as_taken(file: MediaFile) -> MediaFile:
    """Return a picture as Google takes it: itself, or a JPEG made of it now or earlier."""
    return file.as_jpeg(longest_side=LONGEST_SIDE) if is_turned(file) else file
