"""What a file is, and that files made to do harm do none: clear words, nothing kept, nothing crashed."""

import os
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from foundation.errors import ConfigurationError, Invalid
from media import probing
from media.kinds import TYPES
from media.probing import Probed, probe
from media.staging import Staged
from tests.media import making
from tests.media.conftest import nothing_is_kept, send


def probed(content: bytes) -> Probed:
    staged = Staged()
    try:
        staged.write(content)
        staged.finish()
        return probe(staged.path, content_type=staged.content_type)
    finally:
        staged.close()


HONEST: list[tuple[str, bytes, dict[str, Any]]] = [
    ("image/jpeg", making.picture(), {"width": 64, "height": 48}),
    ("image/jpeg", making.picture(mode="CMYK"), {"width": 64, "height": 48}),
    ("image/png", making.picture("PNG"), {"width": 64, "height": 48}),
    ("image/gif", making.animation(3), {"width": 20, "height": 10}),
    ("image/webp", making.picture("WEBP"), {"width": 64, "height": 48}),
    ("video/mp4", making.mp4(), {"width": 320, "height": 180, "duration_ms": 4000}),
    ("video/quicktime", making.mp4(brand=b"qt  "), {"width": 320, "height": 180, "duration_ms": 4000}),
    ("video/webm", making.webm(), {"width": 640, "height": 360, "duration_ms": 2500}),
    ("application/pdf", making.pdf(), {"width": None}),
    (next(name for name in TYPES if "wordprocessing" in name), making.docx(), {"width": None}),
    (next(name for name in TYPES if "presentation" in name), making.pptx(), {"width": None}),
    ("application/msword", making.ole("WordDocument"), {"width": None}),
    ("application/vnd.ms-powerpoint", making.ole("PowerPoint Document"), {"width": None}),
]


