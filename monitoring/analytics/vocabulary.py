"""Our words for what platforms count: one table, in which every neutral name has a meaning, a unit and its sources.

Platforms say the same in different words, and different things in the same word. A connector's folder gives each figure a neutral
name and keeps the platform's own; where two folders chose differently, ``renamed`` brings them together here. A name that is not in
the table is kept all the same, under the word it came with: numbers are never thrown away for want of a definition.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Unit(StrEnum):
    """What a value is counted in."""

    COUNT = "count"
    PEOPLE = "people"
    MILLISECONDS = "milliseconds"
    SHARE = "share"
    DAYS = "days"


class Sum(StrEnum):
    """How values of several days or posts come to one. People and shares cannot be added up."""

    ADD = "add"
    LAST = "last"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Definition:
    """One neutral metric. ``sources`` are the platforms' own names, by platform: of posts, then of places."""

    name: str
    label: str
    meaning: str
    unit: Unit = Unit.COUNT
    sum: Sum = Sum.ADD
    posts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_TABLE: Final = (
    Definition(
        "views",
        "Views",
        "How often it was shown. Of Google, how many different people a day saw the profile, in four places added up.",
        posts={
            "meta": ("post_media_view", "views", "blue_reels_play_count", "total_video_views"),
            "linkedin": ("impressionCount", "IMPRESSION"),
            "tiktok": ("view_count",),
        },
        places={
            "meta": ("page_media_view", "views"),
            "linkedin": ("impressionCount", "IMPRESSION"),
            "google_business": ("BUSINESS_IMPRESSIONS",),
        },
    ),
    Definition(
        "reach",
        "Reach",
        "How many different people saw it. People of several days or posts may be the same, so they are not added up.",
        unit=Unit.PEOPLE,
        sum=Sum.MEAN,
        posts={
            "meta": ("post_total_media_view_unique", "reach"),
            "linkedin": ("uniqueImpressionsCount", "MEMBERS_REACHED"),
        },
        places={"meta": ("page_total_media_view_unique", "reach"), "linkedin": ("uniqueImpressionsCount",)},
    ),
    Definition(
        "reactions",
        "Reactions",
        "Reactions of every kind, likes among them; split by kind where the platform does.",
        posts={
            "meta": ("post_reactions_by_type_total", "reactions"),
            "linkedin": ("likeCount", "reactionSummaries", "REACTION"),
        },
        places={"linkedin": ("likeCount", "REACTION")},
    ),
    Definition(
        "likes",
        "Likes",
        "Likes, where the platform knows no other reaction.",
        posts={"meta": ("likes", "like_count"), "tiktok": ("like_count",)},
        places={"meta": ("likes",)},
    ),
    Definition(
        "comments",
        "Comments",
        "Comments and answers under it.",
        posts={
            "meta": ("comments", "comments_count", "replies"),
            "linkedin": ("commentCount", "COMMENT"),
            "tiktok": ("comment_count",),
        },
        places={"meta": ("comments",), "linkedin": ("commentCount", "COMMENT")},
    ),
    Definition(
        "shares",
        "Shares",
        "How often people passed it on. Of a mail: forwards.",
        posts={
            "meta": ("shares",),
            "linkedin": ("shareCount", "RESHARE"),
            "tiktok": ("share_count",),
            "mailchimp": ("forwards.forwards_count",),
        },
        places={"meta": ("shares",), "linkedin": ("shareCount", "RESHARE")},
    ),
    Definition(
        "reposts",
        "Reposts",
        "How often people put it on their own profile.",
        posts={"meta": ("reposts",)},
        places={"meta": ("reposts",)},
    ),
    Definition(
        "saves",
        "Saves",
        "How often people kept it for later.",
        posts={"meta": ("saved",)},
        places={"meta": ("saves",)},
    ),
    Definition(
        "clicks",
        "Clicks",
        "Clicks on it or on its links; split by link where the platform does.",
        posts={
            "meta": ("post_clicks", "link_clicks"),
            "linkedin": ("clickCount",),
            "mailchimp": ("clicks.clicks_total",),
        },
        places={
            "meta": ("profile_links_taps",),
            "linkedin": ("clickCount",),
            "google_business": ("WEBSITE_CLICKS",),
            "mailchimp": ("clicks.clicks_total",),
        },
    ),
    Definition(
        "clickers",
        "People who clicked",
        "How many different people clicked in a mail.",
        unit=Unit.PEOPLE,
        posts={"mailchimp": ("clicks.unique_subscriber_clicks",)},
    ),
    Definition(
        "click_rate",
        "Click rate",
        "People who clicked, as a share of the mails that were delivered (0 to 1).",
        unit=Unit.SHARE,
        sum=Sum.MEAN,
        posts={"mailchimp": ("clicks.click_rate",)},
        places={"mailchimp": ("stats.click_rate",)},
    ),
    Definition(
        "engagements",
        "Engagements",
        "Everything people did with it, as the platform adds it up.",
        posts={"meta": ("total_interactions",)},
        places={"meta": ("page_post_engagements", "total_interactions")},
    ),
    Definition(
        "engagement_rate",
        "Engagement rate",
        "What people did, as a share of the views (0 to 1), as the platform works it out.",
        unit=Unit.SHARE,
        sum=Sum.MEAN,
        posts={"linkedin": ("engagement",)},
        places={"linkedin": ("engagement",)},
    ),
    Definition(
        "accounts_engaged",
        "People who engaged",
        "How many different people did something with the account's posts.",
        unit=Unit.PEOPLE,
        sum=Sum.MEAN,
        places={"meta": ("accounts_engaged",)},
    ),
    Definition(
        "actions",
        "Actions",
        "Clicks on a Page's contact details and its button.",
        places={"meta": ("page_total_actions",)},
    ),
    Definition("replies", "Replies", "Answers to an account's stories.", places={"meta": ("replies",)}),
    Definition(
        "video_views",
        "Video views",
        "How often videos were watched for a while; the platform says how long that is.",
        places={"meta": ("page_video_views",)},
    ),
    Definition("plays", "Plays", "How often a video began to play.", posts={"meta": ("fb_reels_total_plays",)}),
    Definition(
        "watch_time_ms",
        "Watch time",
        "How long people watched in all.",
        unit=Unit.MILLISECONDS,
        posts={
            "meta": ("ig_reels_video_view_total_time", "post_video_view_time", "total_video_view_total_time"),
        },
    ),
    Definition(
        "average_watch_time_ms",
        "Average watch time",
        "How long people watched each time.",
        unit=Unit.MILLISECONDS,
        sum=Sum.MEAN,
        posts={"meta": ("ig_reels_avg_watch_time", "post_video_avg_time_watched")},
    ),
    Definition(
        "skip_rate",
        "Skip rate",
        "How many went on within the first seconds, as the platform tells it.",
        unit=Unit.SHARE,
        sum=Sum.MEAN,
        posts={"meta": ("reels_skip_rate",)},
    ),
    Definition(
        "followers",
        "Followers",
        "How many people follow; of an audience, its subscribed contacts.",
        unit=Unit.PEOPLE,
        sum=Sum.LAST,
        places={
            "meta": ("page_follows", "followers_count"),
            "linkedin": ("firstDegreeSize", "memberFollowersCount"),
            "tiktok": ("follower_count",),
            "mailchimp": ("stats.member_count",),
        },
    ),
    Definition(
        "new_followers",
        "New followers",
        "Who began to follow; of a post, because of it.",
        unit=Unit.PEOPLE,
        posts={"meta": ("follows",)},
        places={"meta": ("page_daily_follows_unique",), "linkedin": ("followerGains",)},
    ),
    Definition(
        "lost_followers",
        "Lost followers",
        "Who ceased to follow.",
        unit=Unit.PEOPLE,
        places={"meta": ("page_daily_unfollows_unique",)},
    ),
    Definition(
        "fans",
        "Page likes",
        "How many people like the Page, which is not the same as following it.",
        unit=Unit.PEOPLE,
        sum=Sum.LAST,
        places={"meta": ("fan_count",)},
    ),
    Definition(
        "following",
        "Following",
        "How many accounts this one follows.",
        sum=Sum.LAST,
        places={"tiktok": ("following_count",)},
    ),
    Definition(
        "likes_total",
        "Likes of all time",
        "Likes that all posts of the account ever had, as of now.",
        sum=Sum.LAST,
        places={"tiktok": ("likes_count",)},
    ),
    Definition(
        "posts_total",
        "Posts of all time",
        "How many posts the account has; of an audience, campaigns sent.",
        sum=Sum.LAST,
        places={"tiktok": ("video_count",), "mailchimp": ("stats.campaign_count",)},
    ),
    Definition(
        "profile_views",
        "Profile views",
        "How often the profile or page itself was looked at; of a post, because of it.",
        posts={"meta": ("profile_visits",)},
        places={"meta": ("page_views_total",), "linkedin": ("allPageViews.pageViews",)},
    ),
    Definition(
        "calls",
        "Calls",
        "Clicks on the telephone number.",
        places={"google_business": ("CALL_CLICKS",)},
    ),
    Definition(
        "direction_requests",
        "Direction requests",
        "How often people asked for the way.",
        places={"google_business": ("BUSINESS_DIRECTION_REQUESTS",)},
    ),
    Definition("messages", "Messages", "Clicks that begin a chat.", places={"google_business": ("MESSAGING_CLICKS",)}),
    Definition(
        "bookings", "Bookings", "Bookings made from the profile.", places={"google_business": ("BUSINESS_BOOKINGS",)}
    ),
    Definition(
        "menu_clicks",
        "Menu clicks",
        "How often the menu was opened.",
        places={"google_business": ("BUSINESS_FOOD_MENU_CLICKS",)},
    ),
    Definition(
        "searches",
        "Searches",
        "Searches that showed the profile, by month and by word.",
        places={"google_business": ("searchKeywordsCounts.value",)},
    ),
    Definition(
        "rare_searches",
        "Rare searches",
        "How many words were searched for so seldom that only a bound is told; the bounds are the parts.",
        places={"google_business": ("searchKeywordsCounts.threshold",)},
    ),
    Definition(
        "days_behind",
        "Days behind",
        "How many days late the platform's newest figure is.",
        unit=Unit.DAYS,
        sum=Sum.LAST,
        places={"google_business": ("datedValues.date",)},
    ),
    Definition(
        "emails_sent",
        "Emails sent",
        "How many mails left.",
        posts={"mailchimp": ("emails_sent",)},
        places={"mailchimp": ("emails_sent",)},
    ),
    Definition(
        "opens",
        "Opens",
        "How often mails were opened, by people and by programs.",
        posts={"mailchimp": ("opens.opens_total",)},
        places={"mailchimp": ("opens.opens_total",)},
    ),
    Definition(
        "openers",
        "People who opened",
        "How many different people opened a mail, programs of theirs among them.",
        unit=Unit.PEOPLE,
        posts={"mailchimp": ("opens.unique_opens",)},
    ),
    Definition(
        "open_rate",
        "Open rate",
        "People who opened, as a share of the mails that were delivered (0 to 1).",
        unit=Unit.SHARE,
        sum=Sum.MEAN,
        posts={"mailchimp": ("opens.open_rate",)},
        places={"mailchimp": ("stats.open_rate",)},
    ),
    Definition(
        "human_opens",
        "Opens without programs",
        "Opens without those that mail programs make by themselves.",
        posts={"mailchimp": ("opens.proxy_excluded_opens",)},
    ),
    Definition(
        "human_openers",
        "People who opened, without programs",
        "How many different people opened a mail, without those whose program opens everything.",
        unit=Unit.PEOPLE,
        posts={"mailchimp": ("opens.proxy_excluded_unique_opens",)},
    ),
    Definition(
        "human_open_rate",
        "Open rate without programs",
        "The open rate, without those whose program opens everything (0 to 1).",
        unit=Unit.SHARE,
        sum=Sum.MEAN,
        posts={"mailchimp": ("opens.proxy_excluded_open_rate",)},
    ),
    Definition(
        "bounces",
        "Bounces",
        "Mails that could not be delivered, split into hard, soft and misspelt.",
        posts={"mailchimp": ("bounces",)},
    ),
    Definition(
        "unsubscribes",
        "Unsubscribes",
        "Who left the audience because of a mail.",
        unit=Unit.PEOPLE,
        posts={"mailchimp": ("unsubscribed",)},
        places={"mailchimp": ("unsubscribed",)},
    ),
    Definition(
        "complaints",
        "Complaints",
        "Who called a mail spam.",
        unit=Unit.PEOPLE,
        posts={"mailchimp": ("abuse_reports",)},
        places={"mailchimp": ("abuse_reports",)},
    ),
    Definition(
        "unsubscribed_total",
        "Unsubscribed of all time",
        "Who ever left the audience.",
        unit=Unit.PEOPLE,
        sum=Sum.LAST,
        places={"mailchimp": ("stats.unsubscribe_count",)},
    ),
    Definition(
        "bounced_total",
        "Bounced of all time",
        "Contacts that the platform gave up because mails to them bounced.",
        unit=Unit.PEOPLE,
        sum=Sum.LAST,
        places={"mailchimp": ("stats.cleaned_count",)},
    ),
)

