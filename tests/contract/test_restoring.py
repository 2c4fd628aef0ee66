"""After the database was restored from a backup: nothing that stands at a platform is published again, whatever it is."""

from datetime import timedelta

import pytest
from django.forms.models import model_to_dict
from django.utils import timezone

from connectors.types import Capability
from publishing import restoring
from publishing.models import Attempt, JournalEntry, PublishJob, Watch
from publishing.states import State
from tests.contract.cases import KINDS, SHAPED, Case
from tests.contract.stage import Stage, told

#: Where words alone tell a post apart, so that nobody need be asked.
BY_WORDS = frozenset({"facebook_page", "linkedin_organization", "google_business_location"})
#: Of each kind of place the simplest form, and the first of those with photos: forms with and without notes of ours.
TELLING: list[Case] = [
    *KINDS,
    *{
        case.kind.slug: case for case in reversed(SHAPED) if set(case.form.files) == {"photo"} and case not in KINDS
    }.values(),
]


def put_back(job: PublishJob) -> None:
    """Make the rows of a job what they were before it was tried, as a backup of that moment has them."""
    Watch.objects.filter(job=job).delete()
    Attempt.objects.filter(job=job).delete()
    JournalEntry.objects.filter(job=job).delete()
    PublishJob.objects.exclude(pk=job.pk).filter(post_id=job.post_id).delete()
    fields = model_to_dict(job, exclude=["id", "tenant", "post", "destination", "platform"])
    PublishJob.objects.filter(pk=job.pk).update(**fields)


def restore(stage: Stage, job: PublishJob, since: timedelta) -> PublishJob:
    restoring.put_in_doubt(since=timezone.now() - since, now=timezone.now(), settle=timedelta(minutes=5))
    return stage.rest(job)


@pytest.mark.parametrize("case", TELLING, ids=str)
def test_what_was_published_since_the_backup_is_found_or_a_person_is_asked_and_it_is_never_sent_again(
    stage: Stage,
) -> None:
    job = stage.accept()
    before = PublishJob.objects.get(pk=job.pk)
    began = timezone.now()
    assert stage.rest(job).state == State.PUBLISHED, told(job)
    standing = len(stage.live())
    put_back(before)
    after = restore(stage, PublishJob.objects.get(pk=job.pk), timezone.now() - began)
    assert len(stage.live()) == standing, told(after)
    assert standing == 1 + (stage.case.form.capability is Capability.RESHARE)
    assert after.state == State.PUBLISHED or (after.state, after.error_kind) == (State.DLQ, "outcome_unknown"), told(
        after
    )
    if stage.case.form.capability is Capability.TEXT and stage.case.kind.slug in BY_WORDS:
        assert after.state == State.PUBLISHED, told(after)


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_what_was_not_published_since_the_backup_goes_out_once_or_a_person_is_asked(stage: Stage) -> None:
    job = stage.accept()
    after = restore(stage, job, timedelta(minutes=10))
    standing = len(stage.live())
    if after.state == State.PUBLISHED:
        assert standing == 1
    else:
        assert (after.state, after.error_kind, standing) == (State.DLQ, "outcome_unknown", 0), told(after)
