"""The Mailchimp town's memory: its collections and the indexes over them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator

from sandbox.mailchimp.records import (
    Account,
    Audience,
    Batch,
    BatchHook,
    Campaign,
    Delivery,
    Domain,
    Engagement,
    File,
    Hook,
    Interest,
    Key,
    Login,
    Mailing,
    Member,
    MergeField,
    Seat,
    Segment,
    Template,
)
from sandbox.store import Collection, Store

MOVING = frozenset({"schedule", "sending", "canceling"})


class State:
    """Rows and indexes. The world's lock is held by whoever comes here."""

    def __init__(self, store: Store) -> None:
        self.accounts = store.collection("mailchimp.accounts", Account)
        self.logins = store.collection("mailchimp.logins", Login)
        self.seats = store.collection("mailchimp.seats", Seat)
        self.keys = store.collection("mailchimp.keys", Key)
        self.lists = store.collection("mailchimp.lists", Audience)
        self.merge_fields = store.collection("mailchimp.merge_fields", MergeField)
        self.interests = store.collection("mailchimp.interests", Interest)
        self.segments = store.collection("mailchimp.segments", Segment)
        self.campaigns = store.collection("mailchimp.campaigns", Campaign)
        self.mailings = store.collection("mailchimp.mailings", Mailing)
        self.domains = store.collection("mailchimp.domains", Domain)
        self.templates = store.collection("mailchimp.templates", Template)
        self.files = store.collection("mailchimp.files", File)
        self.engagements = store.collection("mailchimp.engagements", Engagement)
        self.hooks = store.collection("mailchimp.hooks", Hook)
        self.batch_hooks = store.collection("mailchimp.batch_hooks", BatchHook)
        self.deliveries = store.collection("mailchimp.deliveries", Delivery)
        self.batches = store.collection("mailchimp.batches", Batch)
        self._members = store.collection("mailchimp.members", Member)
        self._forgotten: Collection[Member] = store.collection("mailchimp.forgotten", Member)
        self.index()

    def index(self) -> None:
        """Build the indexes anew from the rows."""
        self._of_list: dict[str, dict[str, Member]] = {}
        self._mailings_of: dict[str, list[Mailing]] = {}
        self._engagements_of: dict[str, list[Engagement]] = {}
        self._file_at = {file.path: str(file.id) for file in self.files}
        self.moving: dict[str, None] = {}
        self.running: dict[str, None] = {}
        self.waiting: dict[str, None] = {}
        for member in self._members:
            self._of_list.setdefault(member.list_id, {})[hash_of(member.email)] = member
        for mailing in self.mailings:
            self._mailings_of.setdefault(mailing.campaign_id, []).append(mailing)
        for engagement in self.engagements:
            self._engagements_of.setdefault(engagement.campaign_id, []).append(engagement)
        for campaign in self.campaigns:
            self._note_moving(campaign)
        for batch in self.batches:
            if not batch.done:
                self.running[batch.id] = None
        for delivery in self.deliveries:
            if not delivery.done:
                self.waiting[delivery.id] = None

    def new_id(self, *, length: int = 10) -> str:
        """Mint an id in hexadecimal digits."""
        return secrets.token_hex(length)[:length]

    def new_number(self) -> int:
        """Mint a number, such as the id of a page for people."""
        return 1_000_000 + secrets.randbelow(98_000_000)

    # People and keys.

    def seat(self, account_id: str, login_id: int) -> Seat | None:
        """Return what a person is in an account."""
        return self.seats.get(f"{account_id}:{login_id}")

    def save_seat(self, seat: Seat) -> None:
        """Give a person a seat."""
        self.seats.put(f"{seat.account_id}:{seat.login_id}", seat)

    def take_seat(self, account_id: str, login_id: int) -> None:
        """Let a person leave an account."""
        self.seats.remove(f"{account_id}:{login_id}")

    # Audiences and their contacts.

    def lists_of(self, account_id: str) -> list[Audience]:
        """Return the audiences of an account, oldest first."""
        return [audience for audience in self.lists if audience.account_id == account_id]

    def members_of(self, list_id: str) -> Iterator[Member]:
        """Yield the contacts of an audience."""
        yield from list(self._of_list.get(list_id, {}).values())

    def subscribed(self, list_id: str) -> list[Member]:
        """Return whom a campaign to the whole audience reaches."""
        return [member for member in self.members_of(list_id) if member.status == "subscribed"]

    def member(self, list_id: str, hashed: str) -> Member | None:
        """Return a contact by the hash of the address."""
        return self._of_list.get(list_id, {}).get(hashed)

    def find_member(self, list_id: str, key: str) -> Member | None:
        """Return a contact by hash, address or contact id, as paths name them."""
        found = self.member(list_id, key.lower()) or self.member(list_id, hash_of(key))
        if found is not None:
            return found
        return next((one for one in self.members_of(list_id) if one.contact_id == key), None)

    def save_member(self, member: Member) -> Member:
        """Keep a contact under its address."""
        hashed = hash_of(member.email)
        self._of_list.setdefault(member.list_id, {})[hashed] = member
        return self._members.put(f"{member.list_id}:{hashed}", member)

    def remove_member(self, member: Member) -> None:
        """Take a contact away from under its address."""
        hashed = hash_of(member.email)
        self._of_list.get(member.list_id, {}).pop(hashed, None)
        self._members.remove(f"{member.list_id}:{hashed}")

    def forget_member(self, member: Member) -> None:
        """Erase a contact for good; the address cannot be imported again."""
        self.remove_member(member)
        key = f"{member.list_id}:{hash_of(member.email)}"
        # Nothing of the person stays but that the hash is barred.
        self._forgotten.put(key, Member(member.list_id, "", "", "", "", 0))

    def is_forgotten(self, list_id: str, email: str) -> bool:
        """Say whether an address was erased from an audience."""
        return f"{list_id}:{hash_of(email)}" in self._forgotten

    def count_members(self) -> int:
        """Count the contacts of all audiences."""
        return len(self._members)

    def fields_of(self, list_id: str) -> list[MergeField]:
        """Return the merge fields of an audience."""
        return [one for one in self.merge_fields if one.list_id == list_id]

    def save_field(self, one: MergeField) -> MergeField:
        """Keep a merge field."""
        return self.merge_fields.put(f"{one.list_id}:{one.merge_id}", one)

    def interests_of(self, list_id: str) -> list[Interest]:
        """Return the groups of an audience."""
        return [one for one in self.interests if one.list_id == list_id]

    def segments_of(self, list_id: str) -> list[Segment]:
        """Return the tags and saved searches of an audience."""
        return [one for one in self.segments if one.list_id == list_id]

    def segment(self, list_id: str, number: object) -> Segment | None:
        """Return one of them by its number."""
        found = self.segments.get(str(number))
        return found if found is not None and found.list_id == list_id else None

    def tag_named(self, list_id: str, name: str) -> Segment | None:
        """Return a tag by its name, whose case does not matter."""
        wanted = name.strip().casefold()
        return next(
            (one for one in self.segments_of(list_id) if one.type == "static" and one.name.casefold() == wanted), None
        )

    # Campaigns and what left of them.

    def save_campaign(self, campaign: Campaign) -> Campaign:
        """Keep a campaign."""
        self._note_moving(campaign)
        return self.campaigns.put(campaign.id, campaign)

    def remove_campaign(self, campaign: Campaign) -> None:
        """Drop a campaign; the mails that left are not called back."""
        self.moving.pop(campaign.id, None)
        self.campaigns.remove(campaign.id)

    def campaigns_of(self, account_id: str) -> Iterable[Campaign]:
        """Yield the campaigns of an account, newest first."""
        return (one for one in reversed(self.campaigns) if one.account_id == account_id)

    def save_mailing(self, mailing: Mailing) -> Mailing:
        """Keep mails that left."""
        if mailing.id not in self.mailings:
            self._mailings_of.setdefault(mailing.campaign_id, []).append(mailing)
        return self.mailings.put(mailing.id, mailing)

    def mailings_of(self, campaign_id: str) -> list[Mailing]:
        """Return every time mails of a campaign left, tests included."""
        return list(self._mailings_of.get(campaign_id, []))

    def mailing_of(self, campaign_id: str) -> Mailing | None:
        """Return the mails of a campaign to its audience, once they leave."""
        return next((one for one in self.mailings_of(campaign_id) if one.kind == "campaign"), None)

    def save_engagement(self, engagement: Engagement) -> None:
        """Keep what somebody did with a mail."""
        self._engagements_of.setdefault(engagement.campaign_id, []).append(engagement)
        self.engagements.put(str(len(self.engagements) + 1), engagement)

    def engagements_of(self, campaign_id: str) -> list[Engagement]:
        """Return what people did with a campaign at somebody's wish."""
        return list(self._engagements_of.get(campaign_id, []))

    def domains_of(self, account_id: str) -> list[Domain]:
        """Return the sender domains of an account."""
        return [one for one in self.domains if one.account_id == account_id]

    def save_domain(self, domain: Domain) -> Domain:
        """Keep a sender domain."""
        return self.domains.put(f"{domain.account_id}:{domain.domain}", domain)

    # Files.

    def save_file(self, file: File) -> File:
        """Keep a file under its path."""
        self._file_at[file.path] = str(file.id)
        return self.files.put(str(file.id), file)

    def remove_file(self, file: File) -> None:
        """Drop a file."""
        self._file_at.pop(file.path, None)
        self.files.remove(str(file.id))

    def file_at(self, path: str) -> File | None:
        """Return the file that is shown at a path."""
        return self.files.get(self._file_at.get(path, ""))

    # Webhooks and batches.

    def hooks_of(self, list_id: str) -> list[Hook]:
        """Return where an audience tells its news."""
        return [one for one in self.hooks if one.list_id == list_id]

    def save_delivery(self, delivery: Delivery) -> Delivery:
        """Keep an event on its way."""
        if delivery.done:
            self.waiting.pop(delivery.id, None)
        else:
            self.waiting[delivery.id] = None
        return self.deliveries.put(delivery.id, delivery)

    def save_batch(self, batch: Batch) -> Batch:
        """Keep a batch."""
        if batch.done:
            self.running.pop(batch.id, None)
        else:
            self.running[batch.id] = None
        return self.batches.put(batch.id, batch)

    def _note_moving(self, campaign: Campaign) -> None:
        if campaign.status in MOVING:
            self.moving[campaign.id] = None
        else:
            self.moving.pop(campaign.id, None)


def hash_of(email: str) -> str:
    """Return the hash a contact is filed under."""
    # The platform's own choice for a name, not for a secret.
    return hashlib.md5(email.strip().lower().encode(), usedforsecurity=False).hexdigest()
