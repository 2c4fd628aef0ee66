"""What a platform's answer to an exchange means: only its documented words end a grant, whatever else comes back."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from django.utils import timezone
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from connectors import http
from connectors.manager import connector_class
from connectors.models import Connection, TokenPlan, TokenRefresh
from connectors.refreshing import Outcome, refresh_connection
from connectors.services import store_grant
from connectors.types import Grant
from foundation.secret import Secret
from tests.conftest import GATEWAY, House
from tests.connectors.test_refreshing import token_of
from vault.models import EncryptedSecret

PLATFORMS = ("meta", "linkedin", "google_business", "tiktok")
HTML = b"<html><head><title>Gateway</title></head><body>invalid_grant token expired revoked 190</body></html>"
JSON = "application/json"


@dataclass
class Wall(BaseAdapter):
    """A platform that answers everything the same way."""

    status: int = 200
    body: bytes = b""
    kind: str = JSON
    error: Exception | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Answer, or fall silent."""
        if self.error is not None:
            raise self.error
        answer = requests.Response()
        answer.status_code = self.status
        answer.headers.update({"Content-Type": self.kind, **self.headers})
        answer.raw = HTTPResponse(body=io.BytesIO(self.body), status=self.status, preload_content=False)
        return answer

    def close(self) -> None:
        """Nothing is held."""


#: What says nothing about a grant. The words inside are those of real refusals: they count only where they are meant.
NO_VERDICT = {
    **{
        f"{status} {name}": Wall(status, body, kind)
        for status in (500, 502, 503, 504)
        for name, body, kind in (
            ("page", HTML, "text/html"),
            ("nothing", b"", JSON),
            ("words", b'{"error":"invalid_grant"}', JSON),
        )
    },
    **{f"{status} page": Wall(status, HTML, "text/html") for status in (200, 302, 400, 401, 403, 404, 408, 429)},
    **{f"{status} nothing": Wall(status, b"") for status in (200, 204, 400, 401, 403)},
    "429": Wall(429, b'{"error":"slow_down"}'),
    "half an answer": Wall(200, b'{"access_token": "abc'),
    "a list": Wall(200, b"[]"),
    "a number": Wall(200, b"17"),
    "no token": Wall(200, b'{"expires_in": 3600}'),
    "a token that is a number": Wall(200, b'{"access_token": 17, "expires_in": 3600}'),
    "an empty token": Wall(200, b'{"access_token": "", "expires_in": 3600}'),
    "an unknown word": Wall(400, b'{"error":"quantum_flux","error_description":"token expired or revoked"}'),
    "silence": Wall(error=requests.ReadTimeout()),
    "no connection": Wall(error=requests.ConnectionError()),
}
#: The documented ends of a grant.
VERDICTS = {
    # What Meta says of a dead token when it is asked about it; the exchange itself comes after that.
    "meta": Wall(200, b'{"data":{"is_valid":false,"error":{"code":190,"subcode":463,"message":"It has expired"}}}'),
    "linkedin": Wall(
        400,
        b'{"error":"invalid_request","error_description":"The provided authorization grant or refresh token is invalid, '
        b'expired or revoked"}',
    ),
    "google_business": Wall(400, b'{"error":"invalid_grant","error_description":"Token has been expired or revoked."}'),
    "tiktok": Wall(200, b'{"error":"invalid_grant","error_description":"Refresh token is invalid or expired."}'),
}
#: What only the operator can mend.
OPERATORS = {
    "linkedin": Wall(401, b'{"error":"invalid_client","error_description":"Client authentication failed"}'),
    "google_business": Wall(401, b'{"error":"invalid_client","error_description":"The OAuth client was not found."}'),
    "tiktok": Wall(200, b'{"error":"invalid_client","error_description":"Client key or secret is incorrect."}'),
}


@pytest.fixture
def account(request: pytest.FixtureRequest, house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """An account on a platform, connected a moment ago with tokens of an hour."""
    slug = request.param
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    now = timezone.now()
    grant = Grant(
        external_user_id="person",
        display_name="Person",
        access_token=Secret("access-0"),
        access_expires_at=now + timedelta(hours=1),
        refresh_token=None if slug == "meta" else Secret("refresh-0"),
        refresh_expires_at=None,
        scopes_granted=("one",),
        scopes_missing=(),
    )
    yield store_grant(tenant=house.tenant, platform=slug, grant=grant, actor="test", now=now)
    http.unmount(GATEWAY)


def exchange(account: Connection, wall: Wall) -> Outcome:
    http.mount(GATEWAY, wall)
    return refresh_connection(connection_id=account.pk, reason="test", clock=timezone.now)


@pytest.mark.parametrize("account", PLATFORMS, indirect=True)
def test_nothing_but_a_documented_refusal_ends_a_grant(account: Connection) -> None:
    for name, wall in NO_VERDICT.items():
        assert exchange(account, wall) is Outcome.FAILED, name
        account.refresh_from_db()
        assert account.status == Connection.Status.ACTIVE, name
        assert account.refresh_lease_until is None, name
    assert token_of(account) == "access-0"
    assert TokenRefresh.objects.filter(outcome="failed").count() == len(NO_VERDICT)
    assert TokenPlan.objects.get(pk=account.pk).failures == len(NO_VERDICT)


@pytest.mark.parametrize("account", PLATFORMS, indirect=True)
def test_a_documented_refusal_ends_it_with_cause_and_remedy_and_nothing_is_traded_again(account: Connection) -> None:
    assert exchange(account, VERDICTS[account.platform_id]) is Outcome.ENDED
    account.refresh_from_db()
    assert account.status == Connection.Status.ATTENTION
    assert account.status_cause
    assert "econnect" in account.status_remedy
    assert TokenPlan.objects.get(pk=account.pk).due_at is None


@pytest.mark.parametrize("account", OPERATORS, indirect=True)
def test_what_the_operator_must_mend_is_no_fault_of_the_account(account: Connection) -> None:
    assert exchange(account, OPERATORS[account.platform_id]) is Outcome.FAILED
    account.refresh_from_db()
    assert account.status == Connection.Status.ACTIVE
    assert "APP_ID" in TokenRefresh.objects.get().cause


@pytest.mark.parametrize("account", ["tiktok"], indirect=True)
def test_a_secret_that_does_not_open_and_a_fault_of_ours_condemn_nobody(
    account: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise KeyError("ours")

    with monkeypatch.context() as patch:
        patch.setattr(connector_class("tiktok"), "refresh_token", broken)
        assert exchange(account, Wall()) is Outcome.FAILED
    EncryptedSecret.objects.filter(connection_id=account.pk).update(auth_tag=b"0" * 16)
    assert exchange(account, Wall()) is Outcome.FAILED
    account.refresh_from_db()
    assert account.status == Connection.Status.ACTIVE
    causes = list(TokenRefresh.objects.order_by("id").values_list("cause", flat=True))
    assert causes[0] == "The hub failed on it (KeyError); its log says why."
    assert "does not open" in causes[1]


@pytest.mark.parametrize("account", ["tiktok"], indirect=True)
def test_an_end_that_is_no_number_is_not_believed(account: Connection) -> None:
    before = datetime.now(UTC) + timedelta(minutes=59)
    for told in ("-5", '"soon"', "true", "1e12", "99999999999999"):
        body = f'{{"access_token":"act.1","refresh_token":"rft.1","expires_in":{told}}}'.encode()
        assert exchange(account, Wall(200, body)) is Outcome.REFRESHED
        account.refresh_from_db()
        assert account.access_expires_at is not None
        assert account.access_expires_at > before
        Connection.objects.update(refresh_lease_until=None)
