"""How Google's town is played: a bakery of Inês's, in a group of hers."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from connectors.google_business.posts import AS_UPDATE
from connectors.types import Capability
from sandbox.google_business import demo
from sandbox.google_business.tokens import BUSINESS
from sandbox.world import World
from tests.contract.adapter import Adapter, Shape, Specimen, Trouble, Wish
from tests.contract.adapters import google_business_contents

LOCATION = "google_business_location"
API = {"host": "mybusiness.googleapis.com", "method": "POST"}
_PERIOD = {
    "title": "Jazz night",
    "start_date": "2031-12-04",
    "start_time": "19:00",
    "end_date": "2031-12-04",
    "end_time": "22:30",
}
_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "an event": {"post_type": "EVENT", "event": _PERIOD},
    "an offer": {"post_type": "OFFER", "event": _PERIOD, "offer": {"coupon_code": "SAVE20", "terms": "One each"}},
    "a series": {
        "post_type": "EVENT",
        "event": _PERIOD,
        "repeat": {"every": "WEEKLY", "days_of_week": ["THURSDAY"]},
    },
    "a call": {"button": "CALL"},
    "a product as an update": {"post_type": "PRODUCT", "product_as_update": True},
}


class GoogleBusinessAdapter(Adapter):
    """Google Business Profile."""

    slug = "google_business"
    #: Google names no time; its quotas are by the minute.
    patience = timedelta(minutes=1)

    def switches(self) -> Mapping[str, Any]:
        """A list in no order, fields nobody has heard of, and no time that Google takes to decide: that is tried elsewhere."""
        return {
            "google_business.list_order": "shuffled",
            "google_business.extra_fields": True,
            "google_business.processing_s": 0,
        }

    def hub_settings(self) -> Mapping[str, Any]:
        """Our own counting is tried with the connector; here many tests share a minute."""
        return {"GOOGLE_BUSINESS_CALLS_PER_MINUTE": 0, "GOOGLE_BUSINESS_EDITS_PER_MINUTE": 0}

    def more_shapes(self, kind: str) -> tuple[Shape, ...]:
        """Events, offers, series, a call button, and a product that goes as an update."""
        texts = tuple(Shape(name, Capability.TEXT) for name in ("an event", "an offer", "a series", "a call"))
        return (*texts, Shape("a product as an update", Capability.LINK, ("photo",), "https://example.org/bread"))

    def place(self, kind: str) -> str:
        """Her bakery."""
        return f"locations/{demo.BAKERY}"

    def settings(self, kind: str, shape: Shape, parent: str) -> dict[str, Any]:
        """Types of posts are said by settings."""
        return dict(_SETTINGS.get(shape.name, {}))

    def publish_call(self, kind: str, shape: Shape) -> Wish:
        """One call makes every post."""
        return {**API, "path": "*/localPosts"}

    def trouble(self, trouble: Trouble, kind: str, shape: Shape) -> Wish:
        """Google's errors for each class, on the publishing call."""
        said: dict[str, Wish] = {
            Trouble.TRANSIENT: {"error": {"code": "ABORTED"}},
            Trouble.RATE_LIMITED: {"error": {"code": "RATE_LIMIT_EXCEEDED"}},
            Trouble.REJECTED: {"error": {"code": "INVALID_ARGUMENT"}},
            Trouble.UNEXPECTED: {"error": {"code": "OUT_OF_INK"}, "status": 418},
        }
        return {"kind": "platform_error", **said[trouble], **self.publish_call(kind, shape)}

    def end_grant(self, world: World) -> None:
        """She takes the app's access away."""
        world.google_business.revoke({"user": demo.INES})

    def lose_scope(self, world: World, kind: str) -> None:
        """There is one scope, and it goes."""
        with world.changing():
            for token in world.google_business.state.tokens:
                if BUSINESS in token.scopes:
                    token.scopes.remove(BUSINESS)
                    world.google_business.state.save_token(token)

    def grant_stands(self, world: World) -> bool:
        """Ask the town for a living token of hers."""
        tokens = world.google_business.state.tokens
        return any(token.person_id == demo.INES and not token.revoked for token in tokens)

    def metrics(self, kind: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """Figures of the place, and how late they are."""
        return frozenset(), frozenset(), frozenset({"views", "clicks", "calls", "days_behind"})

    def webhook_kinds(self) -> frozenset[str]:
        """Google tells no news of posts."""
        return frozenset()

    def review_from_outside(self, world: World, kind: str, text: str, *, stars: int) -> None:
        """A customer writes."""
        wish = {"location": demo.BAKERY, "stars": stars, "comment": text}
        world.google_business.levers()[("POST", "reviews")](wish)

    def specimens(self, kind: str, parent: str) -> Iterable[Specimen]:
        """Contents around Google's limits."""
        return google_business_contents.specimens()

    def without_quotas(self) -> Mapping[str, Any]:
        """Posts follow each other fast, and each is looked at first."""
        limits = dict.fromkeys(("google_business.limit_minute", "google_business.limit_writes"), 0)
        return {**limits, "google_business.processing_s": 5}

    def notes(self) -> frozenset[str]:
        """A product says that it went as an update."""
        return frozenset({"", AS_UPDATE})

    def may_be_stricter(self) -> Mapping[str, str]:
        """What the sheet refuses and the town does not look at."""
        return google_business_contents.STRICTER

    def may_be_missed(self) -> Mapping[str, str]:
        """What comes out only when a picture is turned into a JPEG."""
        return google_business_contents.MISSED


ADAPTER = GoogleBusinessAdapter()
