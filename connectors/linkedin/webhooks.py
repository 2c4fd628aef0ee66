"""What LinkedIn tells by itself: social actions on pages' posts.

Source: https://learn.microsoft.com/linkedin/shared/api-guide/webhook-validation and .../organizations/organization-social-action-notifications,
read 2026-11-21. The key of both signatures is the app's secret. A challenge is answered with a MAC over words that a stranger
chooses, and a delivery is signed by a MAC over ``hmacsha256=`` and the body: so only what looks like an identifier is answered,
or our door would sign deliveries for whoever asks.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from connectors.errors import ConfigurationError, ConnectorError, InvalidSignature
from connectors.linkedin import restli
from connectors.linkedin.find import read_moment
from connectors.linkedin.rest import Rest
from connectors.linkedin.scopes import ADMIN
from connectors.types import EventKind, Target, WebhookEvent, WebhookReply, WebhookRequest
from foundation.secret import Secret

EVENT_TYPE: Final = "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS"
PREFIX: Final = "hmacsha256="
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9-]{1,128}")
_PERSON: Final = "urn:li:person:"

KINDS: Final[dict[str, EventKind]] = {
    "LIKE": EventKind.REACTION,
    "COMMENT": EventKind.COMMENT,
    "ADMIN_COMMENT": EventKind.COMMENT,
    "COMMENT_EDIT": EventKind.COMMENT,
    "COMMENT_DELETE": EventKind.COMMENT,
    "SHARE": EventKind.SHARE,
    "SHARE_MENTION": EventKind.MENTION,
}


def answer_challenge(request: WebhookRequest, secret: Secret) -> WebhookReply | None:
    """Prove that the address is ours; None when nothing is asked. Raises ``InvalidSignature`` for no honest question."""
    challenge = request.query.get("challengeCode")
    if request.method.upper() != "GET" or challenge is None:
        return None
    if not _CHALLENGE.fullmatch(challenge):
        raise InvalidSignature("this is no challenge of LinkedIn's")
    said = {"challengeCode": challenge, "challengeResponse": _mac(challenge.encode(), secret)}
    return WebhookReply(json.dumps(said).encode(), "application/json")


def parse(request: WebhookRequest, secret: Secret) -> list[WebhookEvent]:
    """Check the signature over the raw body, then return what happened, notification by notification."""
    given = next((value for name, value in request.headers.items() if name.lower() == "x-li-signature"), "")
    expected = _mac(PREFIX.encode() + request.body, secret)
    if not hmac.compare_digest(expected.encode(), given.strip().removeprefix(PREFIX).encode()):
        raise InvalidSignature("the body was not signed with our app's secret")
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError):
        return []
    return list(_events(told if isinstance(told, dict) else {}))


def subscribe(rest: Rest, target: Target, *, developer_app: str, webhook: str) -> None:
    """Ask LinkedIn to tell us of a page. It stops by itself when the person's grant or role ends."""
    if not developer_app:
        raise ConfigurationError(
            "LinkedIn's webhooks need the number of the developer application.",
            remedy="Set LINKEDIN_DEVELOPER_APP_ID to the number in the address of the app's page on developers.linkedin.com.",
        )
    if not webhook.startswith("https://"):
        raise ConfigurationError(
            "LinkedIn delivers to https addresses alone.",
            remedy="Set PUBLIC_URL to the https address under which the hub is reached from the internet.",
        )
    rest.call(
        "PUT",
        _path(target, developer_app),
        operation="subscribe_webhooks",
        changes=True,
        body={"webhook": webhook},
        rest_method="UPDATE",
        scope=ADMIN,
    )


def is_subscribed(rest: Rest, target: Target, *, developer_app: str, webhook: str) -> bool | None:
    """Read the subscription; it vanishes without a word when the member's grant or role ends."""
    if not developer_app:
        return None
    try:
        told = rest.read(_path(target, developer_app), operation="read_subscription", scope=ADMIN)
    except ConnectorError as error:
        if error.reply.status != 404:
            raise
        return False
    return bool(told.get("webhook", webhook) == webhook)


def unsubscribe(rest: Rest, target: Target, *, developer_app: str) -> None:
    """Ask LinkedIn to be silent about a page; one of which it tells nothing is no error."""
    if not developer_app:
        return  # nothing was ever subscribed
    try:
        rest.call(
            "DELETE",
            _path(target, developer_app),
            operation="unsubscribe_webhooks",
            changes=True,
            rest_method="DELETE",
            scope=ADMIN,
        )
    except ConnectorError as error:
        if error.reply.status != 404:
            raise


def _path(target: Target, developer_app: str) -> str:
    """Return where the subscription of this app and member to this page stands."""
    key = restli.encode(
        {
            "developerApplication": f"urn:li:developerApplication:{developer_app}",
            "user": str(target.facts.get("member") or ""),
            "entity": target.external_id,
            "eventType": EVENT_TYPE,
        }
    )
    return f"eventSubscriptions/{key}"


def _events(told: Mapping[str, Any]) -> Iterator[WebhookEvent]:
    notifications = told.get("notifications")
    for raw in notifications if isinstance(notifications, list) else ():
        if not isinstance(raw, dict):
            continue
        number = raw.get("notificationId")
        known = isinstance(number, int | str) and not isinstance(number, bool) and number != ""
        subscriber = str(raw.get("subscriber") or "")
        yield WebhookEvent(
            key=f"linkedin:{number}" if known else f"linkedin:{_digest(raw)}",
            kind=KINDS.get(str(raw.get("action") or ""), EventKind.UNKNOWN)
            if told.get("type", EVENT_TYPE) == EVENT_TYPE
            else EventKind.UNKNOWN,
            external_id=str(raw.get("organizationalEntity") or ""),
            external_user_id=subscriber.removeprefix(_PERSON) if subscriber.startswith(_PERSON) else "",
            post_id=str(raw.get("sourcePost") or ""),
            happened_at=read_moment(raw.get("lastModifiedAt")),
            raw=raw,
        )


def _mac(said: bytes, secret: Secret) -> str:
    return hmac.new(secret.reveal().encode(), said, hashlib.sha256).hexdigest()


def _digest(raw: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()
