"""What the hub's own source never does, found by reading all of it: unpickle, run text, compare secrets letter by letter, stall on a word."""

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from celery import current_app
from django.conf import settings

ROOT: Final = Path(__file__).resolve().parents[1]
ROOMS: Final = ("config", "monitoring", "outbox", "publishing", "connectors", "media", "vault", "tenants", "foundation")

#: What makes a program of data, or of a stranger's text.
MODULES: Final = {
    "pickle",
    "cPickle",
    "_pickle",
    "dill",
    "cloudpickle",
    "jsonpickle",
    "marshal",
    "shelve",
    "yaml",
    "xml",
    "lxml",
}
CALLS: Final = {"eval", "exec", "compile", "__import__"}
METHODS: Final = {"os.system", "os.popen", "os.spawnl", "subprocess.getoutput", "subprocess.getstatusoutput"}
#: Names under which digests and secrets go; two of them are compared with ``hmac.compare_digest`` or as ``Secret``.
SECRET: Final = re.compile(
    r"(^|_)(digest|secret|signature|binding|token|password|hash|hmac|mac|nonce|recovery_code)s?$", re.I
)
#: Compared openly all the same, and why that tells nobody anything.
OPENLY: Final[dict[str, str]] = {
    "publishing/acting.py": "what a request asked for, hashed to tell whether it is the same; the caller knows it",
    "publishing/accepting.py": "the same",
    "connectors/connect_links.py:request_digest": "the same",
    "connectors/mailchimp/publish.py": "what a campaign holds, hashed to tell whether it changed",
    "connectors/own_addresses.py": "two of our own: what the vault holds, and what the row beside it says",
}


