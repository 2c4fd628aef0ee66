"""What the sandbox promises about itself: it imports none of the rooms, and its pages load nothing from anywhere."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
import requests

from sandbox.platforms import Platform
from sandbox.world import World
from tests.sandbox.hub import CALLBACK, Hub

ROOM = Path(__file__).resolve().parents[2] / "sandbox"
ALLOWED = {"sandbox", "werkzeug", "jinja2", "markupsafe", "_typeshed", "__future__"}
ONLY_IN_ADAPTER = {"requests", "urllib3"}


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOM)))
def test_a_file_imports_none_of_the_rooms(path: Path) -> None:
    foreign = _imports(path) - ALLOWED - set(sys.stdlib_module_names)
    assert foreign <= (ONLY_IN_ADAPTER if path.name == "adapter.py" else set())


def test_every_platform_is_in_the_table_under_its_own_slug(world: World) -> None:
    assert {"google_business", "linkedin", "mailchimp", "meta", "tiktok"} == set(world.platforms)
    assert all(town.slug == slug for slug, town in world.platforms.items())
    assert all(isinstance(town, Platform) for town in world.platforms.values())
    for town in world.platforms.values():
        assert all(switch.name.startswith(f"{town.slug}.") for switch in town.switches())


def test_pages_load_nothing_and_run_only_their_own_script(session: requests.Session, hub: Hub, page_token: str) -> None:
    dialog = "https://www.facebook.com/v25.0/dialog/oauth"
    asked = {"client_id": "1000000000000001", "redirect_uri": CALLBACK, "scope": "pages_show_list"}
    pages = [
        session.get("http://127.0.0.1:8801/_sandbox/"),
        session.get("http://127.0.0.1:8801/_sandbox/controls"),
        session.get(dialog, params=asked),
    ]
    for page in pages:
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert 'src="http' not in page.text
        assert "onclick" not in page.text
        assert '<html lang="en">' in page.text
        assert "prefers-color-scheme: dark" in page.text
