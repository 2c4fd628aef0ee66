"""The API's door to the workshop: translate in, one call, translate out."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from connectors.types import LiveState
from publishing import accepting, acting, doorbell, drafts, live, redriving, selectors, watching
from publishing.models import DeadLetter, Post, PublishJob
from publishing.serializers import (
    CauseSerializer,
    CheckedSerializer,
    CountSerializer,
    DeadLetterSerializer,
    DiscardSerializer,
    DraftSerializer,
    EditPostSerializer,
    EditSerializer,
    JobActionSerializer,
    JobDetailSerializer,
    JobSerializer,
    LiveSerializer,
    LiveTextSerializer,
    PostSerializer,
    RedrivenSerializer,
    RedriveSerializer,
    RehearsalSerializer,
    told_post,
)
from publishing.states import State
from tenants.limits import EXPENSIVE, PUBLISH
from tenants.principal import principal_of
from tenants.scopes import POSTS_READ, POSTS_WRITE

_FAILED = OpenApiResponse(OpenApiTypes.OBJECT, "A problem: the platform did not do it")
_CANNOT = OpenApiResponse(OpenApiTypes.OBJECT, "A problem: it cannot be done with this job, or the key says no")
_REFUSED = OpenApiResponse(OpenApiTypes.OBJECT, "A problem: the body does not hold, or the platform refuses it")
_ACTION_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=False,
    description="1 to 255 characters of your choice. The same key with the same body answers what was done; it is not done again.",
)
_KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=False,
    description="1 to 255 characters of your choice. The same key with the same body answers the same post; with another body 409.",
)


class PublishView(APIView):
    """Accept a post."""

    scope = POSTS_WRITE
    limit = PUBLISH

    @extend_schema(
        operation_id="publish",
        tags=["Posts"],
        parameters=[_KEY_HEADER],
        request=DraftSerializer,
        responses={202: PostSerializer},
    )
    def post(self, request: Request) -> Response:
        """Publish now or later, at one or more destinations.

        Answers 202 as soon as the post is stored; follow its jobs for the outcome at each destination. A request that breaks
        a rule of a platform is refused whole (422), with a finding for every field.
        """
        form = DraftSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        key = request.headers.get("Idempotency-Key")
        post, replayed = accepting.publish_post(
            principal=principal_of(request), draft=form.to_draft(), idempotency_key=key, now=timezone.now()
        )
        if not replayed:
            doorbell.ring_after_commit()
        else:
            post = selectors.post_of(principal_of(request).tenant, post.pk)
        answer = Response(told_post(post), status=status.HTTP_202_ACCEPTED)
        answer["Location"] = f"/api/posts/{post.pk}/"
        if replayed:
            answer["Idempotency-Replayed"] = "true"
        return answer


class CheckView(APIView):
    """Check a post without publishing it."""

    scope = POSTS_WRITE
    limit = PUBLISH

    @extend_schema(operation_id="publish_check", tags=["Posts"], request=DraftSerializer, responses=CheckedSerializer)
    def post(self, request: Request) -> Response:
        """Run every rule that can be known beforehand; asks no platform and stores no post.

        Files named by an address are fetched and kept, as when they are uploaded, so that their rules can be run too.
        """
        form = DraftSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        principal, now = principal_of(request), timezone.now()
        checked = drafts.check(principal.tenant, drafts.fetch_files(principal, form.to_draft(), now=now), now=now)
        told = {"publishable": not checked.errors, "publish_at": checked.publish_at, "findings": checked.findings}
        return Response(CheckedSerializer(told).data)


class _TenantViewSet(ListModelMixin, GenericViewSet[Any]):
    """Lists and single rows of the caller's tenant, and of no other."""

    scopes = {"list": POSTS_READ, "retrieve": POSTS_READ, "causes": POSTS_READ}
    scope = POSTS_WRITE
    lookup_value_converter = "uuid"


@extend_schema(tags=["Posts"])
class PostViewSet(_TenantViewSet):
    """Posts, newest first."""

    serializer_class = PostSerializer
    queryset = Post.objects.none()

    def get_queryset(self) -> Any:
        """Return the tenant's posts."""
        return selectors.posts_of(principal_of(self.request).tenant)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Return one post with the jobs of its destinations."""
        return Response(PostSerializer(selectors.post_of(principal_of(request).tenant, pk)).data)

    @extend_schema(request=EditPostSerializer, responses=PostSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what is said, or when, until the first of its jobs is taken; what is left out stays as it was.

        The destinations cannot be changed: cancel the post's jobs and publish anew instead.
        """
        post = selectors.post_of(principal_of(request).tenant, pk)
        form = EditPostSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        draft = form.applied_to(post)
        accepting.edit_post(principal=principal_of(request), post=post, draft=draft, now=timezone.now())
        doorbell.ring_after_commit()
        return Response(PostSerializer(selectors.post_of(principal_of(request).tenant, pk)).data)


