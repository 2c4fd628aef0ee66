"""Ids sort by the time they were made, and no two are alike."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from foundation.ids import new_id


def test_an_id_is_a_uuid_of_version_7_that_knows_its_birth() -> None:
    before = int(time.time() * 1000)
    made = new_id()
    after = int(time.time() * 1000)
    assert isinstance(made, UUID)
    assert made.version == 7
    assert before <= made.int >> 80 <= after


def test_ids_are_ordered_by_the_time_they_were_made() -> None:
    made = [new_id() for _ in range(2_000)]
    assert made == sorted(made)
    assert [str(one) for one in made] == sorted(str(one) for one in made)


def test_ids_made_at_the_same_time_by_many_threads_are_all_different() -> None:
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: [new_id() for _ in range(1_000)], range(8)))
    made = [one for batch in batches for one in batch]
    assert len(set(made)) == 8_000
