"""A hub with all thirteen permissions, a Page and its Instagram account at hand."""

from __future__ import annotations

import pytest

from sandbox.meta import demo
from sandbox.world import World
from tests.sandbox.hub import THIRTEEN, Hub
from tests.sandbox.meta.instagram import Instagram


@pytest.fixture
def user_token(world: World, hub: Hub) -> str:
    return hub.long_lived(world.meta.consent(scopes=THIRTEEN)["code"])


@pytest.fixture
def instagram(world: World, hub: Hub, page_token: str) -> Instagram:
    return Instagram(world, hub, page_token, demo.IG_BAKERY)
