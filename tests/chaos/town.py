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

#: Who says yes, tenant by tenant.
PEOPLE: Final = {
    "meta": ("122090000000000001", "122090000000000002"),
    "linkedin": ("sV7bKx2QpA", "mT3eLn9RwZ"),
    "google_business": ("104270000000000000001", "104270000000000000002"),
    "mailchimp": ("410001", "410002"),
    "tiktok": ("6801000000000000101", "6801000000000000103"),
}
#: Places that cannot take everything: an Instagram account that may not publish stories, an audience of nobody.
UNFIT: Final = frozenset({"17841400000000103", "c8d7fc3276"})
#: Where the words of a mail end and its footer begins.
_FOOTER: Final = "\n\n--\n*|LIST:DESCRIPTION|*"

_GRAPH: Final = {"host": "graph.facebook.com", "times": None}
_LINKEDIN: Final = {"host": "api.linkedin.com", "times": None}
_GOOGLE: Final = {"host": "mybusiness.googleapis.com", "times": None}
_MAILCHIMP: Final = {"host": "us19.api.mailchimp.com", "times": None}
_TIKTOK: Final = {"host": "open.tiktokapis.com", "times": None}
_CHUNK: Final = {"host": "*upload*.tiktokapis.com", "times": None, "method": "PUT"}
#: The calls that make something public: one in seven is spoiled. Five failures in a row of one job, which would exhaust
#: it, are as good as impossible.
_PUBLIC: Final[tuple[dict[str, Any], ...]] = tuple(
    {"method": "POST", **place, "path": path}
    for place, path in (
        (_GRAPH, "*/feed"),
        (_GRAPH, "*/media_publish"),
        (_GRAPH, "*/photo_stories"),
        (_GRAPH, "*/comments"),
        (_LINKEDIN, "/rest/posts"),
        (_LINKEDIN, "*/comments"),
        (_GOOGLE, "*/localPosts"),
        (_MAILCHIMP, "*/actions/send"),
        (_TIKTOK, "*/content/init/"),
        (_CHUNK, "*"),
    )
)
#: The calls that prepare: a post of many files makes many of them, so each is spoiled less often. Those of videos make
#: public too, with another word in the body.
_PREPARING: Final[tuple[dict[str, Any], ...]] = (
    {**_GRAPH, "method": "POST", "path": "*/photos"},
    {**_GRAPH, "method": "POST", "path": "*/video*"},
    {**_GRAPH, "method": "POST", "path": "*/media"},
    {"host": "rupload.facebook.com", "times": None},
    {**_LINKEDIN, "method": "POST", "path": "/rest/images*"},
    {**_LINKEDIN, "method": "POST", "path": "/rest/videos*"},
    {**_LINKEDIN, "method": "POST", "path": "/rest/documents*"},
    {"host": "www.linkedin.com", "times": None, "method": "PUT"},
    {**_MAILCHIMP, "method": "POST", "path": "/3.0/campaigns"},
    {**_MAILCHIMP, "method": "PUT", "path": "*/content"},
    {**_MAILCHIMP, "method": "POST", "path": "/3.0/file-manager/files"},
    {**_TIKTOK, "method": "POST", "path": "*/video/init/"},
    {**_TIKTOK, "method": "POST", "path": "*/creator_info/query/"},
)
_LOOKING: Final[tuple[dict[str, Any], ...]] = (
    {**_GRAPH, "method": "GET", "path": "*/published_posts"},
    {**_GRAPH, "method": "GET", "path": "*/stories"},
    {**_GRAPH, "method": "GET", "path": "*/comments"},
    {**_LINKEDIN, "method": "GET", "path": "/rest/*"},
    {**_GOOGLE, "method": "GET", "path": "*/localPosts*"},
    {**_MAILCHIMP, "method": "GET", "path": "/3.0/campaigns*"},
    {**_TIKTOK, "method": "POST", "path": "*/status/fetch/"},
)
_TROUBLE: Final[tuple[tuple[float, dict[str, Any]], ...]] = (
    (0.01, {"kind": "lost_before"}),
    (0.01, {"kind": "http_status", "status": 500, "label": "500 before"}),
    (0.03, {"kind": "lost_after_success"}),
    (0.02, {"kind": "error_after_success", "status": 500, "label": "500 after"}),
    (0.02, {"kind": "malformed_json"}),
    (0.03, {"kind": "slow_after", "delay_s": 1.0, "label": "slow"}),
    # Later than HTTP_READ_TIMEOUT: the answer is given up, the work is done.
    (0.01, {"kind": "slow_after", "delay_s": 5.0, "label": "too slow"}),
)
FAULTS: Final[tuple[dict[str, Any], ...]] = (
    *({**call, **what, "probability": chance} for call in _PUBLIC for chance, what in _TROUBLE),
    *({**call, **what, "probability": chance / 2} for call in _PREPARING for chance, what in _TROUBLE),
    *({**call, "kind": "http_status", "status": 500, "label": "look fails", "probability": 0.03} for call in _LOOKING),
    *(
        {**call, "kind": "http_status", "status": 429, "label": "429", "probability": 0.02}
        for call in (*_PUBLIC, *_PREPARING)
        if call["host"] == "graph.facebook.com"
    ),
    # LinkedIn takes a third refusal within minutes for the end of the day's calls, and we believe it: so two.
    {**_LINKEDIN, "path": "/rest/posts", "kind": "http_status", "status": 429, "label": "429", "times": 2},
    {**_LINKEDIN, "path": "/rest/*", "kind": "platform_error", "error": {"code": "REVOKED_ACCESS_TOKEN"},
     "label": "token not known everywhere", "probability": 0.01},
)  # fmt: skip
#: For a moment no call passes: the version is said to be retired.
RETIRED: Final[dict[str, Any]] = {
    **_LINKEDIN, "path": "/rest/*", "kind": "platform_error", "error": {"code": "NONEXISTENT_VERSION"},
    "label": "version retired", "times": 3,
}  # fmt: skip
SWITCHES: Final[dict[str, Any]] = {
    # Repeated texts pass: a refusal would hide that we sent twice. LinkedIn's refusal is part of how the hub looks.
    "meta.duplicate_window_s": 0,
    # A whole storm falls into one day.
    "meta.ig_quota_total": 1_000_000,
    "meta.ig_containers_per_day": 1_000_000,
    "meta.reels_per_day": 1_000_000,
    "meta.obey_robots": False,
    # Several parts of a small film, and processing that is over at the second look.
    "meta.video_chunk_bytes": 40_000,
    "meta.video_processing_s": 2,
    "meta.ig_image_processing_s": 1,
    "meta.ig_video_processing_s": 2,
    "linkedin.image_processing_s": 1,
    "linkedin.video_processing_s": 2,
    "linkedin.audience": "quiet",
    "linkedin.comments": "anybody",
    # A whole storm falls into one minute.
    "google_business.limit_minute": 0,
    "google_business.limit_writes": 0,
    "google_business.processing_s": 2,
    "google_business.list_order": "shuffled",
    "mailchimp.audience": "quiet",
    "tiktok.audience": "quiet",
    "tiktok.processing_s": 2,
    "tiktok.moderation_s": 0,
    "tiktok.limit_init": 0,
    "tiktok.limit_creator_info": 0,
    "tiktok.limit_status": 0,
    "tiktok.limit_daily_posts": 0,
}


