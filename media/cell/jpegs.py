"""A JPEG of a picture: upright, in sRGB, without transparency or metadata, no larger than wished."""

import io
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageCms, ImageOps

from media.cell import pictures
from media.cell.words import Refused, damaged

LOWEST_QUALITY: Final = 55
QUALITY_STEP: Final = 10
#: Behind what was transparent. White is what most pages are.
BACKGROUND: Final = (255, 255, 255)


def make(path: Path, target: Path, *, content_type: str, wanted: dict[str, int]) -> dict[str, Any]:
    """Write the JPEG to ``target`` and return its size; lowers the quality step by step to fit ``most_bytes``."""
    with pictures.opened(path, content_type=content_type, most_pixels=wanted["most_pixels"]) as image:
        box = (wanted["most_width"], wanted["most_height"])
        # A JPEG can be decoded smaller at once. The box is a square because its sides swap where the picture lies on its side.
        if image.width > 2 * max(box) and image.height > 2 * max(box):
            image.draft("RGB", (max(box), max(box)))
        pictures.load(image)
        try:
            # In place, and without copies below: a hundred million pixels are 400 MB each time.
            ImageOps.exif_transpose(image, in_place=True)
            made = _as_srgb(image)
            if made.width > box[0] or made.height > box[1]:
                made.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=3.0)
        except MemoryError:
            raise
        except Exception as error:
            raise damaged(f"it cannot be converted ({type(error).__name__})") from None
    content = _encoded(made, quality=wanted["quality"], most_bytes=wanted["most_bytes"])
    target.write_bytes(content)
    return {"width": made.width, "height": made.height}


def _as_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode in {"P", "PA"} or image.has_transparency_data:
        flat = Image.new("RGB", image.size, BACKGROUND)
        layer = image if image.mode == "RGBA" else image.convert("RGBA")
        flat.paste(layer, mask=layer.getchannel("A"))
        image = flat
    elif image.mode not in {"RGB", "CMYK", "L"}:
        image = image.convert("RGB")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            image = converted or image
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a profile that does not fit says nothing; the plain numbers are the best guess
    return image if image.mode == "RGB" else image.convert("RGB")


def _encoded(image: Image.Image, *, quality: int, most_bytes: int) -> bytes:
    while True:
        buffer = io.BytesIO()
        image.info.clear()
        image.save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() <= most_bytes:
            return buffer.getvalue()
        if quality <= LOWEST_QUALITY:
            raise Refused(
                "too_many_bytes",
                f"As a JPEG the picture cannot be made shorter than {most_bytes:,} bytes without spoiling it.",
                "Send it smaller.",
            )
        quality = max(LOWEST_QUALITY, quality - QUALITY_STEP)
