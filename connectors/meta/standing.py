"""Looking after a post that was published: people and Meta itself take posts away, and not every webhook that tells of it arrives.

Source: docs/platforms/meta.md, "Looking again". Meta answers 100/33 both for what is gone and for what we may not see, so a post
counts as removed only after a read of its place has shown that the token still opens it.
"""

from connectors.errors import ReconnectRequired
from connectors.meta.asset import Asset
from connectors.meta.deleting import GONE, is_gone
from connectors.types import LiveState, Standing


def look_after(place: Asset, external_id: str, *, instagram: bool) -> Standing:
    """Return how a post stands, by whether its node can still be read."""
    try:
        place.read(external_id, operation="look_after", fields="id")
    except ReconnectRequired as error:
        if (error.reply.code, error.reply.subcode) != GONE or not is_gone(place, external_id):
            raise
        where = "on Instagram" if instagram else "on the Page"
        return Standing(
            LiveState.REMOVED,
            f"It is not {where} any more: somebody removed it there, or Meta did.",
            "Look at the account's notices from Meta. Publish it again if you miss it and nothing speaks against it.",
        )
    return Standing(LiveState.LIVE)