class Town:
    """A sandbox in a process of its own, with its world in a file."""

    def __init__(
        self, environment: Mapping[str, str], *, directory: Path, public_url: str, seed: int, host: str = "127.0.0.1"
    ) -> None:
        self._environment = dict(environment)
        self._directory = directory
        self._public_url = public_url
        self._seed = seed
        self._host = host
        self._session = requests.Session()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        command = [
            sys.executable, "-m", "sandbox", "--host", self._host, "--port", "0", "--state", str(self._directory / "sandbox.sqlite3"),
            "--seed", str(self._seed), "--exit-with-parent",
            *(f"--redirect-uri={self.return_address(platform)}" for platform in PEOPLE),
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

    def return_address(self, platform: str) -> str:
        """Return where a platform sends people back to."""
        return f"{self._public_url}/api/oauth/{platform}/callback"

    def consent(self, *, platform: str, person: str, dialog: str) -> str:
        """Say yes in a login dialog, for every place of a person, and return the code."""
        code: str = self._tell("POST", f"{platform}/consent", {"url": dialog, "user": person})["code"]
        return code

    def key(self, *, platform: str, person: str) -> str:
        """Have a person make a key, and return it."""
        key: str = self._tell("POST", f"{platform}/consent", {"user": person})["key"]
        return key

    def set_up(self, *, latency_ms: int) -> None:
        """Make every call slow, and let a storm's posts pass."""
        self._tell("POST", "switches", {"latency_ms": latency_ms, **SWITCHES})

    def misbehave(self, *, latency_ms: int) -> None:
        """Make every call slow and some of them fail."""
        self.set_up(latency_ms=latency_ms)
        for fault in FAULTS:
            self._tell("POST", "faults", fault)

    def retire_version(self) -> None:
        """Refuse a few calls to LinkedIn, because their version is said to be gone."""
        self._tell("POST", "faults", RETIRED)

    def behave(self) -> Counter[str]:
        """End all faults; return how often each hit."""
        hits: Counter[str] = Counter()
        for fault in self._tell("GET", "faults")["faults"]:
            hits[str(fault["label"] or fault["kind"])] += int(fault["hits"])
        self._tell("DELETE", "faults")
        return hits

    def posts(self) -> list[Post]:
        """Return everything that stands there, comments too, in the order in which it became public."""
        answer = self._tell("GET", "posts?limit=1000000")
        assert len(answer["posts"]) == answer["total"]
        found = []
        for item in reversed(answer["posts"]):
            file = "" if item["message"] or item["link"] else _file_of(item)
            saying = Saying(_place_of(item), item["message"].partition(_FOOTER)[0], item["link"], file)
            found.append(Post(item["id"], saying))
            found += [Post(f"{item['id']}#comment", saying.commented())] * item["comments"]
        return found

    def _tell(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(method, f"{self.url}/_sandbox/{path}", json=body, timeout=60)
        if not answer.ok:
            raise RuntimeError(f"The sandbox refused {method} {path}: {answer.text[:500]}")
        return answer.json()


def _place_of(item: dict[str, Any]) -> str:
    """Return a place as the hub calls it: a location of Google's by its resource name."""
    return f"locations/{item['destination']}" if item["platform"] == "google_business" else str(item["destination"])


def _file_of(item: dict[str, Any]) -> str:
    """Return the digest of the file of something without words."""
    return str(item["media"][0]["url"]).rpartition("/")[2] if item["media"] else ""