@cache
def sources() -> list[tuple[str, ast.Module]]:
    """Every module of the rooms with what it says."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts]
    return [(str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def made_programs(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield where a module unpickles, evaluates, parses XML or speaks to a shell."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            for module in modules:
                if module.split(".")[0] in MODULES:
                    yield node.lineno, f"imports {module}"
        elif isinstance(node, ast.Call):
            name = dotted(node.func)
            if name in CALLS or name in METHODS:
                yield node.lineno, f"calls {name}"
            for keyword in node.keywords:
                if keyword.arg == "shell" and not (
                    isinstance(keyword.value, ast.Constant) and keyword.value.value is False
                ):
                    yield node.lineno, "opens a shell"


def secret_name(node: ast.AST) -> str:
    """Return the name of what is compared, if it is one of secrets."""
    if isinstance(node, ast.Call):
        node = node.func
        return (
            secret_name(node.value)
            if isinstance(node, ast.Attribute) and node.attr in {"lower", "hex", "reveal"}
            else (dotted(node).rpartition(".")[2] if SECRET.search(dotted(node).rpartition(".")[2]) else "")
        )
    name = dotted(node).rpartition(".")[2]
    return name if SECRET.search(name) else ""


def is_plain(node: ast.AST) -> bool:
    """Tell whether a side is a word of the code, or a ``Secret``, whose own comparison takes its time."""
    name = dotted(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2]
    return name.isupper() or name == "Secret"


def open_comparisons(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield where a digest or secret is compared with ``==``, which is as quick as it differs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Constant) or is_plain(side) for side in sides):
                continue
            for name in filter(None, map(secret_name, sides)):
                yield node.lineno, name
                break


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import pickle", True),
        ("from yaml import load", True),
        ("import xml.etree.ElementTree as ET", True),
        ("eval(x)", True),
        ("subprocess.run(x, shell=True)", True),
        ("os.system('x')", True),
        ("subprocess.run(x, shell=False)", False),
        ("re.compile('x')", False),
    ],
)
def test_the_search_for_programs_made_of_data_finds_what_it_is_to_find(text: str, found: bool) -> None:
    assert bool(list(made_programs(ast.parse(text)))) is found


def test_nothing_is_unpickled_evaluated_or_given_to_a_shell() -> None:
    assert [(path, *where) for path, tree in sources() for where in made_programs(tree)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("if row.digest == digest_of(x): pass", True),
        ("if given != self.signature: pass", True),
        ("if x.token.lower() == y: pass", True),
        ("if token == '': pass", False),
        ("if token_version == 3: pass", False),
        ("if kind == ACCESS_TOKEN: pass", False),
        ("if secret == Secret(x): pass", False),
        ("if hmac.compare_digest(a.digest, b): pass", False),
    ],
)
def test_the_search_for_open_comparisons_finds_what_it_is_to_find(text: str, found: bool) -> None:
    assert bool(list(open_comparisons(ast.parse(text)))) is found


def test_digests_and_secrets_are_compared_in_constant_time() -> None:
    found = {(path, name) for path, tree in sources() for _, name in open_comparisons(tree)}
    assert {(path, name) for path, name in found if path not in OPENLY and f"{path}:{name}" not in OPENLY} == set()


def test_tasks_sessions_and_caches_are_json() -> None:
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.CELERY_TASK_SERIALIZER == "json"
    assert current_app.conf.accept_content == ["json"]
    assert current_app.conf.result_serializer == "json"
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"


# --- what linters are told to pass over -----------------------------------------------------------------------------------


def test_every_rule_of_bandits_that_is_passed_over_says_why_on_its_line() -> None:
    bare = re.compile(r"noqa: [A-Z0-9, ]*\bS\d{3}[A-Z0-9, ]*(?! *- \w)")
    silent = []
    for folder in (*ROOMS, "sandbox", "tools", "bench", "tests", "examples"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if (hit := bare.search(line)) and " - " not in line[hit.start() :] and path.name != "test_source.py":
                    silent.append(f"{path.relative_to(ROOT)}:{number}")
    assert silent == []


# --- regular expressions ---------------------------------------------------------------------------------------------------

LONG: Final = 5_000
#: Words on which careless expressions stall; each also with an end that does not fit.
STALLING: Final = tuple(
    unit * (LONG // len(unit)) + end
    for unit in (
        "a",
        "0",
        " ",
        "-",
        "/",
        "@",
        ".",
        "a.",
        "a@",
        "0-",
        "\n",
        "\t ",
        "/a",
        "%4",
        "aA0_",
        "a=",
        "&code=",
        ":",
        "[",
        "é",
    )
    for end in ("", "!", "\x00")
)

#: Only ever held against a whole text, from its beginning.
WHOLE: Final = {r"[^@\s,;<>\"]+@[^@\s,;<>\".]+(\.[^@\s,;<>\".]+)+"}


#: Meets the hub's own documents alone, and never a stranger's word.
OURS: Final = {r"`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|\*([^*]+)\*"}


def patterns() -> dict[str, re.Pattern[str]]:
    """Every expression that a module of the hub keeps."""
    found: dict[str, re.Pattern[str]] = {}
    for room in ROOMS:
        package = importlib.import_module(room)
        names = [one.name for one in pkgutil.walk_packages(package.__path__, f"{room}.")]
        for name in names:
            if (
                ".migrations" in name
                or ".management" in name
                or name in {"config.wsgi", "config.gunicorn", "media.cell.__main__"}
            ):
                continue
            module = importlib.import_module(name)
            for attribute, value in vars(module).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    found.setdefault(value.pattern, value)
                    del attribute
    return found


def seconds_of(search: Callable[[str], object], word: str) -> float:
    """Return how much of the processor's time a search takes."""
    began = time.process_time()
    search(word)
    return time.process_time() - began


def test_no_expression_stalls_on_five_thousand_letters_of_a_stranger() -> None:
    slow = {}
    kept = patterns()
    for text, pattern in kept.items():
        for word in STALLING if text not in OURS else ():
            search = pattern.fullmatch if text in WHOLE else pattern.search
            # The best of three, where one was slow: the machine may have had something else to do.
            took = seconds_of(search, word)
            if took > 0.08 and (took := min(seconds_of(search, word) for _ in range(3))) > 0.08:
                slow[text] = (word[:8], round(took, 2))
                break
    assert slow == {}
    assert len(kept) > 40
