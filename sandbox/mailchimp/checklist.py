"""`/campaigns/{id}/send-checklist`: what stands between a draft and its readers."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.calls import JsonObject
from sandbox.mailchimp import conditions
from sandbox.mailchimp.ask import Ask
from sandbox.mailchimp.domains import FREE_MAIL
from sandbox.mailchimp.mail_text import can_be_left
from sandbox.mailchimp.records import Campaign
from sandbox.mailchimp.shaping import with_links
from sandbox.mailchimp.state import State


@dataclass(frozen=True)
class Item:
    """One line of the list."""

    type: str
    id: int
    heading: str
    details: str


def read(ask: Ask) -> JsonObject:
    """Go through the list."""
    items = items_of(ask.state, ask.campaign)
    body = {
        "is_ready": all(item.type != "error" for item in items),
        "items": [vars(item) for item in items],
    }
    return with_links(ask, body, f"/campaigns/{ask.campaign.id}/send-checklist")


def is_ready(state: State, campaign: Campaign) -> bool:
    """Say whether nothing stands in the way."""
    return all(item.type != "error" for item in items_of(state, campaign))


def items_of(state: State, campaign: Campaign) -> list[Item]:
    """Return every line, good and bad."""
    return [
        _audience(state, campaign),
        _subject(campaign),
        _sender(campaign),
        _reply_to(state, campaign),
        _content(campaign),
        _tracking(campaign),
    ]


def _audience(state: State, campaign: Campaign) -> Item:
    audience = state.lists.get(campaign.recipients["list_id"])
    if audience is None:
        return Item("error", 101, "Audience", "Choose an audience before you send.")
    many = len(conditions.recipients(state, campaign.recipients))
    if not many:
        return Item("error", 101, "Audience", f"{audience.name} has nobody subscribed whom this campaign could reach.")
    return Item("success", 101, "Audience", f"{many} contacts of {audience.name} will get this campaign.")


def _subject(campaign: Campaign) -> Item:
    subject = str(campaign.settings["subject_line"]).strip()
    if not subject:
        return Item("error", 102, "Subject line", "Write a subject line for your campaign.")
    return Item("success", 102, "Subject line", subject)


def _sender(campaign: Campaign) -> Item:
    name = str(campaign.settings["from_name"]).strip()
    if not name:
        return Item("error", 103, "From name", "Say who the campaign is from.")
    return Item("success", 103, "From name", name)


def _reply_to(state: State, campaign: Campaign) -> Item:
    address = str(campaign.settings["reply_to"])
    if not address:
        return Item("error", 104, "Reply-to address", "Enter the address that replies go to.")
    name = address.rpartition("@")[2].lower()
    if name in FREE_MAIL:
        return Item(
            "error", 104, "Reply-to address", f"{name} is a free email provider and cannot be verified as a sender."
        )
    domain = state.domains.get(f"{campaign.account_id}:{name}")
    if domain is None or not domain.verified:
        return Item("error", 104, "Reply-to address", f"Verify the domain {name} before you send from it.")
    if not domain.authenticated:
        return Item("warning", 104, "Reply-to address", f"The domain {name} is verified and not authenticated.")
    return Item("success", 104, "Reply-to address", address)


def _content(campaign: Campaign) -> Item:
    if campaign.type == "rss":
        return Item("success", 105, "Content", "The feed is the content.")
    if not (campaign.html.strip() or campaign.plain_text.strip()):
        return Item("error", 105, "Content", "Your campaign has no content yet.")
    if campaign.html and not can_be_left(campaign.html):
        return Item("warning", 105, "Content", "There is no unsubscribe link; a footer with one will be added.")
    return Item("success", 105, "Content", "Your campaign has content.")


def _tracking(campaign: Campaign) -> Item:
    told = [name for name in ("opens", "html_clicks", "text_clicks") if campaign.tracking[name]]
    return Item("success", 106, "Tracking", ", ".join(told) or "Nothing is tracked.")
