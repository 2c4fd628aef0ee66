"""What people see: profiles, posts, the inbox with its drafts; and the control room's pages."""

from __future__ import annotations

import re

from sandbox.tiktok import demo
from sandbox.world import World
from tests.sandbox.tiktok.conftest import Connect
from tests.sandbox.tiktok.hub import CALLBACK, CONTROL, SELF, SITE, Hub


def test_a_profile_shows_posts_with_their_labels_and_for_whom_they_are(world: World, hub: Hub) -> None:
    hub.publish(title="Salt & rock #tide", brand_organic_toggle=True)
    hub.publish(title="For me", privacy_level=SELF)
    world.clock.advance(4)
    page = hub.session.get(f"{SITE}/@naiara.etxe").text
    for seen in (
        "Naiara Etxeberria",
        "Salt &amp; rock #tide",
        "Promotional content",
        "only the creator",
        "not public yet",
    ):
        assert seen in page
    world.clock.advance(30)
    item = next(one for one in world.tiktok.timeline() if one.text != "For me")
    permalink = hub.session.get(f"{SITE}{item.path}")
    assert permalink.status_code == 200
    assert "not public yet" not in permalink.text
    assert "For me" not in permalink.text
    assert hub.session.get(f"{SITE}/@nobody").status_code == 404
    assert hub.session.get(f"{SITE}/@naiara.etxe/video/7").status_code == 404


def test_a_draft_is_posted_from_the_inbox_by_a_person_and_by_no_other_site(world: World, hub: Hub) -> None:
    publish_id = hub.publish(inbox=True)
    world.clock.advance(3)
    page = hub.session.get(f"{SITE}/@naiara.etxe").text
    assert "Inbox (1)" in page
    action = re.search(r'action="([^"]*/drafts/[^"]*)"', page)
    assert action is not None
    url, form = action[1], {"privacy": "PUBLIC_TO_EVERYONE"}
    assert hub.session.post(url, data=form, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert hub.session.get(url).status_code == 404
    assert hub.session.post(url, data={"privacy": "FOLLOWER_OF_CREATOR"}, allow_redirects=False).status_code == 303
    assert hub.status(publish_id)["status"] == "SEND_TO_USER_INBOX"
    after = hub.session.post(url, data=form)
    assert "Inbox" not in after.text
    assert hub.status(publish_id)["status"] == "PUBLISH_COMPLETE"


def test_the_consent_page_shows_who_and_what_and_warns_who_is_no_target(hub: Hub) -> None:
    asked = {
        "client_key": demo.SANDBOX_APP_KEY,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "user.info.basic,video.publish",
        "state": "x",
        "disable_auto_auth": "1",
    }
    page = hub.session.get(f"{SITE}/v2/auth/authorize/", params=asked)
    for seen in (
        "Naiara Etxeberria",
        "@teodor_kuik",
        "private account",
        "Post content to your account",
        "target users",
    ):
        assert seen in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert 'src="http' not in page.text


def test_the_feed_and_the_controls_know_the_town(world: World, hub: Hub) -> None:
    hub.publish(title="In the feed")
    world.clock.advance(4)
    assert "In the feed" in hub.session.get(f"{CONTROL}/").text
    controls = hub.session.get(f"{CONTROL}/controls").text
    for seen in ("tiktok.fate", "Naiara Etxeberria", "TikTok: the creator posts the latest draft"):
        assert seen in controls
    for name in (hub.open_id, "naiara.etxe", demo.NAIARA):
        posts = hub.session.get(f"{CONTROL}/posts", params={"page": name, "text": "In the feed"}).json()
        assert (posts["total"], posts["posts"][0]["is_published"]) == (1, True)
    assert hub.session.get(f"{CONTROL}/posts", params={"platform": "tiktok", "page": "nobody"}).json()["total"] == 0


def test_the_controls_let_things_happen_and_tokens_die(world: World, hub: Hub, connect: Connect) -> None:
    hub.publish(inbox=True)
    world.clock.advance(3)
    wish = {"action": "happen", "what": "tiktok:post_draft", "where": hub.open_id}
    answer = hub.session.post(f"{CONTROL}/controls", data=wish, allow_redirects=False)
    assert "said=" in answer.headers["Location"]
    assert [item.live for item in world.tiktok.timeline()] == [True]
    wish = {"action": "revoke", "whose": f"tiktok/user:{demo.NAIARA}", "subcode": "463"}
    hub.session.post(f"{CONTROL}/controls", data=wish)
    assert hub.creator_info().status_code == 401
    assert "access_token" in hub.refresh()
    hub.session.post(f"{CONTROL}/controls", data={**wish, "whose": f"tiktok/page:{hub.open_id}", "subcode": "460"})
    assert hub.refresh()["error"] == "invalid_grant"


def test_levers_refuse_what_makes_no_sense(hub: Hub) -> None:
    wishes = [
        ("apps", {"client_key": "nobody"}, 404),
        ("apps", {"scopes": ["video.teleport"]}, 400),
        ("apps", {"audited": "yes"}, 400),
        ("apps", {"shoe_size": 4}, 400),
        ("creators", {}, 400),
        ("creators", {"user": "nobody"}, 404),
        ("creators", {"user": "naiara.etxe", "longest_s": "long"}, 400),
        ("publishes", {"publish_id": "v"}, 404),
        ("audience", {"post": "7"}, 404),
    ]
    for name, wish, status in wishes:
        assert hub.session.post(f"{CONTROL}/tiktok/{name}", json=wish).status_code == status, name
    publish_id = hub.publish()
    assert (
        hub.session.post(f"{CONTROL}/tiktok/publishes", json={"publish_id": publish_id, "fate": "?"}).status_code == 400
    )
    assert hub.session.post(f"{CONTROL}/revoke", json={"platform": "tiktok", "user": "nobody"}).status_code == 400
    assert hub.look("apps")["apps"][0]["key"] == demo.DEFAULT_APP_KEY
    assert "secret" not in hub.look("apps")["apps"][0]
    assert hub.open_id in str(hub.look("creators")["creators"])
