"""The API's door to what platforms told by themselves."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from connectors import doorbell, platform_events
from connectors.models import WebhookEvent
from connectors.serializers import PlatformEventSerializer, WholePlatformEventSerializer
from connectors.types import EventKind
from tenants.principal import principal_of
from tenants.scopes import CONNECTIONS_READ, CONNECTIONS_WRITE


class PlatformEventFilter(filters.FilterSet):
    """Narrow a list of platforms' events."""

    platform = filters.CharFilter(field_name="platform_id", help_text="Of this platform, such as meta.")
    state = filters.MultipleChoiceFilter(choices=WebhookEvent.State.choices)
    kind = filters.MultipleChoiceFilter(choices=[(kind.value, kind.value) for kind in EventKind])
    external_id = filters.CharFilter(help_text="About this place, by the platform's id of it.")
    post_id = filters.CharFilter(help_text="About this post, by the platform's id of it.")
    received_after = filters.IsoDateTimeFilter(
        field_name="received_at", lookup_expr="gte", help_text="Received at this moment or later."
    )
    received_before = filters.IsoDateTimeFilter(
        field_name="received_at", lookup_expr="lt", help_text="Received before this moment."
    )

    class Meta:
        model = WebhookEvent
        fields: list[str] = []


@extend_schema(tags=["Platform events"])
class PlatformEventViewSet(ListModelMixin, GenericViewSet[WebhookEvent]):
    """What platforms told of the tenant's places and people, newest first."""

    scopes = {"replay": CONNECTIONS_WRITE}
    scope = CONNECTIONS_READ
    serializer_class = PlatformEventSerializer
    filterset_class = PlatformEventFilter
    queryset = WebhookEvent.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Return the events that the tenant may see, without what they said."""
        return platform_events.events_of(principal_of(self.request).tenant).defer("raw")

    @extend_schema(responses=WholePlatformEventSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Return one event; what the platform said stands in it for keys that have `connections:write`."""
        event = platform_events.event_of(principal_of(request).tenant, pk)
        return Response(WholePlatformEventSerializer(event, context={"request": request}).data)

    @extend_schema(request=None, responses=PlatformEventSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: UUID) -> Response:
        """Have one event processed again; one that waits already is left alone. Doing an event twice changes nothing."""
        principal = principal_of(request)
        event = platform_events.event_of(principal.tenant, pk)
        if platform_events.replay(principal=principal, event=event, now=timezone.now()):
            doorbell.ring_for_webhooks()
            event.refresh_from_db()
        return Response(PlatformEventSerializer(event).data)
