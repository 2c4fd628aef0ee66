"""Pages of HTML: one template environment for the whole town, one stylesheet written into each page."""

from __future__ import annotations

import re
import secrets
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

_HERE = Path(__file__).parent
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_HUES = 8


def page(template: str, *, status: int = 200, **values: Any) -> Response:
    """Render a template below `sandbox/` as a complete page that loads nothing from anywhere."""
    nonce = secrets.token_urlsafe(12)
    body = _ENVIRONMENT.get_template(template).render(nonce=nonce, **values)
    response = Response(body, status, content_type="text/html; charset=utf-8")
    response.headers.update(
        {
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src 'self' data:; "
                "media-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
            ),
            "X-Content-Type-Options": "nosniff",
            # The address of a consent page carries a state; keep it from whatever is linked here.
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
    )
    return response


def linked(text: str) -> Markup:
    """Return text as HTML with its web addresses as links."""
    pieces: list[Markup] = []
    position = 0
    for match in _LINK.finditer(text):
        pieces.append(escape(text[position : match.start()]))
        url = escape(match[0])
        pieces.append(Markup('<a href="{0}" rel="nofollow noopener noreferrer">{0}</a>').format(url))
        position = match.end()
    pieces.append(escape(text[position:]))
    return Markup("").join(pieces)


def initials(name: str) -> str:
    """Return one or two letters that stand for a name."""
    words = [word for word in name.lstrip("@").split() if word[0].isalnum()] or [name]
    return "".join(word[0] for word in (words[0], *words[-1:])[: min(2, len(words))]).upper()


def hue(key: str) -> int:
    """Return the number of the colour that belongs to an id, always the same."""
    return zlib.crc32(key.encode()) % _HUES


def ago(moment: float, now: float) -> str:
    """Tell how long ago (or ahead) a moment is, in few words."""
    distance = int(abs(now - moment))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if distance >= size:
            words = f"{distance // size} {unit}"
            break
    else:
        words = "now" if distance < 5 else f"{distance} s"
    if words == "now":
        return "just now"
    return f"in {words}" if moment > now else f"{words} ago"


def exact(moment: float) -> str:
    """Write a moment out."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_ENVIRONMENT.filters.update({"linked": linked, "initials": initials, "hue": hue, "ago": ago, "exact": exact})
