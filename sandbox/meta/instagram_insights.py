"""Statistics of Instagram media and accounts."""

from __future__ import annotations

import zlib
from typing import Any

from sandbox.meta import content, metrics
from sandbox.meta.ask import Ask, graph_time
from sandbox.meta.errors import GraphError, invalid
from sandbox.meta.insights import DAY_S, number, row, wanted, young
from sandbox.meta.instagram_access import account_of, need
from sandbox.meta.instagram_records import Account, Medium

MEDIA_PARAMS = frozenset({"metric", "period", "breakdown", "metric_type"})
ACCOUNT_PARAMS = MEDIA_PARAMS | {"timeframe", "since", "until"}
_SCOPE = "instagram_manage_insights"
_FEWEST_VIEWERS, _FEWEST_FOLLOWERS = 5, 100
_LOOK_BACK_DAYS = 90


def of_medium(ask: Ask, medium: Medium) -> dict[str, Any]:
    """Return the lifetime numbers of a medium: none while it is too young, none of a story after its day."""
    owner = account_of(ask, medium)
    need(ask, owner, _SCOPE)
    known = metrics.INSTAGRAM[medium.product]
    if medium.product == "REELS" and ask.world.switches.flag("meta.ig_reels_crossposted"):
        known |= {"crossposted_views", "facebook_views"}
    names = _names(ask, known)
    if (ask.text("period") or "lifetime") != "lifetime":
        raise invalid("Param period must be lifetime.")
    story = medium.product == "STORY"
    if (story and ask.now >= medium.created + DAY_S) or (not story and young(ask, medium.created)):
        return {"data": []}
    if story and _viewers(ask, medium, owner) < _FEWEST_VIEWERS:
        raise GraphError(10, "(#10) Not enough viewers for the media to show insights", 2108006)
    breakdown = ask.text("breakdown")
    rows = []
    for name in names:
        if breakdown and metrics.INSTAGRAM_BREAKDOWNS.get(name) != breakdown:
            raise _does_not_fit()
        rows.append(_media_row(ask, medium, owner, name, breakdown))
    return {"data": rows}


def of_account(ask: Ask, account: Account) -> dict[str, Any]:
    """Return an account's numbers, as one total or as a series of days."""
    need(ask, account, _SCOPE)
    names = _names(ask, metrics.ACCOUNT | metrics.DEMOGRAPHICS | metrics.NEEDS_FOLLOWERS)
    period = ask.text("period") or "day"
    series = (ask.text("metric_type") or "time_series") != "total_value"
    if ask.text("metric_type") not in ("", "total_value", "time_series"):
        raise invalid("Param metric_type must be one of {time_series, total_value}")
    first, last = _window(ask)
    rows = []
    for name in names:
        small = name in metrics.DEMOGRAPHICS | metrics.NEEDS_FOLLOWERS and account.followers < _FEWEST_FOLLOWERS
        if small:
            continue
        if name in metrics.DEMOGRAPHICS:
            rows.append(_demographics(ask, account, name, period))
        elif period != "day":
            raise invalid("Param period must be day.")
        elif series:
            if name not in metrics.TIME_SERIES:
                raise invalid(f"The metric {name} should be specified with parameter metric_type=total_value")
            values = [
                {"value": number(account.id, name, day, account.followers), "end_time": graph_time(day + DAY_S)}
                for day in range(first, last + 1, DAY_S)
            ]
            rows.append(row(f"{account.id}/insights/{name}/day", name, "day", values))
        else:
            rows.append(_total(ask, account, name, (first, last)))
    return {"data": rows}


def _names(ask: Ask, known: frozenset[str]) -> list[str]:
    """Return the metrics; what exists for another kind of media is an unknown error, as the platform has it."""
    try:
        return wanted(ask, known)
    except GraphError as refusal:
        elsewhere = frozenset().union(*metrics.INSTAGRAM.values()) | {"crossposted_views", "facebook_views"}
        asked = {name.strip() for name in ask.text("metric").split(",")}
        if refusal.code == 100 and asked <= elsewhere | known:
            raise _does_not_fit() from None
        raise


