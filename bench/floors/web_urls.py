"""Floor of the API's row: an empty view beside the hub's own addresses."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def empty(request: HttpRequest) -> HttpResponse:
    """Answer nothing."""
    return HttpResponse(status=204)


urlpatterns = [path("_bench/empty", empty), path("", include("config.urls"))]
