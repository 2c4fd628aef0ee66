"""Taking a live post away.

Source: https://developers.facebook.com/docs/pages-api/posts and the reference of IG Media, read 2026-11-21. Meta answers 100/33 both
for what is gone and for what we may not see, so a refusal counts as done only after a read that says the same.
"""

from collections.abc import Collection
from typing import Final

from connectors.errors import OutcomeUnknown, ReconnectRequired
from connectors.meta.asset import Asset
from connectors.meta.meanings import PLATFORM
from connectors.types import Obstacle, Target

GONE: Final = ("100", "33")


def delete_post(place: Asset, external_id: str, *, instagram: bool) -> None:
    """Delete a post; one that is gone already is no error."""
    operation = "delete_media" if instagram else "delete_post"
    try:
        answer = place.graph.delete(external_id, token=place.token, operation=operation)
    except ReconnectRequired as error:
        if _code(error) == GONE and is_gone(place, external_id):
            return
        raise
    if answer is not True and not (isinstance(answer, dict) and answer.get("success") is True):
        raise OutcomeUnknown(
            "Meta answered without saying whether the post was deleted.",
            remedy="Look at the post; if it is still there, delete it again.",
            platform=PLATFORM,
            operation=operation,
        )


def missing_scope(target: Target, *, wanted: str, asked: Collection[str]) -> Obstacle | None:
    """Return that a grant lacks the scope that deleting on Instagram takes; None where it has it, or nobody knows."""
    if not wanted or not target.scopes or wanted in target.scopes:
        return None
    remedy = (
        "Reconnect the account and grant it"
        if wanted in asked
        else "Ask whoever runs this hub to add it to META_SCOPES"
    )
    return Obstacle(
        f"Deleting on Instagram takes the permission {wanted}, which this account did not grant.",
        f"{remedy}, or delete the post in the Instagram app.",
    )


def is_gone(place: Asset, external_id: str) -> bool:
    """Ask for the post itself, having made sure that the token still opens the place."""
    place.get(place.id, operation="read_place", fields="id")
    try:
        place.get(external_id, operation="read_post", fields="id")
    except ReconnectRequired as error:
        if _code(error) == GONE:
            return True
        raise
    return False


def _code(error: ReconnectRequired) -> tuple[str, str]:
    return error.reply.code, error.reply.subcode