@pytest.mark.parametrize(("content_type", "content", "measures"), HONEST, ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_an_honest_file_is_known_by_its_bytes(content_type: str, content: bytes, measures: dict[str, Any]) -> None:
    found = probed(content)
    assert found.content_type == content_type
    assert {name: getattr(found, name) for name in measures} == measures


def test_every_type_that_is_taken_is_tried_here() -> None:
    assert {content_type for content_type, _, _ in HONEST} == set(TYPES)


def test_a_picture_that_lies_on_its_side_is_measured_as_it_is_shown() -> None:
    found = probed(making.picture(orientation=6))
    assert (found.width, found.height) == (48, 64)
    assert found.facts["orientation"] == 6


def test_transparency_and_frames_are_told() -> None:
    assert probed(making.picture("PNG", mode="RGBA")).facts["has_alpha"] is True
    assert probed(making.picture()).facts["has_alpha"] is False
    assert probed(making.animation(5)).facts["frames"] == 5


def test_a_video_tells_what_platforms_ask_about() -> None:
    facts = probed(making.mp4()).facts
    assert {name: facts.get(name) for name in ("video_codec", "audio_codec", "frame_rate", "audio_channels")} == {
        "video_codec": "h264",
        "audio_codec": "aac",
        "frame_rate": 25.0,
        "audio_channels": 2,
    }
    assert facts["audio_sample_rate"] == 48_000
    assert facts["brand"] == "isom"
    assert facts["bit_rate"] > 0


def test_a_video_held_upright_is_measured_as_it_is_shown() -> None:
    found = probed(making.mp4(rotation=90))
    assert (found.width, found.height) == (180, 320)
    assert found.facts["rotation"] == 90


@pytest.mark.parametrize("first", [True, False])
def test_where_a_videos_index_stands_is_told(first: bool) -> None:
    assert probed(making.mp4(moov_first=first)).facts["moov_first"] is first


def test_pages_are_counted_where_that_is_cheap() -> None:
    assert probed(making.pdf(7)).facts["pages"] == 7
    assert probed(making.pdf(1_301)).facts["pages"] == 1_301, "however long the list of its pages is"
    assert probed(making.pptx(4)).facts["pages"] == 4
    assert "pages" not in probed(b"%PDF-1.7\n1 0 obj <</Type /ObjStm>> endobj\n%%EOF\n").facts


HOSTILE: list[tuple[str, bytes, str, str]] = [
    ("nothing", b"", "file_empty", "empty"),
    ("svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "file_unsupported", "SVG"),
    ("svg in utf-16", '<svg onload="x()">'.encode("utf-16"), "file_unsupported", "SVG"),
    ("html", b"\xef\xbb\xbf <!DOCTYPE html><html><script>", "file_unsupported", "HTML"),
    ("php", b"<?php system($_GET[0]);", "file_unsupported", "markup"),
    ("text", b"just some words", "file_unsupported", "plain text"),
    ("zip", making.archive({"a.txt": b"a"}), "file_unsupported", "ZIP"),
    ("gzip", b"\x1f\x8b\x08" + b"\x00" * 40, "file_unsupported", "gzip"),
    ("rar", b"Rar!\x1a\x07\x01\x00", "file_unsupported", "RAR"),
    ("program", b"MZ" + b"\x90" * 100, "file_unsupported", "Windows program"),
    ("script", b"#!/bin/sh\nrm -rf /\n", "file_unsupported", "script"),
    ("heic", b"\x00\x00\x00\x18ftypheic" + b"\x00" * 20, "file_unsupported", "HEIC"),
    ("tiff", b"II*\x00" + b"\x00" * 50, "file_unsupported", "TIFF"),
    ("avi", b"RIFF\x00\x00\x00\x00AVI LIST", "file_unsupported", "AVI"),
    ("mkv", b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska", "file_unsupported", "Matroska"),
    ("noise", bytes(range(128, 256)) * 10, "file_unsupported", "do not know"),
    ("sound alone", making.mp4(video=False), "file_unsupported", "no picture"),
    ("workbook", making.ole("Workbook"), "file_unsupported", "Excel"),
    ("macros", making.docx(word__vbaProject_bin=b"x").replace(b"vbaProject_bin", b"vbaProject.bin"), "file_unsupported", "macros"),
    ("names that lead out", making.docx(**{"..__..__etc__passwd": b"x"}), "file_unsupported", "lead out"),
    ("giant png", making.png_claiming(60_000, 60_000), "too_many_pixels", "3,600,000,000"),
    ("text bomb", making.png_with_text_bomb(80), "file_damaged", "damaged"),
    ("bomb in a document", making.docx(word__media__x=b"\0" * 60_000_000), "file_bomb", "unpacks"),
    ("gif that is a script", making.animation() + b"/*" + b"x" * 40 + b"*/=1;alert(1)//", "file_polyglot", "follow"),
    ("png with something behind", making.picture("PNG") + b"=1;alert(1)//" * 3, "file_polyglot", "follow"),
    ("webp with something behind", making.picture("WEBP") + b"=1;alert(1)//" * 3, "file_polyglot", "follow"),
    ("jpeg that is a page", making.picture(comment=b"<script>alert(1)</script>"), "file_polyglot", "page"),
    ("jpeg that is an archive", making.picture() + making.archive({"a": b"b"}), "file_polyglot", "ZIP"),
    ("pdf that is an archive", making.pdf() + making.archive({"a": b"b"}), "file_polyglot", "ZIP"),
    ("video that is an archive", making.mp4() + making.archive({"a": b"b"}), "file_polyglot", "ZIP"),
    ("jpeg that is a pdf", making.picture(comment=b"%PDF-1.4 1 0 obj"), "file_polyglot", "PDF"),
    ("jpeg cut off", making.picture(size=(400, 400))[:900], "file_damaged", "decoded"),
    ("png cut off", making.picture("PNG", (400, 400))[:-30], "file_damaged", "cut off"),
    ("gif cut off", making.animation()[:-40], "file_damaged", "cut off"),
    ("webp cut off", making.picture("WEBP", (400, 400))[:-30], "file_damaged", "cut off"),
    ("video cut off", making.mp4()[:-500], "file_damaged", "500 bytes are missing"),
    ("video without index", making.mp4(moov_first=False).split(b"moov")[0][:-4], "file_damaged", "index"),
    ("video of nonsense", b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00" + b"\x00\x00\x00\x08moov", "file_damaged", "holds none"),
    ("atoms without end", b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00" + b"\x00\x00\x00\x08free" * 20_000, "file_damaged", "too many parts"),
    ("only a beginning", b"\xff\xd8\xff\xe0", "file_damaged", "damaged"),
    ("pdf cut off", making.pdf()[:-8], "file_damaged", "end of the PDF"),
    ("docx cut off", making.docx()[:-20], "file_damaged", "ZIP"),
    ("old office cut off", making.ole("WordDocument")[:100], "file_damaged", "old Office"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "code", "word"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_a_file_that_is_not_for_us_is_refused_in_clear_words_and_leaves_nothing(
    content: bytes, code: str, word: str, api: Client, root: Path
) -> None:
    answer = send(api, content, "innocent.jpg")
    told = answer.json()
    assert answer.status_code == 422, told
    assert told["code"] == code
    assert word in told["detail"]
    assert told["remedy"]
    assert nothing_is_kept(root)


def test_padding_behind_a_picture_is_forgiven() -> None:
    assert probed(making.picture("PNG") + b"\x00" * 64).width == 64


def test_what_cameras_put_behind_a_jpeg_is_forgiven() -> None:
    assert probed(making.picture() + making.mp4()).content_type == "image/jpeg"


def test_an_old_document_may_carry_a_new_one() -> None:
    assert probed(making.ole("PowerPoint Document") + making.docx()).content_type == "application/vnd.ms-powerpoint"


def test_a_chain_that_leads_back_to_itself_comes_to_an_end() -> None:
    content = bytearray(making.ole("Workbook"))
    content[512 + 4 : 512 + 8] = (1).to_bytes(4, "little")  # the directory's next sector is itself
    with pytest.raises(Invalid, match="Excel"):
        probed(bytes(content))


def test_overlapping_entries_of_an_archive_are_a_bomb() -> None:
    once = making.docx(word__a=b"x" * 5000)
    with pytest.raises(Invalid) as refusal:
        probed(once.replace((5000).to_bytes(4, "little"), (2_000_000_000).to_bytes(4, "little")))
    assert refusal.value.code == "file_bomb"


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Put another program where the cell stands."""
    monkeypatch.setattr(probing, "_BOOT", program)


def test_a_reader_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "while True: pass")
    monkeypatch.setattr(probing, "WALL_SECONDS", 0.5)
    with pytest.raises(Invalid) as refusal:
        probed(making.picture())
    assert refusal.value.code == "file_unreadable"


def test_a_reader_that_is_broken_from_within_takes_nothing_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, "import os; os.kill(os.getpid(), 11)")
    with pytest.raises(Invalid) as refusal:
        probed(making.picture())
    assert refusal.value.code == "file_unreadable"


@pytest.mark.parametrize(
    "greedy",
    ["x = bytearray(3 * 1024**3)", "open(order['path'] + '.evil', 'wb').write(b'x' * 10)"],
    ids=["memory", "writing"],
)
def test_the_cell_may_neither_take_much_memory_nor_write(
    greedy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    program = (
        "import json, sys; sys.path.insert(0, sys.argv[1]); from media.cell.main import confine; "
        f"order = json.loads(sys.argv[2]); confine(order['limits']); {greedy}"
    )
    stand_in(tmp_path, monkeypatch, program)
    with pytest.raises(Invalid) as refusal:
        probed(making.picture())
    assert refusal.value.code == "file_unreadable"
    assert all(path.stat().st_size == 0 for path in root.rglob("*.evil"))


def test_the_cell_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_MASTER_KEY", "a canary")
    seen: dict[str, Any] = {}
    run = subprocess.run

    def watched(*args: Any, **kwargs: Any) -> Any:
        seen.update(kwargs["env"])
        return run(*args, **kwargs)

    monkeypatch.setattr(subprocess, "run", watched)
    probed(making.picture())
    assert set(seen) == {"PATH", "LC_ALL"}
    assert os.environ["VAULT_MASTER_KEY"] == "a canary"


def test_a_missing_library_is_the_operators_trouble_and_not_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, 'print(\'{"missing": "PIL"}\')')
    with pytest.raises(ConfigurationError, match="PIL"):
        probed(making.picture())


def test_a_file_is_refused_while_it_arrives_as_soon_as_it_is_seen_to_be_nothing_for_us(now: datetime) -> None:
    staged = Staged()
    with pytest.raises(Invalid):
        staged.write(b"#!/bin/sh\n" + b"#" * 2000)
    staged.close()
    assert not staged.path.exists()
