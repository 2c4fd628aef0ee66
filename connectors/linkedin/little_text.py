r"""Little text, the markup of a post's ``commentary``: what is no markup must be escaped.

Source: https://learn.microsoft.com/linkedin/marketing/community-management/shares/little-text-format, read 2026-11-21. An
unescaped reserved character cuts the post there without a word, so everything is escaped but two elements: a mention as the
author writes it, ``@[Name](urn:li:organization:123)``, and the ``#`` of a hashtag.
"""

import re
from typing import Final

RESERVED: Final = "|{}@[]()<>#\\*_~"
_CLASS: Final = re.escape(RESERVED)
_URN: Final = r"urn:li:(?:organization|person):[A-Za-z0-9_-]+"
#: The author's own words: a mention (its name may hold brackets), a hashtag's sign, or one reserved character.
_AUTHORED: Final = re.compile(
    rf"@\[(?P<name>(?:(?!@\[)[^\n])+?)\]\((?P<urn>{_URN})\)"
    # Within a word, an address or a row of signs a # begins no hashtag; before a digit or letter it may.
    r"|(?P<hashtag>(?<![\w/&=?.:%+#-])#(?=[^\W_]))"
    rf"|(?P<reserved>[{_CLASS}])"
)
#: What stands on the wire: an escaped character, a hashtag's template, or a mention.
_WRITTEN: Final = re.compile(
    rf"\\(?P<escaped>[{_CLASS}])"
    r"|\{hashtag\|\\?#\|(?P<hashtag>(?:\\.|[^}\\])*)\}"
    r"|@\[(?P<name>(?:\\.|[^\]\\])*)\]\(urn:li:[^)]*\)"
)
_ESCAPED: Final = re.compile(rf"\\([{_CLASS}])")


def write(said: str) -> str:
    """Return what an author wrote as little text, in one pass, so that a backslash is never doubled twice."""
    return _AUTHORED.sub(_element, said.replace("\r\n", "\n").replace("\r", "\n"))


def length(said: str) -> int:
    """Return how long a text is for the limit: as it is sent, escapes and all, which is the safe side."""
    return len(write(said))


def visible(written: str) -> str:
    """Return what people read of little text, fit to be compared: mentions by name, lines without trailing blanks."""
    plain = _WRITTEN.sub(_shown, written)
    return "\n".join(line.rstrip() for line in plain.strip().splitlines())


def _element(found: re.Match[str]) -> str:
    if found["urn"]:
        return f"@[{_escape(found['name'])}]({found['urn']})"
    return found["hashtag"] or "\\" + found["reserved"]


def _escape(plain: str) -> str:
    return re.sub(rf"([{_CLASS}])", r"\\\1", plain)


def _shown(found: re.Match[str]) -> str:
    if found["escaped"]:
        return found["escaped"]
    if found["hashtag"] is not None:
        return "#" + _ESCAPED.sub(r"\1", found["hashtag"])
    return _ESCAPED.sub(r"\1", found["name"])
