"""The doors of connect links: pages for people without an account here. A cookie of the link's own is all they hold.

The secret leaves the address bar at once, by a redirect; no page is kept by a cache, found by a search engine or shown in a
frame, and no other site learns where its visitor came from.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connectors import (
    branding,
    connect_link_guests,
    connect_link_pages,
    connect_links,
    doorbell,
    knocking,
    link_cookies,
)
from connectors.connect_links import LIVE, Status
from connectors.errors import ConfigurationError
from connectors.models import ConnectLink
from foundation.errors import NotFound, Refusal
from foundation.listing import read_uuids
from foundation.secret import Secret

_STRANGE: Final = NotFound(
    "This page opens only from the link that you were given.",
    remedy="Open that link again in this browser, or ask whoever sent it for a new one.",
)


def of_a_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let the browser in that holds the link's pass; tell everybody else the same, whether there is such a link or not."""

    @wraps(view)
    def door(request: HttpRequest, link_id: UUID, **parts: str) -> HttpResponse:
        link = None
        try:
            link = connect_links.link_for(link_id, link_cookies.held_by(request, link_id))
            return _guarded(request, view(request, link, **parts), link)
        except Refusal as refusal:
            return _words(request, refusal, link)

    return door


@require_safe
def enter(request: HttpRequest, secret: str) -> HttpResponse:
    """Take the secret out of the address, and give the browser its pass. Opens nothing: programs that look at mails come here."""
    now = timezone.now()
    link = connect_links.link_at(Secret(secret))
    if link is None:
        if knocking.missed(request.META.get("REMOTE_ADDR", "")):
            return _words(
                request, connect_links.TooMany("Too many wrong addresses.", remedy="Wait five minutes."), None
            )
        return _words(request, _STRANGE, None)
    response = redirect("link", link.pk)
    if not connect_links.passes(link, link_cookies.held_by(request, link.pk)):
        try:
            connect_links.require_live(link, now=now)
            held = connect_links.new_pass(link)
            connect_links.require_browser(link, held)
        except Refusal as refusal:
            return _words(request, refusal, None)
        link_cookies.give(response, link, held, now=now)
    return _guarded(request, response, None)


@require_safe
@of_a_link
def link_page(request: HttpRequest, link: ConnectLink) -> HttpResponse:
    """Show where the visitor is: choosing a platform, choosing places, done, or over."""
    now = timezone.now()
    status = connect_links.status_of(link, now=now)
    if status == Status.COMPLETED:
        return render(request, "connectors/link_done.html", connect_link_pages.done_page(link, now=now))
    if status not in LIVE:
        connect_links.require_live(link, now=now)
    if link.result_id is not None:
        return redirect("link_destinations", link.pk)
    connect_links.require_open(link, now=now)
    return render(request, "connectors/link_choose.html", connect_link_pages.choose_page(link, now=now))


@require_POST
@of_a_link
def choose(request: HttpRequest, link: ConnectLink) -> HttpResponse:
    """Go on with a platform: from now on the link is this browser's."""
    platform, held = request.POST.get("platform", ""), link_cookies.held_by(request, link.pk)
    way = connect_link_guests.go_on(link, platform=platform, held=held, now=timezone.now())
    return redirect("link_login" if way == "login" else "link_key", link.pk, platform)


@require_safe
@of_a_link
def login(request: HttpRequest, link: ConnectLink, platform: str) -> HttpResponse:
    """Send the browser on to the platform, by a page: a form may not be redirected to another site."""
    now = timezone.now()
    held = link_cookies.held_by(request, link.pk)
    try:
        url = connect_link_guests.begin_login(link, platform=platform, held=held, now=now)
    except ConfigurationError as error:
        connect_link_guests.note_problem(link, error, now=now)
        return redirect("link", link.pk)
    told = connect_link_pages.key_page(link, platform, now=now)
    return render(request, "connectors/link_login.html", {**told, "authorize_url": url})


