"""``manage.py write_docs``: write the pages that can be read off the code: settings, ``.env.example``, the platform table.

What the environment of whoever runs this happens to say must not show in the pages, so the settings are read in fresh
interpreters: once as an embedded installation finds them, once as a production one does.
"""

import json
import os
import re
import subprocess
import sys
from argparse import ArgumentParser
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from connectors.base import Connector
from connectors.registry import CONNECTORS
from connectors.types import Capability

BEGIN: Final = "<!-- platforms: written by manage.py write_docs -->"
END: Final = "<!-- end of platforms -->"

#: What each capability is called in the table of platforms.
CAPABILITY_WORDS: Final[dict[Capability, str]] = {
    Capability.OAUTH: "sign-in with OAuth",
    Capability.API_KEY: "connecting by an API key",
    Capability.TEXT: "text",
    Capability.LINK: "links",
    Capability.PHOTO: "photos",
    Capability.PHOTOS: "several photos",
    Capability.VIDEO: "videos",
    Capability.REEL: "reels",
    Capability.STORY: "stories",
    Capability.DOCUMENT: "documents",
    Capability.POLL: "polls",
    Capability.RESHARE: "resharing",
    Capability.CAMPAIGN: "campaigns",
    Capability.FIND_PUBLISHED: "finding a post again after a lost answer",
    Capability.FIRST_COMMENT: "a first comment",
    Capability.EDIT_POST: "changing a live post",
    Capability.DELETE_POST: "deleting a live post",
    Capability.POST_METRICS: "figures of posts",
    Capability.ACCOUNT_METRICS: "figures of accounts",
    Capability.WEBHOOKS: "webhooks",
    Capability.HEALTH_CHECK: "health checks",
    Capability.REFRESH_TOKEN: "renewing tokens without a person",
    Capability.REVOKE: "withdrawing the grant",
    Capability.COMPOSING: "what a place allows at this moment",
    Capability.WATCH: "looks at a post after it was published",
    Capability.REVIEWS: "reviews and answers to them",
    Capability.AUDIENCES: "contacts of an audience",
    Capability.ACTIONS: "more to do with a published post",
}

