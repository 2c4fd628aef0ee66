"""A campaign as the API tells it."""

from __future__ import annotations

import re

from sandbox.calls import JsonObject
from sandbox.mailchimp import conditions
from sandbox.mailchimp.ask import Ask, iso
from sandbox.mailchimp.presets import ARCHIVE_HOST
from sandbox.mailchimp.readership import Readership, numbers
from sandbox.mailchimp.records import Campaign
from sandbox.mailchimp.shaping import with_links

GONE_OUT = ("sent", "canceled", "archived")


def show(ask: Ask, one: Campaign) -> JsonObject:
    """Tell about a campaign."""
    body: JsonObject = {
        "id": one.id,
        "web_id": one.web_id,
        "type": one.type,
        "create_time": iso(one.created),
        "archive_url": ask.url(ARCHIVE_HOST, archive_path(one)),
        "long_archive_url": ask.url(f"{ask.account.dc}.campaign-archive.com", "/", {"u": ask.account.id, "id": one.id}),
        "status": one.status,
        "emails_sent": one.delivered,
        # A scheduled one tells when it will start, one under way when it did; a draft has only the empty string.
        "send_time": iso(one.due if one.status == "schedule" else one.began),
        "content_type": one.content_type,
        "needs_block_refresh": False,
        "resendable": one.status == "sent",
        "recipients": _recipients(ask, one),
        "settings": {**one.settings, "timewarp": one.timewarp, "drag_and_drop": False},
        "tracking": dict(one.tracking),
        "delivery_status": _delivery(ask, one),
        **{name: block for name, block in one.extras.items() if name != "parent"},
    }
    if one.extras.get("parent"):
        body["parent_campaign_id"] = one.extras["parent"]
    if one.status in GONE_OUT:
        body["report_summary"] = _summary(ask, one)
    return with_links(ask, body, f"/campaigns/{one.id}")


def archive_path(one: Campaign) -> str:
    """Return where a sent campaign can be read by everybody."""
    slug = re.sub(r"[^a-z0-9]+", "-", str(one.settings["subject_line"]).lower()).strip("-")[:40] or "letter"
    return f"/{one.account_id[-12:]}/{slug}-{one.web_id}"


def _recipients(ask: Ask, one: Campaign) -> JsonObject:
    audience = ask.state.lists.get(one.recipients["list_id"])
    mailing = ask.state.mailing_of(one.id)
    told = {
        "list_id": one.recipients["list_id"],
        "list_is_active": audience is not None,
        "list_name": audience.name if audience else "",
        "segment_text": "",
        "recipient_count": mailing.planned if mailing else len(conditions.recipients(ask.state, one.recipients)),
    }
    if "segment_opts" in one.recipients:
        told["segment_opts"] = one.recipients["segment_opts"]
        told["segment_text"] = "Only a part of the audience gets this campaign."
    return told


def _delivery(ask: Ask, one: Campaign) -> JsonObject:
    if ask.account.plan != "premium" or one.status not in ("sending", "canceling", "canceled"):
        # On ordinary plans this block says nothing.
        return {"enabled": False}
    word = {"sending": "delivering"}.get(one.status, one.status)
    mailing = ask.state.mailing_of(one.id)
    planned = mailing.planned if mailing else 0
    done = len(mailing.addresses) if mailing else 0
    return {
        "enabled": True,
        "can_cancel": one.status == "sending",
        "status": word,
        "emails_sent": done if one.status == "canceled" else 0,
        "emails_canceled": planned - done if one.status == "canceled" else 0,
    }


def _summary(ask: Ask, one: Campaign) -> JsonObject:
    told = numbers(Readership(ask.state, ask.switches).deeds(one, ask.now))
    delivered = max(1, one.delivered - told.bounces)
    return {
        "opens": told.opens,
        "unique_opens": told.unique_opens,
        "open_rate": told.unique_opens / delivered,
        "clicks": told.clicks,
        "subscriber_clicks": told.clickers,
        "click_rate": told.clickers / delivered,
        "ecommerce": {"total_orders": 0, "total_spent": 0, "total_revenue": 0},
    }
