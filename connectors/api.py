"""The API's door to the embassy."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.http import quote_etag
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from connectors import connecting_by_key, doorbell, refreshing, renewing, schemas, selectors, services
from connectors.manager import connector_class
from connectors.models import Connection, Platform
from connectors.serializers import (
    BudgetSerializer,
    ChoiceSerializer,
    ConnectionSerializer,
    ConnectSerializer,
    DestinationSerializer,
    PlatformSerializer,
    RefreshSerializer,
    SchemaSerializer,
)
from foundation import etags
from foundation.secret import Secret
from tenants.limits import EXPENSIVE
from tenants.principal import principal_of
from tenants.scopes import CONNECTIONS_READ, CONNECTIONS_WRITE


def _cached(request: Request, body: Any, *, mark: str, content_type: str | None = None) -> Response:
    """Answer with an ETag, and with 304 to who has this already. It changes only when the hub does."""
    headers = {"ETag": quote_etag(mark), "Cache-Control": "private, max-age=300"}
    if etags.is_known(request, mark):
        return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(body, headers=headers, content_type=content_type)


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

    def retrieve(self, request: Request, slug: str) -> Response:
        """Return one platform: what it can do, and what each kind of destination takes."""
        return Response(self.get_serializer(selectors.platform_of(slug)).data)

    @extend_schema(responses=SchemaSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=())
    def schemas(self, request: Request, slug: str) -> Response:
        """What can be set for each kind of destination, as JSON Schema."""
        served = schemas.documents_of(connector_class(slug))
        return _cached(request, SchemaSerializer(served, many=True).data, mark="-".join(one.mark for one in served))

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "version", OpenApiTypes.INT, description="Only today's is served; another answers 404 and says so."
            )
        ],
        responses={(200, "application/schema+json"): OpenApiTypes.OBJECT},
    )
    @action(detail=True, methods=["get"], url_path="schemas/<slug:kind>", pagination_class=None, filter_backends=())
    def kind_schema(self, request: Request, slug: str, kind: str) -> Response:
        """The JSON Schema of one kind's settings, to check them with before they are sent."""
        served = schemas.document_of(connector_class(slug), kind, request.query_params.get("version", ""))
        return _cached(request, served.schema, mark=served.mark, content_type="application/schema+json")

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

    scopes = {"list": CONNECTIONS_READ, "retrieve": CONNECTIONS_READ, "refreshes": CONNECTIONS_READ}
    scope = CONNECTIONS_WRITE
    limits = {"create": EXPENSIVE, "destroy": EXPENSIVE}
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

    @extend_schema(
        request=ConnectSerializer, responses={201: ConnectionSerializer, 200: ConnectionSerializer, 404: None}
    )
    def create(self, request: Request) -> Response:
        """Connect an account by its API key, on platforms that have such keys; others are connected in a browser.

        Answers 201, or 200 when the account was connected already: then with a new key, and all its destinations as they
        were. Choose its destinations next.
        """
        form = ConnectSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        told = form.validated_data
        connection, new = connecting_by_key.connect_by_key(
            principal=principal_of(request),
            platform=told["platform"],
            key=Secret(told["api_key"]),
            now=timezone.now(),
        )
        doorbell.ring_for_subscriptions()
        answer = Response(
            ConnectionSerializer(connection).data, status=status.HTTP_201_CREATED if new else status.HTTP_200_OK
        )
        answer["Location"] = f"/api/connections/{connection.pk}/"
        return answer

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Disconnect: erase the tokens, keep the history. The grant is withdrawn unless another connection stands on it."""
        connection = selectors.connection_of(principal_of(request).tenant, pk)
        refreshing.make_ready(connection, now=timezone.now())
        services.disconnect(principal=principal_of(request), connection=connection, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=RefreshSerializer)
    @action(detail=True, methods=["post"], pagination_class=None, filter_backends=())
    def refresh(self, request: Request, pk: UUID) -> Response:
        """Renew the tokens now. The hub does so by itself in time; at most once a minute.

        Answers with what came of it, also when the platform refused or could not be asked.
        """
        connection = selectors.connection_of(principal_of(request).tenant, pk)
        told = renewing.renew_now(principal=principal_of(request), connection=connection, now=timezone.now())
        return Response(RefreshSerializer(told).data)

    @extend_schema(responses=RefreshSerializer(many=True))
    @action(detail=True, methods=["get"], filter_backends=())
    def refreshes(self, request: Request, pk: UUID) -> Response:
        """Every renewal of the tokens, newest first, as long as the history is kept."""
        connection = selectors.connection_of(principal_of(request).tenant, pk)
        history: Any = renewing.refreshes_of(principal_of(request), connection)
        page: Any = self.paginate_queryset(history)
        return self.get_paginated_response(RefreshSerializer(page, many=True).data)

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
        doorbell.ring_for_subscriptions()
        chosen = selectors.destinations_of(principal_of(request).tenant).filter(connection=connection)
        return Response(DestinationSerializer(chosen, many=True).data)
