"""Where a connect link may send people, read strictly; and colours that can be read."""

import json
from typing import Any

import pytest
from django.test import Client

from connectors import branding, return_addresses
from connectors.models import ReturnOrigin
from foundation.errors import Invalid
from tenants.models import AuditEntry, Tenant, User
from tests.conftest import House

APP = "https://app.example.com"


@pytest.fixture
def listed(tenant: Tenant) -> None:
    """The client app's origin, and one with a port, and loopback as in trying things out."""
    for origin in (APP, "https://app.example.com:8443", "http://127.0.0.1:3000"):
        ReturnOrigin.objects.create(tenant=tenant, origin=origin, created_by="system:test")


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(
    ("address", "written"),
    [
        (f"{APP}/done", f"{APP}/done"),
        (APP, f"{APP}/"),
        (f"{APP}?a=1", f"{APP}/?a=1"),
        (f"{APP}:443/done", f"{APP}/done"),
        ("HTTPS://APP.Example.COM/Done?A=b%20c", f"{APP}/Done?A=b%20c"),
        (f"{APP}:8443/x", f"{APP}:8443/x"),
        (f"{APP}/a/../b//c?next=https://evil.example/", f"{APP}/a/../b//c?next=https://evil.example/"),
        ("http://127.0.0.1:3000/cb", "http://127.0.0.1:3000/cb"),
    ],
)
def test_addresses_of_listed_origins_are_taken_in_one_written_form(tenant: Tenant, address: str, written: str) -> None:
    assert return_addresses.require_listed(tenant, address) == written


TRICKS = [
    "javascript:alert(1)",
    "JaVaScRiPt://app.example.com/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://app.example.com/",
    "//app.example.com/",
    "/done",
    "app.example.com/done",
    "https:app.example.com",
    "https:/app.example.com",
    "https:///app.example.com/",
    "https:\\\\app.example.com\\",
    "https://app.example.com\\@evil.example/",
    "https://app.example.com@evil.example/",
    "https://user:pw@app.example.com/",
    "https://app.example.com:443@evil.example/",
    "https://evil.example/https://app.example.com",
    "https://evil.example#app.example.com",
    "https://app.example.com.evil.example/",
    "https://evilapp.example.com/",
    "https://sub.app.example.com/",
    "https://app.example.com./",
    "https://app.example.com/#frag",
    "https://app.example.com/done#",
    "https://app.example.com:444/",
    "https://app.example.com:0/",
    "https://app.example.com:065536/",
    "https://app.example.com:65536/",
    "https://app.example.com:/",
    "https://app.example.com:44 3/",
    "http://app.example.com/",
    "http://127.0.0.1:3001/",
    "http://localhost:3000/",
    "https://127.0.0.1:3000/",
    "http://127.1:3000/",
    "http://0x7f000001:3000/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1/",
    "https://[::ffff:127.0.0.1]/",
    "https://app.example.com/\r\nSet-Cookie: a=b",
    "https://app.example.com/\tx",
    "https://app.example.com/\x00",
    " https://app.example.com/",
    "https://app.example.com/ ",
    "https://app.example.com/a b",
    "https://app\u3002example\u3002com/",
    "https://app.example\u2024com/",
    "https://\u0430pp.example.com/",
    "https://app.example.com\u2215.evil.example/",
    "https://app.ex\u00adample.com/",
    "https://app.example.com/<script>",
    'https://app.example.com/"onload=x',
    "https://app.example.com/`x`",
    "https://app.example.com/{x}|^",
    "https://-app.example.com/",
    "https://app_.example.com/",
    "https://app..example.com/",
    "https://com/",
    "https://localhost/",
    "https://app.localhost/",
    "https://" + "a" * 64 + ".example.com/",
    "https://app.example.com/" + "a" * 2000,
    "https://app.example.com/?status=completed",
    "https://app.example.com/?connect_link=1",
    "https://app.example.com/?x=1&state=2",
    "https://app.example.com/?conn%65ction=1",
    "https://app.example.com/?error",
    "",
]


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize("address", TRICKS, ids=[f"{number}" for number in range(len(TRICKS))])
def test_every_trick_with_a_return_address_is_refused_in_words(tenant: Tenant, address: str) -> None:
    with pytest.raises(Invalid) as refusal:
        return_addresses.require_listed(tenant, address)
    assert refusal.value.code in {"bad_return_url", "return_origin_unlisted"}
    assert refusal.value.remedy
    assert refusal.value.findings[0].field == "return_url"


