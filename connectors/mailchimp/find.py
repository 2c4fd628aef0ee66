"""After an unknown outcome: has it left?

Source: docs/platforms/mailchimp.md, "Publishing". The campaign's own status answers. Mailchimp may work on a call for two minutes after
we stopped waiting, so a draft is believed to be one only after that.
"""

from datetime import datetime, timedelta

from connectors.mailchimp import campaigns, publish
from connectors.mailchimp.rest import Rest
from connectors.mailchimp.sending import has_left
from connectors.types import CannotTell, Content, Journal, NotThere, Published, Target


def find_without_notes(
    rest: Rest, content: Content, target: Target, journal: Journal, *, now: datetime, settled_after: timedelta
) -> Published | NotThere | CannotTell:
    """The same where the newest notes may be lost: a mark that is known decides, else whether any campaign of ours is unclaimed."""
    if journal.recall(campaigns.MARK):
        return find_published(rest, content, target, journal, now=now, settled_after=settled_after)
    since = journal.started_at
    if any(not journal.belongs_to_other_job(one) for one in campaigns.marked(rest, target, since=since)):
        return CannotTell(
            "The hub lost its notes when its database was restored, and a campaign that it made since may be this post."
        )
    return NotThere(final=now - since >= settled_after)


def find_published(
    rest: Rest, content: Content, target: Target, journal: Journal, *, now: datetime, settled_after: timedelta
) -> Published | NotThere | CannotTell:
    """Say whether the campaign of this job has left, or waits to leave."""
    settled = now - journal.started_at >= settled_after
    known = publish.noted(journal)
    if known is None:
        found = campaigns.find(rest, target, campaigns.mark_of(journal), since=journal.started_at)
        if found is None:
            return NotThere(final=settled)
        campaign = found
    else:
        there = campaigns.read(rest, known.id)
        if there is None:
            return CannotTell(
                "Its campaign was deleted in Mailchimp, and with it the record of whether it had been sent."
            )
        campaign = there
    if has_left(campaign):
        return publish.published(rest, campaign, content.settings)
    if campaign.status in campaigns.DRAFTS:
        return NotThere(final=settled)
    return CannotTell(f"Mailchimp says that the campaign is {campaign.status[:40]!r}, which our notes do not know.")
