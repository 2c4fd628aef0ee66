"""Pages of the post room: endpoints, deliveries, the catalogue of events, and what members are told by e-mail."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import Conflict, Finding, Invalid, Refusal
from foundation.listing import Query
from foundation.secret import Secret
from outbox import endpoints, letters, members, pages, replaying, selectors, wire
from outbox.models import WebhookEndpoint
from tenants.doors import MemberRequest, members_only
from tenants.models import Membership
from tenants.scopes import WEBHOOKS_READ, WEBHOOKS_WRITE


@require_safe
@members_only
def webhook_endpoints(request: MemberRequest) -> HttpResponse:
    """Show every endpoint of the tenant."""
    request.principal.require(WEBHOOKS_READ)
    return render(request, "outbox/endpoints.html", pages.endpoints_page(request.principal, now=timezone.now()))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@members_only
def new_webhook_endpoint(request: MemberRequest) -> HttpResponse:
    """Ask for an address, make the endpoint, and show its secret this once."""
    request.principal.require(WEBHOOKS_WRITE)
    if request.method != "POST":
        return render(request, "outbox/endpoint_form.html", pages.form_page(None))
    sent = _sent(request)
    try:
        _measure(sent)
        endpoint, secret = endpoints.create_endpoint(principal=request.principal, **sent, now=timezone.now())
    except (Invalid, Conflict) as refusal:
        told = pages.form_page(None, sent=sent, errors=_errors(refusal))
        return render(request, "outbox/endpoint_form.html", told, status=refusal.status)
    return _show_secret(request, endpoint, secret, new=True)


@require_safe
@members_only
def webhook_endpoint(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Show one endpoint: how it is doing, and its latest deliveries."""
    request.principal.require(WEBHOOKS_READ)
    endpoint = selectors.endpoint_of(request.principal.tenant, endpoint_id)
    query = Query(request.GET, request.path)
    told = pages.endpoint_page(request.principal, endpoint, query, now=timezone.now())
    return render(request, "outbox/endpoint.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def edit_webhook_endpoint(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Change an endpoint's address, description and events."""
    request.principal.require(WEBHOOKS_WRITE)
    endpoint = selectors.endpoint_of(request.principal.tenant, endpoint_id)
    if request.method != "POST":
        return render(request, "outbox/endpoint_form.html", pages.form_page(endpoint))
    sent = _sent(request)
    try:
        _measure(sent)
        endpoints.change_endpoint(principal=request.principal, endpoint=endpoint, **sent, now=timezone.now())
    except Invalid as refusal:
        told = pages.form_page(endpoint, sent=sent, errors=_errors(refusal))
        return render(request, "outbox/endpoint_form.html", told, status=refusal.status)
    messages.success(request, "Saved.")
    return redirect("webhook_endpoint", endpoint_id)


@require_POST
@never_cache
@members_only
def rotate_webhook_secret(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Make a new secret and show it this once."""
    endpoint = selectors.endpoint_of(request.principal.tenant, endpoint_id)
    secret = endpoints.rotate_secret(principal=request.principal, endpoint=endpoint, now=timezone.now())
    return _show_secret(request, endpoint, secret, new=False)


@require_POST
@members_only
def switch_webhook_endpoint(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Switch an endpoint on or off."""
    on = request.POST.get("enabled") == "1"
    endpoint = selectors.endpoint_of(request.principal.tenant, endpoint_id)
    endpoints.change_endpoint(principal=request.principal, endpoint=endpoint, enabled=on, now=timezone.now())
    messages.success(
        request,
        "Switched on: what waited is sent now. Replay what failed meanwhile."
        if on
        else "Switched off: nothing is sent. Events are kept, to be replayed.",
    )
    return redirect("webhook_endpoint", endpoint_id)


@require_POST
@members_only
def delete_webhook_endpoint(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Delete an endpoint."""
    endpoint = selectors.endpoint_of(request.principal.tenant, endpoint_id)
    endpoints.delete_endpoint(principal=request.principal, endpoint=endpoint, now=timezone.now())
    messages.success(request, "The endpoint is deleted, and its secret destroyed.")
    return redirect("webhook_endpoints")


@require_POST
@members_only
def ping_webhook_endpoint(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Send a test, and show what comes of it."""
    endpoint = selectors.endpoint_of(request.principal.tenant, endpoint_id)
    try:
        delivery = endpoints.ping(principal=request.principal, endpoint=endpoint, now=timezone.now())
    except Conflict as refusal:
        return _refused(request, refusal, endpoint_id)
    return redirect("webhook_delivery", delivery.pk)


@require_POST
@members_only
def replay_webhooks(request: MemberRequest, endpoint_id: UUID) -> HttpResponse:
    """Send again what failed, or everything since a moment; or tell how many that would be."""
    principal, now = request.principal, timezone.now()
    endpoint = selectors.endpoint_of(principal.tenant, endpoint_id)
    dry_run = request.POST.get("dry_run") == "1"
    try:
        if request.POST.get("failed") == "1":
            told = replaying.replay_failed(principal=principal, endpoint=endpoint, dry_run=dry_run, now=now)
        else:
            since = _moment(request.POST.get("since", ""))
            told = replaying.replay_since(principal=principal, endpoint=endpoint, since=since, dry_run=dry_run, now=now)
    except (Conflict, Invalid) as refusal:
        return _refused(request, refusal, endpoint_id)
    count = "1 delivery" if told.count == 1 else f"{told.count:,} deliveries"
    more = " More are left; ask again when these are through." if told.more else ""
    if dry_run:
        messages.info(request, f"That would be {count}. Nothing was sent.{more}")
    else:
        messages.success(request, f"{count} {'goes' if told.count == 1 else 'go'} out again.{more}")
    return redirect("webhook_endpoint", endpoint_id)


@require_safe
@members_only
def webhook_delivery(request: MemberRequest, delivery_id: UUID) -> HttpResponse:
    """Show one delivery: what is sent, and what each attempt brought."""
    request.principal.require(WEBHOOKS_READ)
    delivery = selectors.delivery_of(request.principal.tenant, delivery_id)
    return render(request, "outbox/delivery.html", pages.delivery_page(request.principal, delivery, now=timezone.now()))


@require_POST
@members_only
def replay_webhook_delivery(request: MemberRequest, delivery_id: UUID) -> HttpResponse:
    """Send one delivery again."""
    delivery = selectors.delivery_of(request.principal.tenant, delivery_id)
    try:
        replaying.replay(principal=request.principal, delivery=delivery, now=timezone.now())
    except Conflict as refusal:
        messages.error(request, f"{refusal.detail} {refusal.remedy}")
    return redirect("webhook_delivery", delivery_id)


@require_safe
@members_only
def webhook_events(request: MemberRequest) -> HttpResponse:
    """Show what can be told, each with an example."""
    request.principal.require(WEBHOOKS_READ)
    return render(request, "outbox/catalogue.html", pages.catalogue_page())


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def mail_preferences(request: MemberRequest) -> HttpResponse:
    """Ask a member what they want to be told by e-mail for this tenant, and keep it."""
    membership = Membership.objects.select_related("user").get(tenant=request.principal.tenant, user=request.user)
    if request.method != "POST":
        return render(request, "outbox/preferences.html", pages.preferences_page(membership))
    chosen = set(request.POST.getlist("topic"))
    members.choose(membership=membership, wanted={topic.name: topic.name in chosen for topic in members.TOPICS})
    messages.success(request, "Saved.")
    return redirect("mail_preferences")


@csrf_exempt  # mail programs send this by themselves; the token says who may
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def mail_unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End the mails of one topic for whoever has one of them in hand, without signing in; looking ends nothing."""
    read = letters.read_unsubscribe_token(token)
    topic = next((topic for topic in members.TOPICS if read and topic.name == read[2]), None)
    if read is None or topic is None:
        raise Http404
    place = Membership.objects.select_related("tenant").filter(tenant=read[0], user=read[1]).first()
    if request.method == "POST" and place is not None:
        members.choose(membership=place, wanted={topic.name: False})
    told = {"topic": topic.label, "tenant_name": place.tenant.name if place else "", "done": request.method == "POST"}
    return render(request, "outbox/unsubscribe.html", told)


def _show_secret(request: HttpRequest, endpoint: WebhookEndpoint, secret: Secret, *, new: bool) -> HttpResponse:
    told = {"endpoint_id": endpoint.pk, "url": endpoint.url, "secret": secret.reveal(), "new": new}
    return render(request, "outbox/secret.html", {**told, "until": endpoint.previous_secret_until})


def _sent(request: HttpRequest) -> dict[str, Any]:
    every = request.POST.get("which") != "some"
    return {
        "url": request.POST.get("url", "").strip(),
        "description": request.POST.get("description", ""),
        "event_types": [] if every else request.POST.getlist("event_type"),
    }


def _measure(sent: dict[str, Any]) -> None:
    findings = []
    if not sent["url"]:
        findings.append(Finding("url", "required", "An address is needed."))
    if len(sent["url"]) > wire.LONGEST_URL:
        findings.append(Finding("url", "too_long", "The address is too long."))
    if len(sent["description"]) > 200:
        findings.append(Finding("description", "too_long", "The description may have 200 characters."))
    if findings:
        raise Invalid("The endpoint cannot be like that; nothing was changed.", findings=findings)


def _errors(refusal: Refusal) -> list[str]:
    told = [f"{finding.message} {finding.remedy}".strip() for finding in refusal.findings]
    return told or [f"{refusal.detail} {refusal.remedy}".strip()]


def _moment(text: str) -> datetime:
    """Read what a browser's field for a moment sends, in the viewer's zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("That is not a moment.", remedy="Choose a day and a time.", code="bad_moment") from None
    if moment.tzinfo is None:
        moment = timezone.make_aware(moment)
    return moment.astimezone(UTC)


def _refused(request: HttpRequest, refusal: Refusal, endpoint_id: UUID) -> HttpResponse:
    messages.error(request, f"{refusal.detail} {refusal.remedy}")
    return redirect("webhook_endpoint", endpoint_id)
