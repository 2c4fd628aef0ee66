"""The six checks of a connector, from connecting to telling errors apart; each says what it saw, and how long it took.

They run in a tenant of their own, which is removed afterwards with all it had.
"""

import io
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from django.db import transaction
from django.utils import timezone
from PIL import Image

from connectors.base import Connector
from connectors.errors import ConnectorError, RateLimited, ReconnectRequired, TransientError
from connectors.manager import connector_class, get_connector, target_of
from connectors.models import Connection, Destination
from connectors.types import ACCESS_TOKEN, HealthState
from foundation.errors import ConfigurationError, Refusal
from foundation.secret import Secret
from media import services as media_services
from media.models import Media
from media.staging import Staged
from publishing import draining
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.models import Post, PublishJob
from publishing.redriving import cancel_job
from publishing.states import State
from tenants.models import AuditEntry, Tenant, User
from tenants.principal import Principal
from tenants.services import add_member, create_tenant
from vault.models import DataKey, EncryptedSecret

#: Tenants of validations are called so, and nobody else's are.
TENANT_NAME: Final = "Connector validation"
#: A post that is to be cancelled is planned so far ahead that no worker takes it meanwhile.
FAR_AHEAD: Final = timedelta(days=300)
PUBLISHED_WITHIN_SECONDS: Final = 30.0

CHECKS: Final = {
    "create_test_connection": "Create test connection",
    "get_connector_instance": "Get connector instance",
    "health_check": "Health check",
    "fetch_accounts": "Fetch accounts",
    "queue_management": "Queue management",
    "error_classification": "Error classification",
}


