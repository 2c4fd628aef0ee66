"""All five platforms, by the hub's own doors: what each tells comes into the tables under names that mean something."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from connectors.types import Capability
from foundation.secret import Secret
from monitoring.analytics import enrolling, looking
from monitoring.analytics.rows import AccountMetric, MetricWatch, PostMetric, PostSnapshot
from monitoring.analytics.vocabulary import VOCABULARY
from tenants.scopes import SCOPES
from tenants.services import create_api_key
from tests.contract.cases import KINDS, able
from tests.contract.conftest import make_stage, sandbox, stage, world  # noqa: F401
from tests.contract.stage import Stage

pytestmark = pytest.mark.django_db


def look(stage: Stage) -> None:  # noqa: F811
    """Enrol, and look at all that is due by now."""
    now = timezone.now()
    enrolling.enrol_posts(now=now)
    enrolling.enrol_places(now=now)
    MetricWatch.objects.filter(due_at__gt=now).update(due_at=now)
    looking.look_due(clock=timezone.now)


def client_of(stage: Stage) -> Client:  # noqa: F811
    _, key = create_api_key(tenant=stage.house.tenant, name="App", scopes=SCOPES, actor="system:test")
    return Client(headers={"Authorization": f"Bearer {Secret(key.reveal()).reveal()}"})


@pytest.mark.parametrize("case", able(Capability.POST_METRICS), ids=str)
def test_the_numbers_of_a_post_come_under_names_that_mean_something(stage: Stage) -> None:  # noqa: F811
    job = stage.say()
    absent_before, told_after, _ = stage.adapter.metrics(stage.case.kind.slug)
    look(stage)
    if scope := stage.adapter.numbers_need(stage.case.kind.slug):
        watch = MetricWatch.objects.get(job=job)
        assert (watch.stop, watch.due_at) == ("reconnect", None)
        assert scope in f"{watch.problem} {watch.remedy}"
        told = client_of(stage).get(f"/api/jobs/{job.pk}/metrics/").json()
        assert told["obstacle"]["code"] == "reconnect"
        assert (told["latest"], told["history"]) == ([], [])
        return
    early = set(PostMetric.objects.filter(job=job).values_list("metric", flat=True))
    assert not early & absent_before
    stage.adapter.gather_audience(stage.world, job.external_id)
    stage.wait(timedelta(days=2, hours=1))
    look(stage)
    rows = {row.metric: row for row in PostMetric.objects.filter(job=job)}
    renamed = {"views": "opens", "reach": "openers"} if stage.slug == "mailchimp" else {}
    assert {renamed.get(name, name) for name in told_after} <= set(rows)
    for name, row in rows.items():
        assert row.raw_name in VOCABULARY[name].posts[stage.slug], f"{row.raw_name} is {name}"
    assert PostSnapshot.objects.filter(job=job).latest("taken_at").values.keys() <= rows.keys()
    told = client_of(stage).get(f"/api/jobs/{job.pk}/metrics/").json()
    assert {one["metric"]: one["value"] for one in told["latest"]} == {name: row.value for name, row in rows.items()}
    assert all(one["raw_name"] for one in told["latest"])


@pytest.mark.parametrize("case", able(Capability.ACCOUNT_METRICS), ids=str)
def test_the_numbers_of_a_place_come_day_by_day(stage: Stage) -> None:  # noqa: F811
    stage.wait(timedelta(days=3))
    look(stage)
    watch = MetricWatch.objects.get(destination=stage.place, kind="place")
    if stage.adapter.numbers_need(stage.case.kind.slug):
        assert watch.stop == "reconnect"
        assert not AccountMetric.objects.filter(destination=stage.place).exists()
        return
    assert (watch.problem, watch.stop) == ("", "")
    rows = list(AccountMetric.objects.filter(destination=stage.place))
    renamed = {"posts": "posts_total"} if stage.slug == "tiktok" else {}
    names = {row.metric for row in rows}
    assert {renamed.get(name, name) for name in stage.adapter.metrics(stage.case.kind.slug)[2]} <= names
    today = timezone.now().date() + timedelta(days=1)
    for row in rows:
        assert row.raw_name in VOCABULARY[row.metric].places[stage.slug], f"{row.raw_name} is {row.metric}"
        assert row.day <= today
        assert row.window in {"day", "moment", "month"}
    before = len(rows)
    look(stage)
    assert AccountMetric.objects.filter(destination=stage.place).count() == before, "told again, not told twice"


def test_a_platform_that_tells_nothing_of_posts_says_so_and_is_never_asked() -> None:
    silent = {case.connector.slug for case in KINDS if Capability.POST_METRICS not in case.connector.capabilities}
    assert silent == {"google_business"}
    assert not silent & {slug for one in VOCABULARY.values() for slug in one.posts}
