"""The API's door to the post room."""

from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from outbox import endpoints, replaying, selectors
from outbox.events import EventType
from outbox.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from outbox.serializers import (
    ChangeEndpointSerializer,
    DeliverySerializer,
    EndpointSerializer,
    EventSerializer,
    MakeEndpointSerializer,
    NewEndpointSerializer,
    ReplayedSerializer,
    ReplaySerializer,
    SecretSerializer,
    WholeDeliverySerializer,
)
from tenants.principal import principal_of
from tenants.scopes import WEBHOOKS_READ, WEBHOOKS_WRITE


@extend_schema(tags=["Webhooks"])
class WebhookEndpointViewSet(ListModelMixin, GenericViewSet[WebhookEndpoint]):
    """Webhook endpoints, newest first."""

    scopes = {"list": WEBHOOKS_READ, "retrieve": WEBHOOKS_READ}
    scope = WEBHOOKS_WRITE
    serializer_class = EndpointSerializer
    queryset = WebhookEndpoint.objects.none()
    filter_backends = ()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Return the tenant's endpoints."""
        return selectors.endpoints_of(principal_of(self.request).tenant)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Return one endpoint."""
        return Response(EndpointSerializer(self._endpoint(pk)).data)

    @extend_schema(request=MakeEndpointSerializer, responses={201: NewEndpointSerializer})
    def create(self, request: Request) -> Response:
        """Make an endpoint. The answer holds its secret, which is not shown again."""
        form = MakeEndpointSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        endpoint, secret = endpoints.create_endpoint(
            principal=principal_of(request), **form.validated_data, now=timezone.now()
        )
        told = {**EndpointSerializer(endpoint).data, "secret": secret.reveal()}
        answer = Response(told, status=status.HTTP_201_CREATED)
        answer["Location"] = f"/api/webhook-endpoints/{endpoint.pk}/"
        answer["Cache-Control"] = "no-store"
        return answer

    @extend_schema(request=ChangeEndpointSerializer, responses=EndpointSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change an endpoint, or switch it off and on."""
        endpoint = self._endpoint(pk)
        form = ChangeEndpointSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        changed = endpoints.change_endpoint(
            principal=principal_of(request), endpoint=endpoint, **form.validated_data, now=timezone.now()
        )
        return Response(EndpointSerializer(changed).data)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete an endpoint with its secret and its deliveries."""
        endpoints.delete_endpoint(principal=principal_of(request), endpoint=self._endpoint(pk), now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=SecretSerializer)
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, pk: UUID) -> Response:
        """Make a new secret. For 24 hours deliveries bear the signatures of both, so that nothing is lost meanwhile."""
        endpoint = self._endpoint(pk)
        secret = endpoints.rotate_secret(principal=principal_of(request), endpoint=endpoint, now=timezone.now())
        told = {"secret": secret.reveal(), "previous_secret_until": endpoint.previous_secret_until}
        return Response(SecretSerializer(told).data, headers={"Cache-Control": "no-store"})

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def ping(self, request: Request, pk: UUID) -> Response:
        """Send a test event to this endpoint alone; follow the delivery for what comes of it."""
        delivery = endpoints.ping(principal=principal_of(request), endpoint=self._endpoint(pk), now=timezone.now())
        return Response(DeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=ReplaySerializer, responses=ReplayedSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: UUID) -> Response:
        """Send again what failed, or everything since a moment, also what this endpoint was never sent.

        At most 10,000 at once. Receivers see the same `webhook-id` as before.
        """
        endpoint, principal, now = self._endpoint(pk), principal_of(request), timezone.now()
        form = ReplaySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        if "since" in asked:
            told = replaying.replay_since(
                principal=principal, endpoint=endpoint, since=asked["since"], dry_run=asked["dry_run"], now=now
            )
        else:
            told = replaying.replay_failed(principal=principal, endpoint=endpoint, dry_run=asked["dry_run"], now=now)
        return Response(ReplayedSerializer(told).data)

    def _endpoint(self, pk: UUID) -> WebhookEndpoint:
        return selectors.endpoint_of(principal_of(self.request).tenant, pk)


class DeliveryFilter(filters.FilterSet):
    """Narrow a list of deliveries."""

    endpoint = filters.UUIDFilter(field_name="endpoint_id")
    event = filters.UUIDFilter(field_name="event_id")
    state = filters.MultipleChoiceFilter(choices=WebhookDelivery.State.choices)
    type = filters.CharFilter(field_name="event__type")

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []


@extend_schema(tags=["Webhooks"])
class WebhookDeliveryViewSet(ListModelMixin, GenericViewSet[WebhookDelivery]):
    """Deliveries, newest first."""

    scopes = {"replay": WEBHOOKS_WRITE}
    scope = WEBHOOKS_READ
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    queryset = WebhookDelivery.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Return the tenant's deliveries."""
        return selectors.deliveries_of(principal_of(self.request).tenant)

    @extend_schema(responses=WholeDeliverySerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Return one delivery: what is sent, and what each attempt brought."""
        return Response(WholeDeliverySerializer(selectors.delivery_of(principal_of(request).tenant, pk)).data)

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: UUID) -> Response:
        """Send one delivery again now, under the same `webhook-id`; one that waits for its next try is hurried."""
        principal = principal_of(request)
        delivery = selectors.delivery_of(principal.tenant, pk)
        told = replaying.replay(principal=principal, delivery=delivery, now=timezone.now())
        return Response(DeliverySerializer(told).data, status=status.HTTP_202_ACCEPTED)


class EventFilter(filters.FilterSet):
    """Narrow a list of events."""

    type = filters.MultipleChoiceFilter(choices=[(kind.value, kind.value) for kind in EventType])

    class Meta:
        model = OutgoingEvent
        fields: list[str] = []


#: The largest sequence that can be asked for; what a JSON number of many languages still holds.
_LAST: Final = 2**53 - 1


@extend_schema(tags=["Webhooks"])
class EventViewSet(ListModelMixin, GenericViewSet[OutgoingEvent]):
    """Events, newest first; with `after`, upwards from a number, so that a client that was down misses nothing."""

    scope = WEBHOOKS_READ
    serializer_class = EventSerializer
    filterset_class = EventFilter
    queryset = OutgoingEvent.objects.none()
    lookup_value_converter = "uuid"

    @property
    def sorts(self) -> dict[str, tuple[str, ...]]:
        """Newest first; who goes on after a number reads upwards."""
        asked = getattr(self, "request", None)
        return {"": ("sequence",) if asked is not None and "after" in asked.query_params else ("-sequence",)}

    def get_queryset(self) -> Any:
        """Return the tenant's events, after a number if one is named."""
        rows = selectors.events_of(principal_of(self.request).tenant)
        after = self.request.query_params.get("after")
        if after is None:
            return rows
        if not (after.isascii() and after.isdecimal() and len(after) <= len(str(_LAST)) and int(after) <= _LAST):
            words = "Send the sequence of the last event you read, or 0."
            raise ValidationError({"after": [ErrorDetail(words, code="invalid")]})
        return rows.filter(sequence__gt=int(after))

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "after",
                {"type": "integer", "format": "int64", "minimum": 0, "maximum": _LAST},
                description="Only events with a larger sequence, the oldest first. Keep the sequence of the last you read; begin with 0.",
            )
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List events. Those of jobs and posts are kept only while an endpoint of yours wants them, switched on or off."""
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Return one event."""
        return Response(EventSerializer(selectors.event_of(principal_of(request).tenant, pk)).data)
