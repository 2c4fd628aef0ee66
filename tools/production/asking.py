"""Who asks the hub from outside: a client app, and a stream of requests that tells whether anybody was turned away."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from typing import Any

import requests

from tools.production.installation import Failed


class App:
    """A client app with a key. Each thread has a session of its own, so connections are kept as real ones are."""

    def __init__(self, url: str, key: str, trusts: str | bool) -> None:
        self.url, self._key, self._trusts = url, key, trusts
        self._own = threading.local()

    @property
    def session(self) -> requests.Session:
        """This thread's session."""
        found: requests.Session | None = getattr(self._own, "session", None)
        if found is None:
            found = self._own.session = requests.Session()
            found.verify, found.trust_env = self._trusts, False
            found.headers["Authorization"] = f"Bearer {self._key}"
        return found

    def publish(self, text: str, places: list[str], **more: Any) -> dict[str, Any]:
        """Have a post accepted; raises ``Failed`` when it is not."""
        answer = self.session.post(
            f"{self.url}/api/publish", json={"text": text, "destinations": places, **more}, timeout=60,
            headers={"Idempotency-Key": uuid.uuid4().hex},
        )  # fmt: skip
        if answer.status_code != 202:
            raise Failed(f"POST /api/publish answered {answer.status_code}: {answer.text[:500]}")
        told: dict[str, Any] = answer.json()
        return told

    def upload(self, name: str, content: bytes) -> str:
        """Send a file; return its id."""
        answer = self.session.post(f"{self.url}/api/media/", files={"file": (name, content)}, timeout=60)
        if answer.status_code != 201:
            raise Failed(f"POST /api/media/ answered {answer.status_code}: {answer.text[:500]}")
        return str(answer.json()["id"])

    def is_ready(self) -> bool:
        """Tell whether the hub calls itself ready."""
        return self._says_yes("/readyz")

    def is_alive(self) -> bool:
        """Tell whether web answers."""
        return self._says_yes("/healthz")

    def _says_yes(self, path: str) -> bool:
        try:
            return self.session.get(f"{self.url}{path}", timeout=10).ok
        except requests.RequestException:
            return False


class Stream:
    """Requests without a pause, by several threads, some of which publish: every answer is counted, and the slowest kept."""

    def __init__(self, app: App, places: list[str], *, word: str, threads: int = 4, pause: float = 0.05) -> None:
        self._app, self._places, self._word, self._pause = app, places, word, pause
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._ask, args=(number,), daemon=True) for number in range(threads)]
        self.answers: Counter[str] = Counter()
        self.slowest = 0.0
        self.accepted: list[str] = []

    def __enter__(self) -> Stream:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(90)

    def require_nobody_turned_away(self) -> None:
        """Raise ``Failed`` when any answer was another than it should be."""
        bad = {name: count for name, count in self.answers.items() if name not in {"200", "202"}}
        if bad or not self.answers:
            raise Failed(f"requests were turned away while the hub went on: {dict(self.answers)}")

    def told(self) -> str:
        """Return what came of it, in words."""
        return f"{self.answers.total()} requests, none turned away, the slowest {self.slowest:.1f} s"

    def _ask(self, number: int) -> None:
        turn = 0
        while not self._stop.is_set():
            turn += 1
            began = time.monotonic()
            text = f"{self._word} {number}.{turn}"
            publishes = number % 2 == 0
            try:
                if publishes:
                    answer = self._app.session.post(
                        f"{self._app.url}/api/publish", timeout=60, headers={"Idempotency-Key": uuid.uuid4().hex},
                        json={"text": text, "destinations": [self._places[turn % len(self._places)]]},
                    )  # fmt: skip
                else:
                    answer = self._app.session.get(f"{self._app.url}/api/posts/?limit=5", timeout=60)
                said = str(answer.status_code)
            except requests.RequestException as error:
                said = type(error).__name__
            with self._lock:
                self.answers[said] += 1
                self.slowest = max(self.slowest, time.monotonic() - began)
                if publishes and said == "202":
                    self.accepted.append(text)
            self._stop.wait(self._pause)
