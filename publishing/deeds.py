"""What a job does at the platform, by its role: publish a post, or write the first comment under it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from connectors.base import Connector
from connectors.types import CannotTell, Content, Journal, NotThere, Processing, Published, Target
from publishing.contents import content_of, whole_content_of
from publishing.held import HeldJob
from publishing.models import PublishJob
from publishing.unsendable import ParentGone


class Deed(Protocol):
    """One thing that is made public once."""

    def do(self, connector: Connector, target: Target, journal: Journal) -> Published | Processing:
        """Make it public, announcing the irreversible step in the journal."""

    def find(
        self, connector: Connector, target: Target, journal: Journal, *, now: datetime, notes_lost: bool
    ) -> Published | NotThere | CannotTell:
        """After an unknown outcome: say whether it is there. ``notes_lost``: the journal may lack what was noted last."""


@dataclass(frozen=True, slots=True)
class PostDeed:
    """Publish a post."""

    content: Content

    def do(self, connector: Connector, target: Target, journal: Journal) -> Published | Processing:
        """Publish it."""
        return connector.publish(self.content, target, journal)

    def find(
        self, connector: Connector, target: Target, journal: Journal, *, now: datetime, notes_lost: bool
    ) -> Published | NotThere | CannotTell:
        """Look for it."""
        if notes_lost:
            return connector.find_without_notes(self.content, target, journal, now=now)
        return connector.find_published(self.content, target, journal, now=now)


@dataclass(frozen=True, slots=True)
class CommentDeed:
    """Comment on our own live post."""

    text: str
    parent: str

    def do(self, connector: Connector, target: Target, journal: Journal) -> Published | Processing:
        """Write the comment."""
        return connector.comment(self.text, target, parent=self.parent, journal=journal)

    def find(
        self, connector: Connector, target: Target, journal: Journal, *, now: datetime, notes_lost: bool
    ) -> Published | NotThere | CannotTell:
        """Look for it among the comments of the post, where its words tell it apart; no notes are needed."""
        return connector.find_comment(self.text, target, parent=self.parent, journal=journal, now=now)


def deed_of(job: HeldJob) -> Deed:
    """Return what a job is to do; its post and destination must be loaded. Raises ``Unsendable``."""
    if job.role == PublishJob.Role.POST:
        return PostDeed(whole_content_of(job.post, job.destination))
    parents = PublishJob.objects.filter(
        post_id=job.post_id, destination_id=job.destination_id, role=PublishJob.Role.POST, removed_at=None
    )
    parent = parents.exclude(external_id="").values_list("external_id", flat=True).first()
    if parent is None:
        raise ParentGone(
            "The hub does not know the live post that this comment belongs under: it was confirmed by hand, or deleted.",
            remedy="Write the comment at the platform yourself if it is still wanted, then discard this job.",
        )
    return CommentDeed(content_of(job.post, job.destination_id).first_comment, parent)
