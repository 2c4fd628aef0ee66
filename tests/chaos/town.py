"""The sandbox of a chaos run: consents, faults, and what stands there in the end."""

import contextlib
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import requests

from tests.chaos.checking import Post, Saying
from tests.chaos.crew import ROOT

AMELIE: Final = "122090000000000001"
JONAS: Final = "122090000000000002"

_FEED: Final = {"host": "graph.facebook.com", "method": "POST", "path": "*/feed", "times": None}
_LISTS: Final = {"host": "graph.facebook.com", "method": "GET", "path": "*/published_posts", "times": None}
#: What goes wrong at the platform, how often. Together they spoil one publish in seven; five failures in a row of one
#: job, which would exhaust it, are as good as impossible.
FAULTS: Final[tuple[dict[str, Any], ...]] = (
    {"kind": "lost_before", "probability": 0.01, **_FEED},
    {"kind": "http_status", "status": 500, "label": "500 before", "probability": 0.01, **_FEED},
    {"kind": "http_status", "status": 429, "label": "429", "probability": 0.02, **_FEED},
    {"kind": "lost_after_success", "probability": 0.03, **_FEED},
    {"kind": "error_after_success", "status": 500, "label": "500 after", "probability": 0.02, **_FEED},
    {"kind": "malformed_json", "probability": 0.02, **_FEED},
    {"kind": "slow_after", "delay_s": 1.0, "label": "slow", "probability": 0.03, **_FEED},
    # Later than HTTP_READ_TIMEOUT: the answer is given up, the work is done.
    {"kind": "slow_after", "delay_s": 5.0, "label": "too slow", "probability": 0.01, **_FEED},
    {"kind": "http_status", "status": 500, "label": "look fails", "probability": 0.03, **_LISTS},
)


class Town:
    """A sandbox in a process of its own, with its world in a file."""

    def __init__(self, environment: Mapping[str, str], *, directory: Path, redirect_uri: str, seed: int) -> None:
        self._environment = dict(environment)
        self._directory = directory
        self._redirect_uri = redirect_uri
        self._seed = seed
        self._session = requests.Session()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        command = [
            sys.executable, "-m", "sandbox", "--port", "0", "--state", str(self._directory / "sandbox.sqlite3"),
            "--redirect-uri", self._redirect_uri, "--seed", str(self._seed), "--exit-with-parent",
        ]  # fmt: skip
        with (self._directory / "sandbox.log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        said = self._process.stdout.readline().decode()
        if not said.startswith("Sandbox: "):
            log_text = (self._directory / "sandbox.log").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"The sandbox did not start: {said}{log_text[-2000:]}")
        self.url = said.split()[1].removesuffix("/_sandbox/")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def consent(self, *, person: str, dialog: str) -> str:
        """Say yes in the login dialog, for every Page of a person, and return the code."""
        code: str = self._tell("POST", "meta/consent", {"url": dialog, "user": person})["code"]
        return code

    def misbehave(self, *, latency_ms: int) -> None:
        """Make every call slow and some of them fail. Repeated texts pass: a refusal would hide that we sent twice."""
        self._tell("POST", "switches", {"latency_ms": latency_ms, "meta.duplicate_window_s": 0})
        for fault in FAULTS:
            self._tell("POST", "faults", fault)

    def behave(self) -> Counter[str]:
        """End all faults; return how often each hit."""
        faults = self._tell("GET", "faults")["faults"]
        self._tell("DELETE", "faults")
        return Counter({str(fault["label"] or fault["kind"]): int(fault["hits"]) for fault in faults})

    def posts(self) -> list[Post]:
        """Return everything that stands on the Pages."""
        answer = self._tell("GET", "posts?limit=1000000")
        found = [
            Post(item["id"], Saying(item["destination"], item["message"], item["link"])) for item in answer["posts"]
        ]
        assert len(found) == answer["total"]
        return found

    def _tell(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(method, f"{self.url}/_sandbox/{path}", json=body, timeout=60)
        if not answer.ok:
            raise RuntimeError(f"The sandbox refused {method} {path}: {answer.text[:500]}")
        return answer.json()
