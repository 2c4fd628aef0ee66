"""Which version this is. ``pyproject.toml`` says so, and nothing else does; an installation has it from there by its metadata."""

import tomllib
from importlib.metadata import version

from config.installed import IS_PACKAGE, PROJECT


def _read() -> str:
    """Return the version in ``pyproject.toml`` beside the code, or that of the installed package."""
    if IS_PACKAGE:
        return version("switchboard")
    return str(tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"])


VERSION = _read()
