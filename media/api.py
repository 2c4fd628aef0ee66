"""The API's door to the archive."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.mixins import ListModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from media import selectors, services
from media.kinds import Kind
from media.models import Media
from media.receiving import Received, Receiver
from media.serializers import FormSerializer, FromUrlSerializer, MediaSerializer
from tenants.principal import principal_of
from tenants.scopes import MEDIA_READ, MEDIA_WRITE


class MediaFilter(filters.FilterSet):
    """Narrow a list of files."""

    kind = filters.MultipleChoiceFilter(choices=[(kind.value, kind.value) for kind in Kind])

    class Meta:
        model = Media
        fields: list[str] = []


@extend_schema(tags=["Media"])
class MediaViewSet(ListModelMixin, GenericViewSet[Media]):
    """Files, newest first."""

    scopes = {"list": MEDIA_READ, "retrieve": MEDIA_READ}
    scope = MEDIA_WRITE
    serializer_class = MediaSerializer
    filterset_class = MediaFilter
    parser_classes = [*APIView.parser_classes, MultiPartParser]
    queryset = Media.objects.none()
    lookup_value_converter = "uuid"

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Have forms received by our own hands, whoever reads them first: Django's would take any length."""
        request.upload_handlers = [Receiver(request)]
        return super().initialize_request(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        """Return the tenant's stored files."""
        return selectors.media_of_tenant(principal_of(self.request).tenant)

    @extend_schema(
        request={"multipart/form-data": FormSerializer, "application/json": FromUrlSerializer},
        responses={201: MediaSerializer, 200: MediaSerializer},
    )
    def create(self, request: Request) -> Response:
        """Store a file: sent in a form's field `file`, or fetched from a public address.

        Answers 201, or 200 when the tenant has the very same bytes already: then with the file that is there.
        """
        principal, now = principal_of(request), timezone.now()
        form: FormSerializer | FromUrlSerializer
        if "multipart/form-data" in (request.content_type or ""):
            form = FormSerializer(data=request.data)
            form.is_valid(raise_exception=True)
            sent: Received = form.validated_data["file"]
            try:
                media, new = services.store_file(
                    tenant=principal.tenant,
                    actor=principal.actor,
                    staged=sent.staged,
                    name=form.validated_data["name"] or sent.name or "",
                    now=now,
                )
            finally:
                sent.close()
        else:
            form = FromUrlSerializer(data=request.data)
            form.is_valid(raise_exception=True)
            told = form.validated_data
            media, new = services.store_from_url(principal=principal, url=told["url"], name=told["name"], now=now)
        answer = Response(MediaSerializer(media).data, status=status.HTTP_201_CREATED if new else status.HTTP_200_OK)
        answer["Location"] = f"/api/media/{media.pk}/"
        return answer

    @extend_schema(responses={200: MediaSerializer, 410: None})
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Return one file; 410 when it was deleted or has expired."""
        return Response(MediaSerializer(selectors.media_of(principal_of(request).tenant, pk)).data)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "force", OpenApiTypes.BOOL, description="Delete it although a post needs it; that post will fail."
            )
        ],
        responses={204: None, 410: None},
    )
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete a file. Refused with 409 while a post is still to go out with it, unless `force` is set."""
        media = selectors.media_of(principal_of(request).tenant, pk)
        force = request.query_params.get("force", "").lower() in {"1", "true"}
        services.delete_media(principal=principal_of(request), media=media, now=timezone.now(), force=force)
        return Response(status=status.HTTP_204_NO_CONTENT)
