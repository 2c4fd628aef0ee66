"""A hub in one process, traced by Datadog's own integrations, with secrets that are looked for wherever it leaves anything.

    python -m tests.vault.canary

It connects accounts, publishes, refreshes, fails in many ways, locks and unlocks, and then searches the database, the log at
its most talkative, the broker, the cache, the spans and the texts of exceptions for every secret, plain, in hex and in base64.
What it found is one line of JSON. At its end it leaks a token into each of them on purpose, and tells where that was seen: a net
with a hole would tell less.
"""

import base64
import io
import json
import logging
import os
import re
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

HERE = tempfile.mkdtemp(prefix="switchboard-canary-")
MASTER = "canaryMasterKey-7Qz3xV9pLr2Wd8TfNb5HcJ1mYs6GkA4e"
SECRET_KEY = "canarySecretKey-P4n8Zt2Xv6Rb1Kq9Wm5Ld3Hf7JcYsGaE"
APP_SECRET = "canaryClientSecret-T5w2Nd8Kx4Qz7Vb1Lp9Hs3Gm6"
os.environ |= {
    "VAR_DIR": HERE,
    "VAULT_MASTER_KEY": MASTER,
    "SECRET_KEY": SECRET_KEY,
    "LOG_LEVEL": "DEBUG",
    "LOG_FORMAT": "json",
    "DD_TRACE_ENABLED": "true",
    "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
    "DD_REMOTE_CONFIGURATION_ENABLED": "false",
    "DD_TRACE_STARTUP_LOGS": "false",
    "DD_TRACE_AGENT_URL": "http://127.0.0.1:9",
}
os.environ.pop("DATABASE_URL", None)
PIECE = 16


class Net:
    """Everything the hub leaves, by where."""

    def __init__(self) -> None:
        self.log = io.StringIO()
        self.spans: list[str] = []
        self.exceptions: list[str] = []

    @contextmanager
    def failing(self, *expected: type[BaseException]) -> Iterator[None]:
        """Keep the text of an exception that is to come up here, with its whole chain."""
        try:
            yield
        except expected as error:
            self.exceptions.append("".join(traceback.format_exception(error)) + repr(error) + str(error))
        else:
            raise AssertionError(f"nothing failed where {expected} was to")

    def sources(self) -> dict[str, str]:
        return {
            "log": self.log.getvalue(),
            "spans": "\n".join(self.spans),
            "exceptions": "\n".join(self.exceptions),
            "database": database(),
            "broker and cache": broker(),
        }


