"""The LinkedIn connector: a table of contents of this folder."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings

from connectors.base import Connector, DestinationKind
from connectors.budgets import Budgets, Priority, Window
from connectors.errors import ConfigurationError, ReconnectRequired
from connectors.linkedin import (
    accounts,
    analytics,
    auth,
    checks,
    comments,
    find,
    health,
    publish,
    scopes,
    standing,
    versions,
    webhooks,
)
from connectors.linkedin.auth import Login
from connectors.linkedin.errors import PLATFORM
from connectors.linkedin.rest import Hosts, Rest, app_budget, day_window, member_budget, version_budget
from connectors.linkedin.settings import FOR_MEMBERS, FOR_PAGES
from connectors.types import (
    ACCESS_TOKEN,
    REFRESH_TOKEN,
    ApiVersion,
    CannotTell,
    Capability,
    Content,
    Facts,
    FoundDestination,
    Grant,
    HealthReport,
    Journal,
    Metric,
    NotThere,
    Obstacle,
    Processing,
    Published,
    Refreshed,
    Standing,
    Target,
    WebhookEvent,
    WebhookReply,
    WebhookRequest,
)
from foundation.errors import Finding
from foundation.secret import Secret

_TAKES = frozenset(
    {
        Capability.TEXT,
        Capability.LINK,
        Capability.PHOTO,
        Capability.PHOTOS,
        Capability.VIDEO,
        Capability.DOCUMENT,
        Capability.POLL,
        Capability.RESHARE,
    }
)
_TAKEN = _TAKES | {Capability.FIRST_COMMENT}
_POST = "posts.CREATE"


class LinkedInConnector(Connector):
    """Profiles and company pages on LinkedIn, through one app of one of three modes."""

    slug = PLATFORM
    name = "LinkedIn"
    console = "https://www.linkedin.com/developers/apps"
    #: LinkedIn repeats every five minutes for 8 hours.
    repeats_for = timedelta(hours=9)
    capabilities = _TAKES | {
        Capability.OAUTH,
        Capability.FIND_PUBLISHED,
        Capability.FIRST_COMMENT,
        Capability.EDIT_POST,
        Capability.DELETE_POST,
        Capability.POST_METRICS,
        Capability.ACCOUNT_METRICS,
        Capability.WEBHOOKS,
        Capability.HEALTH_CHECK,
        Capability.REFRESH_TOKEN,
        Capability.REVOKE,
        Capability.WATCH,
    }
    refresh_before: ClassVar = settings.LINKEDIN_REFRESH_BEFORE
    kinds: ClassVar = (
        DestinationKind(
            scopes.MEMBER, "LinkedIn profile", checks.LONGEST_TEXT, _TAKEN, FOR_MEMBERS, checks.MOST_IMAGES
        ),
        DestinationKind(
            scopes.ORGANIZATION, "LinkedIn page", checks.LONGEST_TEXT, _TAKEN, FOR_PAGES, checks.MOST_IMAGES
        ),
    )

    @property
    def _hosts(self) -> Hosts:
        app_calls, member_calls = settings.LINKEDIN_APP_CALLS_PER_DAY, settings.LINKEDIN_MEMBER_CALLS_PER_DAY
        return Hosts(
            settings.LINKEDIN_API_URL,
            settings.LINKEDIN_OAUTH_URL,
            settings.LINKEDIN_API_VERSION,
            app_calls,
            member_calls,
        )

    @property
    def _login(self) -> Login:
        return Login(http=self.http, app=self.app, www=self._hosts.www)

    def _rest(self, target: Target | None = None, priority: Priority = Priority.LOOK) -> Rest:
        member = _member_of(target) if target else ""
        return self._rest_with(self.keys.open(ACCESS_TOKEN), member=member, priority=priority)

    def _rest_with(self, token: Secret, *, member: str = "", priority: Priority = Priority.LOOK) -> Rest:
        return Rest(
            http=self.http,
            hosts=self._hosts,
            budgets=Budgets(self.slug),
            token=token,
            member=member,
            priority=priority,
        )

    @classmethod
    def keys_to_publish(cls, target: Target) -> tuple[str, ...]:
        """Name the member's token, which serves their pages as well."""
        return (ACCESS_TOKEN,)

    def budget_keys(self, destinations: Sequence[str]) -> tuple[str, ...]:
        """Name what closes publishing: the version, the app's day, and the day of each member."""
        members = [place for place in destinations if place.startswith("urn:li:person:")]
        version = version_budget(self._hosts.version)
        return (version, app_budget(_POST), *(member_budget(member, _POST) for member in members))

    def budget_windows(self, key: str) -> tuple[Window, ...]:
        """Return the day of the app, or of a member, where the settings say how many calls it has."""
        calls = {"app": self._hosts.app_calls, "member": self._hosts.member_calls}.get(key.partition(":")[0], 0)
        return (day_window(_POST, calls),) if calls else ()

    def api_version(self) -> ApiVersion:
        """Return the version of the settings (LINKEDIN_API_VERSION)."""
        return versions.describe(self._hosts.version)

    def scopes(self) -> tuple[str, ...]:
        """Return the scopes of the app's mode (LINKEDIN_MODE), or those set instead, and the extra ones."""
        return scopes.wanted(settings.LINKEDIN_MODE, settings.LINKEDIN_SCOPES, settings.LINKEDIN_EXTRA_SCOPES)

    def authorize_url(self, *, redirect_uri: str, state: Secret, rerequest: bool = False) -> str:
        """Return the address of the consent page; LinkedIn asks for all scopes each time, so again is no different."""
        return self._login.authorize_url(redirect_uri=redirect_uri, state=state, scopes=self.scopes())

    def exchange_code(self, *, code: Secret, redirect_uri: str, now: datetime) -> Grant:
        """Trade the code for a token of 60 days, and for a refresh token where the app gets one."""
        told = self._login.exchange(code=code, redirect_uri=redirect_uri)
        return auth.grant(self._rest_with, told, wanted=self.scopes(), now=now)

    def refused_consent(self, *, error: str, detail: str) -> ConfigurationError | None:
        """Name the scope that the app has no product for, which makes LinkedIn refuse the whole login."""
        return auth.refused_consent(error, detail)

    def refresh_token(self, *, now: datetime) -> Refreshed:
        """Renew the access token; an app that gets no refresh tokens asks the person instead."""
        try:
            token = self.keys.open(REFRESH_TOKEN)
        except ReconnectRequired:
            raise ReconnectRequired(
                "LinkedIn gave this app no refresh token, so the person must log in anew every 60 days.",
                remedy="Reconnect the account; before the token ends that is one click.",
                platform=PLATFORM,
                operation="refresh_token",
            ) from None
        return auth.refreshed(self._login.renew(token), now=now)

    def fetch_accounts(self, *, access_token: Secret) -> Sequence[FoundDestination]:
        """Return the profile and every page the grant opens."""
        rest, wanted = self._rest_with(access_token), self.scopes()
        person = auth.read_person(rest, scopes=wanted)
        found = [accounts.profile(person, scopes=wanted)]
        if set(scopes.LIST_PAGES) & set(wanted):
            found += accounts.pages(rest, person, scopes=wanted)
        return found

    def check(self, content: Content, *, kind: str) -> list[Finding]:
        """Return what LinkedIn is known to refuse."""
        return checks.check(content, kind=kind)

    def publish(self, content: Content, target: Target, journal: Journal) -> Published | Processing:
        """Upload what there is to upload, then post as the member or the page."""
        habits = publish.Habits(settings.LINKEDIN_MEDIA_GRACE, settings.LINKEDIN_READ_BACK)
        try:
            return publish.publish(
                self._rest(target, Priority.PUBLISH), content, target, journal, self.safe, habits=habits
            )
        except ReconnectRequired as error:
            raise auth.reconsider(error, self._login, self.keys.open(ACCESS_TOKEN)) from None

    def find_published(
        self, content: Content, target: Target, journal: Journal, *, now: datetime
    ) -> Published | NotThere | CannotTell:
        """Read the author's posts, or use LinkedIn's duplicate check as witness."""
        return find.find_published(
            self._rest(target, Priority.PUBLISH),
            content,
            target,
            journal,
            now=now,
            settled_after=settings.LINKEDIN_SETTLE,
            witness=find.Witness(settings.LINKEDIN_DUPLICATE_CHECK, settings.LINKEDIN_DUPLICATE_WINDOW),
        )

    def find_without_notes(
        self, content: Content, target: Target, journal: Journal, *, now: datetime
    ) -> Published | NotThere | CannotTell:
        """Read the author's posts for our words; nothing is sent."""
        rest = self._rest(target, Priority.PUBLISH)
        return find.find_without_notes(rest, content, target, journal, now=now, settled_after=settings.LINKEDIN_SETTLE)

    def comment(self, text: str, target: Target, *, parent: str, journal: Journal) -> Published:
        """Comment as the author of the post."""
        return comments.comment(self._rest(target, Priority.PUBLISH), text, target, parent=parent, journal=journal)

    def find_comment(
        self, text: str, target: Target, *, parent: str, journal: Journal, now: datetime
    ) -> Published | NotThere | CannotTell:
        """Read the post's comments, where that is allowed."""
        return comments.find_comment(
            self._rest(target),
            text,
            target,
            parent=parent,
            journal=journal,
            now=now,
            settled_after=settings.LINKEDIN_SETTLE,
        )

    def edit_post(self, external_id: str, content: Content, target: Target) -> None:
        """Change the text."""
        publish.edit(self._rest(target, Priority.PUBLISH), external_id, content, target)

    def delete_post(self, external_id: str, target: Target) -> None:
        """Take the post away."""
        publish.delete(self._rest(target, Priority.PUBLISH), external_id, target)

    def look_after(self, external_id: str, target: Target, journal: Facts, *, now: datetime) -> Standing:
        """Look whether a post is still there, where LinkedIn lets us read the author's posts."""
        return standing.look_after(self._rest(target, Priority.BACKGROUND), external_id, target)

    @classmethod
    def obstacle_to(cls, capability: Capability, target: Target) -> Obstacle | None:
        """Tell that looking after posts lacks the scope of reading them, as it does for members as a rule."""
        if capability is Capability.WATCH and not publish.may_read(target):
            wanted = scopes.READ[target.kind]
            return Obstacle(
                f"Reading posts at LinkedIn takes the permission {wanted}, which this account did not grant.",
                "LinkedIn gives it to pages of apps with the Community Management API, and to members of hardly any app.",
            )
        return None

    def post_metrics(self, external_id: str, target: Target, *, now: datetime) -> Sequence[Metric]:
        """Return share statistics of a page's post, or the numbers of a member's post where the app may ask."""
        return analytics.post_metrics(self._rest(target, Priority.BACKGROUND), external_id, target)

    def account_metrics(self, target: Target, *, since: datetime, until: datetime) -> Sequence[Metric]:
        """Return followers, and day by day what the posts brought."""
        return analytics.account_metrics(self._rest(target, Priority.BACKGROUND), target, since=since, until=until)

    def health_check(self, *, targets: Sequence[Target], now: datetime) -> HealthReport:
        """Ask about the token, the person, and the roles on chosen pages."""
        try:
            token = self.keys.open(ACCESS_TOKEN)
        except ReconnectRequired as error:
            return health.missing_token(error)
        member = next((_member_of(target) for target in targets), "")
        return health.check(
            self._login,
            self._rest_with(token, member=member),
            self.keys,
            token,
            wanted=self.scopes(),
            targets=targets,
            now=now,
        )

    def revoke(self) -> None:
        """End the token at LinkedIn."""
        self._login.revoke(self.keys.open(ACCESS_TOKEN))

    def answer_challenge(self, request: WebhookRequest) -> WebhookReply | None:
        """Prove to LinkedIn that the webhook address is ours."""
        return webhooks.answer_challenge(request, self.app.client_secret)

    def parse_webhook(self, request: WebhookRequest) -> Sequence[WebhookEvent]:
        """Tell what happened on pages."""
        return webhooks.parse(request, self.app.client_secret)

    def subscribe_webhooks(self, target: Target, *, address: Secret | None = None) -> None:
        """Ask for news of a page; profiles have none."""
        if target.kind == scopes.ORGANIZATION:
            webhooks.subscribe(
                self._rest(target),
                target,
                developer_app=settings.LINKEDIN_DEVELOPER_APP_ID,
                webhook=f"{settings.PUBLIC_URL}/webhooks/{self.slug}/",
            )

    def unsubscribe_webhooks(self, target: Target, *, address: Secret | None = None) -> None:
        """Ask for no more news of a page."""
        if target.kind == scopes.ORGANIZATION:
            webhooks.unsubscribe(self._rest(target), target, developer_app=settings.LINKEDIN_DEVELOPER_APP_ID)

    def is_subscribed(self, target: Target, *, address: Secret | None = None) -> bool | None:
        """Read a page's subscription; profiles have none."""
        if target.kind != scopes.ORGANIZATION:
            return None
        return webhooks.is_subscribed(
            self._rest(target),
            target,
            developer_app=settings.LINKEDIN_DEVELOPER_APP_ID,
            webhook=f"{settings.PUBLIC_URL}/webhooks/{self.slug}/",
        )

    @classmethod
    def subscription_of(cls, target: Target) -> str:
        """Return the page and the member: each member of our app subscribes a page for themselves."""
        return f"{target.external_id} {_member_of(target)}".strip()


def _member_of(target: Target) -> str:
    """Return the URN of the member whose token serves a place: LinkedIn counts calls by member."""
    return target.external_id if target.kind == scopes.MEMBER else str(target.facts.get("member") or "")
