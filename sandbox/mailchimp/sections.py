"""Editable areas of a template: elements marked `mc:edit`, found and filled."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)


class _Finder(HTMLParser):
    """Note where the inside of each marked element begins and ends."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.areas: dict[str, tuple[int, int]] = {}
        self._open: list[tuple[str, str, int]] = []
        self._lines = [0]
        for line in html.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element, marked or not."""
        if tag not in _VOID:
            begins = self._here() + len(self.get_starttag_text() or "")
            self._open.append((tag, dict(attrs).get("mc:edit") or "", begins))

    def handle_endtag(self, tag: str) -> None:
        """Close it, and whatever was left open inside."""
        for position in range(len(self._open) - 1, -1, -1):
            if self._open[position][0] == tag:
                _, name, begins = self._open[position]
                del self._open[position:]
                if name:
                    self.areas[name] = (begins, self._here())
                return

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


def default_content(html: str) -> dict[str, str]:
    """Return what stands in each editable area."""
    return {name: html[begins:ends] for name, (begins, ends) in _Finder(html).areas.items()}


def fill(html: str, sections: Mapping[str, str]) -> str:
    """Return the template with other words in its areas; names it does not have are passed over."""
    areas = _Finder(html).areas
    for name, (begins, ends) in sorted(areas.items(), key=lambda item: item[1], reverse=True):
        if name in sections:
            html = html[:begins] + sections[name] + html[ends:]
    return html
