"""What Instagram takes and what it refuses: captions, tags, pictures and films, with its codes and subcodes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.meta.arrivals import Arrived
from sandbox.meta.ask import Ask
from sandbox.meta.errors import GraphError, invalid
from sandbox.meta.instagram_records import ContainerKind
from sandbox.probing import Probe

NOT_FETCHED = (9004, 2207052)
VIDEO_FORMAT = 2207026
MOST_BYTES = 8 * 1024 * 1024
LONGEST_CAPTION, MOST_HASHTAGS, MOST_MENTIONS, LONGEST_ALT = 2_200, 30, 20, 1_000
_HASHTAG = re.compile(r"(?<![\w&])#\w+")
_MENTION = re.compile(r"(?<![\w.@])@[A-Za-z0-9_.]+")
_NARROWEST, _WIDEST = 0.8, 1.91
# Ratios come from whole pixels: 1080x566 is 1.908, 1079x1350 is 0.799.
_SLACK = 0.01


def refused(code: int, subcode: int, title: str, advice: str) -> GraphError:
    """Refuse in the way Instagram does: a bland message, and the useful words in `error_user_msg`."""
    return GraphError(code, "The request could not be carried out.", subcode, user_title=title, user_msg=advice)


def caption(ask: Ask) -> str:
    """Return the caption, refused when too long or too full of hashtags or mentions."""
    text = ask.text("caption")
    if len(text) > LONGEST_CAPTION:
        raise refused(36004, 2207010, "Caption is too long", f"At most {LONGEST_CAPTION} characters are allowed.")
    if len(_HASHTAG.findall(text)) > MOST_HASHTAGS:
        raise invalid(f"A caption has at most {MOST_HASHTAGS} hashtags.")
    if len(_MENTION.findall(text)) > MOST_MENTIONS:
        raise refused(100, 2207040, "Too many tags", f"A caption mentions at most {MOST_MENTIONS} accounts.")
    return text


def extras(ask: Ask, kind: ContainerKind, *, video: bool, item: bool) -> dict[str, Any]:
    """Return the accepted extras, each refused where it does not belong."""
    found: dict[str, Any] = {}
    where = {"image": not video and kind != "STORIES", "story": kind == "STORIES", "item": item}
    found.update(_alt_text(ask, allowed=where["image"] and kind != "CAROUSEL"))
    found.update(_user_tags(ask, kind, video=video))
    found.update(_location(ask, item=item))
    found.update(_collaborators(ask, where))
    for name in ("share_to_feed", "audio_name", "trial_params", "audio_configuration", "cover_url"):
        if ask.call.params.get(name) is not None and kind != "REELS":
            raise invalid(f"The param {name} is for reels only.")
    if ask.call.params.get("share_to_feed") is not None:
        found["share_to_feed"] = ask.flag("share_to_feed", default=True)
    if ask.text("thumb_offset"):
        if not ask.text("thumb_offset").isdecimal() or not video:
            raise invalid("Param thumb_offset is a moment in a video, in milliseconds.")
        found["thumb_offset"] = int(ask.text("thumb_offset"))
    found.update(_trial(ask))
    _commerce(ask, item=item)
    for name in ("audio_name", "cover_url"):
        if ask.text(name):
            found[name] = ask.text(name)
    return found


def picture(arrived: Arrived, kind: ContainerKind) -> None:
    """Refuse a picture Instagram does not take."""
    seen = arrived.probe
    if len(arrived.body) > MOST_BYTES:
        raise refused(36000, 2207004, "Image size too large", "The image is larger than 8 MiB.")
    if seen.kind != "image":
        raise refused(*NOT_FETCHED, "Only photo or video can be accepted as media type", "The media is no image.")
    if seen.mime != "image/jpeg":
        raise refused(36001, 2207005, "Unsupported image format", "The image is not a JPEG.")
    wrong = not _NARROWEST - _SLACK <= seen.ratio <= _WIDEST + _SLACK
    if kind != "STORIES" and wrong:
        raise refused(36003, 2207009, "Aspect ratio not supported", "The ratio has to be between 4:5 and 1.91:1.")


def film(seen: Probe, size: int, kind: ContainerKind, extras: Mapping[str, Any], *, documented: bool) -> int:
    """Return the subcode processing will end with: 0 when a film passes.

    `documented` also wants what the reference asks for and real files often lack: moov first, no edit list.
    """
    story = kind == "STORIES"
    most_s, most_bytes = (60, 100 << 20) if story else (15 * 60, 300 << 20)
    if kind == "VIDEO":
        most_s = 60
    fits = (
        seen.kind == "video"
        and seen.codec in ("avc1", "avc3", "hvc1", "hev1")
        and 3 <= seen.duration_s <= most_s
        and size <= most_bytes
        and seen.width <= 1920
        and (0.1 if story else 0.01) <= seen.ratio <= 10
        and (not documented or (seen.moov_first and not seen.edit_list))
    )
    if not fits:
        return VIDEO_FORMAT
    return 2207057 if extras.get("thumb_offset", 0) > seen.duration_s * 1000 else 0


def _alt_text(ask: Ask, *, allowed: bool) -> dict[str, Any]:
    text = ask.text("alt_text")
    if not text:
        return {}
    if not allowed:
        raise invalid("The param alt_text is for images in the feed only.")
    if len(text) > LONGEST_ALT:
        raise invalid(f"Param alt_text must be at most {LONGEST_ALT} characters long.")
    return {"alt_text": text}


def _user_tags(ask: Ask, kind: ContainerKind, *, video: bool) -> dict[str, Any]:
    tags = ask.structure("user_tags")
    if tags is None:
        return {}
    if not isinstance(tags, list) or not all(isinstance(tag, dict) and tag.get("username") for tag in tags):
        raise invalid('Param user_tags must be an array of {"username", "x", "y"}.')
    if kind == "CAROUSEL":
        raise invalid("Tags belong to the items of a carousel.")
    if len(tags) > MOST_MENTIONS:
        raise refused(100, 2207040, "Too many tags", f"A post tags at most {MOST_MENTIONS} accounts.")
    for tag in tags:
        placed = "x" in tag or "y" in tag
        if not video and kind != "STORIES" and not placed:
            raise invalid("Tags on images need x and y.")
        if video and kind != "STORIES" and placed:
            raise invalid("Tags on videos have no x and y.")
        if placed and not all(_is_share(tag.get(axis)) for axis in ("x", "y")):
            raise invalid("x and y are numbers from 0.0 to 1.0.")
    return {"user_tags": tags}


def _location(ask: Ask, *, item: bool) -> dict[str, Any]:
    location = ask.text("location_id")
    if not location:
        return {}
    if item:
        raise invalid("The param location_id is not allowed on carousel items.")
    page = ask.state.pages.get(location)
    if page is None or not page.location:
        raise invalid("INSTAGRAM_PLATFORM_API__INVALID_LOCATION_ID")
    return {"location_id": location}


def _collaborators(ask: Ask, where: Mapping[str, bool]) -> dict[str, Any]:
    names = ask.structure("collaborators")
    if names is None:
        return {}
    if where["story"] or where["item"]:
        raise invalid("The param collaborators is not allowed")
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names) or len(names) > 3:
        raise invalid("Param collaborators must be an array of at most 3 usernames.")
    return {"collaborators": names}


def _trial(ask: Ask) -> dict[str, Any]:
    wish = ask.structure("trial_params")
    if wish is None:
        return {}
    if not isinstance(wish, dict) or wish.get("graduation_strategy") not in ("MANUAL", "SS_PERFORMANCE"):
        raise invalid("Param trial_params must name a graduation_strategy: MANUAL or SS_PERFORMANCE.")
    if not ask.world.switches.flag("meta.ig_trial_reels"):
        raise invalid("Trial reels are not available for this account.", 2207081)
    return {"trial_params": wish}


def _commerce(ask: Ask, *, item: bool) -> None:
    """Check what paid and made posts say about themselves; this town has no catalogue, so no product can be right."""
    if ask.structure("product_tags") is not None:
        raise refused(100, 2207035, "Product tag not accepted", "The account has no catalogue with such a product.")
    sponsors = ask.structure("branded_content_sponsor_ids") or []
    if not isinstance(sponsors, list) or len(sponsors) > 2:
        raise invalid("Param branded_content_sponsor_ids must be an array of at most 2 ids.")
    ask.flag("is_paid_partnership", default=False)
    if ask.flag("is_ai_generated", default=False) and item:
        raise invalid("The param is_ai_generated is not allowed on carousel items.")


def _is_share(value: object) -> bool:
    try:
        return 0.0 <= float(str(value)) <= 1.0
    except ValueError:
        return False
