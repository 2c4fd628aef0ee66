"""What a page must have so that everybody can use it, as far as its HTML tells: names of controls, headings, landmarks, tables.

A browser sees more (contrast, focus, what scripts make); this is what can be proved of every page in milliseconds.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from typing import Final

VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_CONTROLS: Final = frozenset({"input", "select", "textarea"})
#: Elements that must not be inside each other: what is pressed is one thing.
_PRESSED: Final = frozenset({"a", "button"})


@dataclass
class Element:
    """An element with what is in it."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    children: list["Element"] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Everything that is written in it, and the names of its pictures."""
        own = [*self.words, self.attributes.get("alt", "")] if self.tag == "img" else self.words
        return " ".join(part for part in (*own, *(child.text for child in self.children)) if part.strip()).strip()

    def inside(self, tag: str) -> bool:
        """Tell whether it is in an element of this kind."""
        return self.parent is not None and (self.parent.tag == tag or self.parent.inside(tag))

    @property
    def hidden(self) -> bool:
        """Whether screen readers pass it by."""
        return self.attributes.get("aria-hidden") == "true" or (self.parent is not None and self.parent.hidden)

    def __str__(self) -> str:
        told = " ".join(f'{name}="{value}"' for name, value in list(self.attributes.items())[:4])
        return f"<{self.tag} {told}>"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.at = Element("document", {})
        self.all: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(element)
        self.all.append(element)
        if tag not in VOID:
            self.at = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        place: Element | None = self.at
        while place is not None and place.tag != tag:
            place = place.parent
        if place is not None and place.parent is not None:
            self.at = place.parent

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.at.words.append(data.strip())


def faults_of(html: str) -> list[str]:
    """Return what keeps people from using a page, in words; nothing when all is well."""
    reader = _Reader()
    reader.feed(html)
    found = reader.all
    return [*_frame(found), *_ids(found), *_controls(found), *_tables(found), *_pictures(found)]


def _frame(found: list[Element]) -> list[str]:
    faults = []
    if not any(one.tag == "html" and one.attributes.get("lang") for one in found):
        faults.append("no language")
    if not any(one.tag == "title" and one.text for one in found if not one.inside("svg")):
        faults.append("no title")
    for tag in ("main", "h1"):
        count = sum(one.tag == tag for one in found)
        if count != 1:
            faults.append(f"{count} × <{tag}>")
    levels = [int(one.tag[1]) for one in found if one.tag in {"h1", "h2", "h3", "h4"} and not one.inside("dialog")]
    faults += [
        f"a heading of level {level} after one of {before}" for before, level in pairwise(levels) if level > before + 1
    ]
    waits = [
        one
        for one in found
        if one.tag == "script" and "src" in one.attributes and not {"defer", "async"} & set(one.attributes)
    ]
    faults += [f"the first paint waits for {one}" for one in waits]
    navs = [one.attributes.get("aria-label", "") for one in found if one.tag == "nav"]
    if len(navs) > 1 and len(set(navs)) < len(navs):
        faults.append(f"navigations with the same name: {navs}")
    return faults


def _ids(found: list[Element]) -> list[str]:
    ids = [one.attributes["id"] for one in found if "id" in one.attributes]
    faults = [f"id {name} is there twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
    for one in found:
        for attribute in ("aria-labelledby", "aria-describedby", "for", "popovertarget"):
            faults += [
                f"{one}: {attribute} names nothing"
                for name in one.attributes.get(attribute, "").split()
                if name not in ids
            ]
    return faults


def _controls(found: list[Element]) -> list[str]:
    labelled = {one.attributes["for"] for one in found if one.tag == "label" and "for" in one.attributes and one.text}
    faults = []
    for one in found:
        named = bool(
            one.attributes.get("aria-label") or one.attributes.get("aria-labelledby") or one.attributes.get("title")
        )
        hidden = one.attributes.get("type") in {"hidden", "submit"} or "hidden" in one.attributes
        if (
            one.tag in _CONTROLS
            and not hidden
            and not (named or one.inside("label") or one.attributes.get("id") in labelled)
        ):
            faults.append(f"{one} has no label")
        if one.tag in {"a", "button", "summary"} and not named and not one.text and not hidden:
            faults.append(f"{one} has no name")
        if one.tag in _PRESSED and any(one.inside(tag) for tag in _PRESSED):
            faults.append(f"{one} is in something that is pressed itself")
        if one.attributes.get("tabindex", "0").strip() not in {"0", "-1"}:
            faults.append(f"{one} jumps the order of focus")
        if one.tag == "fieldset" and not any(child.tag == "legend" for child in one.children) and not named:
            faults.append(f"{one} has no legend")
        if one.tag == "a" and "href" not in one.attributes:
            faults.append(f"{one} leads nowhere")
    return faults


def _tables(found: list[Element]) -> list[str]:
    faults = []
    for table in (one for one in found if one.tag == "table"):
        if not any(child.tag == "caption" and child.text for child in table.children):
            faults.append(f"{table} has no caption")
    for header in (one for one in found if one.tag == "th"):
        if not header.text:
            faults.append(f"{header} is an empty heading of a table")
        if header.attributes.get("scope") not in {"col", "row", "colgroup", "rowgroup"}:
            faults.append(f"{header} does not say of what it is the heading")
    return faults


def _pictures(found: list[Element]) -> list[str]:
    faults = [f"{one} has no alt" for one in found if one.tag == "img" and "alt" not in one.attributes]
    for one in (one for one in found if one.tag == "svg"):
        hidden = one.hidden
        named = one.attributes.get("role") == "img" and (
            one.attributes.get("aria-label") or one.attributes.get("aria-labelledby")
        )
        if not hidden and not named and not one.inside("svg"):
            faults.append(f"{one} is neither named nor hidden")
    return faults
