"""The runbook: ``docs/runbook.md``, read as data. It has a section for every alert and every code, and an address for each.

The address is the same in the repository, on the site of the documentation and in the running hub, which serves the page itself.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

PATH: Final = "/docs/runbook"
FILE: Final = "docs/runbook.md"
#: What every section says, in this order.
POINTS: Final = ("You see", "It means", "Look first", "Causes", "Over when")
#: Where codes that are not ours have theirs.
_OF_DJANGO: Final = "security."
_DJANGO_ANCHOR: Final = "codes-of-django"

_POINT: Final = re.compile(r"- \*\*([A-Z][a-z ]+)\*\*: (.+)")
_INLINE: Final = re.compile(r"`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|\*([^*]+)\*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One section: an alert or a code, and what each of its points says, as HTML."""

    name: str
    points: tuple[tuple[str, SafeString], ...]

    @property
    def anchor(self) -> str:
        """Return where it stands on the page."""
        return anchor_of(self.name)


@dataclass(frozen=True, slots=True)
class Chapter:
    """Sections that belong together, with what stands above them."""

    title: str
    words: tuple[SafeString, ...]
    entries: tuple[Entry, ...]

    @property
    def anchor(self) -> str:
        """Return where it stands on the page."""
        return anchor_of(self.title)


def anchor_of(words: str) -> str:
    """Return the anchor of a heading, as GitHub and the site of the documentation make it."""
    return re.sub(r"[^\w\- ]", "", words.lower()).strip().replace(" ", "-")


def path_of(name: str) -> str:
    """Return where the hub's page tells of an alert or a code."""
    return f"{PATH}#{_DJANGO_ANCHOR if name.startswith(_OF_DJANGO) else anchor_of(name)}"


def url_of(name: str) -> str:
    """Return the same with the hub's host, for mails and other places outside."""
    return f"{settings.PUBLIC_URL}{path_of(name)}"


@lru_cache(maxsize=1)
def chapters() -> tuple[Chapter, ...]:
    """Return the whole page. The file comes with the release, so it is read once."""
    text = (settings.BASE_DIR / FILE).read_text(encoding="utf-8")
    _, *parts = re.split(r"^## ", text, flags=re.M)
    return tuple(_chapter(part) for part in parts)


def _chapter(text: str) -> Chapter:
    head, *sections = re.split(r"^### ", text, flags=re.M)
    title, _, words = head.partition("\n")
    paragraphs = [" ".join(one.split("\n")) for one in words.strip().split("\n\n") if one]
    return Chapter(title.strip(), tuple(_html(one) for one in paragraphs), tuple(_entry(one) for one in sections))


def _entry(text: str) -> Entry:
    name, _, points = text.partition("\n")
    return Entry(name.strip().strip("`"), tuple((label, _html(words)) for label, words in _POINT.findall(points)))


def _html(words: str) -> SafeString:
    """Return a paragraph's words with its code, emphasis and links; what leads to other pages of the documents stays as words."""
    done: list[str] = []
    end = 0
    for hit in _INLINE.finditer(words):
        done.append(escape(words[end : hit.start()]))
        end = hit.end()
        code, label, target, stressed = hit.groups()
        if code is not None:
            done.append(f"<code>{escape(code)}</code>")
        elif stressed is not None:
            done.append(f"<em>{escape(stressed)}</em>")
        elif target.startswith(("#", "https://")):
            done.append(f'<a href="{escape(target)}">{_html(label)}</a>')
        else:
            done.append(f"{_html(label)} (docs/{escape(target)})")
    return mark_safe("".join([*done, escape(words[end:])]))  # noqa: S308 - escaped above, piece by piece
