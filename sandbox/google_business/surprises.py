"""Fields nobody has heard of, put into every object of an answer: clients that read strictly fall over them."""

from __future__ import annotations

from typing import Any


def sprinkle(value: Any) -> Any:
    """Return an answer with something new in each of its objects."""
    if isinstance(value, dict):
        return {
            **{name: sprinkle(one) for name, one in value.items()},
            "sandboxNews": {"level": "7", "ring": ["A", {}]},
        }
    if isinstance(value, list):
        return [sprinkle(one) for one in value]
    return value
