"""The one call after which mails leave, or will: its status is read before it, and again after every refusal.

Source: https://mailchimp.com/developer/marketing/api/campaigns/ (actions), read 2026-11-21. What a second ``send`` does is not recorded
anywhere, so none is made: what stands as sending, sent or scheduled is done. A refusal of a campaign that has left all the
same is believed in the campaign and not in the answer.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connectors.errors import ContentRejected
from connectors.mailchimp import campaigns
from connectors.mailchimp.campaigns import GONE_OUT, SCHEDULED, Campaign
from connectors.mailchimp.errors import PLATFORM, is_state
from connectors.mailchimp.rest import Rest, step

#: Mailchimp keeps quarter hours; what is nearer than this may be past when the call arrives.
QUARTERS: Final = frozenset({0, 15, 30, 45})
LEAST_LEAD: Final = timedelta(minutes=5)
TIMEWARP_LEAD: Final = timedelta(hours=24)
_NO_REASON: Final = (
    "Mailchimp gives no reason. Mostly the moment is past or off the quarter hour, the campaign is not ready, or the plan "
    "includes no scheduling (Essentials and up; Timewarp and batches: Standard and up)."
)


def send(rest: Rest, campaign: Campaign, *, operation: str, last_moment: Callable[[], None] | None = None) -> Campaign:
    """Send a campaign now, unless it has left already; raises ``ContentRejected`` with the checklist's words."""
    if has_left(campaign):
        return campaign
    path = f"campaigns/{step(campaign.id)}/actions/send"
    return _done(rest, campaign, path, None, operation=operation, last_moment=last_moment)


def schedule(
    rest: Rest,
    campaign: Campaign,
    said: Mapping[str, Any],
    *,
    operation: str,
    last_moment: Callable[[], None] | None = None,
) -> Campaign:
    """Hand a campaign over for a moment, unless it has left or waits already."""
    if has_left(campaign):
        return campaign
    body: dict[str, Any] = {"schedule_time": written(said["schedule_time"])}
    if said.get("timewarp"):
        body["timewarp"] = True
    if said.get("batch_delivery"):
        body["batch_delivery"] = dict(said["batch_delivery"])
    path = f"campaigns/{step(campaign.id)}/actions/schedule"
    return _done(rest, campaign, path, body, operation=operation, last_moment=last_moment)


def has_left(campaign: Campaign) -> bool:
    """Tell whether mails have left, or will at a moment that stands."""
    return campaign.status in GONE_OUT or campaign.status == SCHEDULED


def written(told: str) -> str:
    """Return a moment as Mailchimp wants it: in UTC, whole minutes, with its offset."""
    return datetime.fromisoformat(told).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00+00:00")


def wrong_time(told: str, *, now: datetime, timewarp: bool) -> tuple[str, str] | None:
    """Return why Mailchimp would not keep a moment, as a code and words; None when it would."""
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return "no_moment", "This is no moment that can be read."
    if moment.tzinfo is None:
        return "no_moment", "The moment has no offset, so nobody knows which it is."
    moment = moment.astimezone(UTC)
    if moment.minute not in QUARTERS or moment.second or moment.microsecond:
        return "off_quarter", "Mailchimp sends on the quarter hour alone: at :00, :15, :30 or :45."
    if moment - now < LEAST_LEAD:
        return "too_soon", "The moment is past, or too near to be handed over in time."
    if timewarp and moment - now < TIMEWARP_LEAD:
        return "too_soon", "Timewarp needs a lead of 24 hours."
    return None


def _done(
    rest: Rest,
    campaign: Campaign,
    path: str,
    body: Mapping[str, Any] | None,
    *,
    operation: str,
    last_moment: Callable[[], None] | None,
) -> Campaign:
    try:
        rest.call("POST", path, operation=operation, changes=True, body=body, last_moment=last_moment)
    except ContentRejected as error:
        now = campaigns.read(rest, campaign.id)
        if now is not None and has_left(now):
            return now
        if now is not None and is_state(error):
            raise _refusal(rest, campaign, error, scheduling=body is not None, operation=operation) from None
        raise
    return campaign


def _refusal(
    rest: Rest, campaign: Campaign, error: ContentRejected, *, scheduling: bool, operation: str
) -> ContentRejected:
    ready, items = campaigns.checklist(rest, campaign.id)
    if not ready:
        return campaigns.not_ready(items, operation, error)
    if scheduling:
        return ContentRejected(
            error.cause, remedy=_NO_REASON, platform=PLATFORM, operation=operation, reply=error.reply
        )
    return error
