"""Keys: read strictly, sent to Mailchimp alone, never repeated; and room for tokens of OAuth."""

import base64
import re
from datetime import datetime
from urllib.parse import urlsplit

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import ConfigurationError, ContentRejected, ReconnectRequired, UnexpectedAnswer
from connectors.mailchimp import credentials
from connectors.mailchimp.connector import MailchimpConnector
from connectors.mailchimp.credentials import Scheme, root_of
from connectors.manager import get_connector
from foundation.secret import Secret
from tests.connectors.mailchimp.conftest import HEX, KEY, LETTER, ROOT, holding

REAL = "https://{dc}.api.mailchimp.com"
NO_KEYS = [
    "",
    " ",
    HEX,
    f"{HEX}-",
    f"{HEX}-us",
    f"{HEX}-us19.evil.example",
    f"{HEX}-us19/",
    f"{HEX}-evil.example/#",
    f"{HEX}-a@evil.example:443/",
    f"{HEX}-us19-us20",
    f"{HEX}-US19",
    f"{HEX}-us1234",
    f"{HEX}-us١٩",
    "0123456789abcdef-0123456789abcdef-us19",
    f"{HEX}-us19\nX-Evil: 1",
    HEX + "-{dc}1",
    "short-us19",
    "a" * 65 + "-us19",
    f"{HEX}-us19" * 50,
]


@pytest.mark.parametrize("text", NO_KEYS)
def test_what_is_no_key_is_refused_before_anything_is_sent(
    text: str, answers: responses.RequestsMock, now: datetime
) -> None:
    with pytest.raises(ContentRejected) as refusal:
        get_connector("mailchimp").connect_with_key(key=Secret(text), now=now)
    assert not answers.calls
    assert "API keys" in refusal.value.remedy
    assert not text.strip() or text not in f"{refusal.value.cause}{refusal.value.remedy}"


def test_a_key_goes_as_the_password_of_anybody_to_its_own_data_centre() -> None:
    credential = credentials.typed(Secret(f"  {KEY}\n"), allow_global=False)
    assert credential.dc == "us19"
    scheme, _, told = credential.header.partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(told).decode().partition(":")[2] == KEY
    assert root_of(REAL, credential.dc) == "https://us19.api.mailchimp.com/3.0"


def test_a_key_without_a_data_centre_is_taken_only_where_the_operator_allows_it() -> None:
    bare = Secret(KEY.partition("-")[0])
    with pytest.raises(ContentRejected, match="data centre"):
        credentials.typed(bare, allow_global=False)
    assert root_of(REAL, credentials.typed(bare, allow_global=True).dc) == "https://api.mailchimp.com/3.0"


@given(st.text(max_size=60))
def test_nothing_a_tenant_types_leads_anywhere_but_to_mailchimp(text: str) -> None:
    for typed in (text, f"{HEX}-{text}"):
        try:
            credential = credentials.typed(Secret(typed), allow_global=True)
        except ContentRejected:
            continue
        parts = urlsplit(root_of(REAL, credential.dc))
        assert parts.scheme == "https"
        assert re.fullmatch(r"([a-z]{2,4}[0-9]{1,3}\.)?api\.mailchimp\.com", parts.netloc)


def test_a_sealed_token_of_oauth_goes_as_bearer_and_no_form_takes_one(
    answers: responses.RequestsMock, now: datetime
) -> None:
    sealed = "oauth:us6:0fae1b2c3d4e5f60718293a4b5c6d7e8"
    credential = credentials.stored(Secret(sealed), allow_global=False)
    assert (credential.scheme, credential.dc) == (Scheme.BEARER, "us6")
    answers.get(re.compile(r".*/us6\.api\.mailchimp\.com/3\.0/lists/.*"), json={"segments": [], "total_items": 0})
    assert holding(sealed).fetch_segments(LETTER) == []
    assert answers.calls[0].request.headers["Authorization"] == "Bearer 0fae1b2c3d4e5f60718293a4b5c6d7e8"
    with pytest.raises(ContentRejected):
        get_connector("mailchimp").connect_with_key(key=Secret(sealed), now=now)


def test_no_redirect_is_followed_so_the_key_goes_nowhere_else(
    alone: MailchimpConnector, answers: responses.RequestsMock
) -> None:
    answers.get(re.compile(f"{ROOT}/lists/.*"), status=301, headers={"Location": "http://evil.example/3.0/"})
    with pytest.raises(UnexpectedAnswer):
        alone.fetch_segments(LETTER)
    assert len(answers.calls) == 1


def test_a_sealed_secret_that_is_no_key_asks_for_a_new_one(answers: responses.RequestsMock) -> None:
    with pytest.raises(ReconnectRequired):
        holding("something else").fetch_segments(LETTER)
    assert not answers.calls


@pytest.mark.parametrize(
    "template", ["https://{dc}.api.mailchimp.com@evil.example", "https://{dc}.x/{dc}?a=1", "https://a/#{dc}"]
)
def test_an_odd_address_of_the_operators_is_refused(template: str) -> None:
    with pytest.raises(ConfigurationError):
        root_of(template, "us19")


def test_neither_key_nor_header_shows_in_a_representation() -> None:
    credential = credentials.typed(Secret(KEY), allow_global=False)
    assert KEY[:8] not in f"{credential!r} {credential.fingerprint}"
