"""What tests of Google's connector share: keys, a journal and files in memory, and an ear on the wire."""

import io
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, BinaryIO

from connectors.types import Facts, MediaKind, Target
from tests.conftest import GATEWAY
from tests.connectors import kit

CALLBACK = "http://testserver/api/oauth/google_business/callback"
TOKEN = f"{GATEWAY}/oauth2.googleapis.com/token"
REVOKE = f"{GATEWAY}/oauth2.googleapis.com/revoke"
ACCOUNTS = f"{GATEWAY}/mybusinessaccountmanagement.googleapis.com/v1/accounts"
LOCATIONS = f"{GATEWAY}/mybusinessbusinessinformation.googleapis.com/v1"
VERIFICATIONS = f"{GATEWAY}/mybusinessverifications.googleapis.com/v1"
PERFORMANCE = f"{GATEWAY}/businessprofileperformance.googleapis.com/v1"
V4 = f"{GATEWAY}/mybusiness.googleapis.com/v4"

ACCOUNT, OTHER_ACCOUNT = "accounts/118134071001002488883", "accounts/103433320649253515986"
LOCATION = "locations/12101883566920497897"
PARENT = f"{ACCOUNT}/{LOCATION}"
POSTS = f"{V4}/{PARENT}/localPosts"
POST = f"{PARENT}/localPosts/5960109214985150895"
MAPS = "https://maps.google.com/maps?cid=9265023520374253951"
SCOPE = "https://www.googleapis.com/auth/business.manage"
PLACE = Target(
    "google_business_location",
    LOCATION,
    "Cafe Uno, Austin",
    {"account": ACCOUNT, "maps_url": MAPS, "language": "en"},
    (SCOPE,),
)
EVENT = {
    "title": "Jazz night",
    "start_date": "2026-12-04",
    "start_time": "19:00",
    "end_date": "2026-12-04",
    "end_time": "22:30",
}


@dataclass
class MemoryFile:
    """A file in memory."""

    data: bytes = b"\xff\xd8\xff"
    kind: MediaKind = MediaKind.IMAGE
    content_type: str = "image/jpeg"
    id: str = "0190-file"
    name: str = "photo.jpg"
    size: int | None = 40_000
    width: int | None = 1200
    height: int | None = 900
    duration: timedelta | None = None
    facts: Facts = field(default_factory=dict)
    public_url: str = "https://hub.example/media/1/photo.jpg"

    @property
    def size_bytes(self) -> int:
        """How long it is, or is said to be."""
        return len(self.data) if self.size is None else self.size

    def as_jpeg(self, *, longest_side: int | None = None) -> "MemoryFile":
        """Return the picture as a JPEG of such sides."""
        address = f"https://hub.example/media/as-{longest_side}.jpg"
        return replace(self, content_type="image/jpeg", public_url=address)

    def open(self) -> BinaryIO:
        """Return the bytes."""
        return io.BytesIO(self.data)


class Listening(kit.Listening):
    """The sandbox, with an ear on the wire."""

    def paths(self) -> list[str]:
        """Return method, host and path of every request, without the gateway and the query."""
        return [f"{one.method} {str(one.url)[len(GATEWAY) + 1 :].split('?', maxsplit=1)[0]}" for one in self.heard]


def refused(code: int, status: str, *, reason: str = "", number: int = 0, quota: str = "") -> dict[str, Any]:
    """Return an error body of Google's."""
    details: list[dict[str, Any]] = []
    if reason:
        metadata = {"quota_limit_value": quota, "quota_limit": "DefaultRequestsPerMinutePerProject"} if quota else {}
        details.append({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "metadata": metadata})
    if number:
        kind = "type.googleapis.com/google.mybusiness.v4.ValidationError"
        details.append({"@type": kind, "errorDetails": [{"code": number, "message": "Fetching image failed."}]})
    return {"error": {"code": code, "status": status, "message": "No.", "details": details}}
