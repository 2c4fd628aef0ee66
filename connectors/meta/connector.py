"""The Meta connector: a table of contents of this folder."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings

from connectors.base import Connector, DestinationKind, Sample
from connectors.budgets import Budgets, Priority
from connectors.errors import ReconnectRequired
from connectors.meta import (
    accounts,
    auth,
    checks_instagram,
    checks_page,
    comments,
    deleting,
    find_instagram,
    find_page,
    health,
    insights_instagram,
    insights_page,
    publish_instagram,
    publish_page,
    refreshing,
    standing,
    webhooks,
)
from connectors.meta import settings as schemas
from connectors.meta.accounts import INSTAGRAM_KIND, PAGE_KIND
from connectors.meta.asset import Asset
from connectors.meta.forms import STORY
from connectors.meta.graph import APP, VERSION_ENDS, VERSIONS_PAGE, Graph, GraphHosts, asset_budget
from connectors.types import (
    ACCESS_TOKEN,
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
    destination_token,
)
from foundation.errors import Finding
from foundation.secret import Secret

_FILES = frozenset({Capability.PHOTO, Capability.PHOTOS, Capability.VIDEO, Capability.REEL, Capability.STORY})


class MetaConnector(Connector):
    """Facebook Pages and Instagram professional accounts, through Facebook Login."""

    slug = "meta"
    name = "Meta"
    capabilities = _FILES | {
        Capability.OAUTH,
        Capability.TEXT,
        Capability.LINK,
        Capability.FIND_PUBLISHED,
        Capability.FIRST_COMMENT,
        Capability.DELETE_POST,
        Capability.POST_METRICS,
        Capability.ACCOUNT_METRICS,
        Capability.WEBHOOKS,
        Capability.HEALTH_CHECK,
        Capability.REFRESH_TOKEN,
        Capability.REVOKE,
        Capability.WATCH,
    }
    renews_with: ClassVar = ACCESS_TOKEN
    refresh_before: ClassVar = settings.META_REFRESH_BEFORE
    console = "https://developers.facebook.com/apps/"
    #: Meta repeats for about 36 hours.
    repeats_for = timedelta(hours=48)
    kinds: ClassVar = (
        DestinationKind(
            PAGE_KIND,
            "Facebook Page",
            publish_page.LONGEST_TEXT,
            takes=_FILES | {Capability.TEXT, Capability.LINK, Capability.FIRST_COMMENT},
            settings=schemas.PAGE,
            most_media=checks_page.MOST_PHOTOS,
        ),
        DestinationKind(
            INSTAGRAM_KIND,
            "Instagram account",
            checks_instagram.LONGEST_CAPTION,
            takes=_FILES | {Capability.FIRST_COMMENT},
            settings=schemas.INSTAGRAM,
            most_media=checks_instagram.CAROUSEL[1],
            sample=Sample("Hello from Switchboard", picture=(1080, 1080)),
        ),
    )

    @property
    def _hosts(self) -> GraphHosts:
        return GraphHosts(
            settings.META_GRAPH_URL, settings.META_DIALOG_URL, settings.META_UPLOAD_URL, settings.META_GRAPH_VERSION
        )

    @property
    def _graph(self) -> Graph:
        return self._graph_for(Priority.LOOK)

    def _graph_for(self, priority: Priority, asset: str = "") -> Graph:
        return Graph(
            http=self.http,
            app=self.app,
            hosts=self._hosts,
            budgets=Budgets(self.slug),
            priority=priority,
            asset=asset,
        )

    @classmethod
    def keys_to_publish(cls, target: Target) -> tuple[str, ...]:
        """Name the place's own token, and the person's, which some Instagram reads want."""
        own = destination_token(target.external_id)
        return (own, ACCESS_TOKEN) if target.kind == INSTAGRAM_KIND else (own,)

    def budget_keys(self, destinations: Sequence[str]) -> tuple[str, ...]:
        """Name the app's budget and each place's own."""
        return (APP, *(asset_budget(place) for place in destinations))

    def api_version(self) -> ApiVersion:
        """Return the Graph API version of the settings."""
        version = self._hosts.version
        return ApiVersion(version, VERSION_ENDS.get(version), VERSIONS_PAGE, known=version in VERSION_ENDS)

    def scopes(self) -> tuple[str, ...]:
        """Return the scopes of the settings (META_SCOPES)."""
        return tuple(settings.META_SCOPES)

    def authorize_url(self, *, redirect_uri: str, state: Secret, rerequest: bool = False) -> str:
        """Return the address of Facebook's login dialog."""
        return auth.authorize_url(
            app=self.app,
            hosts=self._hosts,
            redirect_uri=redirect_uri,
            state=state,
            scopes=self.scopes(),
            rerequest=rerequest,
        )

    def exchange_code(self, *, code: Secret, redirect_uri: str, now: datetime) -> Grant:
        """Trade the code for a long-lived user token."""
        return auth.exchange_code(self._graph, code=code, redirect_uri=redirect_uri, wanted=self.scopes(), now=now)

    def fetch_accounts(self, *, access_token: Secret) -> Sequence[FoundDestination]:
        """Return every Page the grant opens, and every Instagram account linked to one."""
        return accounts.fetch_places(self._graph, access_token=access_token)

    def refresh_token(self, *, now: datetime) -> Refreshed:
        """Trade the living user token for a new one, and read the places' tokens anew."""
        return refreshing.refresh(self._graph, self.keys, now=now)

    def check(self, content: Content, *, kind: str) -> list[Finding]:
        """Return what Facebook or Instagram is known to refuse."""
        return checks_instagram.check(content) if kind == INSTAGRAM_KIND else checks_page.check(content)

    def publish(self, content: Content, target: Target, journal: Journal) -> Published | Processing:
        """Publish with the place's own token, going on from what the journal knows."""
        place = self._asset(target, Priority.PUBLISH)
        if target.kind == INSTAGRAM_KIND:
            return publish_instagram.publish(place, content, journal)
        return publish_page.publish(place, content, journal)

    def find_published(
        self, content: Content, target: Target, journal: Journal, *, now: datetime
    ) -> Published | NotThere | CannotTell:
        """Ask what was prepared whether it is live, and read the place's list."""
        place, settled = self._asset(target), settings.META_SETTLE
        if target.kind == INSTAGRAM_KIND:
            return find_instagram.find_published(place, content, journal, now=now, settled_after=settled)
        return find_page.find_published(find_page.Search(place, content, journal, now, settled))

    def find_without_notes(
        self, content: Content, target: Target, journal: Journal, *, now: datetime
    ) -> Published | NotThere | CannotTell:
        """Read the place's list for our words."""
        place, settled = self._asset(target), settings.META_SETTLE
        if target.kind == INSTAGRAM_KIND:
            return find_instagram.find_without_notes(place, content, journal, now=now, settled_after=settled)
        return find_page.find_without_notes(find_page.Search(place, content, journal, now, settled))

    def comment(self, text: str, target: Target, *, parent: str, journal: Journal) -> Published:
        """Comment on our own post."""
        place = self._asset(target, Priority.PUBLISH)
        return comments.comment(place, text, journal, parent=parent, instagram=target.kind == INSTAGRAM_KIND)

    def find_comment(
        self, text: str, target: Target, *, parent: str, journal: Journal, now: datetime
    ) -> Published | NotThere | CannotTell:
        """Look for our comment below the post."""
        return comments.find_comment(
            self._asset(target),
            text,
            journal,
            parent=parent,
            instagram=target.kind == INSTAGRAM_KIND,
            now=now,
            settled_after=settings.META_SETTLE,
        )

    def delete_post(self, external_id: str, target: Target) -> None:
        """Delete a live post. On Instagram it may take a scope that is not asked for by default."""
        deleting.delete_post(self._asset(target), external_id, instagram=target.kind == INSTAGRAM_KIND)

    @classmethod
    def stays(cls, settings: Facts) -> bool:
        """Say that stories vanish by themselves after a day."""
        return settings.get("format") != STORY

    def look_after(self, external_id: str, target: Target, journal: Facts, *, now: datetime) -> Standing:
        """Look whether a post is still there."""
        place = self._asset(target, Priority.BACKGROUND)
        return standing.look_after(place, external_id, instagram=target.kind == INSTAGRAM_KIND)

    @classmethod
    def obstacle_to(cls, capability: Capability, target: Target) -> Obstacle | None:
        """Tell that deleting on Instagram lacks its scope (META_INSTAGRAM_DELETE_SCOPE)."""
        if capability is Capability.DELETE_POST and target.kind == INSTAGRAM_KIND:
            return deleting.missing_scope(
                target, wanted=settings.META_INSTAGRAM_DELETE_SCOPE, asked=settings.META_SCOPES
            )
        return None

    def post_metrics(self, external_id: str, target: Target, *, now: datetime) -> Sequence[Metric]:
        """Return what Meta tells of one post."""
        place = self._asset(target, Priority.BACKGROUND)
        if target.kind == INSTAGRAM_KIND:
            return insights_instagram.media_metrics(place, external_id)
        return insights_page.post_metrics(place, external_id)

    def account_metrics(self, target: Target, *, since: datetime, until: datetime) -> Sequence[Metric]:
        """Return what Meta tells of a place."""
        place = self._asset(target, Priority.BACKGROUND)
        if target.kind == INSTAGRAM_KIND:
            return insights_instagram.account_metrics(place, since=since, until=until)
        return insights_page.page_metrics(place, since=since, until=until)

    def health_check(self, *, targets: Sequence[Target], now: datetime) -> HealthReport:
        """Inspect the tokens, and read the Instagram accounts."""
        return health.check(self._graph, self.keys, targets=targets, now=now)

    def revoke(self) -> None:
        """Withdraw the whole grant of this person from our app, for every tenant that uses it."""
        self._graph.delete("me/permissions", token=self.keys.open(ACCESS_TOKEN), operation="revoke")

    def answer_challenge(self, request: WebhookRequest) -> WebhookReply | None:
        """Answer Meta's question whether the webhook address is ours."""
        return webhooks.answer_challenge(request, verify_token=settings.META_WEBHOOK_VERIFY_TOKEN)

    def parse_webhook(self, request: WebhookRequest) -> Sequence[WebhookEvent]:
        """Check the signature and tell what happened, deauthorisations and deletion requests among it."""
        return webhooks.parse(request, app_secret=self.app.client_secret)

    def subscribe_webhooks(self, target: Target, *, address: Secret | None = None) -> None:
        """Subscribe the Page; an Instagram account is subscribed through the Page it is linked to."""
        webhooks.subscribe(self._page_of(target, operation="subscribe"), settings.META_WEBHOOK_FIELDS)

    def unsubscribe_webhooks(self, target: Target, *, address: Secret | None = None) -> None:
        """Unsubscribe the Page, and with it the Instagram account linked to it."""
        webhooks.unsubscribe(self._page_of(target, operation="unsubscribe"))

    def is_subscribed(self, target: Target, *, address: Secret | None = None) -> bool:
        """Read the Page's list of those that are told."""
        return webhooks.is_subscribed(
            self._page_of(target, operation="list_subscriptions"), settings.META_WEBHOOK_FIELDS
        )

    @classmethod
    def subscription_of(cls, target: Target) -> str:
        """Return the Page: our app has one subscription there, whoever chose the Page or its Instagram account."""
        return _page_id(target) or target.external_id

    def _page_of(self, target: Target, *, operation: str) -> Asset:
        place, page_id = self._asset(target), _page_id(target)
        if not page_id:
            raise ReconnectRequired(
                "It is not known which Page this Instagram account is linked to.",
                remedy="Refresh the destinations of this connection.",
                connection_ended=False,
                platform=self.slug,
                operation=operation,
            )
        return Asset(place.graph, page_id, place.token)

    def _asset(self, target: Target, priority: Priority = Priority.LOOK) -> Asset:
        """Return a place with the tokens that open it; the person's may be missing, the place's own may not."""
        reader = None
        if target.kind == INSTAGRAM_KIND:
            try:
                reader = self.keys.open(ACCESS_TOKEN)
            except ReconnectRequired:
                reader = None
        return Asset(
            self._graph_for(priority, target.external_id),
            target.external_id,
            self.keys.open(destination_token(target.external_id)),
            reader=reader,
            by_url=settings.META_MEDIA_BY == "url",
        )


def _page_id(target: Target) -> str:
    """Return the Page that a place is, or that an Instagram account is linked to; empty where that is not known."""
    return str(target.facts.get("page_id") or "") if target.kind == INSTAGRAM_KIND else target.external_id
