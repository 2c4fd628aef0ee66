"""Let schemathesis loose on a whole hub: is everything the OpenAPI document says true? ``python -m tests.api.fuzz --help``

It starts a hub and its sandbox on free ports, connects an account on every platform, makes a post, a file and a dead letter,
and then sends what the document allows and what it forbids, signed with a key that may do everything. Bounded in time;
ends what it started. The seed is told, so that a finding can be repeated.
"""

import argparse
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.api.town import Town
from tests.journeys.hub import ROOT, Hub

#: Of each operation under these addresses, most cases name something that exists.
_OFTEN: Final = 0.85
#: What is tried here is what the API says to a call, not to too many of them: that has tests of its own.
_COUNTED: Final = ("PUBLISH", "READ", "WRITE", "MEDIA", "EXPENSIVE", "BAD_KEYS")
_UNLIMITED: Final = {f"API_{kind}_PER_MINUTE": "0" for kind in _COUNTED}


def settings_of(town: Town, ids: dict[str, list[str]]) -> dict[str, Any]:
    """Return what schemathesis is told about this hub."""
    words = {"slug": ["meta", "linkedin", "tiktok", "google_business", "mailchimp"], "kind": ["facebook_page"]}
    known = {**ids, **words}
    operations = [
        {"include-path-regex": f"^/api/{part}/\\{{id\\}}", "parameters": {"path.id": _often(part)}}
        for part in ids
        if part != "uploads"
    ]
    operations += [
        {"include-path-regex": r"uploads/\{id\}", "parameters": {"path.id": _often("uploads")}},
        {"include-path-regex": r"^/api/platforms/\{slug\}", "parameters": {"path.slug": _often("slug")}},
        {"include-path-regex": r"/\{kind\}/", "parameters": {"path.kind": _often("kind")}},
        # Disconnecting leaves nothing to try the rest with; the login belongs to browsers and answers them pages.
        {
            "include-operation-id": "connections_delete",
            "parameters": {"path.id": "01a20029-15dc-710c-931b-ad6c42ef1b00"},
        },
        {"include-path-regex": "^/api/oauth/", "enabled": False},  # type: ignore[dict-item]
    ]
    return {
        "headers": {"Authorization": f"Bearer {town.key}"},
        "dictionaries": {name: {"values": values} for name, values in known.items() if values},
        "operations": operations,
        # No schema can say that a destination exists or a text is not too long for it: 422 is an honest answer to the rest.
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ["2xx", "304", "401", "403", "404", "409", "410", "412", "422", "429", "502", "503"]},
            # tus answers a missing header of its protocol with 412.
            "missing_required_header": {"expected-statuses": [400, 401, 403, 404, 406, 412, 422]},
            "negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 405, 406, 409, 412, 415, 422, 428, 429, 503]},
        },
        "hooks": "tests.api.hooks",
        "generation": {"allow-x00": False, "database": "none"},
        "phases": {"stateful": {"max-steps": 4}},
    }  # fmt: skip


def _often(name: str) -> dict[str, Any]:
    return {"dictionary": name, "probability": _OFTEN}


def _toml(value: Any) -> str:
    """Write a value as TOML that stands on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {_toml(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return json.dumps(value)


def main() -> int:
    """Run it and return 0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.api.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--examples", type=int, default=30, help="most cases for each operation and phase (30)")
    parser.add_argument("--seconds", type=int, default=240, help="most seconds for the whole (240)")
    parser.add_argument("--only", default="", help="a regular expression of operation ids")
    parser.add_argument("--phases", default="examples,coverage,fuzzing,stateful")
    asked = parser.parse_args()
    with (
        TemporaryDirectory(prefix="switchboard-fuzz-") as place,
        Hub(Path(place) / "var", fresh=False, **_UNLIMITED) as hub,
    ):
        hub.wait_until_ready()
        town = Town(hub)
        town.connect()
        told = settings_of(town, town.furnish())
        file = Path(place) / "schemathesis.toml"
        file.write_text("\n".join(f"{name} = {_toml(value)}" for name, value in told.items()), encoding="utf-8")
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(file), "run", f"{hub.url}/api/schema/"),
            *("--checks", "all", "--phases", asked.phases, "--mode", "all", "--continue-on-failure", "--no-color"),
            *("--max-examples", str(asked.examples), "--max-time", str(asked.seconds), "--seed", str(asked.seed)),
            *(("--include-operation-id-regex", asked.only) if asked.only else ()),
        ]
        sys.stdout.write(f"seed {asked.seed}\n")
        sys.stdout.flush()
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        code = subprocess.run(
            command, cwd=place, env=environment, check=False, timeout=asked.seconds * 2 + 120
        ).returncode
        crashes = [line for line in hub.said().splitlines() if "Traceback" in line or "request_failed" in line]
        sys.stdout.write(f"{len(crashes)} crashes in the log of the hub\n")
        sys.stdout.write("".join(f"{line[:2000]}\n" for line in crashes[:5]))
        return code or bool(crashes)


if __name__ == "__main__":
    sys.exit(main())
