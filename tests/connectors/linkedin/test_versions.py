"""API versions: what is known of them, and how operators hear of their end."""

from datetime import UTC, datetime

import pytest
from django.conf import settings

from connectors.checks import versions_are_alive
from connectors.linkedin import versions
from connectors.linkedin.connector import LinkedInConnector


def test_the_version_in_use_is_the_one_of_the_settings_and_ends_in_a_year(connector: LinkedInConnector) -> None:
    told = connector.api_version()
    assert (told.name, told.known, told.setting) == ("202609", True, "LINKEDIN_API_VERSION")
    assert told.ends_on == datetime(2027, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("202511", datetime(2026, 11, 16, tzinfo=UTC)),
        ("202603", datetime(2027, 3, 16, tzinfo=UTC)),
        ("202608", datetime(2027, 8, 15, tzinfo=UTC)),
        ("202701", datetime(2028, 1, 15, tzinfo=UTC)),
        ("202613", None),
        ("20260901", None),
        ("v25.0", None),
        ("", None),
    ],
)
def test_a_version_ends_on_its_published_day_or_by_the_rule(name: str, ends: datetime | None) -> None:
    assert versions.ends_on(name) == ends


@pytest.mark.parametrize(
    ("version", "codes"),
    [
        ("202609", []),
        ("202601", ["connectors.W001"]),
        ("202511", ["connectors.W001"]),
        ("202611", ["connectors.W003"]),
        ("20250401", ["connectors.W003"]),
    ],
)
def test_operators_are_warned_with_the_name_of_the_setting(
    version: str, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Today(datetime):
        """The day the notes were read."""

    monkeypatch.setattr("connectors.checks.timezone.now", lambda: Today(2026, 11, 21, tzinfo=UTC))
    monkeypatch.setattr(settings, "LINKEDIN_API_VERSION", version)
    messages = [message for message in versions_are_alive() if message.msg.startswith("linkedin")]
    assert [message.id for message in messages] == codes
    for message in messages:
        assert version in message.msg
        assert "LINKEDIN_API_VERSION" in str(message.hint)
