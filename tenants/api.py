"""The API's door to the hall."""

import math
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from tenants import inviting, limits, members, selectors, services
from tenants.models import ApiKey, AuditEntry, Invitation, Membership
from tenants.permissions import ANYONE
from tenants.principal import principal_of
from tenants.scopes import AUDIT_READ, KEYS_WRITE, TENANT_READ, TENANT_WRITE
from tenants.serializers import (
    ApiKeySerializer,
    AuditEntrySerializer,
    ChangeTenantSerializer,
    InvitationSerializer,
    InviteSerializer,
    LimitsSerializer,
    MadeKeySerializer,
    MemberSerializer,
    NewKeySerializer,
    RoleSerializer,
    RotateKeySerializer,
    TenantSerializer,
)

_CONFLICT = OpenApiResponse(OpenApiTypes.OBJECT, "A problem: what is there stands in its way")
_NO_MAIL = OpenApiResponse(OpenApiTypes.OBJECT, "A problem: the mail could not be sent; the invitation stands")


@extend_schema(tags=["API keys"])
class ApiKeyViewSet(ListModelMixin, GenericViewSet[ApiKey]):
    """The tenant's API keys, newest first; those that ended too."""

    scope = KEYS_WRITE
    serializer_class = ApiKeySerializer
    queryset = ApiKey.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Return the tenant's keys."""
        return selectors.keys_of(principal_of(self.request).tenant)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Return one key; never its text."""
        return Response(ApiKeySerializer(selectors.key_of(principal_of(request).tenant, pk)).data)

    @extend_schema(request=NewKeySerializer, responses={201: MadeKeySerializer})
    def create(self, request: Request) -> Response:
        """Make a key; its text is in this answer and nowhere else. It cannot do what its maker cannot."""
        form = NewKeySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        principal = principal_of(request)
        key, secret = services.create_api_key(
            tenant=principal.tenant, actor=principal.actor, within=principal.scopes, **form.validated_data
        )
        return _made(key, secret.reveal())

    @extend_schema(request=RotateKeySerializer, responses={201: MadeKeySerializer, 409: _CONFLICT})
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: UUID) -> Response:
        """Make a key that takes this one's place; this one opens for `overlap_hours` more, so that nothing stops meanwhile."""
        key = selectors.key_of(principal_of(request).tenant, pk)
        form = RotateKeySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        principal = principal_of(request)
        overlap = timedelta(hours=form.validated_data["overlap_hours"])
        made, secret = services.rotate_api_key(
            key=key, actor=principal.actor, now=timezone.now(), overlap=overlap, within=principal.scopes
        )
        return _made(made, secret.reveal())

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Revoke a key: it no longer opens, from now on. Doing it again changes nothing."""
        key = selectors.key_of(principal_of(request).tenant, pk)
        services.revoke_api_key(key=key, actor=principal_of(request).actor, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _made(key: ApiKey, text: str) -> Response:
    key.key = text  # type: ignore[attr-defined]
    answer = Response(MadeKeySerializer(key).data, status=status.HTTP_201_CREATED)
    answer["Location"] = f"/api/api-keys/{key.pk}/"
    answer["Cache-Control"] = "no-store"
    return answer


@extend_schema(tags=["Members"])
class MemberViewSet(ListModelMixin, GenericViewSet[Membership]):
    """Members of the tenant, newest first."""

    scopes = {"list": TENANT_READ, "retrieve": TENANT_READ}
    scope = TENANT_WRITE
    serializer_class = MemberSerializer
    queryset = Membership.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Return the tenant's members."""
        return selectors.members_of(principal_of(self.request).tenant)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Return one member."""
        return Response(MemberSerializer(selectors.member_of(principal_of(request).tenant, pk)).data)

    @extend_schema(request=RoleSerializer, responses={200: MemberSerializer, 409: _CONFLICT})
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Give a member another role; 409 for the last owner."""
        member = selectors.member_of(principal_of(request).tenant, pk)
        form = RoleSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        role = form.validated_data.get("role", member.role)
        done = members.change_role(principal=principal_of(request), member=member, role=role)
        return Response(MemberSerializer(done).data)

    @extend_schema(responses={204: None, 409: _CONFLICT})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take somebody out of the tenant; 409 for the last owner. API keys they made go on opening."""
        member = selectors.member_of(principal_of(request).tenant, pk)
        members.remove_member(principal=principal_of(request), member=member)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["Members"])
class InvitationViewSet(ListModelMixin, GenericViewSet[Invitation]):
    """Open invitations, newest first."""

    scope = TENANT_WRITE
    serializer_class = InvitationSerializer
    queryset = Invitation.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> Any:
        """Return the tenant's open invitations."""
        return selectors.open_invitations_of(principal_of(self.request).tenant)

    @extend_schema(request=InviteSerializer, responses={201: InvitationSerializer, 409: _CONFLICT, 503: _NO_MAIL})
    def create(self, request: Request) -> Response:
        """Invite an address by mail, for seven days; who was invited before gets a new link."""
        form = InviteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = inviting.invite(principal=principal_of(request), now=timezone.now(), **form.validated_data)
        return Response(InvitationSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={200: InvitationSerializer, 409: _CONFLICT, 503: _NO_MAIL})
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, pk: UUID) -> Response:
        """Send the mail again, with a new link and seven days; the old link ends."""
        found = selectors.invitation_of(principal_of(request).tenant, pk)
        done = inviting.resend(principal=principal_of(request), invitation=found, now=timezone.now())
        return Response(InvitationSerializer(done).data)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take an invitation back."""
        found = selectors.invitation_of(principal_of(request).tenant, pk)
        inviting.revoke(principal=principal_of(request), invitation=found, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class TenantView(APIView):
    """The tenant itself."""

    scopes = {"GET": TENANT_READ}
    scope = TENANT_WRITE

    @extend_schema(operation_id="tenant", tags=["Tenant"], responses=TenantSerializer)
    def get(self, request: Request) -> Response:
        """Return the tenant of the caller."""
        return Response(TenantSerializer(principal_of(request).tenant).data)

    @extend_schema(
        operation_id="tenant_change", tags=["Tenant"], request=ChangeTenantSerializer, responses=TenantSerializer
    )
    def patch(self, request: Request) -> Response:
        """Change the tenant's settings; what is left out stays."""
        form = ChangeTenantSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        principal = principal_of(request)
        done = services.change_tenant(tenant=principal.tenant, actor=principal.actor, **form.validated_data)
        return Response(TenantSerializer(done).data)


