"""The API's door to numbers: translate in, one call, translate out."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F
from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ErrorDetail, Throttled
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connectors.selectors import destination_of
from foundation.listing import Column, Sort, Stretch, read_text, stretch_of
from monitoring.analytics import answers, doorbell, exports, obstacles, refreshing, selectors, sheets
from monitoring.analytics.placing import zone_of
from monitoring.analytics.refreshing import TooSoon, next_refresh
from monitoring.analytics.rows import MetricWatch, PostMetric
from monitoring.analytics.selectors import Sums
from monitoring.analytics.serializers import (
    DefinitionSerializer,
    FormatSerializer,
    JobMetricsSerializer,
    PlacesNumbersSerializer,
    PlacesQuerySerializer,
    PostsNumbersSerializer,
    PostsQuerySerializer,
    RefreshedSerializer,
    RefreshSerializer,
    SummaryQuerySerializer,
    SummarySerializer,
    place_facts,
)
from monitoring.analytics.totals import Narrowed
from monitoring.analytics.vocabulary import VOCABULARY
from publishing.models import PublishJob
from publishing.selectors import job_of
from tenants.principal import principal_of
from tenants.scopes import ANALYTICS_READ, ANALYTICS_WRITE

_JSON: Final = "application/json"
_PROBLEM: Final = "application/problem+json"
_CSV: Final = {(200, "text/csv"): OpenApiTypes.STR}
_STRANGE_PLACE: Final = {(404, _PROBLEM): OpenApiResponse(OpenApiTypes.OBJECT, "There is no such destination")}
_BAD_QUERY: Final = {(400, _PROBLEM): OpenApiResponse(OpenApiTypes.OBJECT, "A parameter is unknown or cannot be")}
_CANNOT: Final = {
    (409, _PROBLEM): OpenApiResponse(OpenApiTypes.OBJECT, "There is nothing to ask for"),
    (429, _PROBLEM): OpenApiResponse(OpenApiTypes.OBJECT, "Asked for a moment ago; see Retry-After"),
}
PAGE: Final = 25
PLACES: Final = 10
GROUPS: Final = 100


class CsvRenderer(BaseRenderer):
    """Let clients ask for CSV; the views stream it themselves, so what comes here is a problem, told as JSON."""

    media_type = "text/csv"
    format = "csv"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Write the problem."""
        told: bytes = JSONRenderer().render(data)
        return told


class _NumbersView(APIView):
    """Numbers of the caller's tenant, as JSON or CSV."""

    scope = ANALYTICS_READ
    renderer_classes = [JSONRenderer, CsvRenderer]

    @staticmethod
    def wants_csv(request: Request) -> bool:
        """Tell whether the client wants a spreadsheet."""
        return getattr(request.accepted_renderer, "format", "") == CsvRenderer.format


class JobMetricsView(_NumbersView):
    """The numbers of one post."""

    @extend_schema(
        operation_id="jobs_metrics",
        tags=["Analytics"],
        parameters=[FormatSerializer],
        responses={(200, _JSON): JobMetricsSerializer, **_CSV, **_BAD_QUERY},
    )
    def get(self, request: Request, pk: UUID) -> Response | HttpResponseBase:
        """The latest numbers of a job's post, and how they came to be.

        What the platform did not tell is absent, never 0; `obstacle` says why nothing comes.
        """
        FormatSerializer(data=request.query_params).is_valid(raise_exception=True)
        tenant, now = principal_of(request).tenant, timezone.now()
        job = job_of(tenant, pk)
        history = selectors.history_of(job.pk)
        if self.wants_csv(request):
            zone = zone_of(tenant.time_zone)
            return sheets.response(exports.history(job.pk, history, zone), name=f"post-{job.pk}.csv")
        watch = selectors.watch_of_job(job.pk)
        told = {
            **_about(job),
            "obstacle": obstacles.of_posts_at(job.platform_id) or obstacles.of_watch(watch),
            **_times(watch, now=now),
            "latest": selectors.latest_of([job.pk]).get(job.pk, []),
            "history": history,
        }
        return Response(JobMetricsSerializer(told).data)