_PROBE: Final = """
import dataclasses, json
from config import env, settings
print(json.dumps([dataclasses.asdict(reading) for reading in env.READINGS.values()]))
"""
#: The least a production installation must say; it makes the settings read what they read only then.
_PRODUCTION: Final = {
    "SWITCHBOARD_MODE": "production",
    "PUBLIC_URL": "https://hub.example",
    "SECRET_KEY": "only for reading the settings",
    "DATABASE_URL": "postgres://user@host/name",
    "REDIS_URL": "redis://host/0",
}
#: Each module of the settings begins with its subject, and each is imported once.
_HEADING: Final = re.compile(r'^"""(.+?)\.(?:"""|$)', re.M)
_MODULE: Final = re.compile(r"^from config\.settings\.(\w+) import \*$", re.M)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as the pages tell it."""

    name: str
    section: str
    kind: str
    help: str
    secret: bool
    default: str
    production_default: str


def documented_settings() -> list[Setting]:
    """Return every setting, whichever mode reads it, in the order of ``config/settings/``."""
    embedded = {reading["name"]: reading for reading in _readings(in_production=False)}
    production = {reading["name"]: reading for reading in _readings(in_production=True)}
    return sorted(
        (
            Setting(
                name=name,
                section=_section_of(name)[1],
                kind=reading["kind"],
                help=reading["help"],
                secret=reading["secret"],
                default=embedded.get(name, reading)["default"],
                production_default=production.get(name, reading)["default"],
            )
            for name, reading in (production | embedded).items()
        ),
        key=lambda setting: _section_of(setting.name)[0],
    )


@cache
def _readings(*, in_production: bool) -> list[dict[str, Any]]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", _PROBE],
        cwd=settings.BASE_DIR,
        env=kept | (_PRODUCTION if in_production else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"The settings could not be read:\n{done.stderr}")
    read: list[dict[str, Any]] = json.loads(done.stdout)
    return read


def _section_of(name: str) -> tuple[int, str]:
    """Return where in ``config/settings/`` a setting is read, for sorting, and the subject of the module that reads it."""
    source = _sources()
    place = re.search(rf'\(\s*"{name}"', source)
    if place is None:
        raise CommandError(f"config/settings/ reads {name} by no plain name; write it out, so that it can be found.")
    headings = [hit for hit in _HEADING.finditer(source) if hit.start() < place.start()]
    return place.start(), headings[-1].group(1)


@cache
def _sources() -> str:
    """Return the modules of ``config/settings/`` in the order in which they are read."""
    folder = Path(settings.BASE_DIR) / "config" / "settings"
    names = _MODULE.findall((folder / "__init__.py").read_text(encoding="utf-8"))
    return "\n".join((folder / f"{name}.py").read_text(encoding="utf-8") for name in names)


def settings_page() -> str:
    """Return ``docs/settings.md``."""
    lines = [
        "# Settings",
        "",
        "<!-- Written by manage.py write_docs from config/settings/; edit the help there. -->",
        "",
        "Everything is set by environment variables, read once at start. Each `NAME` may instead come from a file: set",
        "`NAME_FILE` to its path, which is how containers hand over secrets. An empty value counts as not set. A value that",
        "cannot be understood ends the start with a sentence that names the setting. `.env.example` lists them all with",
        "their defaults.",
        "",
    ]
    section = ""
    for setting in documented_settings():
        if setting.section != section:
            section = setting.section
            lines += ["", f"## {section[:1].upper()}{section[1:]}", ""]
            lines += ["| setting | what it is for | takes | default |", "|---|---|---|---|"]
        cells = (f"`{setting.name}`", setting.help, setting.kind, _default_cell(setting))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


def _default_cell(setting: Setting) -> str:
    told = _shown(setting.default)
    if setting.production_default != setting.default:
        told += f"; in production {_shown(setting.production_default)}"
    return told


def _shown(default: str) -> str:
    if not default:
        return "none"
    return default if " " in default else ", ".join(f"`{part}`" for part in default.split(","))


def env_example() -> str:
    """Return ``.env.example``."""
    lines = [
        "# Every setting of Switchboard with its default; docs/settings.md is the same as a table.",
        "# Nothing reads this file by itself. Copy it to .env, take the # away from what you change, and start with:",
        "#   set -a; . ./.env; set +a; make run",
        "# Each NAME may come from a file instead: NAME_FILE=/path/to/it.",
    ]
    section = ""
    for setting in documented_settings():
        if setting.section != section:
            section = setting.section
            lines += ["", f"# --- {section} ---"]
        lines += ["", f"# {setting.help}"]
        prose = setting.secret or " " in setting.default
        default = setting.default if prose and setting.default else ""
        also = "" if setting.production_default == setting.default else f" In production: {setting.production_default}."
        lines.append(f"# Takes {setting.kind}.{f' Default: {default}.' if default else ''}{also}")
        lines.append(f"#{setting.name}={'' if prose else setting.default}")
    return "\n".join(lines) + "\n"


def platform_table() -> str:
    """Return the tables of platforms of the README: where each publishes, and what each can, from the registry."""
    places = [_places_row(connector) for connector in CONNECTORS.values()]
    names = [connector.name for connector in CONNECTORS.values()]
    can = [_capability_row(capability, words) for capability, words in CAPABILITY_WORDS.items()]
    return "\n".join(
        [
            "| platform | publishes to |",
            "|---|---|",
            *places,
            "",
            f"| | {' | '.join(names)} |",
            "|---|" + ":-:|" * len(names),
            *can,
        ]
    )


def _places_row(connector: type[Connector]) -> str:
    places = ", ".join(f"{kind.name} (up to {kind.longest_text:,} characters)" for kind in connector.kinds)
    return f"| [{connector.name}](docs/platforms/{connector.slug}.md) | {places} |"


def _capability_row(capability: Capability, words: str) -> str:
    marks = ["yes" if capability in connector.capabilities else "–" for connector in CONNECTORS.values()]
    return f"| {words} | {' | '.join(marks)} |"


def with_platform_table(readme: str) -> str:
    """Return the README with the table between its marks written anew; raises ``CommandError`` without the marks."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise CommandError(f"README.md lacks the marks {BEGIN} and {END}. Put them where the table belongs.")
    return f"{before}{BEGIN}\n{platform_table()}\n{END}{after}"


def written() -> dict[str, str]:
    """Return the whole text of every file this command keeps, by its path from the root."""
    readme = (Path(settings.BASE_DIR) / "README.md").read_text(encoding="utf-8")
    return {
        "docs/settings.md": settings_page(),
        ".env.example": env_example(),
        "README.md": with_platform_table(readme),
    }


class Command(BaseCommand):
    """Write the documents that are made from the code."""

    help = "Write docs/settings.md, .env.example and the README's table of platforms from the code."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer to look without writing."""
        parser.add_argument("--check", action="store_true", help="Write nothing; exit 1 naming what is stale.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write what differs, or name it."""
        root, texts = Path(settings.BASE_DIR), written()
        stale = [
            path
            for path, text in texts.items()
            if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
        ]
        if options["check"]:
            if stale:
                raise CommandError(f"Stale: {', '.join(stale)}. Run: .venv/bin/python manage.py write_docs")
            self.stdout.write("All current.")
            return
        for path in stale:
            (root / path).write_text(texts[path], encoding="utf-8")
        self.stdout.write(f"Written: {', '.join(stale)}." if stale else "All current; nothing to write.")
