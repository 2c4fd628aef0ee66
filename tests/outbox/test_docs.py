"""docs/api/webhooks.md says what the code does."""

import json
import re
from datetime import timedelta

import pytest

from outbox import schedule, secrets
from outbox.events import MEANINGS, SAMPLES, EventType
from tests.docs import reading

PAGE = "docs/api/webhooks.md"


@pytest.mark.parametrize("kind", list(EventType))
def test_every_event_is_documented_with_its_meaning_and_its_example(kind: EventType) -> None:
    found = re.search(
        rf"### `{re.escape(kind.value)}`\n\n([^\n]+)\n\n```json\n(.+?)\n```", reading.read(PAGE), re.DOTALL
    )
    assert found
    assert found[1] == MEANINGS[kind]
    assert json.loads(found[2]) == SAMPLES[kind]


def test_the_table_of_waits_is_the_one_that_is_kept() -> None:
    rows = re.findall(r"^\| (\d) \| (.+) \|$", reading.read(PAGE), re.MULTILINE)
    units = {"second": "seconds", "minute": "minutes", "hour": "hours"}
    waits = []
    for _, words in rows[1:]:
        count, unit = words.split()
        waits.append(timedelta(**{units[unit.rstrip("s")]: int(count)}))
    assert tuple(waits) == schedule.WAITS


def test_the_python_of_the_page_verifies_what_is_signed() -> None:
    from datetime import UTC, datetime

    (code,) = re.findall(r"```python\n(.+?)```", reading.read(PAGE), re.DOTALL)
    space: dict[str, object] = {}
    exec(code, space)  # noqa: S102 - the page's own words
    secret, at, body = secrets.new_secret(), datetime.now(UTC), b'{"n":1}'
    headers = {
        "webhook-id": "m-1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": secrets.signature([secret], message_id="m-1", at=at, body=body),
    }
    assert space["receive"](body, headers, secret.reveal()) == {"n": 1}  # type: ignore[operator]
