"""How a value and a day are written."""

from datetime import date

from monitoring.analytics.vocabulary import Unit


def written(value: float | None, unit: Unit = Unit.COUNT) -> str:
    """Return a value as people read it."""
    if value is None:
        return "–"
    if unit is Unit.SHARE:
        return f"{100 * value:.1f} %"
    if unit is Unit.MILLISECONDS:
        seconds = value / 1000
        if seconds < 60:
            return f"{seconds:.1f} s"
        return f"{seconds / 60:.1f} min" if seconds < 3600 else f"{seconds / 3600:,.1f} h"
    return f"{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:,.1f}"


def day_label(day: date) -> str:
    """Return a day shortly."""
    return f"{day.day} {day:%b}"
