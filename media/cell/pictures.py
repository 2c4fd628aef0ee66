"""Pictures: how large, which way up, how many frames, and whether they can be decoded at all."""

import warnings
from pathlib import Path
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from media.cell.disguises import refuse_bytes_after
from media.cell.words import Refused, damaged

READERS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
ORIENTATION: Final = 0x0112
#: EXIF orientations that lay a picture on its side.
SIDEWAYS: Final = {5, 6, 7, 8}
MOST_FRAMES: Final = 2_000
MOST_BLOCKS: Final = 1_000_000


def probe(path: Path, *, content_type: str, most_pixels: int) -> dict[str, Any]:
    """Return what a picture is, after decoding its first frame; raises ``Refused``."""
    if content_type in _ENDS:
        refuse_bytes_after(path, _ENDS[content_type](path), "the picture")
    with opened(path, content_type=content_type, most_pixels=most_pixels) as image:
        frames = int(getattr(image, "n_frames", 1))
        if frames > MOST_FRAMES:
            raise Refused(
                "too_many_frames",
                f"The animation has more than {MOST_FRAMES:,} frames.",
                "Make it shorter, or a video.",
            )
        load(image)
        orientation = image.getexif().get(ORIENTATION, 1)
        width, height = image.size
        if orientation in SIDEWAYS:
            width, height = height, width
        facts: dict[str, Any] = {
            "frames": frames,
            "has_alpha": image.has_transparency_data,
            "color_mode": image.mode,
            "has_color_profile": "icc_profile" in image.info,
        }
        if orientation in range(2, 9):
            facts["orientation"] = int(orientation)
    return {"content_type": content_type, "width": width, "height": height, "facts": facts}


def opened(path: Path, *, content_type: str, most_pixels: int) -> Image.Image:
    """Open a picture with the one reader its first bytes call for, and refuse it by its dimensions before decoding it."""
    # Pillow's own guard warns from one size and fails from twice that; ours has one bound and its own words.
    Image.MAX_IMAGE_PIXELS = None
    warnings.simplefilter("ignore")
    try:
        image = Image.open(path, formats=(READERS[content_type],))
    except UnidentifiedImageError:
        raise damaged("it begins like a picture and is none") from None
    except MemoryError:
        raise
    except Exception as error:  # a decoder's own words are no help to an author
        raise damaged(f"it cannot be read as a picture ({type(error).__name__})") from None
    width, height = image.size
    if width * height > most_pixels:
        raise Refused(
            "too_many_pixels",
            f"The picture has {width:,} × {height:,} = {width * height:,} pixels; at most {most_pixels:,} are taken.",
            "Send it smaller.",
        )
    return image


def load(image: Image.Image) -> None:
    """Decode the first frame; raises ``Refused`` when that fails."""
    try:
        image.load()
    except MemoryError:
        raise
    except Exception as error:
        raise damaged(f"it cannot be decoded ({type(error).__name__})") from None


def _end_of_png(path: Path) -> int:
    with path.open("rb") as file:
        place = 8
        for _ in range(MOST_BLOCKS):
            file.seek(place)
            header = file.read(8)
            if len(header) < 8:
                raise damaged("the picture is cut off")
            length, name = int.from_bytes(header[:4], "big"), header[4:]
            place += 12 + length
            if name == b"IEND":
                return place
    raise damaged("it has far too many parts")


def _end_of_webp(path: Path) -> int:
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8)[4:], "little")
    return 8 + size + size % 2 if path.stat().st_size > 8 + size else 8 + size


def _end_of_gif(path: Path) -> int:
    with path.open("rb") as file:

        def exactly(count: int) -> bytes:
            chunk = file.read(count)
            if len(chunk) < count:
                raise damaged("the picture is cut off")
            return chunk

        def color_table(flags: int) -> None:
            if flags & 0x80:
                exactly(3 * 2 ** ((flags & 7) + 1))

        color_table(exactly(13)[10])
        for _ in range(MOST_BLOCKS):
            mark = exactly(1)
            if mark == b";":
                return file.tell()
            if mark == b",":
                color_table(exactly(9)[8])
                exactly(1)
            elif mark == b"!":
                exactly(1)
            else:
                raise damaged("it has a part that no GIF has")
            while length := exactly(1)[0]:
                exactly(length)
    raise damaged("it has far too many parts")


#: Where the picture ends. JPEG is left out: cameras put films and maps behind its end.
_ENDS: Final = {"image/png": _end_of_png, "image/gif": _end_of_gif, "image/webp": _end_of_webp}
