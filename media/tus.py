"""The API's door for files in parts: tus 1.0, core with creation, expiration and termination (https://tus.io/protocols/resumable-upload)."""

import base64
import binascii
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.http import http_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.errors import Invalid
from media import selectors, uploads
from media.errors import WrongProtocol
from media.models import Upload
from media.serializers import UploadSerializer
from media.staging import largest_bytes
from tenants.principal import principal_of
from tenants.scopes import MEDIA_READ, MEDIA_WRITE

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,expiration,termination"
CONTENT_TYPE: Final = "application/offset+octet-stream"


def _header(name: str, what: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True, description=what)


_RESUMABLE = _header("Tus-Resumable", "1.0.0")
_LENGTH = _header("Upload-Length", "Bytes of the whole file.")
_METADATA = OpenApiParameter(
    "Upload-Metadata",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Pairs of a name and a value in base64, parted by commas; `filename` is read, others are not.",
)
_OFFSET = _header("Upload-Offset", "Where these bytes begin.")


class _TusView(APIView):
    """What both addresses share: scopes by method, and the protocol's headers on every answer."""

    scopes = {"GET": MEDIA_READ, "HEAD": MEDIA_READ, "OPTIONS": MEDIA_READ}
    scope = MEDIA_WRITE

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say which protocol this is, refusals included."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Tus-Resumable"] = VERSION
        if answer.status_code == status.HTTP_412_PRECONDITION_FAILED:
            answer["Tus-Version"] = VERSION
        return answer

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Say what is offered."""
        offered = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(largest_bytes())}
        return Response(status=status.HTTP_204_NO_CONTENT, headers=offered)


class UploadsView(_TusView):
    """Begin an upload."""

    @extend_schema(
        operation_id="media_upload_begin",
        tags=["Media"],
        parameters=[_RESUMABLE, _LENGTH, _METADATA],
        request=None,
        responses={201: UploadSerializer, 412: None, 413: None, 422: None},
    )
    def post(self, request: Request) -> Response:
        """Begin a file that arrives in parts. Send them to the address in `Location`."""
        _require_version(request)
        principal = principal_of(request)
        size = _number(request, "Upload-Length")
        upload = uploads.begin_upload(
            principal=principal, size_bytes=size, name=_file_name(request), now=timezone.now()
        )
        headers = {"Location": request.build_absolute_uri(f"/api/media/uploads/{upload.pk}/"), **_told(upload)}
        return Response(UploadSerializer(upload).data, status=status.HTTP_201_CREATED, headers=headers)


class UploadView(_TusView):
    """Continue an upload, look at it, or give it up."""

    @extend_schema(operation_id="media_upload", tags=["Media"], responses=UploadSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Return an upload with what became of it."""
        upload = selectors.upload_of(principal_of(request).tenant, pk)
        return Response(UploadSerializer(upload).data, headers=_told(upload))

    @extend_schema(exclude=True)
    def head(self, request: Request, pk: UUID) -> Response:
        """Tell how much has arrived."""
        upload = selectors.upload_of(principal_of(request).tenant, pk)
        _require_version(request)
        return Response(headers={**_told(upload), "Cache-Control": "no-store"})

    @extend_schema(
        operation_id="media_upload_append",
        tags=["Media"],
        parameters=[_RESUMABLE, _OFFSET],
        request={CONTENT_TYPE: OpenApiTypes.BINARY},
        responses={
            204: OpenApiResponse(description="Arrived; after the last byte `Media-Location` names the file."),
            412: None,
            413: None,
            422: None,
        },
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Send bytes from `Upload-Offset` on. The last ones end the upload: the file is looked into, and kept or refused (422)."""
        upload = selectors.upload_of(principal_of(request).tenant, pk)
        _require_version(request)
        if (request.content_type or "").partition(";")[0].strip() != CONTENT_TYPE:
            raise Invalid(
                f"The bytes of an upload come as {CONTENT_TYPE}.",
                remedy="Set the Content-Type header to that.",
                code="upload_content_type",
            )
        offset = _number(request, "Upload-Offset")
        # Read from the wire as it comes: request.data would want a parser, request.body the whole in memory.
        done = uploads.append(upload=upload, offset=offset, read=request._request.read, now=timezone.now())
        headers = _told(done)
        if done.media_id:
            headers["Media-Location"] = f"/api/media/{done.media_id}/"
        return Response(status=status.HTTP_204_NO_CONTENT, headers=headers)

    @extend_schema(operation_id="media_upload_cancel", tags=["Media"], responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Give an upload up; what has arrived of it is removed."""
        principal = principal_of(request)
        uploads.cancel_upload(principal=principal, upload=selectors.upload_of(principal.tenant, pk), now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _told(upload: Upload) -> dict[str, str]:
    return {
        "Upload-Offset": str(upload.offset_bytes),
        "Upload-Length": str(upload.size_bytes),
        "Upload-Expires": http_date(upload.expires_at.timestamp()),
    }


def _require_version(request: Request) -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise WrongProtocol(
            f"Uploads in parts speak tus {VERSION}.", remedy=f"Send the header Tus-Resumable: {VERSION}."
        )


def _number(request: Request, name: str) -> int:
    told = request.headers.get(name, "")
    if not (told.isascii() and told.isdecimal() and len(told) <= 15):
        raise Invalid(
            f"The header {name} is missing, or is no number of bytes.",
            remedy=f"Send {name} with a whole number.",
            code="upload_header",
        )
    return int(told)


def _file_name(request: Request) -> str:
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        if key == "filename":
            try:
                return base64.b64decode(value, validate=True).decode("utf-8", errors="replace")[:200]
            except (binascii.Error, ValueError):
                return ""
    return ""
