"""What people do with a post as a whole: take it back wherever it has not gone out, and delete it wherever it is live."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from connectors.errors import ConfigurationError
from foundation.errors import Conflict, Refusal
from publishing import live, redriving
from publishing.models import Post, PublishJob
from publishing.selectors import post_of, require_unchanged
from publishing.states import CANCELLABLE, State
from tenants.principal import Principal
from tenants.scopes import POSTS_WRITE

#: After so many seconds no further platform is asked, so that whoever waits gets an answer.
ASKING_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of a live post at one destination; ``code`` is empty when it is gone."""

    job: PublishJob
    code: str = ""
    cause: str = ""
    remedy: str = ""


@transaction.atomic
def cancel_post(*, principal: Principal, post: Post, tags: Collection[str] | None = None, now: datetime) -> Post:
    """Take back every job of a post that has not been sent; those that were are left as they are.

    Raises ``Conflict`` when none can be taken back, and ``PreconditionFailed`` when the post no longer has one of ``tags``.
    """
    principal.require(POSTS_WRITE)
    require_unchanged(principal.tenant, post, tags)
    cancelled = 0
    for job in post.jobs.filter(state__in=CANCELLABLE, announced_at=None).select_related("destination", "tenant"):
        try:
            redriving.cancel_job(principal=principal, job=job, now=now)
        except Conflict:  # a worker was faster
            continue
        cancelled += 1
    if not cancelled:
        raise Conflict(
            "Nothing of this post can be taken back any more.",
            remedy="Look at its jobs; what is live can be removed.",
            code="too_late",
        )
    return post_of(principal.tenant, post.pk)


def remove_everywhere(*, principal: Principal, post: Post, now: datetime) -> list[Removal]:
    """Delete a post at every destination where it is live, one after the other; return what became of each.

    One removed before counts as gone. Repeating harms nobody. Raises ``Conflict`` when it is live nowhere.
    """
    principal.require(POSTS_WRITE)
    jobs = post.jobs.filter(role=PublishJob.Role.POST, state=State.PUBLISHED)
    rows = list(jobs.select_related("post", "destination__connection", "destination__platform", "platform", "watch"))
    if not rows:
        raise Conflict("This post is live nowhere.", remedy="Cancel it where it has not gone out yet.", code="not_live")
    until = time.monotonic() + ASKING_SECONDS
    return [_removed(principal, job, asks=time.monotonic() < until, now=now) for job in rows]


def _removed(principal: Principal, job: PublishJob, *, asks: bool, now: datetime) -> Removal:
    if not asks and job.removed_at is None:
        return Removal(job, "not_asked", "Asking the other platforms took too long.", "Send the request again.")
    try:
        return Removal(live.remove_post(principal=principal, job=job, now=now))
    except Refusal as error:
        return Removal(job, error.code, error.detail, error.remedy)
    except ConfigurationError as error:
        return Removal(job, "not_configured", error.detail, error.remedy)
