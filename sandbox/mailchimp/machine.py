"""What becomes of campaigns as time passes: scheduled ones start, sending ones end, cancelled ones stop half-way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.mailchimp import checklist, conditions
from sandbox.mailchimp.events import Events
from sandbox.mailchimp.records import Campaign, Mailing
from sandbox.mailchimp.state import State

if TYPE_CHECKING:
    from sandbox.world import World

_CANCELING_S = 2.0
_BATCH_MINUTE = 60.0


class Machine:
    """Move campaigns on. The world's lock is held."""

    def __init__(self, world: World, state: State, events: Events) -> None:
        self._world = world
        self._state = state
        self._events = events

    def settle(self) -> None:
        """Bring every campaign that moves to where it is by now."""
        now = self._world.clock.now()
        for campaign_id in list(self._state.moving):
            campaign = self._state.campaigns.get(campaign_id)
            if campaign is None:
                continue
            if campaign.status == "schedule" and now >= campaign.due:
                self._fall_due(campaign)
            if (
                campaign.status == "sending"
                and campaign.type != "rss"
                and now >= campaign.began + self._length(campaign)
            ):
                self._end(campaign, "sent")
            if campaign.status == "canceling" and now >= campaign.sent + _CANCELING_S:
                self._end(campaign, "canceled")

    def start(self, campaign: Campaign, at: float) -> None:
        """Let the mails of a campaign leave, once: this is the moment nobody can take back."""
        campaign.status, campaign.began = "sending", at
        campaign.due = 0.0
        self._state.save_campaign(campaign)
        if campaign.type == "rss":
            # Its mails leave when its feed has something to tell.
            return
        addresses = [member.email for member in conditions.recipients(self._state, campaign.recipients)]
        settings = campaign.settings
        self._state.save_mailing(
            Mailing(
                self._state.new_id(length=16),
                campaign.account_id,
                campaign.id,
                "campaign",
                settings["subject_line"],
                settings["from_name"],
                settings["reply_to"],
                campaign.html,
                campaign.plain_text,
                campaign.recipients["list_id"],
                addresses,
                at,
                len(addresses),
            )
        )

    def cancel(self, campaign: Campaign) -> None:
        """Stop a campaign half-way: who has it by now, has it."""
        now = self._world.clock.now()
        mailing = self._state.mailing_of(campaign.id)
        if mailing is not None:
            share = min(1.0, (now - campaign.began) / max(0.001, self._length(campaign)))
            mailing.addresses = mailing.addresses[: int(mailing.planned * share)]
            self._state.save_mailing(mailing)
        campaign.status, campaign.sent = "canceling", now
        self._state.save_campaign(campaign)

    def _fall_due(self, campaign: Campaign) -> None:
        if checklist.is_ready(self._state, campaign):
            self.start(campaign, campaign.due)
            return
        # What was ready when it was scheduled need not be so any more: its audience or its sender is gone.
        campaign.status, campaign.due = "paused", 0.0
        self._state.save_campaign(campaign)

    def _end(self, campaign: Campaign, status: str) -> None:
        mailing = self._state.mailing_of(campaign.id)
        if status == "sent":
            campaign.sent = campaign.began + self._length(campaign)
        campaign.status, campaign.delivered = status, len(mailing.addresses) if mailing else 0
        self._state.save_campaign(campaign)
        self._events.campaign(campaign)

    def _length(self, campaign: Campaign) -> float:
        batches = campaign.batch_delivery
        pauses = (int(batches["batch_count"]) - 1) * int(batches["batch_delay"]) * _BATCH_MINUTE if batches else 0.0
        return self._world.switches.number("mailchimp.sending_s") + pauses
