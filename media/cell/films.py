"""Videos: size as shown, duration, codecs, rates, and how the container is laid out. Read by MediaInfo, which decodes nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pymediainfo import MediaInfo

from media.cell.words import Refused, damaged

#: MediaInfo's words and those the rest of the world uses.
CODECS: Final = {
    "avc": "h264",
    "hevc": "hevc",
    "av1": "av1",
    "vp8": "vp8",
    "vp9": "vp9",
    "mpeg-4 visual": "mpeg4",
    "mpeg video": "mpeg2video",
    "prores": "prores",
    "jpeg": "mjpeg",
    "aac": "aac",
    "ac-3": "ac3",
    "e-ac-3": "eac3",
    "mpeg audio": "mp3",
    "opus": "opus",
    "vorbis": "vorbis",
    "pcm": "pcm",
    "alac": "alac",
    "flac": "flac",
}
MOST_ATOMS: Final = 10_000


def probe(path: Path, *, content_type: str) -> dict[str, Any]:
    """Return what a video is; raises ``Refused``."""
    layout = {} if content_type == "video/webm" else _layout(path)
    if not MediaInfo.can_parse():
        raise ImportError("MediaInfo's library does not load", name="libmediainfo")
    tracks = [track.to_data() for track in MediaInfo.parse(path, parse_speed=0.3).tracks]
    general: dict[str, Any] = next((track for track in tracks if track["track_type"] == "General"), {})
    video = next((track for track in tracks if track["track_type"] == "Video"), None)
    audio: dict[str, Any] = next((track for track in tracks if track["track_type"] == "Audio"), {})
    if video is None:
        if audio:
            raise Refused("file_unsupported", "The file holds sound and no picture.", "Send a video.")
        raise damaged("it begins like a video and holds none")
    width, height = _whole(video.get("width")), _whole(video.get("height"))
    duration = _number(general.get("duration")) or _number(video.get("duration"))
    if not width or not height:
        raise damaged("the size of the video's picture is not told")
    if not duration:
        raise damaged("how long the video plays is not told")
    rotation = round(_number(video.get("rotation")) or 0) % 360
    if rotation in {90, 270}:
        width, height = height, width
    facts = {
        "container": str(general.get("format") or "").lower(),
        "video_codec": _codec(video),
        "video_profile": video.get("format_profile"),
        "video_bit_rate": _whole(video.get("bit_rate")),
        "frame_rate": _number(video.get("frame_rate")) or _number(general.get("frame_rate")),
        "frame_rate_mode": {"CFR": "constant", "VFR": "variable"}.get(str(video.get("frame_rate_mode"))),
        "bit_depth": _whole(video.get("bit_depth")),
        "chroma": video.get("chroma_subsampling"),
        "scan": str(video.get("scan_type") or "").lower(),
        "pixel_aspect": _number(video.get("pixel_aspect_ratio")),
        "rotation": rotation or None,
        "audio_codec": _codec(audio),
        "audio_channels": _whole(audio.get("channel_s")),
        "audio_sample_rate": _whole(audio.get("sampling_rate")),
        "audio_bit_rate": _whole(audio.get("bit_rate")),
        "bit_rate": _whole(general.get("overall_bit_rate")),
        "video_tracks": sum(track["track_type"] == "Video" for track in tracks),
        "audio_tracks": sum(track["track_type"] == "Audio" for track in tracks),
        **layout,
    }
    return {
        "content_type": content_type,
        "width": width,
        "height": height,
        "duration_ms": round(duration),
        "facts": {name: value for name, value in facts.items() if value not in (None, "")},
    }


def _codec(track: dict[str, Any]) -> str:
    told = str(track.get("format") or "").lower()
    return CODECS.get(told, told)


def _layout(path: Path) -> dict[str, Any]:
    """Return the brand, and whether the index stands before the pictures; raises ``Refused`` when a part is cut off."""
    found: dict[str, Any] = {}
    order: list[bytes] = []
    for name, start, end in _atoms(path):
        if end > path.stat().st_size:
            raise damaged(f"it is cut off: {end - path.stat().st_size:,} bytes are missing")
        order.append(name)
        if name == b"ftyp" and "brand" not in found:
            with path.open("rb") as file:
                file.seek(start + 8)
                found["brand"] = file.read(4).decode("latin-1").strip()
    if b"moov" not in order:
        raise damaged("its index (moov) is missing, as when a recording or a transfer was broken off")
    if b"mdat" in order:
        found["moov_first"] = order.index(b"moov") < order.index(b"mdat")
    return found


def _atoms(path: Path) -> Iterator[tuple[bytes, int, int]]:
    """Yield the outermost parts of an MP4 or MOV: name, start, end."""
    size, place = path.stat().st_size, 0
    with path.open("rb") as file:
        for _ in range(MOST_ATOMS):
            if place + 8 > size:
                return
            file.seek(place)
            header = file.read(16)
            length, name = int.from_bytes(header[:4], "big"), header[4:8]
            if length == 1:
                length = int.from_bytes(header[8:16], "big")
            elif length == 0:
                length = size - place
            if length < 8:
                raise damaged("its parts do not fit together")
            yield name, place, place + length
            place += length
    raise damaged("it has far too many parts")


def _number(value: Any) -> float | None:
    try:
        return round(float(value), 3) if value not in (None, "") else None
    except (TypeError, ValueError):
        return None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else round(number)
