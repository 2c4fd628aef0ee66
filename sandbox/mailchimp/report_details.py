"""`/reports/{id}/...`: who did what, link by link and reader by reader."""

from __future__ import annotations

import hashlib
from collections import Counter

from sandbox.calls import JsonObject
from sandbox.mailchimp.ask import Ask, iso
from sandbox.mailchimp.errors import gone
from sandbox.mailchimp.mail_text import links_in
from sandbox.mailchimp.readership import Deed
from sandbox.mailchimp.records import Campaign
from sandbox.mailchimp.reports import deeds_of, reported
from sandbox.mailchimp.shaping import page, with_links
from sandbox.mailchimp.state import hash_of

_MOST_OPENS, _MOST_DOMAINS = 1000, 5
_TOLD = {"hard": "bounce", "soft": "bounce"}


def email_activity(ask: Ask) -> JsonObject:
    """List what each reader did."""
    campaign = reported(ask)
    since = ask.moment("since") or 0.0
    deeds = [deed for deed in deeds_of(ask, campaign) if deed.at > since]
    rows = [
        {**_reader(campaign, email), "activity": [_activity(deed) for deed in own][:_MOST_OPENS]}
        for email in _addresses(ask, campaign)
        if (own := [deed for deed in deeds if deed.email == email and deed.action in ("open", "click", "hard", "soft")])
        or not since
    ]
    return page(ask, "emails", rows, lambda row: row, _path(campaign, "email-activity"), campaign_id=campaign.id)


def click_details(ask: Ask) -> JsonObject:
    """List the links of a campaign with their clicks."""
    campaign = reported(ask)
    rows = _links(ask, campaign)
    if ask.choice("sort_field", ("total_clicks", "unique_clicks")):
        rows.sort(key=lambda row: row[ask.query["sort_field"]], reverse=ask.query.get("sort_dir") == "DESC")
    return page(ask, "urls_clicked", rows, lambda row: row, _path(campaign, "click-details"), campaign_id=campaign.id)


def click_detail(ask: Ask) -> JsonObject:
    """Tell about one link."""
    campaign = reported(ask)
    found = next((row for row in _links(ask, campaign) if row["id"] == ask.parts["link_id"]), None)
    if found is None:
        raise gone()
    return with_links(ask, {**found, "campaign_id": campaign.id}, _path(campaign, f"click-details/{found['id']}"))


def click_members(ask: Ask) -> JsonObject:
    """List who clicked a link."""
    campaign, link = reported(ask), ask.parts["link_id"]
    clicks = Counter(
        deed.email
        for deed in deeds_of(ask, campaign)
        if deed.action == "click" and _link_id(campaign, deed.url) == link
    )
    rows = [{**_person(ask, campaign, email), "clicks": many, "url_id": link} for email, many in clicks.items()]
    path = _path(campaign, f"click-details/{link}/members")
    return page(ask, "members", rows, lambda row: row, path, campaign_id=campaign.id)


def open_details(ask: Ask) -> JsonObject:
    """List who opened a campaign, and when."""
    campaign = reported(ask)
    since = ask.moment("since") or 0.0
    opens = [deed for deed in deeds_of(ask, campaign) if deed.action == "open" and deed.at > since]
    rows = []
    for email in dict.fromkeys(deed.email for deed in opens):
        own = [deed for deed in opens if deed.email == email]
        times = [{"timestamp": iso(deed.at), "is_proxy_open": deed.proxied} for deed in own]
        rows.append({**_person(ask, campaign, email), "opens_count": len(own), "opens": times})
    path = _path(campaign, "open-details")
    return page(ask, "members", rows, lambda row: row, path, total_opens=len(opens), campaign_id=campaign.id)


def sent_to(ask: Ask) -> JsonObject:
    """List whom a campaign was sent to, and whether it arrived."""
    campaign = reported(ask)
    deeds = deeds_of(ask, campaign)
    rows = []
    for email in _addresses(ask, campaign):
        own = [deed for deed in deeds if deed.email == email]
        opens = [deed.at for deed in own if deed.action == "open"]
        rows.append(
            {
                **_reader(campaign, email),
                "status": next((deed.action for deed in own if deed.action in _TOLD), "sent"),
                "open_count": len(opens),
                "last_open": iso(max(opens, default=0.0)),
                "absplit_group": "",
                "gmt_offset": 1,
            }
        )
    return page(ask, "sent_to", rows, lambda row: row, _path(campaign, "sent-to"), campaign_id=campaign.id)


