"""`/lists/{id}/members`: reading contacts, one by one and by pages."""

from __future__ import annotations

from sandbox.calls import JsonObject
from sandbox.mailchimp.ask import Ask, iso
from sandbox.mailchimp.records import Member
from sandbox.mailchimp.shaping import page, with_links
from sandbox.mailchimp.state import hash_of

_STATUSES = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived")
_SORTS = {"timestamp_opt": "opted_in", "timestamp_signup": "signed_up", "last_changed": "changed"}


def listed(ask: Ask) -> JsonObject:
    """List contacts by state and time."""
    audience = ask.audience
    status = ask.choice("status", _STATUSES)
    spans = [
        (attribute, ask.moment(f"since_{name}"), ask.moment(f"before_{name}"))
        for name, attribute in (("timestamp_opt", "opted_in"), ("last_changed", "changed"))
    ]
    email, unique = ask.query.get("email_address", ""), ask.query.get("unique_email_id", "")
    vip = ask.flag("vip_only")
    found = [
        one
        for one in ask.state.members_of(audience.id)
        if (one.status == status if status else one.status != "archived")
        and (not email or hash_of(one.email) == hash_of(email))
        and (not unique or one.unique_email_id == unique)
        and (not vip or one.vip)
        and all(
            (since is None or getattr(one, attribute) > since) and (before is None or getattr(one, attribute) < before)
            for attribute, since, before in spans
        )
    ]
    by = ask.choice("sort_field", tuple(_SORTS))
    if by:
        down = ask.choice("sort_dir", ("ASC", "DESC")) == "DESC"
        found.sort(key=lambda one: float(getattr(one, _SORTS[by])), reverse=down)
    path = f"/lists/{audience.id}/members"
    return page(ask, "members", found, lambda one: show(ask, one), path, list_id=audience.id)


def read(ask: Ask) -> JsonObject:
    """Read one contact."""
    return show(ask, ask.member)


def show(ask: Ask, one: Member) -> JsonObject:
    """Tell about a contact; unused texts are empty, never null."""
    fields = {field.tag: one.merge_fields.get(field.tag, "") for field in ask.state.fields_of(one.list_id)}
    groups = {group.id: one.interests.get(group.id, False) for group in ask.state.interests_of(one.list_id)}
    body: JsonObject = {
        "id": hash_of(one.email),
        "email_address": one.email,
        "unique_email_id": one.unique_email_id,
        "contact_id": one.contact_id,
        "full_name": f"{fields.get('FNAME', '')} {fields.get('LNAME', '')}".strip(),
        "web_id": one.web_id,
        "email_type": one.email_type,
        "status": one.status,
        "consents_to_one_to_one_messaging": True,
        "sms_phone_number": "",
        "sms_subscription_status": "",
        "merge_fields": fields,
        "stats": {"avg_open_rate": 0, "avg_click_rate": 0},
        "ip_signup": one.ip_signup,
        "timestamp_signup": iso(one.signed_up),
        "ip_opt": one.ip_opt,
        "timestamp_opt": iso(one.opted_in),
        "member_rating": 2,
        "last_changed": iso(one.changed),
        "language": one.language,
        "vip": one.vip,
        "email_client": "",
        "location": {
            "latitude": 0,
            "longitude": 0,
            "gmtoff": 0,
            "dstoff": 0,
            "country_code": "",
            "timezone": "",
            **one.location,
        },
        "marketing_permissions": one.marketing_permissions,
        "source": one.source,
        "tags_count": len(one.tags),
        "tags": tags_of(ask, one),
        "list_id": one.list_id,
    }
    if groups:
        body["interests"] = groups
    if one.reason:
        body["unsubscribe_reason"] = one.reason
    return with_links(ask, body, f"/lists/{one.list_id}/members/{hash_of(one.email)}")


def tags_of(ask: Ask, one: Member) -> list[JsonObject]:
    """Return the tags of a contact."""
    found = (ask.state.segment(one.list_id, number) for number in one.tags)
    return [{"id": tag.id, "name": tag.name} for tag in found if tag is not None]
