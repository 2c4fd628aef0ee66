"""graph.facebook.com: version, token, proof, limits, then the handler that the path and the object name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from sandbox.calls import Call
from sandbox.meta import (
    comments,
    debug_token,
    insights,
    instagram_comments,
    instagram_containers,
    instagram_insights,
    instagram_media,
    instagram_publishing,
    oauth,
    pages,
    permissions,
    photos,
    posts,
    processing,
    publishing,
    reels,
    stories,
    subscriptions,
    uploads,
    videos,
)
from sandbox.meta.answers import new_trace_id, respond
from sandbox.meta.ask import Ask
from sandbox.meta.errors import GraphError, invalid, missing_object, unknown_path
from sandbox.meta.instagram_records import Account, Container, InstagramComment, Medium
from sandbox.meta.limits import Asset, Limits
from sandbox.meta.media_records import Photo, UploadSession, Video
from sandbox.meta.records import App, Business, Comment, Human, Page, Post
from sandbox.meta.state import State
from sandbox.meta.tokens import check_proof, identify
from sandbox.meta.versions import answering, split_version

if TYPE_CHECKING:
    from sandbox.world import World

# Understood on every call.
_COMMON = frozenset({"access_token", "appsecret_proof", "locale", "pretty"})


@dataclass(frozen=True)
class Handler:
    """What answers a call, and the parameters it knows; any other is refused."""

    run: Callable[..., dict[str, Any]]
    params: frozenset[str]
    files: frozenset[str] = frozenset()


_NODES = Map(
    [
        Rule("/oauth/access_token", endpoint="access_token"),
        Rule("/debug_token", endpoint="debug_token"),
        Rule("/<node>", endpoint=""),
        Rule("/<node>/<edge>", endpoint="edge"),
    ],
    strict_slashes=False,
)
_FIXED = {
    ("GET", "access_token"): Handler(oauth.access_token, oauth.PARAMS),
    ("POST", "access_token"): Handler(oauth.access_token, oauth.PARAMS),
    ("GET", "debug_token"): Handler(debug_token.debug_token, debug_token.PARAMS),
}
_NO_PARAMS: frozenset[str] = frozenset()
# What can be asked of each kind of object, by verb and edge.
_TABLE: dict[tuple[type, str, str], Handler] = {
    (Human, "GET", ""): Handler(pages.person, pages.READ_PARAMS),
    (Human, "GET", "permissions"): Handler(permissions.listed, pages.LIST_PARAMS),
    (Human, "DELETE", "permissions"): Handler(permissions.revoked, permissions.DELETE_PARAMS),
    (Human, "GET", "accounts"): Handler(pages.accounts, pages.LIST_PARAMS),
    (Human, "GET", "businesses"): Handler(pages.businesses, pages.LIST_PARAMS),
    (Business, "GET", ""): Handler(pages.business, pages.READ_PARAMS),
    (Business, "GET", "owned_pages"): Handler(pages.owned_pages, pages.LIST_PARAMS),
    (Business, "GET", "client_pages"): Handler(pages.client_pages, pages.LIST_PARAMS),
    (Page, "GET", ""): Handler(pages.page, pages.READ_PARAMS),
    (Page, "POST", "feed"): Handler(publishing.publish, publishing.PARAMS),
    (Page, "GET", "feed"): Handler(posts.feed, posts.LISTING_PARAMS),
    (Page, "GET", "posts"): Handler(posts.published_posts, posts.LISTING_PARAMS),
    (Page, "GET", "published_posts"): Handler(posts.published_posts, posts.LISTING_PARAMS),
    (Page, "GET", "scheduled_posts"): Handler(posts.scheduled_posts, posts.LISTING_PARAMS),
    (Page, "POST", "photos"): Handler(photos.create, photos.PARAMS, photos.FILES),
    (Page, "GET", "photos"): Handler(photos.listed, pages.LIST_PARAMS | photos.LISTING_PARAMS),
    (Page, "POST", "videos"): Handler(videos.create, videos.PARAMS, videos.FILES),
    (Page, "GET", "videos"): Handler(videos.listed, posts.LISTING_PARAMS),
    (Page, "POST", "video_reels"): Handler(reels.reel, reels.REEL_PARAMS),
    (Page, "GET", "video_reels"): Handler(videos.listed_reels, posts.LISTING_PARAMS),
    (Page, "POST", "video_stories"): Handler(reels.story, reels.STORY_PARAMS),
    (Page, "POST", "photo_stories"): Handler(stories.photo, stories.PHOTO_PARAMS),
    (Page, "GET", "stories"): Handler(stories.listed, stories.LISTING_PARAMS),
    (Page, "GET", "insights"): Handler(insights.of_page, insights.PARAMS),
    (Page, "POST", "subscribed_apps"): Handler(subscriptions.subscribe_page, subscriptions.PAGE_PARAMS),
    (Page, "GET", "subscribed_apps"): Handler(subscriptions.list_page, pages.LIST_PARAMS),
    (Page, "DELETE", "subscribed_apps"): Handler(subscriptions.unsubscribe_page, _NO_PARAMS),
    (App, "POST", "subscriptions"): Handler(subscriptions.subscribe_app, subscriptions.APP_PARAMS),
    (App, "GET", "subscriptions"): Handler(subscriptions.list_app, pages.LIST_PARAMS),
    (App, "DELETE", "subscriptions"): Handler(subscriptions.unsubscribe_app, frozenset({"object"})),
    (App, "POST", "uploads"): Handler(uploads.start, uploads.PARAMS),
    (UploadSession, "POST", ""): Handler(uploads.append, _NO_PARAMS),
    (UploadSession, "GET", ""): Handler(uploads.read, _NO_PARAMS),
    (Photo, "POST", "comments"): Handler(comments.on_media, comments.CREATE_PARAMS),
    (Photo, "GET", "comments"): Handler(comments.on_media, pages.LIST_PARAMS),
    (Video, "POST", "comments"): Handler(comments.on_media, comments.CREATE_PARAMS),
    (Video, "GET", "comments"): Handler(comments.on_media, pages.LIST_PARAMS),
    (Photo, "GET", ""): Handler(photos.read, pages.READ_PARAMS),
    (Photo, "DELETE", ""): Handler(photos.delete, _NO_PARAMS),
    (Video, "GET", ""): Handler(videos.read, pages.READ_PARAMS),
    (Video, "DELETE", ""): Handler(videos.delete, _NO_PARAMS),
    (Video, "GET", "video_insights"): Handler(insights.of_video, insights.PARAMS),
    (Account, "GET", ""): Handler(instagram_media.account, pages.READ_PARAMS),
    (Account, "GET", "media"): Handler(instagram_media.media, instagram_media.LISTING_PARAMS),
    (Account, "POST", "media"): Handler(instagram_containers.create, instagram_containers.PARAMS),
    (Account, "POST", "media_publish"): Handler(instagram_publishing.publish, instagram_publishing.PARAMS),
    (Account, "GET", "stories"): Handler(instagram_media.stories, instagram_media.LISTING_PARAMS),
    (Account, "GET", "content_publishing_limit"): Handler(
        instagram_publishing.publishing_limit, instagram_publishing.LIMIT_PARAMS
    ),
    (Account, "GET", "insights"): Handler(instagram_insights.of_account, instagram_insights.ACCOUNT_PARAMS),
    (Container, "GET", ""): Handler(instagram_containers.read, pages.READ_PARAMS),
    (Medium, "GET", ""): Handler(instagram_media.read, pages.READ_PARAMS),
    (Medium, "POST", ""): Handler(instagram_media.edit, instagram_media.EDIT_PARAMS),
    (Medium, "DELETE", ""): Handler(instagram_media.delete, _NO_PARAMS),
    (Medium, "GET", "insights"): Handler(instagram_insights.of_medium, instagram_insights.MEDIA_PARAMS),
    (Medium, "GET", "comments"): Handler(instagram_comments.listed, pages.LIST_PARAMS),
    (Medium, "POST", "comments"): Handler(instagram_comments.create, instagram_comments.CREATE_PARAMS),
    (InstagramComment, "GET", ""): Handler(instagram_comments.read, pages.READ_PARAMS),
    (InstagramComment, "POST", ""): Handler(instagram_comments.edit, instagram_comments.EDIT_PARAMS),
    (InstagramComment, "DELETE", ""): Handler(instagram_comments.delete, _NO_PARAMS),
    (InstagramComment, "GET", "replies"): Handler(instagram_comments.replies, pages.LIST_PARAMS),
    (InstagramComment, "POST", "replies"): Handler(instagram_comments.reply, instagram_comments.CREATE_PARAMS),
    (Post, "GET", "insights"): Handler(insights.of_post, insights.PARAMS),
    (Post, "GET", ""): Handler(posts.read, pages.READ_PARAMS),
    (Post, "POST", ""): Handler(posts.edit, posts.EDIT_PARAMS),
    (Post, "DELETE", ""): Handler(posts.delete, _NO_PARAMS),
    (Post, "POST", "comments"): Handler(comments.create, comments.CREATE_PARAMS),
    (Post, "GET", "comments"): Handler(comments.listed, pages.LIST_PARAMS),
    (Comment, "GET", ""): Handler(comments.read, pages.READ_PARAMS),
    (Comment, "DELETE", ""): Handler(comments.delete, _NO_PARAMS),
}
_EDGES = {edge for _, _, edge in _TABLE if edge}


class Graph:
    """Answer calls to the Graph API."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state
        self._limits = Limits(world.store, world.switches)

    def answer(self, call: Call) -> Response:
        """Answer one call, with the headers every answer has."""
        headers = {"x-fb-trace-id": new_trace_id()}
        try:
            version, rest = split_version(call.path)
            version = answering(version, rest, self._world.clock.now(), self._world.switches)
            headers["facebook-api-version"] = version
            now = self._world.now()
            self._state.release_due(now)
            if self._state.library.processing:
                processing.settle(self._state, self._world.clock.now())
            ask = Ask(self._world, self._state, call, version, rest, now)
            return respond(self._work(ask, headers), 200, headers)
        except GraphError as refusal:
            return _refusal(refusal, headers)

    def scripted(self, call: Call, error: GraphError) -> Response:
        """Answer with an error that was not earned."""
        headers = {"x-fb-trace-id": new_trace_id()}
        with suppress(GraphError):
            version, rest = split_version(call.path)
            headers["facebook-api-version"] = answering(version, rest, self._world.clock.now(), self._world.switches)
        return _refusal(error, headers)

    def _work(self, ask: Ask, headers: dict[str, str]) -> dict[str, Any]:
        name, node, edge = _match(ask.path)
        if ask.call.unreadable:
            raise invalid(ask.call.unreadable)
        if name == "access_token":
            return _run(_FIXED.get((ask.call.method, name)), ask)
        self._authenticate(ask)
        row = None if name == "debug_token" else self._find(ask, node)
        asset = _asset(row)
        # A handler that waited for an errand starts over: that is still one call.
        refusal = None if ask.call.errands else self._limits.count(ask.speaker, asset, ask.now)
        headers.update(self._limits.headers(ask.speaker, asset, ask.now))
        if refusal is not None:
            raise refusal
        if name == "debug_token":
            return _run(_FIXED.get((ask.call.method, name)), ask)
        if edge and edge not in _EDGES:
            raise unknown_path(f"/{edge}")
        handler = _TABLE.get((type(row), ask.call.method, edge))
        if row is None or handler is None:
            raise missing_object(ask.call.method, node)
        return _run(handler, ask, row)

    def _authenticate(self, ask: Ask) -> None:
        """Recognise the token, wherever it was put, and check the proof that came with it."""
        ask.presented = ask.text("access_token") or ask.call.bearer or ask.call.credential("oauth")
        if not ask.presented:
            if ask.path.startswith("/me"):
                raise GraphError(
                    2500, "An active access token must be used to query information about the current user."
                )
            raise GraphError(104, "An access token is required to request this resource.")
        ask.token = identify(self._state, ask.presented, ask.now)
        app = self._state.apps.get(ask.token.app_id)
        if app is None:
            raise GraphError(190, "Error validating application. Application has been deleted.")
        required = self._world.switches.flag("meta.require_appsecret_proof")
        check_proof(app, ask.presented, ask.text("appsecret_proof"), required=required)

    def _find(self, ask: Ask, node: str) -> object | None:
        state, speaker = self._state, ask.speaker
        if node == "me":
            if speaker.kind == "APP":
                raise GraphError(
                    2500, "An active access token must be used to query information about the current user."
                )
            return state.pages.get(speaker.page_id) if speaker.kind == "PAGE" else state.people.get(speaker.person_id)
        for collection in (
            state.pages,
            state.posts,
            state.instagram.accounts,
            state.instagram.containers,
            state.instagram.media,
            state.library.videos,
            state.library.photos,
            state.people,
            state.businesses,
            state.comments,
            state.instagram.comments,
            state.apps,
            state.library.sessions,
        ):
            found: object | None = collection.get(node)
            if found is not None:
                return found
        return None