def unsubscribed(ask: Ask) -> JsonObject:
    """List who left by way of a campaign."""
    campaign = reported(ask)
    rows = [
        {**_person(ask, campaign, deed.email), "timestamp": iso(deed.at), "reason": "None given"}
        for deed in deeds_of(ask, campaign)
        if deed.action == "unsub"
    ]
    return page(ask, "unsubscribes", rows, lambda row: row, _path(campaign, "unsubscribed"), campaign_id=campaign.id)


def domain_performance(ask: Ask) -> JsonObject:
    """Tell how the five largest domains among the readers did."""
    campaign = reported(ask)
    deeds = deeds_of(ask, campaign)
    counts = Counter(email.rpartition("@")[2] for email in _addresses(ask, campaign))
    total = sum(counts.values())
    rows = []
    for domain, many in counts.most_common(_MOST_DOMAINS):
        own = Counter(deed.action for deed in deeds if deed.email.endswith(f"@{domain}"))
        bounces = own["hard"] + own["soft"]
        delivered = many - bounces
        rows.append(
            {
                "domain": domain,
                "emails_sent": many,
                "bounces": bounces,
                "opens": own["open"],
                "clicks": own["click"],
                "unsubs": own["unsub"],
                "delivered": delivered,
                "emails_pct": many / max(1, total),
                "bounces_pct": bounces / max(1, many),
                "opens_pct": own["open"] / max(1, delivered),
                "clicks_pct": own["click"] / max(1, delivered),
                "unsubs_pct": own["unsub"] / max(1, delivered),
            }
        )
    body = {"domains": rows, "total_sent": total, "campaign_id": campaign.id, "total_items": len(rows)}
    return with_links(ask, body, _path(campaign, "domain-performance"))


def _links(ask: Ask, campaign: Campaign) -> list[JsonObject]:
    clicks = [deed for deed in deeds_of(ask, campaign) if deed.action == "click"]
    urls = dict.fromkeys([*links_in(campaign.html), *(deed.url for deed in clicks if deed.url)])
    rows = []
    for url in urls:
        own = [deed for deed in clicks if deed.url == url]
        unique = len({deed.email for deed in own})
        rows.append(
            {
                "id": _link_id(campaign, url),
                "url": url,
                "total_clicks": len(own),
                "click_percentage": len(own) / max(1, len(clicks)),
                "unique_clicks": unique,
                "unique_click_percentage": unique / max(1, len({(deed.email, deed.url) for deed in clicks})),
                "last_click": iso(max((deed.at for deed in own), default=0.0)),
                "campaign_id": campaign.id,
            }
        )
    return rows


def _activity(deed: Deed) -> JsonObject:
    told: JsonObject = {"action": _TOLD.get(deed.action, deed.action), "timestamp": iso(deed.at), "ip": "192.0.2.77"}
    if deed.action in _TOLD:
        told["type"] = deed.action
    if deed.url:
        told["url"] = deed.url
    return told


def _reader(campaign: Campaign, email: str) -> JsonObject:
    return {
        "campaign_id": campaign.id,
        "list_id": campaign.recipients["list_id"],
        "list_is_active": True,
        "email_id": hash_of(email),
        "email_address": email,
    }


def _person(ask: Ask, campaign: Campaign, email: str) -> JsonObject:
    """Tell about a reader what the audience knows by now."""
    member = ask.state.member(campaign.recipients["list_id"], hash_of(email))
    return {
        **_reader(campaign, email),
        "contact_status": member.status if member else "",
        "merge_fields": dict(member.merge_fields) if member else {},
        "vip": member.vip if member else False,
    }


def _addresses(ask: Ask, campaign: Campaign) -> list[str]:
    mailing = ask.state.mailing_of(campaign.id)
    return list(mailing.addresses) if mailing else []


def _link_id(campaign: Campaign, url: str) -> str:
    return hashlib.sha256(f"{campaign.id}:{url}".encode()).hexdigest()[:10]


def _path(campaign: Campaign, name: str) -> str:
    return f"/reports/{campaign.id}/{name}"
