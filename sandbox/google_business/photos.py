"""Photos fetched by address: where the platform looks, what it takes, and how it refuses the rest."""

from __future__ import annotations

from urllib.parse import urljoin

from sandbox.calls import Call
from sandbox.fetching import Errand, Fetched
from sandbox.google_business.errors import Flaw, validation
from sandbox.probing import Probe, probe
from sandbox.switches import Switches

FETCH_MOST = 26_214_400
BYTES_LEAST, BYTES_MOST = 10_240, 5 * 1024 * 1024
_NOT_FETCHED, _TOO_SMALL, _TOO_LARGE, _BAD_FORMAT, _FETCHED_TOO_MUCH = 1000, 1001, 1002, 1003, 1004
_REDIRECTS = 5
_AGENT = ("User-Agent", "Google-Business-Profile-Sandbox")
_FLOORS = {"400x300": (400, 300), "250x250": (250, 250)}


def take(call: Call, switches: Switches, url: str) -> tuple[bytes, Probe]:
    """Fetch the photo of a post; refuse what a post would not take."""
    body = fetch(call, url)
    return body, judge(body, *_FLOORS[switches.word("google_business.photo_floor")])


def judge(body: bytes, width: int = 250, height: int = 250) -> Probe:
    """Look at a photo; refuse what is none, or none of a fitting format and size."""
    seen = probe(body)
    if seen.kind != "image":
        raise validation(Flaw(_NOT_FETCHED, "", "Fetching image failed."))
    if seen.mime not in ("image/jpeg", "image/png"):
        raise validation(Flaw(_BAD_FORMAT, "", f"Unsupported image format: {seen.mime}."))
    if len(body) < BYTES_LEAST or seen.width < width or seen.height < height:
        raise validation(
            Flaw(
                _TOO_SMALL,
                "",
                f"Image too small: {seen.width}x{seen.height}, {len(body)} bytes; at least {width}x"
                f"{height} and {BYTES_LEAST} bytes.",
            )
        )
    if len(body) > BYTES_MOST:
        raise validation(Flaw(_TOO_LARGE, "", f"Image too large: {len(body)} bytes (max: {BYTES_MOST})."))
    return seen


def fetch(call: Call, url: str) -> bytes:
    """Return the bytes behind an address, following a few redirects; refuse when there are none."""
    for _ in range(_REDIRECTS + 1):
        answer = call.fetch(Errand(url, headers=(_AGENT,), timeout_s=10.0, most_bytes=FETCH_MOST))
        if not answer.location or answer.status // 100 != 3:
            break
        url = urljoin(url, answer.location)
    if _is_too_much(answer):
        raise validation(Flaw(_FETCHED_TOO_MUCH, "", f"Media fetch response bytes too large (max: {FETCH_MOST}B)."))
    if not answer.ok or not answer.body:
        raise validation(Flaw(_NOT_FETCHED, "", "Fetching image failed."))
    return answer.body


def _is_too_much(answer: Fetched) -> bool:
    return answer.problem.startswith("it is larger")
