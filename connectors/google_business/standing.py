"""How a location stands at Google, and why nothing can be posted for it, in words with a remedy.

Source: https://developers.google.com/my-business/reference/verifications/rest/v1/locations/getVoiceOfMerchantState and
https://developers.google.com/my-business/reference/businessinformation/rest/v1/accounts.locations, read 2026-11-21. A location
without "voice of merchant" takes changes that nobody sees. ``canOperateLocalPost`` is no longer filled in and says nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from connectors.errors import ConfigurationError, ConnectorError, ReconnectRequired
from connectors.google_business.google import Google
from connectors.google_business.hosts import Api

PENDING: Final = "The location is not verified yet; a verification is under way."
_AT: Final = "at business.google.com"


@dataclass(frozen=True, slots=True)
class Standing:
    """Why nothing can be posted for a location (empty when something can), and what else people should know."""

    obstacle: str = ""
    notice: str = ""
    #: One word for the facts of a place: ``open``, ``unverified``, ``waiting``, ``conflict``, ``suspended``, ``closed``, ...
    word: str = "open"


def of(google: Google, location: Mapping[str, Any]) -> Standing:
    """Return how a location stands: by its own record, and by Google's particulars where it cannot speak for itself."""
    return on_record(location) or particulars(google, location)


def on_record(location: Mapping[str, Any]) -> Standing | None:
    """Return how a location stands by its own record alone; None where only Google's particulars can tell."""
    metadata, info = (_object(location.get(key)) for key in ("metadata", "openInfo"))
    if info.get("status") == "CLOSED_PERMANENTLY":
        return Standing(f"The location is marked as permanently closed. Reopen it {_AT} first.", word="closed")
    if metadata.get("duplicateLocation"):
        return Standing(
            f"Google takes this location for a duplicate of another one. Merge or mend it {_AT}.", word="duplicate"
        )
    if metadata.get("hasVoiceOfMerchant") is not True:
        return None
    if info.get("status") == "CLOSED_TEMPORARILY":
        return Standing(notice="The location is marked as temporarily closed.", word="closed_temporarily")
    return Standing()


def from_verifications(told: Mapping[str, Any]) -> Standing:
    """Return what Google asks of the owner, one of four things, each in its own words."""
    if told.get("hasVoiceOfMerchant") is True:
        return Standing()
    if isinstance(told.get("verify"), Mapping):
        if told["verify"].get("hasPendingVerification"):
            return Standing(f"{PENDING} Finish it {_AT}.", word="unverified")
        return Standing(f"The location is not verified. Verify it {_AT}.", word="unverified")
    if isinstance(told.get("waitForVoiceOfMerchant"), Mapping):
        return Standing("Google is still reviewing the location. Nothing helps but to wait some days.", word="waiting")
    if isinstance(told.get("resolveOwnershipConflict"), Mapping):
        return Standing(f"Somebody else owns this location at Google. Settle the ownership {_AT}.", word="conflict")
    if isinstance(told.get("complyWithGuidelines"), Mapping):
        return _against_guidelines(str(told["complyWithGuidelines"].get("recommendationReason") or ""))
    return silent()


def ask(google: Google, location: str) -> Standing:
    """Ask for the particulars of one location."""
    told = google.read(Api.VERIFICATIONS, f"{location}/VoiceOfMerchantState", operation="read_standing")
    return from_verifications(told)


def particulars(google: Google, location: Mapping[str, Any]) -> Standing:
    """Ask why a location cannot speak for itself; that API is switched on by itself, so it may not answer."""
    try:
        found = ask(google, str(location.get("name") or ""))
    except ReconnectRequired as error:
        if error.connection_ended:
            raise
        return silent()
    except (ConnectorError, ConfigurationError):
        return silent()
    # The record said that it has no voice; two answers may differ for a moment.
    return found if found.obstacle else silent()


def _against_guidelines(reason: str) -> Standing:
    if reason == "BUSINESS_LOCATION_SUSPENDED":
        return Standing(f"Google has suspended the location. Appeal {_AT}.", word="suspended")
    if reason == "BUSINESS_LOCATION_DISABLED":
        return Standing(f"Google has disabled the location. Look at it {_AT}.", word="disabled")
    return Standing(f"Google finds fault with the location under its guidelines. Look at it {_AT}.", word="suspended")


def silent() -> Standing:
    """Return how a location stands that has no voice, and nobody knows why."""
    return Standing(
        f"Google does not show changes to this location: it is not verified, suspended, or under review. Look at it {_AT}.",
        word="silent",
    )


def _object(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {}
