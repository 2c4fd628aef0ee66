"""API versions: which are alive at a given moment (docs/platforms/linkedin.md section 2)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sandbox.linkedin.errors import Refusal

CURRENT = "202609"
_FORM = re.compile(r"20\d\d(?:0[1-9]|1[0-2])")
_OLDEST = "202206"
# Days that differ from, or confirm, the rule "the 15th of the same month, one year later".
_SUNSETS = {
    "202504": "2026-04-15",
    "202507": "2026-07-15",
    "202508": "2026-08-17",
    "202509": "2026-09-15",
    "202510": "2026-10-15",
    "202511": "2026-11-16",
    "202601": "2027-01-15",
    "202602": "2027-02-15",
    "202603": "2027-03-16",
    "202604": "2027-04-15",
    "202605": "2027-05-15",
    "202606": "2027-06-15",
    "202607": "2027-07-15",
}


def released(version: str) -> datetime:
    """Return the first moment of a version's month."""
    return datetime(int(version[:4]), int(version[4:]), 1, tzinfo=UTC)


def sunset(version: str) -> datetime:
    """Return the moment from which a version answers 426."""
    if version in _SUNSETS:
        return datetime.fromisoformat(_SUNSETS[version]).replace(tzinfo=UTC)
    month = released(version)
    return month.replace(year=month.year + 1, day=15)


def alive(version: str, now: float) -> bool:
    """Say whether a version answers at a Unix time. There is no release in December."""
    if not _FORM.fullmatch(version) or version < _OLDEST or version.endswith("12"):
        return False
    return released(version).timestamp() <= now < sunset(version).timestamp()


def check(version: str, now: float) -> str:
    """Return the version that answers, or refuse."""
    if not version:
        raise Refusal(
            400,
            "A version must be present. Please specify a version by adding the Linkedin-Version header.",
            "VERSION_MISSING",
        )
    if not alive(version, now):
        # A six-digit version is shown with its day; what was never a version is shown as it came.
        shown = f"{version}01" if re.fullmatch(r"\d{6}", version) else version[:20]
        raise Refusal(426, f"Requested version {shown} is not active", "NONEXISTENT_VERSION")
    return version
