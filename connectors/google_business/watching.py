"""Looking after a post that was published: Google may refuse it later, and people take posts away at Google itself.

Source: docs/platforms/google_business.md, "States", read 2026-11-21. Nothing tells us of either, so it is asked.
"""

from connectors.google_business import states
from connectors.google_business.google import Google
from connectors.google_business.hosts import Api
from connectors.google_business.names import parent_of
from connectors.google_business.publish import read
from connectors.types import LiveState, Standing, Target


def look_after(google: Google, external_id: str, target: Target) -> Standing:
    """Return how a post stands. Raises ``ReconnectRequired`` when the location itself is out of reach."""
    post = read(google, external_id, target)
    if post is None:
        # A location that is lost answers "not found" too; only one that still lists its posts has lost this one.
        google.read(Api.POSTS, f"{parent_of(target)}/localPosts", operation="read_post", query=[("pageSize", "1")])
        return Standing(
            LiveState.REMOVED,
            "It is not at Google any more: somebody removed it there.",
            "Publish it again if you miss it.",
        )
    link = states.permalink_of(post, target)
    state = states.state_of(post)
    if state in states.LIVE:
        return Standing(LiveState.LIVE, permalink=link)
    if state == states.REJECTED:
        return Standing(LiveState.REJECTED, states.WHY, states.HELP, permalink=link)
    return Standing(LiveState.PENDING, states.pending_note(post), permalink=link)
