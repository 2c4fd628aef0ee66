"""What happens on Pages and on Instagram from outside, in the words of webhooks."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.meta.instagram_records import Account, InstagramComment
from sandbox.meta.records import Page
from sandbox.meta.state import State
from sandbox.platforms import Happening

# Accents and an emoji, on purpose: a receiver that parses and writes again before it verifies falls over here.
STRANGER = {"id": "5550000000000001", "name": "Zoë Ærlig-Weiß 🥐"}
_STRANGER_USERNAME = "zoe.aerlig"


@dataclass(frozen=True)
class Event:
    """One entry of a delivery, and whom it is about."""

    object: str
    field: str
    page_id: str
    entry: dict[str, Any]


def make(state: State, what: str, wish: Mapping[str, Any], now: int) -> Event:
    """Make an event; `ValueError` says in words what the wish lacks."""
    return EVENTS[what](state, wish, now)


def _feed(state: State, wish: Mapping[str, Any], now: int) -> Event:
    page = _page(state, wish)
    value = {
        "item": wish.get("item", "comment"),
        "verb": wish.get("verb", "add"),
        "post_id": _post_id(state, page, wish),
        "from": wish.get("from", STRANGER),
        "message": wish.get("text", "Très bon, merci ! 🥐"),
        "created_time": now,
        "published": 1,
    }
    if value["item"] == "comment":
        value["comment_id"] = f"{str(value['post_id']).rpartition('_')[2]}_{_number(state, wish)}"
        value["parent_id"] = value["post_id"]
    return _page_change(page, "feed", value, now)


def _mention(state: State, wish: Mapping[str, Any], now: int) -> Event:
    page = _page(state, wish)
    sender = wish.get("from", STRANGER)
    value = {
        "post_id": f"{sender['id']}_{_number(state, wish)}",
        "item": "post",
        "verb": "add",
        "sender_id": sender["id"],
        "sender_name": sender["name"],
        "message": wish.get("text", f"Bravo @{page.name}"),
        "created_time": now,
    }
    return _page_change(page, "mention", value, now)


def _messages(state: State, wish: Mapping[str, Any], now: int) -> Event:
    page = _page(state, wish)
    sender, recipient = {"id": str(wish.get("from", STRANGER)["id"])}, {"id": page.id}
    message: dict[str, Any] = {"mid": f"m_{_number(state, wish)}", "text": wish.get("text", "Är ni öppna i morgon? 🚲")}
    if wish.get("is_echo"):
        sender, recipient, message["is_echo"] = recipient, sender, True
    messaging = {"sender": sender, "recipient": recipient, "timestamp": now * 1000, "message": message}
    return Event("page", "messages", page.id, {"id": page.id, "time": now * 1000, "messaging": [messaging]})


def _ig_comments(state: State, wish: Mapping[str, Any], now: int) -> Event:
    account = _account(state, wish)
    medium = state.instagram.media.get(str(wish.get("media", ""))) or next(state.instagram.media_of(account.id), None)
    if medium is None or medium.account_id != account.id:
        raise ValueError("The account has published nothing that could be commented.")
    comment = InstagramComment(
        state.new_id("178"),
        medium.id,
        account.id,
        now,
        str(wish.get("text", "Magnifique ✨")),
        _STRANGER_USERNAME,
        STRANGER["id"],
        str(wish.get("parent", "")),
    )
    # Somebody really commented: the comment can be read, answered and hidden afterwards.
    state.instagram.save_comment(comment)
    value = {
        "id": comment.id,
        "text": comment.text,
        "from": {"id": comment.author_id, "username": comment.username},
        "media": {"id": medium.id, "media_product_type": medium.product},
    }
    if comment.parent_id:
        value["parent_id"] = comment.parent_id
    return _instagram_change(account, "comments", value, now)


def _ig_mentions(state: State, wish: Mapping[str, Any], now: int) -> Event:
    account = _account(state, wish)
    value = {"media_id": _number(state, wish, "179")}
    if wish.get("in_comment"):
        value["comment_id"] = _number(state, wish, "178")
    return _instagram_change(account, "mentions", value, now)


def _story_insights(state: State, wish: Mapping[str, Any], now: int) -> Event:
    account = _account(state, wish)
    stories = (medium for medium in state.instagram.media_of(account.id) if medium.product == "STORY")
    story = state.instagram.media.get(str(wish.get("media", ""))) or next(stories, None)
    if story is None or story.product != "STORY" or story.account_id != account.id:
        raise ValueError("The account has no story.")
    reach = zlib.crc32(story.id.encode()) % 900 + 10
    value = {
        "media_id": story.id,
        "reach": reach,
        "views": reach + 12,
        "replies": reach // 90,
        "shares": reach // 50,
        "taps_forward": reach // 3,
        "taps_back": reach // 20,
        "exits": reach // 6,
    }
    return _instagram_change(account, "story_insights", value, now)


EVENTS: dict[str, Callable[[State, Mapping[str, Any], int], Event]] = {
    "feed": _feed,
    "mention": _mention,
    "messages": _messages,
    "ig_comments": _ig_comments,
    "ig_mentions": _ig_mentions,
    "story_insights": _story_insights,
}

HAPPENINGS = (
    Happening("feed", "Somebody comments on the latest post of a Page"),
    Happening("mention", "Somebody mentions a Page"),
    Happening("messages", "Somebody writes to a Page"),
    Happening("ig_comments", "Somebody comments on an Instagram account's latest post"),
    Happening("ig_mentions", "Somebody mentions an Instagram account"),
    Happening("story_insights", "An Instagram story ends and tells its numbers"),
)


def _page(state: State, wish: Mapping[str, Any]) -> Page:
    page = state.pages.get(str(wish.get("page", "")))
    if page is None:
        raise ValueError("Name a 'page' of this town.")
    return page


def _account(state: State, wish: Mapping[str, Any]) -> Account:
    account = state.instagram.accounts.get(str(wish.get("account", "")))
    if account is None:
        raise ValueError("Name an Instagram 'account' of this town.")
    return account


def _post_id(state: State, page: Page, wish: Mapping[str, Any]) -> str:
    if wish.get("post"):
        return str(wish["post"])
    latest = next(state.posts_of(page.id), None)
    return latest.id if latest else f"{page.id}_{state.new_id()}"


def _number(state: State, wish: Mapping[str, Any], kind: str = "122") -> str:
    """Return an id of something that stands outside this town; the caller may choose it, to repeat an event."""
    return str(wish.get("id") or state.new_id(kind))


def _page_change(page: Page, name: str, value: dict[str, Any], now: int) -> Event:
    return Event("page", name, page.id, {"id": page.id, "time": now, "changes": [{"field": name, "value": value}]})


def _instagram_change(account: Account, name: str, value: dict[str, Any], now: int) -> Event:
    entry = {"id": account.id, "time": now, "changes": [{"field": name, "value": value}]}
    return Event("instagram", name, account.page_id, entry)
