"""The TikTok connector: a table of contents of this folder."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.conf import settings
from django.utils import timezone

from connectors.base import Connector, DestinationKind, Sample
from connectors.budgets import Budgets, Priority, Window
from connectors.errors import ConfigurationError, ReconnectRequired
from connectors.http import Http, Timeouts
from connectors.tiktok import analytics, auth, checks, creator, find, health, people, watch, webhooks, wording
from connectors.tiktok.api import (
    INIT_DRAFT,
    INIT_PHOTOS,
    INIT_VIDEO,
    OF_ACCOUNT,
    STATUS,
    Api,
    DailyLimits,
    Hosts,
    account_budget,
    daily_budget,
    daily_window,
    minute_window,
)
from connectors.tiktok.auth import Login
from connectors.tiktok.errors import PLATFORM
from connectors.tiktok.publish import Habits, Publishing
from connectors.tiktok.settings import SCHEMA
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
    Standing,
    Target,
    WebhookEvent,
    WebhookReply,
    WebhookRequest,
)
from foundation.errors import Finding
from foundation.secret import Secret

_TAKES: Final = frozenset({Capability.PHOTO, Capability.PHOTOS, Capability.VIDEO})
VERSION_PAGE: Final = "https://developers.tiktok.com/doc/changelog"
#: Bytes take long on a slow line: one chunk may last this long in all, and TikTok may be silent about it almost as long as a lease.
UPLOAD_TOTAL: Final = timedelta(minutes=10)
UPLOAD_SILENCE: Final = timedelta(seconds=120)
LEASE_SPARE: Final = timedelta(seconds=10)
#: A token is never left alone in its last minutes.
LAST_CHANCE: Final = timedelta(minutes=10)


class TikTokConnector(Connector):
    """Creators on TikTok: videos and photos, at once or as drafts."""

    slug = PLATFORM
    name = "TikTok"
    console = "https://developers.tiktok.com/apps/"
    #: TikTok repeats for 72 hours what was not answered.
    repeats_for = timedelta(hours=73)
    capabilities = _TAKES | {
        Capability.OAUTH,
        Capability.FIND_PUBLISHED,
        Capability.POST_METRICS,
        Capability.ACCOUNT_METRICS,
        Capability.WEBHOOKS,
        Capability.HEALTH_CHECK,
        Capability.REFRESH_TOKEN,
        Capability.REVOKE,
        Capability.COMPOSING,
        Capability.WATCH,
    }
    #: Photos are never sent, only fetched.
    fetches_files = True
    #: The outer bound of ``refresh_moments``: tokens are known to live two hours or a day.
    refresh_before: ClassVar = (timedelta(days=7), LAST_CHANCE)
    kinds: ClassVar = (
        DestinationKind(
            people.KIND,
            "TikTok account",
            wording.LONGEST_DESCRIPTION,
            _TAKES,
            SCHEMA,
            checks.MOST_PHOTOS,
            # Nobody but the creator sees it, and an app that is not audited may post nothing else.
            Sample("Hello from Switchboard", {"privacy_level": "SELF_ONLY", "consent": True}, picture=(1080, 1350)),
        ),
    )

    @property
    def _hosts(self) -> Hosts:
        return Hosts(settings.TIKTOK_API_URL, settings.TIKTOK_OAUTH_URL, settings.TIKTOK_UPLOAD_GATEWAY_URL)

    @property
    def _login(self) -> Login:
        return Login(self.http, self.app, self._hosts.api, self._hosts.www)

    def _api(self, target: Target | None = None, priority: Priority = Priority.LOOK) -> Api:
        return self._api_with(self.keys.open(ACCESS_TOKEN), target.external_id if target else "", priority)

    def _api_with(self, token: Secret, open_id: str = "", priority: Priority = Priority.LOOK) -> Api:
        silence = max(self.http.timeouts.read, min(UPLOAD_SILENCE, settings.PUBLISH_LEASE - LEASE_SPARE))
        patience = Timeouts(self.http.timeouts.connect, silence, UPLOAD_TOTAL)
        return Api(
            http=self.http,
            patient=Http(self.slug, patience, name=self.name),
            hosts=self._hosts,
            budgets=Budgets(self.slug),
            token=token,
            open_id=open_id,
            priority=priority,
            daily=DailyLimits(settings.TIKTOK_POSTS_PER_DAY, settings.TIKTOK_DRAFTS_PER_DAY),
        )

    @classmethod
    def keys_to_publish(cls, target: Target) -> tuple[str, ...]:
        """Name the account's token."""
        return (ACCESS_TOKEN,)

    @classmethod
    def refresh_moments(cls, *, issued_at: datetime, expires_at: datetime) -> tuple[datetime, ...]:
        """Return when three quarters of the stated life are over, and the last ten minutes before the end."""
        last = expires_at - LAST_CHANCE
        share = issued_at + (expires_at - issued_at) * settings.TIKTOK_REFRESH_AT_PERCENT / 100
        return (min(share, last), last)

    def budget_keys(self, destinations: Sequence[str]) -> tuple[str, ...]:
        """Name what closes publishing for each account: its windows, and its day."""
        return tuple(
            key
            for open_id in destinations
            for key in (
                *(account_budget(open_id, endpoint) for endpoint in (INIT_VIDEO, INIT_DRAFT, INIT_PHOTOS, STATUS)),
                daily_budget(open_id, "posts"),
                daily_budget(open_id, "drafts"),
            )
        )

    def budget_windows(self, key: str) -> tuple[Window, ...]:
        """Return an account's minute at an endpoint, or its day where the settings say how many posts it may have."""
        kind, _, rest = key.partition(":")
        name = rest.partition(":")[2]
        if kind == "day":
            most = {"posts": settings.TIKTOK_POSTS_PER_DAY, "drafts": settings.TIKTOK_DRAFTS_PER_DAY}.get(name, 0)
            return (daily_window(name, most),) if most else ()
        calls = {endpoint.strip("/"): calls for endpoint, calls in OF_ACCOUNT.items()}.get(name, 0)
        return (minute_window(name, calls),) if calls else ()

    def api_version(self) -> ApiVersion:
        """Return the one version there is; TikTok announces no end of it."""
        return ApiVersion("v2", None, VERSION_PAGE)

    def scopes(self) -> tuple[str, ...]:
        """Return the scopes of the settings (TIKTOK_SCOPES)."""
        return tuple(settings.TIKTOK_SCOPES)

    def authorize_url(self, *, redirect_uri: str, state: Secret, rerequest: bool = False) -> str:
        """Return the address of the consent page, which asks for everything each time."""
        return self._login.authorize_url(redirect_uri=redirect_uri, state=state, scopes=self.scopes())

    def exchange_code(self, *, code: Secret, redirect_uri: str, now: datetime) -> Grant:
        """Trade the code for tokens, and learn what people call the account."""
        told = self._login.exchange(code=code, redirect_uri=redirect_uri)
        granted = auth.scopes_in(told.get("scope")) or self.scopes()
        profile = people.read_profile(
            self._api_with(Secret(told["access_token"])), scopes=granted, operation="read_person"
        )
        return auth.grant(told, name=people.name_of(profile), wanted=self.scopes(), now=now)

    def refused_consent(self, *, error: str, detail: str) -> ConfigurationError | None:
        """Tell an app in sandbox mode, or a scope it lacks, from a person who refused."""
        return auth.refused_consent(error, detail)

    def refresh_token(self, *, now: datetime) -> Refreshed:
        """Trade the refresh token, which is spent by that."""
        return auth.refreshed(self._login.renew(self.keys.open(REFRESH_TOKEN)), now=now)

    def fetch_accounts(self, *, access_token: Secret) -> Sequence[FoundDestination]:
        """Return the one account of the grant."""
        api = self._api_with(access_token)
        told = people.read_profile(api, scopes=self.scopes(), operation="fetch_accounts")
        return [people.account(told, scopes=self.scopes())]

    def composing(self, target: Target, *, now: datetime) -> Composing:
        """Ask what the account allows at this moment."""
        return creator.composing(self._api(target), audited=settings.TIKTOK_AUDITED)

    def check(self, content: Content, *, kind: str) -> list[Finding]:
        """Return what TikTok is known to refuse."""
        return checks.check(content, audited=settings.TIKTOK_AUDITED)

    def publish(self, content: Content, target: Target, journal: Journal) -> Published | Processing:
        """Send the bytes, or have them fetched, and follow the post until TikTok is done."""
        habits = Habits(settings.TIKTOK_CHUNK_BYTES, settings.TIKTOK_VIDEO_BY == "url")
        return Publishing(self._api(target, Priority.PUBLISH), self.safe, content, target, journal, habits).go()

    def find_published(
        self, content: Content, target: Target, journal: Journal, *, now: datetime
    ) -> Published | NotThere | CannotTell:
        """Ask about the upload, or look through the account's videos."""
        api = self._api(target, Priority.PUBLISH)
        return find.find_published(api, content, target, journal, now=now, settled_after=settings.TIKTOK_SETTLE)

    def look_after(self, external_id: str, target: Target, journal: Facts, *, now: datetime) -> Standing:
        """Learn the post's own number, and whether people still see it."""
        return watch.look_after(self._api(target), external_id, target, journal)

    def post_metrics(self, external_id: str, target: Target, *, now: datetime) -> Sequence[Metric]:
        """Return views, likes, comments and shares of a public post."""
        return analytics.post_metrics(self._api(target, Priority.BACKGROUND), external_id)

    def account_metrics(self, target: Target, *, since: datetime, until: datetime) -> Sequence[Metric]:
        """Return followers, likes and posts as they are now."""
        return analytics.account_metrics(self._api(target, Priority.BACKGROUND), until=until)

    def health_check(self, *, targets: Sequence[Target], now: datetime) -> HealthReport:
        """Ask whose the token is, and whether the account may publish."""
        try:
            api = self._api(next(iter(targets), None))
        except ReconnectRequired as error:
            return health.missing_token(error)
        return health.check(api, targets=targets, wanted=self.scopes(), audited=settings.TIKTOK_AUDITED)

    def revoke(self) -> None:
        """End the grant at TikTok."""
        self._login.revoke(self.keys.open(ACCESS_TOKEN))

    def answer_challenge(self, request: WebhookRequest) -> WebhookReply | None:
        """TikTok asks nothing: its portal takes any address."""
        return None

    def parse_webhook(self, request: WebhookRequest) -> Sequence[WebhookEvent]:
        """Tell what TikTok told."""
        return webhooks.parse(request, self.app, now=timezone.now())

    def subscribe_webhooks(self, target: Target, *, address: Secret | None = None) -> None:
        """TikTok tells an app of all its accounts at the address in its portal, so there is nothing to ask for."""

    def unsubscribe_webhooks(self, target: Target, *, address: Secret | None = None) -> None:
        """Nor is there anything to take back: news of an account that nobody uses here move nothing."""
