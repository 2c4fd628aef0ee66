"""Connections in the API, together with the jobs that wait for them: what the embassy tells, and what the workshop adds."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from connectors import api, selectors
from connectors.models import Connection
from connectors.serializers import ConnectionSerializer
from publishing import doorbell, reconnected
from publishing.serializers import CountSerializer
from tenants.principal import principal_of
from tenants.scopes import POSTS_WRITE


class ConnectionDetailSerializer(ConnectionSerializer):
    """A connection, and how many jobs wait for somebody to send them again."""

    waiting_redrive = serializers.SerializerMethodField(
        help_text="Jobs that failed because the account had to be reconnected, and can go out now; 0 until it is."
    )

    class Meta(ConnectionSerializer.Meta):
        fields = [*ConnectionSerializer.Meta.fields, "waiting_redrive"]
        read_only_fields = fields

    def get_waiting_redrive(self, connection: Connection) -> int:
        """Return how many."""
        return reconnected.waiting(connection)


@extend_schema(tags=["Connections"])
class ConnectionViewSet(api.ConnectionViewSet):
    """Connections, newest first."""

    scopes = {**api.ConnectionViewSet.scopes, "redrive": POSTS_WRITE}

    @extend_schema(responses=ConnectionDetailSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Return one connection, and how many jobs wait for it to be sent again."""
        found = selectors.connection_of(principal_of(request).tenant, pk)
        return Response(ConnectionDetailSerializer(found).data)

    @extend_schema(request=None, responses=CountSerializer)
    @action(detail=True, methods=["post"], pagination_class=None, filter_backends=())
    def redrive(self, request: Request, pk: UUID) -> Response:
        """Send what failed because the account had to be reconnected again: each job once, however often you ask."""
        principal = principal_of(request)
        found = selectors.connection_of(principal.tenant, pk)
        count = reconnected.redrive(principal=principal, connection=found, now=timezone.now())
        doorbell.ring_after_commit()
        return Response(CountSerializer({"count": count}).data)
