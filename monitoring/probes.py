"""What load balancers ask: alive, and ready."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from monitoring import readiness


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as this process answers at all; asks nothing else."""
    return JsonResponse({"alive": True})


def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when every part works, else 503, naming each part with its cause and remedy."""
    parts = readiness.parts(now=timezone.now())
    ready = all(part.ok for part in parts)
    return JsonResponse({"ready": ready, "parts": [part.told() for part in parts]}, status=200 if ready else 503)
