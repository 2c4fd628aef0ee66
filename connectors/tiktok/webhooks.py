"""What TikTok tells by itself: what became of posts, and that a person took the app's access away.

Source: https://developers.tiktok.com/doc/webhooks-overview, .../webhooks-events and .../webhooks-verification. One address serves all accounts of
the app. The signature covers a moment and the body as it came. TikTok repeats a delivery for 72 hours, and does not say
whether it is signed anew then: so an old one with a good signature is a hint to look, and nothing it says is done. What it
says in time is a hint too, but for a withdrawn grant: TikTok's status is the truth about posts.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from connectors.errors import InvalidSignature
from connectors.tiktok.find import read_seconds
from connectors.types import App, EventKind, WebhookEvent, WebhookRequest

HEADER: Final = "tiktok-signature"
#: A delivery signed within this long of now is believed.
FRESH: Final = timedelta(seconds=300)
#: One signed longer ago is none of TikTok's repeats.
LONGEST: Final = timedelta(hours=72)
REMOVED: Final = "authorization.removed"
_SIGNATURE: Final = re.compile(r"t=([0-9]{1,12}),\s*s=([0-9a-fA-F]{64})")

KINDS: Final[dict[str, EventKind]] = {
    REMOVED: EventKind.DEAUTHORIZED,
    "post.publish.failed": EventKind.POST_CHANGED,
    "post.publish.complete": EventKind.POST_CHANGED,
    "post.publish.inbox_delivered": EventKind.POST_CHANGED,
    "post.publish.publicly_available": EventKind.POST_CHANGED,
    # TikTok's own spelling, and the right one.
    "post.publish.no_longer_publicaly_available": EventKind.POST_CHANGED,
    "post.publish.no_longer_publicly_available": EventKind.POST_CHANGED,
}


def parse(request: WebhookRequest, app: App, *, now: datetime) -> list[WebhookEvent]:
    """Check the signature over the raw body, then return what happened."""
    signed_at = _signed_at(request, app)
    late = abs(now - signed_at) > FRESH
    if now - signed_at > LONGEST or signed_at - now > FRESH:
        raise InvalidSignature("it was signed too long ago, or in the future")
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(told, dict):
        return []
    if told.get("client_key") != app.client_id:
        raise InvalidSignature("it is meant for another app")
    return [_event(told, late=late)]


def _signed_at(request: WebhookRequest, app: App) -> datetime:
    given = next((value for name, value in request.headers.items() if name.lower() == HEADER), "")
    found = _SIGNATURE.fullmatch(given.strip())
    if found is None:
        raise InvalidSignature("there is no signature")
    expected = hmac.new(app.client_secret.reveal().encode(), found[1].encode() + b"." + request.body, hashlib.sha256)
    if not hmac.compare_digest(expected.hexdigest(), found[2].lower()):
        raise InvalidSignature("the body was not signed with our app's secret")
    signed_at = read_seconds(int(found[1]))
    if signed_at is None:
        raise InvalidSignature("it was signed at no moment of time")
    return signed_at


def _event(told: Mapping[str, Any], *, late: bool) -> WebhookEvent:
    name, open_id = str(told.get("event") or ""), str(told.get("user_openid") or "")
    content = _content(told.get("content"))
    publish_id, post_id = str(content.get("publish_id") or ""), str(content.get("post_id") or "")
    kind = KINDS.get(name, EventKind.UNKNOWN)
    if late and kind is EventKind.DEAUTHORIZED:
        # Of an unknown kind and about a person: the hub looks whether the grant still stands.
        kind = EventKind.UNKNOWN
    return WebhookEvent(
        key=f"tiktok:{name}:{open_id}:{publish_id}:{post_id}:{told.get('create_time')}",
        kind=kind,
        external_id=open_id,
        external_user_id=open_id,
        post_id=post_id or publish_id,
        happened_at=read_seconds(told.get("create_time")),
        raw={**told, "content": content, "late": late},
    )


def _content(told: Any) -> Mapping[str, Any]:
    """Read the JSON that TikTok writes as a string within its JSON."""
    if isinstance(told, str):
        try:
            told = json.loads(told, parse_int=str)
        except (ValueError, RecursionError):
            return {}
    return told if isinstance(told, dict) else {}
