"""The Notifications API: one topic per account, and a second tool takes it from the first. None of it is about posts."""

from __future__ import annotations

import re
from typing import Any

from sandbox.google_business import payload
from sandbox.google_business.ask import Ask, camel
from sandbox.google_business.errors import bad_request
from sandbox.google_business.records import Setting

TYPES = ("GOOGLE_UPDATE", "NEW_REVIEW", "UPDATED_REVIEW", "NEW_CUSTOMER_MEDIA", "DUPLICATE_LOCATION")
_DEPRECATED = ("NEW_QUESTION", "UPDATED_QUESTION", "NEW_ANSWER", "UPDATED_ANSWER", "LOSS_OF_VOICE_OF_MERCHANT")
_SETTING = payload.message(
    name=payload.STRING,
    pubsubTopic=payload.STRING,
    notificationTypes=payload.enum(
        "NotificationType", *TYPES, "VOICE_OF_MERCHANT_UPDATED", *_DEPRECATED, repeated=True
    ),
)
_TOPIC = re.compile(r"projects/[^/]+/topics/[^/]+")
# Which spelling of the mask is taken in practice is not known, so all of them are.
_WHOLE = {"notificationSetting", "*"}
_PARTS = {"pubsubTopic", "notificationTypes", "name"}


def read(ask: Ask) -> dict[str, Any]:
    """Tell where an account's notifications go."""
    account = ask.account()
    return _show(ask.state.settings.get(account.id) or Setting(account.id))


def change(ask: Ask) -> dict[str, Any]:
    """Send them elsewhere; no types mean off."""
    account = ask.account()
    sent = payload.read(ask.body, _SETTING, "notification_setting")
    mask = {camel(path.strip().removeprefix("notification_setting.")) for path in ask.text("updateMask").split(",")}
    if not mask <= _WHOLE | _PARTS:
        raise bad_request([("update_mask", "Invalid field mask provided")])
    setting = ask.state.settings.get(account.id) or Setting(account.id)
    if mask & {*_WHOLE, "pubsubTopic"}:
        setting.topic = sent.get("pubsubTopic", "")
    if mask & {*_WHOLE, "notificationTypes"}:
        setting.types = list(dict.fromkeys(sent.get("notificationTypes", [])))
    if setting.topic and not _TOPIC.fullmatch(setting.topic):
        raise bad_request([("pubsub_topic", f"Invalid topic: {setting.topic}")])
    return _show(ask.state.settings.put(account.id, setting))


def _show(setting: Setting) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": f"accounts/{setting.account_id}/notificationSetting"}
    if setting.topic:
        shown["pubsubTopic"] = setting.topic
    if setting.types:
        shown["notificationTypes"] = setting.types
    return shown
