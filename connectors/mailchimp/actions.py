"""What can be done with a campaign beside publishing it: look it over, try it, hold it back, use it again.

Source: https://mailchimp.com/developer/marketing/api/campaigns/ (actions), read 2026-11-21. Every action reads the campaign's status
first. What Mailchimp does with an action that comes too late is told nowhere, so we say it before Mailchimp has to.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from connectors.errors import ContentRejected
from connectors.mailchimp import campaigns, sending
from connectors.mailchimp.campaigns import DRAFTS, SCHEDULED, SENT, UNDER_WAY, Campaign
from connectors.mailchimp.errors import PLATFORM, is_state
from connectors.mailchimp.rest import Rest, step
from connectors.mailchimp.settings import SCHEDULE
from connectors.types import Action, Facts, Target

MOST_TESTERS: Final = 10
_RESENDS: Final = ("to_non_openers", "to_new_subscribers", "to_non_clickers", "to_non_purchasers")


def _takes(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        **({"required": list(required)} if required else {}),
    }


ACTIONS: Final = (
    Action("checklist", "Checklist", "Ask Mailchimp whether it would send the campaign, and what is missing."),
    Action(
        "test",
        "Send a test",
        "Send the campaign to a few addresses of your own; the audience gets nothing.",
        _takes(
            ("emails",),
            emails={
                "type": "array",
                "items": {"type": "string", "format": "email", "maxLength": 254},
                "minItems": 1,
                "maxItems": MOST_TESTERS,
                "uniqueItems": True,
                "title": "Addresses",
            },
            send_type={"type": "string", "enum": ["html", "plaintext"], "default": "html", "title": "As"},
        ),
    ),
    Action("send", "Send now", "Send a draft or a scheduled campaign to its audience at once.", public=True),
    Action(
        "schedule",
        "Schedule",
        "Let Mailchimp send a draft on the quarter hour.",
        _takes(("schedule_time",), **SCHEDULE),
        public=True,
    ),
    Action("unschedule", "Unschedule", "Take a scheduled campaign back, so that it is a draft again."),
    Action(
        "cancel",
        "Stop sending",
        "Stop a campaign while it is being sent (Premium plan). Mails that have left are not called back.",
        public=True,
    ),
    Action("replicate", "Copy", "Make a new draft with the same content and audience."),
    Action(
        "resend",
        "Copy for those it did not reach",
        "Make a new draft of a sent campaign for those who did not open or click it, or came later.",
        _takes(to={"type": "string", "enum": list(_RESENDS), "default": _RESENDS[0], "title": "For"}),
    ),
    Action("delete", "Delete the draft", "Delete a campaign that was never sent."),
)


def perform(
    rest: Rest, action: str, campaign_id: str, arguments: Facts, target: Target, *, now: datetime
) -> dict[str, Any]:
    """Do one of ``ACTIONS``; raises ``ContentRejected`` with why it cannot be done."""
    campaign = campaigns.require(rest, campaign_id, action)
    if campaign.list_id and campaign.list_id != target.external_id:
        raise _refused("This campaign belongs to another audience.", "Choose a campaign of this audience.", action)
    if action == "schedule":
        return _schedule(rest, campaign, arguments, now=now)
    if action not in _DEEDS:
        raise LookupError(f"{PLATFORM} has no action {action!r}")
    return _DEEDS[action](rest, campaign, arguments)


def _checklist(rest: Rest, campaign: Campaign, _: Facts) -> dict[str, Any]:
    ready, items = campaigns.checklist(rest, campaign.id)
    return {"ready": ready, "items": items, **_status(campaign)}


def _test(rest: Rest, campaign: Campaign, arguments: Facts) -> dict[str, Any]:
    emails = list(arguments["emails"])
    body = {"test_emails": emails, "send_type": arguments.get("send_type", "html")}
    rest.change("POST", f"campaigns/{step(campaign.id)}/actions/test", operation="test_campaign", body=body)
    return {"sent_to": len(emails), **_status(campaign)}


def _send(rest: Rest, campaign: Campaign, _: Facts) -> dict[str, Any]:
    if campaign.status == SCHEDULED:
        # Mailchimp sends what is a draft; what waits for its hour is taken back first.
        campaign = _taken_back(rest, campaign)
    elif sending.has_left(campaign):
        raise _refused("This campaign has been sent already.", "Copy it if it should go out again.", "send")
    ready, items = campaigns.checklist(rest, campaign.id)
    if not ready:
        raise campaigns.not_ready(items, "send")
    return _after(rest, sending.send(rest, campaign, operation="send"))


def _schedule(rest: Rest, campaign: Campaign, arguments: Facts, *, now: datetime) -> dict[str, Any]:
    wrong = sending.wrong_time(arguments["schedule_time"], now=now, timewarp=bool(arguments.get("timewarp")))
    if wrong is not None:
        raise _refused(wrong[1], "Choose a later quarter hour.", "schedule")
    if arguments.get("timewarp") and arguments.get("batch_delivery"):
        raise _refused("Timewarp and batches exclude each other.", "Choose one of them.", "schedule")
    if campaign.status == SCHEDULED:
        campaign = _taken_back(rest, campaign)
    elif sending.has_left(campaign):
        raise _refused("This campaign has been sent already.", "Copy it if it should go out again.", "schedule")
    ready, items = campaigns.checklist(rest, campaign.id)
    if not ready:
        raise campaigns.not_ready(items, "schedule")
    return _after(rest, sending.schedule(rest, campaign, arguments, operation="schedule"))


def _unschedule(rest: Rest, campaign: Campaign, _: Facts) -> dict[str, Any]:
    if campaign.status in DRAFTS:
        return {**_status(campaign), "note": "It was a draft already."}
    if campaign.status != SCHEDULED:
        raise _refused(
            "This campaign is no longer waiting: it is being sent, or was.",
            "Stop the sending if your plan allows that.",
            "unschedule",
        )
    return _status(_taken_back(rest, campaign))


def _cancel(rest: Rest, campaign: Campaign, _: Facts) -> dict[str, Any]:
    if campaign.status in campaigns.STOPPED:
        return {**_status(campaign), "note": "It was stopped already."}
    if campaign.status != UNDER_WAY:
        remedy = "Unschedule it instead." if campaign.status == SCHEDULED else "There is nothing to stop."
        raise _refused("Only a campaign that is being sent can be stopped.", remedy, "cancel")
    rest.change("POST", f"campaigns/{step(campaign.id)}/actions/cancel-send", operation="cancel")
    return _after(rest, campaign)


def _replicate(rest: Rest, campaign: Campaign, _: Facts) -> dict[str, Any]:
    told = rest.change("POST", f"campaigns/{step(campaign.id)}/actions/replicate", operation="replicate")
    return _new(rest, campaigns.read_in(told, "replicate"))


def _resend(rest: Rest, campaign: Campaign, arguments: Facts) -> dict[str, Any]:
    if campaign.status not in SENT:
        raise _refused("Only a campaign that was sent can be sent to those it missed.", "Wait until it is.", "resend")
    body = {"shortcut_type": arguments.get("to", _RESENDS[0])}
    told = rest.change("POST", f"campaigns/{step(campaign.id)}/actions/create-resend", operation="resend", body=body)
    return _new(rest, campaigns.read_in(told, "resend"))


def _delete(rest: Rest, campaign: Campaign, _: Facts) -> dict[str, Any]:
    if campaign.status not in DRAFTS:
        raise _refused(
            "This campaign is no draft: to delete it would delete its report as well, and call no mail back.",
            "Unschedule it first, or delete it in Mailchimp.",
            "delete",
        )
    campaigns.delete(rest, campaign.id)
    return {"campaign_id": campaign.id, "status": "deleted"}


def _taken_back(rest: Rest, campaign: Campaign) -> Campaign:
    """Unschedule, and make sure of it: a campaign whose hour has come meanwhile has left."""
    try:
        rest.change("POST", f"campaigns/{step(campaign.id)}/actions/unschedule", operation="unschedule")
    except ContentRejected as error:
        if not is_state(error):
            raise
        now = campaigns.require(rest, campaign.id, "unschedule")
        if now.status not in DRAFTS:
            raise
        return now
    return campaigns.require(rest, campaign.id, "unschedule")


def _after(rest: Rest, campaign: Campaign) -> dict[str, Any]:
    return _status(campaigns.require(rest, campaign.id, "read_campaign"))


def _status(campaign: Campaign) -> dict[str, Any]:
    at = campaign.send_time
    return {"campaign_id": campaign.id, "status": campaign.status, "send_time": at.isoformat() if at else None}


def _new(rest: Rest, campaign: Campaign) -> dict[str, Any]:
    return {**_status(campaign), "title": campaign.title, "url": campaign.editor(rest.dc)}


def _refused(cause: str, remedy: str, action: str) -> ContentRejected:
    return ContentRejected(cause, remedy=remedy, platform=PLATFORM, operation=action)


_DEEDS: Final[Mapping[str, Callable[[Rest, Campaign, Facts], dict[str, Any]]]] = {
    "checklist": _checklist,
    "test": _test,
    "send": _send,
    "unschedule": _unschedule,
    "cancel": _cancel,
    "replicate": _replicate,
    "resend": _resend,
    "delete": _delete,
}
