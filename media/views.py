"""The public door: a signed address leads to one file, for platforms that fetch what they publish."""

from datetime import datetime
from typing import Final, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header, http_date
from django.views.decorators.http import require_safe

from media import ranges, selectors, signing
from media.models import Media
from media.storage import store

A = TypeVar("A", bound=HttpResponseBase)

#: What a browser may do with a stranger's file: show it, and nothing else.
POLICY: Final = "default-src 'none'; sandbox"


@require_safe
def serve(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """Hand out the file that a signed address names, whole or a stretch of it.

    Forged and unknown look the same (404). An address that has expired, or whose file is gone, says so (410).
    """
    grant, now = signing.read_token(token), timezone.now()
    if grant is None:
        return _plain("There is nothing at this address.", 404)
    if grant.expires_at <= now:
        return _plain("This address has expired.", 410)
    media = selectors.signed_media(grant.media_id)
    if media is None:
        return _plain("The file is gone.", 410)
    shown_as = content_disposition_header(as_attachment=False, filename=media.name) or "inline"
    if settings.MEDIA_S3_REDIRECT and settings.MEDIA_STORAGE == "s3":
        left = int((grant.expires_at - now).total_seconds())
        place = store().link(media.storage_name, content_type=media.content_type, shown_as=shown_as, seconds=left)
        return _dressed(HttpResponseRedirect(place), media, shown_as, grant.expires_at, now)
    return _dressed(_content(request, media), media, shown_as, grant.expires_at, now)


def _content(request: HttpRequest, media: Media) -> HttpResponseBase:
    tag = f'"{media.sha256}"'
    if tag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304)
    asked = None
    # A range of another version of the file would not fit to what the client has; ours never change, so a tag decides.
    if request.headers.get("If-Range", tag) == tag:
        try:
            asked = ranges.stretch(request.headers.get("Range", ""), media.size_bytes)
        except ranges.Unsatisfiable:
            refused = _plain("The range lies behind the end of the file.", 416)
            refused["Content-Range"] = f"bytes */{media.size_bytes}"
            return refused
    start, stop = asked or (0, media.size_bytes)
    answer: HttpResponseBase
    if request.method == "HEAD":
        answer = HttpResponse()
    else:
        try:
            answer = StreamingHttpResponse(store().chunks(media.storage_name, start, stop))
        except FileNotFoundError:
            return _plain("The file is gone.", 410)
    answer["Content-Length"] = str(stop - start)
    if asked:
        answer.status_code = 206
        answer["Content-Range"] = f"bytes {start}-{stop - 1}/{media.size_bytes}"
    return answer


def _dressed(
    answer: HttpResponseBase, media: Media, shown_as: str, expires_at: datetime, now: datetime
) -> HttpResponseBase:
    if answer.status_code in {200, 206}:
        answer["Content-Type"] = media.content_type
        answer["Content-Disposition"] = shown_as
    if answer.status_code in {200, 206, 304}:
        answer["Accept-Ranges"] = "bytes"
        answer["ETag"] = f'"{media.sha256}"'
        answer["Last-Modified"] = http_date(media.created_at.timestamp())
        patch_cache_control(answer, private=True, max_age=int((expires_at - now).total_seconds()))
    return _guarded(answer)


def _plain(words: str, status: int) -> HttpResponse:
    return _guarded(HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8"))


def _guarded(answer: A) -> A:
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = POLICY
    answer["Referrer-Policy"] = "no-referrer"
    return answer
