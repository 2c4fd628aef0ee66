"""What the feed page shows of the Meta town: posts, stories and Instagram media as timeline items."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from typing import TYPE_CHECKING

from sandbox.media import Media
from sandbox.meta.ask import INSTAGRAM_HOST, SITE_HOST
from sandbox.meta.instagram_fields import permalink_path as instagram_path
from sandbox.meta.instagram_records import Account, Medium
from sandbox.meta.media_fields import DAY_S
from sandbox.meta.media_records import Story
from sandbox.meta.post_fields import permalink_path
from sandbox.meta.records import Post
from sandbox.meta.state import State
from sandbox.platforms import Destination, MediaShown, TimelineItem

if TYPE_CHECKING:
    from sandbox.world import World

SLUG = "meta"


class Shown:
    """Make timeline items."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    def destinations(self) -> list[Destination]:
        """Return Pages and professional Instagram accounts, with how much each has said."""
        state = self._state
        places = [
            Destination(page.id, page.name, state.count_posts_of(page.id) + sum(1 for _ in self._stories(page.id)))
            for page in state.pages
        ]
        return places + [
            Destination(account.id, f"@{account.username}", sum(1 for _ in state.instagram.media_of(account.id)))
            for account in state.instagram.accounts
            if account.kind != "personal"
        ]

    def timeline(self, destination: str = "") -> Iterator[TimelineItem]:
        """Yield what one destination or all of them have said, newest first."""
        state = self._state
        page_ids = [destination] if destination else [page.id for page in state.pages]
        accounts = [one for one in state.instagram.accounts if destination in ("", one.id)]
        posts = merge(*(state.posts_of(page_id) for page_id in page_ids), key=lambda post: post.seq, reverse=True)
        streams: list[Iterator[TimelineItem]] = [map(self.post, posts)]
        streams += [map(self.story, self._stories(page_id)) for page_id in page_ids]
        streams += [map(self.medium, state.instagram.media_of(account.id)) for account in accounts]
        return merge(*streams, key=lambda item: item.created, reverse=True)

    def post(self, post: Post) -> TimelineItem:
        """Return a Page's post."""
        page, app = self._state.pages.get(post.page_id), self._state.apps.get(post.app_id)
        return TimelineItem(
            id=post.id,
            platform=SLUG,
            platform_name="Facebook",
            destination=post.page_id,
            destination_name=page.name if page else post.page_id,
            text=post.message,
            link=post.link,
            created=post.created,
            live=post.published,
            goes_live=None if post.published else post.scheduled_for,
            application=app.name if app else post.app_id,
            host=SITE_HOST,
            path=permalink_path(post),
            profile_path=f"/{post.page_id}",
            comments=len(self._state.comments_of(post.id)),
            media=tuple(shown for media_id in post.media for shown in self._files(media_id)),
        )

    def story(self, story: Story) -> TimelineItem:
        """Return a Page's story."""
        page = self._state.pages.get(story.page_id)
        return TimelineItem(
            id=story.id,
            platform=SLUG,
            platform_name="Facebook story",
            destination=story.page_id,
            destination_name=page.name if page else story.page_id,
            text="",
            link="",
            created=story.created,
            live=self._world.now() < story.created + DAY_S,
            goes_live=None,
            application=self._app_of(story.media_id),
            host=SITE_HOST,
            path=f"/stories/{story.page_id}/{story.id}",
            profile_path=f"/{story.page_id}",
            comments=0,
            media=self._files(story.media_id),
        )

    def medium(self, medium: Medium) -> TimelineItem:
        """Return something published on Instagram."""
        account = self._state.instagram.accounts.get(medium.account_id)
        app = self._state.apps.get(medium.app_id)
        username = account.username if account else medium.account_id
        kind = {"STORY": " story", "REELS": " reel"}.get(medium.product, "")
        return TimelineItem(
            id=medium.id,
            platform=SLUG,
            platform_name=f"Instagram{kind}",
            destination=medium.account_id,
            destination_name=f"@{username}",
            text=medium.caption,
            link="",
            created=medium.created,
            live=medium.product != "STORY" or self._world.now() < medium.created + DAY_S,
            goes_live=None,
            application=app.name if app else medium.app_id,
            host=INSTAGRAM_HOST,
            path=instagram_path(medium, username),
            profile_path=f"/{username}",
            comments=len(self._state.instagram.comments_of(medium.id)),
            media=tuple(
                MediaShown("video" if one.video else "image", Media.path(one.digest), one.alt) for one in medium.shown
            ),
        )

    def account(self, username: str) -> Account | None:
        """Return a professional account by its name."""
        accounts = self._state.instagram.accounts
        return next((one for one in accounts if one.username == username and one.kind != "personal"), None)

    def _stories(self, page_id: str) -> Iterator[Story]:
        return self._state.library.stories_of(page_id)

    def _files(self, media_id: str) -> tuple[MediaShown, ...]:
        photo, video = self._state.library.photos.get(media_id), self._state.library.videos.get(media_id)
        if photo is not None:
            return (MediaShown("image", Media.path(photo.digest), photo.alt),)
        return (MediaShown("video", Media.path(video.digest), video.title),) if video is not None else ()

    def _app_of(self, media_id: str) -> str:
        row = self._state.library.photos.get(media_id) or self._state.library.videos.get(media_id)
        app = self._state.apps.get(row.app_id) if row is not None else None
        return app.name if app else ""