def test_in_production_nobody_is_sent_to_the_machine_itself(settings: Any) -> None:
    assert return_addresses.read_origin("http://localhost:3000") == "http://localhost:3000"
    settings.EMBEDDED = False
    for origin in ("http://localhost:3000", "https://127.0.0.1", "https://[::1]:8000", "http://app.example.com"):
        with pytest.raises(Invalid):
            return_addresses.read_origin(origin)


@pytest.mark.parametrize("origin", [f"{APP}/path", f"{APP}?", f"{APP}?a=1", f"{APP}/?a", "https://*.example.com", "*"])
def test_an_origin_is_scheme_host_and_port_and_nothing_else(api: Client, origin: str) -> None:
    answer = api.post("/api/return-origins/", json.dumps({"origin": origin}), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_return_origin")
    assert not ReturnOrigin.objects.exists()


def test_the_outcome_is_added_to_the_query_and_cannot_break_out_of_it() -> None:
    outcome = {"status": "completed", "state": "a&status=x#y\r\nz ", "error": ""}
    assert (
        return_addresses.with_outcome(f"{APP}/done?x=1", outcome)
        == f"{APP}/done?x=1&status=completed&state=a%26status%3Dx%23y%0D%0Az+"
    )


def test_a_host_in_punycode_is_shown_with_the_letters_it_stands_for() -> None:
    assert return_addresses.host_words("https://xn--bcher-kva.example") == "xn--bcher-kva.example (bücher.example)"
    assert return_addresses.host_words("https://xn--zzzzzz99999999.example").startswith("xn--zzzzzz99999999.example")


def test_origins_are_listed_and_removed_by_api_and_audited(
    api: Client, tenant: Tenant, make_house: Any, member_client: Client
) -> None:
    body = json.dumps({"origin": "https://APP.example.com:443/"})
    first = api.post("/api/return-origins/", body, content_type="application/json")
    assert (first.status_code, first.json()["origin"]) == (201, APP)
    assert api.post("/api/return-origins/", body, content_type="application/json").status_code == 200
    other: House = make_house("Other")
    theirs = ReturnOrigin.objects.create(tenant=other.tenant, origin="https://other.example", created_by="x")
    assert [row["origin"] for row in api.get("/api/return-origins/").json()["results"]] == [APP]
    assert api.delete(f"/api/return-origins/{theirs.pk}/").status_code == 404
    assert member_client.post("/settings/return-addresses/remove", {"origin": str(theirs.pk)}).status_code == 404
    assert api.delete(f"/api/return-origins/{first.json()['id']}/").status_code == 204
    assert list(ReturnOrigin.objects.all()) == [theirs]
    told = AuditEntry.objects.filter(tenant=tenant, action__startswith="return_origin.").order_by("id")
    assert list(told.values_list("action", flat=True)) == ["return_origin.added", "return_origin.removed"]


def test_owners_list_origins_on_a_page(member_client: Client, owner: User) -> None:
    page = "/settings/return-addresses"
    refused = member_client.post(page, {"origin": "http://app.example.com"})
    assert (refused.status_code, "not https" in refused.content.decode()) == (422, True)
    assert member_client.post(page, {"origin": "https://xn--bcher-kva.example"}).status_code == 302
    assert "bücher.example" in member_client.get(page).content.decode()


@pytest.mark.parametrize("colour", ["#ffee00", "#000000", "#ffffff", "#ff6a00", "#7f7f7f", "#0a7cff", "#e60023"])
def test_words_in_any_client_s_colour_can_be_read_on_light_and_dark_pages(colour: str) -> None:
    shades = {
        line.split(":")[0].strip(): [part.strip() for part in line.split("(")[1].rstrip(");").split(",")]
        for line in branding.stylesheet(colour).splitlines()
        if "light-dark" in line
    }
    for mode, grounds in enumerate((("#ffffff", "#f3f4f7"), ("#0f1319", "#171d26", "#1f2733"))):
        accent, strong, soft, on = (
            branding.read(shades[name][mode])
            for name in ("--accent", "--accent-strong", "--accent-soft", "--on-accent")
        )
        for ground in grounds:
            assert branding.contrast(accent, branding.read(ground)) >= branding.ENOUGH
        assert branding.contrast(on, accent) >= branding.ENOUGH
        assert branding.contrast(on, strong) >= branding.ENOUGH
        assert branding.contrast(strong, soft) >= branding.ENOUGH


@pytest.mark.parametrize(
    "colour", ["", "red", "#fff", "#12345", "#1234567", "#12345g", "#123456}body{}", "#１２３４５６"]
)
def test_what_is_no_colour_makes_no_style_sheet(colour: str) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        branding.stylesheet(colour)
