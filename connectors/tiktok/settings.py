"""What authors set for TikTok beyond text and files, as JSON Schema.

Source: https://developers.tiktok.com/doc/content-sharing-guidelines and .../content-posting-api-reference-direct-post, text of
2026-09-11. TikTok wants that a person chooses who sees a post, with nothing chosen beforehand, switches comments, duets and
stitches on rather than off, discloses advertising, and agrees before anything is sent. What they chose is kept with the post.
"""

from collections.abc import Mapping
from typing import Any, Final

from connectors.base import SettingsSchema

DIRECT: Final = "direct"
DRAFT: Final = "draft"

EVERYONE: Final = "PUBLIC_TO_EVERYONE"
FRIENDS: Final = "MUTUAL_FOLLOW_FRIENDS"
FOLLOWERS: Final = "FOLLOWER_OF_CREATOR"
ONLY_ME: Final = "SELF_ONLY"
PRIVACY_LEVELS: Final = (EVERYONE, FRIENDS, FOLLOWERS, ONLY_ME)

NOTHING: Final = "none"
YOUR_BRAND: Final = "your_brand"
BRANDED: Final = "branded_content"
BOTH: Final = "your_brand_and_branded_content"

SCHEMA: Final = SettingsSchema(
    version=1,
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "post_mode": {
                "type": "string",
                "enum": [DIRECT, DRAFT],
                "default": DIRECT,
                "title": "How it reaches TikTok",
                "description": "A draft waits in the creator's TikTok inbox until they finish it in the app; most choices below "
                "are made there.",
            },
            "privacy_level": {
                "type": "string",
                "enum": list(PRIVACY_LEVELS),
                "title": "Who can see it",
                "description": "Must be chosen for each post; which ones there are depends on the account.",
            },
            "allow_comment": {"type": "boolean", "default": False, "title": "Allow comments"},
            "allow_duet": {"type": "boolean", "default": False, "title": "Allow duets (videos)"},
            "allow_stitch": {"type": "boolean", "default": False, "title": "Allow stitches (videos)"},
            "commercial_content": {
                "type": "string",
                "enum": [NOTHING, YOUR_BRAND, BRANDED, BOTH],
                "default": NOTHING,
                "title": "It promotes something",
                "description": "Your own brand is labelled 'Promotional content', branded content for somebody else 'Paid "
                "partnership'. Branded content cannot be for yourself alone.",
            },
            "is_aigc": {"type": "boolean", "default": False, "title": "Made with AI"},
            "title": {
                "type": "string",
                "maxLength": 90,
                "title": "Title of a post of photos",
                "description": "Up to 90 characters; the text becomes the description. A video has its text alone.",
            },
            "cover_timestamp_ms": {
                "type": "integer",
                "minimum": 0,
                "maximum": 2**31 - 1,
                "title": "Cover of a video",
                "description": "The moment that is shown, in milliseconds.",
            },
            "cover_index": {
                "type": "integer",
                "minimum": 0,
                "maximum": 34,
                "default": 0,
                "title": "Cover of a post of photos",
                "description": "Which photo is shown first, counted from 0.",
            },
            "add_music": {"type": "boolean", "default": False, "title": "Let TikTok add music (photos)"},
            "consent": {
                "type": "boolean",
                "default": False,
                "title": "I agree to TikTok's Music Usage Confirmation, and to sending this to TikTok",
                "description": "https://www.tiktok.com/legal/page/global/music-usage-confirmation/en; for branded content the Branded "
                "Content Policy too: https://www.tiktok.com/legal/page/global/bc-policy/en. Needed unless it is a draft.",
            },
        },
    },
)


def is_draft(said: Mapping[str, Any]) -> bool:
    """Tell whether the creator finishes it in the app."""
    return bool(said.get("post_mode", DIRECT) == DRAFT)


def is_branded(said: Mapping[str, Any]) -> bool:
    """Tell whether somebody else pays for it."""
    return said.get("commercial_content", NOTHING) in {BRANDED, BOTH}


def is_own_brand(said: Mapping[str, Any]) -> bool:
    """Tell whether it promotes the creator's own business."""
    return said.get("commercial_content", NOTHING) in {YOUR_BRAND, BOTH}
