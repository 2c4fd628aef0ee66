"""What people do with posts that are live: change their text, or take them away. The platform is asked at once.

Nothing is queued, because a person waits for the answer. No transaction is open during the call; both calls may be repeated
without harm, so a lost answer has one remedy: do it again.
"""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from connectors import asking
from connectors.base import Connector
from connectors.manager import target_of
from connectors.types import Capability, Content
from foundation.errors import Conflict, Invalid
from publishing import signals
from publishing.contents import content_of, whole_content_of
from publishing.models import DeadLetter, Post, PublishJob, Watch
from publishing.states import CANCELLABLE, State
from publishing.unsendable import Unsendable
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import POSTS_WRITE
from tenants.services import record


def remove_post(*, principal: Principal, job: PublishJob, now: datetime) -> PublishJob:
    """Delete a live post at its platform. One that was removed before is left as it is.

    A first comment that has not gone out yet is cancelled with it. Raises ``Conflict`` for a job that is not live or whose
    id at the platform is not known, and what ``asking`` makes of the platform's troubles.
    """
    principal.require(POSTS_WRITE)
    if job.removed_at is not None:
        return job
    connector_for(job, Capability.DELETE_POST, doing="delete posts")
    asking.ask(job.destination, lambda connector, target: connector.delete_post(job.external_id, target), now=now)
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
                signals.post_standing_changed.send(
                    sender=PublishJob, job_id=job.pk, tenant_id=job.tenant_id, before="live", state="removed",
                    reason="The platform says that it is gone.", remedy="", now=now,
                )  # fmt: skip
                count += 1
    return count


def look_sooner(*, platform: str, external_id: str, now: datetime) -> int:
    """Make due what waits to be looked at at a place of which its platform tells news; return how many jobs that is.

    News are a hint: what they say is asked of the platform, by the looks that were planned in any case.
    """
    place = {"destination__platform_id": platform, "destination__external_id": external_id}
    waiting = PublishJob.objects.filter(state=State.PROCESSING, due_at__gt=now, ready=False, **place)
    watched = {f"job__{name}": value for name, value in place.items()}
    looks = Watch.objects.filter(due_at__gt=now, **watched)
    looks.filter(job__state=State.PUBLISHED).update(due_at=now, updated_at=now)
    return waiting.update(due_at=now, updated_at=now)


def edit_live_post(*, principal: Principal, job: PublishJob, text: str, now: datetime) -> PublishJob:
    """Change the text of a live post at its platform, and remember it as what the post says there.

    Raises ``Invalid`` when the platform is known to refuse the text, ``Conflict`` for a job that is not live, and what
    ``asking`` makes of the platform's troubles.
    """
    principal.require(POSTS_WRITE)
    if job.removed_at is not None:
        raise Conflict("The post was deleted.", remedy="Publish it anew as a new post.", code="not_live")
    connector = connector_for(job, Capability.EDIT_POST, doing="change live posts")
    content = replace(_content(job), text=text)
    findings = [one for one in connector.check(content, kind=job.destination.kind) if one.field == "text"]
    if any(one.severity == "error" for one in findings):
        raise Invalid("The platform would refuse this text; the post stays as it is.", findings=findings)
    asking.ask(
        job.destination, lambda connector, target: connector.edit_post(job.external_id, content, target), now=now
    )
    with transaction.atomic():
        post = Post.objects.select_for_update().get(pk=job.post_id)
        place = str(job.destination_id)
        post.overrides = {**post.overrides, place: {**post.overrides.get(place, {}), "text": text}}
        post.save(update_fields=["overrides", "updated_at"])
        PublishJob.objects.filter(pk=job.pk).update(updated_at=now)
        record(tenant=principal.tenant, actor=principal.actor, action="job.edited_live", subject=job)
    return _fresh(job)


def connector_for(job: PublishJob, capability: Capability, *, doing: str) -> Connector:
    """Return the connector that can do this with a job's live post; raises ``Conflict`` when nobody can."""
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
    connector = asking.connector_for(job.destination, capability, doing=doing)
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
