"""What people do with posts that are live: change their text, or take them away. The platform is asked at once.

Nothing is queued, because a person waits for the answer. No transaction is open during the call; both calls may be repeated
without harm, so a lost answer has one remedy: do it again.
"""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from connectors.base import Connector
from connectors.errors import (
    ConnectorError,
    ContentRejected,
    OutcomeUnknown,
    RateLimited,
    ReconnectRequired,
    TransientError,
)
from connectors.manager import get_connector, target_of
from connectors.models import Connection
from connectors.services import mark_attention
from connectors.types import Capability, Content
from foundation.errors import Conflict, Invalid, Refusal, Unavailable
from publishing.contents import content_of, whole_content_of
from publishing.models import DeadLetter, Post, PublishJob
from publishing.states import CANCELLABLE, State
from publishing.unsendable import Unsendable
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import POSTS_WRITE
from tenants.services import record


class PlatformFailed(Refusal):
    """The platform answered something that does not let us go on."""

    status = 502
    code = "platform_failed"
    title = "The platform did not do it"


def remove_post(*, principal: Principal, job: PublishJob, now: datetime) -> PublishJob:
    """Delete a live post at its platform. One that was removed before is left as it is.

    A first comment that has not gone out yet is cancelled with it. Raises ``Conflict`` for a job that is not live or whose
    id at the platform is not known, and what ``_refusal`` makes of the platform's troubles.
    """
    principal.require(POSTS_WRITE)
    if job.removed_at is not None:
        return job
    connector = _connector_for(job, Capability.DELETE_POST, "delete posts")
    try:
        connector.delete_post(job.external_id, target_of(job.destination))
    except ConnectorError as error:
        raise _refusal(error, job, now=now) from error
    with transaction.atomic():
        if PublishJob.objects.filter(pk=job.pk, removed_at=None).update(removed_at=now, updated_at=now):
            _cancel_comment(job, principal.tenant, principal.actor, now=now)
            record(tenant=principal.tenant, actor=principal.actor, action="job.removed", subject=job)
    return _fresh(job)


def note_removed(*, platform: str, external_id: str, post_id: str, now: datetime) -> int:
    """Write down that a platform says a post of ours is gone; return for how many jobs that was news.

    A first comment that has not gone out yet is cancelled with it. ``external_id`` names the place, ``post_id`` the post.
    """
    live = PublishJob.objects.filter(role=PublishJob.Role.POST, state=State.PUBLISHED, removed_at=None)
    meant = live.filter(
        destination__platform_id=platform, destination__external_id=external_id, external_id=post_id
    ).select_related("tenant")
    actor, count = f"platform:{platform}", 0
    for job in meant:
        with transaction.atomic():
            if PublishJob.objects.filter(pk=job.pk, removed_at=None).update(removed_at=now, updated_at=now):
                _cancel_comment(job, job.tenant, actor, now=now)
                record(tenant=job.tenant, actor=actor, action="job.removed", subject=job)
                count += 1
    return count


def edit_live_post(*, principal: Principal, job: PublishJob, text: str, now: datetime) -> PublishJob:
    """Change the text of a live post at its platform, and remember it as what the post says there.

    Raises ``Invalid`` when the platform is known to refuse the text, ``Conflict`` for a job that is not live, and what
    ``_refusal`` makes of the platform's troubles.
    """
    principal.require(POSTS_WRITE)
    if job.removed_at is not None:
        raise Conflict("The post was deleted.", remedy="Publish it anew as a new post.", code="not_live")
    connector = _connector_for(job, Capability.EDIT_POST, "change live posts")
    content = replace(_content(job), text=text)
    findings = [one for one in connector.check(content, kind=job.destination.kind) if one.field == "text"]
    if any(one.severity == "error" for one in findings):
        raise Invalid("The platform would refuse this text; the post stays as it is.", findings=findings)
    try:
        connector.edit_post(job.external_id, content, target_of(job.destination))
    except ConnectorError as error:
        raise _refusal(error, job, now=now) from error
    with transaction.atomic():
        post = Post.objects.select_for_update().get(pk=job.post_id)
        place = str(job.destination_id)
        post.overrides = {**post.overrides, place: {**post.overrides.get(place, {}), "text": text}}
        post.save(update_fields=["overrides", "updated_at"])
        PublishJob.objects.filter(pk=job.pk).update(updated_at=now)
        record(tenant=principal.tenant, actor=principal.actor, action="job.edited_live", subject=job)
    return _fresh(job)


