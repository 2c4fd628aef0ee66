"""Local posts: what is taken, what is refused in whose words, and what becomes of them."""

from __future__ import annotations

from sandbox.world import World
from tests.sandbox.google_business.hub import Hub, photo


def test_a_post_is_in_processing_first_and_then_live_with_a_link(world: World, hub: Hub, token: str) -> None:
    created = hub.publish(token, "Pão de centeio às quartas", media=photo()).json()
    assert created["state"] == "PROCESSING"
    assert "searchUrl" not in created
    world.clock.advance(5)
    live = hub.read(token, created["name"])
    assert live["state"] == "LIVE"
    assert live["searchUrl"].startswith("https://local.google.com/place?id=")
    assert hub.session.get(live["searchUrl"]).status_code == 200
