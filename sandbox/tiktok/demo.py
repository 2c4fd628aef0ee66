"""The demo world: four apps, four creators. Fixed ids, so that examples and screenshots stay true."""

from __future__ import annotations

from urllib.parse import urlsplit

from sandbox.tiktok.records import App, Creator
from sandbox.tiktok.scopes import BASIC, LIST, SCOPES
from sandbox.tiktok.state import State

CALLBACK_PATH, WEBHOOK_PATH = "/api/oauth/tiktok/callback", "/webhooks/tiktok/"
REDIRECT_URIS = (f"http://127.0.0.1:8000{CALLBACK_PATH}", f"http://localhost:8000{CALLBACK_PATH}")

# Audited, with every scope: what a finished product has.
DEFAULT_APP_KEY, DEFAULT_APP_SECRET = "aw7sandboxaudited1", "sandbox-tiktok-audited-secret"
# Approved, but not audited for posting.
UNAUDITED_APP_KEY, UNAUDITED_APP_SECRET = "aw7sandboxraw00002", "sandbox-tiktok-unaudited-secret"
# A sandbox of the portal: only its target users get in.
SANDBOX_APP_KEY, SANDBOX_APP_SECRET = "sbaw7sandboxmode3", "sandbox-tiktok-sandbox-secret"
# Approved for signing in and reading alone.
READER_APP_KEY, READER_APP_SECRET = "aw7sandboxreader04", "sandbox-tiktok-reader-secret"

NAIARA, TEODOR, MIRELE, OSKAR = (
    "6801000000000000101",
    "6801000000000000102",
    "6801000000000000103",
    "6801000000000000104",
)


def seed(state: State) -> None:
    """Fill an empty town."""
    for app in (
        App(DEFAULT_APP_KEY, DEFAULT_APP_SECRET, "Switchboard demo", list(REDIRECT_URIS), list(SCOPES)),
        App(
            UNAUDITED_APP_KEY,
            UNAUDITED_APP_SECRET,
            "Switchboard unaudited",
            list(REDIRECT_URIS),
            list(SCOPES),
            audited=False,
        ),
        App(
            SANDBOX_APP_KEY,
            SANDBOX_APP_SECRET,
            "Switchboard in its sandbox",
            list(REDIRECT_URIS),
            list(SCOPES),
            audited=False,
            mode="sandbox",
            targets=[TEODOR],
        ),
        App(READER_APP_KEY, READER_APP_SECRET, "Switchboard reader", list(REDIRECT_URIS), [BASIC, LIST]),
    ):
        app.domains = ["sandbox.example"]
        app.webhook_url = webhook_of(REDIRECT_URIS[0])
        state.apps.put(app.key, app)
    for creator in (
        Creator(NAIARA, "naiara.etxe", "Naiara Etxeberria 🌊", "Tide pools, slowly.", followers=4812, following=131),
        Creator(
            TEODOR,
            "teodor_kuik",
            "Teodor Kuik",
            "Bicycles. Private.",
            private=True,
            longest_s=180,
            followers=212,
            following=208,
        ),
        Creator(
            MIRELE,
            "mirele.brot",
            "Mirele Weiß – Brot & Salz",
            "Baker since 4 a.m.",
            stitch_disabled=True,
            longest_s=3600,
            verified=True,
            followers=90_133,
            following=12,
        ),
        Creator(
            OSKAR,
            "oskar.hammer",
            "Oskar Hammerschmidt",
            "Forge and fire.",
            comment_disabled=True,
            longest_s=300,
            followers=77,
            following=80,
        ),
    ):
        state.creators.put(creator.id, creator)


def destination_of(creator_id: str) -> str:
    """Return the id by which the default app knows a creator: the name of a destination in the feed."""
    return State.open_id(creator_id, DEFAULT_APP_KEY)


def webhook_of(redirect_uri: str) -> str:
    """Return where a hub hears of events, told from where it is sent back to after signing in."""
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.netloc}{WEBHOOK_PATH}"
