"""What tests of the webhook door share: deliveries signed as the platforms sign them, and our door at the sandbox's wire."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.test import Client

from sandbox.fetching import Errand, Fetched
from sandbox.meta import demo
from sandbox.meta.deliveries import signed_request
from sandbox.meta.records import DEFAULT_APP_SECRET

META = "/webhooks/meta/"
DEAUTHORIZED = f"{META}?about=deauthorized"
DATA_DELETION = f"{META}?about=data_deletion"


def entry(value: Any, *, place: str = demo.BAKERY, at: int = 1_763_720_000, name: str = "feed") -> dict[str, Any]:
    return {"id": place, "time": at, "changes": [{"field": name, "value": value}]}


def body_of(*entries: Any, escaped: bool = True) -> bytes:
    return json.dumps({"object": "page", "entry": list(entries)}, ensure_ascii=escaped).encode()


def comment(number: int, text: str = "Hello") -> dict[str, Any]:
    return entry({"item": "comment", "verb": "add", "comment_id": f"c{number}", "post_id": "p1", "message": text})


def deliver(client: Client, body: bytes, *, secret: str = DEFAULT_APP_SECRET, address: str = META, **more: Any) -> Any:
    """Deliver as Meta does, signed over these very bytes."""
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": signature}
    return client.generic("POST", address, body, "application/json", headers=headers, **more)


def wish(
    client: Client, user: str, issued_at: float, *, address: str = DEAUTHORIZED, secret: str = DEFAULT_APP_SECRET
) -> Any:
    """Tell, as Meta does by a signed form, that a person wants something ended."""
    said = {"user_id": user, "algorithm": "HMAC-SHA256", "issued_at": int(issued_at)}
    form = urlencode({"signed_request": signed_request(secret, said)})
    return client.generic("POST", address, form.encode(), "application/x-www-form-urlencoded")


@dataclass
class Door:
    """Our door at the end of the sandbox's wire; remembers what it answered."""

    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))
    answers: list[int] = field(default_factory=list)

    def fetch(self, errand: Errand) -> Fetched:
        """Pass a request on to our door."""
        url = urlsplit(errand.url)
        headers = dict(errand.headers)
        kind = headers.pop("Content-Type", "")
        answer = self.client.generic(
            errand.method, f"{url.path}?{url.query}", errand.body, kind, headers=headers, REMOTE_ADDR="10.0.0.1"
        )
        self.answers.append(answer.status_code)
        return Fetched(answer.status_code, answer.content, answer.headers.get("Content-Type", ""))
