"""The table of states, and the rows the database refuses."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from publishing import states
from publishing.models import PublishJob
from publishing.states import State
from tests.publishing.conftest import Publish


def test_every_state_has_its_row_in_the_table_and_can_be_reached() -> None:
    assert set(states.TRANSITIONS) == set(State)
    reachable = set().union(*states.TRANSITIONS.values())
    assert set(State) - reachable == {State.SCHEDULED}  # where a job may begin


def test_every_state_is_either_held_or_waiting_or_at_rest() -> None:
    kinds = [states.HELD, states.WAITING, states.RESTING, frozenset({State.RECONCILING})]
    assert sum(len(kind) for kind in kinds) == len(State)
    assert frozenset().union(*kinds) == set(State)


def test_nothing_follows_a_final_state() -> None:
    for state in states.FINAL:
        assert states.TRANSITIONS[state] == frozenset()


def test_no_step_leads_from_doubt_to_sending_without_passing_a_look_or_a_person() -> None:
    assert State.PUBLISHING not in states.TRANSITIONS[State.RECONCILING]
    assert State.RECONCILING not in states.NEVER_IN_DOUBT
    for state, claimed_as in states.CLAIMED_AS.items():
        if claimed_as is State.PUBLISHING:
            assert state in states.NEVER_IN_DOUBT


def test_what_a_claim_makes_of_a_job_is_in_the_table() -> None:
    for here, there in states.CLAIMED_AS.items():
        assert states.may_go(here, there)


LEASE: dict[str, Any] = {"lease_token": uuid4(), "lease_until": datetime.fromisoformat("2026-11-21T09:00:00+00:00")}
NOW = datetime.fromisoformat("2026-11-21T09:00:00+00:00")


@pytest.mark.parametrize(
    "impossible",
    [
        {"state": "sleeping"},
        {"state": State.PUBLISHING, "due_at": None},
        {"state": State.QUEUED, **LEASE},
        {"state": State.QUEUED, "due_at": None},
        {"state": State.RETRYING, "announced_at": NOW},
        {"state": State.QUEUED, "announced_at": NOW},
        {"state": State.PUBLISHED, "due_at": None},
        {"state": State.PUBLISHED, "due_at": None, "published_at": NOW, "announced_at": NOW},
        {"state": State.DLQ, "due_at": NOW},
        {"state": State.DLQ, "due_at": None, **LEASE},
        {"state": State.FAILED, "due_at": None, "published_at": NOW},
        {"state": State.RECONCILING, "due_at": None},
        {"state": State.RECONCILING, "due_at": NOW, **LEASE},
    ],
    ids=lambda row: " ".join(f"{key}" if key != "state" else str(value) for key, value in row.items()),
)
def test_the_database_refuses_an_impossible_row(publish: Publish, impossible: dict[str, Any]) -> None:
    job = publish()
    with pytest.raises(IntegrityError), transaction.atomic():
        PublishJob.objects.filter(pk=job.pk).update(**impossible)


def test_one_published_post_belongs_to_one_job(publish: Publish) -> None:
    rest = {"state": State.PUBLISHED, "ready": False, "due_at": None, "published_at": NOW, "external_id": "1_2"}
    first, second = publish("one"), publish("two")
    PublishJob.objects.filter(pk=first.pk).update(**rest)
    with pytest.raises(IntegrityError), transaction.atomic():
        PublishJob.objects.filter(pk=second.pk).update(**rest)
