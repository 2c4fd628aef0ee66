"""Where a request may send a browser: nowhere but to this site, however the way on is written."""

from typing import Final
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client, RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.doors import safe_path
from tenants.models import Tenant, User

#: Ways to write another site that have fooled somebody.
TRICKS: Final = (
    "https://evil.example", "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example",
    "\\/evil.example", "/\\/evil.example", "http:evil.example", "http:/evil.example", "http:///evil.example",
    "https:\\\\evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x",
    "https://testserver@evil.example", "https://testserver:80@evil.example", "http://testserver.evil.example",
    "http://evil.example#testserver", "http://evil.example?testserver", "http://evil.example\\@testserver",
    "http://testserver\\.evil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example",
    "\x00//evil.example", "\x01//evil.example", "//\tevil.example", "ht\ntps://evil.example", "//evil。example", "//evil%E3%80%82example",
    "http://[::1]@evil.example", "http://[evil.example", "//evil.example/%2f..", "/.//evil.example/..//", "//0x7f.1", "//127.1",
    "http:%2f%2fevil.example", "\u2028//evil.example", "／／evil.example", "http://testserver:pass@evil.example/", "ftp://testserver/",
    "http://TESTSERVER@evil.example", "//testserver@evil.example", "blob:http://testserver/x", "/" + "a" * 2000, "filesystem:http://x",
)  # fmt: skip


PARTS: Final = (
    *("/", "\\", ":", "@", "evil.example", "testserver", "http", "https", "javascript", ".", "?", "#"),
    *("\t", "\n", " ", "%2f", "[", "]", "\x00", "。"),
)


#: What browsers leave out around an address; within it they leave out tabs and ends of lines alone.
BLANK: Final = "".join(map(chr, range(0x21)))


def leads_away(location: str) -> bool:
    """Tell whether any reading of an address that browsers have leads to another site."""
    read = location.replace("\\", "/").strip(BLANK).translate(dict.fromkeys(map(ord, "\t\n\r")))
    parts = urlsplit(read.replace("[", "!").replace("]", "!"))
    elsewhere = parts.netloc not in {"", "testserver"} or read.startswith("///")
    return elsewhere or bool(parts.scheme and parts.scheme not in {"http", "https"})


def test_the_reading_itself_knows_what_leads_away() -> None:
    assert not any(map(leads_away, ("/", "/jobs?x=//evil", "http://testserver/x", "?a=1")))
    assert all(
        map(leads_away, ("//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:x", "http://a@b/"))
    )


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_passes_for_an_address_of_this_site(trick: str) -> None:
    kept = safe_path(RequestFactory().get("/"), trick)
    assert kept == "" or not leads_away(kept)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=8).map("".join))
def test_nothing_made_of_the_parts_of_tricks_leads_away(address: str) -> None:
    kept = safe_path(RequestFactory().get("/"), address)
    assert kept == "" or not leads_away(kept)


def test_signing_in_and_going_over_lead_nowhere_else(member_client: Client, tenant: Tenant) -> None:
    for trick in TRICKS:
        answers = [
            member_client.get(f"/sign-in?next={quote(trick)}"),
            member_client.post("/switch-tenant", {"next": trick, "tenant": str(tenant.pk)}),
        ]
        if trick.isprintable() and trick.isascii():
            answers.append(member_client.post("/switch-tenant", {"tenant": "x"}, headers={"Referer": trick}))
        for answer in answers:
            assert not leads_away(answer.headers.get("Location", "/")), (trick, answer.headers)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "testserver@evil.example", "testserver:x", "evil.example#testserver"]
)
def test_mails_and_links_are_written_with_the_hubs_own_address_whatever_a_request_calls_it(
    host: str, client: Client, owner: User, mailoutbox: list[object]
) -> None:
    answer = client.post("/password/forgotten", {"email": owner.email}, headers={"Host": host})
    assert answer.status_code == 400
    forwarded = client.post("/password/forgotten", {"email": owner.email}, headers={"X-Forwarded-Host": host})
    assert "evil" not in forwarded.content.decode()
    from tenants.recovering import send_reset_link

    send_reset_link(email=owner.email)
    assert mailoutbox
    assert "evil" not in str(mailoutbox[-1].body)  # type: ignore[attr-defined]
    assert "http://testserver/" in str(mailoutbox[-1].body)  # type: ignore[attr-defined]
