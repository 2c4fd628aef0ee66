"""The canary: after connecting, publishing, failing and disconnecting, no token stands anywhere in plain."""

import io
import logging
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from connectors.models import Connection
from connectors.services import choose_destinations, disconnect
from foundation.secret import Secret
from monitoring.health import check_connection
from publishing.models import PublishJob
from sandbox.app import Sandbox
from sandbox.faults import fault_from
from sandbox.meta import demo
from sandbox.meta.records import DEFAULT_APP_SECRET
from sandbox.world import World
from tenants.principal import Principal
from vault.local import master_secret
from vault.models import EncryptedSecret

Run = Callable[[datetime], int]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything the hub writes at the level of debugging, as an operator would read it."""
    root = logging.getLogger()
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    ours = next(one for one in root.handlers if one.formatter is not None and type(one) is logging.StreamHandler)
    handler.setFormatter(ours.formatter)
    levels = {name: logging.getLogger(name).level for name in ["", *settings_of_loggers()]}
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield out
    root.removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def settings_of_loggers() -> list[str]:
    return ["django.server", "django.request", "django_structlog", "celery", "kombu", "urllib3"]


def dump() -> str:
    """Return every value of every table, bytes as hex too."""
    values = []
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names come from the database itself
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else None
                    values.append(str(value) if raw is None else f"{raw!r} {raw.hex()}")
    return "\n".join(values)


def pieces(secret: str, size: int = 16) -> list[str]:
    """Cut a secret into overlapping pieces: a part of it is a leak too."""
    return [secret[start : start + size] for start in range(0, max(len(secret) - size, 0) + 1, size // 2)]


def test_no_secret_stands_in_plain_in_the_database_or_the_logs(
    member_client: Client,
    sandbox: Sandbox,
    world: World,
    principal: Principal,
    api: Client,
    api_key: Secret,
    run_due: Run,
    written: io.StringIO,
) -> None:
    start = member_client.get("/api/oauth/meta/start")
    said = world.meta.consent({"url": start.headers["Location"]})
    back = said["redirect_url"].removeprefix("http://testserver")
    assert member_client.get(back).status_code == 302
    assert member_client.get(back).status_code == 400, "a replay is refused, and logged"
    connection = Connection.objects.get()
    places = list(connection.destinations.filter(obstacle="").order_by("external_id"))
    choose_destinations(principal=principal, connection=connection, chosen=[place.pk for place in places])

    def publish(text: str) -> None:
        body = {"text": text, "destinations": [str(places[0].pk)]}
        assert api.post("/api/publish", body, content_type="application/json").status_code in (200, 201, 202)
        run_due(timezone.now())

    publish("Published")
    for trouble in (
        {"kind": "lost_after_success"},
        {"kind": "http_status", "status": 502},
        {"kind": "malformed_json"},
        {"kind": "platform_error", "error": {"code": 190, "subcode": 460}},
    ):
        world.faults.add(fault_from({"method": "POST", "path": "*/feed", **trouble}))
        publish(f"Trouble: {trouble}")
    check_connection(connection=connection, now=timezone.now())
    for path in ("/connections", f"/api/connections/{connection.pk}/", "/api/jobs/", "/api/dead-letters/"):
        assert (api if path.startswith("/api") else member_client).get(path).status_code == 200
    api.get("/api/posts/", headers={"Authorization": f"Bearer {api_key.reveal()}x"})
    EncryptedSecret.objects.filter(kind="access_token").update(auth_tag=b"\x00" * 16)
    check_connection(connection=connection, now=timezone.now())

    stored, logged = dump(), written.getvalue()
    tokens = [token.value for token in world.meta.state.tokens]
    secrets = {
        **{f"token {number}": token for number, token in enumerate(tokens)},
        "code": said["code"],
        "state": said["state"],
        "app secret": DEFAULT_APP_SECRET,
        "master key": master_secret().reveal(),
        "API key": api_key.reveal().split("_", 2)[2],
    }
    assert len(tokens) >= 5
    assert PublishJob.objects.count() == 5
    for name, secret in secrets.items():
        for piece in pieces(secret):
            assert piece not in stored, f"{name} in the database"
            assert piece.encode().hex() not in stored, f"{name} in the database as bytes"
            assert piece not in logged, f"{name} in the logs"
    assert "vault.open_refused" in logged
    assert "platform.call" in logged
    assert "callback" in logged, "the capture sees requests"
    assert demo.AMELIE in stored, "the dump sees rows"

    disconnect(principal=principal, connection=connection, now=timezone.now())
    left = dump()
    assert not [token for token in tokens if token in left]
    assert EncryptedSecret.objects.count() == 0


def test_the_canary_would_be_seen(db: None, written: io.StringIO, principal: Principal) -> None:
    """The net has no hole: what is stored or logged in plain is found by the same means."""
    token = "EAAplain0123456789abcdefghijklmnopqrst"
    principal.tenant.audit_entries.create(actor="x", action="x", subject_kind="x", subject_id="x", detail={"t": token})
    assert token in dump()
    logging.getLogger("somewhere").debug("a text without any shape: %s", "plain words")
    assert "plain words" in written.getvalue()
