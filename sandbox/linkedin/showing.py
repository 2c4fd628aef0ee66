"""Posts as people see them: the text after little text was read, the media once it can be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sandbox.linkedin import little_text, media
from sandbox.linkedin.little_text import Element
from sandbox.linkedin.post_content import assets_in
from sandbox.linkedin.presets import MEDIA_HOST
from sandbox.linkedin.records import Comment, Member, Organization, Post
from sandbox.linkedin.state import State
from sandbox.platforms import MediaShown
from sandbox.switches import Switches

_DAYS = {"ONE_DAY": 1, "THREE_DAYS": 3, "SEVEN_DAYS": 7, "FOURTEEN_DAYS": 14}


@dataclass(frozen=True)
class Article:
    """A link card; a picture only when a thumbnail was uploaded."""

    source: str
    site: str
    title: str
    description: str
    picture: str


@dataclass(frozen=True)
class Poll:
    """A question with its answers and how long it is open."""

    question: str
    options: tuple[str, ...]
    days: int


@dataclass(frozen=True)
class Seen:
    """One post on a page for people."""

    post: Post
    author: Member | Organization | None
    elements: tuple[Element, ...]
    media: tuple[MediaShown, ...]
    article: Article | None
    poll: Poll | None
    reshared: Post | None
    reshared_by: str
    comments: tuple[tuple[str, Comment], ...]
    visible: bool
    processing: bool


def seen(state: State, switches: Switches, post: Post, now: float) -> Seen:
    """Return a post as its page shows it."""
    states = _states(state, switches, post, now)
    reshared = state.posts.get(post.reshare_of)
    return Seen(
        post=post,
        author=state.author(post.author),
        elements=little_text.parse(post.commentary, lambda urn: getattr(state.author(urn), "name", None)).elements,
        media=shown_media(state, switches, post, now),
        article=_article(state, switches, post, now),
        poll=_poll(post),
        reshared=reshared,
        reshared_by=name_of(state, reshared.author) if reshared else "",
        comments=tuple((name_of(state, item.actor), item) for item in state.comments_of(post.urn)),
        visible=media.FAILED not in states,
        processing=media.PROCESSING in states,
    )


def is_visible(state: State, switches: Switches, post: Post, now: float) -> bool:
    """Say whether people see a post: one whose media failed is not there for anybody."""
    return not post.content or media.FAILED not in _states(state, switches, post, now)


def shown_media(state: State, switches: Switches, post: Post, now: float) -> tuple[MediaShown, ...]:
    """Return the media people see under a post, those only that are ready."""
    if "article" in post.content:
        return ()
    shown = []
    for block in _blocks(post.content):
        asset = state.assets.get(str(block["id"]))
        if asset is not None and media.status_of(asset, switches, now) == media.AVAILABLE:
            words = str(block.get("altText") or block.get("title") or "")
            shown.append(MediaShown(asset.kind, f"/{MEDIA_HOST}{media.seen_at(asset)}", words))
    return tuple(shown)


def name_of(state: State, urn: str) -> str:
    """Return what people call an author."""
    author = state.author(urn)
    return author.name if author else urn


def _states(state: State, switches: Switches, post: Post, now: float) -> set[str]:
    if "article" in post.content:
        # A thumbnail that fails leaves a card without a picture, not a hidden post.
        return set()
    assets = (state.assets.get(urn) for urn in assets_in(post.content))
    return {media.status_of(asset, switches, now) for asset in assets if asset is not None}


def _blocks(content: dict[str, Any]) -> list[dict[str, Any]]:
    if "media" in content:
        return [content["media"]]
    return list(content["multiImage"]["images"]) if "multiImage" in content else []


def _article(state: State, switches: Switches, post: Post, now: float) -> Article | None:
    block = post.content.get("article")
    if block is None:
        return None
    asset = state.assets.get(str(block.get("thumbnail", "")))
    ready = asset is not None and media.status_of(asset, switches, now) == media.AVAILABLE
    picture = f"/{MEDIA_HOST}{media.seen_at(asset)}" if asset is not None and ready else ""
    site = urlsplit(block["source"]).netloc.removeprefix("www.")
    return Article(block["source"], site, block.get("title", ""), block.get("description", ""), picture)


def _poll(post: Post) -> Poll | None:
    block = post.content.get("poll")
    if block is None:
        return None
    options = tuple(str(option["text"]) for option in block["options"])
    return Poll(str(block["question"]), options, _DAYS[block["settings"]["duration"]])