def forms(secret: str) -> Iterator[tuple[str, str]]:
    """Yield what a secret looks like where it stands openly, or merely dressed: overlapping pieces of each form."""
    raw = secret.encode()
    dressed = {"plain": secret, "hex": raw.hex(), "in an address": quote(secret, safe="")}
    for shift in range(3):  # base64 looks different by where in a longer text it begins
        dressed[f"base64 at {shift}"] = base64.b64encode(b"\0" * shift + raw).decode()[4 if shift else 0 : -4]
    for name, text in dressed.items():
        size = PIECE if name in ("plain", "in an address") else 2 * PIECE
        for start in range(0, max(len(text) - size, 0) + 1, size // 2):
            yield name, text[start : start + size]


def database() -> str:
    from tests.vault.test_leaks import dump

    return dump()


def broker() -> str:
    """Return all that lies in the broker and the cache, messages opened."""
    from django.conf import settings
    from django.core.cache import cache

    if settings.REDIS_URL:
        import redis

        link: Any = redis.Redis.from_url(settings.REDIS_URL)
        raw = b"\n".join(key + b" " + (link.dump(key) or b"") for key in link.scan_iter())
        lists = [link.lrange(key, 0, -1) for key in link.scan_iter() if link.type(key) == b"list"]
        texts = [raw.decode("latin-1"), *(message.decode("latin-1") for found in lists for message in found)]
    else:
        from kombu.transport.memory import Channel

        texts = [json.dumps(message, default=str) for queue in Channel.queues.values() for message in queue.queue]
        texts += [repr(value) for value in cache._cache.values()]  # type: ignore[attr-defined]
    opened = []
    for text in texts:
        for word in text.replace('"', " ").split():
            if len(word) > 40:
                try:
                    opened.append(base64.b64decode(word, validate=True).decode("utf-8", "replace"))
                except ValueError:
                    continue
    return "\n".join([*texts, *opened])


def set_up(net: Net) -> None:
    """Start the hub under the tracer, with its log and its spans in the net."""
    import ddtrace.auto  # noqa: F401 - every integration, as ddtrace-run has them
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from ddtrace.trace import TraceFilter, tracer

    from config import tracing

    tracing.strike_out_secrets()

    class Keep(TraceFilter):
        def process_trace(self, trace: Any) -> None:
            for span in trace:
                told = {"name": span.name, "resource": span.resource, "tags": span.get_tags()}
                net.spans.append(json.dumps(told, default=repr))

    tracer.configure(trace_processors=[*tracer._span_aggregator.user_processors, Keep()])
    root = logging.getLogger()
    ours = next(one for one in root.handlers if type(one) is logging.StreamHandler)
    handler = logging.StreamHandler(net.log)
    handler.setFormatter(ours.formatter)
    root.handlers = [handler]
    root.setLevel(logging.DEBUG)
    for name in ("django.server", "django.request", "django_structlog", "celery", "kombu", "urllib3", "waitress"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def live(net: Net) -> dict[str, str]:
    """Let the hub live through everything that handles secrets; return the secrets by name."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.db import connection as link
    from django.test import Client
    from django.utils import timezone

    from config import env
    from connectors import http, refreshing
    from connectors.manager import get_connector, registration
    from connectors.models import Connection
    from connectors.services import choose_destinations, store_destinations, store_grant
    from foundation.errors import ConfigurationError
    from foundation.secret import Secret
    from monitoring.health import check_connection
    from publishing import doorbell, ledger
    from publishing.attempts import attempt_job
    from sandbox.adapter import SandboxAdapter
    from sandbox.app import create_app
    from sandbox.faults import fault_from
    from sandbox.world import World
    from tenants.models import Membership, User
    from tenants.principal import Principal
    from tenants.scopes import SCOPES
    from tenants.services import add_member, create_api_key, create_tenant
    from vault import accesses, datakeys, rotation, shredding
    from vault import services as vault
    from vault.models import EncryptedSecret

    settings.ALLOWED_HOSTS = ["*"]
    world = World(redirect_uris=["http://testserver/api/oauth/meta/callback"])
    http.mount("https://sandbox.invalid", SandboxAdapter(create_app(world)))
    tenant = create_tenant(name="Canary")
    owner = User.objects.create_user("owner@canary.example", "correct horse battery")
    principal = Principal.of_member(
        add_member(tenant=tenant, user=owner, role=Membership.Role.OWNER, actor="system:test")
    )
    _, key = create_api_key(tenant=tenant, name="Canary", scopes=SCOPES, actor="system:test")
    browser, api = Client(), Client(headers={"Authorization": f"Bearer {key.reveal()}"})
    browser.force_login(owner)

    # Connect by the pages: code, state, tokens of a person and of Pages.
    said = world.meta.consent({"url": browser.get("/api/oauth/meta/start").headers["Location"]})
    back = said["redirect_url"].removeprefix("http://testserver")
    assert [browser.get(back).status_code for _ in range(2)] == [302, 400]
    meta = Connection.objects.get(platform_id="meta")
    places = list(meta.destinations.filter(obstacle="").order_by("external_id"))
    choose_destinations(principal=principal, connection=meta, chosen=[place.pk for place in places])

    # Connect where tokens are refreshed, and refresh: first and second pair of both kinds.
    callback = "https://hub.example/api/oauth/tiktok/callback"
    world.tiktok.add_redirect_uris("", [callback])
    connector = get_connector("tiktok")
    url = connector.authorize_url(redirect_uri=callback, state=Secret("canaryState-8Kd2Rm5Wx9Bz"))
    code = str(world.tiktok.consent({"url": url})["code"])
    grant = connector.exchange_code(code=Secret(code), redirect_uri=callback, now=timezone.now())
    tiktok = store_grant(tenant=tenant, platform="tiktok", grant=grant, actor="system:test", now=timezone.now())
    store_destinations(
        connection=tiktok, found=connector.fetch_accounts(access_token=grant.access_token), now=timezone.now()
    )
    refresh: Callable[[], Any] = lambda: refreshing.refresh_connection(  # noqa: E731 - twice the same
        connection_id=tiktok.pk, reason="test", clock=timezone.now
    )
    assert refresh() is refreshing.Outcome.REFRESHED
    world.faults.add(fault_from({"method": "POST", "path": "*oauth/token*", "kind": "http_status", "status": 503}))
    refresh()

    def publish(text: str) -> None:
        body = {"text": text, "destinations": [str(places[0].pk)]}
        assert api.post("/api/publish", body, content_type="application/json").status_code in (200, 201, 202)
        doorbell.ring_after_commit()
        for claimed in ledger.claim(now=timezone.now(), limit=100, lease=settings.PUBLISH_LEASE):
            attempt_job(claimed, clock=timezone.now)

    publish("Published")
    for trouble in (
        {"kind": "lost_after_success"},
        {"kind": "http_status", "status": 502},
        {"kind": "malformed_json"},
        {"kind": "platform_error", "error": {"code": 190, "subcode": 460}},
    ):
        world.faults.add(fault_from({"method": "POST", "path": "*/feed", **trouble}))
        publish(f"Trouble: {trouble['kind']}")
    api.get("/api/posts/", headers={"Authorization": f"Bearer {key.reveal()}x"})
    for path in ("/connections", f"/api/connections/{meta.pk}/", "/api/jobs/", "/api/dead-letters/"):
        (api if path.startswith("/api") else browser).get(path)

    told = strangers(owner, principal)

    # Locked texts, a change of every key, and every way not to open.
    upload = "canaryUploadAddress-5Jt8Qw3Nz7Lc2Vx"
    locked = vault.lock(tenant_id=tenant.pk, place="p", secret=Secret(upload))
    rotation.rotate_data_keys(actor="system:test", clock=timezone.now)
    rotation.rotate_master_key(actor="system:test", clock=timezone.now, again=True)
    assert vault.unlock(tenant_id=tenant.pk, place="p", locked=locked).reveal() == upload
    with net.failing(vault.SecretUnreadable):
        vault.unlock(tenant_id=tenant.pk, place="elsewhere", locked=locked)
    data_key = datakeys.unwrap(datakeys.live(tenant.pk), tenant_id=tenant.pk)
    right = settings.VAULT_MASTER_KEY
    settings.VAULT_MASTER_KEY = Secret("another " + MASTER)
    with net.failing(ConfigurationError):
        vault.open_secret(tenant_id=tenant.pk, connection_id=meta.pk, kind="access_token", purpose="test")
    settings.VAULT_MASTER_KEY = right
    os.environ["CANARY"], os.environ["CANARY_FILE"] = APP_SECRET, "/nowhere"
    with net.failing(ImproperlyConfigured):
        env.secret("CANARY", help="")
    EncryptedSecret.objects.filter(connection_id=meta.pk, kind="access_token").update(auth_tag=b"\x00" * 16)
    with net.failing(vault.SecretUnreadable):
        vault.open_secret(tenant_id=tenant.pk, connection_id=meta.pk, kind="access_token", purpose="test")
    check_connection(connection=Connection.objects.get(pk=meta.pk), now=timezone.now())
    with net.failing(TypeError):
        import pickle

        pickle.dumps(Secret(APP_SECRET))
    accesses.flush()
    shredding.shred_tenant(tenant=create_tenant(name="Other"), actor="system:test", now=timezone.now())

    issued = {f"Meta's token {number}": token.value for number, token in enumerate(world.meta.state.tokens)}
    refreshed = [token.value for token in world.tiktok.state.tokens]
    issued |= {f"TikTok's token {number}": text for number, text in enumerate(refreshed)}
    assert len(refreshed) >= 4, "two pairs: those of the login, and those they were traded for"
    assert link.vendor == "sqlite"
    return {
        **issued,
        **told,
        "master key": MASTER,
        "session key": SECRET_KEY,
        "client secret": registration("meta").client_secret.reveal(),
        "TikTok's client secret": registration("tiktok").client_secret.reveal(),
        "a setting's secret": APP_SECRET,
        "API key": key.reveal().split("_", 2)[2],
        "Meta's code": said["code"],
        "TikTok's code": code,
        "TikTok's state": "canaryState-8Kd2Rm5Wx9Bz",
        "upload address": upload,
        "data key": data_key.decode("latin-1"),
    }


def strangers(owner: Any, principal: Any) -> dict[str, str]:
    """Open every link that opens something, type a wrong password, and crash under a login's answer; return what was told."""
    from django.conf import settings
    from django.core import mail
    from django.test import Client
    from django.utils import timezone

    from connectors import connecting
    from connectors.connect_links import Wish, create_link
    from tenants import inviting, recovering

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    _, address, _ = create_link(principal=principal, wish=Wish(), idempotency_key=None, now=timezone.now())
    inviting.invite(principal=principal, email="new@canary.example", role="viewer", now=timezone.now())
    invitation = re.search(r"/invitations/\S+", str(mail.outbox[-1].body))
    recovering.send_reset_link(email=owner.email)
    reset = re.search(r"/password/new/\S+", str(mail.outbox[-1].body))
    assert invitation
    assert reset
    paths = [urlsplit(address).path, invitation[0], reset[0]]
    guests = [Client() for _ in paths]
    for guest, path in zip(guests, paths, strict=True):
        assert guest.get(path, headers={"Referer": f"http://testserver{path}"}).status_code in (200, 302), path
        guest.get(f"{path}/x?token={path.rpartition('/')[2]}")
    password = "canaryPassword-9Wd4Kx7Lm2Qz8Tn"
    Client().post("/sign-in", {"email": owner.email, "password": password})

    code, state = "canaryCrashCode-3Vn8Qx5Lk1Wz7Rb", "canaryCrashState-6Hj2Pd9Tc4Mf8Sx"
    crashing = Client(raise_request_exception=False)
    login_of = connecting.login_of
    connecting.login_of = lambda state: shout("the crash")
    try:
        crashed = crashing.get(
            f"/api/oauth/meta/callback?code={code}&state={state}", headers={"Referer": f"/x?code={code}"}
        )
    finally:
        connecting.login_of = login_of
    assert crashed.status_code == 500
    assert state not in crashed.content.decode()
    assert not mail.outbox[2:], "a crash is mailed to nobody"
    held = next((cookie.value for cookie in guests[0].cookies.values() if "link" in cookie.key), "")
    return {
        "connect link": paths[0].rpartition("/")[2],
        "browser's hold of a link": held,
        "invitation": paths[1].rpartition("/")[2],
        "reset link": paths[2].rpartition("/")[2],
        "wrong password": password,
        "code of a crash": code,
        "state of a crash": state,
    }


def leak(token: str) -> None:
    """Put a token where none belongs: into a log, dressed into a span, into a message, a row and an exception's text."""
    from ddtrace.trace import tracer

    from config.celery import app
    from tenants.models import AuditEntry

    logging.getLogger("somewhere").info("the platform said %s", token)
    with tracer.trace("work", resource=f"call with {base64.b64encode(token.encode()).decode()}"):
        pass
    app.send_task("publishing.sweep", kwargs={"text": token})
    AuditEntry.objects.create(
        actor="x", action="x", subject_kind="x", subject_id="x", detail={"t": token.encode().hex()}
    )


def shout(token: str) -> None:
    """Fail with a token in the words."""
    raise RuntimeError(f"no answer to {token}")


def search(net: Net, secrets: dict[str, str]) -> list[str]:
    """Return which secrets stand where, in which form."""
    sources = net.sources()
    return sorted(
        {
            f"{name}, {form}, in the {where}"
            for name, secret in secrets.items()
            for form, piece in forms(secret)
            for where, text in sources.items()
            if len(piece) >= PIECE and piece in text
        }
    )


def main() -> int:
    net = Net()
    set_up(net)
    secrets = live(net)
    found = search(net, secrets)
    sizes = {where: len(text) for where, text in net.sources().items()}
    leaked = "TikTok's token 0"
    leak(secrets[leaked])
    with net.failing(RuntimeError):
        shout(secrets[leaked])
    seen = search(net, {leaked: secrets[leaked]})
    told = {"found": found, "secrets": sorted(secrets), "searched": sizes, "leaks_seen": seen}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    shutil.rmtree(HERE, ignore_errors=True)
    os._exit(1 if found else 0)  # the tracer would wait for an agent that is not there


if __name__ == "__main__":
    main()
