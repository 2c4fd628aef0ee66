"""A small platform for tests of what no big one shows alone: API keys, webhook addresses of a place's own, unsubscribing.

It answers at the wire; its connector speaks to it through the hub's one door to the network.
"""

import hashlib
import hmac
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from connectors.base import Connector, DestinationKind
from connectors.errors import (
    ConnectorError,
    ContentRejected,
    InvalidSignature,
    PlatformReply,
    ReconnectRequired,
    TransientError,
)
from connectors.types import (
    ACCESS_TOKEN,
    REFRESH_TOKEN,
    ApiVersion,
    CannotTell,
    Capability,
    Content,
    EventKind,
    FoundDestination,
    Grant,
    HealthReport,
    Journal,
    KeyForm,
    NotThere,
    Processing,
    Published,
    Refreshed,
    Target,
    WebhookEvent,
    WebhookReply,
    WebhookRequest,
)
from foundation.errors import Finding
from foundation.secret import Secret

API = "https://keyhole.invalid"
HOUR = timedelta(hours=1)
GOOD, SAME_ACCOUNT, OTHER_ACCOUNT = "kh-anna-1", "kh-anna-2", "kh-bert-1"


class KeyholeConnector(Connector):
    """Lists of an account that one opens by a key such as ``kh-anna-1``."""

    slug = "keyhole"
    name = "Keyhole"
    capabilities = frozenset({Capability.API_KEY, Capability.TEXT, Capability.WEBHOOKS, Capability.HEALTH_CHECK})
    kinds: ClassVar = (DestinationKind("keyhole_list", "Keyhole list", 100),)
    key_form = KeyForm(
        label="API key of Keyhole", help="Under Account, Keys.", page="https://keyhole.example/keys", placeholder="kh-…"
    )
    own_addresses = True

    @classmethod
    def keys_to_publish(cls, target: Target) -> tuple[str, ...]:
        return (ACCESS_TOKEN,)

    def budget_keys(self, destinations: Sequence[str]) -> tuple[str, ...]:
        return ()

    def api_version(self) -> ApiVersion:
        return ApiVersion("1", None, "https://keyhole.example/docs")

    def connect_with_key(self, *, key: Secret, now: datetime) -> Grant:
        if not re.fullmatch(r"kh-[a-z]+-\d+", key.reveal()):
            raise ContentRejected("This is no key of Keyhole's.", remedy="Copy the whole key, beginning with kh-.")
        told = self._call("GET", "/me", key, changes=False)
        return Grant(told["id"], told["name"], key)

    def fetch_accounts(self, *, access_token: Secret) -> Sequence[FoundDestination]:
        told = self._call("GET", "/lists", access_token, changes=False)
        return [FoundDestination("keyhole_list", one["id"], one["name"]) for one in told["lists"]]

    def check(self, content: Content, *, kind: str) -> list[Finding]:
        return []

    def publish(self, content: Content, target: Target, journal: Journal) -> Published | Processing:
        raise AssertionError("nobody publishes through a keyhole: it is there to be connected")

    def find_published(
        self, content: Content, target: Target, journal: Journal, *, now: datetime
    ) -> Published | NotThere | CannotTell:
        raise AssertionError("nobody publishes through a keyhole: it is there to be connected")

    def health_check(self, *, targets: Sequence[Target], now: datetime) -> HealthReport:
        return HealthReport()

    def revoke(self) -> None:
        """Keys end at Keyhole only."""

    def subscribe_webhooks(self, target: Target, *, address: Secret | None = None) -> Secret | None:
        assert address is not None
        body = {"list": target.external_id, "url": address.reveal()}
        told = self._call("POST", "/hooks", self.keys.open(ACCESS_TOKEN), changes=True, body=body)
        return Secret(told["secret"]) if told.get("secret") else None

    def unsubscribe_webhooks(self, target: Target, *, address: Secret | None = None) -> None:
        assert address is not None
        body = {"list": target.external_id, "url": address.reveal()}
        self._call("DELETE", "/hooks", self.keys.open(ACCESS_TOKEN), changes=True, body=body)

    def answer_challenge(self, request: WebhookRequest) -> WebhookReply | None:
        return None

    def parse_webhook(self, request: WebhookRequest) -> Sequence[WebhookEvent]:
        if request.signing_secret is not None:
            expected = sign(request.body, request.signing_secret.reveal())
            if not hmac.compare_digest(request.headers.get("X-Keyhole-Signature", ""), expected):
                raise InvalidSignature("it was not signed with the secret of this hook")
        told = json.loads(request.body)
        return [
            WebhookEvent(
                key=f"{request.external_id}:{told['n']}",
                kind=EventKind(told.get("kind", "message")),
                external_id=told.get("list", request.external_id),
                external_user_id=told.get("person", ""),
                raw=told,
            )
        ]

    def _call(self, method: str, path: str, key: Secret, *, changes: bool, body: Any = None) -> Any:
        answer = self.http.call(
            method,
            f"{API}{path}",
            operation=path,
            changes=changes,
            json_body=body,
            headers={"Authorization": f"Bearer {key.reveal()}"},
        )
        reply = PlatformReply(status=answer.status)
        if answer.status == 401:
            raise ReconnectRequired("Keyhole does not know this key.", platform=self.slug, reply=reply)
        if answer.status >= 500:
            raise TransientError("Keyhole is out of order.", platform=self.slug, reply=reply)
        if not answer.ok:
            raise ConnectorError("Keyhole said no.", platform=self.slug, reply=reply)
        return answer.data


