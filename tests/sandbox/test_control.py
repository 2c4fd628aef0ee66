"""The control room: JSON, pages, and what they never show."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.journal import RING_SIZE, endpoint_of, redact
from sandbox.meta import demo
from sandbox.meta.records import DEFAULT_APP_SECRET
from sandbox.world import World
from tests.sandbox.hub import APP_TOKEN, CLIENT, Hub

HERE = "http://127.0.0.1:8801"
CONTROL = f"{HERE}/_sandbox"


def test_calls_never_show_a_token(
    world: World, session: requests.Session, hub: Hub, user_token: str, page_token: str
) -> None:
    hub.call("GET", "/me/accounts", params={"access_token": user_token, "fields": "id,access_token"})
    hub.call("GET", "/debug_token", params={"input_token": page_token, "access_token": APP_TOKEN})
    hub.publish(page_token, demo.BAKERY, f"My token is {page_token}, keep it safe")
    hub.lengthen(user_token)
    hub.call("GET", f"/{page_token}", user_token)
    shown = session.get(f"{CONTROL}/calls").text + session.get(f"{CONTROL}/controls").text
    codes = [code for code, _ in world.meta.state.codes.items()]
    for secret in [user_token, page_token, DEFAULT_APP_SECRET, *codes]:
        assert secret not in shown
    (call,) = session.get(f"{CONTROL}/calls", params={"path": "*/me/accounts"}).json()["calls"]
    assert call["params"] == {"access_token": "[redacted]", "fields": "id,access_token"}


def test_secrets_are_blacked_out_wherever_they_stand() -> None:
    seen = redact({"a": {"client_secret": "s"}, "list": [{"refresh_token": "r"}], "code": "c", "message": "hello"})
    assert seen == {
        "a": {"client_secret": "[redacted]"},
        "list": [{"refresh_token": "[redacted]"}],
        "code": "[redacted]",
        "message": "hello",
    }


def test_counts_stay_exact_when_the_ring_forgets(world: World) -> None:
    for _ in range(RING_SIZE + 10):
        world.journal.record(
            at=0.0, platform="meta", method="GET", host="h", path="/v25.0/123456789", params={}, status=200,
            worked=True, faults=[], note="",
        )  # fmt: skip
    assert world.journal.counts() == {"GET h/v25.0/{id}": {"calls": RING_SIZE + 10, "worked": RING_SIZE + 10}}
    assert len(world.journal.entries(limit=10**6)) == RING_SIZE


def test_endpoints_are_paths_without_ids() -> None:
    assert endpoint_of("/v25.0/10055000000000101_1226/comments") == "/v25.0/{id}/comments"
    assert endpoint_of("/rest/posts/urn:li:share:7") == "/rest/posts/{id}"
    assert endpoint_of("/v25.0/me/accounts") == "/v25.0/me/accounts"


def test_posts_are_told_as_json_and_filtered(session: requests.Session, hub: Hub, user_token: str) -> None:
    for page, message in ((demo.BAKERY, "Bread"), (demo.BICYCLES, "Brakes")):
        assert hub.publish(hub.page_token(user_token, page), page, message).ok
    everything = session.get(f"{CONTROL}/posts").json()
    assert everything["total"] == 2
    (only,) = session.get(f"{CONTROL}/posts", params={"page": demo.BICYCLES}).json()["posts"]
    assert (only["message"], only["destination_name"]) == ("Brakes", "Fahrradwerkstatt Müller")
    assert session.get(HERE + only["permalink_path"]).ok
    assert session.get(f"{CONTROL}/posts", params={"text": "Bread"}).json()["total"] == 1
    assert session.get(f"{CONTROL}/posts", params={"platform": "nowhere"}).status_code == 404


def test_faults_are_scripted_listed_and_cleared(session: requests.Session, hub: Hub, user_token: str) -> None:
    added = session.post(f"{CONTROL}/faults", json={"kind": "http_status", "status": 429}).json()
    session.post(f"{CONTROL}/faults", json={"preset": "meta-publish-lost"})
    assert len(session.get(f"{CONTROL}/faults").json()["faults"]) == 2
    session.delete(f"{CONTROL}/faults/{added['id']}")
    assert session.delete(f"{CONTROL}/faults/{added['id']}").status_code == 404
    assert hub.call("GET", "/me", user_token).ok
    assert session.delete(f"{CONTROL}/faults").json() == {"faults": []}
    assert session.post(f"{CONTROL}/faults", json={"kind": "?"}).status_code == 400
    assert session.post(f"{CONTROL}/faults", json={"preset": "?"}).status_code == 404


def test_every_preset_is_a_valid_fault(session: requests.Session) -> None:
    for preset in session.get(f"{CONTROL}/faults").json()["presets"]:
        assert session.post(f"{CONTROL}/faults", json={"preset": preset["name"]}).ok, preset


def test_the_clock_moves_stops_and_runs_on(world: World, session: requests.Session) -> None:
    start = session.get(f"{CONTROL}/clock").json()["now"]
    moved = session.post(f"{CONTROL}/clock", json={"advance_s": 3600, "freeze": True}).json()
    assert moved["frozen"] is True
    assert 3600 <= moved["now"] - start < 3605
    assert world.clock.now() == moved["now"]
    assert session.post(f"{CONTROL}/clock", json={"resume": True}).json()["frozen"] is False
    for wrong in ({}, {"advance_s": "1"}, {"freeze": False}, {"warp": 9}):
        assert session.post(f"{CONTROL}/clock", json=wrong).status_code == 400


def test_switches_refuse_what_does_not_fit(session: requests.Session) -> None:
    answer = session.post(f"{CONTROL}/switches", json={"latency_ms": 5, "meta.dead_version": "refuse"})
    assert answer.json()["switches"]["latency_ms"] == 5
    wishes: list[dict[str, Any]] = [
        {"latency_ms": -1},
        {"latency_ms": True},
        {"meta.dead_version": "maybe"},
        {"meta.no_expires_in": "perhaps"},
        {"nonsense": 1},
    ]
    for wrong in wishes:
        assert session.post(f"{CONTROL}/switches", json={"meta.list_lag_s": 9, **wrong}).status_code == 400
    switches = session.get(f"{CONTROL}/switches").json()["switches"]
    assert switches["meta.list_lag_s"] == 0
    assert session.post(f"{CONTROL}/switches", json={"latency_ms": None}).json()["switches"]["latency_ms"] == 0


def test_reset_brings_back_the_first_day_and_keeps_the_registered_redirects(hub: Hub) -> None:
    from sandbox.adapter import SandboxAdapter
    from sandbox.app import create_app

    uri = "https://hub.example/api/oauth/meta/callback"
    app = create_app(redirect_uris=[uri])
    session = requests.Session()
    session.mount("http://", SandboxAdapter(app))
    session.post(f"{CONTROL}/switches", json={"latency_ms": 3})
    assert session.post(f"{CONTROL}/reset").json() == {"status": "reset"}
    assert session.get(f"{CONTROL}/switches").json()["switches"]["latency_ms"] == 0
    assert session.get(f"{CONTROL}/state").json()["platforms"]["meta"]["posts"] == 0
    assert app.world.meta.consent(scopes=["email"], redirect_uri=uri)["code"]


def test_redirect_uris_can_be_registered(session: requests.Session, world: World) -> None:
    uri = "http://127.0.0.1:9/callback"
    answer = session.post(f"{CONTROL}/apps", json={"redirect_uris": [uri]}).json()
    assert uri in answer["redirect_uris"]
    assert world.meta.consent(scopes=["email"], redirect_uri=uri)["code"]
    assert session.post(f"{CONTROL}/apps", json={"redirect_uris": "x"}).status_code == 400


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_other_sites_may_not_press_our_buttons(session: requests.Session, headers: dict[str, str]) -> None:
    assert session.post(f"{CONTROL}/reset", headers=headers).status_code == 403
    assert session.post(f"{CONTROL}/controls", data={"action": "reset"}, headers=headers).status_code == 403
    assert session.post(f"{CONTROL}/reset", headers={"Origin": HERE, "Sec-Fetch-Site": "same-origin"}).ok


def test_the_levers_of_the_page_do_what_the_json_does(world: World, session: requests.Session, page_token: str) -> None:
    def pull(**form: str) -> str:
        answer = session.post(f"{CONTROL}/controls", data=form)
        assert answer.status_code == 200
        return answer.text

    assert "Scripted: Next publish: answer lost" in pull(action="add_preset", preset="meta-publish-lost")
    pull(action="add_fault", kind="platform_error", path="*/feed", code="4", subcode="2207051", times="3")
    custom = world.faults.listed()[1]
    assert (custom["error"], custom["times"]) == ({"code": 4, "subcode": 2207051}, 3)
    assert "Took the fault away" in pull(action="remove_fault", id=custom["id"])
    assert "All faults are gone" in pull(action="clear_faults")
    pull(action="switch", name="meta.list_lag_s", value="7")
    assert world.switches.number("meta.list_lag_s") == 7
    before = world.clock.now()
    pull(action="advance", amount="2", unit="3600")
    assert world.clock.now() - before >= 7200
    pull(action="freeze")
    assert world.clock.frozen
    pull(action="resume")
    pull(action="real_time")
    assert abs(world.clock.offset_s) < 1
    assert "Tokens invalidated: 1" in pull(action="revoke", whose=f"page:{demo.BAKERY}", subcode="460")
    assert "is a whole number" in pull(action="switch", name="latency_ms", value="soon")
    assert "as on the first day" in pull(action="reset")
    assert "does nothing" in pull(action="explode")


def test_the_feed_shows_what_was_published_and_an_empty_town_says_what_to_do(
    session: requests.Session, hub: Hub, page_token: str
) -> None:
    assert "Nothing published yet" in session.get(f"{CONTROL}/").text
    hub.publish(page_token, demo.BAKERY, "<script>alert(1)</script> https://bakery.example/a")
    page = session.get(f"{CONTROL}/", params={"page": demo.BAKERY})
    assert "&lt;script&gt;alert(1)" in page.text
    assert 'href="https://bakery.example/a"' in page.text
    assert f"{HERE}/www.facebook.com/{demo.BAKERY}/posts/" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_the_root_leads_to_the_feed_and_unknown_paths_nowhere(session: requests.Session) -> None:
    assert session.get(f"{HERE}/").url == f"{CONTROL}/"
    assert session.get(f"{CONTROL}/healthz").json() == {"status": "ok"}
    assert session.get(f"{CONTROL}/nothing").status_code == 404
    assert session.put(f"{CONTROL}/faults").status_code == 405


def test_revoking_needs_a_person_or_a_page_that_exists(session: requests.Session) -> None:
    for wrong in (
        {},
        {"user": "1"},
        {"page": "1"},
        {"user": demo.AMELIE, "subcode": 1},
        {"user": demo.AMELIE, "subcode": 492},
    ):
        assert session.post(f"{CONTROL}/revoke", json=wrong).status_code == 400, wrong


def test_the_secret_of_the_demo_app_is_a_public_constant() -> None:
    assert CLIENT == {"client_id": "1000000000000001", "client_secret": "sandbox-meta-app-secret"}