class JobFilter(filters.FilterSet):
    """Narrow a list of jobs."""

    state = filters.MultipleChoiceFilter(choices=[(state.value, state.value) for state in State])
    platform = filters.CharFilter(field_name="platform_id")
    destination = filters.UUIDFilter(field_name="destination_id")
    post = filters.UUIDFilter(field_name="post_id")
    role = filters.ChoiceFilter(choices=PublishJob.Role.choices)
    standing = filters.MultipleChoiceFilter(
        field_name="watch__state", choices=[(state.value, state.value) for state in LiveState]
    )

    class Meta:
        model = PublishJob
        fields: list[str] = []


@extend_schema(tags=["Jobs"])
class JobViewSet(_TenantViewSet):
    """Jobs, newest first: one post to one destination each, or the first comment under it."""

    limits = {"remove": EXPENSIVE, "edit_live": EXPENSIVE, "act": EXPENSIVE}
    serializer_class = JobSerializer
    filterset_class = JobFilter
    queryset = PublishJob.objects.none()

    def get_queryset(self) -> Any:
        """Return the tenant's jobs."""
        return selectors.jobs_of(principal_of(self.request).tenant)

    @extend_schema(responses=JobDetailSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Return one job with its attempts."""
        return Response(JobDetailSerializer(selectors.job_of(principal_of(request).tenant, pk)).data)

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Take a job back before it is sent; 409 once it is too late."""
        job = selectors.job_of(principal_of(request).tenant, pk)
        return Response(
            JobSerializer(redriving.cancel_job(principal=principal_of(request), job=job, now=timezone.now())).data
        )

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: UUID) -> Response:
        """Try now instead of waiting; a job that needs a person is redriven."""
        job = selectors.job_of(principal_of(request).tenant, pk)
        done = redriving.retry_job(principal=principal_of(request), job=job, now=timezone.now())
        doorbell.ring_after_commit()
        return Response(JobSerializer(done).data)

    @extend_schema(request=EditSerializer, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def edit(self, request: Request, pk: UUID) -> Response:
        """Change what a failed job says at its destination, and send it again."""
        job = selectors.job_of(principal_of(request).tenant, pk)
        form = EditSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        done = redriving.edit_and_redrive(
            principal=principal_of(request),
            job=job,
            text=said.get("text"),
            link=said.get("link"),
            media=said.get("media"),
            settings=said.get("settings"),
            now=timezone.now(),
        )
        doorbell.ring_after_commit()
        return Response(JobSerializer(done).data)

    @extend_schema(request=LiveSerializer, responses=JobSerializer)
    @action(detail=True, methods=["post"], url_path="confirm-live")
    def confirm_live(self, request: Request, pk: UUID) -> Response:
        """Tell that a post with an unknown outcome is live, and where."""
        job = selectors.job_of(principal_of(request).tenant, pk)
        form = LiveSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        done = redriving.confirm_live(
            principal=principal_of(request), job=job, link=form.validated_data["link"], now=timezone.now()
        )
        return Response(JobSerializer(done).data)

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"], url_path="publish-again")
    def publish_again(self, request: Request, pk: UUID) -> Response:
        """Tell that a post with an unknown outcome is not live, and send it again."""
        job = selectors.job_of(principal_of(request).tenant, pk)
        done = redriving.publish_again(principal=principal_of(request), job=job, now=timezone.now())
        doorbell.ring_after_commit()
        return Response(JobSerializer(done).data)

    @extend_schema(request=None, responses={200: JobSerializer, 502: _FAILED, 503: _FAILED})
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: UUID) -> Response:
        """Delete the live post at its platform; done before, it changes nothing.

        The platform is asked at once: 503 when it cannot be asked or did not answer (repeating harms nobody), 502 when it
        refused in a way nobody understands.
        """
        job = selectors.job_of(principal_of(request).tenant, pk)
        done = live.remove_post(principal=principal_of(request), job=job, now=timezone.now())
        return Response(JobSerializer(done).data)

    @extend_schema(request=LiveTextSerializer, responses={200: JobSerializer, 502: _FAILED, 503: _FAILED})
    @action(detail=True, methods=["post"], url_path="edit-live")
    def edit_live(self, request: Request, pk: UUID) -> Response:
        """Change the text of the live post at its platform; 502 and 503 as with removing."""
        job = selectors.job_of(principal_of(request).tenant, pk)
        form = LiveTextSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        done = live.edit_live_post(
            principal=principal_of(request), job=job, text=form.validated_data["text"], now=timezone.now()
        )
        return Response(JobSerializer(done).data)

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def noted(self, request: Request, pk: UUID) -> Response:
        """Take note that the platform took the post back (`standing`), so that pages no longer tell it; repeating changes nothing."""
        job = selectors.job_of(principal_of(request).tenant, pk)
        return Response(
            JobSerializer(watching.take_note(principal=principal_of(request), job=job, now=timezone.now())).data
        )

    @extend_schema(
        parameters=[_ACTION_KEY],
        request=OpenApiTypes.OBJECT,
        responses={200: JobActionSerializer, 409: _CANNOT, 422: _REFUSED, 502: _FAILED, 503: _FAILED},
    )
    @action(detail=True, methods=["post"], url_path="actions/<slug:slug>")
    def act(self, request: Request, pk: UUID, slug: str) -> Response:
        """Do one of the platform's `actions` with the published post; the body is what its JSON Schema describes.

        The platform is asked at once. Always send an `Idempotency-Key` with a public one: it is then done once, however often it is
        asked for. 503 with `platform_silent` says that it may have been done.
        """
        principal = principal_of(request)
        job = selectors.job_of(principal.tenant, pk)
        if not isinstance(request.data, dict):
            raise ValidationError("The body is a JSON object.", code="not_an_object")
        done, replayed = acting.perform(
            principal=principal,
            job=job,
            slug=slug,
            arguments=request.data,
            idempotency_key=request.headers.get("Idempotency-Key"),
            now=timezone.now(),
        )
        answer = Response(JobActionSerializer(done).data)
        if replayed:
            answer["Idempotency-Replayed"] = "true"
        return answer


