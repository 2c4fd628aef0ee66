"""The API's door to connect links, and to what a tenant sets about them."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from connectors import connect_links, return_addresses
from connectors.connect_link_serializers import (
    ConnectLinkSerializer,
    MadeConnectLinkSerializer,
    NewConnectLinkSerializer,
    NewReturnOriginSerializer,
    ReturnOriginSerializer,
)
from connectors.models import ConnectLink, Destination, ReturnOrigin
from foundation.errors import NotFound
from tenants.principal import principal_of
from tenants.scopes import CONNECTIONS_READ, CONNECTIONS_WRITE

_KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=False,
    description="1 to 255 characters of your choice. The same key with the same body answers the same link, with a new address in "
    "place of the first one while nobody has opened it; with another body 409.",
)


class ConnectLinkFilter(filters.FilterSet):
    """Narrow a list of links."""

    status = filters.MultipleChoiceFilter(choices=ConnectLink.Status.choices)
    external_user_id = filters.CharFilter(max_length=200)

    class Meta:
        model = ConnectLink
        fields: list[str] = []


@extend_schema(tags=["Connect links"])
class ConnectLinkViewSet(ListModelMixin, GenericViewSet[ConnectLink]):
    """Connect links, newest first."""

    scopes = {"list": CONNECTIONS_READ, "retrieve": CONNECTIONS_READ}
    scope = CONNECTIONS_WRITE
    serializer_class = ConnectLinkSerializer
    filterset_class = ConnectLinkFilter
    queryset = ConnectLink.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Return the tenant's links."""
        chosen = Prefetch("result__destinations", Destination.objects.filter(enabled=True, gone_at=None))
        rows = ConnectLink.objects.filter(tenant=principal_of(self.request).tenant)
        return rows.select_related("tenant", "result").prefetch_related(chosen)

    @extend_schema(
        parameters=[_KEY_HEADER],
        request=NewConnectLinkSerializer,
        responses={201: MadeConnectLinkSerializer, 200: MadeConnectLinkSerializer, 404: None},
    )
    def create(self, request: Request) -> Response:
        """Make a link by which somebody without an account here connects one of theirs: once, soon, in one browser.

        Answers 201, or 200 for an `Idempotency-Key` that was used for the same link before.
        """
        form = NewConnectLinkSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        link, url, replayed = connect_links.create_link(
            principal=principal_of(request),
            wish=form.to_wish(),
            idempotency_key=request.headers.get("Idempotency-Key"),
            now=timezone.now(),
        )
        told = MadeConnectLinkSerializer(link, context={"url": url}).data
        answer = Response(told, status=status.HTTP_200_OK if replayed else status.HTTP_201_CREATED)
        answer["Location"] = f"/api/connect-links/{link.pk}/"
        answer["Cache-Control"] = "no-store"
        if replayed:
            answer["Idempotency-Replayed"] = "true"
        return answer

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Return one link: how it stands, and what was connected."""
        return Response(ConnectLinkSerializer(self._link(pk)).data)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Cancel a link at once, whoever has it. What was connected by it stays; a link that is over is left as it is."""
        connect_links.cancel(principal=principal_of(request), link=self._link(pk), now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _link(self, pk: UUID) -> ConnectLink:
        found: ConnectLink | None = self.get_queryset().filter(pk=pk).first()
        if found is None:
            raise NotFound("There is no such connect link.", remedy="List your links to find its id.")
        return found


@extend_schema(tags=["Connect links"])
class ReturnOriginViewSet(ListModelMixin, GenericViewSet[ReturnOrigin]):
    """Where people may be sent back to after a connect link."""

    scopes = {"list": CONNECTIONS_READ}
    scope = CONNECTIONS_WRITE
    serializer_class = ReturnOriginSerializer
    queryset = ReturnOrigin.objects.none()
    filter_backends = ()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Return the tenant's list."""
        return ReturnOrigin.objects.filter(tenant=principal_of(self.request).tenant)

    @extend_schema(
        request=NewReturnOriginSerializer, responses={201: ReturnOriginSerializer, 200: ReturnOriginSerializer}
    )
    def create(self, request: Request) -> Response:
        """List an origin. Answers 201, or 200 when it was listed already."""
        form = NewReturnOriginSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row, new = return_addresses.add_origin(principal=principal_of(request), origin=form.validated_data["origin"])
        return Response(ReturnOriginSerializer(row).data, status=status.HTTP_201_CREATED if new else status.HTTP_200_OK)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take an origin off the list. Links under way lead nobody there any more."""
        principal = principal_of(request)
        return_addresses.remove_origin(principal=principal, row=return_addresses.origin_of(principal.tenant, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)
