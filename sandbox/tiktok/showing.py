"""Posts as people see them: words, pictures, and for whom they are."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.media import Media
from sandbox.platforms import MediaShown
from sandbox.switches import Switches
from sandbox.tiktok.audience import Audience
from sandbox.tiktok.creator import EVERYONE, FOLLOWERS, FRIENDS, SELF
from sandbox.tiktok.records import Post, Publish

_FOR_WHOM = {EVERYONE: "", FRIENDS: "friends", FOLLOWERS: "followers", SELF: "only the creator"}


@dataclass(frozen=True)
class Seen:
    """One post on a page for people; `only_for` is empty when everybody sees it."""

    post: Post
    media: tuple[MediaShown, ...]
    only_for: str
    in_moderation: bool
    labels: tuple[str, ...]
    counts: dict[str, int]


def seen(post: Post, switches: Switches, now: float) -> Seen:
    """Return a post as its creator's page shows it."""
    settings = post.settings
    labels = (
        ("Paid partnership", settings.get("brand_content_toggle")),
        ("Promotional content", settings.get("brand_organic_toggle")),
        ("Creator labelled as AI-generated", settings.get("is_aigc")),
        ("Comments off", settings.get("disable_comment")),
    )
    return Seen(
        post=post,
        media=media_of(post),
        only_for=_FOR_WHOM[post.privacy],
        in_moderation=post.public_at is not None and now < post.public_at,
        labels=tuple(words for words, there in labels if there),
        counts=Audience(switches).counts(post, now),
    )


def media_of(row: Post | Publish) -> tuple[MediaShown, ...]:
    """Return the files of a post or a draft."""
    kind = "video" if row.kind == "video" else "image"
    return tuple(MediaShown(kind, Media.path(digest)) for digest in row.media)


def text_of(draft: Publish) -> str:
    """Return the words that came with a draft."""
    parts = (str(draft.post_info.get(name) or "") for name in ("title", "description"))
    return "\n\n".join(part for part in parts if part)


def path_of(username: str, post: Post) -> str:
    """Return where people see a post."""
    return f"/@{username}/{post.kind}/{post.id}"
