"""`/campaigns`: making, finding, reading, changing and deleting them."""

from __future__ import annotations

from copy import deepcopy

from sandbox.calls import JsonObject
from sandbox.mailchimp import campaign_fields
from sandbox.mailchimp.ask import Ask
from sandbox.mailchimp.campaign_shape import show
from sandbox.mailchimp.content import from_template
from sandbox.mailchimp.errors import bad_request, invalid, known
from sandbox.mailchimp.fields import Fields
from sandbox.mailchimp.records import Campaign
from sandbox.mailchimp.shaping import page, with_links
from sandbox.mailchimp.state import hash_of

_STATUSES = ("save", "paused", "schedule", "sending", "sent")
DRAFTS = ("save", "paused")


def create(ask: Ask) -> JsonObject:
    """Make a draft; the same body twice makes two."""
    fields = Fields(ask.body)
    fields.need("type")
    kind = fields.text("type", choices=campaign_fields.TYPES)
    fields.done()
    if kind == "absplit":
        raise invalid("type", "absplit campaigns are deprecated; use variate.")
    campaign = Campaign(
        ask.state.new_id(),
        ask.state.new_number(),
        ask.account.id,
        kind,
        ask.now,
        "save",
        deepcopy(campaign_fields.SETTINGS),
        {"list_id": ""},
        deepcopy(campaign_fields.TRACKING),
        made_by=ask.login.id,
    )
    campaign_fields.apply(ask, campaign, ask.body)
    if kind == "rss" and not campaign.extras.get("rss_opts", {}).get("feed_url"):
        raise invalid("rss_opts", "Required fields were not provided: feed_url, frequency")
    from_template(ask, campaign)
    return show(ask, ask.state.save_campaign(campaign))


def read(ask: Ask) -> JsonObject:
    """Read one campaign."""
    return show(ask, ask.campaign)


def change(ask: Ask) -> JsonObject:
    """Change a draft."""
    campaign = editable(ask)
    template = campaign.settings["template_id"]
    campaign_fields.apply(ask, campaign, ask.body)
    if campaign.settings["template_id"] != template:
        from_template(ask, campaign)
    return show(ask, ask.state.save_campaign(campaign))


def delete(ask: Ask) -> None:
    """Delete a campaign that is not under way."""
    campaign = ask.campaign
    if campaign.status in ("sending", "canceling"):
        raise known("MethodNotAllowed", "A campaign cannot be deleted while it is sending.", Allow="GET")
    ask.state.remove_campaign(campaign)


def listed(ask: Ask) -> JsonObject:
    """Find campaigns by list, state, type and time, in the order of their making unless told otherwise."""
    status = ask.choice("status", _STATUSES)
    kind = ask.choice("type", campaign_fields.TYPES)
    list_id, folder, member = (ask.query.get(name, "") for name in ("list_id", "folder_id", "member_id"))
    spans = {name: (ask.moment(f"since_{name}"), ask.moment(f"before_{name}")) for name in ("create_time", "send_time")}
    seen_until = ask.now - ask.switches.number("mailchimp.list_lag_s")
    found = [
        one
        for one in ask.state.campaigns_of(ask.account.id)
        if (not status or one.status == status)
        and (not kind or one.type == kind)
        and (not list_id or one.recipients["list_id"] == list_id)
        and (not folder or one.settings["folder_id"] == folder)
        and (not member or _reached(ask, one, member))
        and one.created <= seen_until
        and _within(one.created, spans["create_time"])
        and _within(one.due or one.sent, spans["send_time"])
    ]
    by = ask.choice("sort_field", ("create_time", "send_time"))
    if by:
        down = ask.choice("sort_dir", ("ASC", "DESC")) == "DESC"
        found.sort(key=lambda one: one.sent or one.due if by == "send_time" else one.created, reverse=down)
    return page(ask, "campaigns", found, lambda one: show(ask, one), "/campaigns")


def search(ask: Ask) -> JsonObject:
    """Search the words of campaigns in an index that trails behind."""
    words = ask.query.get("query", "").casefold()
    if not words:
        raise invalid("query", "This value should not be blank.")
    until = ask.now - ask.switches.number("mailchimp.search_lag_s")
    found = [
        one
        for one in ask.state.campaigns_of(ask.account.id)
        if one.created <= until
        and words in f"{one.settings['title']} {one.settings['subject_line']} {one.plain_text}".casefold()
    ]
    results = [{"campaign": show(ask, one), "snippet": one.settings["title"]} for one in found]
    return with_links(ask, {"results": results, "total_items": len(results)}, "/search-campaigns")


def editable(ask: Ask) -> Campaign:
    """Return the campaign of the path if it is a draft."""
    campaign = ask.campaign
    if campaign.status not in DRAFTS:
        raise bad_request(f"A campaign with the status '{campaign.status}' cannot be edited.")
    return campaign


def _within(moment: float, span: tuple[float | None, float | None]) -> bool:
    since, before = span
    if since is None and before is None:
        return True
    return bool(moment) and (since is None or moment > since) and (before is None or moment < before)


def _reached(ask: Ask, campaign: Campaign, member_id: str) -> bool:
    mailing = ask.state.mailing_of(campaign.id)
    return mailing is not None and any(member_id == hash_of(address) for address in mailing.addresses)