class JobRefreshView(APIView):
    """Fresh numbers of one post."""

    scope = ANALYTICS_WRITE

    @extend_schema(
        operation_id="jobs_metrics_refresh",
        tags=["Analytics"],
        request=None,
        responses={202: RefreshedSerializer, **_CANNOT},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Have the platform asked for the numbers of a job's post at once; they are there some seconds later.

        429 when that was done a moment ago: the answer says when, and when it can be done again.
        """
        principal, now = principal_of(request), timezone.now()
        job = job_of(principal.tenant, pk)
        try:
            asked = refreshing.refresh_job(principal=principal, job=job, now=now)
        except TooSoon as refusal:
            raise throttled(refusal) from refusal
        doorbell.ring_after_commit()
        return Response(RefreshedSerializer({"results": [asked]}).data, status=status.HTTP_202_ACCEPTED)


class PostsView(_NumbersView):
    """The numbers of posts."""

    @extend_schema(
        operation_id="analytics_posts",
        tags=["Analytics"],
        parameters=[PostsQuerySerializer],
        responses={(200, _JSON): PostsNumbersSerializer, **_CSV, **_BAD_QUERY, **_STRANGE_PLACE},
    )
    def get(self, request: Request) -> Response | HttpResponseBase:
        """Posts that went out in a range, each with its latest numbers. As CSV, all of them at once."""
        form = PostsQuerySerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        tenant = principal_of(request).tenant
        asked, sort = form.narrowed(tenant, now=timezone.now()), form.order()
        if self.wants_csv(request):
            return sheets.response(exports.posts(tenant, asked, sort), name=_name("posts", asked))
        size = form.validated_data.get("limit", PAGE)
        stretch = selectors.posts_page(tenant, asked, sort, form.validated_data.get("cursor", ""), size=size)
        latest = selectors.latest_of(stretch.ties)
        rows = [_post(job, latest.get(job.pk, [])) for job in selectors.jobs_in_order(tenant, stretch.ties)]
        return Response(PostsNumbersSerializer({**_ranged(asked), **_links(request, stretch), "results": rows}).data)


class PlacesView(_NumbersView):
    """The numbers of places."""

    @extend_schema(
        operation_id="analytics_accounts",
        tags=["Analytics"],
        parameters=[PlacesQuerySerializer],
        responses={(200, _JSON): PlacesNumbersSerializer, **_CSV, **_BAD_QUERY, **_STRANGE_PLACE},
    )
    def get(self, request: Request) -> Response | HttpResponseBase:
        """The numbers of destinations, day by day. Days that were not told (yet) are absent. As CSV, all places at once.

        A day is the platform's own; see the documentation for whose midnight that is.
        """
        form = PlacesQuerySerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        tenant, now = principal_of(request).tenant, timezone.now()
        asked = form.narrowed(tenant, now=now)
        if self.wants_csv(request):
            return sheets.response(exports.days(tenant, asked), name=_name("places", asked))
        size, cursor = form.validated_data.get("limit", PLACES), form.validated_data.get("cursor", "")
        sort = Sort("name", Column(F("name"), read_text, descending=False), False)
        stretch = stretch_of(selectors.places_of(tenant, asked), sort, cursor, size=size)
        found = {place.pk: place for place in selectors.places_of(tenant).filter(pk__in=stretch.ties)}
        watches = selectors.watches_of_places(stretch.ties)
        days = answers.series(selectors.days_of(tenant, stretch.ties, asked.range))
        rows = [
            {
                "destination": place_facts(found[pk]),
                "platform": found[pk].platform_id,
                "obstacle": obstacles.of_place(found[pk], watches.get(pk)),
                **_times(watches.get(pk), now=now),
                "metrics": (),
            }
            for pk in stretch.ties
        ]
        told = PlacesNumbersSerializer({**_ranged(asked), **_links(request, stretch), "results": rows}).data
        for pk, row in zip(stretch.ties, told["results"], strict=True):
            row["metrics"] = days.get(pk, [])
        return Response(told)


class SummaryView(_NumbersView):
    """What a range comes to."""

    @extend_schema(
        operation_id="analytics_summary",
        tags=["Analytics"],
        parameters=[SummaryQuerySerializer],
        responses={(200, _JSON): SummarySerializer, **_CSV, **_BAD_QUERY, **_STRANGE_PLACE},
    )
    def get(self, request: Request) -> Response | HttpResponseBase:
        """What posts and places come to in a range, beside as many days before it; in all, and by platform or destination.

        Of posts: those that went out in the range, with their latest numbers. Of places: what was counted on its days.
        Destinations come in pages, by their names; the total is that of all of them. As CSV, all of them at once.
        """
        form = SummaryQuerySerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        tenant = principal_of(request).tenant
        asked, by = form.narrowed(tenant, now=timezone.now()), form.validated_data.get("by", "platform")
        if self.wants_csv(request):
            return sheets.response(exports.sums(tenant, asked, by=by), name=_name("summary", asked))
        links: dict[str, str | None] = {"next": None, "previous": None}
        groups: list[tuple[str, dict[str, Any] | None, Sums]]
        if by == "destination":
            size, cursor = form.validated_data.get("limit", GROUPS), form.validated_data.get("cursor", "")
            total, places, stretch = selectors.by_place(tenant, asked, cursor, size=size)
            links = _links(request, stretch)
            groups = [(place.platform_id, place_facts(place), one) for place, one in places]
        else:
            total, found = selectors.summary(tenant, asked, by="platform")
            groups = [(platform, None, found[platform]) for platform in exports.platforms_of(found)]
        before = asked.range.before
        told = {
            **_ranged(asked),
            "previous_since": before.since,
            "previous_until": before.until,
            "by": by,
            **links,
            "total": answers.sums(total),
            "groups": [
                {**answers.sums(one), "platform": platform, "destination": place} for platform, place, one in groups
            ],
        }
        return Response(told)


class MetricsView(APIView):
    """The vocabulary."""

    scope = ANALYTICS_READ

    @extend_schema(operation_id="analytics_metrics", tags=["Analytics"], responses=DefinitionSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Every metric: what it means, what it is counted in, and what the platforms call it."""
        return Response(DefinitionSerializer(list(VOCABULARY.values()), many=True).data)


class RefreshView(APIView):
    """Fresh numbers of places."""

    scope = ANALYTICS_WRITE

    @extend_schema(
        operation_id="analytics_refresh",
        tags=["Analytics"],
        request=RefreshSerializer,
        responses={202: RefreshedSerializer, (404, _PROBLEM): OpenApiTypes.OBJECT, **_CANNOT},
    )
    def post(self, request: Request) -> Response:
        """Have platforms asked at once for the numbers of a destination, or of all, and of their posts of the last week.

        Those that were asked a moment ago are not asked again (`asked` is false); 429 when that is true of all.
        """
        form = RefreshSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        principal, wanted = principal_of(request), form.validated_data.get("destination")
        place = destination_of(principal.tenant, wanted) if wanted else None
        try:
            asked = refreshing.refresh_places(principal=principal, place=place, now=timezone.now())
        except TooSoon as refusal:
            raise throttled(refusal) from refusal
        doorbell.ring_after_commit()
        return Response(RefreshedSerializer({"results": asked}).data, status=status.HTTP_202_ACCEPTED)


def throttled(refusal: TooSoon) -> Throttled:
    """Return the refusal with the header that says how long to wait."""
    error = Throttled(wait=max(refusal.wait.total_seconds(), 1))
    error.detail = ErrorDetail(f"{refusal.detail} {refusal.remedy}", code="throttled")
    return error


def _name(what: str, asked: Narrowed) -> str:
    return f"{what}-{asked.range.since}-{asked.range.until}.csv"


def _ranged(asked: Narrowed) -> dict[str, Any]:
    return {"since": asked.range.since, "until": asked.range.until, "time_zone": asked.range.zone.key}


def _links(request: Request, stretch: Stretch) -> dict[str, str | None]:
    def address(cursor: str) -> str | None:
        said = {**request.query_params.dict(), "cursor": cursor}
        return request.build_absolute_uri(f"{request.path}?{urlencode(said)}") if cursor else None

    return {"next": address(stretch.older), "previous": address(stretch.newer)}


def _about(job: PublishJob) -> dict[str, Any]:
    return {
        "job": job.pk,
        "post": job.post_id,
        "platform": job.platform_id,
        "destination": place_facts(job.destination),
        "published_at": job.published_at,
    }


def _times(watch: MetricWatch | None, *, now: Any) -> dict[str, Any]:
    return {
        "taken_at": watch.taken_at if watch else None,
        "next_look_at": obstacles.next_look(watch, now=now),
        "asked_at": watch.asked_at if watch else None,
        "refresh_possible_at": next_refresh(watch.asked_at if watch else None, now=now),
    }


def _post(job: PublishJob, told: list[PostMetric]) -> dict[str, Any]:
    return {
        **_about(job),
        "permalink": "" if job.removed_at else job.permalink,
        "text": exports.excerpt(job),
        "taken_at": max((row.taken_at for row in told), default=None),
        "metrics": {row.metric: row for row in told},
    }