@sensitive_post_parameters("api_key")
@require_http_methods(["GET", "HEAD", "POST"])
@of_a_link
def key(request: HttpRequest, link: ConnectLink, platform: str) -> HttpResponse:
    """Ask for an API key, and connect the account that it opens."""
    now = timezone.now()
    connect_links.require_open(link, now=now)
    if (
        platform not in {row.slug for row in connect_link_guests.offered(link)}
        or connect_link_guests.way_to(platform) != "key"
    ):
        raise NotFound("This platform is not connected by a key here.", remedy="Go back and choose another.")
    if request.method != "POST":
        return render(request, "connectors/link_key.html", connect_link_pages.key_page(link, platform, now=now))
    try:
        connect_link_guests.connect_by_key(
            link, platform=platform, key=Secret(request.POST.get("api_key", "")), now=now
        )
    except connect_links.LinkOver:
        raise
    except Refusal as refusal:
        error = f"{refusal.detail} {refusal.remedy}".strip()
        told = connect_link_pages.key_page(link, platform, error=error, now=now)
        return render(request, "connectors/link_key.html", told, status=refusal.status)
    return redirect("link", link.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_link
def destinations(request: HttpRequest, link: ConnectLink) -> HttpResponse:
    """Ask where may be published, and complete the link."""
    now = timezone.now()
    if link.result is None or connect_links.status_of(link, now=now) not in LIVE:
        return redirect("link", link.pk)
    if request.method != "POST":
        return render(request, "connectors/link_pick.html", connect_link_pages.pick_page(link, link.result, now=now))
    try:
        chosen = read_uuids(request.POST.getlist("destination"))
        if chosen is None:
            raise NotFound("One of the chosen places does not exist.", remedy="Choose again.")
        connect_link_guests.pick(link, chosen=chosen, now=now)
    except connect_links.LinkOver:
        raise
    except Refusal as refusal:
        error = " ".join([refusal.detail, *(finding.message for finding in refusal.findings[:5])])
        told = connect_link_pages.pick_page(link, link.result, error=f"{error} {refusal.remedy}".strip(), now=now)
        return render(request, "connectors/link_pick.html", told, status=refusal.status)
    doorbell.ring_for_subscriptions()
    return redirect("link", link.pk)


@require_POST
@of_a_link
def leave(request: HttpRequest, link: ConnectLink) -> HttpResponse:
    """End the link without an account, as its visitor wishes, and show the way back."""
    connect_link_guests.leave(link, now=timezone.now())
    return redirect("link", link.pk)


@require_safe
@of_a_link
def brand(request: HttpRequest, link: ConnectLink) -> HttpResponse:
    """Serve the client's colour as a style sheet: the content policy lets no page carry one within."""
    if not link.brand_color:
        raise Http404
    return HttpResponse(branding.stylesheet(link.brand_color), content_type="text/css; charset=utf-8")


def _words(request: HttpRequest, refusal: Refusal, link: ConnectLink | None) -> HttpResponse:
    told: dict[str, Any] = {"refusal": refusal, "asker": "", "back_url": "", "expires_at": None}
    if link is not None:
        told |= connect_link_pages.frame(link, now=timezone.now())
    response = render(request, "connectors/link_words.html", told, status=refusal.status)
    return _guarded(request, response, link)


def _guarded(request: HttpRequest, response: HttpResponse, link: ConnectLink | None) -> HttpResponse:
    """Keep an answer out of caches, search engines, frames and other sites' knowledge."""
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    # Forms need the browser to say where they come from (an Origin that is not null), which no-referrer forbids; both
    # tell other sites nothing. The one address with a secret in it has no form and tells nobody at all.
    response["Referrer-Policy"] = "same-origin" if link is not None else "no-referrer"
    images = f" {origin}" if link is not None and (origin := connect_link_pages.logo_origin(link)) else ""
    response["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self' 'nonce-{getattr(request, 'csp_nonce', '')}'; style-src 'self'; "
        f"img-src 'self' data:{images}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return response
