"""What Mailchimp tells of an audience by itself: contacts that come, change and go, and campaigns that are sent.

Source: https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/ and docs/platforms/mailchimp.md, "Webhooks", read
2026-11-21. Deliveries name no app of ours, so every audience has an address of its own with a secret in its path, which is the
whole proof where Mailchimp signs nothing. Newer webhooks are signed with a secret that is told once, when they are made. A
delivery has no id: what it says, without the order of its parts, is its key. Addresses are secrets: no error may repeat one.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connectors.errors import ConnectorError, ContentRejected, InvalidSignature, OutcomeUnknown
from connectors.mailchimp import forms
from connectors.mailchimp.errors import is_gone
from connectors.mailchimp.rest import Rest, part, step, text
from connectors.types import EventKind, Target, WebhookEvent, WebhookReply, WebhookRequest
from foundation.secret import Secret

SIGNATURE: Final = "x-mailchimp-signature"
#: How far a signature's moment may be from now.
WINDOW: Final = timedelta(seconds=300)
EVENTS: Final = ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign")
#: What contacts do. A new address comes as ``upemail`` and once more as ``profile``.
MEMBERS: Final = {
    "subscribe": EventKind.MEMBER_JOINED,
    "unsubscribe": EventKind.MEMBER_LEFT,
    "profile": EventKind.MEMBER_CHANGED,
    "upemail": EventKind.MEMBER_CHANGED,
    "cleaned": EventKind.MEMBER_UNREACHABLE,
}
_SIGNED: Final = re.compile(r"[0-9a-f]{64}")
_MOMENT: Final = re.compile(r"[0-9]{1,12}")


def subscribe(rest: Rest, target: Target, address: Secret, *, signed: bool) -> Secret | None:
    """Ask Mailchimp to tell us of an audience, once; return what it signs with, if it told that just now.

    Our own writes are left out (``api``), or each of them would come back.
    """
    if _find(rest, target, address) is not None:
        return None
    body: dict[str, Any] = {
        "url": address.reveal(),
        "events": dict.fromkeys(EVENTS, True),
        "sources": {"user": True, "admin": True, "api": False},
    }
    if signed:
        body["signing_enabled"] = True
    try:
        told = rest.change("POST", _path(target), operation="subscribe_webhooks", body=body, hidden=address)
    except ContentRejected:
        if _find(rest, target, address) is not None:
            return None  # somebody was faster, or an earlier try had arrived
        raise
    except OutcomeUnknown:
        # A secret that is lost with its answer is never told again: what may stand is taken away, for the next try.
        with suppress(ConnectorError):
            unsubscribe(rest, target, address)
        raise
    secret = text(told.get("signing_secret"))
    return Secret(secret) if secret else None


def is_subscribed(rest: Rest, target: Target, address: Secret) -> bool:
    """Tell whether the audience still has a webhook with our address."""
    return _find(rest, target, address) is not None


def unsubscribe(rest: Rest, target: Target, address: Secret) -> None:
    """Ask Mailchimp to be silent at an address; one that is silent already is no error."""
    webhook = _find(rest, target, address)
    if webhook is None:
        return
    try:
        rest.change("DELETE", f"{_path(target)}/{step(webhook)}", operation="unsubscribe_webhooks", hidden=address)
    except ContentRejected as error:
        if not is_gone(error):
            raise


def answer_challenge(request: WebhookRequest) -> WebhookReply | None:
    """Answer the look that Mailchimp takes at an address before it keeps it: a plain 200 to whoever knows the address."""
    if request.method.upper() not in {"GET", "HEAD"}:
        return None
    if not request.external_id:
        raise InvalidSignature("no audience has this address")
    return WebhookReply(b"ok")


def parse(request: WebhookRequest, *, now: datetime) -> list[WebhookEvent]:
    """Verify a delivery as far as it can be, and tell what happened."""
    if not request.external_id:
        raise InvalidSignature("no audience has this address")
    if request.signing_secret is not None:
        _require_signature(request, request.signing_secret, now=now)
    told = forms.parse(request.body)
    data = part(told.get("data"))
    if text(data.get("list_id")) != request.external_id:
        raise InvalidSignature("it speaks of another audience than the address it came to")
    return list(_events(told, data, request.external_id))


def _require_signature(request: WebhookRequest, secret: Secret, *, now: datetime) -> None:
    """Refuse a delivery without a signature of ours, or with one that is too old; several keys may sign while one is changed."""
    given = next((value for name, value in request.headers.items() if name.lower() == SIGNATURE), "")
    parts = [entry.strip().partition("=") for entry in given.split(",")]
    told = [value for name, _, value in parts if name == "t" and _MOMENT.fullmatch(value) and value.isascii()]
    signatures = [value for name, _, value in parts if name == "v1" and _SIGNED.fullmatch(value)]
    if len(told) != 1 or not signatures:
        raise InvalidSignature("the delivery is not signed")
    said = told[0].encode() + b"." + request.body
    expected = hmac.new(secret.reveal().encode(), said, hashlib.sha256).hexdigest()
    if not any(hmac.compare_digest(expected, signature) for signature in signatures):
        raise InvalidSignature("the body was not signed with this webhook's secret")
    if abs(now.timestamp() - int(told[0])) > WINDOW.total_seconds():
        raise InvalidSignature("it was signed too long ago, or in the future")


def _events(told: Mapping[str, Any], data: Mapping[str, Any], list_id: str) -> Iterator[WebhookEvent]:
    word, fired_at = text(told.get("type")), text(told.get("fired_at"))
    if not word:
        return
    who = text(data.get("id")) or text(data.get("new_id")) or text(data.get("email"))
    said = "\n".join((word, fired_at, list_id, who, text(data.get("action")), text(data.get("reason"))))
    campaign = word == "campaign"
    yield WebhookEvent(
        key=f"mailchimp:{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()}",
        kind=_kind(word, data),
        external_id=list_id,
        post_id=text(data.get("id")) if campaign else "",
        happened_at=_moment(fired_at),
        raw=dict(told),
    )


def _kind(word: str, data: Mapping[str, Any]) -> EventKind:
    """Return our word for what happened to a contact or a campaign."""
    if word != "campaign":
        return MEMBERS.get(word, EventKind.UNKNOWN)
    return EventKind.POST_CREATED if text(data.get("status")) == "sent" else EventKind.POST_CHANGED


def _moment(told: str) -> datetime | None:
    """Read a moment without a zone, which Mailchimp is taken to write in UTC."""
    try:
        return datetime.strptime(told, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _find(rest: Rest, target: Target, address: Secret) -> str | None:
    """Return the webhook with this address; Mailchimp takes two that differ in their query alone for one."""
    told = rest.read(_path(target), operation="list_webhooks")
    listed = told.get("webhooks")
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and text(entry.get("url")).partition("?")[0] == address.reveal().partition("?")[0]:
            return text(entry.get("id")) or None
    return None


def _path(target: Target) -> str:
    return f"lists/{step(target.external_id)}/webhooks"
