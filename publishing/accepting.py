"""Accepting a post: rows first, in one transaction, under an idempotency key. Nothing is queued before they are committed."""

import time
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from foundation import prepared, tracing
from foundation.errors import Conflict, Invalid
from publishing import attachments, drafts, signals, storing
from publishing.drafts import Draft
from publishing.models import Post, PublishJob
from publishing.selectors import require_unchanged
from publishing.states import State
from tenants import flags
from tenants.principal import Principal
from tenants.scopes import POSTS_WRITE
from tenants.services import audit_line, record

LONGEST_KEY = 255


def publish_post(
    *, principal: Principal, draft: Draft, idempotency_key: str | None, now: datetime
) -> tuple[Post, bool]:
    """Accept a post for publishing now or later; return it, and whether it had been accepted before.

    The same key with the same request answers the same post, also while the first request is still under way; with
    another request it raises ``Conflict``. A post just accepted comes with its jobs. A request that breaks a rule raises
    ``Invalid`` with every finding and leaves no row behind. The caller rings the doorbell after commit.
    """
    started, outcome = time.monotonic(), "refused"
    try:
        post, known = _publish_post(principal, draft, idempotency_key, now=now)
        outcome = "repeated" if known else "accepted"
    finally:
        signals.post_accepted.send_robust(Post, outcome=outcome, seconds=time.monotonic() - started)
    if tracing.ON and (span := tracing.here()) is not None:
        tracing.say(span, {"tenant_id": str(post.tenant_id), "post_id": str(post.pk)})
    return post, known


def _publish_post(
    principal: Principal, draft: Draft, idempotency_key: str | None, *, now: datetime
) -> tuple[Post, bool]:
    principal.require(POSTS_WRITE)
    digest = draft.digest()
    if idempotency_key is not None:
        check_key(idempotency_key)
        if known := _known(principal, idempotency_key, digest):
            return known, True
    flags.require("posts", principal.tenant.pk)
    draft = drafts.fetch_files(principal, draft, now=now)
    checked = drafts.check(principal.tenant, draft, now=now)
    if checked.errors:
        raise Invalid("The post cannot be published as it is; nothing was stored.", findings=checked.findings)
    post = Post(
        tenant=principal.tenant,
        text=draft.text,
        link=draft.link,
        media=list(draft.media),
        settings=dict(checked.settings),
        first_comment=draft.first_comment,
        overrides=dict(checked.overrides),
        publish_at=checked.publish_at,
        time_zone=draft.time_zone,
        in_order=draft.in_order,
        created_by=principal.actor,
        idempotency_key=idempotency_key,
        request_digest=digest,
        trace_parent=tracing.parent() if tracing.ON else None,
    )
    jobs = _jobs_of(post, checked, now=now)
    entry = audit_line(
        tenant=principal.tenant,
        actor=principal.actor,
        action="post.accepted",
        subject=post,
        destinations=len(checked.destinations),
        publish_at=checked.publish_at.isoformat() if checked.publish_at else "",
    )
    try:
        with storing.whole(with_more=bool(draft.media_ids())):
            storing.store(post, jobs, entry, now=now)
            _keep_files(principal, draft, checked.publish_at, now=now)
    except IntegrityError:
        # Another request with this key was faster; its rows are committed now, so its answer is ours.
        if idempotency_key is not None and (known := _known(principal, idempotency_key, digest)):
            return known, True
        raise
    _loaded_with(post, jobs)
    return post, False


def _jobs_of(post: Post, checked: drafts.Checked, *, now: datetime) -> list[PublishJob]:
    state = State.SCHEDULED if checked.publish_at else State.QUEUED
    return [
        PublishJob(
            tenant=post.tenant,
            post=post,
            destination=place,
            platform_id=place.platform_id,
            state=state,
            due_at=checked.publish_at or now,
            planned_at=checked.publish_at or now,
            ready=checked.publish_at is None,
            in_order=post.in_order,
        )
        for place in checked.destinations
    ]


