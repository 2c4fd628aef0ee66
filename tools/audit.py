"""Look at what the hub is made of beside its own code: every library pinned, with hashes, under a licence that permits its use.

    python tools/audit.py                  what can be known without a network; `make check` runs it
    python tools/audit.py --advisories     asks OSV (https://osv.dev) for known weaknesses of every pin as well; `make audit`
    python tools/audit.py --advisories FILE_OR_URL     reads answers of the same form from a file, or asks a mirror

Exit code 0: nothing found; 1: something was; 2: nobody could be asked, so nothing is known of weaknesses.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import re
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
OSV = "https://api.osv.dev/v1/querybatch"
SECONDS = 30

#: One entry of a lock: a name, an exact version, perhaps for some environments only, and its hashes.
PIN = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*?)(?:\[[\w,-]+\])?==(?P<version>[^\s;\\]+)(?P<rest>.*)$", re.DOTALL)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")

#: Licences that let the hub be used and passed on, read from what packages say of themselves.
PERMISSIVE = re.compile(
    r"\b(MIT|MIT-0|MIT-CMU|HPND|BSD|BSD-\d-Clause|\d-Clause BSD|BSD \d|BSD\d|0BSD|Apache|Apache-2\.0|ISC|ISCL|PSF|PSF-2\.0|"
    r"Python Software Foundation|Python-2\.0|Unlicense|CC0-1\.0|Zope Public License|ZPL-2\.1|zlib|Zlib|MPL-2\.0|MPL 2\.0)\b",
)
#: Not ours to change, but to use: libraries that are imported as they are and never copied into the hub.
LIBRARY = re.compile(r"\b(LGPL-3\.0(?:-only|-or-later)?|LGPLv3\+?|LGPL-2\.1(?:-or-later)?)")
#: Packages that say nothing, and why they are taken all the same.
AGREED = {
    "ddtrace-internal": "a part of ddtrace (Apache-2.0 OR BSD-3-Clause), by the same authors, which asks for this very version",
}


@dataclass(frozen=True, order=True)
class Finding:
    lock: str
    package: str
    what: str

    def __str__(self) -> str:
        return f"{self.lock}: {self.package}: {self.what}"


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--advisories", nargs="?", const=OSV, default="", metavar="FILE_OR_URL")
    chosen = parser.parse_args(arguments)
    pins = {lock: dict(entries(root / lock)) for lock in LOCKS}
    findings = [*unpinned(root), *licences(pins)]
    asked = True
    if chosen.advisories:
        everything = sorted({pin for found in pins.values() for pin in found.items()})
        try:
            known = weaknesses(everything, ask(everything, chosen.advisories))
            findings += [Finding(lock, name, what) for lock in LOCKS for name, what in known if name in pins[lock]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            asked = False
            sys.stdout.write(
                f"Nobody could be asked for known weaknesses ({type(error).__name__}): nothing is known of them.\n"
            )
    for finding in sorted(set(findings)):
        sys.stdout.write(f"{finding}\n")
    weak = " and known weaknesses" if chosen.advisories and asked else ""
    sys.stdout.write(
        f"{len(pins[LOCKS[1]])} packages looked at: pins, hashes, licences{weak}; {len(set(findings))} findings\n"
    )
    return 1 if findings else 0 if asked else 2


def entries(lock: Path) -> Iterator[tuple[str, str]]:
    """Yield name and version of each pin of a lock."""
    for entry in _entries(lock):
        if pin := PIN.match(entry):
            yield normal(pin["name"]), pin["version"]


def _entries(lock: Path) -> list[str]:
    joined = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in map(str.strip, joined.splitlines()) if line and not line.startswith("#")]


def normal(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def unpinned(root: Path) -> Iterator[Finding]:
    """Yield what a lock takes without an exact version, or without a hash of what is to be installed."""
    for lock in LOCKS:
        for entry in _entries(root / lock):
            pin = PIN.match(entry)
            if pin is None:
                yield Finding(lock, entry[:60], "not pinned to one version")
            elif not HASH.search(pin["rest"]):
                yield Finding(lock, pin["name"], "without a hash")
            elif "*" in pin["version"]:
                yield Finding(lock, pin["name"], "pinned to many versions")


def licences(pins: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    """Yield the packages here that say of no licence, or of one that nobody has agreed to. What is not installed here says nothing."""
    installed = {normal(str(one.metadata["Name"])): one.metadata for one in importlib.metadata.distributions()}
    for lock, found in pins.items():
        for name in found.keys() & installed.keys():
            told = licence_of(installed[name])
            if name in AGREED:
                continue
            if not told:
                yield Finding(lock, name, "says nothing of its licence")
            elif not PERMISSIVE.search(told) and not LIBRARY.search(told):
                yield Finding(lock, name, f"licence {told!r}: agree to it in tools/audit.py, or do without")


def licence_of(metadata: Any) -> str:
    """Return what a package says of its licence: the expression, else the classifiers, else the first line of its text."""
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classifiers = [one for one in metadata.get_all("Classifier") or [] if one.startswith("License ::")]
    said = [one.rpartition("::")[2].strip() for one in classifiers]
    return "; ".join(said) or str(metadata.get("License") or "").strip().split("\n")[0][:80]


# --- known weaknesses -------------------------------------------------------------------------------------------------------


def ask(pins: Sequence[tuple[str, str]], source: str) -> Any:
    """Return what a source of advisories says of these pins, in their order; raises ``OSError`` or ``ValueError``."""
    if not source.startswith(("https://", "http://")):
        return json.loads(Path(source).read_text(encoding="utf-8"))
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in pins]
    body = json.dumps({"queries": queries}).encode()
    request = urllib.request.Request(source, body, {"Content-Type": "application/json"})  # noqa: S310 - http or https, see above
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - the same
        return json.load(answer)


def weaknesses(pins: Sequence[tuple[str, str]], told: Any) -> list[tuple[str, str]]:
    """Return each package that has a known weakness, with its identifiers. Raises ``ValueError`` for an answer of another form."""
    results = told["results"]
    if len(results) != len(pins):
        raise ValueError("the answer is about other packages")
    found = []
    for (name, version), one in zip(pins, results, strict=True):
        if ids := sorted(str(known["id"]) for known in (one or {}).get("vulns") or []):
            found.append((name, f"{version} has known weaknesses: {', '.join(ids)}"))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
