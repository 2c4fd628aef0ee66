"""The kinds of posts that are published in a storm, and the labelled points that each of them passes.

A kind is told from what a worker holds in its hands (``kind_of``), so that a wish for one kind meets that kind and no other.
Weights make plain texts the majority: files cost a hundred times as much, and two cores must do for all of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.chaos.wishes import AFTER_NOTE, AFTER_PART, AFTER_PROCESSING, CORE, Wish

#: The kinds of places, as the connectors call them, and what they are called here.
PLACES: Final = {
    "facebook_page": "page",
    "instagram_account": "ig",
    "linkedin_member": "li_member",
    "linkedin_organization": "li_org",
    "google_business_location": "gb",
    "audience": "mc",
    "tiktok_creator": "tt",
}
COMMENT: Final = "comment"

_NOTED: Final = (*CORE, AFTER_NOTE)
_FILED: Final = (*_NOTED, AFTER_PART)
_AWAITED: Final = (*_FILED, AFTER_PROCESSING)
#: Google fetches files itself, and takes a while to decide on what it has taken.
_DECIDED: Final = (*_NOTED, AFTER_PROCESSING)


@dataclass(frozen=True)
class Kind:
    """One kind of post: where it goes, what it is made of, how often it is written (of a hundred), and what it passes."""

    name: str
    place: str
    weight: float
    points: tuple[str, ...] = CORE
    #: What its files are: ``photo``, ``film`` or ``paper``.
    files: tuple[str, ...] = ()
    link: bool = False
    #: Stories carry no words, and are known by their file alone.
    words: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)
    #: How many of a hundred get a first comment.
    comments: int = 0


_STORY: Final = {"format": "story"}
_REEL: Final = {"format": "reel"}
_EVENT: Final = {
    "post_type": "EVENT",
    "event": {
        "title": "Chaos",
        "start_date": "2031-12-04",
        "start_time": "19:00",
        "end_date": "2031-12-04",
        "end_time": "22:00",
    },
}
_MAIL: Final = {"subject": "Chaos"}
_CHOSEN: Final = {"privacy_level": "PUBLIC_TO_EVERYONE", "consent": True}

KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind("page_text", "page", 44, comments=6),
        Kind("page_link", "page", 14, link=True),
        Kind("page_photo", "page", 3, _FILED, ("photo",), comments=20),
        Kind("page_photos", "page", 1.5, _FILED, ("photo", "photo", "photo")),
        Kind("page_video", "page", 1.5, _AWAITED, ("film",)),
        Kind("page_reel", "page", 1.5, _AWAITED, ("film",), settings=_REEL),
        Kind("page_story", "page", 1.5, _FILED, ("photo",), words=False, settings=_STORY),
        Kind("page_video_story", "page", 1, _AWAITED, ("film",), words=False, settings=_STORY),
        Kind("ig_image", "ig", 3, _AWAITED, ("photo",), comments=20),
        Kind("ig_carousel", "ig", 1.5, _AWAITED, ("photo", "photo")),
        Kind("ig_reel", "ig", 1.5, _AWAITED, ("film",), settings=_REEL),
        Kind("ig_story", "ig", 1.5, _AWAITED, ("photo",), words=False, settings=_STORY),
        Kind("li_member_text", "li_member", 6, _NOTED),
        Kind("li_member_image", "li_member", 1, _AWAITED, ("photo",)),
        Kind("li_org_text", "li_org", 9, _NOTED, comments=15),
        Kind("li_org_link", "li_org", 3, _NOTED, link=True),
        Kind("li_org_image", "li_org", 2, _AWAITED, ("photo",)),
        Kind("li_org_images", "li_org", 1, _AWAITED, ("photo", "photo")),
        Kind("li_org_video", "li_org", 1, _AWAITED, ("film",)),
        Kind("li_org_document", "li_org", 1, _AWAITED, ("paper",)),
        Kind("li_org_poll", "li_org", 1, _NOTED),
        Kind("gb_text", "gb", 4, _DECIDED),
        Kind("gb_image", "gb", 1.5, _DECIDED, ("photo",)),
        Kind("gb_event", "gb", 1.5, _DECIDED, settings=_EVENT),
        Kind("mc_text", "mc", 4, _NOTED, settings=_MAIL),
        Kind("mc_image", "mc", 1, _FILED, ("photo",), settings=_MAIL),
        Kind("tt_video", "tt", 2, _AWAITED, ("film",), settings=_CHOSEN),
        Kind("tt_image", "tt", 1, _DECIDED, ("photo",), settings=_CHOSEN),
    )
}
#: First comments are jobs of their own; each is written under a post of the kind named here.
COMMENTS: Final = {"page_comment": "page_text", "ig_comment": "ig_image", "li_org_comment": "li_org_text"}
#: Nobody but the author can read a member's posts through LinkedIn's API (docs/platforms/linkedin.md, r_member_social), and
#: its duplicate check is documented for texts alone, not for posts with files. TikTok lists no photos, and names them in the answer
#: alone. What is in doubt here, a person must look up.
NOBODY_CAN_LOOK: Final = frozenset({"li_member_text", "li_member_image", "tt_image"})


def points_of(kind: str) -> tuple[str, ...]:
    """Return the labelled points that a kind passes, comments included."""
    return KINDS[kind].points if kind in KINDS else CORE


def every_wish() -> list[Wish]:
    """Return each point of each kind once."""
    return [Wish(point, kind) for kind in (*KINDS, *COMMENTS) for point in points_of(kind)]


def some_wishes(seed: int, *, each: int) -> list[Wish]:
    """Return every point so often, with kinds that change with the seed, so that many runs together meet them all."""
    chosen = []
    points = sorted({wish.point for wish in every_wish()})
    for number, point in enumerate(points):
        passing = [wish for wish in every_wish() if wish.point == point]
        # Steps of their own for each point: else one run would meet one kind everywhere.
        chosen += [passing[(seed * each + number * 5 + turn * 7) % len(passing)] for turn in range(each)]
    return chosen


def kind_of(place: str, role: str, *, files: Sequence[str], link: str, settings: Mapping[str, Any]) -> str:
    """Return the kind of a job from what it holds; ``files`` are the media room's words for them."""
    where = PLACES.get(place, place)
    if role != "post":
        return f"{where}_{COMMENT}"
    chosen = str(settings.get("format") or "feed")
    film = "video" in files
    if chosen == "story":
        return f"{where}_video_story" if film else f"{where}_story"
    if film:
        return f"{where}_reel" if chosen == "reel" or where == "ig" else f"{where}_video"
    if files:
        one, many = {"page": ("photo", "photos"), "ig": ("image", "carousel")}.get(where, ("image", "images"))
        return f"{where}_document" if "document" in files else f"{where}_{one if len(files) == 1 else many}"
    if settings.get("post_type") == "EVENT":
        return f"{where}_event"
    return f"{where}_poll" if settings.get("poll") else f"{where}_link" if link else f"{where}_text"
