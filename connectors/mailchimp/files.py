"""Images of a mail: put into the account's file manager, each once for a post.

Source: https://mailchimp.com/developer/marketing/api/file-manager-files/, read 2026-11-21. Mails show images by address, so the bytes
go up first and the answer's address is noted. Nobody sees a file there, so an upload whose answer was lost is simply made
again; at worst the file manager holds it twice.
"""

import base64
from collections.abc import Iterable
from typing import Final

from connectors.mailchimp.rest import Rest, strange, text
from connectors.types import Attachment, Journal, MediaFile

#: https://mailchimp.com/help/ (old "Host files"): 10 MB a file, and images below 1 MB are counselled.
MOST_BYTES: Final = 10 * 1024 * 1024
COUNSELLED_BYTES: Final = 1024 * 1024
JPEG: Final = "image/jpeg"
IMAGE_TYPES: Final = frozenset({JPEG, "image/png", "image/gif"})
#: Kinds of pictures that many mail programs do not show: the hub makes a JPEG of them.
TURNED: Final = frozenset({"image/webp"})
#: Wide enough for any screen, as mails are read in columns of some 600 points.
LONGEST_SIDE: Final = 1_920


def is_turned(file: MediaFile) -> bool:
    """Tell whether the mail shows a JPEG that the hub makes of this picture; an animation would lose its motion."""
    if int(file.facts.get("frames") or 1) > 1:
        return False
    if file.content_type == JPEG:
        return file.size_bytes > MOST_BYTES and max(file.width or 0, file.height or 0) > LONGEST_SIDE
    return file.content_type in TURNED or (file.content_type in IMAGE_TYPES and file.size_bytes > MOST_BYTES)


def addresses_of(
    rest: Rest, media: tuple[Attachment, ...], positions: Iterable[int], journal: Journal
) -> dict[int, str]:
    """Return the address of each image by its position, uploading those that are not there yet."""
    return {position: _address(rest, media[position], journal) for position in positions}


def _address(rest: Rest, attachment: Attachment, journal: Journal) -> str:
    file = attachment.file
    key = f"file:{attachment.file.id}"
    known = journal.recall(key)
    if known:
        return str(known)
    journal.renew()
    if is_turned(file):
        file = file.as_jpeg(longest_side=LONGEST_SIDE)
    with file.open() as stream:
        data = base64.b64encode(stream.read()).decode()
    told = rest.change(
        "POST", "file-manager/files", operation="upload_image", body={"name": file.name, "file_data": data}
    )
    address = text(told.get("full_size_url"))
    if not address.startswith(("https://", "http://")):
        raise strange("an uploaded image without an address", "upload_image")
    journal.note(key, address)
    return address
