"""Google's APIs for business profiles: five hosts, each switched on separately in one Cloud project.

Source: docs/platforms/google_business.md, "Hosts", read 2026-11-21. Posts and reviews live on the old host alone (v4) and want
``accounts/{a}/locations/{l}``; everything else is v1 and wants ``locations/{l}``.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

PLATFORM: Final = "google_business"


class Api(Enum):
    """One API, by the name under which an operator switches it on in the Cloud Console."""

    ACCOUNTS = "My Business Account Management API"
    LOCATIONS = "My Business Business Information API"
    POSTS = "Google My Business API"
    PERFORMANCE = "Business Profile Performance API"
    VERIFICATIONS = "My Business Verifications API"


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where Google is reached, and how many calls a minute we allow ourselves (0: nobody counts)."""

    consent: str
    tokens: str
    accounts: str
    locations: str
    posts: str
    performance: str
    verifications: str
    calls_per_minute: int = 0
    edits_per_minute: int = 0

    def base(self, api: Api) -> str:
        """Return where an API begins, its version included."""
        return {
            Api.ACCOUNTS: f"{self.accounts}/v1",
            Api.LOCATIONS: f"{self.locations}/v1",
            Api.POSTS: f"{self.posts}/v4",
            Api.PERFORMANCE: f"{self.performance}/v1",
            Api.VERIFICATIONS: f"{self.verifications}/v1",
        }[api]
