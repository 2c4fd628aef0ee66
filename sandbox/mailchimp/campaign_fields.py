"""What a campaign may be made of: reading `POST` and `PATCH` bodies."""

from __future__ import annotations

from typing import Any

from sandbox.calls import JsonObject
from sandbox.mailchimp import conditions
from sandbox.mailchimp.ask import Ask
from sandbox.mailchimp.errors import bad_request
from sandbox.mailchimp.fields import Fields
from sandbox.mailchimp.records import Campaign

TYPES = ("regular", "plaintext", "absplit", "rss", "variate")
CONTENT_TYPES = ("template", "multichannel", "html", "url")
SETTINGS: dict[str, Any] = {
    "subject_line": "",
    "preview_text": "",
    "title": "",
    "from_name": "",
    "reply_to": "",
    "use_conversation": False,
    "to_name": "",
    "folder_id": "",
    "authenticate": True,
    "auto_footer": False,
    "inline_css": False,
    "auto_tweet": False,
    "auto_fb_post": [],
    "fb_comments": True,
    "template_id": 0,
}
TRACKING: dict[str, Any] = {
    "opens": True,
    "html_clicks": True,
    "text_clicks": False,
    "goal_tracking": False,
    "ecomm360": False,
    "google_analytics": "",
    "clicktale": "",
}
_MOST_ANALYTICS_BYTES = 50
_EXTRAS = ("variate_settings", "rss_opts", "social_card")


def apply(ask: Ask, campaign: Campaign, body: JsonObject) -> None:
    """Put what was sent into a campaign, or refuse all of it."""
    fields = Fields(body)
    settings = _settings(ask, fields, campaign.settings)
    tracking = _tracking(fields, campaign.tracking)
    recipients = _recipients(ask, fields) if "recipients" in body else campaign.recipients
    content_type = fields.text("content_type", campaign.content_type, choices=CONTENT_TYPES)
    extras = {name: fields.block(name) for name in _EXTRAS if body.get(name) is not None}
    fields.done()
    if "rss_opts" in extras and campaign.type != "rss":
        raise bad_request("rss_opts can only be set on an RSS campaign.")
    campaign.settings, campaign.tracking, campaign.recipients = settings, tracking, recipients
    campaign.content_type = content_type
    campaign.extras = {**campaign.extras, **extras}


def _settings(ask: Ask, fields: Fields, old: dict[str, Any]) -> dict[str, Any]:
    inner = fields.inner("settings")
    told = dict(old)
    for name, default in SETTINGS.items():
        if inner.body.get(name) is None:
            continue
        if isinstance(default, bool):
            told[name] = inner.flag(name)
        elif isinstance(default, int):
            told[name] = inner.number(name)
        elif isinstance(default, list):
            told[name] = inner.many(name)
        else:
            told[name] = inner.text(name)
    limit = ask.switches.number("mailchimp.subject_limit")
    if limit and len(told["subject_line"]) > limit:
        inner.wrong("subject_line", f"String must be no more than {limit} characters long")
    if told["reply_to"] and not _is_address(told["reply_to"]):
        inner.wrong("reply_to", "Please provide a valid email address.")
    template = ask.state.templates.get(str(told["template_id"])) if told["template_id"] else None
    if told["template_id"] and (template is None or template.account_id != ask.account.id):
        inner.wrong("template_id", "There is no template with this id.")
    return told


def _tracking(fields: Fields, old: dict[str, Any]) -> dict[str, Any]:
    inner = fields.inner("tracking")
    told = dict(old)
    for name, default in TRACKING.items():
        if inner.body.get(name) is not None:
            told[name] = inner.flag(name) if isinstance(default, bool) else inner.text(name)
    if len(str(told["google_analytics"]).encode()) > _MOST_ANALYTICS_BYTES:
        inner.wrong("google_analytics", f"String must be no more than {_MOST_ANALYTICS_BYTES} bytes long")
    return told


def _recipients(ask: Ask, fields: Fields) -> dict[str, Any]:
    inner = fields.inner("recipients")
    inner.need("list_id")
    list_id = inner.text("list_id")
    audience = ask.state.lists.get(list_id)
    if list_id and (audience is None or audience.account_id != ask.account.id):
        inner.wrong("list_id", "There is no list with this id.")
    options = inner.inner("segment_opts")
    told: dict[str, Any] = {"list_id": list_id}
    if not options.body:
        return told
    block: dict[str, Any] = {"match": options.text("match", "any", choices=("any", "all"))}
    for name in ("saved_segment_id", "prebuilt_segment_id"):
        if options.body.get(name) is not None:
            block[name] = options.number(name) if name == "saved_segment_id" else options.text(name)
    block["conditions"] = options.many("conditions")
    wrong = conditions.why_not(block["conditions"])
    if wrong:
        options.wrong("conditions", wrong)
    saved = block.get("saved_segment_id")
    if saved and ask.state.segment(list_id, saved) is None:
        options.wrong("saved_segment_id", "There is no segment with this id on the list.")
    return {**told, "segment_opts": block}


def _is_address(text: str) -> bool:
    local, at, domain = text.partition("@")
    return bool(local and at and "." in domain) and not any(sign.isspace() for sign in text)
