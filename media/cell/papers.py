"""Documents: which they are, and how many pages they have where that is told cheaply. Nothing in them is unpacked."""

import re
import struct
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from media.cell.words import Refused, damaged

OFFICE: Final = "application/vnd.openxmlformats-officedocument"
WORD: Final = f"{OFFICE}.wordprocessingml.document"
SLIDES: Final = f"{OFFICE}.presentationml.presentation"

MOST_ENTRIES: Final = 10_000
MOST_UNPACKED_BYTES: Final = 1024**3
#: Text packs to a hundredth at best; beyond that somebody packed nothing on purpose.
MOST_RATIO: Final = 250
LOOKED_AT_BYTES: Final = 16 * 1024**2

#: The list of a long document's pages stands in one dictionary with their number, so much of it is looked through.
NODE_BYTES: Final = 64 * 1024
MOST_NODES: Final = 1_000
_NODE: Final = re.compile(rb"/Type\s*/Pages\b")
_COUNT: Final = re.compile(rb"/Count\s+(\d{1,6})")
_LINEARIZED: Final = re.compile(rb"/Linearized\b[^>]{0,200}?/N\s+(\d{1,6})")
_BOMB: Final = Refused(
    "file_bomb", "The document unpacks to far more than a document holds.", "Save it anew, or as PDF."
)


def probe(path: Path, *, content_type: str) -> dict[str, Any]:
    """Return what a document is; raises ``Refused``."""
    if content_type == "application/pdf":
        return {"content_type": content_type, "facts": _pdf(path)}
    if content_type == "application/zip":
        return _office(path)
    return {"content_type": _ole(path), "facts": {}}


def _pdf(path: Path) -> dict[str, Any]:
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(LOOKED_AT_BYTES)
        file.seek(max(0, size - 2048))
        tail = file.read()
    if b"%%EOF" not in tail:
        raise damaged("the end of the PDF is missing")
    facts: dict[str, Any] = {}
    # Where it is encrypted stands in the trailer, or at the front of a linearized file; both are in clear.
    if b"/Encrypt" in tail or b"/Encrypt" in head[:4096]:
        facts["encrypted"] = True
    told = _LINEARIZED.search(head[:2048])
    counts = [int(told[1])] if told else list(_page_counts(head))
    if counts and 0 < max(counts) <= 100_000:
        facts["pages"] = max(counts)
    return facts


def _page_counts(head: bytes) -> Iterator[int]:
    """Yield how many pages each branch of the page tree says to hold."""
    for node in islice(_NODE.finditer(head), MOST_NODES):
        at = node.start()
        begin = head.rfind(b"<<", max(0, at - NODE_BYTES), at)
        end = head.find(b">>", at, at + NODE_BYTES)
        stretch = head[at if begin < 0 else begin : at + NODE_BYTES if end < 0 else end]
        if told := _COUNT.search(stretch):
            yield int(told[1])


def _office(path: Path) -> dict[str, Any]:
    size = path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error, IndexError, OverflowError):
        # All that zipfile is known to raise for hostile directories; NotImplementedError names a ZIP version it cannot read.
        raise damaged("it begins like a ZIP archive and cannot be read as one") from None
    if len(entries) > MOST_ENTRIES:
        raise _BOMB
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    # Entries that together are longer than the file overlap: the trick of archives that unpack to petabytes.
    if unpacked > MOST_UNPACKED_BYTES or packed > size or (unpacked > 10 * 1024**2 and unpacked > MOST_RATIO * size):
        raise _BOMB
    names = {entry.filename for entry in entries}
    if any(name.startswith("/") or ".." in name.split("/") or "\\" in name for name in names):
        raise Refused("file_unsupported", "The document holds names that lead out of it.", "Save it anew, or as PDF.")
    if "[Content_Types].xml" not in names:
        raise Refused("file_unsupported", "The file is a ZIP archive.", "Unpack it and send the files.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused("file_unsupported", "The document holds macros.", "Save it without macros, or as PDF.")
    if "word/document.xml" in names:
        return {"content_type": WORD, "facts": {}}
    if "ppt/presentation.xml" in names:
        slides = sum(bool(re.fullmatch(r"ppt/slides/slide\d+\.xml", name)) for name in names)
        return {"content_type": SLIDES, "facts": {"pages": slides} if slides else {}}
    what = "an Excel workbook" if any(name.startswith("xl/") for name in names) else "an Office file of another kind"
    raise Refused("file_unsupported", f"The file is {what}.", "Send DOCX, PPTX or PDF.")


def _ole(path: Path) -> str:
    """Tell DOC from PPT by the names in the container's directory."""
    names = set(_directory(path))
    if "WordDocument" in names:
        return "application/msword"
    if "PowerPoint Document" in names:
        return "application/vnd.ms-powerpoint"
    what = "an Excel workbook" if names & {"Workbook", "Book"} else "an Office file of another kind"
    raise Refused("file_unsupported", f"The file is {what}.", "Send DOC, DOCX, PPT, PPTX or PDF.")


def _directory(path: Path, *, most_sectors: int = 256) -> list[str]:
    """Return the names in an OLE container, following its chain of directory sectors."""
    names: list[str] = []
    with path.open("rb") as file:
        header = file.read(512)
        if len(header) < 512 or header[30] not in (9, 12):
            raise damaged("it begins like an old Office file and is none")
        length = 1 << header[30]
        sector = int.from_bytes(header[48:52], "little")
        tables = struct.unpack("<109I", header[76:512])

        def read(number: int) -> bytes:
            file.seek((number + 1) * length)
            return file.read(length)

        for _ in range(most_sectors):
            content = read(sector)
            for start in range(0, len(content), 128):
                entry = content[start : start + 128]
                count = int.from_bytes(entry[64:66], "little") if len(entry) == 128 else 0
                if 2 <= count <= 64:
                    names.append(entry[: count - 2].decode("utf-16-le", errors="replace"))
            table, place = divmod(sector, length // 4)
            if len(content) < length or table >= len(tables) or tables[table] >= 0xFFFFFFFA:
                break
            sector = int.from_bytes(read(tables[table])[4 * place : 4 * place + 4], "little")
            if sector >= 0xFFFFFFFA:
                break
    return names
