"""The Verifications API: whether a location may speak for itself, and what to do when it may not."""

from __future__ import annotations

from typing import Any

from sandbox.google_business.ask import Ask

STANDINGS = ("verified", "verify", "verify_pending", "wait", "conflict", "suspended", "disabled")
_ACTIONS: dict[str, dict[str, Any]] = {
    "verify": {"verify": {}},
    "verify_pending": {"verify": {"hasPendingVerification": True}},
    "wait": {"waitForVoiceOfMerchant": {}},
    "conflict": {"resolveOwnershipConflict": {}},
    "suspended": {"complyWithGuidelines": {"recommendationReason": "BUSINESS_LOCATION_SUSPENDED"}},
    "disabled": {"complyWithGuidelines": {"recommendationReason": "BUSINESS_LOCATION_DISABLED"}},
}
_WITHOUT_AUTHORITY = ("verify", "verify_pending", "conflict")


def voice(ask: Ask) -> dict[str, Any]:
    """Tell the state of a location's voice; what is false is absent."""
    location = ask.location()
    told: dict[str, Any] = {}
    if location.has_voice:
        told["hasVoiceOfMerchant"] = True
    if location.standing not in _WITHOUT_AUTHORITY:
        told["hasBusinessAuthority"] = True
    return told | _ACTIONS.get(location.standing, {})


def verifications(ask: Ask) -> dict[str, Any]:
    """List the attempts at verifying a location."""
    location = ask.location()
    if location.standing == "verify":
        return {}
    state = "PENDING" if location.standing == "verify_pending" else "COMPLETED"
    attempt = {
        "name": f"{location.name}/verifications/{location.place_id}",
        "method": "PHONE_CALL",
        "state": state,
        "createTime": "2026-09-01T09:30:00Z",
    }
    return {"verifications": [attempt]}
