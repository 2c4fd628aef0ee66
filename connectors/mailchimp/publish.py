"""Publishing: a draft that can be found again, its content, Mailchimp's own checklist, and then the one call that sends.

Source: docs/platforms/mailchimp.md, "Publishing". Up to the last call all of it may be repeated: nobody sees a draft. Each remote id
is noted before the next call. A draft whose making was never answered is looked for by its mark, and only made anew once
Mailchimp has had the time to finish.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from connectors.errors import ContentRejected, ReconnectRequired, TransientError
from connectors.mailchimp import campaigns, files, letters, sending
from connectors.mailchimp.campaigns import DRAFTS, Campaign
from connectors.mailchimp.errors import PLATFORM
from connectors.mailchimp.rest import Rest, step, strange
from connectors.mailchimp.sender import require_verified
from connectors.mailchimp.settings import Delivery
from connectors.types import Content, Journal, Processing, Published, Target

#: The journal's words: when a draft was begun, which it is, and that sending it was begun.
CREATING: Final = "_creating"
CAMPAIGN: Final = "campaign"
SENDING: Final = "_sending"
_LOOK_WAIT: Final = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Known:
    """The campaign as this job noted it."""

    id: str
    #: Which version of the post it was made of.
    digest: str
    type: str


def publish(
    rest: Rest, content: Content, target: Target, journal: Journal, *, now: datetime, settled_after: timedelta
) -> Published | Processing:
    """Go on from what the journal knows to a campaign that is sent, scheduled or a draft, as the author wants it."""
    said = content.settings
    delivery = Delivery(said.get("delivery", Delivery.NOW))
    campaign = _known(rest, content, journal)
    if campaign is not None and sending.has_left(campaign):
        return published(rest, campaign, said)
    _require_time(said, delivery, now=now)
    body = campaigns.body_of(content, target, campaigns.mark_of(journal))
    if campaign is None:
        if delivery is not Delivery.DRAFT:
            require_verified(rest, str(body["settings"]["reply_to"]))
        made = _made(rest, body, target, journal, now=now, settled_after=settled_after)
        if isinstance(made, Processing):
            return made
        campaign = made
    _fill(rest, campaign, body, content, journal)
    if delivery is Delivery.DRAFT:
        return published(rest, campaign, said)
    return _send(rest, campaign, said, delivery, journal)


def published(rest: Rest, campaign: Campaign, said: Mapping[str, Any]) -> Published:
    """Return what became of a campaign, in the hub's words."""
    editor = campaign.editor(rest.dc)
    if campaign.status in DRAFTS and said.get("delivery") == Delivery.DRAFT:
        return Published(campaign.id, editor, note="It stands in Mailchimp as a draft; nothing was sent.")
    if campaign.status == campaigns.SCHEDULED:
        at = campaign.send_time
        when = f" on {at:%d %B %Y at %H:%M} UTC" if at else ""
        return Published(campaign.id, editor, note=f"Mailchimp sends it{when}.")
    if campaign.status in campaigns.STOPPED:
        note = "Somebody stopped it in Mailchimp while it was being sent; part of the mails may have arrived."
        return Published(campaign.id, campaign.archive_url or editor, note=note)
    return Published(campaign.id, campaign.archive_url or editor)


def noted(journal: Journal) -> Known | None:
    """Return the campaign that this job made, if it got so far."""
    told = journal.recall(CAMPAIGN)
    if not isinstance(told, dict):
        return None
    return Known(str(told["id"]), str(told["digest"]), str(told["type"]))


def _require_time(said: Mapping[str, Any], delivery: Delivery, *, now: datetime) -> None:
    """Refuse a moment that has passed while the job waited, before anything is made."""
    if delivery is not Delivery.SCHEDULED:
        return
    wrong = sending.wrong_time(str(said.get("schedule_time", "")), now=now, timewarp=bool(said.get("timewarp")))
    if wrong is not None:
        raise ContentRejected(
            wrong[1],
            remedy="Choose a later quarter hour, or deliver it now.",
            platform=PLATFORM,
            operation="schedule_campaign",
        )


