"""Meta's webhooks: the challenge, the signature, and what is to be done with a delivery.

Source: https://developers.facebook.com/docs/graph-api/webhooks/getting-started, read 2026-11-21. The signature is over the raw bytes,
in which Meta escapes everything beyond ASCII, so they are hashed before anything is parsed. Deauthorisation and data deletion
come as forms with a ``signed_request``; which of the two is meant, only the address they were sent to tells.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import parse_qs

from connectors.errors import InvalidSignature, UnexpectedAnswer
from connectors.meta import signed_request
from connectors.meta.asset import Asset, require_success
from connectors.meta.meanings import PLATFORM
from connectors.meta.webhook_events import events_in
from connectors.types import EventKind, WebhookEvent, WebhookReply, WebhookRequest
from foundation.secret import Secret

#: In the query of the callback addresses typed into the app's dashboard, such as ``…/webhooks/meta/?about=data_deletion``.
ABOUT: Final = "about"
_SIGNATURE: Final = "x-hub-signature-256"


def answer_challenge(request: WebhookRequest, *, verify_token: Secret | None) -> WebhookReply | None:
    """Answer Meta's question whether this address is ours; None when nothing is asked."""
    if request.method.upper() != "GET" or "hub.mode" not in request.query:
        return None
    presented = request.query.get("hub.verify_token", "")
    challenge = request.query.get("hub.challenge", "")
    if verify_token is None or not hmac.compare_digest(presented.encode(), verify_token.reveal().encode()):
        raise InvalidSignature("the verify token is not ours (META_WEBHOOK_VERIFY_TOKEN)")
    if request.query["hub.mode"] != "subscribe" or not challenge:
        raise InvalidSignature("this is no question about a subscription")
    return WebhookReply(challenge.encode())


def parse(request: WebhookRequest, *, app_secret: Secret) -> list[WebhookEvent]:
    """Check the signature, then tell what happened; raises ``InvalidSignature``."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    if headers.get("content-type", "").partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        return [_from_form(request, app_secret=app_secret)]
    _require_signature(headers.get(_SIGNATURE, ""), request.body, app_secret=app_secret)
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise InvalidSignature("the delivery is signed and holds no JSON") from error
    return events_in(told)


def subscribe(page: Asset, fields: Iterable[str]) -> None:
    """Subscribe a Page; the deliveries of its linked Instagram account are switched on with it."""
    body = {"subscribed_fields": ",".join(fields)}
    require_success(page.post(f"{page.id}/subscribed_apps", body, operation="subscribe"), operation="subscribe")


def is_subscribed(page: Asset, fields: Iterable[str]) -> bool:
    """Tell whether our app stands among those that Meta tells of a Page, with every field that we want."""
    told = page.get(f"{page.id}/subscribed_apps", operation="list_subscriptions", fields="id,subscribed_fields")
    listed = told.get("data")
    if not isinstance(listed, list):
        raise UnexpectedAnswer(
            "Meta's list of subscriptions is none.", platform=PLATFORM, operation="list_subscriptions"
        )
    ours = next((app for app in listed if isinstance(app, dict) and str(app.get("id")) == page.graph.app_id), None)
    if ours is None:
        return False
    names = ours.get("subscribed_fields")
    return not isinstance(names, list) or set(fields) <= set(map(str, names))


def unsubscribe(page: Asset) -> None:
    """Have Meta be silent about a Page and its linked Instagram account; a Page that is silent already is no error."""
    answer = page.graph.delete(f"{page.id}/subscribed_apps", token=page.token, operation="unsubscribe")
    require_success(answer if isinstance(answer, dict) else {"success": answer}, operation="unsubscribe")


def _require_signature(presented: str, body: bytes, *, app_secret: Secret) -> None:
    expected = "sha256=" + hmac.new(app_secret.reveal().encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(presented.encode(), expected.encode()):
        raise InvalidSignature("the delivery was not signed with this app's secret")


def _from_form(request: WebhookRequest, *, app_secret: Secret) -> WebhookEvent:
    signed = _field(request.body, "signed_request")
    told = signed_request.read(signed, app_secret=app_secret)
    kind = _kind_of(request.query)
    issued = int(told.issued_at.timestamp()) if told.issued_at else hashlib.sha256(signed.encode()).hexdigest()[:32]
    return WebhookEvent(
        key=f"{kind.value}:{told.user_id}:{issued}",
        kind=kind,
        external_user_id=told.user_id,
        happened_at=told.issued_at,
        raw={"user_id": told.user_id, "about": kind.value},
    )


def _kind_of(query: Mapping[str, str]) -> EventKind:
    return EventKind.DATA_DELETION if query.get(ABOUT) == EventKind.DATA_DELETION else EventKind.DEAUTHORIZED


def _field(body: bytes, name: str) -> str:
    try:
        values = parse_qs(body.decode("ascii"), max_num_fields=20).get(name, [])
    except ValueError as error:
        raise InvalidSignature("the form cannot be read") from error
    if len(values) != 1:
        raise InvalidSignature(f"the form holds no single {name}")
    return values[0]
