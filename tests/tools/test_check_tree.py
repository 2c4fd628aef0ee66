"""What tools/check_tree.py finds, what it lets pass, and that a finding names its place and remedy."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import check_tree


def found(tmp_path: Path, name: str, text: str) -> list[tuple[int, str]]:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return [(finding.line, finding.what) for finding in check_tree.look(tmp_path, Path(name))]


# Put together here, so that this file holds none of the shapes it tests.
SECRETS = {
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "an AWS access key": "AKIA" + "IOSFODNN7EXAMPLE",
    "a GitHub token": "ghp_" + "a1" * 18,
    "a Google API key": "AIza" + "b" * 35,
    "a Google client secret": "GOCSPX-" + "c" * 28,
    "a Google access token": "ya29." + "d" * 60,
    "a Meta access token": "EAA" + "E" * 80,
    "a LinkedIn client secret": "WPL_AP1." + "f" * 16,
    "a TikTok access token": "act." + "g" * 40,
    "a Mailchimp API key": "0" * 32 + "-us21",
    "a Slack token": "xoxb-" + "1" * 20,
    "a Stripe key": "sk_live_" + "h" * 20,
    "a key of 32 bytes in base64": "Zm9v" * 10 + "abc" + "=",
    "a key of 32 bytes in hex": "secret_key = " + "0f" * 32,
    "an API key of this hub": "swb_" + "0a" * 4 + "_" + "L" * 43,
    "a webhook's signing secret": "whsec_" + "M" * 32,
    "a JSON web token": "eyJ" + "i" * 12 + ".eyJ" + "j" * 12 + "." + "k" * 20,
}


def test_every_secret_shape_has_a_sample() -> None:
    assert SECRETS.keys() == check_tree.SECRETS.keys()


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_found_in_any_file_unless_marked_with_a_reason(name: str, tmp_path: Path) -> None:
    line = f'key = "{SECRETS[name]}"'
    assert found(tmp_path, "notes.md", f"first\n{line}\n") == [(2, name)]
    assert found(tmp_path, "notes.md", f"{line}  <!-- check-tree: allow a canary -->\n") == []
    assert found(tmp_path, "notes.md", f"{line}  <!-- check-tree: allow -->\n") != []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://packages.example.org/simple",
        "--find-links wheels",
        "-i https://packages.example.org/simple",
        "-e .",
        "thing @ https://example.org/thing.whl",
        "thing @ file:///thing.whl",
    ],
)
def test_a_lock_names_no_place(line: str, tmp_path: Path) -> None:
    lock = "thing==1.0 ; python_full_version < '3.12' \\\n    --hash=sha256:00\n"
    assert found(tmp_path, "requirements.lock", lock) == []
    [(number, what)] = found(tmp_path, "requirements.lock", lock + line)
    assert (number, what) == (3, "an address or option in a lock")


@pytest.mark.parametrize("name", ["Makefile", "setup.cfg", "requirements.txt", "pyproject.toml", ".ci/run"])
@pytest.mark.parametrize("option", ["--index-url", "--extra-index-url", "--find-links"])
def test_an_index_option_is_found_where_it_would_work(name: str, option: str, tmp_path: Path) -> None:
    assert found(tmp_path, name, f"x {option} y\n") == [(1, "an option for pip's index")]
    assert found(tmp_path, "README.md", f"x {option} y\n") == []


def test_an_index_in_the_settings_of_uv_is_found(tmp_path: Path) -> None:
    assert found(tmp_path, "pyproject.toml", "[tool.uv]\nindex-url = 'x'\n") == [(2, "an option for pip's index")]


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "X" * 3])
def test_work_left_for_later_is_found_in_python(word: str, tmp_path: Path) -> None:
    assert found(tmp_path, "a.py", f"x = 1  # {word}: think\n") == [(1, "work left for later")]
    assert found(tmp_path, "a.py", f"{word}S = 1\n") == []
    assert found(tmp_path, "a.md", word) == []


def test_a_large_file_is_found(tmp_path: Path) -> None:
    assert found(tmp_path, "a.svg", " " * 1_000_001) == [(1, "a file of 1.0 MB")]
    assert found(tmp_path, "a.svg", " " * 1_000_000) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("@pytest.mark.skip\ndef test_a(): ...", [1]),
        ("@pytest.mark.xfail(strict=True)\nclass TestA: ...", [1]),
        ("def test_a():\n    pytest.skip('no server')", [2]),
        ("redis = pytest.importorskip('redis')", [1]),
        ("class A(TestCase):\n    def test_a(self):\n        self.skipTest('no')", [3]),
        ("pytestmark = pytest.mark.skipif(True)", [1]),
        ("@pytest.mark.live\n@pytest.mark.skipif(True)\ndef test_a(): ...", []),
        ("@pytest.mark.live\nclass TestA:\n    def test_a(self):\n        pytest.skip('no key')", []),
        ("pytestmark = [pytest.mark.live]\ndef test_a():\n    pytest.skip('no key')", []),
        ("@pytest.mark.live\ndef test_a(): ...\ndef test_b():\n    pytest.skip('no')", [4]),
        ("cursor.skip(3)", []),
    ],
)
def test_a_test_left_out_is_found_unless_it_is_live(text: str, lines: list[int], tmp_path: Path) -> None:
    assert [line for line, _ in found(tmp_path, "tests/test_a.py", text)] == lines
    assert found(tmp_path, "rooms/a.py", text) == []


def test_files_are_those_of_git_and_not_the_ignored(tmp_path: Path) -> None:
    for name in (".gitignore", "tracked.py", "new.py", "var/data.py", "gone.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("/var/\n")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "tracked.py", "gone.py"], cwd=tmp_path, check=True)
    (tmp_path / "gone.py").unlink()
    assert {str(path) for path in check_tree.files(tmp_path)} == {".gitignore", "tracked.py", "new.py"}


def test_files_are_found_without_git(tmp_path: Path) -> None:
    for name in (".ci/run", "a.py", ".venv/b.py", "rooms/.mypy_cache/c.py", "rooms/__pycache__/d.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert {str(path) for path in check_tree.files(tmp_path)} == {".ci/run", "a.py"}


def test_a_finding_tells_place_and_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "clean.py").write_text("x = 1\n")
    assert check_tree.main(tmp_path) == 0
    (tmp_path / "key.md").write_text("\n" + SECRETS["a private key"])
    assert check_tree.main(tmp_path) == 1
    assert "key.md:2  a private key  -> take it out and revoke it" in capsys.readouterr().out


def test_a_binary_file_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "image.png").write_bytes(b"\x89PNG\0\xff\xfe")
    assert list(check_tree.look(tmp_path, Path("image.png"))) == []


def test_a_lock_that_lags_behind_is_found(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[project]\ndependencies = ['celery[redis]>=5', 'Zope.Thing']\n"
        "[project.optional-dependencies]\ndev = ['ruff>=0.14']\n"
    )
    run, dev = tmp_path / "requirements.lock", tmp_path / "requirements-dev.lock"
    run.write_text("celery==5.7.0 \\\n    --hash=sha256:00\nzope-thing==1 ; python_version < '3.12' \\\n")
    dev.write_text(run.read_text() + "ruff==0.17.6 \\\n")
    assert list(check_tree.stale_locks(tmp_path)) == []
    dev.write_text("celery==5.6.0 \\\nzope-thing==1 ; python_version < '3.12' \\\n")
    assert [finding.what for finding in sorted(check_tree.stale_locks(tmp_path))] == [
        "no celery==5.7.0, which requirements.lock has",
        "no ruff, which pyproject.toml asks for",
    ]


def commit(root: Path, name: str, text: str) -> None:
    (root / name).write_text(text)
    subprocess.run(["git", "add", name], cwd=root, check=True)
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, "commit", "--quiet", "-m", "x"], cwd=root, check=True)


def test_a_secret_that_a_commit_put_in_is_found_after_another_took_it_out(tmp_path: Path) -> None:
    assert list(check_tree.in_new_commits(tmp_path)) == [], "no git, no history"
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    commit(tmp_path, "a.py", "x = 1\n")
    assert list(check_tree.in_new_commits(tmp_path)) == []
    planted = {name: SECRETS[name] for name in ("an AWS access key", "a private key", "a key of 32 bytes in base64")}
    commit(tmp_path, "a.py", "".join(f"x = '{secret}'\n" for secret in planted.values()))
    commit(tmp_path, "a.py", "x = 1\n")
    commit(tmp_path, "b.py", f"x = '{SECRETS['a Slack token']}'  # check-tree: allow a canary\n")
    assert [finding for path in check_tree.files(tmp_path) for finding in check_tree.look(tmp_path, path)] == []
    found = list(check_tree.in_new_commits(tmp_path))
    assert {finding.what.partition(" in the commit")[0] for finding in found} == planted.keys()
    assert {finding.path for finding in found} == {"a.py"}


def test_what_a_remote_has_was_looked_at_before(tmp_path: Path) -> None:
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    theirs.mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=theirs, check=True)
    commit(theirs, "a.py", f"x = '{SECRETS['a Stripe key']}'\n")
    subprocess.run(["git", "clone", "--quiet", str(theirs), str(ours)], check=True)
    assert list(check_tree.in_new_commits(ours)) == []
    commit(ours, "b.py", f"x = '{SECRETS['a GitHub token']}'\n")
    assert [finding.path for finding in check_tree.in_new_commits(ours)] == ["b.py"]


def test_hashes_and_signatures_are_no_keys(tmp_path: Path) -> None:
    harmless = ("v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=", "sha256-" + "a" * 43 + "=", "sha256:" + "0f" * 32)
    for text in harmless:
        assert found(tmp_path, "a.md", text) == [], text