#: The numbers told first, of posts and of places: by the pages, and as columns of ``api_analytics_summary``.
SHOWN_OF_POSTS: Final = ("views", "opens", "reach", "reactions", "likes", "comments", "shares", "saves", "clicks")
SHOWN_OF_PLACES: Final = ("followers", "views", "profile_views", "clicks")

VOCABULARY: Final[Mapping[str, Definition]] = {one.name: one for one in _TABLE}

#: By our table, the one neutral name of a platform's own; of posts and of places apart, for platforms use a word for both.
_OF_POSTS: Final = {
    (platform, raw): one.name for one in _TABLE for platform, names in one.posts.items() for raw in names
}
_OF_PLACES: Final = {
    (platform, raw): one.name for one in _TABLE for platform, names in one.places.items() for raw in names
}


def name_of_post_metric(platform: str, raw_name: str, told: str) -> str:
    """Return our name of a figure of a post; ``told`` is the connector's, kept for what the table does not know."""
    return _OF_POSTS.get((platform, raw_name), told)


def name_of_place_metric(platform: str, raw_name: str, told: str) -> str:
    """Return our name of a figure of a place."""
    return _OF_PLACES.get((platform, raw_name), told)


def definition_of(name: str) -> Definition:
    """Return what a name means; of one that the table does not know, no more than itself."""
    known = VOCABULARY.get(name)
    return known or Definition(name, name.replace("_", " ").capitalize(), "Told by the platform; not yet in our table.")


def whole(value: float) -> float | int:
    """Return a value as people write it: without a fraction where there is none."""
    return int(value) if float(value).is_integer() else value


def table() -> str:
    """Return the vocabulary as the table in ``docs/api/analytics.md``."""

    def sources(told: Mapping[str, tuple[str, ...]]) -> str:
        return "; ".join(f"{slug}: {', '.join(f'`{name}`' for name in names)}" for slug, names in told.items()) or "–"

    lines = [
        "| metric | means | counted in | several come to one by | of posts | of places |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{one.name}` | {one.meaning} | {one.unit.value} | {one.sum.value} | {sources(one.posts)} | {sources(one.places)} |"
        for one in VOCABULARY.values()
    ]
    return "\n".join(lines) + "\n"
