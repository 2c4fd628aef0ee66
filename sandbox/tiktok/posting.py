"""What every init shares: the fields of `post_info`, the rules of privacy and audit, the caps, the new publish."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.tiktok import limits
from sandbox.tiktok.ask import Ask, is_count, utf16_length
from sandbox.tiktok.creator import PRIVACY_LEVELS, SELF, privacy_options
from sandbox.tiktok.errors import Refusal, invalid
from sandbox.tiktok.records import MediaKind, Mode, Publish, Source

FLAGS = ("disable_duet", "disable_comment", "disable_stitch", "brand_content_toggle", "brand_organic_toggle", "is_aigc")
UPLOADING, DOWNLOADING = "PROCESSING_UPLOAD", "PROCESSING_DOWNLOAD"


def read_flags(post_info: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return the yes-or-no settings that were sent; each is optional, and nothing but true or false."""
    sent = {name: post_info[name] for name in names if post_info.get(name) is not None}
    wrong = [name for name, value in sent.items() if not isinstance(value, bool)]
    if wrong:
        raise invalid(f"The {wrong[0]} is invalid")
    return sent


def read_text(post_info: dict[str, Any], name: str, most: int) -> str:
    """Return a text within its length in UTF-16 units."""
    text = post_info.get(name)
    if text is None:
        return ""
    if not isinstance(text, str) or utf16_length(text) > most:
        raise invalid(f"The {name} is invalid or longer than {most}")
    return text


def check_privacy(ask: Ask, post_info: dict[str, Any]) -> str:
    """Return for whom a direct post is: a known level, not at odds with branding, one the creator has, and audited."""
    level = post_info.get("privacy_level")
    if level not in PRIVACY_LEVELS:
        raise invalid("The privacy level is empty or incorrect")
    refused = ask.world.switches.word("tiktok.branded_self_only") == "refuse"
    if refused and level == SELF and post_info.get("brand_content_toggle") is True:
        raise invalid("Branded content visibility cannot be set to private")
    if level not in privacy_options(ask.creator):
        raise Refusal("privacy_level_option_mismatch")
    if not ask.app.audited and not (ask.creator.private and level == SELF):
        raise Refusal("unaudited_client_can_only_post_to_private_accounts")
    return str(level)


def check_caps(ask: Ask, mode: Mode) -> None:
    """Refuse a creator who may not post now, directly or as a draft."""
    if mode == "direct":
        limits.refuse_capped(ask)
    elif ask.creator.banned:
        raise Refusal("spam_risk_user_banned_from_posting")
    elif limits.too_many_drafts(ask):
        raise Refusal("spam_risk_too_many_pending_share")


def begin(ask: Ask, kind: MediaKind, mode: Mode, source: Source, post_info: dict[str, Any]) -> Publish:
    """Make a publish that has yet to be filled. Two equal inits make two."""
    head = {"video": "v", "photo": "p"}[kind]
    place = {"direct": "pub", "inbox": "inbox"}[mode]
    version = "v1" if mode == "inbox" else "v2-1"
    publish_id = f"{head}_{place}_{source}~{version}.{7_400_000_000_000_000_000 + secrets.randbelow(10**18)}"
    status = UPLOADING if source == "file" else DOWNLOADING
    return Publish(publish_id, ask.app.key, ask.creator.id, kind, mode, source, ask.now, status, post_info)


def check_timestamp(post_info: dict[str, Any]) -> int:
    """Return the moment of the cover; what makes no sense means the first frame."""
    moment = post_info.get("video_cover_timestamp_ms")
    return moment if is_count(moment) and 0 <= moment < 2**31 else 0