class DeadLetterFilter(filters.FilterSet):
    """Narrow a list of dead letters."""

    platform = filters.CharFilter(field_name="platform_id")
    fingerprint = filters.CharFilter()
    who = filters.ChoiceFilter(choices=[("author", "author"), ("tenant", "tenant"), ("operator", "operator")])

    class Meta:
        model = DeadLetter
        fields: list[str] = []


@extend_schema(tags=["Dead letters"])
class DeadLetterViewSet(_TenantViewSet):
    """Open dead letters, newest first."""

    serializer_class = DeadLetterSerializer
    filterset_class = DeadLetterFilter
    queryset = DeadLetter.objects.none()

    def get_queryset(self) -> Any:
        """Return the tenant's open dead letters."""
        return selectors.open_letters_of(principal_of(self.request).tenant)

    @extend_schema(responses=CauseSerializer(many=True))
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=())
    def causes(self, request: Request) -> Response:
        """Open dead letters grouped by cause, the largest group first."""
        return Response(CauseSerializer(selectors.causes_of(principal_of(request).tenant, shown=1), many=True).data)

    @extend_schema(request=RedriveSerializer, responses=RedrivenSerializer)
    @action(detail=False, methods=["post"])
    def redrive(self, request: Request) -> Response:
        """Send jobs again, by id or by cause; however often it is called, each is sent once.

        One with an open outcome is looked for first. Many become due one after the other. With `dry_run` nothing is sent, and
        each is told with what would still stand in its way.
        """
        form = RedriveSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked, principal = form.validated_data, principal_of(request)
        if "ids" in asked:
            letters = selectors.letters_of(principal.tenant, asked["ids"])
        else:
            letters = selectors.letters_of_cause(principal.tenant, asked["fingerprint"])
        if asked["dry_run"]:
            rehearsed = redriving.rehearse(principal=principal, letters=letters)
            count = sum(one.would != "nothing" for one in rehearsed)
            return Response({"count": count, "dry_run": RehearsalSerializer(rehearsed, many=True).data})
        count = redriving.redrive(principal=principal, letters=letters, now=timezone.now())
        doorbell.ring_after_commit()
        return Response({"count": count})

    @extend_schema(request=DiscardSerializer, responses=CountSerializer)
    @action(detail=False, methods=["post"])
    def discard(self, request: Request) -> Response:
        """Give jobs up, with a reason."""
        form = DiscardSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        letters = selectors.letters_of(principal_of(request).tenant, form.validated_data["ids"])
        reason = form.validated_data["reason"]
        count = redriving.discard(principal=principal_of(request), letters=letters, reason=reason, now=timezone.now())
        return Response({"count": count})
