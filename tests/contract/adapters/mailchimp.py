"""How Mailchimp's town is played: an audience of a coffee roaster's, opened by the key of its owner."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from connectors.types import Content, EventKind
from sandbox.mailchimp import demo
from sandbox.platforms import TimelineItem
from sandbox.world import World
from tests.contract.adapter import Adapter, Door, FetcherDoor, Shape, Specimen, Trouble, Wish
from tests.contract.adapters import mailchimp_contents

HUB = "https://hub.example"
API = {"host": "us19.api.mailchimp.com"}
SEND = {**API, "method": "POST", "path": "*/actions/send"}
#: Where a mail ends and its footer begins.
_FOOTER = "\n\n--\n*|LIST:DESCRIPTION|*"


class MailchimpAdapter(Adapter):
    """Mailchimp."""

    slug = "mailchimp"
    #: Mailchimp names no time; the connector waits so long at first.
    patience = timedelta(seconds=2)
    right = "role"
    right_lost = "role_lost"
    told_as = EventKind.MEMBER_JOINED
    _joined = 0

    def hub_settings(self) -> Mapping[str, Any]:
        """Webhooks are signed where Mailchimp lets us ask for it."""
        return {"MAILCHIMP_SIGN_WEBHOOKS": True}

    def switches(self) -> Mapping[str, Any]:
        """Let nobody open mails by himself."""
        return {"mailchimp.audience": "quiet"}

    def place(self, kind: str) -> str:
        """The letter of the roastery."""
        return demo.LETTER

    def settings(self, kind: str, shape: Shape, parent: str) -> dict[str, Any]:
        """Every mail has a subject."""
        return {"subject": f"Number one: {shape}", "preview_text": "What is new", "tag_ids": [demo.WINTER_TAG]}

    def publish_call(self, kind: str, shape: Shape) -> Wish:
        """One call sends every mail."""
        return SEND

    def trouble(self, trouble: Trouble, kind: str, shape: Shape) -> Wish:
        """Mailchimp's answers for each class; nothing but a look can fail in passing, for a failed change leaves a doubt."""
        said: dict[str, Wish] = {
            Trouble.TRANSIENT: {
                "kind": "http_status",
                "status": 500,
                **API,
                "method": "GET",
                "path": "*/send-checklist",
            },
            Trouble.RATE_LIMITED: {"kind": "platform_error", "error": {"code": "TooManyRequests"}, **SEND},
            Trouble.REJECTED: {"kind": "platform_error", "error": {"code": "NotReady"}, **SEND},
            Trouble.UNEXPECTED: {"kind": "platform_error", "error": {"code": "Out Of Ink"}, "status": 418, **SEND},
        }
        return said[trouble]

    def said(self, item: TimelineItem) -> str:
        """The words above the footer, without the link that stands below them."""
        words = item.text.partition(_FOOTER)[0]
        return words.removesuffix(f"\n\n{item.link}") if item.link else words

    def shows(self, content: Content) -> bool:
        """Drafts are seen by nobody, and what Mailchimp schedules only later."""
        return bool(content.settings.get("delivery", "now") == "now")

    def comments(self, world: World, external_id: str) -> list[str]:
        """Nobody comments on a mail."""
        return []

    def end_grant(self, world: World) -> None:
        """She deletes her keys."""
        world.mailchimp.revoke({"user": str(demo.GRETA)})

    def lose_scope(self, world: World, kind: str) -> None:
        """A key has no scopes; it may do what the role of its owner allows."""
        world.mailchimp.levers()[("POST", "roles")](
            {"account": demo.ROASTERY, "user": str(demo.GRETA), "role": "author"}
        )

    def grant_stands(self, world: World) -> bool:
        """Ask the town for a living key of hers."""
        return any(key.login_id == demo.GRETA and not key.revoked for key in world.mailchimp.state.keys)

    def gather_audience(self, world: World, external_id: str) -> None:
        """Two people open the mail, one clicks."""
        world.clock.advance(60)
        world.run_errands()
        told = world.mailchimp.levers()[("GET", "mails")]({"campaign": external_id})
        first, second, *_ = told["items"][0]["addresses"]
        for action, email, url in (
            ("open", first, ""),
            ("open", second, ""),
            ("click", second, "https://example.org/"),
        ):
            wish = {"campaign": external_id, "action": action, "email": email, "url": url}
            world.mailchimp.levers()[("POST", "engage")](wish)

    def metrics(self, kind: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """A report tells zeros from the first moment on."""
        return frozenset(), frozenset({"views", "reach", "emails_sent"}), frozenset({"followers"})

    def webhook_kinds(self) -> frozenset[str]:
        """Audiences tell of contacts and campaigns."""
        return frozenset({"audience"})

    def open_door(self, world: World, door: Door) -> None:
        """The hub names an audience's own address when it subscribes; Mailchimp looks at it first."""
        world.media.fetcher = FetcherDoor(door, world.media.fetcher, f"{HUB}/webhooks/mailchimp/")

    def comment_from_outside(self, world: World, kind: str, external_id: str, text: str) -> None:
        """Nobody comments on a mail; somebody joins the audience."""
        self._joined += 1
        world.mailchimp.webhook("subscribe", {"page": demo.LETTER, "email": f"neu{self._joined}@example.org"})
        world.clock.advance(5)
        world.run_errands()

    def harmless_action(self) -> tuple[str, dict[str, Any]]:
        """Look the campaign over."""
        return "checklist", {}

    def specimens(self, kind: str, parent: str) -> Iterable[Specimen]:
        """Contents around Mailchimp's limits."""
        return mailchimp_contents.specimens()

    def may_be_stricter(self) -> Mapping[str, str]:
        """What the sheet refuses and the town does not look at."""
        return mailchimp_contents.STRICTER


ADAPTER = MailchimpAdapter()
