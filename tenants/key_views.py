"""Pages of API keys: a list, a form, and the one moment in which a key is shown."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import Refusal
from tenants import selectors, services
from tenants.doors import MemberRequest, members_only
from tenants.fields import KeyForm
from tenants.models import ApiKey
from tenants.scopes import KEYS_WRITE, SCOPES

STATE_LABELS = {"live": "Opens", "ending": "Ends soon", "expired": "Ended", "revoked": "Revoked"}
MOST_SHOWN = 200


@require_safe
@members_only
def api_keys(request: MemberRequest) -> HttpResponse:
    """List the tenant's keys."""
    request.principal.require(KEYS_WRITE)
    now = timezone.now()
    keys = [_shown(key, now) for key in selectors.keys_of(request.principal.tenant)[:MOST_SHOWN]]
    return render(request, "tenants/api_keys.html", {"keys": keys})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def new_api_key(request: MemberRequest) -> HttpResponse:
    """Make a key and show it, this once."""
    request.principal.require(KEYS_WRITE)
    form = KeyForm(request.POST if request.method == "POST" else None)
    refusal = None
    if form.is_bound and form.is_valid():
        told, now = form.cleaned_data, timezone.now()
        try:
            key, secret = services.create_api_key(
                tenant=request.principal.tenant,
                name=told["name"],
                scopes=told["scopes"],
                actor=request.principal.actor,
                expires_at=now + timedelta(days=told["days"]) if told["days"] else None,
                within=request.principal.scopes,
            )
        except Refusal as error:
            refusal = error
        else:
            return _show_once(request, key, secret.reveal())
    chosen = set(form.data.getlist("scopes")) if form.is_bound else set()  # type: ignore[attr-defined]
    scopes = [
        {"name": name, "about": about, "chosen": name in chosen}
        for name, about in SCOPES.items()
        if name in request.principal.scopes
    ]
    told = {"form": form, "scopes": scopes, "refusal": refusal}
    return render(request, "tenants/new_api_key.html", told, status=422 if form.is_bound else 200)


@never_cache
@require_POST
@members_only
def rotate_api_key(request: MemberRequest, key_id: UUID) -> HttpResponse:
    """Make a key's successor and show it, this once; the old one opens for another day."""
    request.principal.require(KEYS_WRITE)
    key = selectors.key_of(request.principal.tenant, key_id)
    made, secret = services.rotate_api_key(
        key=key, actor=request.principal.actor, now=timezone.now(), within=request.principal.scopes
    )
    return _show_once(request, made, secret.reveal(), old=key.prefix)


@require_POST
@members_only
def revoke_api_key(request: MemberRequest, key_id: UUID) -> HttpResponse:
    """End a key at once."""
    request.principal.require(KEYS_WRITE)
    key = selectors.key_of(request.principal.tenant, key_id)
    services.revoke_api_key(key=key, actor=request.principal.actor, now=timezone.now())
    messages.success(request, f"{key.name} ({key.prefix}…) no longer opens.")
    return redirect("api_keys")


def _show_once(request: MemberRequest, key: ApiKey, text: str, *, old: str = "") -> HttpResponse:
    told = {"name": key.name, "text": text, "expires_at": key.expires_at, "old": old}
    return render(request, "tenants/api_key_made.html", told)


def _shown(key: ApiKey, now: Any) -> dict[str, Any]:
    state = selectors.state_of_key(key, now=now)
    successor = key.successor.prefix if key.successor else ""
    return {
        "id": key.pk,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": key.scopes,
        "everything": set(SCOPES) <= set(key.scopes),
        "state": {"live": "active", "ending": "attention"}.get(state, "inactive"),
        "state_label": STATE_LABELS[state],
        "opens": state in ("live", "ending"),
        "successor": successor,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "last_used_from": key.last_used_from,
        "created_at": key.created_at,
        "created_by": key.created_by.partition(":")[2],
    }
