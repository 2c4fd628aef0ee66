"""Every word a check can say is known to the hub and explained to people, in whichever connector it is said."""

import ast
import re

from monitoring.health_codes import CODES
from tests.docs import reading


def said_codes() -> set[str]:
    """Return the codes of every finding that any module makes."""
    found = set()
    for _, tree in reading.modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "HealthFinding" and len(node.args) > 1:
                found |= {leaf.value for leaf in ast.walk(node.args[1]) if isinstance(leaf, ast.Constant)}
    return {code for code in found if isinstance(code, str)}


def test_every_code_that_a_check_says_is_in_the_table() -> None:
    said = said_codes()
    assert len(said) > 20  # the search itself works
    assert said - set(CODES) == set()


def test_every_code_is_explained_to_people() -> None:
    page = reading.read(reading.ROOT / "docs" / "api" / "errors.md").partition("## What a health check found")[2]
    explained = set(re.findall(r"`([a-z_]+)`", page))
    assert set(CODES) - explained == set()


def test_no_code_is_known_that_nothing_says() -> None:
    source = "\n".join(ast.unparse(tree) for path, tree in reading.modules() if "health_codes" not in str(path))
    assert {code for code in CODES if f"'{code}'" not in source} == set()
