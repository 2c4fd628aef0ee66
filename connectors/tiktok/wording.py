"""How TikTok counts text: in UTF-16 units, so that an emoji is two and a family of emoji many.

Source: https://developers.tiktok.com/doc/content-posting-api-reference-direct-post, text of 2026-09-11.
"""

from typing import Final

#: Of a video, which TikTok calls its title.
LONGEST_CAPTION: Final = 2_200
#: Of a post of photos.
LONGEST_TITLE: Final = 90
LONGEST_DESCRIPTION: Final = 4_000
#: The Display API tells no more of a caption than this.
LONGEST_TOLD: Final = 150


def length(text: str) -> int:
    """Return how long TikTok takes a text to be."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain(text: str) -> str:
    """Return a text as it is compared: TikTok may change its white space."""
    return " ".join(text.split())
