"""The timer looks when something falls due, and never more often than it needs to."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from config import timer
from publishing import ledger
from publishing.models import PublishJob
from tests.publishing.conftest import Publish, publish  # noqa: F401 - a fixture

NOW = timezone.now()


@pytest.mark.parametrize(
    ("due", "seconds"),
    [
        (None, timer.EVERY_SECONDS),
        (NOW + timedelta(hours=1), timer.EVERY_SECONDS),
        (NOW + timedelta(seconds=0.4), 0.4),
        (NOW, timer.AT_LEAST_SECONDS),
        (NOW - timedelta(hours=1), timer.AT_LEAST_SECONDS),
    ],
)
def test_the_next_look_is_at_the_moment_something_falls_due(due: datetime | None, seconds: float) -> None:
    assert timer._pause(due, now=NOW) == pytest.approx(seconds)


def test_what_falls_due_next_is_the_first_of_those_not_seen_yet(publish: Publish) -> None:  # noqa: F811
    assert ledger.next_due() is None
    later, sooner = publish("Later"), publish("Sooner")
    moment = timezone.now() + timedelta(minutes=5)
    PublishJob.objects.filter(pk=later.pk).update(due_at=moment + timedelta(minutes=1), ready=False)
    PublishJob.objects.filter(pk=sooner.pk).update(due_at=moment, ready=False)
    assert ledger.next_due() == moment
    ledger.claim(now=moment, limit=1, lease=timedelta(minutes=1))
    assert ledger.next_due() == moment + timedelta(minutes=1)