class CheckFailed(Exception):
    """A check saw what it should not have; the message says what, ``remedy`` what to do."""

    def __init__(self, cause: str, *, remedy: str = "") -> None:
        super().__init__(cause)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check of one platform came to; the time is in milliseconds."""

    platform: str
    check: str
    status: str
    latency_ms: int
    message: str
    remedy: str = ""

    @property
    def passed(self) -> bool:
        """Tell whether all was as it should be."""
        return self.status == "passed"


class World(Protocol):
    """The platforms that are validated: the sandbox, or the real ones."""

    #: Whether what is published there may stay.
    publishes: bool

    def connect(self, platform: str, principal: Principal, user: User) -> Connection:
        """Make a connection the way people do; raises ``CheckFailed`` or a refusal."""

    def troubles(self, platform: str) -> tuple[tuple[str, Callable[[], None], type[ConnectorError]], ...]:
        """Return troubles that can be caused for the next call, each with what it must be taken for."""

    def copies(self, text: str) -> int | None:
        """Return how often a text stands at the platform, or None where that cannot be told."""


def validate(platform: str, world: World) -> Iterator[Checked]:
    """Run the six checks of a platform, one after the other; what cannot be run without an earlier one fails too."""
    run = _Run(platform, world)
    try:
        for name, check in run.checks().items():
            yield run.told(name, check)
    finally:
        run.remove()


def remove_leftovers() -> int:
    """Remove what validations that were killed left behind; return how many."""
    left = list(Tenant.objects.filter(name=TENANT_NAME))
    for tenant in left:
        _remove(tenant)
    return len(left)


class _Run:
    """One platform's validation, and what the checks hand on to each other."""

    def __init__(self, platform: str, world: World) -> None:
        self.platform, self.world = platform, world
        self.tenant = create_tenant(name=TENANT_NAME)
        self.user = User.objects.create_user(f"validation-{secrets.token_hex(8)}@localhost.invalid")
        add_member(tenant=self.tenant, user=self.user, role="owner", actor="system:validate")
        self.principal = Principal.of_system(self.tenant, "validate")
        self.connection: Connection | None = None
        self.connector: Connector | None = None

    def checks(self) -> dict[str, Callable[[], str]]:
        return {
            "create_test_connection": self._connect,
            "get_connector_instance": self._instance,
            "health_check": self._health,
            "fetch_accounts": self._accounts,
            "queue_management": self._queue,
            "error_classification": self._errors,
        }

    def told(self, name: str, check: Callable[[], str]) -> Checked:
        started = time.monotonic()
        status, remedy = "failed", ""
        try:
            message = check()
            status = "passed"
        except CheckFailed as error:
            message, remedy = str(error), error.remedy
        except ConnectorError as error:
            message, remedy = error.cause, error.remedy
        except (Refusal, ConfigurationError) as error:
            message, remedy = error.detail, error.remedy
            if told := [finding.message for finding in getattr(error, "findings", ())]:
                message = f"{message} {' '.join(told)}"
        return Checked(self.platform, name, status, round((time.monotonic() - started) * 1000), message, remedy)

    def remove(self) -> None:
        _remove(self.tenant)
        self.user.delete()

    # --- the six ---------------------------------------------------------------------------------------------------

    def _connect(self) -> str:
        self.connection = self.world.connect(self.platform, self.principal, self.user)
        # No worker of this installation is to look after it.
        Connection.objects.filter(pk=self.connection.pk).update(next_health_at=None)
        places = self.connection.destinations.count()
        return f"{self.connection.display_name} is connected and opens {places} place{'s' * (places != 1)}."

    def _instance(self) -> str:
        self.connector = get_connector(self.platform, self._connected())
        expected = connector_class(self.platform)
        if type(self.connector) is not expected or self.connector.slug != self.platform:
            raise CheckFailed(f"The registry made {type(self.connector).__name__} for {self.platform}.")
        self.connector.keys.open(ACCESS_TOKEN)
        version = self.connector.api_version()
        return f"{expected.__name__} speaks {version.name} and opens its token."

    def _health(self) -> str:
        targets = [target_of(place) for place in self._places()]
        report = self._made().health_check(targets=targets, now=timezone.now())
        told = "; ".join(f"{finding.code}: {finding.cause}" for finding in report.findings)
        if report.state is HealthState.UNHEALTHY:
            remedy = next((finding.remedy for finding in report.findings if finding.state is report.state), "")
            raise CheckFailed(f"Unhealthy: {told}", remedy=remedy)
        return f"{str(report.state).capitalize()}{': ' + told if told else ', and nothing to mend'}."

    def _accounts(self) -> str:
        connector = self._made()
        found = connector.fetch_accounts(access_token=connector.keys.open(ACCESS_TOKEN))
        if not found:
            raise CheckFailed(
                "The grant opens no place to publish.", remedy="Connect an account that may publish somewhere."
            )
        names = [(place.kind, place.external_id) for place in found]
        if len(names) != len(set(names)):
            raise CheckFailed("A place was listed twice.")
        for place in found:
            connector.kind(place.kind)
        possible = sum(not place.obstacle for place in found)
        return f"{len(found)} found, {possible} of them open for publishing."

    def _queue(self) -> str:
        place = next(iter(self._places()), None)
        if place is None:
            raise CheckFailed("There is no place to publish to.", remedy="See the check before.")
        Destination.objects.filter(pk=place.pk).update(enabled=True)
        said = f"{connector_class(self.platform).name} validation {secrets.token_hex(4)}"
        later = self._accept(place, said, publish_at=timezone.now() + FAR_AHEAD)
        if (job := later.jobs.get()).state != State.SCHEDULED or job.due_at is None:
            raise CheckFailed(f"A post for later stands as {job.state}.")
        if (job := cancel_job(principal=self.principal, job=job, now=timezone.now())).state != State.CANCELLED:
            raise CheckFailed(f"A cancelled job stands as {job.state}.")
        told = f"Scheduled at {place.name}, held back and cancelled"
        sample = self._made().kind(place.kind).sample
        if not self.world.publishes:
            return f"{told}; nothing was published, for these are the real platforms."
        if sample.picture:
            return f"{told}; not published, for its files are fetched from a hub that runs."
        self._publish(place, said)
        return f"{told}; published once, and found once at the platform."

    def _errors(self) -> str:
        connector = self._made()
        seen = []
        garbage = Secret("0" * 32 + "-us19" if connector.key_form else "this-token-was-never-given-out")
        self._expect(garbage, ReconnectRequired, "a token that was never given out")
        seen.append("a dead token needs the tenant")
        for what, cause_it, expected in self.world.troubles(self.platform):
            cause_it()
            self._expect(connector.keys.open(ACCESS_TOKEN), expected, what)
            seen.append(f"{what} is {expected.kind.replace('_', ' ')}")
        return f"{'; '.join(seen).capitalize()}."

    # --- what they need ---------------------------------------------------------------------------------------------

    def _connected(self) -> Connection:
        if self.connection is None:
            raise CheckFailed("There is no connection to do it with.", remedy="See the first check.")
        return self.connection

    def _made(self) -> Connector:
        if self.connector is None:
            raise CheckFailed("There is no connector to do it with.", remedy="See the checks before.")
        return self.connector

    def _places(self) -> list[Destination]:
        """Return places that one can publish to, those first where words are enough."""
        possible = Destination.objects.filter(connection=self._connected(), gone_at=None, obstacle="")
        return sorted(
            possible.select_related("connection"),
            key=lambda place: (self._made().kind(place.kind).sample.picture is not None, place.pk),
        )

    def _accept(self, place: Destination, said: str, *, publish_at: datetime | None) -> Post:
        sample = self._made().kind(place.kind).sample
        media = [{"id": str(self._picture(sample.picture).pk)}] if sample.picture else []
        draft = Draft(
            text=said,
            destinations=(place.pk,),
            publish_at=publish_at.isoformat() if publish_at else "",
            media=tuple(media),
            settings={place.kind: dict(sample.settings)} if sample.settings else {},
        )
        post, _ = publish_post(principal=self.principal, draft=draft, idempotency_key=None, now=timezone.now())
        return post

    def _picture(self, size: tuple[int, int]) -> Media:
        drawn = io.BytesIO()
        Image.effect_noise(size, 40).convert("RGB").save(drawn, "JPEG", quality=90)
        staged = Staged()
        staged.write(drawn.getvalue())
        media, _ = media_services.store_file(
            tenant=self.tenant, actor=self.principal.actor, staged=staged, name="validation.jpg", now=timezone.now()
        )
        return media

    def _publish(self, place: Destination, said: str) -> None:
        job = self._accept(place, said, publish_at=None).jobs.get()
        deadline = time.monotonic() + PUBLISHED_WITHIN_SECONDS
        while (found := PublishJob.objects.get(pk=job.pk)).state != State.PUBLISHED:
            if found.state in {State.FAILED, State.DLQ}:
                raise CheckFailed(f"The job ended as {found.state}: {found.error_cause}", remedy=found.error_remedy)
            if time.monotonic() > deadline:
                raise CheckFailed(f"After {PUBLISHED_WITHIN_SECONDS:.0f} s the job is still {found.state}.")
            if not draining.drain(clock=timezone.now):
                time.sleep(0.1)
        if (copies := self.world.copies(said)) != 1:
            raise CheckFailed(f"The post stands {copies} times at the platform.")

    def _expect(self, token: Secret, expected: type[ConnectorError], what: str) -> None:
        try:
            self._made().fetch_accounts(access_token=token)
        except ConnectorError as error:
            if isinstance(error, expected):
                return
            raise CheckFailed(f"For {what} it said {error.kind}, not {expected.kind}: {error.cause}") from None
        raise CheckFailed(f"For {what} it noticed nothing.")


#: What every platform can answer, and what it must be taken for where only a look was asked for.
COMMON_TROUBLES: Final[tuple[tuple[str, dict[str, Any], type[ConnectorError]], ...]] = (
    ("an answer of 503", {"kind": "http_status", "status": 503}, TransientError),
    ("a lost connection", {"kind": "lost_before"}, TransientError),
    ("an answer of 429", {"kind": "http_status", "status": 429}, RateLimited),
)


def _remove(tenant: Tenant) -> None:
    """Remove a validation's tenant and all it had; files leave the store with the next sweep."""
    principal = Principal.of_system(tenant, "validate")
    for media in Media.objects.filter(tenant=tenant, state=Media.State.STORED):
        media_services.delete_media(principal=principal, media=media, now=timezone.now(), force=True)
    with transaction.atomic():
        Post.objects.filter(tenant=tenant).delete()
        EncryptedSecret.objects.filter(tenant=tenant).delete()
        DataKey.objects.filter(tenant=tenant).delete()
        AuditEntry.objects.filter(tenant=tenant).delete()
        tenant.delete()
