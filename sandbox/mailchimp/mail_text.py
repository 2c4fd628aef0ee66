"""The words of a mail: plain text of HTML, links in it, the footer it must have, and merge tags filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser

UNSUBSCRIBE = "*|UNSUB|*"
_TAG = re.compile(r"\*\|([A-Z0-9_:]+)\|\*")
_COMMENT = re.compile(r"<!--.*?(-->|\Z)", re.DOTALL)
_BLOCKS = frozenset(
    ("p", "div", "br", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "table", "ul", "ol", "blockquote")
)
_UNSEEN = frozenset(("style", "script", "title", "head"))
# What a sender must say, for those who forgot it.
FOOTER_HTML = (
    '<p style="text-align:center;font-size:12px"><em>Copyright *|CURRENT_YEAR|* *|LIST:COMPANY|*</em><br>*|LIST:DESCRIPTION|*<br>'
    '*|HTML:LIST_ADDRESS_HTML|*<br><a href="*|UNSUB|*">unsubscribe from this list</a></p>'
)
FOOTER_TEXT = "\n\n==============================================\n*|LIST:DESCRIPTION|*\nUnsubscribe: *|UNSUB|*"


class _Reader(HTMLParser):
    """Gather what people read, where links lead, and which pictures are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.links: list[str] = []
        self.pictures: list[tuple[str, str]] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Break lines at blocks and note addresses."""
        if tag in _UNSEEN:
            self._hidden += 1
        if tag in _BLOCKS:
            self.pieces.append("\n")
        said = dict(attrs)
        target, source = said.get("href"), said.get("src")
        if tag == "a" and target:
            self.links.append(target)
        if tag == "img" and source:
            self.pictures.append((source, said.get("alt") or ""))

    def handle_endtag(self, tag: str) -> None:
        """Break lines after blocks."""
        if tag in _UNSEEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS - {"br"}:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep words that are seen."""
        if not self._hidden:
            self.pieces.append(re.sub(r"\s+", " ", data))


def plain_of(html: str) -> str:
    """Return what people read in HTML."""
    text = "".join(_read(html).pieces)
    lines = [line.strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def links_in(html: str) -> list[str]:
    """Return where the links of a mail lead, each once; merge tags are nobody's website."""
    found = _read(_COMMENT.sub("", html)).links
    return list(dict.fromkeys(link for link in found if link.startswith(("http://", "https://"))))


def pictures_in(html: str) -> list[tuple[str, str]]:
    """Return the pictures of a mail: where each is fetched from, and the words for it."""
    return _read(_COMMENT.sub("", html)).pictures


def can_be_left(html: str) -> bool:
    """Say whether a reader finds the link out; one inside a comment, even an unclosed one, is not found."""
    return UNSUBSCRIBE in _COMMENT.sub("", html)


def with_footer(html: str) -> str:
    """Add the footer that the platform adds when the mail has none."""
    if can_be_left(html):
        return html
    head, closing, tail = html.rpartition("</body>")
    return f"{head}{FOOTER_HTML}{closing}{tail}" if closing else f"{html}{FOOTER_HTML}"


def text_with_footer(text: str) -> str:
    """Do the same for plain text."""
    return text if UNSUBSCRIBE in text else f"{text}{FOOTER_TEXT}"


def filled(text: str, values: Mapping[str, str], *, html: bool) -> str:
    """Fill merge tags in as they are for one reader; unknown ones are left as they stand."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1])
        if found is None:
            return match[0]
        return escape(found) if html and not match[1].startswith("HTML:") else found

    return _TAG.sub(value, text)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader
