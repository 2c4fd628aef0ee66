"""The doors platforms knock at by themselves: their webhooks, and the page that shows how far a deletion is.

No session and no CSRF token here: what a delivery may do is decided by its signature alone, over the bytes as they came; at a
place's own address, which is secret, by the address as well.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from redis.exceptions import RedisError

from connectors import deletions, doorbell, webhooks
from connectors.errors import ConfigurationError, InvalidSignature
from connectors.types import WebhookRequest
from foundation.errors import NotFound
from foundation.secret import Secret

log = structlog.get_logger(__name__)

#: So many strangers' tries from one address are told and logged; of more, only that they were too many.
MOST_REFUSALS: Final = 20
REFUSALS_PER: Final = timedelta(minutes=1)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, platform: str) -> HttpResponse:
    """Answer a platform's challenge, or take in what it tells: stored before the answer, done by a task afterwards."""
    body = _body(request)
    if body is None:
        return _plain("The delivery is too long, or broke off.", 413)
    return _answer(
        request, platform, lambda: webhooks.receive(platform=platform, request=_told(request, body), now=timezone.now())
    )


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def receive_at_own(request: HttpRequest, platform: str, destination_id: UUID, path: str) -> HttpResponse:
    """Take in what a platform tells of one place at that place's own address; asked by GET, say plainly that it is one."""
    body = _body(request)
    if body is None:
        return _plain("The delivery is too long, or broke off.", 413)
    address = webhooks.OwnAddress(platform, destination_id, Secret(path))
    return _answer(
        request, platform, lambda: webhooks.receive_at(address, request=_told(request, body), now=timezone.now())
    )


@require_safe
@never_cache
def deletion_status(request: HttpRequest, platform: str, code: str) -> HttpResponse:
    """Show a person, who may be anybody with the code, how far the deletion of their data is."""
    answer = render(request, "connectors/deletion_status.html", {"deletion": deletions.status_of(platform, code)})
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _told(request: HttpRequest, body: bytes) -> WebhookRequest:
    return WebhookRequest(request.method or "", dict(request.headers), request.GET.dict(), body)


def _answer(request: HttpRequest, platform: str, take: Callable[[], webhooks.Received]) -> HttpResponse:
    """Take a delivery in, and answer in a few plain words whatever came of it."""
    try:
        received = take()
    except NotFound as nothing:
        # Of a wrong address nothing more is told than that, whatever is wrong with it.
        return _plain(
            nothing.detail if nothing.code == webhooks.TELLS_NOTHING else "There is nothing at this address.", 404
        )
    except InvalidSignature as stranger:
        return _turned_away(request, platform, stranger)
    except ConfigurationError as error:
        log.error("webhook.not_configured", platform=platform, cause=error.detail)
        return _plain("This hub is not set up for that platform.", 503)
    if received.events:
        doorbell.ring_for_webhooks()
    if received.reply is not None:
        return HttpResponse(received.reply.body, content_type=received.reply.content_type)
    return HttpResponse(b"", content_type="text/plain") if received.events else _plain("Nothing was asked.", 400)


def _body(request: HttpRequest) -> bytes | None:
    """Read the body as it came; None when it is longer than taken here, or broke off."""
    most = settings.WEBHOOK_MAX_BYTES
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > most:
            return None
        body: bytes = request.read(most + 1)
    except (ValueError, UnreadablePostError):
        return None
    return body if len(body) <= most else None


def _turned_away(request: HttpRequest, platform: str, stranger: InvalidSignature) -> HttpResponse:
    """Answer a stranger. Whoever tries too often learns no more and fills no log; honest deliveries are never held up."""
    address = request.META.get("REMOTE_ADDR", "")
    if _tries_of(f"{platform} {address}") > MOST_REFUSALS:
        answer = _plain("Too many deliveries without a valid signature.", 429)
        answer["Retry-After"] = str(int(REFUSALS_PER.total_seconds()))
        return answer
    log.warning("webhook.refused", platform=platform, address=address, cause=str(stranger))
    return _plain("The signature is not valid.", 403)


def _tries_of(who: str) -> int:
    """Count a stranger's try; while the cache is out of reach, none counts."""
    key = f"webhook-refused:{hashlib.sha256(who.encode()).hexdigest()}"
    try:
        cache.add(key, 0, timeout=REFUSALS_PER.total_seconds())
        return cache.incr(key)
    except ValueError:  # it ran out between the two calls
        return 0
    except (RedisError, OSError) as error:
        log.warning("throttle.cache_unreachable", error=type(error).__name__)
        return 0


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
