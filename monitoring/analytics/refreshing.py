"""Fresh numbers because somebody wants them: the next look is now instead of later, and not too often."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from connectors.manager import connector_class
from connectors.models import Destination
from connectors.types import Capability
from foundation.errors import Conflict, Refusal
from monitoring.analytics.rows import MetricWatch
from publishing.models import PublishJob
from publishing.states import State
from tenants import flags
from tenants.principal import Principal
from tenants.scopes import ANALYTICS_WRITE
from tenants.services import record

#: Of a place's posts, these are asked for with it; and so many at most.
RECENT: Final = timedelta(days=7)
MOST_POSTS: Final = 100
MOST_PLACES: Final = 500


class TooSoon(Refusal):
    """Fresh numbers were asked for a moment ago."""

    status = 429
    code = "throttled"
    title = "Asked for a moment ago"

    def __init__(self, *, asked_at: datetime, now: datetime) -> None:
        next_at = asked_at + settings.METRICS_REFRESH_EVERY
        super().__init__(
            f"Fresh numbers were last asked for at {asked_at:%Y-%m-%d %H:%M:%S} UTC.",
            remedy=f"Ask again at {next_at:%Y-%m-%d %H:%M:%S} UTC or later; platforms count these questions.",
        )
        self.asked_at, self.next_at = asked_at, next_at
        self.wait = next_at - now


@dataclass(frozen=True, slots=True)
class Asked:
    """One place or post of which fresh numbers were asked for, or were not because that was done a moment ago."""

    destination_id: UUID
    job_id: UUID | None
    asked: bool
    asked_at: datetime
    next_at: datetime
    #: When the platform last answered.
    taken_at: datetime | None


def refresh_job(*, principal: Principal, job: PublishJob, now: datetime) -> Asked:
    """Ask for a post's numbers as soon as a worker is free. Audited. Raises ``Conflict`` and ``TooSoon``."""
    principal.require(ANALYTICS_WRITE)
    flags.require("analytics", principal.tenant.pk)
    connector = connector_class(job.platform_id)
    if Capability.POST_METRICS not in connector.capabilities:
        raise Conflict(
            f"{connector.name} tells no numbers of single posts.",
            remedy="Look at the numbers of the place.",
            code="platform_cannot",
        )
    if job.role != PublishJob.Role.POST or job.state != State.PUBLISHED or job.published_at is None:
        raise Conflict("It is no published post.", remedy="Numbers come after it was published.", code="not_live")
    if job.removed_at is not None or not job.external_id:
        raise Conflict("The post is no longer there.", remedy="Its last numbers stand.", code="not_live")
    watch, _ = MetricWatch.objects.get_or_create(
        job=job,
        defaults={
            "kind": MetricWatch.Kind.POST,
            "tenant_id": job.tenant_id,
            "destination_id": job.destination_id,
            "platform_id": job.platform_id,
            "published_at": job.published_at,
            "due_at": now,
        },
    )
    with transaction.atomic():
        told = _ask(watch, now=now)
        if not told.asked:
            raise TooSoon(asked_at=told.asked_at, now=now)
        record(
            tenant=principal.tenant, actor=principal.actor, action="metrics.refresh_asked", subject=watch, job=job.pk
        )
    return told


def refresh_places(*, principal: Principal, place: Destination | None, now: datetime) -> list[Asked]:
    """Ask for the numbers of a place, or of all that are chosen, and of their posts of the last week. Audited.

    Places that were asked for a moment ago are left out; raises ``TooSoon`` when that is true of all, and ``Conflict`` where there is
    nothing to ask.
    """
    principal.require(ANALYTICS_WRITE)
    flags.require("analytics", principal.tenant.pk)
    places = Destination.objects.filter(tenant=principal.tenant, enabled=True, gone_at=None)
    places = places.filter(pk=place.pk) if place else places.order_by("pk")
    watches = _watches_of(list(places.values_list("pk", "platform_id")[:MOST_PLACES]), principal, now=now)
    if not watches:
        raise Conflict(
            "There is no chosen destination whose platform tells numbers.",
            remedy="Choose destinations among those of a connection.",
            code="not_chosen",
        )
    with transaction.atomic():
        told = [_ask(watch, now=now) for watch in watches]
        asked = [one.destination_id for one in told if one.asked]
        if not asked:
            raise TooSoon(asked_at=min(one.asked_at for one in told), now=now)
        posts = MetricWatch.objects.filter(
            destination__in=asked, kind=MetricWatch.Kind.POST, published_at__gte=now - RECENT
        )
        told += [_ask(watch, now=now) for watch in posts.order_by("-published_at")[:MOST_POSTS]]
        subject = place or principal.tenant
        record(
            tenant=principal.tenant,
            actor=principal.actor,
            action="metrics.refresh_asked",
            subject=subject,
            places=len(asked),
            posts=sum(one.asked and one.job_id is not None for one in told),
        )
    return told


def next_refresh(asked_at: datetime | None, *, now: datetime) -> datetime | None:
    """Return when fresh numbers can be asked for again; None when that is now."""
    next_at = asked_at + settings.METRICS_REFRESH_EVERY if asked_at else None
    return next_at if next_at and next_at > now else None


def _watches_of(places: list[tuple[UUID, str]], principal: Principal, *, now: datetime) -> list[MetricWatch]:
    """Return the watches of places, making those that are missing."""
    able = [
        (pk, platform)
        for pk, platform in places
        if Capability.ACCOUNT_METRICS in connector_class(platform).capabilities
    ]
    of_places = MetricWatch.objects.filter(kind=MetricWatch.Kind.PLACE, destination__in=[pk for pk, _ in able])
    there = set(of_places.values_list("destination_id", flat=True))
    MetricWatch.objects.bulk_create(
        (
            MetricWatch(
                kind=MetricWatch.Kind.PLACE,
                destination_id=pk,
                tenant=principal.tenant,
                platform_id=platform,
                due_at=now,
            )
            for pk, platform in able
            if pk not in there
        ),
        ignore_conflicts=True,
    )
    return list(of_places.order_by("destination_id"))


def _ask(watch: MetricWatch, *, now: datetime) -> Asked:
    every = settings.METRICS_REFRESH_EVERY
    rows = MetricWatch.objects.filter(pk=watch.pk)
    allowed = Q(asked_at=None) | Q(asked_at__lte=now - every)
    asked = bool(rows.filter(allowed).update(asked_at=now, updated_at=now))
    if asked:
        # Somebody who asks just now holds a lease: their answer will be fresh, and is not asked for twice.
        rows.filter(lease=None).update(due_at=now, stop="", stopped_at=None, failures=0)
    at = now if asked else (rows.values_list("asked_at", flat=True).first() or now)
    return Asked(watch.destination_id, watch.job_id, asked, at, at + every, watch.taken_at)
