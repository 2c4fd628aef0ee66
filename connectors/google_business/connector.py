"""The Google Business Profile connector: a table of contents of this folder."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings

from connectors.base import Connector, DestinationKind
from connectors.budgets import Budgets, Priority, Window
from connectors.errors import ConfigurationError, ReconnectRequired
from connectors.google_business import (
    accounts,
    auth,
    checks,
    composing,
    find,
    health,
    performance,
    publish,
    reviews,
    watching,
)
from connectors.google_business.auth import Login
from connectors.google_business.google import Google, api_budget, location_budget, windows_of
from connectors.google_business.hosts import PLATFORM, Api, Hosts
from connectors.google_business.refresh_tokens import unsealed
from connectors.google_business.settings import FOR_LOCATIONS
from connectors.types import (
    ACCESS_TOKEN,
    REFRESH_TOKEN,
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
    Metric,
    NotThere,
    Processing,
    Published,
    Refreshed,
    ReviewPage,
    Standing,
    Target,
)
from foundation.errors import Finding
from foundation.secret import Secret

_TAKES = frozenset({Capability.TEXT, Capability.LINK, Capability.PHOTO})
_CHANGES_PAGE = "https://developers.google.com/my-business/content/change-log"
#: A token is not renewed in the first sixth of its life, however short that is: ten minutes of Google's hour.
_RESTING_SHARE = 1 / 6


class GoogleBusinessConnector(Connector):
    """The locations of businesses on Google Search and Maps."""

    slug = PLATFORM
    name = "Google Business Profile"
    console = "https://console.cloud.google.com/apis/credentials"
    capabilities = _TAKES | {
        Capability.OAUTH,
        Capability.FIND_PUBLISHED,
        Capability.EDIT_POST,
        Capability.DELETE_POST,
        Capability.ACCOUNT_METRICS,
        Capability.HEALTH_CHECK,
        Capability.REFRESH_TOKEN,
        Capability.REVOKE,
        Capability.COMPOSING,
        Capability.WATCH,
        Capability.REVIEWS,
    }
    kinds: ClassVar = (
        DestinationKind(
            accounts.KIND,
            "Google Business Profile location",
            checks.LONGEST_TEXT,
            _TAKES,
            FOR_LOCATIONS,
            checks.MOST_MEDIA,
        ),
    )
    fetches_files = True
    #: Access tokens live an hour (GOOGLE_BUSINESS_REFRESH_BEFORE_SECONDS).
    refresh_before: ClassVar = (settings.GOOGLE_BUSINESS_REFRESH_BEFORE,)

    @property
    def _hosts(self) -> Hosts:
        return Hosts(
            consent=settings.GOOGLE_BUSINESS_CONSENT_URL,
            tokens=settings.GOOGLE_BUSINESS_TOKEN_URL,
            accounts=settings.GOOGLE_BUSINESS_ACCOUNTS_URL,
            locations=settings.GOOGLE_BUSINESS_LOCATIONS_URL,
            posts=settings.GOOGLE_BUSINESS_POSTS_URL,
            performance=settings.GOOGLE_BUSINESS_PERFORMANCE_URL,
            verifications=settings.GOOGLE_BUSINESS_VERIFICATIONS_URL,
            calls_per_minute=settings.GOOGLE_BUSINESS_CALLS_PER_MINUTE,
            edits_per_minute=settings.GOOGLE_BUSINESS_EDITS_PER_MINUTE,
        )

    @property
    def _login(self) -> Login:
        return Login(http=self.http, app=self.app, hosts=self._hosts)

    def _google(self, priority: Priority = Priority.LOOK) -> Google:
        return self._google_with(self.keys.open(ACCESS_TOKEN), priority)

    def _google_with(self, token: Secret, priority: Priority = Priority.LOOK) -> Google:
        return Google(http=self.http, hosts=self._hosts, budgets=Budgets(self.slug), token=token, priority=priority)

    @classmethod
    def keys_to_publish(cls, target: Target) -> tuple[str, ...]:
        """Name the person's token, which serves all their locations."""
        return (ACCESS_TOKEN,)

    def budget_keys(self, destinations: Sequence[str]) -> tuple[str, ...]:
        """Name what closes publishing: the project's minute, and the minute of each location."""
        return (api_budget(Api.POSTS), *(location_budget(place) for place in destinations))

    def budget_windows(self, key: str) -> tuple[Window, ...]:
        """Return the minute of the project, or of a location."""
        return windows_of(key, self._hosts)

    def api_version(self) -> ApiVersion:
        """Return the version of the API that posts; Google has announced no end of it."""
        return ApiVersion("v4", None, _CHANGES_PAGE)

    @classmethod
    def refresh_moments(cls, *, issued_at: datetime, expires_at: datetime) -> tuple[datetime, ...]:
        """Return when a token is traded; one that lives shorter than the setting is left alone for a sixth of its life."""
        resting = issued_at + max((expires_at - issued_at) * _RESTING_SHARE, timedelta())
        return tuple(max(moment, resting) for moment in (expires_at - before for before in cls.refresh_before))

    def scopes(self) -> tuple[str, ...]:
        """Return the one scope there is."""
        return auth.SCOPES

    def authorize_url(self, *, redirect_uri: str, state: Secret, rerequest: bool = False) -> str:
        """Return the address of the consent page; Google is always asked to show it, so again is no different."""
        self.login_state = state
        return self._login.authorize_url(redirect_uri=redirect_uri, state=state)

    def exchange_code(self, *, code: Secret, redirect_uri: str, now: datetime) -> Grant:
        """Trade the code for a token of an hour and a refresh token."""
        told = self._login.exchange(code=code, redirect_uri=redirect_uri, state=self.login_state)
        return auth.grant(self._google_with, told, now=now)

    def refused_consent(self, *, error: str, detail: str) -> ConfigurationError | None:
        """Name what is wrong with the Google app, where Google says so."""
        return auth.refused_consent(error)

    def refresh_token(self, *, now: datetime) -> Refreshed:
        """Renew the access token; the refresh token stays the same."""
        return auth.refreshed(self._login.renew(unsealed(self.keys.open(REFRESH_TOKEN)), now=now), now=now)

    def fetch_accounts(self, *, access_token: Secret) -> Sequence[FoundDestination]:
        """Return every location of every account."""
        return accounts.places(self._google_with(access_token))

    def check(self, content: Content, *, kind: str) -> list[Finding]:
        """Return what Google is known to refuse."""
        return checks.check(content)

    def composing(self, target: Target, *, now: datetime) -> Composing:
        """Ask how the location stands now."""
        return composing.ask(self._google(), target)

    def publish(self, content: Content, target: Target, journal: Journal) -> Published | Processing:
        """Post, then look until Google has decided on it."""
        return publish.publish(self._google(Priority.PUBLISH), content, target, journal)

    def find_published(
        self, content: Content, target: Target, journal: Journal, *, now: datetime
    ) -> Published | NotThere | CannotTell:
        """Read the location's posts."""
        return find.find_published(
            self._google(Priority.PUBLISH),
            content,
            target,
            journal,
            now=now,
            settled_after=settings.GOOGLE_BUSINESS_SETTLE,
            resends=settings.GOOGLE_BUSINESS_RESENDS,
        )

    def find_without_notes(
        self, content: Content, target: Target, journal: Journal, *, now: datetime
    ) -> Published | NotThere | CannotTell:
        """Read the location's posts: they are told apart by what they show, not by our notes."""
        return self.find_published(content, target, journal, now=now)

    def look_after(self, external_id: str, target: Target, journal: Facts, *, now: datetime) -> Standing:
        """Look whether a post is live, refused later, or gone."""
        return watching.look_after(self._google(Priority.BACKGROUND), external_id, target)

    def edit_post(self, external_id: str, content: Content, target: Target) -> None:
        """Change the text."""
        publish.edit(self._google(Priority.PUBLISH), external_id, content, target)

    def delete_post(self, external_id: str, target: Target) -> None:
        """Take the post away."""
        publish.delete(self._google(Priority.PUBLISH), external_id, target)

    def account_metrics(self, target: Target, *, since: datetime, until: datetime) -> Sequence[Metric]:
        """Return figures by day, how late they are, and what people searched for by month."""
        return performance.metrics(self._google(Priority.BACKGROUND), target, since=since, until=until)

    def fetch_reviews(self, target: Target, *, page: str = "") -> ReviewPage:
        """Return one page of reviews."""
        return reviews.fetch(self._google(), target, page=page)

    def reply_to_review(self, external_id: str, text: str, target: Target) -> None:
        """Answer a review, or take the answer away."""
        reviews.reply(self._google(), external_id, text, target)

    def health_check(self, *, targets: Sequence[Target], now: datetime) -> HealthReport:
        """Renew the login, and look at the account and at every chosen location."""
        return health.check(self._login, self._google_with, self.keys, targets=targets, now=now)

    def revoke(self) -> None:
        """End the person's whole grant at Google, with all its tokens."""
        try:
            token = unsealed(self.keys.open(REFRESH_TOKEN)).token
        except ReconnectRequired:
            token = self.keys.open(ACCESS_TOKEN)
        self._login.revoke(token)
