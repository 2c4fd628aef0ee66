"""The one place that knows which version this is."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as _installed_version
from pathlib import Path
from re import search


def _read() -> str:
    """Return the version in ``pyproject.toml`` beside the code, or that of the installed distribution."""
    project = Path(__file__).resolve().parent.parent / "pyproject.toml"
    if project.is_file() and (found := search(r'(?m)^version = "([^"]+)"', project.read_text(encoding="utf-8"))):
        return found.group(1)
    try:
        return _installed_version("switchboard")
    except PackageNotFoundError:
        return "0+unknown"


VERSION = _read()
