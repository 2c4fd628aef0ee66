"""`/reports`: what became of a campaign, counted."""

from __future__ import annotations

from sandbox.calls import JsonObject
from sandbox.mailchimp import campaign_fields
from sandbox.mailchimp.ask import Ask, iso
from sandbox.mailchimp.campaign_shape import GONE_OUT
from sandbox.mailchimp.errors import gone
from sandbox.mailchimp.readership import Deed, Readership, numbers
from sandbox.mailchimp.records import Campaign
from sandbox.mailchimp.shaping import page, with_links

_HOUR, _HOURS_TOLD = 3600.0, 24


def listed(ask: Ask) -> JsonObject:
    """List the reports of sent campaigns, newest first."""
    kind = ask.choice("type", campaign_fields.TYPES)
    since, before = ask.moment("since_send_time"), ask.moment("before_send_time")
    rows = [
        one
        for one in ask.state.campaigns_of(ask.account.id)
        if one.status == "sent"
        and kind in ("", one.type)
        and (since is None or one.began > since)
        and (before is None or one.began < before)
    ]
    return page(ask, "reports", rows, lambda one: show(ask, one), "/reports")


def read(ask: Ask) -> JsonObject:
    """Read the report of one campaign."""
    return show(ask, reported(ask))


def reported(ask: Ask) -> Campaign:
    """Return the campaign of the path if there is a report of it."""
    campaign = ask.campaign
    if campaign.status not in GONE_OUT and ask.switches.word("mailchimp.unsent_report") == "missing":
        raise gone()
    return campaign


def deeds_of(ask: Ask, campaign: Campaign) -> list[Deed]:
    """Return what readers did so far."""
    return Readership(ask.state, ask.switches).deeds(campaign, ask.now)


def show(ask: Ask, one: Campaign) -> JsonObject:
    """Tell the whole report; its rates are fractions of what was delivered."""
    deeds = deeds_of(ask, one)
    told = numbers(deeds)
    delivered = max(1, one.delivered - told.bounces)
    audience = ask.state.lists.get(one.recipients["list_id"])
    opens: JsonObject = {
        "opens_total": told.opens,
        "unique_opens": told.unique_opens,
        "open_rate": told.unique_opens / delivered,
        "last_open": iso(told.last_open),
    }
    if ask.switches.flag("mailchimp.proxy_excluded"):
        opens |= {
            "proxy_excluded_opens": told.direct_opens,
            "proxy_excluded_unique_opens": told.direct_unique_opens,
            "proxy_excluded_open_rate": told.direct_unique_opens / delivered,
        }
    body: JsonObject = {
        "id": one.id,
        "campaign_title": one.settings["title"],
        "type": one.type,
        "list_id": one.recipients["list_id"],
        "list_is_active": audience is not None,
        "list_name": audience.name if audience else "",
        "subject_line": one.settings["subject_line"],
        "preview_text": one.settings["preview_text"],
        "emails_sent": one.delivered,
        "abuse_reports": told.abuse,
        "unsubscribed": told.unsubscribed,
        "send_time": iso(one.began),
        "bounces": {"hard_bounces": told.hard, "soft_bounces": told.soft, "syntax_errors": 0},
        "forwards": {"forwards_count": 0, "forwards_opens": 0},
        "opens": opens,
        "clicks": {
            "clicks_total": told.clicks,
            "unique_clicks": told.unique_clicks,
            "unique_subscriber_clicks": told.clickers,
            "click_rate": told.clickers / delivered,
            "last_click": iso(told.last_click),
        },
        "facebook_likes": {"recipient_likes": 0, "unique_likes": 0, "facebook_likes": 0},
        "industry_stats": {
            "type": ask.account.industry,
            "open_rate": 0.2134,
            "click_rate": 0.0261,
            "bounce_rate": 0.0086,
            "unopen_rate": 0.778,
            "unsub_rate": 0.0021,
            "abuse_rate": 0.0002,
        },
        "timeseries": _by_hour(one, deeds),
        "share_report": {
            "share_url": ask.url(f"{ask.account.dc}.admin.mailchimp.com", "/reports/share", {"id": one.id}),
            "share_password": "",
        },
        "ecommerce": {"total_orders": 0, "total_spent": 0, "total_revenue": 0, "currency_code": "EUR"},
        "delivery_status": {"enabled": False},
    }
    if ask.switches.flag("mailchimp.list_stats"):
        body["list_stats"] = {"sub_rate": 2, "unsub_rate": 0, "open_rate": 38.4, "click_rate": 6.2}
        if ask.switches.flag("mailchimp.proxy_excluded"):
            body["list_stats"]["proxy_excluded_open_rate"] = 30.1
    return with_links(ask, body, f"/reports/{one.id}")


def _by_hour(one: Campaign, deeds: list[Deed]) -> list[JsonObject]:
    """Return the first day in hours."""
    if not one.began:
        return []
    start = one.began - one.began % _HOUR
    rows = []
    for number in range(_HOURS_TOLD):
        begins = start + number * _HOUR
        within = [deed for deed in deeds if begins <= deed.at < begins + _HOUR]
        rows.append(
            {
                "timestamp": iso(begins),
                "emails_sent": one.delivered if number == 0 else 0,
                "unique_opens": len({deed.email for deed in within if deed.action == "open"}),
                "recipients_clicks": len({deed.email for deed in within if deed.action == "click"}),
            }
        )
    return rows
