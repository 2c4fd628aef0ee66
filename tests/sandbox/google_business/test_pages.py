"""What people see: the consent page, a place with posts and reviews, the form for a review, the feed."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import requests

from sandbox.google_business import demo
from sandbox.google_business.tokens import BUSINESS
from sandbox.world import World
from tests.sandbox.google_business.hub import CALLBACK, CONTROL, Hub, event, photo

DIALOG = "https://accounts.google.com/o/oauth2/v2/auth"
ASKED = {
    "client_id": demo.DEFAULT_APP_ID,
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": BUSINESS,
    "access_type": "offline",
    "prompt": "consent",
    "state": "s1",
}
PLACE = f"https://local.google.com/place?id={demo.BAKERY}"


def _answer(session: requests.Session, asked: dict[str, str], **form: str) -> dict[str, list[str]]:
    answer = session.post(DIALOG, params=asked, data={"user": demo.INES, **form}, allow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(CALLBACK)
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def test_the_consent_page_asks_and_brings_a_code_back(session: requests.Session, hub: Hub) -> None:
    page = session.get(DIALOG, params=ASKED)
    assert page.status_code == 200
    for words in ("Switchboard wants to access", "Inês Caldeira", "Tomasz Źrebiec", BUSINESS, "Padarias do Sol"):
        assert words in page.text
    assert 'type="checkbox"' not in page.text
    back = _answer(session, ASKED, decision="allow")
    assert (back["state"], back["scope"]) == (["s1"], [BUSINESS])
    assert "refresh_token" in hub.redeem(back["code"][0]).json()
    assert _answer(session, ASKED, decision="cancel") == {"state": ["s1"], "error": ["access_denied"]}


def test_who_allowed_it_before_is_told_that_nothing_is_asked(session: requests.Session) -> None:
    _answer(session, ASKED, decision="allow")
    page = session.get(DIALOG, params={**ASKED, "prompt": ""}).text
    assert "has allowed all of this before" in page
    assert "no refresh token this time" in page
    assert "has allowed all of this before" in session.get(DIALOG, params={**ASKED, "prompt": ""}).text
    assert "has allowed" not in session.get(DIALOG, params=ASKED).text


def test_beside_signing_in_the_business_is_a_box_to_tick(session: requests.Session) -> None:
    asked = {**ASKED, "scope": f"openid email {BUSINESS}"}
    assert session.get(DIALOG, params=asked).text.count('type="checkbox"') == 1
    assert BUSINESS not in _answer(session, asked, decision="allow", tickable="1")["scope"][0]
    assert BUSINESS in _answer(session, asked, decision="allow", tickable="1", scope=BUSINESS)["scope"][0]


def test_an_account_known_from_before_is_chosen(session: requests.Session) -> None:
    page = session.get(DIALOG, params={**ASKED, "login_hint": "tomasz@sandbox.example"}).text
    assert f'name="user" value="{demo.TOMASZ}"' in page


def test_a_request_that_cannot_go_on_stays_on_a_page(session: requests.Session) -> None:
    wrong = session.get(DIALOG, params={**ASKED, "redirect_uri": f"{CALLBACK}x"}, allow_redirects=False)
    assert (wrong.status_code, "redirect_uri_mismatch" in wrong.text) == (400, True)
    foreign = session.post(DIALOG, params=ASKED, data={"decision": "allow"}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403


def test_nobody_is_asked_when_the_hub_says_so(session: requests.Session) -> None:
    silent = session.get(DIALOG, params={**ASKED, "prompt": "none"}, allow_redirects=False)
    assert parse_qs(urlsplit(silent.headers["Location"]).query)["error"] == ["interaction_required"]


def test_a_place_shows_its_posts_as_people_and_owners_see_them(
    world: World, session: requests.Session, hub: Hub, token: str
) -> None:
    shop = {"actionType": "SHOP", "url": "https://example.com/shop"}
    hub.publish(token, "Fornada <b>das seis</b>", media=photo(), callToAction=shop)
    offer = {"couponCode": "SOL20", "redeemOnlineUrl": "https://example.com/r", "termsConditions": "Uma por pessoa"}
    hub.publish(token, "20 % em tudo", topicType="OFFER", event=event("Semana do pão"), offer=offer)
    world.clock.advance(5)
    series = {**event("Jazz"), "recurrenceInfo": {"weeklyPattern": {"daysOfWeek": ["FRIDAY"]}}}
    hub.publish(token, "Música", topicType="EVENT", event=series, callToAction={"actionType": "CALL"})
    page = session.get(PLACE).text
    for words in (
        "Fornada &lt;b&gt;das seis&lt;/b&gt;",
        'href="https://example.com/shop"',
        "Buy",
        "SOL20",
        "Uma por pessoa",
        "Semana do pão",
        "Fri 4 Dec 2026, 19:00 to 22:30",
        "In processing",
        "Call now: +351 210 00 71 01",
        "/media.sandbox.example/kept/",
        "Beatriz Antunes",
        "3.4",
    ):
        assert words in page, words
    world.clock.advance(5)
    assert "every week: Friday" in session.get(PLACE).text


def test_standing_and_state_are_tags(world: World, session: requests.Session, hub: Hub, token: str) -> None:
    assert "Suspended" in session.get(f"https://local.google.com/place?id={demo.SUSPENDED}").text
    world.switches.set({"google_business.post_fate": "rejected_now"})
    hub.publish(token, "Compre já")
    hub.publish(token, "Amanhã", scheduledTime="2026-11-23T13:00:00Z")
    page = session.get(PLACE).text
    assert "Rejected" in page
    assert "Scheduled, in 1 d" in page
    assert session.get("https://local.google.com/place?id=1").status_code == 404


def test_somebody_writes_a_review_in_the_browser(session: requests.Session, hub: Hub, token: str) -> None:
    path = f"/v1/locations/{demo.BAKERY}?readMask=metadata"
    url = hub.call("GET", "mybusinessbusinessinformation.googleapis.com", path, token).json()["metadata"][
        "newReviewUri"
    ]
    assert "How was it at Padaria do Sol?" in session.get(url).text
    done = session.post(url, data={"stars": "3", "comment": "Bom.", "reviewer": ""}, allow_redirects=False)
    assert done.status_code == 303
    page = session.get(done.headers["Location"]).text
    assert "Bom." in page
    assert "A Google user" in page
    assert session.post(url, data={"stars": "9"}).status_code == 400


def test_the_feed_and_its_json_tell_a_post(world: World, session: requests.Session, hub: Hub, token: str) -> None:
    name = hub.publish(token, "Olá do forno", media=photo()).json()["name"]
    world.clock.advance(5)
    (told,) = session.get(f"{CONTROL}/posts", params={"platform": "google_business", "page": demo.BAKERY}).json()[
        "posts"
    ]
    assert (told["id"], told["message"], told["is_published"]) == (name, "Olá do forno", True)
    assert (told["destination_name"], told["application"]) == ("Padaria do Sol", "Switchboard")
    assert told["media"][0]["url"].startswith("/media.sandbox.example/kept/")
    shown = session.get(f"http://127.0.0.1:8801{told['permalink_path']}")
    assert "Olá do forno" in shown.text
    assert "Olá do forno" in session.get(f"{CONTROL}/", params={"page": demo.BAKERY}).text


def test_things_happen_from_the_controls(world: World, session: requests.Session, hub: Hub, token: str) -> None:
    name = hub.publish(token, "Olá").json()["name"]

    def happen(what: str) -> str:
        form = {"action": "happen", "what": f"google_business:{what}", "where": demo.BAKERY}
        return session.post(f"{CONTROL}/controls", data=form).text

    assert "gave Padaria do Sol 4 stars" in happen("review")
    assert "was rejected" in happen("reject")
    assert hub.read(token, name)["state"] == "REJECTED"
    assert "was deleted" in happen("remove")
    assert hub.posts(token) == []
    assert "has said nothing yet" in happen("reject")
    happen("suspend")
    assert hub.publish(token, "Olá").status_code == 403
    happen("verify")
    assert hub.publish(token, "Olá").status_code == 200


def test_levers_change_clients_and_locations(session: requests.Session, hub: Hub, token: str) -> None:
    base = f"{CONTROL}/google_business"
    assert session.post(f"{base}/locations", json={"location": demo.BAKERY, "standing": "wait"}).ok
    assert hub.publish(token, "Olá").status_code == 403
    moved = {"location": demo.BAKERY, "standing": "verified", "accounts": [demo.INES_ACCOUNT]}
    session.post(f"{base}/locations", json=moved)
    assert hub.publish(token, "Olá").status_code == 403
    assert hub.publish(token, "Olá", f"accounts/{demo.INES_ACCOUNT}/locations/{demo.BAKERY}").status_code == 200
    assert session.post(f"{base}/apps", json={"app_id": demo.DEFAULT_APP_ID, "approved": False}).ok
    assert hub.publish(token, "Olá").status_code == 429
    assert "secret" not in session.get(f"{base}/apps").text.replace("sandbox-google", "")
    for wish in ({"location": "1"}, {"location": demo.BAKERY, "accounts": ["1"]}):
        assert session.post(f"{base}/locations", json=wish).status_code == 404
    assert session.post(f"{base}/locations", json={"location": demo.BAKERY, "standing": "odd"}).status_code == 400
