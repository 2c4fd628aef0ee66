"""The parts of an audience: saved searches, and the contacts that bear a tag.

Source: https://mailchimp.com/developer/marketing/api/list-segments/, read 2026-11-21. To Mailchimp a tag is a static segment.
"""

from typing import Final

from connectors.mailchimp.rest import Rest, step, text, whole
from connectors.types import Segment, Target

_KINDS: Final = {"static": "tag"}


def fetch_segments(rest: Rest, target: Target) -> list[Segment]:
    """Return every segment and tag of an audience."""
    found = rest.listed(
        f"lists/{step(target.external_id)}/segments",
        "segments",
        operation="list_segments",
        fields="id,name,member_count,type",
    )
    return [
        Segment(
            text(entry.get("id")),
            text(entry.get("name")),
            _KINDS.get(text(entry.get("type")), text(entry.get("type"))),
            whole(entry.get("member_count")),
        )
        for entry in found
        if text(entry.get("id"))
    ]
