"""Trouble by its name on the controls page."""

from __future__ import annotations

from sandbox.faults import fault_from
from sandbox.world import World


def script(world: World, name: str) -> None:
    """Script one of the presets."""
    world.faults.add(fault_from(next(one.wish for one in world.meta.presets() if one.name == name)))
