"""Comments, reactions, and the numbers of pages and members."""

from __future__ import annotations

import pytest
import requests

from sandbox.linkedin import demo
from sandbox.world import World
from tests.sandbox.linkedin.conftest import Grant
from tests.sandbox.linkedin.hub import COMMUNITY, CONTROL, FOUNDRY, OBSERVATORY, SOLVEIG, Hub, code_of, enc, mp4

HOUR = 3600
STATS = f"/rest/organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity={enc(OBSERVATORY)}"


@pytest.fixture
def urn(hub: Hub, token: str) -> str:
    urn: str = hub.publish(token, OBSERVATORY, "Look up").headers["x-restli-id"]
    return urn


def _comment(hub: Hub, token: str, urn: str, actor: str, text: str) -> requests.Response:
    wish = {"actor": actor, "object": urn, "message": {"text": text}}
    return hub.call("POST", f"/rest/socialActions/{enc(urn)}/comments", token, json=wish)


def test_a_first_comment_is_plain_text_by_member_or_page(world: World, hub: Hub, token: str, urn: str) -> None:
    path = f"/rest/socialActions/{enc(urn)}/comments"
    assert code_of(hub.call("GET", path, token)) == (404, "NOT_FOUND")
    first = _comment(hub, token, urn, OBSERVATORY, "More (and #more) here")
    assert first.status_code == 201
    assert first.json()["commentUrn"].startswith("urn:li:comment:(urn:li:activity:")
    assert _comment(hub, token, urn, SOLVEIG, "Lovely").status_code == 201
    told = hub.call("GET", path, token).json()["elements"]
    assert [comment["message"]["text"] for comment in told] == ["More (and #more) here", "Lovely"]
    one = hub.call("GET", f"{path}/{first.headers['x-restli-id']}", token).json()
    assert one["actor"] == OBSERVATORY
    assert next(world.linkedin.timeline()).comments == 2
    for _ in range(2):
        assert hub.call("DELETE", f"{path}/{first.headers['x-restli-id']}", token).status_code in (204, 404)
    assert next(world.linkedin.timeline()).comments == 1


def test_comments_are_refused_to_strangers_when_empty_and_when_long(hub: Hub, token: str, urn: str) -> None:
    stranger = _comment(hub, token, urn, f"urn:li:organization:{demo.FERRY}", "x")
    assert code_of(stranger) == (403, "ACCESS_DENIED")
    assert code_of(_comment(hub, token, urn, SOLVEIG, " ")) == (400, "INVALID_VALUE_BLANK_FIELD")
    assert code_of(_comment(hub, token, urn, SOLVEIG, "x" * 1251)) == (400, "FIELD_LENGTH_TOO_LONG")
    assert _comment(hub, token, "urn:li:share:7000000000000000000", SOLVEIG, "x").status_code == 404


def test_comments_are_for_partners_apps_or_for_scopes_of_their_own(
    world: World, hub: Hub, grant: Grant, token: str, member_token: str, urn: str
) -> None:
    mine = hub.publish(member_token, SOLVEIG, "Mine").headers["x-restli-id"]
    refused = _comment(hub, member_token, mine, SOLVEIG, "x")
    assert refused.status_code == 403
    assert refused.json()["message"] == "Not enough permissions to access: partnerApiSocialActions.CREATE.20260901"
    world.switches.set({"linkedin.comments": "anybody"})
    assert _comment(hub, member_token, mine, SOLVEIG, "x").status_code == 201
    world.switches.set({"linkedin.comments": "feed_scopes"})
    assert _comment(hub, token, urn, SOLVEIG, "x").status_code == 403
    able = grant([*COMMUNITY, "w_member_social_feed"], app_id=demo.COMMUNITY_APP_ID)
    assert _comment(hub, able, urn, SOLVEIG, "x").status_code == 201


