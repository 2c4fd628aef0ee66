"""The API's door to the embassy."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from connectors import selectors, services
from connectors.models import Connection, Destination, Platform
from connectors.serializers import (
    BudgetSerializer,
    ChoiceSerializer,
    ConnectionSerializer,
    DestinationSerializer,
    PlatformSerializer,
)
from tenants.principal import principal_of
from tenants.scopes import CONNECTIONS_READ, CONNECTIONS_WRITE


@extend_schema(tags=["Platforms"])
class PlatformViewSet(ListModelMixin, GenericViewSet[Platform]):
    """Platforms and what they can do."""

    scope = CONNECTIONS_READ
    lookup_field = "slug"
    serializer_class = PlatformSerializer
    queryset = Platform.objects.none()
    pagination_class = None
    filter_backends = ()

    def get_queryset(self) -> Any:
        """Return every platform that has a connector."""
        return selectors.platforms()

    @extend_schema(responses=BudgetSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=())
    def budgets(self, request: Request, slug: str) -> Response:
        """What is left of the platform's budgets: the app's, and those of your own destinations."""
        told = selectors.budgets_of(principal_of(request).tenant, slug)
        rows = [
            {
                "key": left.key,
                "used_percent": left.used_percent,
                "blocked_seconds": round(left.blocked_for.total_seconds()),
            }
            for left in told
        ]
        return Response(BudgetSerializer(rows, many=True).data)


class ConnectionFilter(filters.FilterSet):
    """Narrow a list of connections."""

    platform = filters.CharFilter(field_name="platform_id")
    status = filters.MultipleChoiceFilter(choices=Connection.Status.choices)

    class Meta:
        model = Connection
        fields: list[str] = []


@extend_schema(tags=["Connections"])
class ConnectionViewSet(ListModelMixin, GenericViewSet[Connection]):
    """Connections, newest first."""

    scopes = {"list": CONNECTIONS_READ, "retrieve": CONNECTIONS_READ}
    scope = CONNECTIONS_WRITE
    serializer_class = ConnectionSerializer
    filterset_class = ConnectionFilter
    queryset = Connection.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Return the tenant's connections."""
        return selectors.connections_of(principal_of(self.request).tenant)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Return one connection."""
        return Response(ConnectionSerializer(selectors.connection_of(principal_of(request).tenant, pk)).data)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Disconnect: erase the tokens, keep the history. The grant is withdrawn unless another connection stands on it."""
        connection = selectors.connection_of(principal_of(request).tenant, pk)
        services.disconnect(principal=principal_of(request), connection=connection, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ChoiceSerializer, responses=DestinationSerializer(many=True))
    @action(detail=True, methods=["put"], pagination_class=None, filter_backends=())
    def destinations(self, request: Request, pk: UUID) -> Response:
        """Choose the places to publish to: exactly these, no others."""
        connection = selectors.connection_of(principal_of(request).tenant, pk)
        form = ChoiceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        services.choose_destinations(
            principal=principal_of(request), connection=connection, chosen=form.validated_data["destinations"]
        )
        chosen = selectors.destinations_of(principal_of(request).tenant).filter(connection=connection)
        return Response(DestinationSerializer(chosen, many=True).data)


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
