"""What a command line meets first: settings that are wrong are told in words, not in the sixty lines of how they were read."""

import sys

from django.core.exceptions import ImproperlyConfigured


def execute(arguments: list[str]) -> None:
    """Do what Django's command line says; ``--traceback`` shows where wrong settings were read as well."""
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(arguments)
    except ImproperlyConfigured as error:
        if "--traceback" in arguments:
            raise
        sys.stderr.write(f"The settings are wrong. {error}\n")
        raise SystemExit(1) from None
