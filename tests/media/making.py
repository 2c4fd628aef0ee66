"""Files made for tests: honest ones, and ones made to do harm. All small, none copied from anywhere."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from PIL import Image

MP4_MATRIX = {
    0: (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000),
    90: (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000),
}


def picture(
    kind: str = "JPEG",
    size: tuple[int, int] = (64, 48),
    *,
    mode: str = "RGB",
    color: object = None,
    orientation: int = 0,
    comment: bytes = b"",
) -> bytes:
    """A picture of one color."""
    image = Image.new(mode, size, color or {"RGB": (200, 30, 40), "RGBA": (200, 30, 40, 0)}.get(mode, 0))  # type: ignore[arg-type]
    buffer = io.BytesIO()
    options: dict[str, object] = {}
    if orientation:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    if comment:
        options["comment"] = comment
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def animation(frames: int = 3) -> bytes:
    """A GIF that moves."""
    images = [Image.new("P", (20, 10), index) for index in range(frames)]
    for index, image in enumerate(images):
        image.putpalette([index * 40 % 256, 90, 10] * 256)
    buffer = io.BytesIO()
    images[0].save(buffer, "GIF", save_all=True, append_images=images[1:], duration=100)
    return buffer.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is gigantic."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            _chunk(b"IDAT", zlib.compress(b"\x00" * 100)),
            _chunk(b"IEND", b""),
        ]
    )


def png_with_text_bomb(megabytes: int) -> bytes:
    """A PNG whose packed comment unpacks to many megabytes."""
    honest = picture("PNG")
    bomb = _chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(b"\x00" * (megabytes * 1_000_000), 9))
    return honest[:33] + bomb + honest[33:]


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _atom(name: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I", 8 + len(content)) + name + content


def mp4(
    *,
    width: int = 320,
    height: int = 180,
    seconds: int = 4,
    rate: int = 25,
    rotation: int = 0,
    brand: bytes = b"isom",
    moov_first: bool = True,
    video: bool = True,
) -> bytes:
    """A video whose container is right and whose pictures are zeros: what a probe reads is there."""
    count = seconds * rate
    samples = 16 * count
    moov = _atom(
        b"moov",
        _atom(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, seconds * 1000), b"\x00\x01\x00\x00\x01\x00", b"\x00" * 70, struct.pack(">I", 2)),
        *([_video_track(width, height, seconds, rate, rotation, count)] if video else []),
        _sound_track(seconds),
    )  # fmt: skip
    ftyp = _atom(b"ftyp", brand, b"\x00\x00\x02\x00", brand, b"mp42")
    mdat = _atom(b"mdat", b"\x00" * samples)
    return ftyp + (moov + mdat if moov_first else mdat + moov)


def _video_track(width: int, height: int, seconds: int, rate: int, rotation: int, count: int) -> bytes:
    config = bytes.fromhex("01640028ffe1000467640028010003 68ee3c".replace(" ", ""))
    entry = _atom(
        b"avc1",
        b"\x00" * 6 + b"\x00\x01" + b"\x00" * 16,
        struct.pack(">HHIIIH", width, height, 0x480000, 0x480000, 0, 1),
        b"\x00" * 32 + struct.pack(">Hh", 24, -1),
        _atom(b"avcC", config),
    )
    return _track(1, entry, seconds, scale=rate * 100, step=100, count=count, size=16, handler=b"vide",
                  shown=(width, height), rotation=rotation)  # fmt: skip


def _sound_track(seconds: int) -> bytes:
    esds = bytes.fromhex("000000000380808022000200048080801440150000000000000000000000058080800211900680808001 02".replace(" ", ""))  # fmt: skip
    entry = _atom(
        b"mp4a",
        b"\x00" * 6 + b"\x00\x01" + b"\x00" * 8,
        struct.pack(">HHHHI", 2, 16, 0, 0, 48000 << 16),
        _atom(b"esds", esds),
    )
    return _track(2, entry, seconds, scale=48000, step=1024, count=48000 * seconds // 1024, size=4, handler=b"soun")


def _track(
    number: int,
    entry: bytes,
    seconds: int,
    *,
    scale: int,
    step: int,
    count: int,
    size: int,
    handler: bytes,
    shown: tuple[int, int] = (0, 0),
    rotation: int = 0,
) -> bytes:
    head = struct.pack(">IIIIII", 7, 0, 0, number, 0, seconds * 1000) + b"\x00" * 16
    matrix = struct.pack(">9i", *MP4_MATRIX[rotation])
    table = _atom(
        b"stbl",
        _atom(b"stsd", struct.pack(">II", 0, 1), entry),
        _atom(b"stts", struct.pack(">IIII", 0, 1, count, step)),
        _atom(b"stsc", struct.pack(">IIIII", 0, 1, 1, count, 1)),
        _atom(b"stsz", struct.pack(">III", 0, size, count)),
        _atom(b"stco", struct.pack(">III", 0, 1, 40)),
    )
    return _atom(
        b"trak",
        _atom(b"tkhd", head, matrix, struct.pack(">II", shown[0] << 16, shown[1] << 16)),
        _atom(
            b"mdia",
            _atom(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, scale, seconds * scale, 0x55C4, 0)),
            _atom(b"hdlr", b"\x00" * 8 + handler + b"\x00" * 13),
            _atom(b"minf", _atom(b"vmhd" if handler == b"vide" else b"smhd", b"\x00" * 12), table),
        ),
    )


def webm(*, width: int = 640, height: int = 360, milliseconds: int = 2500) -> bytes:
    """A WebM with an index and no pictures."""

    def number(value: int) -> bytes:
        return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")

    def sized(ident: str, content: bytes) -> bytes:
        return bytes.fromhex(ident) + (0x1000_0000 | len(content)).to_bytes(4, "big") + content

    header = sized("1a45dfa3", sized("4282", b"webm") + sized("4287", number(2)) + sized("4285", number(2)))
    info = sized("1549a966", sized("2ad7b1", number(1_000_000)) + sized("4489", struct.pack(">d", milliseconds)))
    picture_size = sized("e0", sized("b0", number(width)) + sized("ba", number(height)))
    entry = sized("ae", sized("d7", b"\x01") + sized("73c5", b"\x01") + sized("83", b"\x01") + sized("86", b"V_VP9") + picture_size)  # fmt: skip
    return header + sized("18538067", info + sized("1654ae6b", entry))


def pdf(pages: int = 3) -> bytes:
    """A document of empty pages."""
    kids = " ".join(f"{4 + index} 0 R" for index in range(pages))
    objects = [
        "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n",
        f"2 0 obj\n<< /Type /Pages /Kids [{kids}] /Count {pages} >>\nendobj\n",
        *(
            f"{4 + index} 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] >>\nendobj\n"
            for index in range(pages)
        ),
    ]
    return ("%PDF-1.4\n" + "".join(objects) + "trailer\n<< /Root 1 0 R >>\n%%EOF\n").encode()


def archive(entries: Mapping[str, bytes]) -> bytes:
    """A ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return buffer.getvalue()


def docx(**more: bytes) -> bytes:
    """A text document; ``more`` are further entries."""
    entries = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}
    return archive(entries | {name.replace("__", "/"): content for name, content in more.items()})


def pptx(slides: int = 4) -> bytes:
    """Slides."""
    entries = {"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p:presentation/>"}
    return archive(entries | {f"ppt/slides/slide{index}.xml": b"<p:sld/>" for index in range(1, slides + 1)})


def ole(*streams: str) -> bytes:
    """An old Office container with streams of these names."""
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504)
    header[30:32] = (9).to_bytes(2, "little")
    header[48:52] = (1).to_bytes(4, "little")
    header[76:80] = (0).to_bytes(4, "little")
    for place in range(80, 512, 4):
        header[place : place + 4] = b"\xff\xff\xff\xff"
    table = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE) + b"\xff" * 504
    directory = b""
    for name in ("Root Entry", *streams):
        told = name.encode("utf-16-le") + b"\x00\x00"
        directory += told.ljust(64, b"\x00") + len(told).to_bytes(2, "little") + b"\x00" * 62
    return bytes(header) + table + directory.ljust(512, b"\x00") + b"\x00" * 512
