"""How a campaign stands later on: on its way, sent, stopped, or taken away.

Source: https://mailchimp.com/developer/marketing/api/campaigns/ (status), read 2026-11-21.
"""

from connectors.mailchimp import campaigns
from connectors.mailchimp.campaigns import Campaign
from connectors.mailchimp.rest import Rest
from connectors.types import LiveState, Standing


def look_after(rest: Rest, campaign_id: str) -> Standing:
    """Look how a campaign stands now."""
    campaign = campaigns.read(rest, campaign_id)
    if campaign is None:
        return Standing(
            LiveState.REMOVED,
            "The campaign was deleted in Mailchimp; mails that had left before are not called back.",
            "Look at Mailchimp's activity to see who deleted it.",
        )
    return _told(campaign, rest.dc)


def _told(campaign: Campaign, dc: str) -> Standing:
    page = campaign.archive_url or campaign.editor(dc)
    editor = campaign.editor(dc)
    if campaign.status in {campaigns.UNDER_WAY, *campaigns.SENT}:
        return Standing(LiveState.LIVE, permalink=page)
    if campaign.status == campaigns.SCHEDULED:
        at = campaign.send_time
        when = f" on {at:%d %B %Y at %H:%M} UTC" if at else ""
        return Standing(LiveState.PENDING, f"Mailchimp sends it{when}.", permalink=editor)
    if campaign.status in campaigns.DRAFTS:
        reason = "It stands in Mailchimp as a draft and is not going to be sent by itself."
        return Standing(LiveState.PENDING, reason, "Send or schedule it, here or in Mailchimp.", permalink=editor)
    if campaign.status in campaigns.STOPPED:
        reason = "Somebody stopped it in Mailchimp while it was being sent; part of the mails may have arrived."
        return Standing(LiveState.REMOVED, reason, "Look at its report to see how far it came.", permalink=page)
    reason = f"Mailchimp says that it is {campaign.status[:40]!r}, which our notes do not know."
    return Standing(LiveState.PENDING, reason, "Look at it in Mailchimp.", permalink=editor)