class HourlyConnector(KeyholeConnector):
    """The same with tokens that live for an hour, and refresh tokens that are good for one exchange each."""

    capabilities = KeyholeConnector.capabilities | {Capability.REFRESH_TOKEN}
    refresh_before = (timedelta(minutes=50),)

    def connect_with_key(self, *, key: Secret, now: datetime) -> Grant:
        granted = super().connect_with_key(key=key, now=now)
        return replace(granted, access_expires_at=now + HOUR, refresh_token=Secret("refresh-0"))

    def refresh_token(self, *, now: datetime) -> Refreshed:
        told = self._call("POST", "/token", self.keys.open(REFRESH_TOKEN), changes=True, body={})
        return Refreshed(Secret(told["access"]), now + HOUR, Secret(told["refresh"]))


@dataclass
class Keyhole(BaseAdapter):
    """The platform at the end of the wire."""

    #: Who each key belongs to.
    keys: dict[str, str] = field(default_factory=lambda: {GOOD: "anna", SAME_ACCOUNT: "anna", OTHER_ACCOUNT: "bert"})
    lists: tuple[str, ...] = ("news", "sales")
    #: Where it delivers, by list.
    hooks: dict[str, str] = field(default_factory=dict)
    secret: str = ""
    broken: bool = False
    #: How many refresh tokens were traded; the next one is the only one that is good.
    traded: int = 0
    #: Asks an address, as Keyhole does before it takes one, and returns the status.
    knock: Callable[[str], int] = lambda url: 200
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Answer one request."""
        path = urlsplit(str(request.url)).path
        self.heard.append(f"{request.method} {path}")
        who = self.keys.get(request.headers["Authorization"].removeprefix("Bearer "))
        if path == "/token":
            good = request.headers["Authorization"] == f"Bearer refresh-{self.traded}"
            who = "anna" if good else None
        body = json.loads(request.body) if request.body else {}
        status, told = (
            (503, {}) if self.broken else (401, {}) if who is None else self._answer(request, path, who, body)
        )
        answer = requests.Response()
        answer.status_code = status
        answer.headers["Content-Type"] = "application/json"
        answer.raw = HTTPResponse(body=io.BytesIO(json.dumps(told).encode()), status=status, preload_content=False)
        return answer

    def close(self) -> None:
        """Nothing is held."""

    def _answer(self, request: requests.PreparedRequest, path: str, who: str, body: Any) -> tuple[int, Any]:
        if path == "/token":
            self.traded += 1
            self.keys[f"kh-hour-{self.traded}"] = who
            return 200, {"access": f"kh-hour-{self.traded}", "refresh": f"refresh-{self.traded}"}
        if path == "/me":
            return 200, {"id": who, "name": who.title()}
        if path == "/lists":
            return 200, {"lists": [{"id": f"{who}-{name}", "name": name.title()} for name in self.lists]}
        if request.method == "DELETE":
            self.hooks.pop(body["list"], None)
            return 200, {}
        if self.knock(body["url"]) != 200:
            return 400, {}
        self.hooks[body["list"]] = body["url"]
        return 200, {"secret": self.secret}


def sign(body: bytes, secret: str) -> str:
    """Sign as Keyhole does."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