def _known(rest: Rest, content: Content, journal: Journal) -> Campaign | None:
    """Return this job's campaign as it stands; None when it is to be made (anew)."""
    known = noted(journal)
    if known is None:
        return None
    campaign = campaigns.read(rest, known.id)
    if campaign is None and journal.recall(SENDING):
        raise ContentRejected(
            "The campaign of this post was deleted in Mailchimp before it was sent.",
            remedy="Publish the post again, as a new one, if it should go out.",
            platform=PLATFORM,
            operation="publish",
        )
    if campaign is not None and campaign.status in DRAFTS and known.type not in {"", campaigns.type_of(content)}:
        # The author has turned a mail with HTML into one without, or back: the draft of before is of no use.
        campaigns.delete(rest, known.id)
        campaign = None
    if campaign is None:
        _forget(journal)
    return campaign


def _made(
    rest: Rest, body: Mapping[str, Any], target: Target, journal: Journal, *, now: datetime, settled_after: timedelta
) -> Campaign | Processing:
    """Make the draft; after a try whose answer was lost, look for it first, and give it time to appear."""
    begun = journal.recall(CREATING)
    if begun:
        since = datetime.fromisoformat(begun["at"])
        found = campaigns.find(rest, target, campaigns.mark_of(journal), since=since)
        if found is not None:
            _note(journal, found, digest=begun["digest"])
            return found
        if (left := settled_after - (now - since)) > timedelta():
            return Processing(min(left, _LOOK_WAIT), "Mailchimp may still be making the draft of an earlier try.")
    digest = campaigns.digest_of(body)
    journal.note(CREATING, {"at": now.isoformat(), "digest": digest})
    try:
        campaign = campaigns.create(rest, body, last_moment=journal.last_moment)
    except (TransientError, ContentRejected, ReconnectRequired):
        journal.note(CREATING, "")  # surely not made: the next try need not look
        raise
    _note(journal, campaign, digest=digest)
    return campaign


def _fill(rest: Rest, campaign: Campaign, body: Mapping[str, Any], content: Content, journal: Journal) -> None:
    """Bring the draft to what the post says now: settings and readers, images, words."""
    known = noted(journal)
    digest = campaigns.digest_of(body)
    journal.renew()
    if known is not None and known.digest != digest:
        campaigns.update(rest, campaign.id, body)
    images = letters.used_images(content)
    addresses = files.addresses_of(rest, content.media, images, journal)
    journal.renew()
    path = f"campaigns/{step(campaign.id)}/content"
    rest.change("PUT", path, operation="write_content", body=letters.body_of(content, addresses))
    _note(journal, campaign, digest=digest)


def _send(rest: Rest, campaign: Campaign, said: Mapping[str, Any], delivery: Delivery, journal: Journal) -> Published:
    ready, items = campaigns.checklist(rest, campaign.id)
    if not ready:
        raise campaigns.not_ready(items, "read_checklist")
    journal.renew()
    before = campaigns.require(rest, campaign.id, "publish")
    if not sending.has_left(before) and before.status not in DRAFTS:
        raise strange(f"a campaign in the state {before.status[:40]!r}", "publish")
    if sending.has_left(before):
        return published(rest, before, said)
    journal.note(SENDING, True)
    journal.announce("send" if delivery is Delivery.NOW else "schedule")
    if delivery is Delivery.NOW:
        done = sending.send(rest, before, operation="send_campaign", last_moment=journal.last_moment)
        return Published(done.id, done.archive_url or done.editor(rest.dc))
    done = sending.schedule(rest, before, said, operation="schedule_campaign", last_moment=journal.last_moment)
    at = datetime.fromisoformat(sending.written(said["schedule_time"]))
    return Published(done.id, done.editor(rest.dc), note=f"Mailchimp sends it on {at:%d %B %Y at %H:%M} UTC.")


def _note(journal: Journal, campaign: Campaign, *, digest: str) -> None:
    journal.note(
        CAMPAIGN,
        {"id": campaign.id, "digest": digest, "type": campaign.type, "archive_url": campaign.archive_url},
    )


def _forget(journal: Journal) -> None:
    """Let go of a draft that somebody deleted, so that a new one, with a mark of its own, is made."""
    for key in (CAMPAIGN, CREATING, campaigns.MARK):
        journal.note(key, "")
