"""Words of others, made fit to be kept."""

import math
from typing import Any, Final

#: No honest JSON is nested deeper; what lies below is kept as a mark that something was there.
DEEPEST: Final = 50


def storable(text: str) -> str:
    """Return a text that every database can store: without NUL, and with ``?`` for halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def storable_json(value: Any, *, deepest: int = DEEPEST) -> Any:
    """Return parsed JSON of others as every database can store it.

    Texts and names become ``storable``; numbers that JSON cannot say (``NaN``, ``Infinity``) become words.
    """
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict | list) and deepest == 0:
        return "…"
    if isinstance(value, dict):
        return {storable(str(name)): storable_json(inner, deepest=deepest - 1) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [storable_json(inner, deepest=deepest - 1) for inner in value]
    return value
