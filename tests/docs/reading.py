"""What the tests of the documents read: Markdown, and the names that stand in the code."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
ROOMS: Final = ("config", "monitoring", "outbox", "publishing", "connectors", "media", "vault", "tenants", "foundation")
#: Directories that hold no documents of ours.
_ELSEWHERE: Final = {"var", "build", "node_modules"}
_WORD: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a Markdown file."""

    language: str
    text: str


def documents() -> list[Path]:
    """Every Markdown file of the tree, by its path from the root."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    return sorted(
        path
        for path in found
        if not any(part in _ELSEWHERE or part.startswith(".") for part in path.parts)
        and "site-packages" not in path.parts
    )


def read(path: str | Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def blocks(path: str | Path, language: str) -> list[Block]:
    """The fenced blocks of one language, in order."""
    hits = re.finditer(r"^```(\w*)\n(.*?)^```$", read(path), re.M | re.S)
    return [Block(hit[1], hit[2]) for hit in hits if hit[1] == language]


def prose(text: str) -> str:
    """A document without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def in_ticks(path: str | Path) -> set[str]:
    """Every word that stands alone in backticks in a document."""
    return set(re.findall(r"`([^`\s]+)`", read(path)))


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, made the way GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(read(path)), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def modules(*rooms: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every module of these rooms, migrations left out."""
    for room in rooms or ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def told_codes() -> dict[str, str]:
    """Every stable code that the code can tell a caller, with the module it stands in.

    A code is the ``code`` of a refusal or a problem (as a class attribute, an argument, or a name that is assigned to), and
    the second field of a ``Finding`` or ``HealthFinding``, also where a small function of the module makes it.
    """
    found: dict[str, str] = {}
    for path, tree in modules():
        for node in ast.walk(tree):
            for code in _codes_at(node):
                found.setdefault(code, str(path))
    return found


def _codes_at(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ClassDef):
        for statement in node.body:
            if isinstance(statement, ast.Assign) and [_name(target) for target in statement.targets] == ["code"]:
                yield from _words(statement.value)
    elif isinstance(node, ast.Call) and _name(node.func) in _TELLING:
        yield from _in_call(node)
    elif isinstance(node, ast.Assign):
        yield from _assigned(node)
    elif isinstance(node, ast.AnnAssign) and _name(node.target) == "_OURS" and isinstance(node.value, ast.Dict):
        for row in node.value.values:
            if isinstance(row, ast.Tuple):
                yield from _words(row.elts[0])
    elif isinstance(node, ast.FunctionDef) and node.name == "obstacle_at":
        for part in ast.walk(node):
            if isinstance(part, ast.Return) and isinstance(part.value, ast.Tuple):
                yield from _words(part.value.elts[0])


#: Calls that take a code, and the place of their argument where it may come without its name.
_TELLING: Final = {
    "Refusal": None, "NotFound": None, "Forbidden": None, "Conflict": None, "Invalid": None, "Unavailable": None,
    "ConnectRefused": None, "AuthenticationFailed": None, "problem": None, "ErrorDetail": None,
    "ValidationError": None, "TooLarge": None, "MediaGone": None, "OffsetMismatch": None, "WrongProtocol": None, "Refused": 0,
    "Finding": 1, "HealthFinding": 1, "_bad": 0,
}  # fmt: skip


def _in_call(node: ast.Call) -> Iterator[str]:
    place = _TELLING[_name(node.func)]
    for keyword in node.keywords:
        if keyword.arg == "code":
            yield from _words(keyword.value)
    if place is not None and len(node.args) > place:
        yield from _words(node.args[place])


def _assigned(node: ast.Assign) -> Iterator[str]:
    target, value = node.targets[0], node.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for name, assigned in zip(target.elts, value.elts, strict=True):
            if _name(name) == "code":
                yield from _words(assigned)
    elif _name(target) == "code":
        for part in ast.walk(value):
            if isinstance(part, ast.Call) and _name(part.func) == "getattr":
                continue
            yield from (word for word in _words(part) if word != "code")


def _words(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _WORD.fullmatch(node.value):
        yield node.value


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
