"""The command ``switchboard``: everything that ``manage.py`` can do, and the processes of a production hub by one word each.

The rooms have plain names (``config``, ``media``, ``vault``), which belong to everybody. So the wheel keeps them together below
``switchboard/hub``, where no other package of the environment can meet them, and this command alone puts that directory on the path.
In a checkout they stand beside this package.
"""

import os
import sys
from pathlib import Path
from typing import Final, NoReturn

#: What each process of a production hub is, in words of the programs that run it; whatever follows the word is handed on.
PROCESSES: Final[dict[str, tuple[str, ...]]] = {
    "web": ("gunicorn", "-c", "{home}/config/gunicorn.py", "config.wsgi:application"),
    "worker": (
        *("celery", "-A", "config", "worker", "-P", "threads", "-c", "4"),
        *("-Q", "publish,health,tokens,webhooks,analytics"),
        *("--without-heartbeat", "--without-gossip", "--without-mingle"),
    ),
    "beat": ("celery", "-A", "config", "beat"),
}
HELP: Final = """\
switchboard start              the whole hub on this machine, with the sandbox, without any server
switchboard web|worker|beat    one process of a production hub; options go to gunicorn or celery
switchboard version            which version this is
switchboard help               every other command: migrate, doctor, flags, create_tenant, ...

Settings are environment variables. Data lies in VAR_DIR ({var} unless you say otherwise).
"""


def home() -> Path:
    """Return the directory of the rooms: in the wheel below this package, in a checkout beside it."""
    here = Path(__file__).resolve().parent
    return here / "hub" if (here / "hub").is_dir() else here.parent


def main() -> None:
    """Do what the command line says."""
    there = home()
    sys.path.insert(0, str(there))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    if word in {"", "-h", "--help"}:
        from config.installed import data_directory

        sys.stdout.write(HELP.format(var=data_directory()))
    elif word in {"version", "--version"}:
        from config.version import VERSION

        sys.stdout.write(f"{VERSION}\n")
    elif word in PROCESSES:
        _become(word, there, sys.argv[2:])
    else:
        from config.command_line import execute

        execute(sys.argv)


def _become(word: str, there: Path, more: list[str]) -> NoReturn:
    """Run the program of a process in our place, so that signals reach it and nothing stands between."""
    path = os.pathsep.join([str(there), *filter(None, [os.environ.get("PYTHONPATH", "")])])
    program, *options = (part.format(home=there) for part in PROCESSES[word])
    command = [sys.executable, "-m", program, *options, *more]
    os.execve(sys.executable, command, {**os.environ, "PYTHONPATH": path})  # noqa: S606 - of the same environment
