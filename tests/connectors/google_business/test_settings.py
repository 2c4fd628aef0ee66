"""What is wrong with the settings is told at start-up."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.checks import absence_is_no_proof_too_early, files_can_be_fetched
from connectors.manager import get_connector


@pytest.mark.parametrize(
    ("address", "sandbox", "warned"),
    [
        ("https://hub.example.org", False, False),
        ("https://203.0.113.7", False, True),
        ("https://10.0.0.7", False, True),
        ("https://hub", False, True),
        ("http://hub.example.org", False, True),
        ("http://127.0.0.1:8000", False, True),
        ("http://127.0.0.1:8000", True, False),
    ],
)
def test_an_operator_is_warned_when_google_cannot_fetch_photos(
    settings: Any, address: str, sandbox: bool, warned: bool
) -> None:
    settings.PUBLIC_URL, settings.SANDBOX = address, sandbox
    found = [message for message in files_can_be_fetched() if "Google" in message.msg]
    assert [message.id for message in found] == (["connectors.W004"] if warned else [])


def test_absence_from_googles_list_is_no_proof_while_a_request_may_be_on_its_way(settings: Any) -> None:
    assert not any("GOOGLE_BUSINESS" in message.msg for message in absence_is_no_proof_too_early())
    settings.GOOGLE_BUSINESS_SETTLE = timedelta(seconds=30)
    (message,) = [one for one in absence_is_no_proof_too_early() if "GOOGLE_BUSINESS" in one.msg]
    assert message.id == "connectors.E001"


def test_what_closes_publishing_is_the_projects_minute_and_that_of_each_location() -> None:
    connector = get_connector("google_business")
    assert connector.budget_keys(["locations/1", "locations/2"]) == (
        "api:posts",
        "edits:locations/1",
        "edits:locations/2",
    )
    version = connector.api_version()
    assert (version.name, version.ends_on, version.known) == ("v4", None, True)
