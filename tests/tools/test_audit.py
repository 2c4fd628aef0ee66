"""What tools/audit.py finds in locks, licences and advisories, and that it says so when it could ask nobody."""

from __future__ import annotations

import json
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tools import audit

HASH = "--hash=sha256:" + "0" * 64


def locks(root: Path, run: str, dev: str = "") -> Path:
    (root / "requirements.lock").write_text(run)
    (root / "requirements-dev.lock").write_text(run + dev)
    return root


def test_our_own_locks_and_licences_are_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main([]) == 0, capsys.readouterr().out
    assert " 0 findings" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ("thing>=1.0", "not pinned to one version"),
        ("thing", "not pinned to one version"),
        ("thing==1.0", "without a hash"),
        ("thing==1.0 \\\n    --hash=md5:00", "without a hash"),
        ("thing==1.0 --hash=sha256:00", "without a hash"),
        (f"thing==1.* {HASH}", "pinned to many versions"),
        (f"./thing.whl {HASH}", "not pinned to one version"),
    ],
)
def test_what_is_not_pinned_with_a_hash_is_found(entry: str, what: str, tmp_path: Path) -> None:
    good = f"good==2.0 ; python_full_version < '3.12' \\\n    {HASH}\n"
    assert list(audit.unpinned(locks(tmp_path, good))) == []
    found = [one for one in audit.unpinned(locks(tmp_path, good + entry + "\n")) if one.lock == "requirements.lock"]
    assert [one.what for one in found] == [what]


@pytest.mark.parametrize(
    ("told", "fine"),
    [
        ({"License-Expression": "MIT"}, True),
        ({"License-Expression": "Apache-2.0 OR BSD-3-Clause"}, True),
        ({"Classifier": "License :: OSI Approved :: BSD License"}, True),
        ({"License": "BSD-3-Clause"}, True),
        ({"License-Expression": "LGPL-3.0-only"}, True),
        ({"License-Expression": "GPL-3.0-only"}, False),
        ({"License-Expression": "AGPL-3.0-or-later"}, False),
        ({"License": "Proprietary; ask us"}, False),
        ({}, False),
    ],
)
def test_a_licence_that_nobody_agreed_to_is_found(
    told: dict[str, str], fine: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = Message()
    metadata["Name"] = "Some.Thing"
    for name, value in told.items():
        metadata[name] = value
    package = type("Package", (), {"metadata": metadata})
    monkeypatch.setattr("importlib.metadata.distributions", lambda: [package])
    found = list(audit.licences({"requirements.lock": {"some-thing": "1.0"}}))
    assert (found == []) is fine


def test_a_known_weakness_is_told_with_its_identifier_and_the_package(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = locks(tmp_path, f"requests==2.0 {HASH}\nsafe==1.0 {HASH}\n")
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"results": [{"vulns": [{"id": "GHSA-b"}, {"id": "CVE-a"}]}, {}]}))
    assert audit.main(["--advisories", str(answers)], root) == 1
    told = capsys.readouterr().out
    assert "requirements.lock: requests: 2.0 has known weaknesses: CVE-a, GHSA-b" in told
    assert "safe" not in told


def test_a_source_is_asked_for_every_pin_and_believed(tmp_path: Path) -> None:
    asked = []

    class Source(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            body = json.dumps({"results": [{}]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Source)
    Thread(target=server.handle_request, daemon=True).start()
    root = locks(tmp_path, f"Some_Thing[extra]==1.0 {HASH}\n")
    assert audit.main(["--advisories", f"http://127.0.0.1:{server.server_port}/"], root) == 0
    server.server_close()
    assert asked == [{"queries": [{"package": {"name": "some-thing", "ecosystem": "PyPI"}, "version": "1.0"}]}]


@pytest.mark.parametrize("said", ["no JSON", "[]", '{"results": []}', '{"else": 1}'])
def test_who_could_not_be_asked_is_no_all_clear(said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = locks(tmp_path, f"thing==1.0 {HASH}\n")
    (tmp_path / "answers").write_text(said)
    for source in (str(tmp_path / "answers"), str(tmp_path / "missing"), "http://127.0.0.1:1/"):
        assert audit.main(["--advisories", source], root) == 2
        assert "nothing is known of them" in capsys.readouterr().out
