"""Which days a page of numbers speaks of, and what its links carry of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.dateparse import parse_date

from monitoring.analytics import ranges
from monitoring.analytics.placing import zone_of
from monitoring.analytics.ranges import Range
from tenants.models import Tenant

PRESETS: Final = (7, 28, 90)


def range_of(tenant: Tenant, params: Mapping[str, str], *, now: datetime) -> tuple[Range, str]:
    """Return the days a page is asked for, and what was wrong with what was asked; then it is four weeks."""
    zone = zone_of(tenant.time_zone)
    preset = params.get("days", "")
    if preset.isdecimal() and int(preset[:4]) in PRESETS:
        return ranges.last_days(int(preset), zone=zone, now=now), ""
    try:
        since, until = (parse_date(params.get(name, "")[:10]) for name in ("since", "until"))
        return ranges.chosen(since, until, zone=zone, now=now), ""
    except ValueError as error:
        return ranges.last_days(ranges.DEFAULT_DAYS, zone=zone, now=now), f"{error} Four weeks are shown."


def range_words(days: Range, params: Mapping[str, str], path: str, *, now: datetime) -> dict[str, Any]:
    """Return the days in words, and the links to other spans that keep what else was chosen."""
    keep = {name: params[name] for name in ("platform", "destination") if params.get(name)}
    today = days.until == now.astimezone(days.zone).date()
    return {
        "range": {"since": days.since, "until": days.until, "days": days.days, "zone": days.zone.key},
        "presets": [
            {
                "label": f"{count} days",
                "url": f"{path}?{urlencode({'days': count, **keep})}",
                "current": today and days.days == count,
            }
            for count in PRESETS
        ],
        "kept": keep,
    }


def csv_of(days: Range, platform: str, destination: UUID | None) -> dict[str, str]:
    """Return where the same numbers are as spreadsheets."""
    said = {
        "since": str(days.since),
        "until": str(days.until),
        "platform": platform,
        "destination": str(destination or ""),
    }
    asked = urlencode({name: value for name, value in said.items() if value})
    return {
        "posts": f"{reverse('analytics_posts_csv')}?{asked}",
        "places": f"{reverse('analytics_places_csv')}?{asked}",
    }
