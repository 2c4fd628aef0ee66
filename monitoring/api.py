"""The API's door to the watchtower: how a connection is, and a check at once."""

from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from connectors import selectors
from connectors.models import Connection
from monitoring import health
from monitoring.models import ConnectionHealth, HealthLogEntry
from monitoring.serializers import HealthCheckSerializer, HealthPageSerializer, HealthSerializer
from tenants.principal import principal_of
from tenants.scopes import CONNECTIONS_READ, CONNECTIONS_WRITE

_ROWS: Final = {"type": "integer", "minimum": 1, "maximum": 100, "default": 25}


class ConnectionHealthView(GenericAPIView[HealthLogEntry]):
    """How a connection is."""

    scope = CONNECTIONS_READ
    serializer_class = HealthCheckSerializer
    queryset = HealthLogEntry.objects.none()
    filter_backends = ()

    @extend_schema(
        operation_id="connections_health",
        tags=["Connections"],
        parameters=[
            OpenApiParameter("cursor", OpenApiTypes.STR, description="Follow the addresses in next and previous."),
            OpenApiParameter("limit", _ROWS, description="Checks a page, 1 to 100 (25 unless told)."),
        ],
        responses=HealthPageSerializer,
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Tell how a connection is, since when, why and what to do; and what its checks saw, newest first."""
        connection = selectors.connection_of(principal_of(request).tenant, pk)
        rows = self.paginate_queryset(HealthLogEntry.objects.filter(connection=connection)) or []
        page = self.get_paginated_response(HealthCheckSerializer(rows, many=True).data)
        return Response({"health": _told(connection), **page.data})


class ConnectionCheckView(GenericAPIView[HealthLogEntry]):
    """Check a connection now."""

    scope = CONNECTIONS_WRITE
    serializer_class = HealthCheckSerializer
    queryset = HealthLogEntry.objects.none()

    @extend_schema(
        operation_id="connections_check", tags=["Connections"], request=None, responses={200: HealthCheckSerializer}
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask the platform now how the account is; waits for its answer. Once a minute: platforms count such questions."""
        connection = selectors.connection_of(principal_of(request).tenant, pk)
        try:
            entry = health.check_now(connection=connection, now=timezone.now())
        except health.CheckedJustNow as haste:
            raise Throttled(wait=haste.wait, detail=haste.detail) from None
        return Response(HealthCheckSerializer(entry).data)


def _told(connection: Connection) -> dict[str, Any]:
    verdict = ConnectionHealth.objects.filter(connection=connection).first() if connection.health else None
    known = verdict or ConnectionHealth(connection=connection)
    facts = {
        "state": connection.health or "unknown",
        "since": known.since,
        "code": known.code,
        "cause": known.cause,
        "remedy": known.remedy,
        "link": known.link,
        "findings": known.findings,
        "unreachable_since": known.failing_since,
        "checked_at": connection.health_checked_at,
        "next_check_at": connection.next_health_at,
    }
    told: dict[str, Any] = HealthSerializer(facts).data
    return told
