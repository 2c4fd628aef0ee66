"""What a connector does on LinkedIn, in a few lines, over any session and any base address."""

from __future__ import annotations

import struct
import zlib
from typing import Any
from urllib.parse import quote

import requests

from sandbox.linkedin import demo

API = "https://api.linkedin.com"
SITE = "https://www.linkedin.com"
CONTROL = "http://127.0.0.1:8801/_sandbox"
CALLBACK = demo.REDIRECT_URIS[0]
VERSION = "202609"

PROFILE = ["openid", "profile", "email", "w_member_social"]
PLUS = [*PROFILE, "r_basicprofile", "rw_organization_admin", "w_organization_social", "r_organization_social"]
COMMUNITY = [
    "r_basicprofile",
    "w_member_social",
    "w_organization_social",
    "r_organization_social",
    "rw_organization_admin",
    "r_member_postAnalytics",
]
SECRETS = {
    demo.DEFAULT_APP_ID: demo.DEFAULT_APP_SECRET,
    demo.COMMUNITY_APP_ID: demo.COMMUNITY_APP_SECRET,
    demo.PROFILE_APP_ID: demo.PROFILE_APP_SECRET,
    demo.READER_APP_ID: demo.READER_APP_SECRET,
}
SOLVEIG, MATEO = f"urn:li:person:{demo.SOLVEIG}", f"urn:li:person:{demo.MATEO}"
OBSERVATORY = f"urn:li:organization:{demo.OBSERVATORY}"
FOUNDRY = f"urn:li:organization:{demo.TYPE_FOUNDRY}"
FERRY = f"urn:li:organization:{demo.FERRY}"


class Hub:
    """Do what a connector does."""

    def __init__(self, session: requests.Session, api: str = API, site: str = SITE) -> None:
        self.session = session
        self.api = api
        self.site = site

    def token_form(self, app_id: str, **form: str) -> requests.Response:
        """Call the token endpoint."""
        client = {"client_id": app_id, "client_secret": SECRETS[app_id]}
        return self.session.post(f"{self.site}/oauth/v2/accessToken", data=client | form, timeout=10)

    def redeem(self, code: str, app_id: str = demo.DEFAULT_APP_ID, redirect_uri: str = CALLBACK) -> requests.Response:
        """Exchange a code."""
        return self.token_form(app_id, grant_type="authorization_code", code=code, redirect_uri=redirect_uri)

    def introspect(self, token: str, app_id: str = demo.DEFAULT_APP_ID) -> dict[str, Any]:
        """Ask what a token is."""
        form = {"client_id": app_id, "client_secret": SECRETS[app_id], "token": token}
        answer: dict[str, Any] = self.session.post(f"{self.site}/oauth/v2/introspectToken", data=form).json()
        return answer

    def call(self, method: str, path: str, token: str = "", **kwargs: Any) -> requests.Response:
        """Call the API with everything the gate wants."""
        headers = {"LinkedIn-Version": VERSION, "X-Restli-Protocol-Version": "2.0.0"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        headers |= kwargs.pop("headers", {})
        return self.session.request(method, f"{self.api}{path}", headers=headers, timeout=10, **kwargs)

    def publish(self, token: str, author: str, text: str = "", **more: Any) -> requests.Response:
        """Publish a post."""
        return self.call("POST", "/rest/posts", token, json=body(author, text, **more))

    def upload(self, token: str, owner: str, data: bytes, kind: str = "image") -> str:
        """Upload an image or a document and return its URN."""
        value = self.initialize(token, owner, kind).json()["value"]
        put = self.session.put(value["uploadUrl"], data=data, headers={"Authorization": f"Bearer {token}"})
        assert (put.status_code, put.content) == (201, b"")
        urn: str = value[kind]
        return urn

    def initialize(self, token: str, owner: str, kind: str = "image", **more: Any) -> requests.Response:
        """Register an upload."""
        wish = {"initializeUploadRequest": {"owner": owner, **more}}
        return self.call("POST", f"/rest/{kind}s?action=initializeUpload", token, json=wish)

    def finalize(self, token: str, value: dict[str, Any], etags: list[str]) -> requests.Response:
        """Put a video together."""
        wish = {"video": value["video"], "uploadToken": value["uploadToken"], "uploadedPartIds": etags}
        return self.call("POST", "/rest/videos?action=finalizeUpload", token, json={"finalizeUploadRequest": wish})

    def upload_video(self, token: str, owner: str, data: bytes) -> str:
        """Upload a video in its parts and return its URN."""
        value = self.initialize(token, owner, "video", fileSizeBytes=len(data)).json()["value"]
        etags = []
        for part in value["uploadInstructions"]:
            piece = data[part["firstByte"] : part["lastByte"] + 1]
            put = self.session.put(part["uploadUrl"], data=piece, headers={"Content-Type": "application/octet-stream"})
            assert put.status_code == 200, put.text
            etags.append(put.headers["ETag"].strip('"'))
        assert self.finalize(token, value, etags).status_code == 200
        urn: str = value["video"]
        return urn


def body(author: str, text: str = "", **more: Any) -> dict[str, Any]:
    """Write the body of a post."""
    return {
        "author": author,
        "commentary": text,
        "visibility": "PUBLIC",
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
        **more,
    }


def enc(urn: str) -> str:
    """Encode a URN for a path or a query."""
    return quote(urn, safe="")


def code_of(response: requests.Response) -> tuple[int, str]:
    """Return status and code of a refusal, whichever of the two shapes it has."""
    told = response.json()
    assert told["status"] == response.status_code
    if "errorDetails" in told:
        return response.status_code, told["errorDetails"]["inputErrors"][0]["code"]
    return response.status_code, told.get("code", "")


def png(width: int = 2, height: int = 2, colour: tuple[int, int, int] = (40, 90, 160)) -> bytes:
    """Draw a small PNG; with large numbers, one that only claims to be large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes(colour) * min(width, 64) for _ in range(min(height, 64)))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def mp4(size: int = 90_000, seconds: int = 12) -> bytes:
    """Write what begins like an MP4 of so many seconds."""
    movie = b"mvhd" + b"\0" * 12 + struct.pack(">II", 1000, seconds * 1000) + b"\0" * 80
    start = struct.pack(">I", 24) + b"ftypisom\0\0\2\0isomiso2" + struct.pack(">I", len(movie) + 4) + movie
    # Bytes that differ from place to place, so that parts taken for each other are noticed.
    filling = b"".join(struct.pack(">I", number) for number in range(max(0, size - len(start)) // 4 + 1))
    return (start + filling)[:size]
