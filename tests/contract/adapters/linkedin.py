"""How LinkedIn's town is played: a member's profile and a page of hers."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.types import Capability, WebhookRequest
from sandbox.linkedin import demo
from sandbox.linkedin.courier import Letter, Reply
from sandbox.platforms import TimelineItem
from sandbox.world import World
from tests.contract.adapter import Adapter, Door, Shape, Specimen, Trouble, Wish
from tests.contract.adapters import linkedin_contents

MEMBER, PAGE = "linkedin_member", "linkedin_organization"
API = {"host": "api.linkedin.com", "method": "POST"}
#: What publishing to a kind of place stands on.
SCOPES = {MEMBER: "w_member_social", PAGE: "w_organization_social"}
_WITH_FILES = frozenset({Capability.PHOTO, Capability.PHOTOS, Capability.VIDEO, Capability.DOCUMENT})


class LinkedInAdapter(Adapter):
    """LinkedIn."""

    slug = "linkedin"
    #: LinkedIn names no time; the connector waits so long at first.
    patience = timedelta(minutes=2)

    def hub_settings(self) -> Mapping[str, Any]:
        """The address of the hub, which LinkedIn is told when a page is subscribed."""
        return {"LINKEDIN_DEVELOPER_APP_ID": "5550001"}

    def switches(self) -> Mapping[str, Any]:
        """Let nobody react by himself, so that what is absent stays absent."""
        return {"linkedin.audience": "quiet"}

    def place(self, kind: str) -> str:
        """Sólveig, and her observatory."""
        return f"urn:li:person:{demo.SOLVEIG}" if kind == MEMBER else f"urn:li:organization:{demo.OBSERVATORY}"

    def settings(self, kind: str, shape: Shape, parent: str) -> dict[str, Any]:
        """Polls and reshares are said by settings alone."""
        if shape.capability is Capability.POLL:
            return {"poll": {"question": "Tea (hot)?", "options": ["Yes", "No"]}}
        return {"reshare_of": parent} if shape.capability is Capability.RESHARE else {}

    def publish_call(self, kind: str, shape: Shape) -> Wish:
        """One call makes every post."""
        return {**API, "path": "/rest/posts"}

    def comment_call(self, kind: str) -> Wish:
        """Comments are social actions."""
        return {**API, "path": "*/comments"}

    def trouble(self, trouble: Trouble, kind: str, shape: Shape) -> Wish:
        """LinkedIn's codes for each class, on the publishing call."""
        said: dict[str, Wish] = {
            Trouble.TRANSIENT: {"error": {"code": "CONFLICT"}},
            Trouble.RATE_LIMITED: {"error": {"code": "TOO_MANY_REQUESTS"}},
            Trouble.REJECTED: {"error": {"code": "UNPROCESSABLE_ENTITY"}},
            Trouble.UNEXPECTED: {"error": {"code": "OUT_OF_INK"}, "status": 418},
        }
        return {"kind": "platform_error", **said[trouble], **self.publish_call(kind, shape)}

    def silent(self, kind: str, shape: Shape) -> str:
        """A member's posts may not be read, and nothing says that the duplicate check looks at files."""
        if kind == MEMBER and shape.capability in _WITH_FILES:
            return "reading a member's posts is closed to new apps"
        return ""

    def comment_silent(self, kind: str) -> str:
        """A member's comments may not be read either."""
        return "reading a member's comments is closed to new apps" if kind == MEMBER else ""

    def marks(self, world: World, item: TimelineItem) -> Iterable[Capability]:
        """Links, polls and reshares."""
        post = world.linkedin.state.posts.get(item.id)
        assert post is not None
        assert not post.truncated, "an unescaped sign cut the text"
        yield from (
            mark
            for mark, there in (
                (Capability.LINK, "article" in post.content),
                (Capability.POLL, "poll" in post.content),
                (Capability.RESHARE, bool(post.reshare_of)),
            )
            if there
        )

    def comments(self, world: World, external_id: str) -> list[str]:
        """What stands under a post."""
        return [comment.text for comment in world.linkedin.state.comments_of(external_id)]

    def end_grant(self, world: World) -> None:
        """She takes the app's access away."""
        world.linkedin.revoke({"user": demo.SOLVEIG})

    def lose_scope(self, world: World, kind: str) -> None:
        """LinkedIn grants all or nothing; a scope goes when the app loses a product."""
        with world.changing():
            for token in world.linkedin.state.tokens:
                if SCOPES[kind] in token.scopes:
                    token.scopes.remove(SCOPES[kind])
                    world.linkedin.state.save_token(token)

    def grant_stands(self, world: World) -> bool:
        """Ask the town for a living access token of hers."""
        tokens = world.linkedin.state.tokens
        return any(token.member_id == demo.SOLVEIG and token.kind == "access" and not token.revoked for token in tokens)

    def gather_audience(self, world: World, external_id: str) -> None:
        """Ninety people look, four like it."""
        world.linkedin.levers()[("POST", "audience")]({"post": external_id, "impressions": 90, "likes": 4})

    def metrics(self, kind: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """A page's post that nobody saw is not in LinkedIn's answer, which means 0 there."""
        return frozenset(), frozenset({"views", "reactions"}), frozenset({"followers"})

    def numbers_need(self, kind: str) -> str:
        """A member's numbers are gated, and this app is not let in."""
        return "r_member_postAnalytics" if kind == MEMBER else ""

    def webhook_kinds(self) -> frozenset[str]:
        """Pages alone tell news."""
        return frozenset({PAGE})

    def open_door(self, world: World, door: Door) -> None:
        """LinkedIn asks its question when a page is subscribed."""

        def deliver(letter: Letter) -> Reply:
            query = dict(parse_qsl(urlsplit(letter.url).query))
            reply = door(WebhookRequest(letter.method, letter.headers, query, letter.body))
            return Reply(200, reply.content_type, reply.body) if reply else Reply(200)

        world.linkedin.courier.send, world.linkedin.courier.in_background = deliver, False

    def comment_from_outside(self, world: World, kind: str, external_id: str, text: str) -> None:
        """Mateo comments."""
        wish = {"post": external_id, "action": "COMMENT", "user": demo.MATEO, "text": text}
        world.linkedin.levers()[("POST", "webhooks")](wish)

    def specimens(self, kind: str, parent: str) -> Iterable[Specimen]:
        """Contents around LinkedIn's limits."""
        return linkedin_contents.specimens(kind, parent)

    def may_be_stricter(self) -> Mapping[str, str]:
        """What the sheet refuses and the town does not look at."""
        return linkedin_contents.STRICTER


ADAPTER = LinkedInAdapter()
