"""Looking after a post that was published: people take posts away at LinkedIn itself, and LinkedIn may too.

Source: docs/platforms/linkedin.md, "Looking again". LinkedIn tells of neither by webhook. A deleted post may still be named for a day
or two by lists, while its own address answers 404.
"""

from connectors.linkedin import publish
from connectors.linkedin.rest import Rest
from connectors.types import LiveState, Standing, Target

_PUBLIC = "PUBLISHED"


def look_after(rest: Rest, external_id: str, target: Target) -> Standing:
    """Return how a post stands. Raises ``ReconnectRequired`` when the author's posts cannot be read at all."""
    post = publish.read(rest, external_id, target)
    if post is None:
        return Standing(
            LiveState.REMOVED,
            "It is not on LinkedIn any more: somebody removed it there, or LinkedIn did.",
            "Look at the page's notices from LinkedIn. Publish it again if you miss it and nothing speaks against it.",
        )
    state = str(post.get("lifecycleState") or _PUBLIC)
    if state == _PUBLIC:
        return Standing(LiveState.LIVE)
    return Standing(LiveState.PENDING, f"LinkedIn has it as {state.lower().replace('_', ' ')} and does not show it.")
