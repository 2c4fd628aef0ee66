"""The count itself can fail: what is planted is found, and only that."""

from dataclasses import replace

import pytest

from tests.chaos.checking import Job, Post, Saying, Verdict, judge, percentile, resolve_times

BREAD = Saying("page-1", "Bread from five in the morning.")
SAME_ELSEWHERE = Saying("page-2", "Bread from five in the morning.")
LINK = Saying("page-1", "", "https://example.com/bread")
SAYINGS = (BREAD, SAME_ELSEWHERE, LINK)
POSTS = [Post(f"post-{number}", saying) for number, saying in enumerate(SAYINGS)]
JOBS = [Job(f"job-{number}", saying, "published", f"post-{number}") for number, saying in enumerate(SAYINGS)]


def counts(verdict: Verdict) -> dict[str, int]:
    names = ("lost", "doubled", "unresolved", "exhausted", "strays", "honest_unknown", "disordered")
    found = {name: len(getattr(verdict, name)) for name in names}
    return {name: count for name, count in found.items() if count}


def test_every_post_once_and_every_job_published_is_clean() -> None:
    verdict = judge(accepted=SAYINGS, jobs=JOBS, posts=POSTS)
    assert counts(verdict) == {}
    assert verdict.is_clean
    assert verdict.suspects == set()


def test_a_text_twice_on_a_page_is_a_double() -> None:
    verdict = judge(accepted=SAYINGS, jobs=JOBS, posts=[*POSTS, Post("post-9", BREAD)])
    assert counts(verdict) == {"doubled": 1}
    assert not verdict.is_clean
    assert "2 times (post-0, post-9)" in verdict.doubled[0]
    assert verdict.suspects == {"job-0"}


def test_a_post_that_no_job_asked_for_is_a_stray() -> None:
    verdict = judge(accepted=SAYINGS, jobs=JOBS, posts=[*POSTS, Post("post-9", Saying("page-3", BREAD.text))])
    assert counts(verdict) == {"strays": 1}
    assert not verdict.is_clean


@pytest.mark.parametrize(
    ("job", "posts", "words"),
    [
        (JOBS[0], POSTS[1:], "published, but nothing stands there"),
        (replace(JOBS[0], external_id="post-7"), POSTS, "published as post-7"),
        (replace(JOBS[0], state="cancelled", external_id=""), POSTS[1:], "nothing says why"),
        (replace(JOBS[0], state="failed", external_id="", reason="content_rejected"), POSTS, "post-0 stands there"),
    ],
    ids=["no post", "another post", "no reason", "post of an unpublished job"],
)
def test_a_loss_is_found(job: Job, posts: list[Post], words: str) -> None:
    verdict = judge(accepted=SAYINGS, jobs=[job, *JOBS[1:]], posts=posts)
    assert len(verdict.lost) == 1
    assert words in verdict.lost[0]
    assert not verdict.is_clean
    assert verdict.suspects == {"job-0"}


def test_an_accepted_post_without_a_job_is_lost() -> None:
    verdict = judge(accepted=SAYINGS, jobs=JOBS[:2], posts=POSTS[:2])
    assert counts(verdict) == {"lost": 1}
    assert "there is no job" in verdict.lost[0]


@pytest.mark.parametrize("state", ["queued", "scheduled", "publishing", "retrying", "reconciling", "processing", "?"])
def test_a_job_that_is_not_at_rest_is_unresolved(state: str) -> None:
    verdict = judge(accepted=SAYINGS, jobs=[replace(JOBS[0], state=state), *JOBS[1:]], posts=POSTS)
    assert counts(verdict) == {"unresolved": 1}
    assert not verdict.is_clean


