"""What a place allows at this moment, as the compose page shows it beside the place."""

import json
from datetime import datetime
from typing import Any

from connectors import composing
from connectors.models import Destination
from connectors.registry import CONNECTORS
from connectors.types import Capability, Composing
from foundation.errors import ConfigurationError, Refusal
from publishing.contents import kind_of
from publishing.pages import schema_form, settings_form


def tells(place: Destination) -> bool:
    """Return whether a place's platform can be asked."""
    connector = CONNECTORS.get(place.platform_id)
    return connector is not None and Capability.COMPOSING in connector.capabilities


def kept_panel(place: Destination) -> dict[str, Any] | None:
    """Return what ``publishing/allowed.html`` shows of what is known already; None when nobody has asked lately."""
    told = composing.kept_of(place)
    return None if told is None else _panel(place, told)


def asked_panel(place: Destination, *, afresh: bool, now: datetime) -> dict[str, Any]:
    """Ask, and return what ``publishing/allowed.html`` shows: the answer, or why there is none. Raises nothing of it."""
    try:
        return _panel(place, composing.composing_at(place=place, afresh=afresh, now=now))
    except (Refusal, ConfigurationError) as error:
        return {"place": {"id": place.pk, "name": place.name}, "cause": error.detail, "remedy": error.remedy}


def _panel(place: Destination, told: Composing) -> dict[str, Any]:
    kind = kind_of(place)
    seconds = told.longest_video.total_seconds() if told.longest_video is not None else 0
    return {
        "place": {"id": place.pk, "name": place.name},
        "name": told.name or place.name,
        "username": told.username,
        "picture": told.picture_url if told.picture_url.startswith("https://") else "",
        "obstacle": told.obstacle,
        "notices": told.notices,
        "longest_video": f"{int(seconds // 60)}:{int(seconds % 60):02d}" if seconds else "",
        "rules": json.dumps(settings_form.rules_of(kind, told)) if kind else "{}",
        "narrowed": _in_words(place, told),
    }


def _in_words(place: Destination, told: Composing) -> list[tuple[str, str]]:
    """Return what is narrowed by label, for those who read it without a form beside it."""
    kind = kind_of(place)
    if kind is None:
        return []
    lines = []
    for name, values in told.choices.items():
        member = settings_form.member_of(kind, name)
        label = schema_form.label_of(name.rpartition(".")[2], member)
        lines.append((label, ", ".join(schema_form.words_for(member, value) for value in values) or "nothing"))
    for name, value in told.fixed.items():
        member = settings_form.member_of(kind, name)
        shown = {True: "yes", False: "no"}.get(value) if isinstance(value, bool) else None
        label = schema_form.label_of(name.rpartition(".")[2], member)
        lines.append((label, f"{shown or schema_form.words_for(member, value)} (cannot be changed)"))
    return lines
