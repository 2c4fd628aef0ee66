"""What authors may set for a Page or an Instagram account beyond text, link and files.

Source: docs/platforms/meta.md, "Facebook Page publishing" and "Instagram". What a format does not take is refused by ``checks_page`` and
``checks_instagram``, which know the files; here stand only the shapes.
"""

from typing import Any, Final

from connectors.base import SettingsSchema

_FORMAT: Final = {
    "type": "string",
    "enum": ["feed", "reel", "story"],
    "default": "feed",
    "title": "Format",
    "description": "Where it appears: in the feed, as a reel, or as a story for 24 hours.",
}
_OBJECT_ID: Final = {"type": "string", "pattern": "^[0-9]{1,25}$"}
_USERNAME: Final = {"type": "string", "pattern": "^@?[A-Za-z0-9._]{1,30}$"}
_SHARE: Final = {"type": "number", "minimum": 0, "maximum": 1}

PAGE: Final = SettingsSchema(
    version=1,
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "format": _FORMAT,
            "title": {
                "type": "string",
                "maxLength": 255,
                "title": "Title",
                "description": "The title of a video or reel.",
            },
            "place": {
                **_OBJECT_ID,
                "title": "Place",
                "description": "The id of the Page of a place, shown with a post of the feed.",
            },
        },
    },
)

_TAG: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["username"],
    "properties": {
        "username": _USERNAME,
        "x": {**_SHARE, "description": "From the left edge (0) to the right one (1)."},
        "y": {**_SHARE, "description": "From the top edge (0) to the bottom one (1)."},
        "file": {"type": "integer", "minimum": 0, "maximum": 9, "default": 0, "description": "Which file, from 0."},
    },
}

INSTAGRAM: Final = SettingsSchema(
    version=1,
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "format": _FORMAT,
            "collaborators": {
                "type": "array",
                "maxItems": 3,
                "uniqueItems": True,
                "items": _USERNAME,
                "title": "Collaborators",
                "description": "Up to three accounts that are asked to publish it as theirs too.",
            },
            "user_tags": {
                "type": "array",
                "maxItems": 20,
                "items": _TAG,
                "title": "People",
                "description": "Accounts tagged in the files; on images with a position.",
            },
            "location_id": {
                **_OBJECT_ID,
                "title": "Location",
                "description": "The id of a Facebook Page that has an address.",
            },
            "share_to_feed": {
                "type": "boolean",
                "default": True,
                "title": "Show the reel in the feed",
                "description": "Otherwise it appears in the Reels tab alone.",
            },
            "thumb_offset_ms": {
                "type": "integer",
                "minimum": 0,
                "title": "Cover moment",
                "description": "The moment of the video that serves as its cover, in milliseconds.",
            },
            "cover_url": {
                "type": "string",
                "format": "uri",
                "maxLength": 2000,
                "title": "Cover image",
                "description": "The public address of a JPEG of up to 8 MB; it goes before the cover moment.",
            },
            "audio_name": {
                "type": "string",
                "maxLength": 255,
                "title": "Sound name",
                "description": "What the reel's own sound is called.",
            },
            "trial_reel": {
                "type": "string",
                "enum": ["manual", "ss_performance"],
                "title": "Trial reel",
                "description": "Show it to strangers first; followers see it when you say so, or when it does well.",
            },
            "is_ai_generated": {"type": "boolean", "title": "Made with AI"},
            "is_paid_partnership": {"type": "boolean", "title": "Paid partnership"},
        },
    },
)