@pytest.mark.parametrize("reason", ["outcome_unknown", "poison", "crash", "reconnect_required", "content_rejected"])
def test_a_job_that_needs_a_person_is_unresolved(reason: str) -> None:
    job = replace(JOBS[0], state="dlq", external_id="", reason=reason)
    verdict = judge(accepted=SAYINGS, jobs=[job, *JOBS[1:]], posts=POSTS[1:])
    assert counts(verdict) == {"unresolved": 1}
    assert not verdict.is_clean


def test_an_exhausted_job_is_told_and_forgiven_unless_its_post_is_there() -> None:
    job = replace(JOBS[0], state="dlq", external_id="", reason="exhausted")
    verdict = judge(accepted=SAYINGS, jobs=[job, *JOBS[1:]], posts=POSTS[1:])
    assert counts(verdict) == {"exhausted": 1}
    assert verdict.is_clean
    verdict = judge(accepted=SAYINGS, jobs=[job, *JOBS[1:]], posts=POSTS)
    assert counts(verdict) == {"exhausted": 1, "lost": 1}
    assert not verdict.is_clean


def test_what_nobody_may_look_up_may_be_unknown_but_stands_there_once_at_most() -> None:
    job = replace(JOBS[0], state="dlq", external_id="", reason="outcome_unknown", kind="blind")
    jobs = [job, *JOBS[1:]]
    for there in (POSTS, POSTS[1:]):
        verdict = judge(accepted=SAYINGS, jobs=jobs, posts=there, nobody_can_look={"blind"})
        assert counts(verdict) == {"honest_unknown": 1}
        assert verdict.is_clean
    verdict = judge(accepted=SAYINGS, jobs=jobs, posts=[*POSTS, Post("post-9", BREAD)], nobody_can_look={"blind"})
    assert counts(verdict) == {"honest_unknown": 1, "doubled": 1}
    assert not verdict.is_clean
    assert not judge(accepted=SAYINGS, jobs=jobs, posts=POSTS, nobody_can_look={"other"}).is_clean


def test_a_comment_that_is_wanted_must_have_a_job_and_stand_there_once() -> None:
    jobs = [replace(JOBS[0], wants_comment=True), *JOBS[1:]]
    comment = Job("job-9", BREAD.commented(), "published", "post-0#comment", kind="page_comment")
    standing = Post("post-0#comment", BREAD.commented())
    assert judge(accepted=SAYINGS, jobs=[*jobs, comment], posts=[*POSTS, standing]).is_clean
    assert counts(judge(accepted=SAYINGS, jobs=jobs, posts=POSTS)) == {"lost": 1}
    assert counts(judge(accepted=SAYINGS, jobs=[*jobs, comment], posts=POSTS)) == {"lost": 1}
    assert counts(judge(accepted=SAYINGS, jobs=[*jobs, comment], posts=[*POSTS, standing, standing])) == {"doubled": 1}


def test_posts_that_asked_for_order_stand_in_it_at_each_place() -> None:
    second = Saying("page-1", "Then rolls.")
    jobs = [*JOBS, Job("job-3", second, "published", "post-3")]
    asked = (BREAD, SAME_ELSEWHERE, second)
    after, before = [*POSTS, Post("post-3", second)], [Post("post-3", second), *POSTS]
    assert judge(accepted=[*SAYINGS, second], jobs=jobs, posts=after, in_order=asked).is_clean
    verdict = judge(accepted=[*SAYINGS, second], jobs=jobs, posts=before, in_order=asked)
    assert counts(verdict) == {"disordered": 1}
    assert not verdict.is_clean
    assert verdict.suspects == {"job-0", "job-3"}


def test_times_run_from_due_to_rest_and_open_jobs_have_none() -> None:
    jobs = [replace(JOBS[0], due=100.0, rested=100.0 + number) for number in (3, 1, 2)]
    assert resolve_times([*jobs, replace(JOBS[0], due=100.0, rested=None)]) == [1.0, 2.0, 3.0]
    assert percentile([float(number) for number in range(1, 101)], 0.95) == 96.0
    assert percentile([], 0.95) == 0.0
