"""The API's door to the workshop: translate in, one call, translate out."""

from dataclasses import replace
from typing import Any, ClassVar, Final, cast
from uuid import UUID

from django.utils import timezone
from django.utils.http import quote_etag
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

from foundation import etags
from publishing import (
    accepting,
    acting,
    allowed_now,
    doorbell,
    drafts,
    live,
    redriving,
    selectors,
    timeline,
    watching,
    whole_posts,
)
from publishing.filters import DeadLetterFilter, JobFilter, PostFilter
from publishing.models import Attempt, DeadLetter, Post, PublishJob
from publishing.serializers import (
    AttemptSerializer,
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
    RemovalsSerializer,
    StoryEventSerializer,
    read_draft,
    told_post,
)
from tenants.limits import EXPENSIVE, PUBLISH
from tenants.principal import principal_of
from tenants.scopes import POSTS_READ, POSTS_WRITE

_ID: Final[Any] = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"}
_FAILED = OpenApiResponse(OpenApiTypes.OBJECT, "A problem: the platform did not do it")
_CANNOT = OpenApiResponse(OpenApiTypes.OBJECT, "A problem: it cannot be done with this job, or the key says no")
_REFUSED = OpenApiResponse(OpenApiTypes.OBJECT, "A problem: the body does not hold, or the platform refuses it")
_ACTION_KEY = OpenApiParameter(
    "Idempotency-Key",
    _ID,
    OpenApiParameter.HEADER,
    required=False,
    description="1 to 255 characters of your choice. The same key with the same body answers what was done; it is not done again.",
)
_KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    _ID,
    OpenApiParameter.HEADER,
    required=False,
    description="1 to 255 characters of your choice. The same key with the same body answers the same post; with another body 409.",
)

_IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag of the post as you know it: if it has changed since, nothing is done (412).",
)
_IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="The ETag you have: 304 while it holds."
)
_ETAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200],
    description="Names the post's present state; it changes with its jobs.",
)
_STALE = OpenApiResponse(OpenApiTypes.OBJECT, "The post has changed since the ETag in If-Match; nothing was done")
_ASK = OpenApiParameter(
    "ask",
    OpenApiTypes.BOOL,
    description="Also ask the platforms what the places allow at this moment, where they tell; takes some seconds.",
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
        draft, key = read_draft(request.data), request.headers.get("Idempotency-Key")
        post, replayed = accepting.publish_post(
            principal=principal_of(request), draft=draft, idempotency_key=key, now=timezone.now()
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

    @extend_schema(
        operation_id="publish_check",
        tags=["Posts"],
        parameters=[_ASK],
        request=DraftSerializer,
        responses=CheckedSerializer,
    )
    def post(self, request: Request) -> Response:
        """Run every rule that can be known beforehand; stores no post, and asks no platform unless told to.

        Files named by an address are fetched and kept, as when they are uploaded, so that their rules can be run too. With
        `ask`, the places whose platforms tell what they allow now (capability `composing`) are asked, for five seconds or
        little more; one that did not answer is a warning, `not_asked`. For a post of later what they say is a warning too.
        """
        principal, now = principal_of(request), timezone.now()
        draft = drafts.fetch_files(principal, read_draft(request.data), now=now)
        checked = drafts.check(principal.tenant, draft, now=now)
        if request.query_params.get("ask", "").lower() in {"1", "true"}:
            checked = replace(checked, findings=(*checked.findings, *allowed_now.findings(draft, checked, now=now)))
        told = {"publishable": not checked.errors, "publish_at": checked.publish_at, "findings": checked.findings}
        return Response(CheckedSerializer(told).data)


class _TenantViewSet(ListModelMixin, GenericViewSet[Any]):
    """Lists and single rows of the caller's tenant, and of no other."""

    scopes = dict.fromkeys(("list", "retrieve", "causes", "attempts", "timeline"), POSTS_READ)
    scope = POSTS_WRITE
    lookup_value_converter = "uuid"


@extend_schema(tags=["Posts"])
class PostViewSet(_TenantViewSet):
    """Posts, newest first."""

    serializer_class = PostSerializer
    filterset_class = PostFilter
    sorts: ClassVar = {
        "-created": ("-id",),
        "created": ("id",),
        "publish_at": ("publish_at", "id"),
        "-publish_at": ("-publish_at", "-id"),
    }
    about_sorts = "By publish_at only posts are listed that have a moment, not those that went out at once."
    queryset = Post.objects.none()

    def get_queryset(self) -> Any:
        """Return the tenant's posts; in the order of their moments only those that have one."""
        posts = selectors.posts_of(principal_of(self.request).tenant)
        by_moment = self.request.query_params.get("sort", "").endswith("publish_at")
        return posts.filter(publish_at__isnull=False) if by_moment else posts

    @extend_schema(parameters=[_IF_NONE_MATCH, _ETAG], responses={200: PostSerializer, 304: None})
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Return one post with the jobs of its destinations.

        Ask again with the `ETag` in `If-None-Match`: 304 says that nothing has changed.
        """
        post = selectors.post_of(principal_of(request).tenant, pk)
        if etags.is_known(request, tag := selectors.tag_of(post)):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": quote_etag(tag)})
        return _told(post)

    @extend_schema(
        parameters=[_IF_MATCH, _ETAG], request=EditPostSerializer, responses={200: PostSerializer, 412: _STALE}
    )
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what is said, or when, until the first of its jobs is taken; what is left out stays as it was.

        The destinations cannot be changed: cancel the post and publish anew instead.
        """
        principal = principal_of(request)
        post = selectors.post_of(principal.tenant, pk)
        form = EditPostSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        draft, tags = form.applied_to(post), etags.expected(request)
        accepting.edit_post(principal=principal, post=post, draft=draft, tags=tags, now=timezone.now())
        doorbell.ring_after_commit()
        return _told(selectors.post_of(principal.tenant, pk))

    @extend_schema(parameters=[_IF_MATCH, _ETAG], request=None, responses={200: PostSerializer, 412: _STALE})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Take the post back wherever it has not been sent; 409 once it is too late everywhere.

        Jobs that were sent already stay as they are: the answer's jobs tell which.
        """
        principal = principal_of(request)
        post = selectors.post_of(principal.tenant, pk)
        tags = etags.expected(request)
        return _told(whole_posts.cancel_post(principal=principal, post=post, tags=tags, now=timezone.now()))

    @extend_schema(request=None, responses={200: RemovalsSerializer, 207: RemovalsSerializer})
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: UUID) -> Response:
        """Delete the post at every destination where it is live; 409 when it is live nowhere.

        The platforms are asked at once, one after the other: 200 when it is gone everywhere, 207 when it is not, and each
        result says why. Repeating harms nobody and asks only where it still stands.
        """
        principal = principal_of(request)
        post = selectors.post_of(principal.tenant, pk)
        results = whole_posts.remove_everywhere(principal=principal, post=post, now=timezone.now())
        left = sum(bool(result.code) for result in results)
        told = {"removed": len(results) - left, "left": left, "results": results}
        code = status.HTTP_207_MULTI_STATUS if left else status.HTTP_200_OK
        return Response(RemovalsSerializer(told).data, status=code)


def _told(post: Post) -> Response:
    return Response(told_post(post), headers={"ETag": quote_etag(selectors.tag_of(post))})


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

    @extend_schema(responses=AttemptSerializer(many=True))
    @action(detail=True, methods=["get"], filter_backends=())
    def attempts(self, request: Request, pk: UUID) -> Response:
        """A job's attempts, the latest first."""
        job = selectors.job_of(principal_of(request).tenant, pk)
        page = self.paginate_queryset(Attempt.objects.filter(job=job))
        return self.get_paginated_response(AttemptSerializer(page, many=True).data)

    @extend_schema(responses=StoryEventSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=())
    def timeline(self, request: Request, pk: UUID) -> Response:
        """The whole story of a job in words, oldest first, as its page tells it."""
        job = selectors.job_of(principal_of(request).tenant, pk)
        return Response(StoryEventSerializer(cast(Any, timeline.story_of(job)), many=True).data)

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


@extend_schema(tags=["Dead letters"])
class DeadLetterViewSet(_TenantViewSet):
    """Open dead letters, newest first."""

    serializer_class = DeadLetterSerializer
    filterset_class = DeadLetterFilter
    queryset = DeadLetter.objects.none()

    def get_queryset(self) -> Any:
        """Return the tenant's open dead letters."""
        return selectors.open_letters_of(principal_of(self.request).tenant)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Return one dead letter, open or closed, with its job."""
        return Response(DeadLetterSerializer(selectors.letter_of(principal_of(request).tenant, pk)).data)

    @extend_schema(responses=CauseSerializer(many=True))
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=())
    def causes(self, request: Request) -> Response:
        """Open dead letters grouped by cause, the largest group first."""
        return Response(CauseSerializer(selectors.causes_of(principal_of(request).tenant, shown=1), many=True).data)

    @extend_schema(request=RedriveSerializer, responses={200: RedrivenSerializer, 404: None})
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

    @extend_schema(request=DiscardSerializer, responses={200: CountSerializer, 404: None})
    @action(detail=False, methods=["post"])
    def discard(self, request: Request) -> Response:
        """Give jobs up, with a reason."""
        form = DiscardSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        letters = selectors.letters_of(principal_of(request).tenant, form.validated_data["ids"])
        reason = form.validated_data["reason"]
        count = redriving.discard(principal=principal_of(request), letters=letters, reason=reason, now=timezone.now())
        return Response({"count": count})
