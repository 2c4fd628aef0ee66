"""How TikTok's town is played: one creator, through an app that has passed the audit."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from connectors.types import Capability, EventKind
from sandbox.platforms import TimelineItem
from sandbox.tiktok import demo
from sandbox.tiktok.town import TikTok
from sandbox.world import World
from tests.contract.adapter import Adapter, Door, FetcherDoor, Shape, Specimen, Trouble, Wish
from tests.contract.adapters import tiktok_contents

HUB = "https://hub.example"
PUBLISH = "video.publish"
_API = {"host": "open.tiktokapis.com", "method": "POST"}
_INIT = {**_API, "path": "/v2/post/publish/*init/"}
_CREATOR = {**_API, "path": "/v2/post/publish/creator_info/query/"}
_CHUNK = {"host": "*upload*.tiktokapis.com", "method": "PUT"}


class TikTokAdapter(Adapter):
    """TikTok."""

    slug = "tiktok"
    #: TikTok names no time; its windows are a minute long.
    patience = timedelta(minutes=1)
    told_as = EventKind.POST_CHANGED
    told_word = "no_longer_public"
    asks = False
    silenceable = False

    def prepare(self, world: World) -> None:
        """Register the hub's address and its domain, as an operator does in TikTok's portal; and no address for news."""
        world.tiktok.add_redirect_uris("", [f"{HUB}/api/oauth/tiktok/callback"])
        world.tiktok.levers()["POST", "apps"]({"domains": ["hub.example", "sandbox.example"], "webhook_url": ""})

    def hub_settings(self) -> Mapping[str, Any]:
        """TikTok fetches from https alone; and what a day allows is no rule of content."""
        return {"PUBLIC_URL": HUB, "TIKTOK_POSTS_PER_DAY": 0}

    def switches(self) -> Mapping[str, Any]:
        """Let nobody react by himself, and posts be public as soon as they are out."""
        return {"tiktok.audience": "quiet", "tiktok.moderation_s": 0, "tiktok.processing_s": 1}

    def place(self, kind: str) -> str:
        """Naiara, as our app knows her."""
        return TikTok.destination_id(demo.NAIARA)

    def settings(self, kind: str, shape: Shape, parent: str) -> dict[str, Any]:
        """What a person must choose."""
        return {"privacy_level": "PUBLIC_TO_EVERYONE", "consent": True}

    def publish_call(self, kind: str, shape: Shape) -> Wish:
        """The last bytes of a video make it public; photos are ordered to be fetched."""
        return _CHUNK if shape.capability is Capability.VIDEO else _INIT

    def trouble(self, trouble: Trouble, kind: str, shape: Shape) -> Wish:
        """TikTok's codes for each class: a passing fault before anything is sent, the others on the first request."""
        said: dict[str, Wish] = {
            Trouble.TRANSIENT: {"error": {"code": "internal_error"}, **_CREATOR},
            Trouble.RATE_LIMITED: {"error": {"code": "rate_limit_exceeded"}, **_INIT},
            Trouble.REJECTED: {"error": {"code": "spam_risk_text"}, **_INIT},
            Trouble.UNEXPECTED: {"error": {"code": "weather_too_fine"}, "status": 418, **_INIT},
        }
        return {"kind": "platform_error", **said[trouble]}

    def silent(self, kind: str, shape: Shape) -> str:
        """An order whose answer was lost has no name to ask by."""
        if shape.capability in {Capability.PHOTO, Capability.PHOTOS}:
            return "TikTok lists no posts of photos, and their id was in the answer alone"
        return ""

    def comments(self, world: World, external_id: str) -> list[str]:
        """Nobody's."""
        return []

    def end_grant(self, world: World) -> None:
        """She disconnects the app."""
        world.tiktok.revoke({"user": demo.NAIARA})

    def lose_scope(self, world: World, kind: str) -> None:
        """A scope goes when the app loses it."""
        with world.changing():
            for grant in world.tiktok.state.grants:
                grant.scopes = [scope for scope in grant.scopes if scope != PUBLISH]
                world.tiktok.state.save_grant(grant)
            for token in world.tiktok.state.tokens:
                token.scopes = [scope for scope in token.scopes if scope != PUBLISH]
                world.tiktok.state.save_token(token)

    def grant_stands(self, world: World) -> bool:
        """Ask the town for a living access token of hers."""
        tokens = world.tiktok.state.tokens
        return any(one.creator_id == demo.NAIARA and one.kind == "access" and not one.revoked for one in tokens)

    def gather_audience(self, world: World, external_id: str) -> None:
        """Ninety people look, four like it."""
        world.tiktok.levers()[("POST", "audience")]({"post": external_id, "view_count": 90, "like_count": 4})

    def metrics(self, kind: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """TikTok tells counts from the first moment; it knows no reach and no watch time."""
        return frozenset({"reach", "watch_time_ms"}), frozenset({"views", "likes"}), frozenset({"followers", "posts"})

    def webhook_kinds(self) -> frozenset[str]:
        """Of an account TikTok tells what becomes of its posts, and of no comments."""
        return frozenset({"tiktok_creator"})

    def open_door(self, world: World, door: Door) -> None:
        """The address is typed into the portal; TikTok takes any."""
        world.media.fetcher = FetcherDoor(door, world.media.fetcher, f"{HUB}/webhooks/tiktok/")
        world.tiktok.levers()["POST", "apps"]({"webhook_url": f"{HUB}/webhooks/tiktok/"})

    def comment_from_outside(self, world: World, kind: str, external_id: str, text: str) -> None:
        """She takes the post away."""
        world.tiktok.webhook("take_down", {"user": demo.NAIARA})

    def marks(self, world: World, item: TimelineItem) -> Iterable[Capability]:
        """A post is a video or photos, and nothing beyond."""
        return ()

    def specimens(self, kind: str, parent: str) -> Iterable[Specimen]:
        """Contents around TikTok's limits."""
        return tiktok_contents.specimens()

    def without_quotas(self) -> Mapping[str, Any]:
        """No cap of a day."""
        return {"tiktok.limit_daily_posts": 0, "tiktok.limit_pending_shares": 0}

    def notes(self) -> frozenset[str]:
        """What only its creator sees has no link, and says so."""
        return frozenset(
            {"", *(f"Only {who} it, so there is no public link." for who in ("the creator sees", "friends see"))}
        )

    def may_be_stricter(self) -> Mapping[str, str]:
        """What the sheet refuses and the town does not look at."""
        return tiktok_contents.STRICTER


ADAPTER = TikTokAdapter()
