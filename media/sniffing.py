"""What a file is, by its first bytes. Names and headers say what somebody wishes it were; nobody here reads them."""

import codecs
import re
from typing import Final

from foundation.errors import Invalid
from media.kinds import TAKEN

#: How much of a file's beginning is looked at.
HEAD_BYTES: Final = 1024

#: Containers whose contents are told only by a closer look.
ZIP: Final = "application/zip"
OLE: Final = "application/x-ole-storage"

_MAGIC: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
)

#: What is refused by name: first bytes, what it is called, what else to do.
_REFUSED: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"PK\x05\x06", "an empty ZIP archive", ""),
    (b"Rar!", "a RAR archive", "Unpack it and send the files."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and send the files."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and send what it holds."),
    (b"BZh", "a bzip2 archive", "Unpack it and send what it holds."),
    (b"\xfd7zXZ", "an xz archive", "Unpack it and send what it holds."),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "Unpack it and send what it holds."),
    (b"MZ", "a Windows program", ""),
    (b"\x7fELF", "a Linux program", ""),
    (b"\xca\xfe\xba\xbe", "a program", ""),
    (b"#!", "a script", ""),
    (b"II*\x00", "a TIFF picture", "Save it as JPEG or PNG."),
    (b"MM\x00*", "a TIFF picture", "Save it as JPEG or PNG."),
    (b"BM", "a BMP picture", "Save it as JPEG or PNG."),
    (b"8BPS", "a Photoshop document", "Export it as JPEG or PNG."),
    (b"\x00\x00\x01\x00", "an icon", "Save it as PNG."),
    (b"%!PS", "a PostScript document", "Export it as PDF."),
    (b"{\\rtf", "an RTF document", "Save it as PDF or DOCX."),
    (b"ID3", "an MP3 recording", "Send a video."),
    (b"\xff\xfb", "an MP3 recording", "Send a video."),
    (b"OggS", "an Ogg recording", "Send MP4, MOV or WebM."),
    (b"fLaC", "a FLAC recording", "Send a video."),
    (b"FLV", "a Flash video", "Export it as MP4."),
    (b"\x00\x00\x01\xba", "an MPEG video", "Export it as MP4."),
    (b"\x00\x00\x01\xb3", "an MPEG video", "Export it as MP4."),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file", "Export it as MP4."),
)

_BRANDS_REFUSED: Final = {
    b"heic": ("a HEIC photo", "Export it as JPEG."),
    b"heix": ("a HEIC photo", "Export it as JPEG."),
    b"heim": ("a HEIC photo", "Export it as JPEG."),
    b"hevc": ("a HEIC photo", "Export it as JPEG."),
    b"mif1": ("a HEIF photo", "Export it as JPEG."),
    b"msf1": ("a HEIF photo", "Export it as JPEG."),
    b"avif": ("an AVIF picture", "Export it as JPEG."),
    b"avis": ("an AVIF picture", "Export it as JPEG."),
    b"M4A ": ("an audio recording", "Send a video."),
    b"M4B ": ("an audio book", "Send a video."),
    b"crx ": ("a raw photo", "Export it as JPEG."),
}
#: What a QuickTime file may begin with when it has no ``ftyp``.
_QUICKTIME_ATOMS: Final = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_EBML: Final = b"\x1a\x45\xdf\xa3"
_MARKUP: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|svg|\?xml|\?php|!--)", re.I)


def sniff(head: bytes) -> str:
    """Return the media type of a file by its first ``HEAD_BYTES``; raises ``Invalid`` that names what was found instead.

    ``ZIP`` and ``OLE`` are returned for containers: only a look inside tells whether they are documents.
    """
    if not head:
        raise Invalid("The file is empty.", remedy="Send a file with something in it.", code="file_empty")
    for magic, content_type in _MAGIC:
        if head.startswith(magic):
            return content_type
    if head[:4] == b"RIFF":
        return _riff(head[8:12])
    if head[4:8] == b"ftyp":
        return _branded(head[8:12])
    if head[4:8] in _QUICKTIME_ATOMS:
        return "video/quicktime"
    if head.startswith(_EBML):
        if b"webm" in head[:80]:
            return "video/webm"
        raise refused("a Matroska video", "Export it as MP4.")
    for magic, words, remedy in _REFUSED:
        if head.startswith(magic):
            raise refused(words, remedy)
    raise refused(*_text_or_unknown(head))


def refused(words: str, remedy: str = "") -> Invalid:
    """Return the refusal of a file that is something we do not take."""
    return Invalid(
        f"The file is {words}, which is not taken here.", remedy=f"{remedy} {TAKEN}".strip(), code="file_unsupported"
    )


def _riff(form: bytes) -> str:
    if form == b"WEBP":
        return "image/webp"
    raise refused("an AVI video", "Export it as MP4.") if form == b"AVI " else refused("a RIFF file", "")


def _branded(brand: bytes) -> str:
    if brand in _BRANDS_REFUSED:
        raise refused(*_BRANDS_REFUSED[brand])
    return "video/quicktime" if brand == b"qt  " else "video/mp4"


def _text_or_unknown(head: bytes) -> tuple[str, str]:
    # Markup is looked for in UTF-16 too: browsers read that as well.
    plain = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").replace(b"\x00", b"")
    if _MARKUP.match(plain):
        if b"<svg" in plain.lower():
            return "an SVG drawing, which can carry programs", "Export it as PNG."
        return ("an HTML page" if b"<html" in plain.lower() or b"<!doctype html" in plain.lower() else "markup"), ""
    try:
        # A letter may be cut in two where the head ends; that is no reason to call it nonsense.
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeDecodeError:
        return "of a type we do not know", ""
    printable = sum(byte >= 32 or byte in b"\t\r\n" for byte in head)
    return ("plain text", "") if printable == len(head) else ("of a type we do not know", "")
