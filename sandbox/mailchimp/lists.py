"""`/lists`: audiences with their numbers."""

from __future__ import annotations

from collections import Counter

from sandbox.calls import JsonObject
from sandbox.mailchimp.ask import Ask, iso
from sandbox.mailchimp.errors import invalid
from sandbox.mailchimp.records import Audience
from sandbox.mailchimp.shaping import page, with_links
from sandbox.mailchimp.state import hash_of

_MOST_LISTS = {"free": 1, "essentials": 3, "standard": 5, "premium": 500}


def listed(ask: Ask) -> JsonObject:
    """List the audiences of the account."""
    rows = ask.state.lists_of(ask.account.id)
    ask.choice("sort_field", ("date_created",))
    email = ask.query.get("email", "")
    since, before = ask.moment("since_date_created"), ask.moment("before_date_created")
    rows = [
        one
        for one in rows
        if (since is None or one.created > since)
        and (before is None or one.created < before)
        and (not email or ask.state.member(one.id, hash_of(email)) is not None)
    ]
    if ask.choice("sort_dir", ("ASC", "DESC")) == "DESC":
        rows.reverse()
    most = max(_MOST_LISTS[ask.account.plan], len(rows))
    constraints = {
        "may_create": len(rows) < most,
        "max_instances": most,
        "current_total_instances": len(ask.state.lists_of(ask.account.id)),
    }
    return page(ask, "lists", rows, lambda one: show(ask, one), "/lists", constraints=constraints)


def read(ask: Ask) -> JsonObject:
    """Read one audience."""
    return show(ask, ask.audience)


def change(ask: Ask) -> JsonObject:
    """Rename an audience, or change what its campaigns begin with."""
    audience, body = ask.audience, ask.body
    name = body.get("name", audience.name)
    if not isinstance(name, str) or not name.strip():
        raise invalid("name", "This value should not be blank.")
    audience.name = name
    defaults = body.get("campaign_defaults")
    if isinstance(defaults, dict):
        audience.campaign_defaults |= {
            key: str(value) for key, value in defaults.items() if key in audience.campaign_defaults
        }
    audience.double_optin = bool(body.get("double_optin", audience.double_optin))
    ask.state.lists.put(audience.id, audience)
    return show(ask, audience)


def show(ask: Ask, one: Audience) -> JsonObject:
    """Tell about an audience; its rates are in percent."""
    counts = Counter(member.status for member in ask.state.members_of(one.id))
    last = max(
        (campaign.sent for campaign in ask.state.campaigns_of(ask.account.id) if _went_to(campaign.recipients, one)),
        default=0.0,
    )
    form = ask.url(f"{ask.account.dc}.list-manage.com", "/subscribe", {"u": ask.account.id, "id": one.id})
    body = {
        "id": one.id,
        "web_id": one.web_id,
        "name": one.name,
        "contact": one.contact,
        "permission_reminder": one.permission_reminder,
        "use_archive_bar": True,
        "campaign_defaults": one.campaign_defaults,
        "notify_on_subscribe": "",
        "notify_on_unsubscribe": "",
        "date_created": iso(one.created),
        "list_rating": 4,
        "email_type_option": False,
        "subscribe_url_short": form,
        "subscribe_url_long": form,
        "beamer_address": f"{ask.account.dc}-{one.id}@inbound.mailchimp.com",
        "visibility": "prv",
        "double_optin": one.double_optin,
        "has_welcome": False,
        "marketing_permissions": False,
        "modules": [],
        "stats": {
            "member_count": counts["subscribed"],
            "total_contacts": sum(counts.values()),
            "unsubscribe_count": counts["unsubscribed"],
            "cleaned_count": counts["cleaned"],
            "member_count_since_send": 0,
            "unsubscribe_count_since_send": 0,
            "cleaned_count_since_send": 0,
            "campaign_count": sum(1 for c in ask.state.campaigns_of(ask.account.id) if _went_to(c.recipients, one)),
            "campaign_last_sent": iso(last),
            "merge_field_count": len(ask.state.fields_of(one.id)),
            "avg_sub_rate": 0,
            "avg_unsub_rate": 0,
            "target_sub_rate": 0,
            "open_rate": 38.4,
            "click_rate": 6.2,
            "last_sub_date": iso(max((member.opted_in for member in ask.state.members_of(one.id)), default=0.0)),
            "last_unsub_date": "",
        },
    }
    return with_links(ask, body, f"/lists/{one.id}")


def _went_to(recipients: dict[str, object], one: Audience) -> bool:
    return recipients.get("list_id") == one.id
