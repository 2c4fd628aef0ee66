"""Posts: created, refused, found, changed, deleted, repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.adapter import SandboxAdapter
from sandbox.app import create_app
from sandbox.linkedin import demo
from sandbox.world import World
from tests.sandbox.linkedin.conftest import NOON, Grant
from tests.sandbox.linkedin.hub import (
    COMMUNITY,
    FERRY,
    FOUNDRY,
    MATEO,
    OBSERVATORY,
    PLUS,
    PROFILE,
    SOLVEIG,
    Hub,
    body,
    code_of,
    enc,
    mp4,
    png,
)

POLL = {
    "question": "Which night?",
    "options": [{"text": "Friday"}, {"text": "Saturday"}],
    "settings": {"duration": "THREE_DAYS"},
}
ARTICLE = {"source": "https://stjornuhus.example/a", "title": "Opening hours", "description": "In winter"}


def _texts(world: World) -> list[str]:
    return [item.text for item in world.linkedin.timeline()]


def test_a_post_is_201_with_nothing_but_its_urn_in_a_header(world: World, hub: Hub, member_token: str) -> None:
    answer = hub.publish(member_token, SOLVEIG, "Hello, wörld")
    assert (answer.status_code, answer.content) == (201, b"")
    assert "Content-Type" not in answer.headers
    prefix, _, number = answer.headers["x-restli-id"].rpartition(":")
    assert prefix == "urn:li:share"
    assert len(number) == 19
    (item,) = world.linkedin.timeline()
    assert (item.id, item.text, item.destination) == (answer.headers["x-restli-id"], "Hello, wörld", SOLVEIG)


def test_the_header_can_be_missing_although_the_post_stands(world: World, hub: Hub, token: str) -> None:
    world.switches.set({"linkedin.post_id_header": "missing"})
    answer = hub.publish(token, SOLVEIG, "Nameless")
    assert (answer.status_code, "x-restli-id" in answer.headers) == (201, False)
    assert _texts(world) == ["Nameless"]


def test_shares_and_ugc_posts_both_occur(hub: Hub, token: str) -> None:
    urns = [
        hub.publish(token, OBSERVATORY, "text").headers["x-restli-id"],
        hub.publish(token, OBSERVATORY, "poll", content={"poll": POLL}).headers["x-restli-id"],
    ]
    assert [urn.split(":")[2] for urn in urns] == ["share", "ugcPost"]


def test_every_kind_of_content_is_taken(world: World, hub: Hub, token: str) -> None:
    images = [hub.upload(token, OBSERVATORY, png(colour=(n, n, n))) for n in range(3)]
    video = hub.upload_video(token, OBSERVATORY, mp4())
    document = hub.upload(token, OBSERVATORY, b"%PDF-1.7\n/Type /Page\n", "document")
    contents: list[dict[str, Any]] = [
        {"media": {"id": images[0], "altText": "A star"}},
        {"multiImage": {"images": [{"id": urn, "altText": "x"} for urn in images]}},
        {"media": {"id": video, "title": "The dome opens"}},
        {"media": {"id": document, "title": "Programme.pdf"}},
        {"article": {**ARTICLE, "thumbnail": images[0]}},
        {"poll": POLL},
    ]
    for number, content in enumerate(contents):
        answer = hub.publish(token, OBSERVATORY, f"Number {number}", content=content)
        assert answer.status_code == 201, answer.text
        told = hub.call("GET", f"/rest/posts/{enc(answer.headers['x-restli-id'])}", token).json()
        assert told["content"] == content
    parent = answer.headers["x-restli-id"]
    reshare = hub.publish(token, OBSERVATORY, "", reshareContext={"parent": parent})
    assert reshare.status_code == 201
    kinds = [[shown.kind for shown in item.media] for item in world.linkedin.timeline()]
    assert list(reversed(kinds)) == [["image"], ["image"] * 3, ["video"], ["document"], [], [], []]
    assert all(item.live for item in world.linkedin.timeline())


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"content": None}, "/content"),
        ({"content": {"media": {"id": "urn:li:image:x", "colour": 1}}}, "/content/media/colour"),
        ({"content": {"article": {**ARTICLE, "thumbnail": None}}}, "/content/article/thumbnail"),
        ({"content": {"carousel": {}}}, "/content/carousel"),
        ({"clientRequestId": "mine"}, "/clientRequestId"),
        ({"distribution": {"feedDistribution": "MAIN_FEED", "x": 1}}, "/distribution/x"),
    ],
)
def test_null_and_unknown_fields_are_named_and_refused(hub: Hub, token: str, more: dict[str, Any], path: str) -> None:
    answer = hub.publish(token, SOLVEIG, "x", **more)
    assert code_of(answer) == (403, "ACCESS_DENIED")
    assert answer.json()["serviceErrorCode"] == 100
    assert f"[{path}]" in answer.json()["message"]


@pytest.mark.parametrize("name", ["author", "commentary", "visibility", "distribution", "lifecycleState"])
def test_a_required_field_that_is_missing_is_400(hub: Hub, token: str, name: str) -> None:
    wish = body(SOLVEIG, "x")
    del wish[name]
    answer = hub.call("POST", "/rest/posts", token, json=wish)
    assert code_of(answer) == (400, "MISSING_FIELD")
    assert name in answer.json()["message"]


@pytest.mark.parametrize(
    ("text", "more", "code"),
    [
        ("x" * 3001, {}, "FIELD_LENGTH_TOO_LONG"),
        ("", {}, "INVALID_VALUE_BLANK_FIELD"),
        ("x", {"lifecycleState": "DRAFT"}, "INVALID_VALUE_FOR_FIELD"),
        ("x", {"visibility": "EVERYBODY"}, "INVALID_VALUE_FOR_FIELD"),
        ("x", {"distribution": {"feedDistribution": "NONE"}}, "INVALID_VALUE_FOR_FIELD"),
        ("x", {"content": {"poll": POLL, "article": ARTICLE}}, "INVALID_VALUE_FOR_FIELD"),
        ("x", {"content": {}}, "INVALID_VALUE_FOR_FIELD"),
        ("x", {"content": {"article": {"source": "https://a.example/"}}}, "MISSING_FIELD"),
        ("x", {"content": {"article": {**ARTICLE, "title": "x" * 401}}}, "FIELD_LENGTH_TOO_LONG"),
        ("x", {"content": {"article": {**ARTICLE, "source": "stjornuhus"}}}, "INVALID_VALUE_FOR_FIELD"),
        ("x", {"content": {"poll": {**POLL, "options": [{"text": "one"}]}}}, "INVALID_VALUE_FOR_FIELD"),
        ("x", {"content": {"poll": {**POLL, "question": "x" * 141}}}, "FIELD_LENGTH_TOO_LONG"),
        ("x", {"content": {"poll": {**POLL, "settings": {"duration": "TWO_DAYS"}}}}, "INVALID_VALUE_FOR_FIELD"),
        ("x", {"content": {"media": {"id": "urn:li:image:nobody"}}}, "INVALID_URN_ID"),
        ("x", {"content": {"media": {"id": "urn:li:video:nobody"}}}, "INVALID_VIDEO_ID"),
        ("x", {"content": {"media": {"id": "urn:li:share:1"}}}, "INVALID_URN_TYPE"),
        ("x", {"reshareContext": {"parent": "urn:li:share:7000000000000000000"}}, "INVALID_URN_ID"),
        ("x", {"author": "urn:li:member:5"}, "INVALID_URN_TYPE"),
    ],
)
def test_content_that_will_never_pass_is_400_with_its_code(
    world: World, hub: Hub, token: str, text: str, more: dict[str, Any], code: str
) -> None:
    assert code_of(hub.publish(token, more.pop("author", SOLVEIG), text, **more)) == (400, code)
    assert _texts(world) == []


def test_the_length_is_counted_with_or_without_escapes(world: World, hub: Hub, token: str) -> None:
    assert hub.publish(token, SOLVEIG, "x" * 3000).ok
    assert hub.publish(token, SOLVEIG, r"\(" + "x" * 2999).status_code == 400
    world.switches.set({"linkedin.length_counts_escapes": False})
    assert hub.publish(token, SOLVEIG, r"\(" + "x" * 2999).ok


def test_field_errors_can_be_told_in_the_classic_shape(world: World, hub: Hub, token: str) -> None:
    world.switches.set({"linkedin.error_shape": "classic"})
    told = hub.publish(token, SOLVEIG, "").json()
    assert (told["code"], "errorDetails" in told) == ("INVALID_VALUE_BLANK_FIELD", False)


def test_nobody_speaks_for_an_author_without_the_right(hub: Hub, grant: Grant, token: str, member_token: str) -> None:
    for speaker, author in (
        (token, MATEO),
        (token, FERRY),
        (token, f"urn:li:organization:{demo.ASKED}"),
        (token, f"urn:li:organization:{demo.REFUSED}"),
        (token, f"urn:li:organization:{demo.LIGHTHOUSE}"),
        (token, "urn:li:organization:1"),
        (member_token, OBSERVATORY),
        (grant([scope for scope in COMMUNITY if scope != "w_member_social"], app_id=demo.COMMUNITY_APP_ID), SOLVEIG),
    ):
        answer = hub.publish(speaker, author, "Not mine")
        assert code_of(answer) == (403, "ACCESS_DENIED"), author
        assert "[/author]" in answer.json()["message"]


def test_administrators_and_content_administrators_may_post_and_sponsors_only_in_the_dark(hub: Hub, token: str) -> None:
    assert hub.publish(token, OBSERVATORY, "As administrator").ok
    assert hub.publish(token, FOUNDRY, "As content administrator").ok
    vineyard = f"urn:li:organization:{demo.VINEYARD}"
    assert hub.publish(token, vineyard, "In the light").status_code == 403
    assert hub.publish(token, vineyard, "In the dark", distribution={"feedDistribution": "NONE"}).ok


def test_losing_the_role_ends_the_right(world: World, hub: Hub, token: str) -> None:
    assert world.linkedin.revoke({"page": demo.OBSERVATORY, "user": demo.SOLVEIG}) == {"revoked": 1}
    assert hub.publish(token, OBSERVATORY, "x").status_code == 403
    assert hub.publish(token, SOLVEIG, "x").ok


def test_a_token_that_may_write_nothing_is_stopped_before_its_body_is_read(hub: Hub, grant: Grant) -> None:
    answer = hub.call("POST", "/rest/posts", grant(["openid"]), json={"nonsense": None})
    assert answer.json()["message"] == "Not enough permissions to access: partnerApiPostsExternal.CREATE.20260901"


def test_the_same_post_within_ten_minutes_is_a_duplicate_that_names_the_first(
    world: World, hub: Hub, token: str
) -> None:
    first = hub.publish(token, SOLVEIG, r"Twice \(maybe\)").headers["x-restli-id"]
    answer = hub.publish(token, SOLVEIG, r"Twice \(maybe\)")
    told = answer.json()
    assert code_of(answer) == (422, "DUPLICATE_POST")
    assert told["errorDetailType"] == "com.linkedin.common.error.BadRequest"
    assert told["message"].endswith(f"Content is a duplicate of {first}")
    assert told["errorDetails"]["inputErrors"] == [
        {"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}
    ]
    assert hub.publish(token, OBSERVATORY, r"Twice \(maybe\)").ok, "another author may say it"
    assert hub.publish(token, SOLVEIG, r"Twice \(maybe\)", content={"article": ARTICLE}).ok, "with other content too"
    assert len(_texts(world)) == 3
    world.clock.advance(600)
    assert hub.publish(token, SOLVEIG, r"Twice \(maybe\)").ok


def test_what_people_read_decides_about_duplicates(hub: Hub, token: str) -> None:
    assert hub.publish(token, SOLVEIG, "Cut (here)").ok
    assert hub.publish(token, SOLVEIG, "Cut (there)").status_code == 422
    assert hub.publish(token, SOLVEIG, "#tag").ok
    assert hub.publish(token, SOLVEIG, r"{hashtag|\#|tag}").status_code == 422


def test_an_image_uploaded_again_is_other_content(hub: Hub, token: str) -> None:
    first, second = (hub.upload(token, SOLVEIG, png()) for _ in range(2))
    assert hub.publish(token, SOLVEIG, "Look", content={"media": {"id": first}}).ok
    assert hub.publish(token, SOLVEIG, "Look", content={"media": {"id": first}}).status_code == 422
    assert hub.publish(token, SOLVEIG, "Look", content={"media": {"id": second}}).ok


def test_after_a_delete_the_first_may_haunt(world: World, hub: Hub, token: str) -> None:
    first = hub.publish(token, OBSERVATORY, "Gone").headers["x-restli-id"]
    assert hub.call("DELETE", f"/rest/posts/{enc(first)}", token).status_code == 204
    world.switches.set({"linkedin.ghost_duplicates": True, "linkedin.duplicate_words": "short"})
    assert hub.publish(token, OBSERVATORY, "Gone").json()["message"] == f"Content is a duplicate of {first}"
    assert hub.call("GET", f"/rest/posts/{enc(first)}", token).status_code == 404
    world.switches.set({"linkedin.ghost_duplicates": False})
    assert hub.publish(token, OBSERVATORY, "Gone").ok


def test_members_posts_cannot_be_read_with_the_scopes_there_are(hub: Hub, token: str, member_token: str) -> None:
    for speaker in (token, member_token):
        urn = hub.publish(speaker, SOLVEIG, f"Mine {speaker[-4:]}").headers["x-restli-id"]
        assert hub.call("GET", f"/rest/posts/{enc(urn)}", speaker).status_code == 403
        assert hub.call("GET", f"/rest/posts?author={enc(SOLVEIG)}&q=author", speaker).status_code == 403


def test_the_closed_scope_reads_members_posts(hub: Hub, grant: Grant) -> None:
    reader = grant([*PROFILE, "r_member_social"], app_id=demo.READER_APP_ID)
    urn = hub.publish(reader, SOLVEIG, "Readable").headers["x-restli-id"]
    assert hub.call("GET", f"/rest/posts/{enc(urn)}", reader).json()["commentary"] == "Readable"


def test_the_finder_tells_a_pages_posts_latest_first_and_no_total(world: World, hub: Hub, token: str) -> None:
    urns = []
    for number in range(5):
        urns.append(hub.publish(token, OBSERVATORY, f"Number {number}").headers["x-restli-id"])
        world.clock.advance(1)
    url = f"/rest/posts?author={enc(OBSERVATORY)}&q=author&count=2"
    first = hub.call("GET", url, token).json()
    assert [post["id"] for post in first["elements"]] == [urns[4], urns[3]]
    assert "total" not in first["paging"]
    (link,) = first["paging"]["links"]
    second = hub.call("GET", link["href"], token).json()
    assert [post["id"] for post in second["elements"]] == [urns[2], urns[1]]
    last = hub.call("GET", second["paging"]["links"][0]["href"], token).json()
    assert ([post["id"] for post in last["elements"]], last["paging"]["links"]) == ([urns[0]], [])
    post = first["elements"][0]
    assert post["createdAt"] == post["publishedAt"] == int((world.clock.now() - 1) * 1000)
    assert (post["lifecycleState"], post["author"]) == ("PUBLISHED", OBSERVATORY)
    assert hub.call("GET", f"/rest/posts?author={enc(OBSERVATORY)}&q=author&count=101", token).status_code == 400


def test_the_finder_sorts_by_change_or_creation_and_can_trail(world: World, hub: Hub, token: str) -> None:
    old, new = (hub.publish(token, OBSERVATORY, text).headers["x-restli-id"] for text in ("old", "new"))
    world.clock.advance(60)
    _patch(hub, token, old, commentary="changed")
    url = f"/rest/posts?author={enc(OBSERVATORY)}&q=author&sortBy="

    def found(order: str) -> list[str]:
        return [post["id"] for post in hub.call("GET", url + order, token).json()["elements"]]

    assert (found("LAST_MODIFIED"), found("CREATED")) == ([old, new], [new, old])
    world.switches.set({"linkedin.finder_lag_s": 90})
    assert found("CREATED") == []
    world.clock.advance(30)
    assert found("CREATED") == [new, old]


def test_several_posts_are_read_at_once_with_a_status_each(hub: Hub, token: str) -> None:
    mine = hub.publish(token, OBSERVATORY, "Here").headers["x-restli-id"]
    private = hub.publish(token, SOLVEIG, "Mine").headers["x-restli-id"]
    missing = "urn:li:share:7000000000000000000"
    ids = ",".join(map(enc, (mine, private, missing)))
    told = hub.call("GET", f"/rest/posts?ids=List({ids})", token, headers={"X-RestLi-Method": "BATCH_GET"}).json()
    assert told["statuses"] == {mine: 200, private: 403, missing: 404}
    assert set(told["results"]) == {mine}


def _patch(hub: Hub, token: str, urn: str, method: str = "PARTIAL_UPDATE", **changes: Any) -> Any:
    headers = {"X-RestLi-Method": method} if method else {}
    patch = {"patch": {"$set": changes}}
    return hub.call("POST", f"/rest/posts/{enc(urn)}", token, json=patch, headers=headers)


def test_a_post_is_changed_in_part_under_its_header(world: World, hub: Hub, token: str) -> None:
    urn = hub.publish(token, SOLVEIG, "Typpo").headers["x-restli-id"]
    assert _patch(hub, token, urn, method="", commentary="Typo").status_code == 400
    for number, method in enumerate(("PARTIAL_UPDATE", "partial_update")):
        answer = _patch(hub, token, urn, method=method, commentary=f"Typo {number}")
        assert (answer.status_code, answer.content) == (204, b"")
    assert _texts(world) == ["Typo 1"]


def test_only_some_fields_can_be_changed(world: World, hub: Hub, token: str) -> None:
    urn = hub.publish(token, OBSERVATORY, "Fixed").headers["x-restli-id"]
    answer = _patch(hub, token, urn, visibility="CONNECTIONS")
    assert code_of(answer) == (403, "ACCESS_DENIED")
    assert answer.json()["message"].endswith("[/patch/$set/visibility]")
    assert _patch(hub, token, urn, commentary="x" * 3001).status_code == 400
    assert _texts(world) == ["Fixed"]


def test_deleting_is_idempotent(world: World, hub: Hub, token: str) -> None:
    urn = hub.publish(token, OBSERVATORY, "Short-lived").headers["x-restli-id"]
    for _ in range(2):
        answer = hub.call("DELETE", f"/rest/posts/{enc(urn)}", token, headers={"X-RestLi-Method": "DELETE"})
        assert (answer.status_code, answer.content) == (204, b"")
    assert _texts(world) == []
    assert hub.call("GET", f"/rest/posts/{enc(urn)}", token).status_code == 404


def test_foreign_posts_cannot_be_touched(world: World, hub: Hub, grant: Grant, token: str) -> None:
    urn = hub.publish(grant(user=demo.MATEO), MATEO, "Hands off").headers["x-restli-id"]
    assert _patch(hub, token, urn, commentary="x").status_code == 403
    assert hub.call("DELETE", f"/rest/posts/{enc(urn)}", token).status_code == 403
    assert _texts(world) == ["Hands off"]


def test_a_reshare_needs_a_parent_that_allows_it(hub: Hub, token: str) -> None:
    closed = hub.publish(token, OBSERVATORY, "Not for sharing", isReshareDisabledByAuthor=True).headers["x-restli-id"]
    answer = hub.publish(token, SOLVEIG, "Look", reshareContext={"parent": closed})
    assert code_of(answer) == (400, "INVALID_VALUE_FOR_FIELD")


def test_posts_their_order_and_the_duplicate_check_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "town.db"
    first = World(state=path)
    first.clock.freeze(NOON)
    token = Hub(_session(first)).redeem(first.linkedin.consent(scopes=PLUS)["code"]).json()["access_token"]
    urns = [
        Hub(_session(first)).publish(token, OBSERVATORY, text).headers["x-restli-id"]
        for text in ("one", "two", "three")
    ]
    Hub(_session(first)).call("DELETE", f"/rest/posts/{enc(urns[1])}", token)
    first.close()
    second = World(state=path)
    hub = Hub(_session(second))
    assert [item.id for item in second.linkedin.timeline(OBSERVATORY)] == [urns[2], urns[0]]
    assert urns[0] in hub.publish(token, OBSERVATORY, "one").json()["message"]
    assert hub.publish(token, OBSERVATORY, "two").status_code == 201
    assert hub.call("DELETE", f"/rest/posts/{enc(urns[1])}", token).status_code == 204
    second.close()


def _session(world: World) -> requests.Session:
    session = requests.Session()
    for prefix in ("https://api.linkedin.com", "https://www.linkedin.com"):
        session.mount(prefix, SandboxAdapter(create_app(world)))
    return session
