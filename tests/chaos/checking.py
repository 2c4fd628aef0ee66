"""Jobs against posts: what is lost, what is doubled, what is left open. Pure functions over plain values."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

#: Nothing more happens by itself. Written out here, so that the count does not trust the product's own word for it.
AT_REST: Final = frozenset({"published", "failed", "dlq", "cancelled"})
#: Dead letters that say: it was tried as often as the table of waits allows.
EXHAUSTED: Final = frozenset({"exhausted", "transient", "rate_limited"})


@dataclass(frozen=True, slots=True)
class Saying:
    """One post at one place: what must stand there exactly once. ``file`` is the digest of one that has no words.

    The comment under a post is a saying of its own.
    """

    page: str
    text: str
    link: str = ""
    file: str = ""
    role: str = "post"

    def commented(self) -> "Saying":
        """Return the comment under this post."""
        return replace(self, role="comment")

    def __str__(self) -> str:
        what = "comment under " if self.role == "comment" else ""
        return f"{what}{(self.text or self.link or self.file)[:60]!r} on {self.page}"


@dataclass(frozen=True, slots=True)
class Job:
    """A publish job as the ledger has it in the end. Moments are Unix seconds."""

    id: str
    saying: Saying
    state: str
    external_id: str = ""
    #: Why it is not published, in the ledger's own word; empty when the ledger names no reason.
    reason: str = ""
    due: float = 0.0
    rested: float | None = None
    kind: str = ""
    #: Whether a comment belongs under it once it is published.
    wants_comment: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it stands at the platform."""

    id: str
    saying: Saying


@dataclass(slots=True)
class Verdict:
    """What was found, each as a sentence a person understands; the counts are the lengths."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unresolved: list[str] = field(default_factory=list)
    exhausted: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    #: Said to be unknown where the platform lets nobody look, and standing there once at most.
    honest_unknown: list[str] = field(default_factory=list)
    #: Stands before what it asked to be kept behind.
    disordered: list[str] = field(default_factory=list)
    #: The jobs behind the sentences, to tell their stories.
    suspects: set[str] = field(default_factory=set)

    @property
    def is_clean(self) -> bool:
        """Whether every post stands exactly once and every job knows it, or says honestly that nobody can know.

        Exhausted jobs are told, and forgiven.
        """
        return not (self.lost or self.doubled or self.unresolved or self.strays or self.disordered)


def judge(
    *,
    accepted: Iterable[Saying],
    jobs: Sequence[Job],
    posts: Iterable[Post],
    in_order: Iterable[Saying] = (),
    nobody_can_look: Collection[str] = (),
) -> Verdict:
    """Count what was accepted and what the ledger says against what stands at the platform.

    ``posts`` come in the order in which they became public, ``in_order`` in the order in which they asked for it;
    ``nobody_can_look`` are the kinds whose jobs may end unknown.
    """
    verdict = Verdict()
    standing: dict[Saying, list[str]] = defaultdict(list)
    for post in posts:
        standing[post.saying].append(post.id)
    comments = [job.saying.commented() for job in jobs if job.wants_comment and job.state == "published"]
    for saying in Counter([*accepted, *comments]) - Counter(job.saying for job in jobs):
        verdict.lost.append(f"{saying}: accepted, but there is no job")
    asked = {job.saying: job.id for job in jobs}
    for saying, ids in standing.items():
        if saying not in asked:
            verdict.strays.append(f"{saying}: it stands there and no job asked for it ({', '.join(ids)})")
        elif len(ids) > 1:
            verdict.doubled.append(
                f"job {asked[saying]}, {saying}: it stands there {len(ids)} times ({', '.join(ids)})"
            )
            verdict.suspects.add(asked[saying])
    for job in jobs:
        _judge_job(job, standing.get(job.saying, []), verdict, may_be_unknown=job.kind in nobody_can_look)
    _judge_order(list(standing), in_order, asked, verdict)
    return verdict


def _judge_order(
    standing: Sequence[Saying], in_order: Iterable[Saying], asked: Mapping[Saying, str], verdict: Verdict
) -> None:
    rank = {saying: number for number, saying in enumerate(standing)}
    newest: dict[str, Saying] = {}
    for saying in in_order:
        if saying not in rank:
            continue
        before = newest.get(saying.page)
        if before is not None and rank[before] > rank[saying]:
            verdict.disordered.append(f"{saying}: it stands there before {before}")
            verdict.suspects |= {asked[one] for one in (saying, before) if one in asked}
        else:
            newest[saying.page] = saying


def _judge_job(job: Job, ids: Sequence[str], verdict: Verdict, *, may_be_unknown: bool) -> None:
    told = f"job {job.id} ({job.kind} {job.state}{', ' + job.reason if job.reason else ''}), {job.saying}"
    before = len(verdict.lost) + len(verdict.unresolved) + len(verdict.exhausted)
    if may_be_unknown and (job.state, job.reason) == ("dlq", "outcome_unknown"):
        # More than one of it is told as a double.
        verdict.honest_unknown.append(f"{told}: {len(ids)} of it stand there")
    elif job.state not in AT_REST:
        verdict.unresolved.append(f"{told}: not at rest")
    elif job.state == "published":
        if not ids:
            verdict.lost.append(f"{told}: published, but nothing stands there")
        elif job.external_id not in ids:
            verdict.lost.append(f"{told}: published as {job.external_id}, but {', '.join(ids)} stands there")
    else:
        if ids:
            verdict.lost.append(f"{told}: not published, but {', '.join(ids)} stands there")
        elif not job.reason:
            verdict.lost.append(f"{told}: at rest and not published, and nothing says why")
        is_exhausted = job.state == "dlq" and job.reason in EXHAUSTED
        (verdict.exhausted if is_exhausted else verdict.unresolved).append(f"{told}: needs a person")
    if len(verdict.lost) + len(verdict.unresolved) + len(verdict.exhausted) > before:
        verdict.suspects.add(job.id)


def resolve_times(jobs: Iterable[Job]) -> list[float]:
    """Return for each job at rest the seconds from when it was due to when it came to rest, in order."""
    return sorted(max(0.0, job.rested - job.due) for job in jobs if job.rested is not None)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value below or at which this share of an ordered series lies; 0 for an empty one."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
