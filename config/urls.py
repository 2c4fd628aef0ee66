"""The addresses of the front door; each room brings its own pages."""

import sys

from django.conf import settings
from django.contrib import admin
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import include, is_valid_path, path
from django.views.generic.base import RedirectView

from config.problems import plain_problem
from monitoring import probes, runbook


def error_codes(request: HttpRequest) -> HttpResponse:
    """Show what every problem code means: the address that problem documents name as their type."""
    page = settings.BASE_DIR / "docs" / "api" / "errors.md"
    return HttpResponse(page.read_text(encoding="utf-8"), content_type="text/plain; charset=utf-8")


def runbook_page(request: HttpRequest) -> HttpResponse:
    """Show what to do about each alert and each code: where alerts lead to, also while the database is gone."""
    page = render_to_string("monitoring/runbook.html", {"chapters": runbook.chapters(), "request": request})
    return HttpResponse(page, headers={"Cache-Control": "private, max-age=60"})


urlpatterns = [
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}favicon.svg", permanent=False)),
    path("docs/errors", error_codes, name="error_codes"),
    path("docs/runbook", runbook_page, name="runbook"),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("api/", include("config.api")),
    path(f"{settings.ADMIN_PATH}/", admin.site.urls),
    path("", include("tenants.urls")),
    path("", include("connectors.urls")),
    path("", include("media.urls")),
    path("", include("publishing.urls")),
    path("", include("outbox.urls")),
    path("", include("monitoring.urls")),
]


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an unknown address: a problem below /api/, a page elsewhere."""
    if request.path.startswith("/api/"):
        slashless = not request.path.endswith("/") and is_valid_path(f"{request.path_info}/")
        remedy = f"Write {request.path}/ with the slash at its end." if slashless else ""
        return plain_problem(request, 404, "There is nothing at this address.", remedy=remedy)
    return render(request, "404.html", status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django refuses before any view, such as a strange Host: a problem below /api/, a page elsewhere."""
    if request.path.startswith("/api/"):
        words = "The request cannot be understood as it is."
        return plain_problem(request, 400, words, remedy="Check the address and the headers, Host among them.")
    return render_alone(request, "400.html", status=400)


def crashed(request: HttpRequest) -> HttpResponse:
    """Answer a crash without showing anything of it; 503 where the database is gone, which no view had a chance to say."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return _without_database(request)
    if request.path.startswith("/api/"):
        return plain_problem(request, 500, "Switchboard failed on this request.")
    return render(request, "500.html", status=500)


def _without_database(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        answer: HttpResponse = plain_problem(request, 503, "The database did not answer.")
    else:
        answer = render_alone(request, "503.html", status=503)
    answer["Retry-After"] = "5"
    return answer


def render_alone(request: HttpRequest, template: str, *, status: int) -> HttpResponse:
    """Show a page that asks nothing of the database: no session, no frame."""
    return HttpResponse(render_to_string(template, {"request": request}), status=status)


handler400 = bad_request
handler404 = not_found
handler500 = crashed
