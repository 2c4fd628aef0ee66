"""Meta's login: what is asked, what comes back, and what is refused."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings

from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.meta.connector import MetaConnector
from connectors.types import Grant
from foundation.secret import Secret
from sandbox.meta import demo
from sandbox.meta.records import DEFAULT_APP_SECRET
from sandbox.world import World
from tests.conftest import META_CALLBACK
from tests.connectors.meta.conftest import Allow, Listening, Trouble

Granted = Callable[..., Grant]
STATE = Secret("a state &= with é")


def test_the_dialog_is_asked_for_every_scope_with_our_redirect_and_the_state(connector: MetaConnector) -> None:
    url = urlsplit(connector.authorize_url(redirect_uri=META_CALLBACK, state=STATE))
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert url.path.endswith("/www.facebook.com/v25.0/dialog/oauth")
    assert asked == {
        "client_id": settings.META_APP_ID,
        "redirect_uri": META_CALLBACK,
        "state": STATE.reveal(),
        "response_type": "code",
        "scope": ",".join(settings.META_SCOPES),
        "return_scopes": "true",
    }
    assert len(settings.META_SCOPES) == 13
    assert DEFAULT_APP_SECRET not in url.geturl()


def test_asking_again_says_rerequest(connector: MetaConnector) -> None:
    url = connector.authorize_url(redirect_uri=META_CALLBACK, state=STATE, rerequest=True)
    assert parse_qs(urlsplit(url).query)["auth_type"] == ["rerequest"]


def test_a_code_becomes_a_long_lived_grant_of_that_person(granted: Granted, world: World, now: datetime) -> None:
    grant = granted()
    assert (grant.external_user_id, grant.display_name) == (demo.AMELIE, "Amélie Laurent")
    assert grant.access_expires_at is not None
    assert timedelta(days=59, hours=23) < grant.access_expires_at - now < timedelta(days=60, hours=1)
    assert grant.data_access_expires_at is not None
    assert timedelta(days=89) < grant.data_access_expires_at - now < timedelta(days=91)
    assert set(settings.META_SCOPES) <= set(grant.scopes_granted)
    assert grant.scopes_missing == ()
    assert grant.refresh_token is None, "Meta has none"
    token = world.meta.state.tokens.get(grant.access_token.reveal())
    assert token is not None
    assert token.long_lived, "the short-lived token is not kept"


def test_scopes_a_person_declined_are_recorded_as_missing_in_our_order(granted: Granted) -> None:
    declined = ["read_insights", "pages_manage_posts"]
    grant = granted(declined=declined)
    assert grant.scopes_missing == ("pages_manage_posts", "read_insights")
    assert not set(declined) & set(grant.scopes_granted)


def test_a_missing_expires_in_is_read_from_the_token_itself(granted: Granted, world: World, now: datetime) -> None:
    world.switches.set({"meta.no_expires_in": True})
    grant = granted()
    assert grant.access_expires_at is not None
    assert timedelta(days=59) < grant.access_expires_at - now < timedelta(days=61)


def test_a_code_works_once(connector: MetaConnector, allow: Allow, now: datetime, world: World) -> None:
    code = allow()
    connector.exchange_code(code=code, redirect_uri=META_CALLBACK, now=now)
    with pytest.raises(ReconnectRequired, match="used already") as refusal:
        connector.exchange_code(code=code, redirect_uri=META_CALLBACK, now=now)
    assert refusal.value.remedy
    assert code.reveal() not in f"{refusal.value!r}{refusal.value.reply}"
    tries = world.journal.counts()["POST graph.facebook.com/v25.0/oauth/access_token"]["calls"]
    assert tries == 3, "a refused code is not tried again"


def test_a_code_for_another_redirect_address_is_refused_with_the_setting_to_check(
    connector: MetaConnector, allow: Allow, now: datetime, world: World
) -> None:
    world.meta.add_redirect_uris("", ["https://elsewhere.example/api/oauth/meta/callback"])
    with pytest.raises(ReconnectRequired, match="redirect address differs") as refusal:
        connector.exchange_code(code=allow(), redirect_uri="https://elsewhere.example/api/oauth/meta/callback", now=now)
    assert "PUBLIC_URL" in refusal.value.remedy


def test_an_old_code_is_refused(connector: MetaConnector, allow: Allow, world: World, now: datetime) -> None:
    code = allow()
    world.clock.advance(601)
    with pytest.raises(ReconnectRequired, match="expired"):
        connector.exchange_code(code=code, redirect_uri=META_CALLBACK, now=now)


def test_an_invented_code_is_refused(connector: MetaConnector, now: datetime) -> None:
    with pytest.raises(ReconnectRequired, match="did not accept its code"):
        connector.exchange_code(code=Secret("AQinvented"), redirect_uri=META_CALLBACK, now=now)


@pytest.mark.parametrize(
    ("app_id", "secret", "setting"),
    [("42", "sandbox-meta-app-secret", "META_APP_ID"), ("1000000000000001", "guess", "META_APP_SECRET")],
)
def test_wrong_app_credentials_are_the_operators_to_mend(
    wire: Listening,
    allow: Allow,
    now: datetime,
    app_id: str,
    secret: str,
    setting: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from connectors.manager import get_connector

    code = allow()
    monkeypatch.setattr(settings, "META_APP_ID", app_id)
    monkeypatch.setattr(settings, "META_APP_SECRET", Secret(secret))
    with pytest.raises(ConfigurationError) as told:
        get_connector("meta").exchange_code(code=code, redirect_uri=META_CALLBACK, now=now)
    assert setting in told.value.remedy
    assert secret not in str(told.value)


@pytest.mark.parametrize("path", ["*/oauth/access_token", "*/me", "*/me/permissions", "*/debug_token"])
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ({"kind": "lost_before"}, TransientError),
        ({"kind": "lost_after_success"}, TransientError),
        ({"kind": "http_status", "status": 502}, TransientError),
        ({"kind": "malformed_json"}, UnexpectedAnswer),
        ({"kind": "slow_after", "delay_s": 100}, TransientError),
        ({"kind": "platform_error", "error": {"code": 4}}, RateLimited),
        ({"kind": "platform_error", "error": {"code": 987654}}, UnexpectedAnswer),
    ],
)
def test_trouble_on_the_way_is_named_and_ends_the_exchange(
    connector: MetaConnector,
    allow: Allow,
    trouble: Trouble,
    now: datetime,
    path: str,
    kind: dict[str, object],
    expected: type[ConnectorError],
) -> None:
    code = allow()
    trouble(path=path, **kind)
    with pytest.raises(ConnectorError) as failure:
        connector.exchange_code(code=code, redirect_uri=META_CALLBACK, now=now)
    assert type(failure.value) is expected


def test_tokens_and_our_secret_travel_in_headers_and_bodies_and_never_in_an_address(
    connector: MetaConnector, granted: Granted, wire: Listening, world: World
) -> None:
    grant = granted()
    connector.fetch_accounts(access_token=grant.access_token)
    secrets = {token.value for token in world.meta.state.tokens} | {code.value for code in world.meta.state.codes}
    secrets.add(DEFAULT_APP_SECRET)
    assert len(wire.heard) > 8
    for path, query in wire.queries():
        # The one exception Meta leaves no choice in: the token to be inspected is a parameter of a read.
        told = {
            name: value
            for name, value in query.items()
            if not (path.endswith("/debug_token") and name == "input_token")
        }
        assert not [value for value in told.values() if value in secrets], path
        assert "access_token" not in told


def test_every_call_is_signed_with_the_proof_of_its_very_token_our_own_too(
    connector: MetaConnector, granted: Granted, wire: Listening
) -> None:
    connector.fetch_accounts(access_token=granted().access_token)
    signed = 0
    for request, (path, query) in zip(wire.heard, wire.queries(), strict=True):
        if path.endswith("/oauth/access_token"):
            continue
        token = request.headers["Authorization"].removeprefix("Bearer ")
        key = DEFAULT_APP_SECRET.encode()
        assert query["appsecret_proof"] == hmac.new(key, token.encode(), hashlib.sha256).hexdigest()
        signed += 1
    assert signed >= 6


def test_the_whole_way_works_where_the_app_insists_on_the_proof(
    holder: Callable[..., MetaConnector], world: World, now: datetime
) -> None:
    world.switches.set({"meta.require_appsecret_proof": True})
    report = holder().health_check(targets=[], now=now)
    assert report.findings == ()


def test_a_proof_of_another_secret_is_the_operators_to_mend(
    connector: MetaConnector, granted: Granted, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connectors.manager import get_connector

    token = granted().access_token
    monkeypatch.setattr(settings, "META_APP_SECRET", Secret("another secret"))
    with pytest.raises(ConfigurationError, match="app id and secret") as told:
        get_connector("meta").fetch_accounts(access_token=token)
    assert "META_APP_SECRET" in told.value.remedy
