"""`/rest/eventSubscriptions` and the pull interface beside it: hearing of what happens on a page."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from sandbox.linkedin import restli
from sandbox.linkedin.access import administers
from sandbox.linkedin.ask import Ask, millis
from sandbox.linkedin.courier import CHECK_EVERY_S, EVENT, SUBSCRIPTION_LIFE_S, Courier, on_this_machine, tell
from sandbox.linkedin.errors import Refusal, bad_query, gone, invalid, no_permission
from sandbox.linkedin.fields import refuse_unpermitted, text
from sandbox.linkedin.records import Notification, Post, Subscription
from sandbox.linkedin.state import State

ACTIONS = ("LIKE", "COMMENT", "SHARE", "SHARE_MENTION", "ADMIN_COMMENT", "COMMENT_EDIT", "COMMENT_DELETE")
_ONLY_PUBLIC = ACTIONS[:3]
_PULLED_FOR_MS = 60 * 86_400_000


def subscribe(ask: Ask, courier: Courier) -> Response:
    """Subscribe an address to a page's social actions, once it has answered the challenge."""
    organization_id = _organization_of(ask)
    body = ask.body
    refuse_unpermitted(body, {"webhook": None})
    webhook = text(body, "webhook", needed=True)
    if urlsplit(webhook).scheme != "https" and not on_this_machine(webhook):
        raise invalid("/webhook", "it must be an https address.")
    if not courier.challenge(ask.app, webhook):
        raise invalid("/webhook", "the address did not answer the challenge as it must, or not within 3 seconds.")
    key = _key(ask, organization_id)
    subscription = Subscription(
        key, ask.app.id, ask.member.id, organization_id, webhook, ask.now, ask.now + CHECK_EVERY_S
    )
    ask.state.subscriptions.put(key, subscription)
    return Response(status=204)


def read(ask: Ask) -> dict[str, Any]:
    """Read one subscription."""
    return _show(ask, _subscription(ask))


def unsubscribe(ask: Ask) -> Response:
    """End a subscription."""
    ask.state.subscriptions.remove(_subscription(ask).key)
    return Response(status=204)


def listed(ask: Ask) -> dict[str, Any]:
    """List the subscriptions of this member in this app."""
    if ask.need("q") != "subscriberAndEventType" or ask.need("eventType") != EVENT:
        raise bad_query("The finder is subscriberAndEventType with the one event type there is.")
    mine = [
        _show(ask, item)
        for item in ask.state.subscriptions
        if (item.app_id, item.member_id) == (ask.app.id, ask.member.id)
    ]
    return {"paging": ask.paging(0, 10, more=False), "elements": mine}


def pull(ask: Ask) -> dict[str, Any]:
    """List the social actions of the last sixty days, latest first."""
    if ask.need("q") != "criteria":
        raise bad_query(f"There is no finder {ask.text('q')}.")
    urn = ask.need("organizationalEntity")
    wanted = restli.list_of(ask.query, "actions") if "actions" in ask.query else list(ACTIONS)
    if not administers(ask, urn):
        raise no_permission("organizationalEntityNotifications", "FINDER-criteria", ask.version)
    start, count = ask.window()
    since = ask.now_ms - _PULLED_FOR_MS
    found = [
        tell(item)
        for item in reversed(ask.state.notifications)
        if urn.endswith(f":{item.organization_id}") and item.action in wanted and item.at_ms >= since
    ]
    return {
        "paging": ask.paging(start, count, more=len(found) > start + count),
        "elements": found[start : start + count],
    }


def happened(
    state: State, action: str, organization_id: str, post: Post | None, activity: str, at_ms: int
) -> Notification | None:
    """Note a social action; None when it is one the platform does not tell."""
    if action in _ONLY_PUBLIC and (post is None or post.visibility != "PUBLIC"):
        return None
    number = 4_000_000 + secrets.randbelow(5_000_000_000)
    source = post.urn if post else ""
    return state.notifications.put(str(number), Notification(number, organization_id, action, source, activity, at_ms))


def _organization_of(ask: Ask) -> str:
    """Check the key in the path: this app, this member, a page the member administers."""
    if not ask.app.webhooks:
        raise Refusal(403, "The application has no webhook use case.", "ACCESS_DENIED", 100)
    key = restli.read_value(ask.written_key)
    if not isinstance(key, dict):
        raise bad_query("The key is (developerApplication:..,user:..,entity:..,eventType:..).")
    if key.get("developerApplication") != f"urn:li:developerApplication:{ask.app.number}":
        raise bad_query("The key names another application.")
    if key.get("user") != ask.member.urn or key.get("eventType") != EVENT:
        raise bad_query("The key names another user or an unknown event type.")
    entity = str(key.get("entity", ""))
    if not administers(ask, entity):
        raise no_permission("eventSubscriptions", ask.call.method, ask.version)
    return entity.rpartition(":")[2]


def _key(ask: Ask, organization_id: str) -> str:
    return f"{ask.app.id}:{ask.member.id}:{organization_id}"


def _subscription(ask: Ask) -> Subscription:
    found = ask.state.subscriptions.get(_key(ask, _organization_of(ask)))
    if found is None:
        raise gone("of this subscription")
    return found


def _show(ask: Ask, subscription: Subscription) -> dict[str, Any]:
    return {
        "developerApplication": f"urn:li:developerApplication:{ask.app.number}",
        "user": f"urn:li:person:{subscription.member_id}",
        "entity": f"urn:li:organization:{subscription.organization_id}",
        "eventType": EVENT,
        "webhook": subscription.webhook,
        "expiresAt": millis(subscription.created + SUBSCRIPTION_LIFE_S),
    }
