"""Files that are two things at once: a picture that is also an archive, a program or a document.

Each reader looks for its own mark in its own place, so one file can satisfy two of them and pass a check made with
the one to be opened with the other.
"""

import re
from pathlib import Path
from typing import Final

from media.cell.words import Refused

_HEAD_BYTES: Final = 1024
#: The end record of a ZIP archive and the longest comment behind it.
_ZIP_END_BYTES: Final = 22 + 65_535
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_ENTRY: Final = b"PK\x01\x02"
_MARKUP: Final = re.compile(rb"<(?:script|html|svg|iframe|object|\?php)|<!doctype\s+html", re.I)
#: New documents are archives, and old ones carry new ones within.
_MAY_BE_ZIP: Final = ("application/zip", "application/x-ole-storage")
_SAVE_ANEW: Final = "Open it in the program it is made for and save it anew."


def refuse_second_faces(path: Path, content_type: str) -> None:
    """Raise ``Refused`` when a file is also something else than its first bytes say."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        size = path.stat().st_size
        file.seek(max(0, size - _ZIP_END_BYTES))
        tail = file.read()
    if content_type not in _MAY_BE_ZIP and _ends_as_zip(tail):
        raise _two_things("a ZIP archive")
    if content_type != "application/pdf" and b"%PDF-" in head:
        raise _two_things("a PDF document")
    if content_type.startswith(("image/", "video/")) and _MARKUP.search(head):
        raise _two_things("a web page or script")


def refuse_bytes_after(path: Path, end: int, what: str) -> None:
    """Raise ``Refused`` when more than padding follows the end of a picture."""
    size = path.stat().st_size
    if size < end:
        raise Refused(
            "file_damaged", f"The file is damaged: {what} is cut off.", "Send it again, or open it and save it anew."
        )
    with path.open("rb") as file:
        file.seek(end)
        while chunk := file.read(65_536):
            if chunk.strip(b"\x00\r\n\t "):
                raise Refused("file_polyglot", f"{size - end:,} bytes of something else follow {what}.", _SAVE_ANEW)


def _ends_as_zip(tail: bytes) -> bool:
    place = tail.rfind(_ZIP_END)
    while place >= 0:
        record = tail[place : place + 22]
        if len(record) == 22:
            directory = place - int.from_bytes(record[12:16], "little")
            # By chance these four bytes stand in any long file; a list of contents right before them does not.
            if directory < 0 or tail.startswith(_ZIP_ENTRY, directory):
                return True
        place = tail.rfind(_ZIP_END, 0, place)
    return False


def _two_things(other: str) -> Refused:
    return Refused("file_polyglot", f"The file is also {other}.", _SAVE_ANEW)