class AuditFilter(filters.FilterSet):
    """Narrow the audit log."""

    actor = filters.CharFilter(max_length=160)
    action = filters.CharFilter(max_length=80)
    subject_kind = filters.CharFilter(max_length=40)
    subject_id = filters.CharFilter(max_length=64)
    since = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = AuditEntry
        fields: list[str] = []


@extend_schema(tags=["Tenant"])
class AuditLogViewSet(ListModelMixin, GenericViewSet[AuditEntry]):
    """Who did what, newest first."""

    scope = AUDIT_READ
    serializer_class = AuditEntrySerializer
    filterset_class = AuditFilter
    queryset = AuditEntry.objects.none()

    def get_queryset(self) -> Any:
        """Return the tenant's lines."""
        return selectors.audit_of(principal_of(self.request).tenant)


class LimitsView(APIView):
    """What the caller has left."""

    scope = ANYONE

    @extend_schema(operation_id="limits", tags=["Limits"], responses=LimitsSerializer)
    def get(self, request: Request) -> Response:
        """Tell every allowance of calls, and what is left of it; and where the budgets of platforms are told.

        Any key may ask. Asking is a read, and counts as one.
        """
        principal = principal_of(request)
        asked = [
            one
            for kind in limits.KINDS
            for one in limits.allowances(kind, tenant=principal.tenant.pk.hex, caller=principal.actor)
        ]
        standings = limits.take(asked, calls=0) if asked else []
        known = {one.allowance.name: one for one in standings or ()}
        told = [
            {
                "name": one.name,
                "about": limits.KINDS[one.name.removesuffix("-tenant")],
                "whose": "tenant" if one.name.endswith("-tenant") else "caller",
                "calls": one.calls,
                "left": known[one.name].left if one.name in known else None,
                "full_in_seconds": math.ceil(known[one.name].full_in) if one.name in known else None,
            }
            for one in asked
        ]
        return Response(LimitsSerializer({"limits": told, "platforms": "/api/platforms/{slug}/budgets/"}).data)
