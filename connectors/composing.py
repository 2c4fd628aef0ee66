"""What a place allows at this moment, asked when somebody is about to write for it, and kept for a minute."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from connectors import asking
from connectors.models import Destination
from connectors.types import Capability, Composing

#: So long one answer serves all who write for a place; platforms count these questions.
KEPT_FOR: Final = timedelta(seconds=60)


def composing_at(*, place: Destination, afresh: bool = False, now: datetime) -> Composing:
    """Return what a place allows now, at most a minute old; ``afresh`` asks in any case.

    Raises ``Conflict`` for a place that is not open or a platform that tells no such thing, and what ``asking`` makes of the
    platform's troubles.
    """
    asking.require_open(place)
    asking.connector_for(place, Capability.COMPOSING, doing="ask what it allows at the moment")
    if not afresh and (kept := kept_of(place)) is not None:
        return kept
    told = asking.ask(place, lambda connector, target: connector.composing(target, now=now), now=now)
    with suppress(RedisError):
        # Plain values: an answer may be read by a process that runs another version of the class.
        plain = {one.name: getattr(told, one.name) for one in fields(told)}
        plain |= {"choices": dict(told.choices), "fixed": dict(told.fixed)}
        plain["longest_video"] = told.longest_video and told.longest_video.total_seconds()
        cache.set(_name(place), plain, KEPT_FOR.total_seconds())
    return told


def kept_of(place: Destination) -> Composing | None:
    """Return what a place is known to allow without asking; None when nobody has asked within the last minute."""
    kept: Mapping[str, Any] | None = None
    with suppress(RedisError):
        kept = cache.get(_name(place))
    if kept is None:
        return None
    longest = kept["longest_video"]
    return Composing(
        **{
            **kept,
            "choices": {name: tuple(values) for name, values in kept["choices"].items()},
            "longest_video": None if longest is None else timedelta(seconds=longest),
            "notices": tuple(kept["notices"]),
        }
    )


def _name(place: Destination) -> str:
    # Another grant, or another version of the hub, may tell other things.
    return f"composing:{settings.VERSION}:{place.pk}:{place.connection.token_version}"