def test_reactions_are_a_map_and_the_entity_is_an_activity(hub: Hub, token: str, urn: str) -> None:
    hub.session.post(f"{CONTROL}/linkedin/audience", json={"post": urn, "impressions": 90, "likes": 9})
    _comment(hub, token, urn, SOLVEIG, "x")
    told = hub.call("GET", f"/rest/socialMetadata/{enc(urn)}", token).json()
    assert told["entity"].startswith("urn:li:activity:")
    assert told["reactionSummaries"] == {"LIKE": {"reactionType": "LIKE", "count": 9}}
    assert told["commentSummary"]["count"] == 1
    many = hub.call("GET", f"/rest/socialMetadata?ids=List({enc(urn)},{enc('urn:li:share:1')})", token).json()
    assert many["statuses"] == {urn: 200, "urn:li:share:1": 404}
    elder = hub.call("GET", f"/rest/socialActions/{enc(told['entity'])}", token).json()
    assert (elder["likesSummary"]["totalLikes"], elder["commentsSummary"]["totalFirstLevelComments"]) == (9, 1)


def test_posts_without_activity_are_absent_from_statistics(world: World, hub: Hub, token: str, urn: str) -> None:
    world.switches.set({"linkedin.audience": "quiet"})
    silent = hub.publish(token, OBSERVATORY, "Nobody looks").headers["x-restli-id"]
    hub.session.post(f"{CONTROL}/linkedin/audience", json={"post": urn, "impressions": 200, "clicks": 8, "likes": 2})
    told = hub.call("GET", f"{STATS}&shares=List({enc(urn)},{enc(silent)})", token).json()["elements"]
    assert [element["share"] for element in told] == [urn]
    numbers = told[0]["totalShareStatistics"]
    assert (numbers["impressionCount"], numbers["clickCount"], numbers["likeCount"]) == (200, 8, 2)
    assert numbers["engagement"] == pytest.approx(0.05)
    (whole,) = hub.call("GET", STATS, token).json()["elements"]
    assert whole["totalShareStatistics"]["impressionCount"] == 200
    assert hub.call("GET", f"{STATS}&ugcPosts=List({enc(urn)})", token).status_code == 400


def test_a_lively_audience_grows_by_the_clock_and_adds_up_day_by_day(
    world: World, hub: Hub, token: str, urn: str
) -> None:
    path = f"{STATS}&shares=List({enc(urn)})"
    assert hub.call("GET", path, token).json()["elements"] == []
    began = int(world.clock.now() * 1000)
    world.clock.advance(3 * 24 * HOUR)
    ended = int(world.clock.now() * 1000)
    (total,) = hub.call("GET", path, token).json()["elements"]
    count = total["totalShareStatistics"]["impressionCount"]
    assert count > 100
    span = f"&timeIntervals=(timeRange:(start:{began},end:{ended}),timeGranularityType:DAY)"
    days = hub.call("GET", path + span, token).json()["elements"]
    assert len(days) == 3
    assert sum(day["totalShareStatistics"]["impressionCount"] for day in days) == pytest.approx(count, abs=3)
    assert days[0]["timeRange"] == {"start": began, "end": began + 24 * HOUR * 1000}
    future = f"&timeIntervals=(timeRange:(start:{ended},end:{ended * 9}),timeGranularityType:DAY)"
    assert hub.call("GET", path + future, token).json()["elements"] == []


def test_statistics_are_for_administrators(hub: Hub, token: str, member_token: str) -> None:
    other = STATS.replace(enc(OBSERVATORY), enc(FOUNDRY))
    assert hub.call("GET", other, token).status_code == 403, "a content administrator sees no statistics"
    assert hub.call("GET", STATS, member_token).status_code == 403


def test_followers_views_and_network_size(world: World, hub: Hub, token: str) -> None:
    size = hub.call("GET", f"/rest/networkSizes/{enc(OBSERVATORY)}?edgeType=COMPANY_FOLLOWED_BY_MEMBER", token)
    assert size.json() == {"firstDegreeSize": 8214}
    now = int(world.clock.now() * 1000)
    span = f"&timeIntervals=(timeRange:(start:{now - 7 * 86_400_000},end:{now}),timeGranularityType:DAY)"
    gains = hub.call(
        "GET",
        f"/rest/organizationalEntityFollowerStatistics?q=organizationalEntity&organizationalEntity={enc(OBSERVATORY)}"
        + span,
        token,
    ).json()["elements"]
    assert len(gains) == 7
    assert gains[0]["followerGains"]["organicFollowerGain"] > 0
    views = hub.call(
        "GET", f"/rest/organizationPageStatistics?q=organization&organization={enc(OBSERVATORY)}", token
    ).json()["elements"]
    assert views[0]["totalPageStatistics"]["views"]["allPageViews"]["pageViews"] > 0