def _does_not_fit() -> GraphError:
    return GraphError(1, "An unknown error has occurred.", status=500)


def _viewers(ask: Ask, medium: Medium, owner: Account) -> int:
    fixed = ask.world.switches.number("meta.ig_story_viewers")
    return fixed if fixed else number(medium.id, "reach", 0, owner.followers)


def _media_row(ask: Ask, medium: Medium, owner: Account, name: str, breakdown: str) -> dict[str, Any]:
    key = f"{medium.id}/insights/{name}/lifetime"
    value = number(medium.id, name, 0, owner.followers)
    if name == "comments":
        value = len(ask.state.instagram.comments_of(medium.id))
    shown = row(key, name, "lifetime", [{"value": value}])
    if breakdown:
        shown.pop("values")
        shown["total_value"] = _broken_down(medium.id, name, breakdown, owner.followers)
    return shown


def _total(ask: Ask, account: Account, name: str, window: tuple[int, int]) -> dict[str, Any]:
    shown = row(f"{account.id}/insights/{name}/day", name, "day", [])
    shown.pop("values")
    breakdown = ask.text("breakdown")
    if breakdown:
        shown["total_value"] = _broken_down(account.id, name, _spelled(breakdown), account.followers)
        return shown
    days = range(window[0], window[1] + 1, DAY_S)
    shown["total_value"] = {"value": sum(number(account.id, name, day, account.followers) for day in days)}
    return shown


def _demographics(ask: Ask, account: Account, name: str, period: str) -> dict[str, Any]:
    if period != "lifetime" or ask.text("metric_type") != "total_value":
        raise invalid(f"The metric {name} needs period=lifetime and metric_type=total_value.")
    if ask.text("timeframe") not in ("this_week", "this_month"):
        raise invalid("Param timeframe must be one of {this_month, this_week}")
    if ask.text("breakdown") not in ("age", "gender", "country", "city"):
        raise invalid("Param breakdown must be one of {age, city, country, gender}")
    shown = row(f"{account.id}/insights/{name}/lifetime", name, "lifetime", [])
    shown.pop("values")
    shown["total_value"] = _broken_down(account.id, name, ask.text("breakdown"), account.followers)
    return shown


def _spelled(breakdown: str) -> str:
    """Accept both spellings of the one breakdown the platform's pages disagree about."""
    if breakdown not in ("follow_type", "follower_type", "media_product_type", "contact_button_type"):
        raise invalid(f"There is no breakdown {breakdown} for this metric.")
    return breakdown


def _broken_down(key: str, name: str, breakdown: str, most: int) -> dict[str, Any]:
    results = [
        {"dimension_values": [word], "value": zlib.crc32(f"{key}{name}{word}".encode()) % max(2, most)}
        for word in metrics.BREAKDOWN_VALUES[breakdown]
    ]
    return {
        "value": sum(int(result["value"]) for result in results),  # type: ignore[call-overload]
        "breakdowns": [{"dimension_keys": [breakdown], "results": results}],
    }


def _window(ask: Ask) -> tuple[int, int]:
    today = ask.now // DAY_S * DAY_S
    since, until = (content.moment(ask.text(name), ask.now) if ask.text(name) else None for name in ("since", "until"))
    last = (until if until is not None else today - 1) // DAY_S * DAY_S
    first = (since if since is not None else last) // DAY_S * DAY_S
    if first > last or last - first > 30 * DAY_S:
        raise invalid("There cannot be more than 30 days (2592000 s) between since and until.")
    if today - first > _LOOK_BACK_DAYS * DAY_S:
        raise invalid("Statistics of an account are kept for about 90 days.")
    return first, min(last, today - DAY_S)
