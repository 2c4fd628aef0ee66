"""Write the Python client's generated part from the OpenAPI document, or tell whether it is up to date (``--check``)."""

from __future__ import annotations

import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
CLIENT = ROOT / "clients" / "python"
GENERATED = CLIENT / "switchboard_client" / "generated"


def main() -> int:
    with TemporaryDirectory(prefix="switchboard-client-") as place:
        made = generate(Path(place))
        different = sorted(differences(made, GENERATED))
        if "--check" in sys.argv[1:]:
            sys.stdout.write("".join(f"{name}\n" for name in different[:20]))
            sys.stdout.write("Out of date: run `make client`.\n" if different else "The client is up to date.\n")
            return 1 if different else 0
        shutil.rmtree(GENERATED, ignore_errors=True)
        shutil.copytree(made, GENERATED)
        sys.stdout.write(f"{len(different)} files changed in {GENERATED.relative_to(ROOT)}\n")
    return 0


def generate(place: Path) -> Path:
    """Generate the package below a directory and return it; raises ``CalledProcessError`` with what was said."""
    document, made = place / "openapi.json", place / "generated"
    # With the settings of the tests, which need no key or address of this machine; the document does not depend on them.
    environment = {**os.environ, "VAR_DIR": str(place / "var"), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    schema = [sys.executable, "manage.py", "spectacular", "--format", "openapi-json", "--file", str(document)]
    _run([*schema, "--settings=tests.settings", "--fail-on-warn"], environment)
    told = json.loads(document.read_text(encoding="utf-8"))
    for one in told["components"]["schemas"].values():
        if "properties" in one:  # which of its members belong together is the hub's to check; the type is one
            one.pop("oneOf", None)
    document.write_text(json.dumps(told), encoding="utf-8")
    _run(
        [
            *(str(Path(sys.executable).parent / "openapi-python-client"), "generate", "--meta", "none"),
            *("--path", str(document), "--config", str(CLIENT / "config.yml"), "--output-path", str(made)),
            "--fail-on-warning",
        ],
        environment,
    )
    version = told["info"]["version"]
    (made / "version.py").write_text(
        f'"""The version of the hub whose API this speaks."""\n\nVERSION = "{version}"\n', encoding="utf-8"
    )
    for path in (made / "api").rglob("*.py"):
        # Of a body that may come in several forms the generator forgets to import what stands for none.
        text = path.read_text(encoding="utf-8")
        if re.search(r"\bUnset\b", text) and not re.search(r"^from .*types import .*\bUnset\b", text, re.M):
            path.write_text(
                text.replace("types import Response, UNSET", "types import Response, UNSET, Unset"), "utf-8"
            )
    ruff = [sys.executable, "-m", "ruff"]
    quiet = ["--isolated", "--no-cache", "--quiet", "--line-length", "120", str(made)]
    # Imports that stand twice are made one before those that nobody needs are taken out.
    for rule in ("I001", "F401"):
        _run([*ruff, "check", "--fix-only", "--select", rule, "--target-version", "py311", *quiet], environment)
    _run([*ruff, "format", *quiet], environment)
    _run([*ruff, "check", "--select", "F821", *quiet], environment)
    return made


def differences(one: Path, other: Path) -> Iterator[str]:
    """Yield the files of two directories that are not the same in both."""
    names = {path.relative_to(place).as_posix() for place in (one, other) for path in place.rglob("*.py")}
    for name in names:
        there = (one / name).is_file() and (other / name).is_file()
        if not there or not filecmp.cmp(one / name, other / name, shallow=False):
            yield name


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(done.stdout[-4000:] + done.stderr[-4000:])
        raise SystemExit(f"{Path(command[0]).name} failed")


if __name__ == "__main__":
    sys.exit(main())
