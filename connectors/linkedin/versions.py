"""Which API versions there are, and when each ends.

Source: https://learn.microsoft.com/linkedin/marketing/versioning, read 2026-11-21. A version lives a year and dies about the
middle of its month; the days below were published, for all others the 15th stands.
"""

import re
from datetime import UTC, datetime
from typing import Final

from connectors.types import ApiVersion

PAGE: Final = "https://learn.microsoft.com/linkedin/marketing/versioning"
SETTING: Final = "LINKEDIN_API_VERSION"

ENDS: Final[dict[str, datetime]] = {
    name: datetime(year, month, day, tzinfo=UTC)
    for name, (year, month, day) in {
        "202507": (2026, 7, 15),
        "202508": (2026, 8, 17),
        "202509": (2026, 9, 15),
        "202510": (2026, 10, 15),
        "202511": (2026, 11, 16),
        "202601": (2027, 1, 15),
        "202602": (2027, 2, 15),
        "202603": (2027, 3, 16),
        "202604": (2027, 4, 15),
        "202605": (2027, 5, 15),
        "202606": (2027, 6, 15),
        "202607": (2027, 7, 15),
    }.items()
}
#: In use when our notes were written, without a published end.
CURRENT: Final = frozenset({"202608", "202609"})
_SHAPE: Final = re.compile(r"(20[0-9]{2})(0[1-9]|1[0-2])")


def describe(name: str) -> ApiVersion:
    """Return what our notes say of a version."""
    return ApiVersion(name, ends_on(name), PAGE, known=name in ENDS or name in CURRENT, setting=SETTING)


def ends_on(name: str) -> datetime | None:
    """Return when a version ends: as published, else by the rule; None for a word that names no month."""
    if name in ENDS:
        return ENDS[name]
    shape = _SHAPE.fullmatch(name)
    return datetime(int(shape[1]) + 1, int(shape[2]), 15, tzinfo=UTC) if shape else None
