"""What the places of a draft allow at this moment, asked of their platforms, as findings beside those of the rules."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from connectors import composing
from connectors.manager import connector_class
from connectors.models import Destination
from connectors.types import Capability, Composing
from foundation.errors import ConfigurationError, Finding, Refusal
from publishing import attachments
from publishing.drafts import Checked, Draft

#: After so many seconds no further place is asked.
ASKING_SECONDS: Final = 5.0
_LATER: Final = "It may be otherwise when the post goes out: its place is asked again then."


def findings(draft: Draft, checked: Checked, *, now: datetime) -> list[Finding]:
    """Return what stands in the way now at the places that can be asked; of a post for later it only warns.

    A place that no rule lets through, or whose platform tells no such thing, is not asked. An answer is at most a minute old;
    a place that did not answer, or was not reached in time, is told as a warning.
    """
    stopped = {finding.destination for finding in checked.errors if finding.field == "destinations"}
    until, found = time.monotonic() + ASKING_SECONDS, []
    for place in checked.destinations:
        asks = Capability.COMPOSING in connector_class(place.platform_id).capabilities
        if asks and str(place.pk) not in stopped:
            found += _at(draft, checked, place, asks=time.monotonic() < until, now=now)
    return found


def _at(draft: Draft, checked: Checked, place: Destination, *, asks: bool, now: datetime) -> list[Finding]:
    try:
        told = composing.composing_at(place=place, now=now) if asks else composing.kept_of(place)
    except (Refusal, ConfigurationError) as error:
        words = f"{place.name} could not be asked what it allows now: {error.detail}"
        return [_finding("destinations", "not_asked", words, error.remedy, place, warns=True)]
    if told is None:
        words = f"{place.name} was not asked what it allows now: the others took too long."
        return [_finding("destinations", "not_asked", words, "Check again in a moment.", place, warns=True)]
    warns = checked.publish_at is not None
    return [
        _finding(field, code, f"{place.name}: {message}", remedy or (_LATER if warns else ""), place, warns=warns)
        for field, code, message, remedy in _wrong(draft, checked, place, told)
    ]


def _wrong(draft: Draft, checked: Checked, place: Destination, told: Composing) -> Iterator[tuple[str, str, str, str]]:
    if told.obstacle:
        yield "destinations", "not_now", told.obstacle, ""
    own = checked.overrides.get(str(place.pk), {})
    said: dict[str, Any] = own.get("settings") or checked.settings.get(place.kind, {})
    where = f"overrides.{place.pk}.settings" if "settings" in own else f"settings.{place.kind}"
    for name, values in told.choices.items():
        value = _member(said, name)
        if value is not None and value not in values:
            allowed = ", ".join(values) or "nothing"
            yield (
                f"{where}.{name}",
                "not_allowed_now",
                f"{value} is not allowed there now.",
                f"Choose one of: {allowed}.",
            )
    for name, value in told.fixed.items():
        chosen = _member(said, name)
        if chosen is not None and chosen != value:
            yield f"{where}.{name}", "fixed_there", "The place decides this itself, whatever is sent.", "Leave it out."
    if (longest := told.longest_video) is not None:
        files = draft.media_at(place.pk)
        for file in attachments.find(place.tenant, list(attachments.ids_in(files))).attached(files):
            if file.file.duration is not None and file.file.duration > longest:
                words = f"A video may last {longest.total_seconds():.0f} seconds there now."
                yield "media", "video_too_long", words, "Cut it."


def _member(said: dict[str, Any], name: str) -> Any:
    """Return the setting at a dotted path, or None."""
    value: Any = said
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _finding(field: str, code: str, message: str, remedy: str, place: Destination, *, warns: bool) -> Finding:
    severity = "warning" if warns else "error"
    return Finding(field, code, message, remedy, destination=str(place.pk), severity=severity)
