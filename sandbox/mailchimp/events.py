"""What happens in audiences, as webhooks tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.mailchimp.records import Campaign
from sandbox.mailchimp.state import State

if TYPE_CHECKING:
    from sandbox.world import World


class Events:
    """Note what is to be told."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    def campaign(self, campaign: Campaign) -> None:
        """Tell that a campaign went out."""
