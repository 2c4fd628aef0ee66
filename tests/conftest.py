"""What tests share: a tenant with its people and keys, the sandbox in-process, and a connected account."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from connectors import budgets, http
from connectors.manager import get_connector
from connectors.models import Connection, Destination
from connectors.services import choose_destinations, store_destinations, store_grant
from foundation.secret import Secret
from publishing import ledger
from publishing.attempts import attempt_job
from sandbox.adapter import SandboxAdapter
from sandbox.app import Sandbox, create_app
from sandbox.world import World
from tenants import flags, limits
from tenants.models import Membership, Tenant, User
from tenants.principal import Principal
from tenants.scopes import SCOPES
from tenants.services import add_member, create_api_key, create_tenant
from tests.belongings import foreign_ids  # noqa: F401 - a fixture
from vault import accesses, datakeys

GATEWAY = "https://sandbox.invalid"
META_CALLBACK = "http://testserver/api/oauth/meta/callback"


@pytest.fixture(autouse=True)
def _nothing_known_from_before() -> None:
    """What one test's platform said of its budgets is no business of the next, nor are its keys."""
    cache.clear()
    budgets._glances.clear()
    budgets._tight.clear()
    budgets._limiter.cache_clear()
    datakeys.forget()
    accesses.forget()
    limits.forget()
    flags.forget()


@pytest.fixture
def flags_stay_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flags are read once: who counts queries on a slow machine counts no second look at them."""
    monkeypatch.setattr(flags, "KNOWN_FOR", 600.0)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def world() -> World:
    return World(redirect_uris=[META_CALLBACK])


@pytest.fixture
def sandbox(world: World) -> Iterator[Sandbox]:
    """The sandbox, reached by every connector in this process."""
    app = create_app(world)
    http.mount(GATEWAY, SandboxAdapter(app))
    yield app
    http.unmount(GATEWAY)


@dataclass(frozen=True)
class House:
    """A tenant, its owner, and a principal that may do everything there."""

    tenant: Tenant
    owner: User
    principal: Principal


@pytest.fixture
def make_house(db: None) -> Callable[[str], House]:
    """Make tenants with an owner each."""

    def make(name: str) -> House:
        tenant = create_tenant(name=name)
        owner = User.objects.create_user(f"owner@{tenant.slug}.example", "correct horse battery")
        membership = add_member(tenant=tenant, user=owner, role=Membership.Role.OWNER, actor="system:test")
        return House(tenant, owner, Principal.of_member(membership))

    return make


@pytest.fixture
def house(make_house: Callable[[str], House]) -> House:
    return make_house("Acme")


@pytest.fixture
def tenant(house: House) -> Tenant:
    return house.tenant


@pytest.fixture
def owner(house: House) -> User:
    return house.owner


@pytest.fixture
def principal(house: House) -> Principal:
    return house.principal


@pytest.fixture
def member_client(client: Client, owner: User) -> Client:
    """A browser in which the owner has signed in."""
    client.force_login(owner)
    return client


@pytest.fixture
def api_key(tenant: Tenant) -> Secret:
    _, key = create_api_key(tenant=tenant, name="Tests", scopes=SCOPES, actor="system:test")
    return key


@pytest.fixture
def api(api_key: Secret) -> Client:
    """A client app with a key that may do everything."""
    return Client(headers={"Authorization": f"Bearer {api_key.reveal()}"})


@pytest.fixture
def connect(sandbox: Sandbox, world: World) -> Callable[[House], Connection]:
    """Connect the sandbox's first person for a tenant, and choose every Page that can be published to: they take text."""

    def make(house: House) -> Connection:
        moment = timezone.now()
        connector = get_connector("meta")
        code = world.meta.consent(redirect_uri=META_CALLBACK, scopes=list(connector.scopes()))["code"]
        grant = connector.exchange_code(code=Secret(code), redirect_uri=META_CALLBACK, now=moment)
        connection = store_grant(tenant=house.tenant, platform="meta", grant=grant, actor="system:test", now=moment)
        found = connector.fetch_accounts(access_token=grant.access_token)
        places = store_destinations(connection=connection, found=found, now=moment)
        chosen = [place.pk for place in places if place.kind == "facebook_page" and not place.obstacle]
        choose_destinations(principal=house.principal, connection=connection, chosen=chosen)
        return connection

    return make


@pytest.fixture
def connection(connect: Callable[[House], Connection], house: House) -> Connection:
    return connect(house)


@pytest.fixture
def destination(connection: Connection) -> Destination:
    found = connection.destinations.filter(enabled=True).order_by("external_id").first()
    assert found is not None
    return found


@pytest.fixture
def run_due() -> Callable[[datetime], int]:
    """Publish what is due at a moment, in this thread, so that a test's transaction sees it all."""

    def run(moment: datetime) -> int:
        batch = ledger.claim(now=moment, limit=100, lease=settings.PUBLISH_LEASE)
        for claimed in batch:
            attempt_job(claimed, clock=lambda: moment)
        return len(batch)

    return run
