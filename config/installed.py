"""Where this hub's own files lie: in a checkout (or an image made from one), or in a package of an environment."""

import os
from pathlib import Path
from typing import Final

HOME: Final = Path(__file__).resolve().parent.parent
#: A checkout and the image have it beside the code; a wheel does not.
PROJECT: Final = HOME / "pyproject.toml"
IS_PACKAGE: Final = not PROJECT.is_file()
#: What starts the hub on this machine, for messages to people.
START: Final = "switchboard start" if IS_PACKAGE else "make run"


def data_directory() -> Path:
    """Return where data lies unless a setting says otherwise: never among the code of an environment, which upgrades replace."""
    if not IS_PACKAGE:
        return HOME / "var"
    base = os.environ.get("XDG_DATA_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".local" / "share") / "switchboard"


def results_directory() -> Path:
    """Return where results of checks go: beside the code in a checkout, else where the command was given."""
    return (Path.cwd() if IS_PACKAGE else HOME) / "logs"
