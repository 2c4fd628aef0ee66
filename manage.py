#!/usr/bin/env python
"""Switchboard's command line: ``manage.py help`` lists what it can do."""

import os
import sys


def main() -> None:
    """Hand the command line to Django, with a remedy when it is not installed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from config.command_line import execute
    except ImportError as error:
        raise SystemExit(
            f"Switchboard's libraries are not installed here ({error}). Run 'make run', or use .venv/bin/python."
        ) from error
    execute(sys.argv)


if __name__ == "__main__":
    main()
