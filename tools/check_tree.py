"""Look through the files of the tree for what must not be in them, and say where, what, and how to put it right.

A line that is meant to be as it is (a canary a test looks for) says so: `check-tree: allow`, then the reason.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

ALLOW = re.compile(r"check-tree: allow \w")
#: Files that can bear no such words, and why what they hold is no secret.
KNOWN_FILES = {"tests/upgrade/0.1.0.json": "a database made for a test, sealed with the key that stands in it"}

RUN_LOCK, DEV_LOCK, LOOK_LOCK = "requirements.lock", "requirements-dev.lock", "requirements-look.lock"
LOCK_REMEDY = "write the locks with `make lock`"

LARGEST_BYTES = 1_000_000

NOT_OURS = {".git", ".venv", "var", "build", "logs", "staticfiles", "node_modules", "__pycache__"}
"""Left out where there is no git to ask; also every hidden cache."""

SECRETS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----"),
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60})"),
    "a Google API key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}"),
    "a Google client secret": re.compile(r"\bGOCSPX-[0-9A-Za-z_-]{28}"),
    "a Google access token": re.compile(r"\bya29\.[0-9A-Za-z_-]{60}"),
    "a Meta access token": re.compile(r"\bEAA[0-9A-Za-z]{80}"),
    "a LinkedIn client secret": re.compile(r"\bWPL_AP[01]\.[0-9A-Za-z.=+/]{16}"),
    "a TikTok access token": re.compile(r"\b(?:act|rft)\.[0-9A-Za-z]{40}"),
    "a Mailchimp API key": re.compile(r"\b[0-9a-f]{32}-us[0-9]{1,2}\b"),
    "a Slack token": re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{20}"),
    "a Stripe key": re.compile(r"\b[rs]k_live_[0-9A-Za-z]{20}"),
    "a key of 32 bytes in base64": re.compile(r"(?<![A-Za-z0-9_+/=,-])[A-Za-z0-9_+/-]{43}=(?![A-Za-z0-9=])"),
    "a key of 32 bytes in hex": re.compile(
        r"(?i:secret|key|token|password)[\w.]*[\"']?\s*[:=]+\s*[\"']?[0-9a-f]{64}\b"
    ),
    "an API key of this hub": re.compile(r"\bswb_[0-9a-f]{8}_[A-Za-z0-9_-]{40}"),
    "a webhook's signing secret": re.compile(r"\bwhsec_[A-Za-z0-9+/]{32}"),
    "a JSON web token": re.compile(r"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{20}"),
}

LATEST_COMMITS = 50
#: What no remote has yet. A fresh clone's remote has all; then the newest commits were looked at by whoever pushed them.
NOT_PUSHED = ("--not", "--remotes")

#: Letters that every secret of a shape holds. To look for them is much quicker, and most files hold none of them.
HINTS = {
    "a private key": ("PRIVATE KEY",),
    "an AWS access key": ("AKIA", "ASIA"),
    "a GitHub token": ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    "a Google API key": ("AIza",),
    "a Google client secret": ("GOCSPX-",),
    "a Google access token": ("ya29.",),
    "a Meta access token": ("EAA",),
    "a LinkedIn client secret": ("WPL_AP",),
    "a TikTok access token": ("act.", "rft."),
    "a Mailchimp API key": ("-us",),
    "a Slack token": ("xox",),
    "a Stripe key": ("k_live_",),
    "an API key of this hub": ("swb_",),
    "a webhook's signing secret": ("whsec_",),
    "a JSON web token": ("eyJ",),
}

INDEX_OPTION = re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|^\s*(?:extra-)?index-url\s*=", re.M)

FOREIGN_TO_A_LOCK = re.compile(r"://|\s@\s|^\s*-(?!-hash=)")
"""In a lock: an address, a package taken from a file or address, or any option but a hash."""

LEFTOVER = re.compile(r"\b(?:TODO|FIXME|XXX)\b")  # check-tree: allow the words looked for

SKIPS = {"skip", "skipif", "skipIf", "skipUnless", "xfail", "importorskip", "skipTest", "SkipTest", "expectedFailure"}
SKIPPERS = {"pytest", "unittest", "self"}


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}  {self.what}  -> {self.remedy}"


def main(root: Path = ROOT) -> int:
    paths = sorted(files(root))
    findings = sorted(
        [*(finding for path in paths for finding in look(root, path)), *stale_locks(root), *in_new_commits(root)]
    )
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{len(paths)} files looked through, {len(findings)} findings\n")
    return 1 if findings else 0


def files(root: Path) -> Iterator[Path]:
    """Yield the files git tracks or would track, relative to the root; every file where git does not know the place."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        listed = done.stdout.split("\0")[:-1] if done.returncode == 0 else None
    except FileNotFoundError:
        listed = None
    for path in map(Path, listed) if listed is not None else walk(root):
        if (root / path).is_file() and not (root / path).is_symlink():
            yield path


def walk(root: Path) -> Iterator[Path]:
    for path in root.rglob("*"):
        parts = path.relative_to(root).parts
        if not any(part in NOT_OURS or part.endswith("_cache") for part in parts):
            yield path.relative_to(root)


