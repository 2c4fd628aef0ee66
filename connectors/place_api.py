"""The API's door to single places: which there are, and what their platforms tell of them while you wait."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from connectors import audiences, composing, reviews, selectors
from connectors.models import Destination
from connectors.serializers import (
    ComposingSerializer,
    DestinationSerializer,
    MemberPageSerializer,
    MemberResultsSerializer,
    MembersSerializer,
    ReplySerializer,
    ReviewPageSerializer,
    SegmentSerializer,
)
from foundation.errors import NotFound
from tenants.limits import EXPENSIVE
from tenants.principal import principal_of
from tenants.scopes import AUDIENCES_READ, AUDIENCES_WRITE, CONNECTIONS_READ, REVIEWS_READ, REVIEWS_WRITE

#: What an answer can be when a platform is asked while somebody waits, beside the good one.
TROUBLES: Final = {
    (409, "application/problem+json"): OpenApiResponse(
        OpenApiTypes.OBJECT, "The place, its account or its platform cannot"
    ),
    (502, "application/problem+json"): OpenApiResponse(OpenApiTypes.OBJECT, "The platform's answer is not understood"),
    (503, "application/problem+json"): OpenApiResponse(OpenApiTypes.OBJECT, "The platform could not be asked"),
}

REFUSED: Final = {
    (422, "application/problem+json"): OpenApiResponse(OpenApiTypes.OBJECT, "The platform refuses what was sent"),
}
LONGEST_WORD: Final = 2000
_PAGE: Final = OpenApiParameter(
    "page", OpenApiTypes.STR, description="Where to go on; follow `next` instead of making it."
)


_PAGES: Final = Signer(salt="connectors.place_api.page")


def _page(request: Request) -> str:
    """Return where to go on, as the platform named it. It was signed on the way out: a platform is asked for no page we made up."""
    signed = request.query_params.get("page", "")
    try:
        return _PAGES.unsign(signed) if signed else ""
    except BadSignature:
        words = "This is no page of this list."
        raise NotFound(words, remedy="Follow the address in next as it is.", code="invalid_cursor") from None


def _word(request: Request, name: str) -> str:
    """Return a platform's own word from the query; raises ``NotFound`` for what cannot be one."""
    word = str(request.query_params.get(name, ""))
    if len(word) > LONGEST_WORD or not word.isprintable():
        raise NotFound(f"There is no such {name}.", remedy="Follow the addresses in next.")
    return word


def _next(request: Request, page: str) -> str | None:
    """Return the address of the page after this one."""
    said = {**request.query_params.dict(), "page": _PAGES.sign(page)}
    return request.build_absolute_uri(f"{request.path}?{urlencode(said)}") if page else None


class DestinationFilter(filters.FilterSet):
    """Narrow a list of destinations."""

    platform = filters.CharFilter(field_name="platform_id")
    connection = filters.UUIDFilter(field_name="connection_id")
    enabled = filters.BooleanFilter()

    class Meta:
        model = Destination
        fields: list[str] = []


