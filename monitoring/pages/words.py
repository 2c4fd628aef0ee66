"""How dashboards write spans, shares and counts."""

from datetime import timedelta


def span_words(seconds: float | None) -> str:
    """Return a span as people read it: "0.8 s", "3.5 min", "2 h"."""
    if seconds is None:
        return "–"
    for below, size, unit in ((60.0, 1.0, "s"), (3600.0, 60.0, "min"), (172_800.0, 3600.0, "h")):
        if seconds < below:
            return f"{_short(seconds / size)} {unit}"
    return f"{_short(seconds / 86_400)} d"


def _short(value: float) -> str:
    digits = 2 if value < 1 else 1 if value < 10 else 0
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def age_words(age: timedelta) -> str:
    """Return how long something has been so, in whole units."""
    return span_words(float(int(age.total_seconds())))


def share_words(share: float | None) -> str:
    """Return a share in percent; never 100 % where something is missing."""
    if share is None:
        return "–"
    percent = 100 * share
    if percent in (0.0, 100.0):
        return f"{percent:.0f} %"
    return f"{min(max(percent, 0.1), 99.9):.1f} %"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return "1 job" or "12 jobs"."""
    return f"1 {noun}" if count == 1 else f"{count:,} {plural or noun + 's'}"
