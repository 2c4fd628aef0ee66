"""The Meta connector: a table of contents of this folder."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from django.conf import settings

from connectors.base import Connector, DestinationKind
from connectors.budgets import Budgets, Priority
from connectors.meta import accounts, auth, health, publish_page
from connectors.meta.graph import APP, VERSION_ENDS, VERSIONS_PAGE, Graph, GraphHosts, asset_budget
from connectors.types import (
    ACCESS_TOKEN,
    ApiVersion,
    CannotTell,
    Capability,
    Content,
    FoundDestination,
    Grant,
    HealthReport,
    Journal,
    NotThere,
    Processing,
    Published,
    Target,
    destination_token,
)
from foundation.errors import Finding
from foundation.secret import Secret


class MetaConnector(Connector):
    """Facebook Pages (text and link posts) through Facebook Login."""

    slug = "meta"
    name = "Meta"
    capabilities = frozenset(
        {
            Capability.OAUTH,
            Capability.TEXT,
            Capability.LINK,
            Capability.FIND_PUBLISHED,
            Capability.HEALTH_CHECK,
            Capability.REVOKE,
        }
    )
    kinds: ClassVar = (DestinationKind(accounts.PAGE_KIND, "Facebook Page", publish_page.LONGEST_TEXT),)

    @property
    def _hosts(self) -> GraphHosts:
        return GraphHosts(settings.META_GRAPH_URL, settings.META_DIALOG_URL, settings.META_GRAPH_VERSION)

    @property
    def _graph(self) -> Graph:
        return self._graph_for(Priority.LOOK)

    def _graph_for(self, priority: Priority) -> Graph:
        return Graph(http=self.http, app=self.app, hosts=self._hosts, budgets=Budgets(self.slug), priority=priority)

    @classmethod
    def keys_to_publish(cls, target: Target) -> tuple[str, ...]:
        """Name the Page's own token."""
        return (destination_token(target.external_id),)

    def budget_keys(self, destinations: Sequence[str]) -> tuple[str, ...]:
        """Name the app's budget and each Page's own."""
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
        """Return every Page the grant opens."""
        return accounts.fetch_pages(self._graph, access_token=access_token)

    def check(self, content: Content, *, kind: str) -> list[Finding]:
        """Return what Facebook is known to refuse."""
        return publish_page.check(content)

    def publish(self, content: Content, target: Target, journal: Journal) -> Published | Processing:
        """Post to the Page with the Page's own token."""
        return publish_page.publish(
            self._graph_for(Priority.PUBLISH), content, target, journal, token=self._page_token(target)
        )

    def find_published(
        self, content: Content, target: Target, journal: Journal, *, now: datetime
    ) -> Published | NotThere | CannotTell:
        """Read the Page's list and look for ours."""
        token = self._page_token(target)
        return publish_page.find_published(
            self._graph, content, target, journal, token=token, now=now, settled_after=settings.META_SETTLE
        )

    def health_check(self, *, targets: Sequence[Target], now: datetime) -> HealthReport:
        """Inspect the tokens."""
        return health.check(self._graph, self.keys, targets=targets, now=now)

    def revoke(self) -> None:
        """Withdraw the whole grant of this person from our app, for every tenant that uses it."""
        self._graph.delete("me/permissions", token=self.keys.open(ACCESS_TOKEN), operation="revoke")

    def _page_token(self, target: Target) -> Secret:
        return self.keys.open(destination_token(target.external_id))