def _connector_for(job: PublishJob, capability: Capability, doing: str) -> Connector:
    """Return the connector that can do this to a job's post; raises ``Conflict`` when nobody can."""
    if job.role != PublishJob.Role.POST:
        raise Conflict(
            "This job is a first comment.", remedy="Act on the job of its post, or at the platform.", code="not_a_post"
        )
    if job.state != State.PUBLISHED:
        raise Conflict(
            f"The job is {job.state}, so there is no live post.",
            remedy="Cancel or edit the job instead.",
            code="not_live",
        )
    connection = job.destination.connection
    if connection.status == Connection.Status.INACTIVE:
        raise Conflict(
            f"{connection.display_name} was disconnected.", remedy="Connect the account again.", code="disconnected"
        )
    connector = get_connector(job.platform_id, connection)
    if capability not in connector.capabilities:
        raise Conflict(
            f"{connector.name} does not let us {doing}.", remedy="Do it at the platform.", code="platform_cannot"
        )
    obstacle = connector.obstacle_to(capability, target_of(job.destination))
    if obstacle is not None:
        raise Conflict(obstacle.cause, remedy=obstacle.remedy, code="permission_missing")
    if not job.external_id:
        raise Conflict(
            "The hub does not know the post's id at the platform: a person confirmed it to be live.",
            remedy="Do it at the platform.",
            code="external_id_unknown",
        )
    return connector


def _content(job: PublishJob) -> Content:
    """Return what the post says; where its files or settings are gone since, its words alone."""
    try:
        return whole_content_of(job.post, job.destination)
    except Unsendable:
        return content_of(job.post, job.destination_id)


def _refusal(error: ConnectorError, job: PublishJob, *, now: datetime) -> Refusal:
    """Return what a person is told when the platform did not do it."""
    cause, remedy = error.cause, error.remedy
    if isinstance(error, ReconnectRequired):
        if error.connection_ended:
            mark_attention(
                connection_id=job.destination.connection_id,
                code=error.fingerprint,
                cause=cause,
                remedy=remedy,
                now=now,
            )
        return Conflict(cause, remedy=remedy or "Reconnect the account.", code="reconnect_required")
    if isinstance(error, ContentRejected):
        return Invalid(cause, remedy=remedy, code="content_rejected")
    if isinstance(error, RateLimited):
        wait = error.retry_after
        later = f"Try again in {max(1, round(wait.total_seconds())):,} seconds." if wait else "Try again in a minute."
        return Unavailable(cause, remedy=later, code="platform_busy")
    if isinstance(error, TransientError):
        return Unavailable(cause, remedy="Try again in a minute.", code="platform_unavailable")
    if isinstance(error, OutcomeUnknown):
        return Unavailable(
            f"Nobody can tell whether it was done. {cause}",
            remedy="Do it again: repeating it harms nobody.",
            code="platform_silent",
        )
    return PlatformFailed(cause, remedy=remedy or "Look at the platform, and tell the operator.")


def _cancel_comment(job: PublishJob, tenant: Tenant, actor: str, *, now: datetime) -> None:
    comments = PublishJob.objects.filter(
        post_id=job.post_id,
        destination_id=job.destination_id,
        role=PublishJob.Role.FIRST_COMMENT,
        state__in=CANCELLABLE,
        announced_at=None,
    )
    for comment in comments.select_for_update():
        PublishJob.objects.filter(pk=comment.pk).update(state=State.CANCELLED, due_at=None, ready=False, updated_at=now)
        DeadLetter.objects.filter(job=comment, closed_at=None).update(
            closed_at=now,
            resolution=DeadLetter.Resolution.DISCARDED,
            closed_by=actor,
            note="Its post was deleted.",
            updated_at=now,
        )
        record(tenant=tenant, actor=actor, action="job.cancelled", subject=comment)


def _fresh(job: PublishJob) -> PublishJob:
    found: PublishJob = PublishJob.objects.select_related("post", "destination__connection", "platform").get(pk=job.pk)
    return found
