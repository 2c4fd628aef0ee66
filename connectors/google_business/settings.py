"""What authors may set for a location beyond text, link and photo, as JSON Schema.

Source: https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts and
https://developers.google.com/my-business/content/posts-data, read 2026-11-21. What a type of post needs is told by ``checks``, which knows
the whole post; here stand only the shapes.
"""

from typing import Any, Final

from connectors.base import SettingsSchema

STANDARD: Final = "STANDARD"
EVENT: Final = "EVENT"
OFFER: Final = "OFFER"
#: What people look for and Google's API does not have; see ``checks``.
PRODUCT: Final = "PRODUCT"
POST_TYPES: Final = (STANDARD, EVENT, OFFER, PRODUCT)
CALL: Final = "CALL"
SHOP: Final = "SHOP"
LEARN_MORE: Final = "LEARN_MORE"
BUTTONS: Final = ("BOOK", "ORDER", SHOP, LEARN_MORE, "SIGN_UP", CALL)
DAYS: Final = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
DAILY: Final = "DAILY"
WEEKLY: Final = "WEEKLY"
MONTHLY: Final = "MONTHLY"
WEEKS: Final = ("FIRST", "SECOND", "THIRD", "FOURTH", "LAST")
#: Known from guides alone, not from Google's reference.
LONGEST_TITLE: Final = 58
LONGEST_TERMS: Final = 5_000
LONGEST_CODE: Final = 58

_DATE: Final[dict[str, Any]] = {"type": "string", "format": "date"}
_TIME: Final[dict[str, Any]] = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
_MOMENT: Final[dict[str, Any]] = {"type": "string", "format": "date-time"}


def _group(heading: str, about: str, /, **members: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "title": heading,
        "description": about,
        "additionalProperties": False,
        "properties": members,
    }


FOR_LOCATIONS: Final = SettingsSchema(
    version=1,
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "post_type": {
                "type": "string",
                "enum": list(POST_TYPES),
                "default": STANDARD,
                "title": "Type of post",
                "description": "An update, an event, or an offer. Google's API takes no products: see 'Send a product as an update'.",
            },
            "button": {
                "type": "string",
                "enum": list(BUTTONS),
                "title": "Button",
                "description": "It leads to the link of the post; Call dials the number of the profile. A link alone gets Learn more.",
            },
            "event": _group(
                "Event or offer",
                "What an event or an offer is called and how long it lasts, in the location's own time.",
                title={"type": "string", "maxLength": LONGEST_TITLE, "title": "Title"},
                start_date={**_DATE, "title": "First day"},
                start_time={**_TIME, "title": "From", "description": "Such as 19:00."},
                end_date={**_DATE, "title": "Last day"},
                end_time={**_TIME, "title": "Until", "description": "Such as 22:00."},
            ),
            "repeat": _group(
                "Repetition",
                "Shows an event or offer again and again.",
                every={"type": "string", "enum": [DAILY, WEEKLY, MONTHLY], "title": "How often"},
                days_of_week={
                    "type": "array",
                    "uniqueItems": True,
                    "maxItems": len(DAYS),
                    "items": {"type": "string", "enum": list(DAYS)},
                    "title": "On these days",
                    "description": "Of a weekly repetition.",
                },
                day_of_month={"type": "integer", "minimum": 1, "maximum": 31, "title": "On this day of the month"},
                week_of_month={
                    "type": "string",
                    "enum": list(WEEKS),
                    "title": "In this week of the month",
                    "description": "On the weekday of the first day.",
                },
                until={**_MOMENT, "title": "Until", "description": "Nothing: without an end."},
            ),
            "offer": _group(
                "Terms of the offer",
                "What stands on an offer; all of it may be left out.",
                coupon_code={"type": "string", "maxLength": LONGEST_CODE, "title": "Code"},
                redeem_url={"type": "string", "format": "uri", "maxLength": 2000, "title": "Address to redeem it"},
                terms={"type": "string", "maxLength": LONGEST_TERMS, "title": "Terms and conditions"},
            ),
            "product": _group(
                "Product",
                "What stands at the head of a product that is sent as an update.",
                name={"type": "string", "maxLength": LONGEST_TITLE, "title": "Name"},
                price={"type": "string", "maxLength": 40, "title": "Price", "description": "As people read it: 12.50 EUR."},
            ),
            "product_as_update": {
                "type": "boolean",
                "default": False,
                "title": "Send a product as an update",
                "description": "Google's API cannot make products. This sends an update with the photo and a shop button instead.",
            },
            "scheduled_time": {
                **_MOMENT,
                "title": "Let Google publish it at",
                "description": "Google keeps it until then. Left out, Switchboard sends it when it is due, which is the usual way.",
            },
            "language": {
                "type": "string",
                "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
                "maxLength": 35,
                "title": "Language",
                "description": "Such as en or de-AT; otherwise that of the profile. Nothing is translated.",
            },
        },
    },
)  # fmt: skip