def test_members_see_one_metric_at_a_time_of_their_own_posts(
    world: World, hub: Hub, community_token: str, token: str
) -> None:
    urn = hub.publish(community_token, SOLVEIG, "Tide tables").headers["x-restli-id"]
    path = f"/rest/memberCreatorPostAnalytics?q=entity&entity=(share:{enc(urn)})&aggregation=TOTAL&queryType="
    assert hub.call("GET", f"{path}IMPRESSION", community_token).json()["elements"] == []
    world.clock.advance(24 * HOUR)
    (told,) = hub.call("GET", f"{path}IMPRESSION", community_token).json()["elements"]
    assert (told["metricType"], told["targetEntity"]) == ("IMPRESSION", {"share": urn})
    assert told["count"] > 0
    assert hub.call("GET", f"{path}IMPRESSION,REACTION", community_token).status_code == 400
    assert hub.call("GET", path.replace("&queryType=", ""), community_token).status_code == 400
    assert hub.call("GET", f"{path}IMPRESSION", token).status_code == 403


def test_the_shape_of_a_metrics_name_depends_on_the_version(world: World, hub: Hub, community_token: str) -> None:
    urn = hub.publish(community_token, SOLVEIG, "Shapes").headers["x-restli-id"]
    world.clock.advance(24 * HOUR)
    path = f"/rest/memberCreatorPostAnalytics?q=entity&entity=(share:{enc(urn)})&queryType="
    old, new = {"LinkedIn-Version": "202602"}, {"LinkedIn-Version": "202605"}
    (wrapped,) = hub.call("GET", f"{path}IMPRESSION", community_token, headers=old).json()["elements"]
    assert list(wrapped["metricType"].values()) == ["IMPRESSION"]
    (plain,) = hub.call("GET", f"{path}IMPRESSION", community_token, headers=new).json()["elements"]
    assert plain["metricType"] == "IMPRESSION"
    assert hub.call("GET", f"{path}LINK_CLICKS", community_token, headers=old).status_code == 400
    assert hub.call("GET", f"{path}LINK_CLICKS", community_token, headers=new).ok


def test_members_numbers_come_day_by_day(world: World, hub: Hub, community_token: str) -> None:
    hub.publish(community_token, SOLVEIG, "Daily")
    world.clock.advance(48 * HOUR)
    path = "/rest/memberCreatorPostAnalytics?q=me&aggregation=DAILY"
    span = "&dateRange=(start:(day:22,month:11,year:2026),end:(day:25,month:11,year:2026))"
    days = hub.call("GET", f"{path}&queryType=IMPRESSION{span}", community_token).json()["elements"]
    assert [day["dateRange"]["start"]["day"] for day in days] == [22, 23, 24]
    assert all(day["count"] > 0 for day in days)
    assert hub.call("GET", f"{path}&queryType=MEMBERS_REACHED{span}", community_token).status_code == 400
    assert hub.call("GET", f"{path}&queryType=IMPRESSION&dateRange=(start:(day:x))", community_token).status_code == 400


def test_videos_have_numbers_for_members_and_for_pages(
    world: World, hub: Hub, grant: Grant, community_token: str
) -> None:
    def post(author: str) -> str:
        video = hub.upload_video(community_token, author, mp4())
        answer = hub.publish(community_token, author, "Film", content={"media": {"id": video}})
        urn: str = answer.headers["x-restli-id"]
        return urn

    mine, pages = post(SOLVEIG), post(OBSERVATORY)
    world.clock.advance(24 * HOUR)
    member = f"/rest/memberCreatorVideoAnalytics?q=entity&entity=(ugc:{enc(mine)})&queryType=VIDEO_PLAY"
    assert hub.call("GET", member, community_token).json()["elements"][0]["count"] > 0
    page = f"/rest/videoAnalytics?q=entity&entity={enc(pages)}&type=VIDEO_VIEW"
    assert hub.call("GET", page, community_token).json()["elements"][0]["value"] > 0
    both = [*COMMUNITY, "r_member_profileAnalytics"]
    followers = hub.call("GET", "/rest/memberFollowersCount?q=me", grant(both, app_id=demo.COMMUNITY_APP_ID))
    assert followers.json()["elements"] == [{"memberFollowersCount": 512}]
