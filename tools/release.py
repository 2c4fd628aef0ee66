"""Build a release: wheel and sdist in dist/, with the lock that was tested and the hashes of all three.

    python tools/release.py [--out dist] [--changed]

Built is what is committed, from an export of it, with the commit's time in place of today's: whoever builds the same commit gets the
same bytes. ``--changed`` builds the tree as it lies here, for trying.
"""

from __future__ import annotations

import argparse
import hashlib
import os
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
        made = build(tree, Path(place) / "made", moment=moment)
        if wrong := complaints(tree, made):
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


def build(tree: Path, made: Path, *, moment: str) -> list[Path]:
    """Build the sdist and the wheel; return them and the lock beside them."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": moment, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", str(made)]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stdout + done.stderr)
        raise SystemExit("The build failed.")
    shutil.copyfile(tree / "requirements.lock", made / f"{PACKAGE}-{version_of(tree)}-requirements.lock")
    return sorted(made.iterdir())


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


def version_of(tree: Path) -> str:
    return str(tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
