"""Posts and places with numbers, made by hand for tests of what is shown of them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from connectors.models import Destination
from monitoring.analytics.rows import AccountMetric, PostMetric, PostSnapshot
from publishing.models import Post, PublishJob

DAY = timedelta(days=1)
Tell = Callable[..., PublishJob]


@pytest.fixture
def tell(destination: Destination) -> Tell:
    """Make a published post with numbers."""

    def make(
        ago: timedelta = timedelta(hours=1), text: str = "Rolls", place: Destination = destination, **values: float
    ) -> PublishJob:
        at = timezone.now() - ago
        post = Post.objects.create(tenant=place.tenant, text=text, created_by="user:o@acme.example", request_digest="x")
        job = PublishJob.objects.create(
            tenant=place.tenant, post=post, destination=place, platform_id=place.platform_id, state="published",
            published_at=at, external_id=str(uuid4()), permalink="https://social.example/1",
        )  # fmt: skip
        PostMetric.objects.bulk_create(
            PostMetric(
                job=job, tenant=place.tenant, destination=place, platform_id=place.platform_id, published_at=at,
                metric=name, value=value, raw_name=f"raw_{name}", as_of=at, taken_at=at,
            )
            for name, value in values.items()
        )  # fmt: skip
        if values:
            PostSnapshot.objects.create(job=job, taken_at=at, values=values)
        return job

    return make


def told_of_place(place: Destination, metric: str, day: date, value: float, window: str = "day") -> None:
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + DAY
    AccountMetric.objects.create(
        destination=place, tenant=place.tenant, platform_id=place.platform_id, metric=metric, day=day, window=window,
        value=value, raw_name=f"raw_{metric}", as_of=at, taken_at=at,
    )  # fmt: skip
