"""The Mailchimp connector: a table of contents of this folder."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.utils import timezone

from connectors.base import Connector, DestinationKind, Sample
from connectors.budgets import Budgets, Priority
from connectors.errors import ConnectorError, ContentRejected, ReconnectRequired
from connectors.mailchimp import (
    accounts,
    actions,
    checks,
    composing,
    credentials,
    find,
    health,
    members,
    publish,
    reports,
    segments,
    standing,
    webhooks,
)
from connectors.mailchimp import system_checks as system_checks
from connectors.mailchimp.credentials import Credential
from connectors.mailchimp.errors import PLATFORM
from connectors.mailchimp.rest import EDGE, Reach, Rest
from connectors.mailchimp.settings import AUDIENCE
from connectors.types import (
    ACCESS_TOKEN,
    ApiVersion,
    CannotTell,
    Capability,
    Composing,
    Content,
    Facts,
    FoundDestination,
    Grant,
    HealthReport,
    Journal,
    KeyForm,
    Member,
    MemberPage,
    MemberResult,
    Metric,
    NotThere,
    Processing,
    Published,
    Segment,
    Standing,
    Target,
    WebhookEvent,
    WebhookReply,
    WebhookRequest,
)
from foundation.errors import Finding
from foundation.secret import Secret

_TAKES = frozenset({Capability.TEXT, Capability.LINK, Capability.PHOTO, Capability.PHOTOS, Capability.CAMPAIGN})


class MailchimpConnector(Connector):
    """Audiences of a Mailchimp account, opened by an API key."""

    slug = PLATFORM
    name = "Mailchimp"
    #: Mailchimp repeats for 75 minutes.
    repeats_for = timedelta(hours=3)
    capabilities = _TAKES | {
        Capability.API_KEY,
        Capability.FIND_PUBLISHED,
        Capability.POST_METRICS,
        Capability.ACCOUNT_METRICS,
        Capability.WEBHOOKS,
        Capability.HEALTH_CHECK,
        Capability.COMPOSING,
        Capability.WATCH,
        Capability.AUDIENCES,
        Capability.ACTIONS,
    }
    kinds: ClassVar = (
        DestinationKind(
            accounts.AUDIENCE,
            "Mailchimp audience",
            checks.LONGEST_TEXT,
            _TAKES,
            AUDIENCE,
            checks.MOST_IMAGES,
            Sample("Hello from Switchboard", {"subject": "Hello from Switchboard"}),
        ),
    )
    key_form = KeyForm(
        label="API key",
        help="In Mailchimp: your picture > Profile > Extras > API keys > Create A Key. A key may do all that its maker may "
        "and never expires, so make it with a user of its own (role: manager), and delete it there to end the access.",
        page=f"{settings.MAILCHIMP_ADMIN_URL}/account/api/",
        placeholder="0123456789…89abcdef-us19",
    )
    own_addresses = True
    actions = actions.ACTIONS

    @property
    def _reach(self) -> Reach:
        return Reach(settings.MAILCHIMP_API_URL, settings.MAILCHIMP_CONCURRENT_CALLS)

    def _credential(self) -> Credential:
        """Open the sealed key; what is sealed and no key came from somewhere else."""
        try:
            return credentials.stored(self.keys.open(ACCESS_TOKEN), allow_global=settings.MAILCHIMP_ALLOW_GLOBAL_HOST)
        except ContentRejected as error:
            raise ReconnectRequired(
                error.cause, remedy=error.remedy, platform=PLATFORM, operation="open_token"
            ) from None

    def _rest(self, target: Target | None = None, priority: Priority = Priority.LOOK) -> Rest:
        login = str(target.facts.get("login_id") or "") if target else ""
        return self._rest_with(self._credential(), login=login, priority=priority)

    def _rest_with(self, credential: Credential, *, login: str = "", priority: Priority = Priority.LOOK) -> Rest:
        return Rest(
            http=self.http,
            reach=self._reach,
            budgets=Budgets(self.slug),
            credential=credential,
            login=login,
            priority=priority,
        )

    @classmethod
    def keys_to_publish(cls, target: Target) -> tuple[str, ...]:
        """Name the key, which serves every audience of the account."""
        return (ACCESS_TOKEN,)

    def budget_keys(self, destinations: Sequence[str]) -> tuple[str, ...]:
        """Name what closes publishing for all: a block by the network before Mailchimp. Places of users have no such name."""
        return (EDGE,)

    def api_version(self) -> ApiVersion:
        """Return the one version there is."""
        return ApiVersion("3.0", None, "https://mailchimp.com/developer/marketing/api/")

    def connect_with_key(self, *, key: Secret, now: datetime) -> Grant:
        """Read the key strictly, then ask Mailchimp whose it is."""
        credential = credentials.typed(key, allow_global=settings.MAILCHIMP_ALLOW_GLOBAL_HOST)
        rest = self._rest_with(credential)
        accounts.ping(rest)
        account = accounts.read_account(rest)
        return Grant(account.id, account.name, credential.secret)

    def fetch_accounts(self, *, access_token: Secret) -> Sequence[FoundDestination]:
        """Return every audience of the account, each with the role of the key's user."""
        credential = credentials.stored(access_token, allow_global=settings.MAILCHIMP_ALLOW_GLOBAL_HOST)
        rest = self._rest_with(credential)
        return accounts.audiences(rest, accounts.read_account(rest))

    def check(self, content: Content, *, kind: str) -> list[Finding]:
        """Return what Mailchimp is known to refuse."""
        return checks.check(content, now=timezone.now())

    def publish(self, content: Content, target: Target, journal: Journal) -> Published | Processing:
        """Make the campaign, fill it, let Mailchimp check it, and send, schedule or leave it as a draft."""
        return publish.publish(
            self._rest(target, Priority.PUBLISH),
            content,
            target,
            journal,
            now=timezone.now(),
            settled_after=settings.MAILCHIMP_SETTLE,
        )

    def find_published(
        self, content: Content, target: Target, journal: Journal, *, now: datetime
    ) -> Published | NotThere | CannotTell:
        """Read the campaign's status."""
        return find.find_published(
            self._rest(target, Priority.PUBLISH),
            content,
            target,
            journal,
            now=now,
            settled_after=settings.MAILCHIMP_SETTLE,
        )

    def find_without_notes(
        self, content: Content, target: Target, journal: Journal, *, now: datetime
    ) -> Published | NotThere | CannotTell:
        """Read the campaign's status by its mark, or whether there is any that may be it."""
        rest, settled = self._rest(target, Priority.PUBLISH), settings.MAILCHIMP_SETTLE
        return find.find_without_notes(rest, content, target, journal, now=now, settled_after=settled)

    def look_after(self, external_id: str, target: Target, journal: Facts, *, now: datetime) -> Standing:
        """Look whether a campaign was sent, waits, or was stopped or deleted."""
        return standing.look_after(self._rest(target), external_id)

    def post_metrics(self, external_id: str, target: Target, *, now: datetime) -> Sequence[Metric]:
        """Return the campaign's report, its clicks by link."""
        return reports.post_metrics(self._rest(target, Priority.BACKGROUND), external_id)

    def account_metrics(self, target: Target, *, since: datetime, until: datetime) -> Sequence[Metric]:
        """Return the audience's size, and what the campaigns sent in a span came to."""
        return reports.account_metrics(self._rest(target, Priority.BACKGROUND), target, since=since, until=until)

    def composing(self, target: Target, *, now: datetime) -> Composing:
        """Ask what role and plan allow, and which segments, tags and templates there are."""
        return composing.composing(self._rest(target), target)

    def health_check(self, *, targets: Sequence[Target], now: datetime) -> HealthReport:
        """Ping, then ask for the role and the chosen audiences."""
        try:
            rest = self._rest(next(iter(targets), None))
        except ReconnectRequired as error:
            return health.missing_key(error)
        return health.check(rest, targets=targets)

    def revoke(self) -> None:
        """Say who can: a key ends in Mailchimp alone."""
        raise ConnectorError(
            "Mailchimp lets nobody end an API key from outside.",
            remedy="Delete the key in Mailchimp: Profile > Extras > API keys.",
            platform=PLATFORM,
            operation="revoke",
        )

    def fetch_members(self, target: Target, *, page: str = "", status: str = "") -> MemberPage:
        """Return one page of contacts."""
        return members.fetch_members(self._rest(target), target, page=page, status=status)

    def fetch_segments(self, target: Target) -> Sequence[Segment]:
        """Return every segment and tag."""
        return segments.fetch_segments(self._rest(target), target)

    def save_members(self, target: Target, members_: Sequence[Member]) -> Sequence[MemberResult]:
        """Add contacts or update those that are there; one result each, in order."""
        return members.save_members(self._rest(target), target, members_)

    def archive_member(self, target: Target, email: str) -> None:
        """Take a contact out of the audience."""
        members.archive_member(self._rest(target), target, email)

    def perform(self, action: str, external_id: str, arguments: Facts, target: Target, *, now: datetime) -> Facts:
        """Do one of ``actions`` with a campaign."""
        return actions.perform(self._rest(target), action, external_id, arguments, target, now=now)

    def answer_challenge(self, request: WebhookRequest) -> WebhookReply | None:
        """Answer the look that Mailchimp takes at an address."""
        return webhooks.answer_challenge(request)

    def parse_webhook(self, request: WebhookRequest) -> Sequence[WebhookEvent]:
        """Tell what happened in an audience."""
        return webhooks.parse(request, now=timezone.now())

    def subscribe_webhooks(self, target: Target, *, address: Secret | None = None) -> Secret | None:
        """Ask for news of an audience at its own address."""
        return webhooks.subscribe(self._rest(target), target, _given(address), signed=settings.MAILCHIMP_SIGN_WEBHOOKS)

    def is_subscribed(self, target: Target, *, address: Secret | None = None) -> bool:
        """Look for our address among the audience's webhooks."""
        return address is not None and webhooks.is_subscribed(self._rest(target), target, address)

    def unsubscribe_webhooks(self, target: Target, *, address: Secret | None = None) -> None:
        """Ask for silence."""
        webhooks.unsubscribe(self._rest(target), target, _given(address))


def _given(address: Secret | None) -> Secret:
    if address is None:
        raise LookupError("an audience of Mailchimp has a webhook address of its own; none was given")
    return address