def look(root: Path, path: Path) -> Iterator[Finding]:
    """Yield every finding in one file."""
    content = (root / path).read_bytes()
    if len(content) > LARGEST_BYTES:
        size = f"a file of {len(content) / 1_000_000:.1f} MB"
        yield Finding(str(path), 1, size, "make it smaller, or make it when it is needed")
    if b"\0" in content[:8192]:
        return
    text = content.decode(errors="replace")
    allowed = {number for number, line in enumerate(text.splitlines(), 1) if ALLOW.search(line)}
    for line, what, remedy in in_text(path, text):
        if line not in allowed:
            yield Finding(str(path), line, what, remedy)


def in_text(path: Path, text: str) -> Iterator[tuple[int, str, str]]:
    is_lock = path.suffix == ".lock"
    takes_options = path.suffix in {".txt", ".toml", ".cfg", ".ini", ".sh", ".lock"} or path.name in {"Makefile", "run"}
    shapes = {} if str(path) in KNOWN_FILES else held_in(text)
    for number, line in enumerate(text.splitlines(), 1):
        for name, shape in shapes.items():
            if shape.search(line):
                yield number, name, "take it out and revoke it; a canary is marked `check-tree: allow` with a reason"
        if is_lock and FOREIGN_TO_A_LOCK.search(line):
            yield number, "an address or option in a lock", LOCK_REMEDY
        elif takes_options and INDEX_OPTION.search(line):
            yield number, "an option for pip's index", "leave the index to the settings of who installs"
        if path.suffix == ".py" and LEFTOVER.search(line):
            yield number, "work left for later", "do it, or write it down where work is planned"
    if path.suffix == ".py" and path.parts[0] == "tests":
        yield from skips(text)


def held_in(text: str) -> dict[str, re.Pattern[str]]:
    """Return the shapes that a text holds somewhere."""
    likely = {name: shape for name, shape in SECRETS.items() if any(hint in text for hint in HINTS.get(name, ("",)))}
    return {name: shape for name, shape in likely.items() if shape.search(text)}


def in_new_commits(root: Path) -> Iterator[Finding]:
    """Yield secrets that a commit of late put in, also where a later one took them out again: whoever has the history has them.

    New is what is in no branch of a remote; where there is none, the last ``LATEST_COMMITS``.
    """
    told = git(
        root,
        "log",
        f"--max-count={LATEST_COMMITS}",
        "--format=%x00%h",
        "--unified=0",
        "-p",
        "--no-color",
        "HEAD",
        *NOT_PUSHED,
    )
    shapes = held_in(told)
    commit, path = "", ""
    for line in told.splitlines() if shapes else ():
        if line.startswith("\0"):
            commit = line[1:]
        elif line.startswith("+++ "):
            path = line[6:]
        elif line.startswith("+") and path not in KNOWN_FILES and not ALLOW.search(line):
            for name, shape in shapes.items():
                if shape.search(line):
                    what = f"{name} in the commit {commit}"
                    yield Finding(path, 1, what, "revoke it, and write the commit anew before it is pushed")


def git(root: Path, *arguments: str) -> str:
    """Return what git says; nothing where it does not know the place, or there is none."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, errors="replace", check=False
        )
    except FileNotFoundError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def skips(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield every skip or expected failure that does not belong to a test marked `live`."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        yield error.lineno or 1, "not Python", "mend the syntax"
        return
    marks = [node.value for node in tree.body if isinstance(node, ast.Assign) and "pytestmark" in names(node.targets)]
    if not any("live" in names([mark]) for mark in marks):
        yield from skips_below(tree)


def skips_below(node: ast.AST) -> Iterator[tuple[int, str, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and "live" in names(
            child.decorator_list
        ):
            continue
        if isinstance(child, ast.Attribute) and child.attr in SKIPS and names([child.value]) & SKIPPERS:
            what = f"a test left out by {child.attr}"
            yield child.lineno, what, "let it run or remove it; only tests marked `live` may be left out"
        yield from skips_below(child)


def stale_locks(root: Path) -> Iterator[Finding]:
    """Yield every package that pyproject.toml asks for and its lock lacks, and every pin on which the locks differ."""
    if not (root / "pyproject.toml").exists():
        return
    told = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project = told["project"]
    wanted = {RUN_LOCK: project.get("dependencies", [])}
    wanted[DEV_LOCK] = wanted[RUN_LOCK] + project.get("optional-dependencies", {}).get("dev", [])
    if group := told.get("dependency-groups", {}).get("look"):
        wanted[LOOK_LOCK] = group
    pins = {lock: set(re.findall(r"^\S+==[^\\\n]+", (root / lock).read_text(), re.M)) for lock in wanted}
    for lock, requirements in wanted.items():
        locked = {normal(pin) for pin in pins[lock]}
        for requirement in requirements:
            if normal(requirement) not in locked:
                yield Finding(lock, 1, f"no {normal(requirement)}, which pyproject.toml asks for", LOCK_REMEDY)
    for pin in pins[RUN_LOCK] - pins[DEV_LOCK]:
        yield Finding(DEV_LOCK, 1, f"no {pin.strip()}, which {RUN_LOCK} has", LOCK_REMEDY)


def normal(requirement: str) -> str:
    """Return the name a requirement begins with, spelled as the index spells it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement)[0]).lower()


def names(nodes: Iterable[ast.AST]) -> set[str]:
    """Return every name and attribute below these nodes."""
    found = set()
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, ast.Name):
                found.add(part.id)
            elif isinstance(part, ast.Attribute):
                found.add(part.attr)
    return found


if __name__ == "__main__":
    sys.exit(main())
