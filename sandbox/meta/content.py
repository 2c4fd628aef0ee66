"""What a Page may say: the rules a post has to pass before it exists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sandbox.meta.ask import Ask
from sandbox.meta.errors import GraphError, invalid
from sandbox.meta.records import Page, Post

LONGEST_MESSAGE = 63_206
SOONEST_SCHEDULE = timedelta(minutes=10)
UNSCRAPABLE_HOST = "unscrapable.example"
LINK_NOT_SCRAPED, LINK_TO_FACEBOOK = 1609005, 1609008
DUPLICATE_SUBCODE = 1455006

_FACEBOOK = ("facebook.com", "fb.com", "fb.me")
# spec enum of `unpublished_content_type`; compared without case.
_UNPUBLISHED_TYPES = frozenset(
    {
        "ADS_POST",
        "DRAFT",
        "INLINE_CREATED",
        "PUBLISHED",
        "REVIEWABLE_BRANDED_CONTENT",
        "SCHEDULED",
        "SCHEDULED_RECURRING",
    }
)
_UNITS = {"minute": "minutes", "hour": "hours", "day": "days", "week": "weeks"}


def message(ask: Ask) -> str:
    """Return the message, refused when too long."""
    return text_of(ask, "message")


def text_of(ask: Ask, name: str) -> str:
    """Return a text for people to read, refused when too long."""
    text = ask.call.params.get(name, "")
    if not isinstance(text, str):
        raise invalid(f"Param {name} must be a string.")
    if len(text) > LONGEST_MESSAGE:
        raise invalid(f"Param {name} must be at most {LONGEST_MESSAGE} characters long.")
    return text


def new_post(
    ask: Ask, page: Page, text: str, *, published: bool, scheduled_for: int | None, extras: dict[str, Any]
) -> Post:
    """Make a post of this moment, not yet saved."""
    return Post(
        id=f"{page.id}_{ask.state.new_id()}",
        page_id=page.id,
        app_id=ask.speaker.app_id,
        created=ask.now,
        listed_from=ask.world.clock.now(),
        seq=ask.state.next_seq(),
        published=published,
        message=text,
        scheduled_for=scheduled_for,
        extras=extras,
    )


def link(ask: Ask) -> str:
    """Return the link, refused when it is none, leads to Facebook or cannot be scraped."""
    url = ask.text("link")
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in ("http", "https") or "." not in host:
        raise invalid("link URL is not properly formatted")
    if _within(host, _FACEBOOK):
        raise _link_error(ask, LINK_TO_FACEBOOK, "You can't post a link to Facebook itself this way.")
    if _within(host, (UNSCRAPABLE_HOST,)):
        raise _link_error(ask, LINK_NOT_SCRAPED, "There was a problem scraping data from the provided link.")
    if any(ask.text(name) for name in ("picture", "name", "description", "thumbnail")):
        raise invalid(
            "Only owners of the URL have the ability to specify the picture, name, thumbnail or description params."
        )
    return url


def schedule(ask: Ask, published: bool, most_days: int = 0) -> int | None:
    """Return when something is to go live, refused outside its window (a post's own unless said) or when published."""
    text = ask.text("scheduled_publish_time")
    kind = ask.text("unpublished_content_type").upper()
    if kind and kind not in _UNPUBLISHED_TYPES:
        raise invalid("Param unpublished_content_type must be one of {" + ", ".join(sorted(_UNPUBLISHED_TYPES)) + "}")
    if not text:
        if kind == "SCHEDULED":
            raise invalid("A scheduled post needs scheduled_publish_time.")
        return None
    if published:
        raise invalid("scheduled_publish_time needs published=false.")
    at = moment(text, ask.now)
    latest = ask.now + (most_days or ask.world.switches.number("meta.schedule_max_days")) * 86_400
    if not ask.now + SOONEST_SCHEDULE.total_seconds() <= at <= latest:
        raise invalid(
            "The specified scheduled publish time is invalid.",
            title="Invalid time",
            advice="The time has to be at least ten minutes ahead and not too far in the future.",
        )
    return at


def moment(text: str, now: int) -> int:
    """Read Unix seconds, ISO 8601, or words such as `+2 hours`."""
    if text.isdecimal():
        return int(text)
    words = text.strip().lstrip("+").lower().split()
    if text.strip().startswith("+") and len(words) == 2 and words[0].isdecimal():
        unit = _UNITS.get(words[1].rstrip("s"))
        if unit:
            return now + int(timedelta(**{unit: int(words[0])}).total_seconds())
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        raise invalid("The specified scheduled publish time is invalid.") from None
    return int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp())


def extras(ask: Ask, has_link: bool) -> dict[str, Any]:
    """Return the accepted extras of a post; ids in them must be of this town."""
    found: dict[str, Any] = {}
    for name in ("targeting", "feed_targeting", "call_to_action"):
        value = ask.structure(name)
        if value is None:
            continue
        if not isinstance(value, dict):
            raise invalid(f"Param {name} must be an object.")
        found[name] = value
    if "call_to_action" in found and not has_link:
        raise invalid("call_to_action needs a link.")
    place = ask.text("place")
    if place:
        if place not in ask.state.pages:
            raise invalid("Param place must be the id of a Page.")
        found["place"] = place
    tags = [tag.strip() for tag in ask.text("tags").split(",") if tag.strip()]
    if tags:
        if not place:
            raise invalid("tags need a place.")
        if any(tag not in ask.state.people for tag in tags):
            raise invalid("Param tags must be a comma-separated list of the ids of people.")
        found["tags"] = tags
    _check_preset(ask, has_link)
    return found


def _check_preset(ask: Ask, has_link: bool) -> None:
    preset = ask.text("text_format_preset_id")
    if not preset:
        return
    if has_link or not preset.isdecimal():
        raise invalid("Param text_format_preset_id must be the id of a preset, on a post of text alone.")
    # This town has issued no preset, so every one of them is stale: the platform answers that with a server error.
    raise GraphError(1, "An unknown error occurred", status=500)


def duplicate() -> GraphError:
    """Refuse what the Page just said."""
    return GraphError(
        506,
        "(#506) Duplicate status message",
        DUPLICATE_SUBCODE,
        user_title="Duplicate Status Update",
        user_msg="This status update is identical to the last one you posted. Try posting something different, or "
        "delete your previous update.",
    )


def _within(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _link_error(ask: Ask, number: int, advice: str) -> GraphError:
    if ask.world.switches.word("meta.link_errors_as") == "code":
        return GraphError(number, f"(#{number}) {advice}")
    return invalid("Invalid parameter", number, title="Link not accepted", advice=advice)
