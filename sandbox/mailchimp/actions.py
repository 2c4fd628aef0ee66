"""`/campaigns/{id}/actions/...`: everything a campaign can be made to do."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime

from sandbox.calls import JsonObject
from sandbox.mailchimp import checklist
from sandbox.mailchimp.ask import Ask, moment_of
from sandbox.mailchimp.campaign_shape import show
from sandbox.mailchimp.errors import Refusal, bad_request, known
from sandbox.mailchimp.fields import Fields
from sandbox.mailchimp.machine import Machine
from sandbox.mailchimp.records import Campaign, Mailing

_DRAFTS = ("save", "paused")
_WARP_LEAD_S = 24 * 3600
_RESENDS = ("to_non_openers", "to_new_subscribers", "to_non_clickers", "to_non_purchasers")


class Actions:
    """One method per action; those that answer nothing return None."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def send(self, ask: Ask) -> None:
        """Send now. A campaign that is under way or sent is never sent again."""
        campaign = ask.campaign
        if campaign.status not in _DRAFTS:
            raise self._second(ask, campaign)
        if not checklist.is_ready(ask.state, campaign):
            raise known("NotReady")
        self._machine.start(campaign, ask.now)

    def schedule(self, ask: Ask) -> None:
        """Send at a quarter of an hour in the future."""
        campaign = ask.campaign
        body = Fields(ask.body)
        body.need("schedule_time")
        at = moment_of(body.text("schedule_time"))
        if at is None and isinstance(ask.body.get("schedule_time"), str):
            body.wrong("schedule_time", "This value is not a valid datetime.")
        warp, batch = body.flag("timewarp"), body.inner("batch_delivery")
        if batch.body:
            batch.need("batch_delay", "batch_count")
            blocks = {name: batch.number(name) for name in ("batch_delay", "batch_count")}
        else:
            blocks = {}
        body.done()
        plan = ask.account.plan
        if plan == "free" or (plan == "essentials" and (warp or blocks)):
            wording = ask.switches.word("mailchimp.plan_refusal")
            raise known("AuthorizationFailure" if wording == "403" else "CannotBeScheduled")
        fits = (
            campaign.status in _DRAFTS
            and campaign.type != "rss"
            and at is not None
            and _on_a_quarter(at)
            and at > ask.now
            and not (warp and blocks)
            and not (warp and at < ask.now + _WARP_LEAD_S)
            and all(number > 0 for number in blocks.values())
            and checklist.is_ready(ask.state, campaign)
        )
        if not fits or at is None:
            # The platform does not say which of these it was.
            raise known("CannotBeScheduled")
        campaign.status, campaign.due = "schedule", at
        campaign.timewarp, campaign.batch_delivery = warp, dict(blocks)
        ask.state.save_campaign(campaign)

    def unschedule(self, ask: Ask) -> None:
        """Take a campaign off the schedule before it starts."""
        campaign = ask.campaign
        if campaign.status != "schedule":
            raise known("InvalidAction", "Only a scheduled campaign can be unscheduled.")
        campaign.status, campaign.due = ask.switches.word("mailchimp.unscheduled_status"), 0.0
        campaign.timewarp, campaign.batch_delivery = False, {}
        ask.state.save_campaign(campaign)

    def cancel_send(self, ask: Ask) -> None:
        """Stop a campaign under way, on the one plan that can."""
        campaign = ask.campaign
        if ask.account.plan != "premium":
            raise known("AuthorizationFailure")
        if campaign.status != "sending" or campaign.type not in ("regular", "plaintext"):
            raise known("InvalidAction", "Only a campaign that is sending can be cancelled.")
        self._machine.cancel(campaign)

    def test(self, ask: Ask) -> None:
        """Send a test to some addresses."""
        campaign = ask.campaign
        body = Fields(ask.body)
        body.need("test_emails", "send_type")
        addresses = body.many("test_emails")
        body.text("send_type", choices=("html", "plaintext"))
        if any(not isinstance(one, str) or "@" not in one for one in addresses) or not addresses:
            body.wrong("test_emails", "Please provide valid email addresses.")
        body.done()
        if campaign.status == "sending":
            raise bad_request("This campaign cannot be tested: it is sending.")
        lacks = [item for item in checklist.items_of(ask.state, campaign) if item.type == "error" and item.id != 101]
        if lacks:
            raise bad_request(f"This campaign cannot be tested: {lacks[0].heading}. {lacks[0].details}")
        settings = campaign.settings
        subject = f"[Test] {settings['subject_line']}"
        ask.state.save_mailing(
            Mailing(
                ask.state.new_id(length=16),
                ask.account.id,
                campaign.id,
                "test",
                subject,
                settings["from_name"],
                settings["reply_to"],
                campaign.html if ask.body["send_type"] == "html" else "",
                campaign.plain_text,
                campaign.recipients["list_id"],
                [str(one) for one in addresses],
                ask.now,
                len(addresses),
            )
        )

    def replicate(self, ask: Ask) -> JsonObject:
        """Make a draft that says the same, under the same title with a number behind it."""
        return show(ask, ask.state.save_campaign(_copy(ask, ask.campaign)))

    def create_resend(self, ask: Ask) -> JsonObject:
        """Make a draft for those who did not take notice of the first."""
        campaign = ask.campaign
        body = Fields(ask.body)
        body.text("shortcut_type", _RESENDS[0], choices=_RESENDS)
        body.done()
        if campaign.status != "sent":
            raise known("InvalidAction", "Only a sent campaign can be resent.")
        copy = _copy(ask, campaign)
        copy.extras["parent"] = campaign.id
        return show(ask, ask.state.save_campaign(copy))

    def pause(self, ask: Ask) -> None:
        """Pause an RSS campaign."""
        self._turn(ask, "sending", "paused")

    def resume(self, ask: Ask) -> None:
        """Let a paused RSS campaign go on."""
        self._turn(ask, "paused", "sending")

    def _turn(self, ask: Ask, before: str, after: str) -> None:
        campaign = ask.campaign
        if campaign.type != "rss" or campaign.status != before:
            raise known("InvalidAction", "Only RSS campaigns are paused and resumed.")
        campaign.status = after
        ask.state.save_campaign(campaign)

    @staticmethod
    def _second(ask: Ask, campaign: Campaign) -> Refusal:
        wording = ask.switches.word("mailchimp.second_send")
        name = "InvalidAction" if wording == "invalid_action" else "BadRequest"
        return known(name, f"Cannot send a campaign whose status is '{campaign.status}'.")


def _on_a_quarter(at: float) -> bool:
    moment = datetime.fromtimestamp(at, UTC)
    return moment.minute % 15 == 0 and moment.second == 0 and moment.microsecond == 0


def _copy(ask: Ask, campaign: Campaign) -> Campaign:
    copy = deepcopy(campaign)
    copy.id, copy.web_id, copy.created, copy.status = ask.state.new_id(), ask.state.new_number(), ask.now, "save"
    copy.due = copy.began = copy.sent = 0.0
    copy.delivered, copy.made_by, copy.timewarp, copy.batch_delivery = 0, ask.login.id, False, {}
    copy.settings["title"] = f"{campaign.settings['title'] or campaign.settings['subject_line']} (copy 01)"
    return copy
