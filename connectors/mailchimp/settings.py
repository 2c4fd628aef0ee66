"""What authors set for an audience beyond text, link and images, as JSON Schema.

Source: https://mailchimp.com/developer/marketing/api/campaigns/ and .../campaign-content/, read 2026-11-21. What fits together is
judged by ``checks``, which knows the whole post; here stand only the shapes.
"""

from enum import StrEnum
from typing import Any, Final

from connectors.base import SettingsSchema

#: From memory, as docs/platforms/mailchimp.md says: Mailchimp's own form stops there, and no page of the API names a limit.
LONGEST_SUBJECT: Final = 150
LONGEST_PREVIEW: Final = 150
LONGEST_NAME: Final = 100
LONGEST_TITLE: Final = 100
#: Ours: what is longer is no mail any more.
LONGEST_HTML: Final = 1_000_000
LONGEST_SECTION: Final = 200_000
MOST_SECTIONS: Final = 100
MOST_TAGS: Final = 5
#: https://mailchimp.com/developer/marketing/api/campaigns/ : in bytes, and Mailchimp's own figure.
LONGEST_ANALYTICS: Final = 50


class Format(StrEnum):
    """What a mail is made of."""

    TEXT = "text"
    HTML = "html"
    PLAIN_TEXT = "plain_text"
    TEMPLATE = "template"


class Delivery(StrEnum):
    """When it goes out, and who keeps the time."""

    NOW = "now"
    SCHEDULED = "scheduled"
    DRAFT = "draft"


_ID: Final[dict[str, Any]] = {"type": "integer", "minimum": 1}

SCHEDULE: Final[dict[str, Any]] = {
    "schedule_time": {
        "type": "string",
        "format": "date-time",
        "maxLength": 40,
        "title": "Mailchimp sends at",
        "description": "On the quarter hour, with an offset: 2026-12-24T09:15:00+01:00. For any other moment schedule the post "
        "here instead and leave the delivery at now.",
    },
    "timewarp": {
        "type": "boolean",
        "default": False,
        "title": "At that hour of each contact's own time zone",
        "description": "Timewarp; needs the Standard plan and a day's lead.",
    },
    "batch_delivery": {
        "type": "object",
        "title": "In batches",
        "description": "Needs the Standard plan.",
        "additionalProperties": False,
        "required": ["batch_delay", "batch_count"],
        "properties": {
            "batch_delay": {"type": "integer", "minimum": 1, "maximum": 1440, "title": "Minutes between batches"},
            "batch_count": {"type": "integer", "minimum": 2, "maximum": 100, "title": "Number of batches"},
        },
    },
}

AUDIENCE: Final = SettingsSchema(
    version=1,
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "subject": {
                "type": "string",
                "maxLength": LONGEST_SUBJECT,
                "title": "Subject",
                "description": "Every mail needs one. Merge tags such as *|FNAME|* work.",
            },
            "preview_text": {
                "type": "string",
                "maxLength": LONGEST_PREVIEW,
                "title": "Preview text",
                "description": "What inboxes show behind the subject.",
            },
            "from_name": {
                "type": "string",
                "maxLength": LONGEST_NAME,
                "title": "From name",
                "description": "Left out: the audience's own.",
            },
            "reply_to": {
                "type": "string",
                "format": "email",
                "maxLength": 254,
                "title": "From and reply-to address",
                "description": "Left out: the audience's own. Its domain must be verified in Mailchimp.",
            },
            "format": {
                "type": "string",
                "enum": [*Format],
                "default": Format.TEXT,
                "title": "Made of",
                "description": "text: the post's own text, link and images. html: your HTML. plain_text: no HTML at all. "
                "template: a template of your Mailchimp account.",
            },
            "html": {
                "type": "string",
                "maxLength": LONGEST_HTML,
                "contentMediaType": "text/html",
                "title": "HTML",
                "description": "The post's images are named in it as media:1, media:2 and so on.",
            },
            "plain_text": {
                "type": "string",
                "maxLength": LONGEST_HTML,
                "title": "Plain text",
                "description": "What readers without HTML see; left out, Mailchimp makes it of the HTML.",
            },
            "template_id": {**_ID, "title": "Template", "description": "The number of a template of your account."},
            "template_sections": {
                "type": "object",
                "maxProperties": MOST_SECTIONS,
                "additionalProperties": {"type": "string", "maxLength": LONGEST_SECTION},
                "title": "Sections of the template",
                "description": "HTML by the name of the editable area (mc:edit); areas left out keep the template's own.",
            },
            "segment_id": {
                **_ID,
                "title": "Segment",
                "description": "Send to a saved segment of the audience instead of all of it.",
            },
            "tag_ids": {
                "type": "array",
                "items": _ID,
                "minItems": 1,
                "maxItems": MOST_TAGS,
                "uniqueItems": True,
                "title": "Tags",
                "description": "Send to the contacts with these tags, by the tags' numbers.",
            },
            "tag_match": {
                "type": "string",
                "enum": ["all", "any"],
                "default": "all",
                "title": "A contact must have",
                "description": "All of the tags, or any.",
            },
            "delivery": {
                "type": "string",
                "enum": [*Delivery],
                "default": Delivery.NOW,
                "title": "Delivery",
                "description": "now: sent when the post is published. scheduled: handed over, and sent by Mailchimp at its hour. "
                "draft: left as a draft in Mailchimp.",
            },
            **SCHEDULE,
            "track_opens": {"type": "boolean", "default": True, "title": "Count opens"},
            "track_clicks": {"type": "boolean", "default": True, "title": "Count clicks"},
            "google_analytics": {
                "type": "string",
                "maxLength": LONGEST_ANALYTICS,
                "title": "Google Analytics",
                "description": "The campaign's name there, at most 50 bytes.",
            },
            "title": {
                "type": "string",
                "maxLength": LONGEST_TITLE,
                "title": "Name in Mailchimp",
                "description": "Readers never see it; left out, it is the subject.",
            },
            "to_name": {
                "type": "string",
                "maxLength": LONGEST_NAME,
                "title": "To name",
                "description": "Mostly a merge tag: *|FNAME|* *|LNAME|*.",
            },
            "inline_css": {"type": "boolean", "default": False, "title": "Write styles into the tags"},
        },
    },
)
