"""What a connector does on TikTok, in a few lines, over any session and any base address."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from sandbox import pictures
from sandbox.fetching import Errand, Fetched
from sandbox.tiktok import demo

API, SITE = "https://open.tiktokapis.com", "https://www.tiktok.com"
CONTROL = "http://127.0.0.1:8801/_sandbox"
CALLBACK = demo.REDIRECT_URIS[0]
EVERYTHING = [
    "user.info.basic",
    "user.info.profile",
    "user.info.stats",
    "video.list",
    "video.upload",
    "video.publish",
]
SECRETS = {
    demo.DEFAULT_APP_KEY: demo.DEFAULT_APP_SECRET,
    demo.UNAUDITED_APP_KEY: demo.UNAUDITED_APP_SECRET,
    demo.SANDBOX_APP_KEY: demo.SANDBOX_APP_SECRET,
    demo.READER_APP_KEY: demo.READER_APP_SECRET,
}
EVERYONE, SELF = "PUBLIC_TO_EVERYONE", "SELF_ONLY"
C = 5_242_880


class Hub:
    """Do what a connector does for one creator."""

    def __init__(self, session: requests.Session, app_key: str = demo.DEFAULT_APP_KEY, api: str = API) -> None:
        self.session = session
        self.app_key = app_key
        self.api = api
        self.access = self.refresh_token = self.open_id = ""

    def token_form(self, **form: str) -> requests.Response:
        """Call the token endpoint."""
        client = {"client_key": self.app_key, "client_secret": SECRETS[self.app_key]}
        return self.session.post(f"{self.api}/v2/oauth/token/", data=client | form, timeout=10)

    def redeem(self, code: str, redirect_uri: str = CALLBACK, **more: str) -> dict[str, Any]:
        """Exchange a code and keep what came."""
        answer = self.token_form(grant_type="authorization_code", code=code, redirect_uri=redirect_uri, **more)
        return self._keep(answer.json())

    def refresh(self) -> dict[str, Any]:
        """Get a new pair of tokens."""
        return self._keep(self.token_form(grant_type="refresh_token", refresh_token=self.refresh_token).json())

    def call(self, path: str, body: Any = None, *, method: str = "POST", **more: Any) -> requests.Response:
        """Call the API with the access token."""
        headers = {"Authorization": f"Bearer {self.access}", **more.pop("headers", {})}
        if method == "POST":
            more["json"] = {} if body is None else body
        return self.session.request(method, f"{self.api}{path}", headers=headers, timeout=10, **more)

    def creator_info(self) -> requests.Response:
        """Ask what the creator may choose."""
        return self.call("/v2/post/publish/creator_info/query/")

    def init(self, source_info: dict[str, Any], *, inbox: bool = False, **post_info: Any) -> requests.Response:
        """Begin a video."""
        if inbox:
            return self.call("/v2/post/publish/inbox/video/init/", {"source_info": source_info})
        words = {"title": "Low tide", "privacy_level": EVERYONE, **post_info}
        return self.call("/v2/post/publish/video/init/", {"post_info": words, "source_info": source_info})

    def photos(self, urls: list[str], *, mode: str = "DIRECT_POST", **post_info: Any) -> requests.Response:
        """Begin photos."""
        words = {"title": "Low tide"} | ({"privacy_level": EVERYONE} if mode == "DIRECT_POST" else {}) | post_info
        source = {"source": "PULL_FROM_URL", "photo_cover_index": 0, "photo_images": urls}
        body = {"media_type": "PHOTO", "post_mode": mode, "post_info": words, "source_info": source}
        return self.call("/v2/post/publish/content/init/", body)

    def begin(self, size: int, **more: Any) -> tuple[str, str]:
        """Begin an upload of so many bytes; return the publish id and where to send them."""
        data = self.init(upload(size), **more).json()["data"]
        return data["publish_id"], data["upload_url"]

    def put(
        self, url: str, body: bytes, first: int, last: int, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """Send one chunk of a whole."""
        told = {"Content-Type": "video/mp4", "Content-Range": f"bytes {first}-{last}/{len(body)}", **(headers or {})}
        return self.session.put(url, data=body[first : last + 1], headers=told, timeout=10)

    def send(self, url: str, body: bytes) -> list[int]:
        """Send all chunks of a whole."""
        return [self.put(url, body, first, last).status_code for first, last in ranges(len(body))]

    def publish(self, body: bytes | None = None, **more: Any) -> str:
        """Begin a video and send it; return the publish id."""
        body = film() if body is None else body
        publish_id, url = self.begin(len(body), **more)
        assert self.send(url, body)[-1] == 201
        return publish_id

    def status(self, publish_id: str) -> dict[str, Any]:
        """Ask how a publish stands."""
        answer = self.call("/v2/post/publish/status/fetch/", {"publish_id": publish_id})
        data: dict[str, Any] = answer.json()["data"]
        return data

    def lever(self, name: str, wish: dict[str, Any]) -> dict[str, Any]:
        """Pull a lever of the control room, or ask it with an empty wish."""
        answer = self.session.post(f"{CONTROL}/tiktok/{name}", json=wish)
        assert answer.ok, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def look(self, name: str, **query: str) -> dict[str, Any]:
        """Ask the control room."""
        told: dict[str, Any] = self.session.get(f"{CONTROL}/tiktok/{name}", params=query).json()
        return told

    def look_deliveries(self) -> list[dict[str, Any]]:
        """Ask for the events that were told, the latest first."""
        told: list[dict[str, Any]] = self.lever("webhooks/deliveries", {})["deliveries"]
        return told

    def _keep(self, told: dict[str, Any]) -> dict[str, Any]:
        if "access_token" in told:
            self.access, self.refresh_token = told["access_token"], told["refresh_token"]
            self.open_id = told["open_id"]
        return told


@dataclass
class Receiver:
    """A callback for events: keeps what came, checks signatures, answers as it is told."""

    status: int = 200
    seen: list[Errand] = field(default_factory=list)

    def fetch(self, errand: Errand) -> Fetched:
        """Take one delivery; nobody answers to anything else."""
        if errand.method != "POST":
            return Fetched(404)
        self.seen.append(errand)
        return Fetched(self.status)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """Return what was told, its content unpacked."""
        told = [json.loads(one.body) for one in self.seen]
        return [{**one, "content": json.loads(one["content"])} for one in told]

    @property
    def events(self) -> list[str]:
        """Return the names of what was told."""
        return [body["event"] for body in self.bodies]

    def times(self, secret: str = demo.DEFAULT_APP_SECRET) -> list[int | None]:
        """Return the times in the signatures; None for a signature that is wrong."""
        return [signed_at(one, secret) for one in self.seen]


def signed_at(errand: Errand, secret: str) -> int | None:
    """Check a signature over the raw bytes as section 8 of the sheet says."""
    parts = dict(part.split("=", 1) for part in dict(errand.headers)["TikTok-Signature"].split(","))
    right = hmac.new(secret.encode(), f"{parts['t']}.".encode() + errand.body, hashlib.sha256).hexdigest()
    return int(parts["t"]) if hmac.compare_digest(right, parts["s"]) else None


def upload(size: int, chunk_size: int = 0, chunks: int = 0) -> dict[str, Any]:
    """Announce an upload by the plan of the sheet, or with other numbers."""
    if not chunk_size:
        chunk_size, chunks = (size, 1) if size < 2 * C else (C, size // C)
    return {"source": "FILE_UPLOAD", "video_size": size, "chunk_size": chunk_size, "total_chunk_count": chunks}


def pull(url: str) -> dict[str, str]:
    """Ask for an address to be fetched."""
    return {"source": "PULL_FROM_URL", "video_url": url}


def ranges(size: int) -> list[tuple[int, int]]:
    """Return first and last byte of each chunk of the plan."""
    if size < 2 * C:
        return [(0, size - 1)]
    count = size // C
    return [(at * C, size - 1 if at == count - 1 else (at + 1) * C - 1) for at in range(count)]


def film(size: int = 60_000, *, width: int = 1080, height: int = 1920, seconds: float = 12, **more: Any) -> bytes:
    """Make a film whose bytes differ from place to place."""
    made = bytearray(pictures.mp4(width, height, seconds, size=size, **more))
    for at in range(len(made) // 2, len(made) - 4, 997):
        made[at : at + 4] = at.to_bytes(4, "big")
    return bytes(made)


def error_of(response: requests.Response) -> tuple[int, str]:
    """Return status and code of a refusal, whose shape is checked on the way."""
    body = response.json()
    assert "data" not in body
    assert set(body["error"]) == {"code", "message", "log_id"}
    assert body["error"]["log_id"]
    return response.status_code, body["error"]["code"]
