"""Build a release: wheel and sdist in dist/, with the lock that was tested and the hashes of all three.

    python tools/release.py [--out dist] [--changed]

Built is what is committed, from an export of it, with the commit's time in place of today's: whoever builds the same commit gets the
same bytes. It is built twice, in another place and under other circumstances, and must come out the same. ``--changed`` builds the tree as
it lies here, for trying.

The sdist names its libraries with floors, as ``pyproject.toml`` does. The wheel asks for the very versions of the lock: it is installed into
an environment of its own, and what was tested is what shall run there, today and in a year.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
#: Nothing else may lie open in somebody's environment.
PACKAGE = "switchboard"
SUMS = "SHA256SUMS"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="Where the files go (dist).")
    parser.add_argument(
        "--changed", action="store_true", help="Build the tree as it lies here, uncommitted changes too."
    )
    told = parser.parse_args()
    with TemporaryDirectory(prefix="switchboard-release-") as place:
        tree = Path(place) / "tree"
        moment = export(tree, changed=told.changed)
        other = shutil.copytree(tree, Path(place) / "again" / "elsewhere")
        made = build(tree, Path(place) / "made", moment=moment)
        again = build(other, Path(place) / "made-again", moment=moment, TZ="Asia/Kathmandu", PYTHONHASHSEED="7")
        tags = _git("tag", "--points-at", "HEAD").split()
        if wrong := [*complaints(tree, made), *differences(made, again), *wrong_tags(tags, version_of(tree))]:
            sys.stderr.write("".join(f"{one}\n" for one in wrong))
            return 1
        told.out.mkdir(parents=True, exist_ok=True)
        for path in made:
            shutil.copyfile(path, told.out / path.name)
    sums = "".join(f"{digest(told.out / path.name)}  {path.name}\n" for path in made)
    (told.out / SUMS).write_text(sums, encoding="utf-8")
    sys.stdout.write(f"{sums}{told.out / SUMS}\n")
    return 0


def export(tree: Path, *, changed: bool) -> str:
    """Write the files that git knows below a directory; return the commit's time in seconds."""
    tree.mkdir(parents=True)
    if changed:
        names = _git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
        for name in filter(None, names):
            if (ROOT / name).is_file():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, tree / name)
    else:
        archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", str(tree)], input=archive, check=True)
    return _git("log", "-1", "--format=%ct").strip()


def build(tree: Path, made: Path, *, moment: str, **circumstances: str) -> list[Path]:
    """Build the sdist and the wheel; return them and the lock beside them."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": moment, "PYTHONDONTWRITEBYTECODE": "1", **circumstances}
    for kind in ("sdist", "wheel"):
        if kind == "wheel":
            pin(tree)
        command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(made)]
        done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.stderr.write(done.stdout + done.stderr)
            raise SystemExit("The build failed.")
    shutil.copyfile(tree / "requirements.lock", made / f"{PACKAGE}-{version_of(tree)}-requirements.lock")
    return sorted(made.iterdir())


def pin(tree: Path) -> None:
    """Let a tree's project ask for the very libraries of its lock, those of its libraries among them."""
    project = tree / "pyproject.toml"
    text, found = re.subn(
        r"^dependencies = \[\n.*?^\]$",
        lambda _: f"dependencies = {json.dumps(pins(tree / 'requirements.lock'), indent=4)}",
        project.read_text(encoding="utf-8"),
        count=1,
        flags=re.DOTALL | re.MULTILINE,
    )
    if not found:
        raise SystemExit("pyproject.toml names no libraries.")
    project.write_text(text, encoding="utf-8")


def pins(lock: Path) -> list[str]:
    """Return the requirements of a lock, without their hashes."""
    lines = lock.read_text(encoding="utf-8").splitlines()
    return [line.removesuffix("\\").strip() for line in lines if line and not line.startswith((" ", "#"))]


def differences(made: list[Path], again: list[Path]) -> list[str]:
    """Return which files came out otherwise when they were built once more."""
    if [one.name for one in made] != [one.name for one in again]:
        return ["Built again, there are other files."]
    pairs = zip(made, again, strict=True)
    return [
        f"{one.name} has other bytes when it is built again" for one, other in pairs if digest(one) != digest(other)
    ]


def complaints(tree: Path, made: list[Path]) -> list[str]:
    """Return what is wrong with what was built."""
    version = version_of(tree)
    found = [f"{path.name} does not bear the version {version}" for path in made if version not in path.name]
    if f"\n## {version}" not in (tree / "CHANGELOG.md").read_text(encoding="utf-8"):
        found.append(f"CHANGELOG.md has no section {version}: tell operators what this release changes for them.")
    for path in made:
        if path.suffix == ".whl":
            names = zipfile.ZipFile(path).namelist()
            open_names = {name.partition("/")[0] for name in names} - {PACKAGE, f"{PACKAGE}-{version}.dist-info"}
            found += [f"{path.name} would lay {name} open in an environment" for name in sorted(open_names)]
            found += [f"{path.name} holds {name}" for name in names if name.endswith(".pyc")]
    return found


def wrong_tags(tags: list[str], version: str) -> list[str]:
    """Return what is wrong with the tags of the commit that is built: one of a version must be of this one."""
    return [
        f"The commit bears the tag {tag} and says that it is {version}"
        for tag in tags
        if re.match(r"v\d", tag) and tag != f"v{version}"
    ]


def version_of(tree: Path) -> str:
    return str(tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
