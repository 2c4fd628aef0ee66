"""Signed addresses: whoever has one gets one file, whole or in part, until it expires; nobody else gets anything."""

import base64
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from media import signing
from media.models import Media
from media.services import delete_media
from media.storage import store
from tenants.models import Tenant
from tenants.principal import Principal
from tests.media import making
from tests.media.conftest import Keep

CONTENT = making.pdf(5)


@pytest.fixture
def paper(keep: Keep) -> Media:
    return keep(CONTENT, 'An "odd" näme.pdf')


def address(media: Media, **shift: float) -> str:
    url = signing.public_url(media.pk, media.name, now=timezone.now() + timedelta(**shift))
    return url.removeprefix("http://testserver")


def body(answer: Any) -> bytes:
    content: bytes = answer.getvalue() if answer.streaming else answer.content
    return content


def test_a_stranger_with_the_address_gets_the_file(client: Client, paper: Media) -> None:
    answer = client.get(address(paper))
    assert answer.status_code == 200
    assert body(answer) == CONTENT
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Length"] == str(len(CONTENT))


def test_a_browser_may_show_the_file_and_nothing_else(client: Client, paper: Media) -> None:
    answer = client.get(address(paper))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"].startswith("inline; filename")
    assert "\n" not in answer["Content-Disposition"]
    assert "private" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-9", 0, 10), ("bytes=10-", 10, None), ("bytes=-7", -7, None), ("bytes=5-5", 5, 6), ("bytes=0-999999", 0, None),
     ("bytes=-999999", 0, None)],
)  # fmt: skip
def test_a_stretch_is_given_where_one_is_asked_for(
    asked: str, start: int, stop: int | None, client: Client, paper: Media
) -> None:
    answer = client.get(address(paper), headers={"Range": asked})
    assert answer.status_code == 206
    assert body(answer) == CONTENT[start:stop]
    first = start % len(CONTENT)
    assert answer["Content-Range"] == f"bytes {first}-{first + len(CONTENT[start:stop]) - 1}/{len(CONTENT)}"
    assert answer["Content-Length"] == str(len(CONTENT[start:stop]))


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=-0", "bytes=999999-1000000"])
def test_a_stretch_behind_the_end_is_refused(asked: str, client: Client, paper: Media) -> None:
    answer = client.get(address(paper), headers={"Range": asked})
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(CONTENT)}")


@pytest.mark.parametrize(
    "asked", ["", "bytes=", "bytes=-", "bytes=9-3", "items=0-9", "bytes=0-1,5-6", "bytes=a-b", "bytes=٣-٥", "x" * 500]
)
def test_a_stretch_that_cannot_be_understood_gives_the_whole(asked: str, client: Client, paper: Media) -> None:
    answer = client.get(address(paper), headers={"Range": asked.encode().decode("latin-1")})
    assert answer.status_code == 200
    assert body(answer) == CONTENT


def test_what_a_client_has_already_is_not_sent_again(client: Client, paper: Media) -> None:
    tag = client.get(address(paper))["ETag"]
    assert client.get(address(paper), headers={"If-None-Match": tag}).status_code == 304
    assert client.get(address(paper), headers={"If-Range": tag, "Range": "bytes=0-1"}).status_code == 206
    assert client.get(address(paper), headers={"If-Range": '"another"', "Range": "bytes=0-1"}).status_code == 200


def test_the_head_is_told_without_the_body(client: Client, paper: Media) -> None:
    answer = client.head(address(paper))
    assert (answer.status_code, answer["Content-Length"], body(answer)) == (200, str(len(CONTENT)), b"")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_an_address_is_for_reading(method: str, client: Client, paper: Media) -> None:
    assert getattr(client, method)(address(paper)).status_code == 405


def test_an_address_expires(client: Client, paper: Media, settings: Any) -> None:
    life = settings.MEDIA_URL_LIFE.total_seconds()
    assert client.get(address(paper, seconds=-life + 60)).status_code == 200
    answer = client.get(address(paper, seconds=-life - 1))
    assert (answer.status_code, b"expired" in answer.content) == (410, True)


def test_no_byte_of_a_token_can_be_changed(client: Client, paper: Media) -> None:
    _, _, token, name = address(paper).split("/")
    content = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for place in range(len(content)):
        forged = bytearray(content)
        forged[place] ^= 1
        told = base64.urlsafe_b64encode(bytes(forged)).decode().rstrip("=")
        assert client.get(f"/media/{told}/{name}").status_code == 404, place


@pytest.mark.parametrize("token", ["x", "AAAA", "A" * 71, "A" * 5000, "%00", "é", "..", "=" * 8])
def test_a_token_made_up_leads_nowhere(token: str, client: Client, db: None) -> None:
    assert client.get(f"/media/{token}/a.jpg").status_code == 404


def test_a_token_of_another_hub_leads_nowhere(client: Client, paper: Media, settings: Any) -> None:
    there = address(paper)
    settings.SECRET_KEY = "another hub's key, as long as ours, and as secret as that"
    assert client.get(there).status_code == 404


def test_a_token_for_a_file_that_never_was_says_gone_and_no_more(client: Client, db: None) -> None:
    url = signing.public_url(uuid4(), "a.jpg", now=timezone.now())
    assert client.get(url).status_code == 410


def test_a_deleted_file_is_gone_from_its_addresses_at_once(client: Client, paper: Media, principal: Principal) -> None:
    there = address(paper)
    delete_media(principal=principal, media=paper, now=timezone.now())
    assert client.get(there).status_code == 410


def test_a_file_whose_bytes_are_missing_is_gone_and_nothing_crashes(client: Client, paper: Media) -> None:
    store().drop(paper.storage_name)
    assert client.get(address(paper)).status_code == 410


def test_a_suspended_tenants_files_are_not_handed_out(client: Client, paper: Media) -> None:
    Tenant.objects.filter(pk=paper.tenant_id).update(suspended_at=timezone.now())
    assert client.get(address(paper)).status_code == 410


def test_every_address_is_signed_anew_and_lives_from_then(paper: Media) -> None:
    assert address(paper) != address(paper, seconds=5)


def test_an_address_is_struck_out_of_logs(paper: Media) -> None:
    from config.logs import redact_text

    token = address(paper).split("/")[2]
    assert token not in redact_text(f"GET {address(paper)} 500")
    assert "/media/***" in redact_text(f"GET {address(paper)} 500")
