"""One place says which version this is, and the wheel holds everything that a hub needs to run."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from packaging.requirements import Requirement

from config import installed, version
from switchboard import command
from tests.docs import reading
from tools import release
from tools.audit import normal

PROJECT: dict[str, Any] = tomllib.loads(reading.read("pyproject.toml"))
VERSION: str = PROJECT["project"]["version"]
WHEEL: dict[str, Any] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
#: Files that may say a version of ours because they are history, or made from the one place.
HISTORY = {"CHANGELOG.md", "docs/adr", "tests/upgrade"}
MADE = "clients/python/switchboard_client/generated/version.py"
#: Where a version of our own could be said.
LOOKED_AT = (
    "*.py",
    "*.toml",
    "*.md",
    "*.html",
    "*.yaml",
    "*.yml",
    "*.json",
    "*.sh",
    "*.service",
    "Containerfile",
    "Makefile",
    "Procfile",
)
_SAID = re.compile(
    r"""(?:switchboard|version|Version|VERSION|this is)["']?\s*[:=\- /]?\s*["']?(\d+\.\d+\.\d+)\b""", re.I
)


def files() -> list[Path]:
    found = {path for pattern in LOOKED_AT for path in reading.ROOT.rglob(pattern)}
    return sorted(
        path
        for path in found
        if not any(
            part.startswith(".") or part in {"var", "build", "dist", "node_modules", "logs"}
            for part in path.relative_to(reading.ROOT).parts
        )
    )


def test_a_version_of_ours_stands_in_one_place_alone() -> None:
    said = {}
    for path in files():
        name = path.relative_to(reading.ROOT).as_posix()
        if name == "pyproject.toml" or name == MADE or any(name.startswith(one) for one in HISTORY):
            continue
        if VERSION in _SAID.findall(path.read_text(encoding="utf-8", errors="replace")):
            said[name] = VERSION
    assert said == {}
    assert reading.read("pyproject.toml").count(f'"{VERSION}"') == 1


def test_everything_that_tells_the_version_tells_that_one(client: Client) -> None:
    assert version.VERSION == settings.VERSION == VERSION
    assert settings.SPECTACULAR_SETTINGS["VERSION"] == VERSION
    assert f"Switchboard {VERSION}" in " ".join(client.get("/docs/nothing-here").content.decode().split())
    assert f'VERSION = "{VERSION}"' in reading.read(MADE)
    client_project = tomllib.loads(reading.read("clients/python/pyproject.toml"))
    assert client_project["project"]["dynamic"] == ["version"]
    assert "version" not in client_project["project"]


def test_the_changelog_has_a_section_for_the_version_with_its_day_on_top() -> None:
    first = re.findall(r"^## (.+)$", reading.read("CHANGELOG.md"), re.M)[0]
    assert re.fullmatch(rf"{re.escape(VERSION)} \(\d{{4}}-\d\d-\d\d\)", first) or first == "Unreleased"


def test_the_wheel_takes_every_room_and_lays_none_of_them_open() -> None:
    taken, moved = set(WHEEL["only-include"]), WHEEL["sources"]
    assert {*reading.ROOMS, "sandbox", "templates", "static", "switchboard"} <= taken
    tops = {name.partition("/")[0] for name in taken} - {"switchboard"}
    assert set(moved) == tops
    assert all(moved[name] == f"switchboard/hub/{name}" for name in tops)
    assert all((reading.ROOT / name).exists() for name in taken)
    assert WHEEL["force-include"] == {"manage.py": "switchboard/hub/manage.py"}


def test_the_wheel_asks_for_the_very_libraries_of_the_lock(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "requirements.lock"):
        (tmp_path / name).write_text(reading.read(name), encoding="utf-8")
    release.pin(tmp_path)
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {Requirement(one) for one in project["project"]["dependencies"]}
    assert {one.name for one in asked} >= {normal(Requirement(one).name) for one in PROJECT["project"]["dependencies"]}
    assert all(str(one.specifier).startswith("==") for one in asked)
    assert len(asked) == len(re.findall(r"^[\w.-]+==", reading.read("requirements.lock"), re.M))
    project["project"]["dependencies"] = PROJECT["project"]["dependencies"]
    assert project == PROJECT


def test_a_commit_with_the_tag_of_another_version_is_no_release() -> None:
    assert release.wrong_tags(["v1.2.3", "nightly"], "1.2.3") == []
    assert release.wrong_tags(["v1.2.2"], "1.2.3") == ["The commit bears the tag v1.2.2 and says that it is 1.2.3"]


def test_a_file_that_comes_out_otherwise_when_built_again_is_named(tmp_path: Path) -> None:
    made, again = [tmp_path / "one" / "hub.whl"], [tmp_path / "two" / "hub.whl"]
    for path, content in ((made[0], b"1"), (again[0], b"2")):
        path.parent.mkdir()
        path.write_bytes(content)
    assert release.differences(made, again) == ["hub.whl has other bytes when it is built again"]
    assert release.differences(made, made) == []
    assert release.differences(made, []) != []


def test_what_pages_read_beside_the_code_is_in_the_wheel_and_in_the_image() -> None:
    read = {
        match
        for path in ("config/urls.py", "monitoring/runbook.py")
        for match in re.findall(r'"(docs/[\w/]+\.md)"', reading.read(path))
    }
    read |= {"docs/api/errors.md"}
    assert read == {"docs/api/errors.md", "docs/runbook.md"}
    image = reading.read("deploy/Containerfile")
    for name in read:
        assert name in WHEEL["only-include"]
        assert f"COPY {name} {name}" in image
        assert f"!{name}" in reading.read(".dockerignore")


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("/data", "/data/switchboard"),
        ("", "/home/ada/.local/share/switchboard"),
        ("relative", "/home/ada/.local/share/switchboard"),
    ],
)
def test_a_hub_from_the_wheel_keeps_its_data_outside_the_environment(
    variable: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installed, "IS_PACKAGE", True)
    monkeypatch.setenv("XDG_DATA_HOME", variable)
    monkeypatch.setenv("HOME", "/home/ada")
    assert installed.data_directory() == Path(expected)


def test_the_command_tells_the_version_and_what_it_can_do() -> None:
    for words, expected in ((["version"], VERSION), ([], "switchboard start")):
        done = subprocess.run(
            [sys.executable, "-m", "switchboard", *words], cwd=reading.ROOT, capture_output=True, text=True, check=True
        )
        assert expected in done.stdout


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_a_process_of_production_is_started_as_operations_says(name: str) -> None:
    said = " ".join(command.PROCESSES[name]).replace("{home}/", "")
    assert said in reading.read("docs/operations.md")
