"""What authors may set on LinkedIn beyond text, link and files, as JSON Schema, by kind of place.

Source: https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api and .../poll-post-api, read 2026-11-21.
"""

from typing import Any, Final

from connectors.base import SettingsSchema

MOST_OPTIONS: Final = 4
LEAST_OPTIONS: Final = 2
LONGEST_QUESTION: Final = 140
LONGEST_OPTION: Final = 30
LONGEST_TITLE: Final = 400
DURATIONS: Final = ("ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS")
MEMBER_VISIBILITIES: Final = ("PUBLIC", "CONNECTIONS", "LOGGED_IN")
PAGE_VISIBILITIES: Final = ("PUBLIC", "LOGGED_IN")
FEEDS: Final = ("MAIN_FEED", "NONE")
RESHARABLE: Final = r"^urn:li:(share|ugcPost):[0-9]+$"

_COMMON: Final[dict[str, Any]] = {
    "article_title": {
        "type": "string",
        "maxLength": LONGEST_TITLE,
        "title": "Title of the link",
        "description": "LinkedIn reads nothing from the address itself; without a title the address stands there.",
    },
    "article_description": {"type": "string", "maxLength": 4086, "title": "Description of the link"},
    "document_title": {"type": "string", "maxLength": LONGEST_TITLE, "title": "Title of the document"},
    "reshare_of": {
        "type": "string",
        "pattern": RESHARABLE,
        "title": "Reshare",
        "description": "The post to share again, as urn:li:share:… or urn:li:ugcPost:….",
    },
    "reshare_disabled": {"type": "boolean", "default": False, "title": "Nobody may reshare this post"},
    "poll": {
        "type": "object",
        "title": "Poll",
        "additionalProperties": False,
        "required": ["question", "options"],
        "properties": {
            "question": {"type": "string", "minLength": 1, "maxLength": LONGEST_QUESTION, "title": "Question"},
            "options": {
                "type": "array",
                "minItems": LEAST_OPTIONS,
                "maxItems": MOST_OPTIONS,
                "items": {"type": "string", "minLength": 1, "maxLength": LONGEST_OPTION},
                "title": "Answers",
                "description": "Two to four, of up to 30 characters each.",
            },
            "duration": {"type": "string", "enum": list(DURATIONS), "default": "THREE_DAYS", "title": "Open for"},
        },
    },
}


def _schema(**more: Any) -> SettingsSchema:
    return SettingsSchema(
        version=1, schema={"type": "object", "additionalProperties": False, "properties": {**more, **_COMMON}}
    )


def _visibility(words: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "string", "enum": list(words), "default": "PUBLIC", "title": "Who can see it"}


FOR_MEMBERS: Final = _schema(visibility=_visibility(MEMBER_VISIBILITIES))
FOR_PAGES: Final = _schema(
    visibility=_visibility(PAGE_VISIBILITIES),
    feed_distribution={
        "type": "string",
        "enum": list(FEEDS),
        "default": "MAIN_FEED",
        "title": "Where it appears",
        "description": "NONE keeps it out of the feed and off the page: for advertisements.",
    },
)
