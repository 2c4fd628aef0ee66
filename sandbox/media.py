"""media.sandbox.example: pictures and films made by code, what the platforms keep, and addresses planted by tests."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from sandbox import pictures
from sandbox.fetching import Errand, Fetched, Fetcher
from sandbox.probing import probe
from sandbox.store import Store

MEDIA_HOST = "media.sandbox.example"
_MIME = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp", "mp4": "video/mp4"}
# `/1080x1350.jpg`, `/1080x1350-3.jpg` (in the third colour), `/1080x1920-12s.mp4`.
_SIZED = re.compile(r"/(\d{1,4})x(\d{1,4})(?:-(\d{1,4})(s?))?\.(jpg|png|gif|webp|mp4)")
_KEPT = re.compile(r"/kept/([0-9a-f]{64})")
_MOVED = "/moved.jpg"

_NAMED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "/square.jpg": ("image/jpeg", lambda: pictures.jpeg(1080, 1080, 1)),
    "/portrait.jpg": ("image/jpeg", lambda: pictures.jpeg(1080, 1350, 2)),
    "/landscape.jpg": ("image/jpeg", lambda: pictures.jpeg(1080, 566, 3)),
    "/tall.jpg": ("image/jpeg", lambda: pictures.jpeg(1080, 1920, 4)),
    "/wide.jpg": ("image/jpeg", lambda: pictures.jpeg(2000, 500, 5)),
    "/five-megabytes.jpg": ("image/jpeg", lambda: pictures.jpeg(1080, 1080, 6, at_least=5 << 20)),
    "/nine-megabytes.jpg": ("image/jpeg", lambda: pictures.jpeg(1080, 1080, 7, at_least=9 << 20)),
    "/photo.png": ("image/png", lambda: pictures.png(1080, 1080, 1)),
    "/animation.gif": ("image/gif", lambda: pictures.gif(480, 480)),
    "/picture.webp": ("image/webp", lambda: pictures.webp(1080, 1080)),
    "/reel.mp4": ("video/mp4", lambda: pictures.mp4(1080, 1920, 12)),
    "/clip.mp4": ("video/mp4", lambda: pictures.mp4(1280, 720, 20)),
    "/blink.mp4": ("video/mp4", lambda: pictures.mp4(1080, 1920, 1)),
    "/long.mp4": ("video/mp4", lambda: pictures.mp4(1080, 1920, 1200)),
    "/moov-last.mp4": ("video/mp4", lambda: pictures.mp4(1080, 1920, 12, moov_first=False)),
    "/edit-list.mp4": ("video/mp4", lambda: pictures.mp4(1080, 1920, 12, edit_list=True)),
    "/old-codec.mp4": ("video/mp4", lambda: pictures.mp4(1080, 1920, 12, codec="mp4v")),
    "/broken.mp4": ("video/mp4", lambda: b"\0\0\0\x18ftypisom" + bytes(20_000)),
    "/page.html": ("text/html", lambda: b"<!doctype html><title>Not a picture</title>" + b" " * 512),
}


@dataclass
class Planted:
    """What an address answers with, instead of the network."""

    digest: str
    content_type: str
    status: int = 200
    location: str = ""


class Media:
    """Serve, keep and fetch files."""

    def __init__(self, store: Store, lock: threading.RLock, fetcher: Fetcher) -> None:
        self._store = store
        self._lock = lock
        self._planted = store.collection("planted", Planted)
        self.fetcher = fetcher

    def keep(self, body: bytes) -> str:
        """Keep a file and return its sha256; the world's lock is held."""
        return self._store.put_blob(body)

    def kept(self, digest: str) -> bytes | None:
        """Return a kept file by its sha256."""
        with self._lock:
            return self._store.blob(digest)

    @staticmethod
    def path(digest: str) -> str:
        """Return where a kept file is shown, as a path on this sandbox."""
        return f"/{MEDIA_HOST}/kept/{digest}"

    def plant(self, url: str, body: bytes, content_type: str = "", *, status: int = 200, location: str = "") -> str:
        """Let an address answer with these bytes from now on."""
        with self._lock:
            digest = self.keep(body)
            self._planted.put(url, Planted(digest, content_type, status, location))
            self._store.commit()
        return digest

    def fetch(self, errand: Errand) -> Fetched:
        """Run an errand: planted addresses first, then this town's own media, then the network."""
        with self._lock:
            planted = self._planted.get(errand.url)
            body = self._store.blob(planted.digest) if planted else None
        if planted is not None:
            return _limited(Fetched(planted.status, body or b"", planted.content_type, planted.location), errand)
        path = _own_path(errand.url)
        if path is None:
            return self.fetcher.fetch(errand)
        found = self._find(path)
        if path == _MOVED:
            return Fetched(302, location=errand.url.replace(_MOVED, "/square.jpg"))
        return Fetched(404) if found is None else _limited(Fetched(200, found[1], found[0]), errand)

    def answer(self, path: str) -> Response:
        """Serve a file to a browser."""
        if path == _MOVED:
            return Response(status=302, headers={"Location": "square.jpg"})
        found = self._find(path)
        if found is None:
            return Response("No such picture.", 404, mimetype="text/plain")
        response = Response(found[1], mimetype=found[0])
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = "default-src 'none'"
        response.headers["Cache-Control"] = "max-age=300"
        return response

    def _find(self, path: str) -> tuple[str, bytes] | None:
        kept = _KEPT.fullmatch(path)
        if kept:
            body = self.kept(kept[1])
            return None if body is None else (probe(body).mime or "application/octet-stream", body)
        if path in _NAMED:
            mime, make = _NAMED[path]
            return mime, make()
        sized = _SIZED.fullmatch(path)
        return None if sized is None else _sized(sized)


def _sized(asked: re.Match[str]) -> tuple[str, bytes] | None:
    width, height, number, kind = int(asked[1]), int(asked[2]), int(asked[3] or 0), asked[5]
    if not (0 < width <= 4096 and 0 < height <= 4096):
        return None
    if kind == "mp4":
        return _MIME[kind], pictures.mp4(width, height, number or 10)
    if kind in ("jpg", "png"):
        make = pictures.jpeg if kind == "jpg" else pictures.png
        return _MIME[kind], make(width, height, number)
    return _MIME[kind], pictures.gif(width, height) if kind == "gif" else pictures.webp(width, height)


def _own_path(url: str) -> str | None:
    """Return the path of an address on this town's media host, named or as a prefix; None for other addresses."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    if host == MEDIA_HOST:
        return parts.path
    prefix = f"/{MEDIA_HOST}"
    if host in ("127.0.0.1", "localhost", "::1") and parts.path.startswith(f"{prefix}/"):
        return parts.path.removeprefix(prefix)
    return None


def _limited(answer: Fetched, errand: Errand) -> Fetched:
    too_large = len(answer.body) > errand.most_bytes
    return Fetched(problem=f"it is larger than {errand.most_bytes} bytes") if too_large else answer
