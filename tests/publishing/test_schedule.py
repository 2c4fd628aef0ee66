"""When a post is meant to go out."""

from datetime import UTC, datetime, timedelta

import pytest

from publishing.schedule import FURTHEST, BadSchedule, resolve

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("", "", None),
        ("", "Europe/Berlin", None),
        ("2026-03-02T09:00:00+01:00", "", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("2026-03-02T09:00:00Z", "", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T09:00", "Europe/Berlin", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("2026-07-02T09:00", "Europe/Berlin", datetime(2026, 7, 2, 7, tzinfo=UTC)),
        ("2026-03-02T09:00:07", "America/New_York", datetime(2026, 3, 2, 14, 0, 7, tzinfo=UTC)),
        ("2026-03-02T09:00+05:30", "Europe/Berlin", datetime(2026, 3, 2, 3, 30, tzinfo=UTC)),
        ("2026-03-01T11:59:30+00:00", "", None),
    ],
)
def test_a_moment_is_understood(text: str, zone: str, expected: datetime | None) -> None:
    assert resolve(text, zone, now=NOW) == expected


@pytest.mark.parametrize(
    ("text", "zone", "code"),
    [
        ("tomorrow", "", "bad_time"),
        ("2026-13-01T00:00:00Z", "", "bad_time"),
        ("2026-03-02T09:00", "", "no_time_zone"),
        ("2026-03-02T09:00", "Mars/Olympus", "unknown_time_zone"),
        ("2026-03-02T09:00Z", "../etc/passwd", "unknown_time_zone"),
        ("2026-02-28T09:00:00Z", "", "in_the_past"),
        ("2036-03-02T09:00:00Z", "", "too_far"),
        ("2026-03-29T02:30", "Europe/Berlin", "skipped_time"),
        ("2026-10-25T02:30", "Europe/Berlin", "repeated_time"),
    ],
)
def test_a_moment_that_nobody_can_keep_is_refused_with_a_remedy(text: str, zone: str, code: str) -> None:
    with pytest.raises(BadSchedule) as refused:
        resolve(text, zone, now=NOW)
    assert refused.value.finding.code == code
    assert refused.value.finding.remedy


def test_the_furthest_moment_is_a_year_and_a_day() -> None:
    last = NOW + FURTHEST
    assert resolve(last.isoformat(), "", now=NOW) == last
    with pytest.raises(BadSchedule):
        resolve((last + timedelta(seconds=1)).isoformat(), "", now=NOW)
