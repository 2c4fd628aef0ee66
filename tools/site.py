"""How the documentation becomes a site: which page stands where, and where links lead that leave docs/.

MkDocs calls these functions (``hooks`` in mkdocs.yml). A page that nobody named here stands at the end of its section, so a new
file is enough for a new page.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

#: The sections in their order: title, the pages that come first, and the folders or files whose other pages follow.
SECTIONS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "API",
        (
            "api/quickstart.md",
            "api/authentication.md",
            "api/conventions.md",
            "api/publishing.md",
            "api/connections.md",
            "api/connect-links.md",
            "api/places.md",
            "api/settings.md",
            "api/media.md",
            "api/analytics.md",
            "api/reports.md",
            "api/webhooks.md",
            "api/platform-events.md",
            "api/alerts.md",
            "api/python.md",
            "api/errors.md",
        ),
        ("api/",),
    ),
    ("Platforms", ("platforms/index.md",), ("platforms/",)),
    ("Sandbox", ("sandbox.md",), ("sandbox/",)),
    (
        "Self-hosting",
        (
            "self-hosting.md",
            "operations.md",
            "runbook.md",
            "flags.md",
            "views.md",
            "settings.md",
            "datadog.md",
            "metrics.md",
            "performance.md",
        ),
        (),
    ),
    ("Inside", ("architecture.md", "signals.md"), ("",)),
    ("Decisions", ("adr/index.md",), ("adr/",)),
)
#: Files outside docs/ that pages link to; each becomes a page of the site.
GUESTS = {"sandbox/README.md": "sandbox/reference.md", "clients/python/README.md": "api/python.md"}
_FOREIGN = re.compile(
    r"<(?:script|img|iframe|link(?=[^>]+rel=\"(?:stylesheet|preload|icon)))[^>]+(?:src|href)=\"?(?:https?:)?//[^>]*>"
)
_LINK = re.compile(r"(?<!!)\[([^\]\n]*)\]\(([^)\s]+)\)")


def on_config(config: Any) -> Any:
    """Write the navigation from the files there are."""
    docs = Path(config["docs_dir"])
    there = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")}
    there |= {page for source, page in GUESTS.items() if (ROOT / source).is_file()}
    left = there - {"index.md"}
    nav: list[Any] = [{"Home": "index.md"}]
    chosen: dict[str, list[str]] = {}
    for title, first, _ in SECTIONS:
        chosen[title] = [page for page in first if page in left]
        left -= set(chosen[title])
    # The longest beginning wins, so that "" takes what no other section does.
    for page in sorted(left):
        fits = [(len(start), title) for title, _, starts in SECTIONS for start in starts if page.startswith(start)]
        chosen[max(fits)[1]].append(page)
    config["nav"] = nav + [{title: pages} for title, pages in chosen.items() if pages]
    return config


def on_files(files: Any, *, config: Any) -> Any:
    """Add the pages that live outside docs/."""
    from mkdocs.structure.files import File

    for source, page in GUESTS.items():
        if (ROOT / source).is_file():
            text = (ROOT / source).read_text(encoding="utf-8")
            files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Lead links that leave docs/ to the guests' pages; what is no page at all stays as words."""
    here = next((source for source, guest in GUESTS.items() if guest == page.file.src_uri), f"docs/{page.file.src_uri}")

    def moved(link: re.Match[str]) -> str:
        target, _, anchor = link[2].partition("#")
        if not target or "://" in target or target.startswith(("mailto:", "/")):
            return link[0]
        found = _resolved(PurePosixPath(here).parent, target)
        if found in GUESTS:
            found = f"docs/{GUESTS[found]}"
        elif found.startswith("docs/") and here.startswith("docs/"):
            return link[0]
        if not found.startswith("docs/"):
            return link[1]
        ups = "../" * len(PurePosixPath(page.file.src_uri).parent.parts)
        return f"[{link[1]}]({ups}{found.removeprefix('docs/')}{'#' + anchor if anchor else ''})"

    return _LINK.sub(moved, markdown)


def _resolved(folder: PurePosixPath, target: str) -> str:
    parts: list[str] = list(folder.parts)
    for part in PurePosixPath(target).parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def on_post_build(*, config: Any) -> None:
    """Take out the one address that the theme would load a script from, when pages are read from the disk."""
    for path in (Path(config["site_dir"]) / "assets" / "javascripts").glob("bundle.*.js"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("https://unpkg.com/iframe-worker/shim", "data:text/javascript,"), encoding="utf-8")
    for path in Path(config["site_dir"]).rglob("*.html"):
        if found := _FOREIGN.search(path.read_text(encoding="utf-8")):
            raise SystemExit(f"{path.name} would fetch something from elsewhere: {found[0][:200]}")
