"""The API's door to a tenant's alerts."""

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

from monitoring.alerting import selectors, services
from monitoring.alerting.rows import Alert
from monitoring.alerting.rules import RULES
from monitoring.alerting.serializers import STATES, AlertSerializer, SilenceSerializer
from tenants.principal import principal_of
from tenants.scopes import POSTS_READ, POSTS_WRITE


class AlertFilter(filters.FilterSet):
    """Narrow a list of alerts."""

    state = filters.ChoiceFilter(
        choices=[(state, state) for state in STATES], method="of_state", help_text="firing: not over yet."
    )
    rule = filters.MultipleChoiceFilter(choices=[(slug, slug) for slug, rule in RULES.items() if rule.of_tenants])

    class Meta:
        model = Alert
        fields: list[str] = []

    def of_state(self, rows: Any, name: str, value: str) -> Any:
        """Keep those that are firing, or those that are over."""
        return rows.filter(cleared_at__isnull=value == "firing")


@extend_schema(tags=["Alerts"])
class AlertViewSet(ListModelMixin, GenericViewSet[Alert]):
    """Alerts of the tenant, newest first."""

    scopes = {"list": POSTS_READ, "retrieve": POSTS_READ}
    scope = POSTS_WRITE
    serializer_class = AlertSerializer
    filterset_class = AlertFilter
    queryset = Alert.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Return the tenant's alerts."""
        return selectors.alerts_of(principal_of(self.request).tenant)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Return one alert."""
        return Response(AlertSerializer(self._alert(pk)).data)

    @extend_schema(request=None, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: UUID) -> Response:
        """Say that somebody has taken it on; the first who says so stands. 409 once it is over."""
        principal = principal_of(request)
        alert = services.acknowledge(alert=self._alert(pk), actor=principal.actor, now=timezone.now())
        return Response(AlertSerializer(alert).data)

    @extend_schema(request=SilenceSerializer, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def silence(self, request: Request, pk: UUID) -> Response:
        """Send nothing about it for some hours, nor about the same one raised anew meanwhile."""
        alert = self._alert(pk)
        form = SilenceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        hours = form.validated_data["hours"]
        told = services.silence(alert=alert, hours=hours, actor=principal_of(request).actor, now=timezone.now())
        return Response(AlertSerializer(told).data)

    def _alert(self, pk: UUID) -> Alert:
        return selectors.alert_of(principal_of(self.request).tenant, pk)