@extend_schema(tags=["Destinations"])
class DestinationViewSet(ListModelMixin, GenericViewSet[Destination]):
    """Places to publish, newest first."""

    scopes = {
        "reviews": REVIEWS_READ,
        "review_reply": REVIEWS_WRITE,
        "review_reply_removed": REVIEWS_WRITE,
        "members": AUDIENCES_READ,
        "save_members": AUDIENCES_WRITE,
        "archive_member": AUDIENCES_WRITE,
        "segments": AUDIENCES_READ,
    }
    scope = CONNECTIONS_READ
    limits = {
        **dict.fromkeys(("composing", "reviews", "review_reply", "review_reply_removed"), EXPENSIVE),
        **dict.fromkeys(("members", "save_members", "archive_member", "segments"), EXPENSIVE),
    }
    serializer_class = DestinationSerializer
    filterset_class = DestinationFilter
    queryset = Destination.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Return the tenant's destinations."""
        return selectors.destinations_of(principal_of(self.request).tenant)

    @extend_schema(responses={200: ComposingSerializer, **TROUBLES})
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=())
    def composing(self, request: Request, pk: UUID) -> Response:
        """What the place allows at this moment: ask before you let somebody write for it.

        For platforms with the capability `composing`; others answer 409. The answer is at most a minute old. The platform is
        asked while you wait: 503 when it cannot be asked, 502 when it says something nobody understands.
        """
        place = selectors.destination_of(principal_of(request).tenant, pk)
        told = composing.composing_at(place=place, now=timezone.now())
        return Response(ComposingSerializer(told).data)

    @extend_schema(parameters=[_PAGE], responses={200: ReviewPageSerializer, **TROUBLES})
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=())
    def reviews(self, request: Request, pk: UUID) -> Response:
        """What customers wrote about the place, newest first, read from the platform now; follow `next` as it is.

        For platforms with the capability `reviews`; others answer 409.
        """
        principal = principal_of(request)
        place = selectors.destination_of(principal.tenant, pk)
        page = reviews.reviews_of(principal=principal, place=place, page=_page(request), now=timezone.now())
        told = {"next": _next(request, page.next_page), "average": page.average, "total": page.total}
        return Response(ReviewPageSerializer({**told, "results": page.reviews}).data)

    @extend_schema(request=ReplySerializer, responses={204: None, **REFUSED, **TROUBLES})
    @action(
        detail=True, methods=["put"], url_path="reviews/<str:review>/reply", pagination_class=None, filter_backends=()
    )
    def review_reply(self, request: Request, pk: UUID, review: str) -> Response:
        """Answer a review in public, or replace the answer; repeating harms nobody.

        The platform may look at it first: the review's `reply_note` tells.
        """
        principal = principal_of(request)
        place = selectors.destination_of(principal.tenant, pk)
        form = ReplySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        text = form.validated_data["text"]
        reviews.reply(principal=principal, place=place, review=review, text=text, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={204: None, **TROUBLES})
    @review_reply.mapping.delete
    def review_reply_removed(self, request: Request, pk: UUID, review: str) -> Response:
        """Take the answer to a review away."""
        principal = principal_of(request)
        place = selectors.destination_of(principal.tenant, pk)
        reviews.reply(principal=principal, place=place, review=review, text="", now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        parameters=[
            _PAGE,
            OpenApiParameter(
                "status", OpenApiTypes.STR, description="Only contacts of this status, in the platform's word."
            ),
        ],
        responses={200: MemberPageSerializer, **TROUBLES},
    )
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=())
    def members(self, request: Request, pk: UUID) -> Response:
        """Contacts of an audience, read from the platform now; follow `next` as it is.

        For platforms with the capability `audiences`; others answer 409. Contacts are personal data: they are neither kept nor
        logged here.
        """
        principal = principal_of(request)
        place = selectors.destination_of(principal.tenant, pk)
        page, wanted = _page(request), _word(request, "status")
        told = audiences.members_of(principal=principal, place=place, page=page, status=wanted, now=timezone.now())
        answer = {"next": _next(request, told.next_page), "total": told.total, "results": told.members}
        return Response(MemberPageSerializer(answer).data)

    @extend_schema(
        request=MembersSerializer,
        responses={200: MemberResultsSerializer, 207: MemberResultsSerializer, **REFUSED, **TROUBLES},
    )
    @members.mapping.post
    def save_members(self, request: Request, pk: UUID) -> Response:
        """Add contacts, or change those that are there; up to 500, each with its own result. Repeating harms nobody.

        200 when all went well; 207 when some were refused: the others are saved, and each result says why or nothing.
        """
        principal = principal_of(request)
        place = selectors.destination_of(principal.tenant, pk)
        form = MembersSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        members = form.validated_data["members"]
        results = audiences.save_members(principal=principal, place=place, members=members, now=timezone.now())
        refused = sum(bool(result.code) for result in results)
        told = {"saved": len(results) - refused, "refused": refused, "results": results}
        code = status.HTTP_207_MULTI_STATUS if refused else status.HTTP_200_OK
        return Response(MemberResultsSerializer(told).data, status=code)

    @extend_schema(request=None, responses={204: None, **REFUSED, **TROUBLES})
    @action(detail=True, methods=["delete"], url_path="members/<str:email>", pagination_class=None, filter_backends=())
    def archive_member(self, request: Request, pk: UUID, email: str) -> Response:
        """Take a contact out of an audience: it is archived, not erased. One that is out already is no error."""
        principal = principal_of(request)
        place = selectors.destination_of(principal.tenant, pk)
        audiences.archive_member(principal=principal, place=place, email=email, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={200: SegmentSerializer(many=True), **TROUBLES})
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=())
    def segments(self, request: Request, pk: UUID) -> Response:
        """Segments and tags of an audience, all of them."""
        principal = principal_of(request)
        place = selectors.destination_of(principal.tenant, pk)
        told = audiences.segments_of(principal=principal, place=place, now=timezone.now())
        return Response(SegmentSerializer(list(told), many=True).data)
