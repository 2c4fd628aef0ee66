"""Files that arrive: fetched from an address as the platform fetches, or taken from the body, and looked at."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from sandbox.fetching import Errand, Fetched
from sandbox.meta.ask import Ask
from sandbox.meta.errors import GraphError, invalid
from sandbox.probing import Probe, probe

AGENT = "facebookexternalhit/1.1"
PHOTO_TOO_LARGE, BAD_URL, BAD_FILE = 1366046, 2061006, 2069019
VIDEO_FORMAT, VIDEO_TOO_SMALL, VIDEO_NOT_FETCHED = 352, 382, 389
_SMALLEST_VIDEO = 256
_PHOTO_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/bmp", "image/tiff"})
# Addresses of the platform's own stores, which it refuses to fetch from.
_OWN_STORES = ("fbcdn.net", "cdninstagram.com")


@dataclass(frozen=True)
class Arrived:
    """A file that is here."""

    body: bytes
    probe: Probe

    def keep(self, ask: Ask) -> str:
        """Keep the bytes and return their sha256."""
        return ask.world.media.keep(self.body)


def fetched(ask: Ask, url: str) -> Fetched:
    """Fetch an address as the platform's crawler does: robots.txt first, and no more redirects than a switch allows."""
    left = ask.world.switches.number("meta.fetch_redirects")
    timeout_s = float(ask.world.switches.number("meta.fetch_timeout_s"))
    while True:
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:
            host = ""
        if any(host == store or host.endswith(f".{store}") for store in _OWN_STORES):
            return Fetched(problem="the platform does not fetch from its own stores")
        if _barred(ask, url, timeout_s):
            return Fetched(problem="robots.txt forbids it")
        answer = ask.call.fetch(Errand(url, headers=(("User-Agent", AGENT),), timeout_s=timeout_s))
        if answer.status not in (301, 302, 303, 307, 308) or not answer.location:
            return answer
        if left == 0:
            return Fetched(answer.status, problem="it redirects")
        left -= 1
        url = urljoin(url, answer.location)


def photo(ask: Ask) -> Arrived:
    """Return the photo a call brings, by `url` or as the part `source`; refused when it is none or too large."""
    body = ask.call.upload("source")
    url = ask.text("url")
    if (body is None) == (not url):
        raise invalid("Give either url or the file source.")
    if body is None:
        answer = fetched(ask, url)
        if not answer.ok:
            raise page_trouble(ask, BAD_URL, f"The photo could not be fetched: {_why(answer)}.")
        body = answer.body
    seen = probe(body)
    if seen.kind != "image":
        raise page_trouble(ask, BAD_FILE, "Missing or invalid image file.")
    most_mb = ask.world.switches.number("meta.photo_max_mb")
    if len(body) > most_mb * 1024 * 1024 or seen.mime not in _PHOTO_TYPES:
        raise page_trouble(ask, PHOTO_TOO_LARGE, f"Photos should be smaller than {most_mb} MB and saved as JPG or PNG.")
    return Arrived(body, seen)


def video_by_url(ask: Ask, url: str) -> Arrived:
    """Return the video behind an address; 389 when it cannot be fetched."""
    answer = fetched(ask, url)
    if not answer.ok:
        raise GraphError(
            VIDEO_NOT_FETCHED, f"(#389) Unable to fetch video file from URL: {_why(answer)}.", user_title="No video"
        )
    return video(answer.body)


def video(body: bytes) -> Arrived:
    """Return the video in a body; 382 when there is next to nothing. What it is shows later."""
    if len(body) < _SMALLEST_VIDEO:
        raise GraphError(VIDEO_TOO_SMALL, "(#382) The video file you tried to upload is too small.")
    return Arrived(body, probe(body))


def joined(ask: Ask, chunks: list[str]) -> bytes:
    """Return a file that arrived in pieces as one."""
    return b"".join(ask.world.media.kept(digest) or b"" for digest in chunks)


def unsupported_video() -> GraphError:
    """Refuse what is no video."""
    return GraphError(
        VIDEO_FORMAT,
        "(#352) The video file you selected is in a format that we don't support.",
        user_title="Unsupported video format",
        user_msg="Please choose an MP4 or MOV file.",
    )


def page_trouble(ask: Ask, number: int, advice: str) -> GraphError:
    """Refuse with one of the numbers seen in production, whose place in the error is a switch."""
    if ask.world.switches.word("meta.link_errors_as") == "code":
        return GraphError(number, f"(#{number}) {advice}")
    return invalid("Invalid parameter", number, title="Not accepted", advice=advice)


def _barred(ask: Ask, url: str, timeout_s: float) -> bool:
    if not ask.world.switches.flag("meta.obey_robots"):
        return False
    rules = ask.call.fetch(
        Errand(
            urljoin(url, "/robots.txt"),
            headers=(("User-Agent", AGENT),),
            timeout_s=timeout_s,
            most_bytes=512 * 1024,
        )
    )
    if not rules.ok or rules.content_type == "text/html":
        return False
    parser = RobotFileParser()
    parser.parse(rules.body.decode("utf-8", "replace").splitlines())
    return not parser.can_fetch(AGENT, url)


def _why(answer: Fetched) -> str:
    return answer.problem or f"it answered {answer.status}"