def _loaded_with(post: Post, jobs: list[PublishJob]) -> None:
    """Let a post know its jobs as if they had been prefetched: reading them back would cost as much as writing them."""
    rows = post.jobs.all()
    rows._result_cache = jobs
    rows._prefetch_done = True  # type: ignore[attr-defined]
    post._prefetched_objects_cache = {"jobs": rows}  # type: ignore[attr-defined]


def edit_post(
    *, principal: Principal, post: Post, draft: Draft, tags: Collection[str] | None = None, now: datetime
) -> Post:
    """Change what a post says, or when, until a worker has taken the first of its jobs; its destinations stay.

    Raises ``Invalid`` with every finding, ``Conflict`` once it is too late, and ``PreconditionFailed`` when the post no longer
    has one of ``tags``; then nothing is changed.
    """
    principal.require(POSTS_WRITE)
    flags.require("posts", principal.tenant.pk)
    # Fetching asks strangers' servers, so it comes before the transaction.
    return _edit_post(principal, post, drafts.fetch_files(principal, draft, now=now), tags, now=now)


@transaction.atomic
def _edit_post(principal: Principal, post: Post, draft: Draft, tags: Collection[str] | None, *, now: datetime) -> Post:
    require_unchanged(principal.tenant, post, tags)
    checked = drafts.check(principal.tenant, draft, now=now)
    if checked.errors:
        raise Invalid("The post cannot be published like that; it stays as it was.", findings=checked.findings)
    jobs = PublishJob.objects.filter(post=post)
    state = State.SCHEDULED if checked.publish_at else State.QUEUED
    moment = checked.publish_at or now
    # One update that must reach every job: a worker that takes one of them meanwhile makes it reach one less.
    changed = jobs.filter(state__in=[State.SCHEDULED, State.QUEUED], attempt_count=0).update(
        state=state, due_at=moment, planned_at=moment, ready=False, in_order=draft.in_order, updated_at=now
    )
    if changed != jobs.count():
        transaction.set_rollback(True)
        raise Conflict(
            "The post is being published, or has been, and can no longer be changed.",
            remedy="Look at its jobs; a job that failed can be edited and redriven.",
            code="too_late",
        )
    post.text, post.link, post.in_order = draft.text, draft.link, draft.in_order
    post.media = list(draft.media)
    post.settings, post.first_comment = dict(checked.settings), draft.first_comment
    post.overrides = dict(checked.overrides)
    post.publish_at, post.time_zone = checked.publish_at, draft.time_zone
    post.save()
    _keep_files(principal, draft, checked.publish_at, now=now)
    record(tenant=principal.tenant, actor=principal.actor, action="post.edited", subject=post)
    return post


def _keep_files(principal: Principal, draft: Draft, publish_at: datetime | None, *, now: datetime) -> None:
    if ids := draft.media_ids():
        attachments.keep(principal.tenant, ids, until=publish_at or now, now=now)


def _known(principal: Principal, key: str, digest: str) -> Post | None:
    # Nearly every key is new: the whole post is read only when it is not.
    for pk, accepted in _accepted_under(principal, key):
        if accepted == digest:
            return Post.objects.get(pk=pk)
        raise Conflict(
            "This Idempotency-Key was used for another request.",
            remedy="Use a new key for a new post; repeat a request unchanged to get its first answer again.",
            code="idempotency_key_reused",
        )
    return None


def _accepted_under(principal: Principal, key: str) -> Iterable[tuple[UUID, str]]:
    """Return the id and the digest of what was accepted under a key."""
    if connection.vendor == "postgresql":
        return cast(Iterable[tuple[UUID, str]], prepared.fetch_all(_KNOWN_SQL, (principal.tenant.pk, key)))
    before = Post.objects.filter(tenant=principal.tenant, idempotency_key=key).order_by()
    return before.values_list("pk", "request_digest")


_KNOWN_SQL: Final = "SELECT id, request_digest FROM posts WHERE tenant_id = %s AND idempotency_key = %s"


def check_key(key: str) -> None:
    """Raise ``Invalid`` for what cannot be an idempotency key."""
    if not key or len(key) > LONGEST_KEY or not key.isprintable():
        raise Invalid(
            f"The Idempotency-Key must have 1 to {LONGEST_KEY} printable characters.",
            remedy="A UUID is a good key.",
            code="bad_idempotency_key",
        )
