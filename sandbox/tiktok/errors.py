"""The platform's refusals, in its own shapes (docs/platforms/tiktok.md 1.6 and 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_GUIDELINES = (
    "Please review our integration guidelines at https://developers.tiktok.com/doc/content-sharing-guidelines/"
)

# Code: status, message. For most 403s the message never says more than this.
CODES: dict[str, tuple[int, str]] = {
    "access_token_invalid": (401, "The access token is invalid or not found in the request."),
    "scope_not_authorized": (401, "The user did not authorize the scope required for completing this request."),
    "scope_permission_missed": (400, "The scope for one of the requested fields is missing."),
    "rate_limit_exceeded": (429, "The API rate limit was exceeded. Please try again later."),
    "invalid_params": (400, "One or more fields in the request is invalid."),
    "invalid_param": (400, "One or more fields in the request is invalid."),
    "invalid_file_upload": (400, "The uploaded file does not meet the specifications."),
    "spam_risk_too_many_posts": (403, _GUIDELINES),
    "spam_risk_too_many_pending_share": (403, _GUIDELINES),
    "spam_risk_user_banned_from_posting": (403, _GUIDELINES),
    "spam_risk": (403, _GUIDELINES),
    "spam_risk_text": (403, _GUIDELINES),
    "reached_active_user_cap": (403, _GUIDELINES),
    "unaudited_client_can_only_post_to_private_accounts": (403, _GUIDELINES),
    "url_ownership_unverified": (403, _GUIDELINES),
    "privacy_level_option_mismatch": (403, _GUIDELINES),
    "app_version_check_failed": (400, "The app version of the user does not support this."),
    "invalid_publish_id": (400, "The publish_id does not exist."),
    "token_not_authorized_for_specified_publish_id": (
        400,
        "The token does not belong to the account of this publish_id.",
    ),
    "publish_not_cancellable": (400, "The publish has ended and cannot be cancelled."),
    "internal_error": (500, "Something is wrong. Please try again later."),
}
# What bars a creator or an app for today.
CAPS = ("spam_risk_too_many_posts", "spam_risk_user_banned_from_posting", "reached_active_user_cap")


@dataclass
class Refusal(Exception):
    """Refuse a call to the API."""

    code: str
    message: str = ""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        status, message = CODES.get(self.code, (400, "The request failed."))
        self.status = self.status or status
        self.message = self.message or message


@dataclass
class OAuthRefusal(Exception):
    """Refuse a call to an OAuth endpoint; its HTTP status is a switch."""

    error: str
    description: str


def invalid(message: str = "") -> Refusal:
    """Refuse a value; the message tells which."""
    return Refusal("invalid_params", message)


def scripted(wish: Mapping[str, Any], status: int | None) -> Refusal:
    """Make the error a fault asks for: `code` (any word), `message`."""
    return Refusal(str(wish.get("code") or "internal_error"), str(wish.get("message") or ""), status or 0)