def _asset(row: object) -> Asset:
    """Return whose calls these are: an Instagram account's, a Page's, or nobody's in particular."""
    if isinstance(row, Account):
        return Asset("instagram", row.id)
    if isinstance(row, Container | Medium | InstagramComment):
        return Asset("instagram", row.account_id)
    if isinstance(row, Page):
        return Asset("page", row.id)
    return Asset("page", row.page_id) if isinstance(row, Post | Photo | Video) else Asset()


def _match(path: str) -> tuple[str, str, str]:
    """Return the name of a fixed path, or the node and the edge."""
    try:
        name, values = _NODES.bind("").match(path, method="GET")
    except HTTPException:
        raise unknown_path(path) from None
    return name, values.get("node", ""), values.get("edge", "")


def _run(handler: Handler | None, ask: Ask, *row: object) -> dict[str, Any]:
    if handler is None:
        raise missing_object(ask.call.method, ask.path.strip("/"))
    unknown = sorted(set(ask.call.params) - handler.params - _COMMON)
    unknown += sorted(set(ask.call.files) - handler.files)
    if unknown:
        ask.call.note = f"unknown parameter: {', '.join(unknown)}"
        raise invalid(f"Unknown parameter: {', '.join(unknown)}")
    return handler.run(ask, *row)


def _refusal(error: GraphError, headers: dict[str, str]) -> Response:
    """Answer with an error in the platform's shape."""
    return respond(error.body(headers["x-fb-trace-id"]), error.status, headers)
