"""The API's door to single places: which there are, and what their platforms tell of them while you wait."""

from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from connectors import composing, selectors
from connectors.models import Destination
from connectors.serializers import ComposingSerializer, DestinationSerializer
from tenants.principal import principal_of
from tenants.scopes import CONNECTIONS_READ

#: What an answer can be when a platform is asked while somebody waits, beside the good one.
TROUBLES: Final = {
    (409, "application/problem+json"): OpenApiResponse(
        OpenApiTypes.OBJECT, "The place, its account or its platform cannot"
    ),
    (502, "application/problem+json"): OpenApiResponse(OpenApiTypes.OBJECT, "The platform's answer is not understood"),
    (503, "application/problem+json"): OpenApiResponse(OpenApiTypes.OBJECT, "The platform could not be asked"),
}


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

    scope = CONNECTIONS_READ
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
