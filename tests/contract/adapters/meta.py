"""How Meta's town is played: Pages and Instagram accounts of one person."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import requests

from connectors.types import Capability
from foundation.secret import Secret
from sandbox.adapter import SandboxAdapter
from sandbox.app import create_app
from sandbox.meta import demo
from sandbox.meta.records import DEFAULT_APP_ID, DEFAULT_APP_SECRET
from sandbox.platforms import TimelineItem
from sandbox.world import World
from tests.conftest import GATEWAY
from tests.contract.adapter import Adapter, Door, FetcherDoor, Shape, Specimen, Trouble, Wish
from tests.contract.adapters import meta_contents

PAGE, INSTAGRAM = "facebook_page", "instagram_account"
GRAPH = {"host": "graph.facebook.com", "method": "POST"}
CALLBACK = "https://hub.example/webhooks/meta/"
VERIFY = "typed into the dashboard"
FORMATS = {Capability.REEL: "reel", Capability.STORY: "story"}
#: What publishing to a kind of place stands on.
SCOPES = {PAGE: "pages_manage_posts", INSTAGRAM: "instagram_content_publish"}


class MetaAdapter(Adapter):
    """Facebook and Instagram."""

    slug = "meta"
    #: Meta names no time here; the connector waits at least so long.
    patience = timedelta(minutes=1)

    def hub_settings(self) -> Mapping[str, Any]:
        """The verify token that the operator typed into the app's dashboard; what deleting takes in this town."""
        return {
            "META_WEBHOOK_VERIFY_TOKEN": Secret(VERIFY),
            "META_INSTAGRAM_DELETE_SCOPE": "instagram_content_publish",
        }

    def switches(self) -> Mapping[str, Any]:
        """Let Instagram delete with the scope that is asked for: which one it takes is a weak fact."""
        return {"meta.ig_delete_scope": "instagram_content_publish"}

    def more_shapes(self, kind: str) -> tuple[Shape, ...]:
        """Instagram mixes photos and videos."""
        mixed = Shape("a carousel of photos and a video", Capability.PHOTOS, ("photo", "video", "photo"))
        return (mixed,) if kind == INSTAGRAM else ()

    def place(self, kind: str) -> str:
        """The bakery, on Facebook and on Instagram."""
        return demo.BAKERY if kind == PAGE else demo.IG_BAKERY

    def settings(self, kind: str, shape: Shape, parent: str) -> dict[str, Any]:
        """The format of reels and stories."""
        return {"format": FORMATS[shape.capability]} if shape.capability in FORMATS else {}

    def publish_call(self, kind: str, shape: Shape) -> Wish:
        """Each kind of post of a Page has a call of its own; Instagram has one for all."""
        if kind == INSTAGRAM:
            return {**GRAPH, "path": "*/media_publish"}
        story = "photo_stories" if "photo" in shape.files else "video_stories"
        call = {Capability.VIDEO: "videos", Capability.REEL: "video_reels", Capability.STORY: story}
        return {**GRAPH, "path": f"*/{call.get(shape.capability, 'feed')}"}

    def comment_call(self, kind: str) -> Wish:
        """Comments stand below the post in every case."""
        return {**GRAPH, "path": "*/comments"}

    def trouble(self, trouble: Trouble, kind: str, shape: Shape) -> Wish:
        """Meta's codes for each class, on the publishing call."""
        code: dict[str, int] = {
            # Documented as surely not done: a fetch that failed, a prepared post that is not found yet.
            Trouble.TRANSIENT: {"code": 389} if kind == PAGE else {"code": 24, "subcode": 2207006},
            Trouble.RATE_LIMITED: {"code": 80001 if kind == PAGE else 80002},
            Trouble.REJECTED: {"code": 100, "subcode": 1404102}
            if kind == PAGE
            else {"code": 36004, "subcode": 2207010},
            Trouble.UNEXPECTED: {"code": 99_999},
        }[trouble]
        return {"kind": "platform_error", "error": code, **self.publish_call(kind, shape)}

    def marks(self, world: World, item: TimelineItem) -> Iterable[Capability]:
        """Reels and stories, as the town keeps them."""
        if item.link:
            yield Capability.LINK
        if "story" in item.platform_name:
            yield Capability.STORY
        post = world.meta.state.posts.get(item.id)
        videos = [world.meta.state.library.videos.get(one) for one in post.media] if post else []
        if "reel" in item.platform_name or any(video is not None and video.kind == "reel" for video in videos):
            yield Capability.REEL

    def comments(self, world: World, external_id: str) -> list[str]:
        """What stands under a post of a Page or of Instagram."""
        state = world.meta.state
        video = state.library.videos.get(external_id)
        ids = [external_id, video.post_id] if video is not None else [external_id]
        page = [comment.message for one in ids for comment in state.comments_of(one)]
        return page + [comment.text for comment in state.instagram.comments_of(external_id)]

    def end_grant(self, world: World) -> None:
        """She removes the app in her settings."""
        world.meta.revoke({"user": demo.AMELIE, "subcode": 458})

    def lose_scope(self, world: World, kind: str) -> None:
        """She takes one permission back."""
        with world.changing():
            grant = world.meta.state.grant_of(demo.AMELIE, DEFAULT_APP_ID)
            assert grant is not None
            grant.granted.remove(SCOPES[kind])
            grant.declined.append(SCOPES[kind])
            world.meta.state.save_grant(grant)

    def grant_stands(self, world: World) -> bool:
        """Ask the town for a living token of hers."""
        return any(token.person_id == demo.AMELIE and not token.dead_subcode for token in world.meta.state.tokens)

    def gather_audience(self, world: World, external_id: str) -> None:
        """The town's numbers come by themselves, two days later."""

    def metrics(self, kind: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """Insights take up to 48 hours."""
        told = {"views", "reach"}
        return frozenset(told), frozenset(told), frozenset({"reach"})

    def webhook_kinds(self) -> frozenset[str]:
        """Pages tell news, and Instagram through the Page it is linked to."""
        return frozenset({PAGE, INSTAGRAM})

    def open_door(self, world: World, door: Door) -> None:
        """Register the callback at the app, as an operator does in its dashboard."""
        world.media.fetcher = FetcherDoor(door, world.media.fetcher, CALLBACK)
        session = requests.Session()
        session.mount(GATEWAY, SandboxAdapter(create_app(world)))
        for obj, fields in (("page", "feed,mention"), ("instagram", "comments,mentions")):
            said = {"object": obj, "callback_url": CALLBACK, "fields": fields, "verify_token": VERIFY}
            said["access_token"] = f"{DEFAULT_APP_ID}|{DEFAULT_APP_SECRET}"
            answer = session.post(f"{GATEWAY}/graph.facebook.com/v25.0/{DEFAULT_APP_ID}/subscriptions", data=said)
            assert answer.json() == {"success": True}, answer.text

    def comment_from_outside(self, world: World, kind: str, external_id: str, text: str) -> None:
        """A stranger comments."""
        if kind == PAGE:
            world.meta.webhook("feed", {"page": demo.BAKERY, "post": external_id, "text": text})
        else:
            world.meta.webhook("ig_comments", {"account": demo.IG_BAKERY, "media": external_id, "text": text})

    def specimens(self, kind: str, parent: str) -> Iterable[Specimen]:
        """Contents around Meta's limits."""
        return meta_contents.specimens(kind, parent)

    def without_quotas(self) -> Mapping[str, Any]:
        """Posts of Instagram, containers and reels have daily quotas."""
        names = ("meta.ig_quota_total", "meta.ig_containers_per_day", "meta.reels_per_day")
        return dict.fromkeys(names, 1_000_000)

    def may_be_stricter(self) -> Mapping[str, str]:
        """What the sheet refuses and the town does not look at."""
        return meta_contents.STRICTER

    def may_be_missed(self) -> Mapping[str, str]:
        """What the town refuses beyond the sheet."""
        return meta_contents.MISSED


ADAPTER = MetaAdapter()
