"""Where to look: an address for every route of the URLconf, and what no route leads to (errors, empty states, walks of guests).

Of a route whose parameters are known below nothing need be said. A new page with a parameter of a new name gets a line in
``examples_of``; one that cannot be visited, a line in ``EXCUSED`` with the reason. What answers 405 or no HTML is no page.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.urls import URLPattern, URLResolver, get_resolver

from connectors.models import Connection, Destination
from connectors.platform_events import events_of
from connectors.registry import CONNECTORS
from outbox.models import WebhookDelivery, WebhookEndpoint
from publishing.models import Post, PublishJob
from publishing.states import State
from tenants.models import Tenant
from tools.look.demo import PASSWORD

EXCUSED: Final = {
    r"api/(?!docs/)": "it answers programs; its pages are its documentation and what a login shows",
    r"webhooks/<slug:platform>(/|/<.*>)?$": "platforms knock there",
    r"webhooks/<slug:platform>/<uuid:destination_id>.*": "platforms knock there",
    r"media/": "it is a file",
    r"admin/(jsi18n|autocomplete|r|logout)/": "it answers the admin's own scripts and links",
    r"admin/login/": "it sends to the hub's own sign-in",
    r"admin/\(\?P<url>\.\*\)\$": "it adds a slash",
    r"admin/\w+/\w+/<path:object_id>/$": "it sends to the row's own page",
    r"admin/(?!tenants/)\w+/\w+/<.*>/(history|delete)/": "it is the same for every table, and seen of those of tenants",
    r"c/<uuid:link_id>/brand\.css": "it is a style sheet",
    r"c/<uuid:link_id>/to/": "a browser is sent on from it at once",
}
#: What stands in an address whose parameter nobody gave an example of: good for whatever answers 405 before it looks.
NOTHING: Final = "00000000-0000-7000-8000-000000000000"
#: What a row is called in the admin's own routes.
OF_ADMIN: Final = frozenset({"object_id", "id", "app_label"})
_GUESTS: Final = {
    "sign-in", "password/forgotten", "password/new/<str:who>/<str:token>", "invitations/<uuid:invitation_id>/<str:secret>",
    "mail-preferences/leave/<str:token>", "webhooks/<slug:platform>/deletions/<slug:code>/",
}  # fmt: skip
#: Pages that look at all tenants on demand.
_WIDE: Final = (
    "", "alerts", "publishing", "health", "tokens", "platforms", "webhooks-health", "dead-letters",
)  # fmt: skip
#: Where somebody who has nothing yet comes along.
_FIRST: Final = (
    *_WIDE, "compose", "posts", "jobs", "connections", "connections/new", "analytics", "webhook-endpoints", "webhook-events",
    "events-in", "settings/", "settings/members", "settings/api-keys", "settings/audit-log", "settings/return-addresses",
)  # fmt: skip
#: What somebody sees who may do nothing but look.
_LEAST: Final = (
    "", "alerts", "publishing", "health", "tokens", "platforms", "webhooks-health", "dead-letters", "posts", "jobs",
    "connections", "analytics", "events-in", "settings/", "settings/members", "settings/account",
)  # fmt: skip

Page = dict[str, Any]


def plan(told: dict[str, Any]) -> dict[str, Any]:
    """Return what the browser needs: people, pages in order, and which routes are excused."""
    tenant = Tenant.objects.get(slug="demo")
    examples = examples_of(tenant)
    pages: list[Page] = []
    excused: dict[str, str] = {}
    for route in routes():
        if reason := excuse_of(route):
            excused[route] = reason
        else:
            found: list[Page] = [
                {"route": route, "url": f"/{path}", "who": "guest" if route in _GUESTS else "owner"}
                for path in _addresses(route, examples, told)
            ]
            pages += found
            if not found:
                excused[route] = "there is no row of it"
    walked = [*_walks(told), *_beyond(), *_trials()]
    covered = {route for page in walked for route in page.get("covers", ())}
    pages = [page for page in pages if page["route"] not in covered] + walked
    people = {name: [f"{name}@demo.example", PASSWORD] for name in ("viewer", "new", "nobody")}
    return {"hub": told["hub"], "sandbox": told["sandbox"], "people": people, "pages": pages, "excused": excused}


def excuse_of(route: str) -> str:
    """Return why a route is not visited; "" where it is."""
    return next((words for known, words in EXCUSED.items() if re.match(known, route)), "")


def routes() -> list[str]:
    """Return every route of the URLconf, each once."""
    return list(dict.fromkeys(_routes(get_resolver().url_patterns, "")))


def _routes(patterns: Any, before: str) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _routes(one.url_patterns, before + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield before + str(one.pattern)


# --- examples -------------------------------------------------------------------------------------------------------------


def examples_of(tenant: Tenant) -> dict[str, list[str]]:
    """Return what to put for parameters: of each state one, the most telling first."""
    real = Connection.objects.filter(tenant=tenant).exclude(external_user_id__startswith="demo-").order_by("id")
    others = Connection.objects.filter(tenant=tenant).order_by("id")
    jobs = PublishJob.objects.filter(tenant=tenant).order_by("-id")
    posts = Post.objects.filter(tenant=tenant)
    told = events_of(tenant)
    found: dict[str, list[Any]] = {
        "connection_id": [*real, *(others.filter(status=status).first() for status in ("attention", "inactive"))],
        "destination_id": [Destination.objects.filter(connection__in=real, enabled=True).first()],
        "job_id": [jobs.filter(post__text__startswith="Did this").first(), *(jobs.filter(state=one).first() for one in State)],
        "post_id": [posts.filter(text__startswith="We are open").first(), posts.filter(jobs__state="dlq").first()],
        "event_id": [told.filter(state=state).first() for state in ("processed", "failed")],
        "endpoint_id": list(WebhookEndpoint.objects.filter(tenant=tenant)),
        "delivery_id": [WebhookDelivery.objects.filter(tenant=tenant, state=one).first() for one in ("delivered", "failed")],
    }  # fmt: skip
    ids = {name: [str(row.pk) for row in rows if row is not None] for name, rows in found.items()}
    return ids | {"platform": ["mailchimp"], "tenant_id": [str(tenant.pk)], "verb": ["redrive"]}


def parameters_of(route: str) -> list[str]:
    """Return the names of a route's parameters."""
    return re.findall(r"<(?:\w+:)?(\w+)>", route)


def _addresses(route: str, examples: dict[str, list[str]], told: dict[str, Any]) -> Iterator[str]:
    if route in OWN:
        yield OWN[route](told).lstrip("/")
    elif "app_label" in route:
        yield from (f"admin/{app}/" for app in sorted({model._meta.app_label for model in admin.site._registry}))
    else:
        names = parameters_of(route)
        values = [_of_row(route) if name in OF_ADMIN else examples.get(name, [NOTHING]) for name in names]
        # Where the row itself is shown it is shown in every state, and once on what lies below it.
        few = [choices if route.endswith(">") else choices[:1] for choices in values]
        for chosen in itertools.product(*few):
            path = route
            for value in chosen:
                path = re.sub(r"<[^>]+>", value, path, count=1)
            yield path


def _place(platform: str) -> str:
    real = Destination.objects.filter(platform_id=platform, enabled=True).exclude(external_id__startswith="place-")
    return str(real.values_list("pk", flat=True)[0])


def _acted() -> str:
    job = PublishJob.objects.filter(tenant__slug="demo", platform_id="mailchimp", state=State.PUBLISHED).values_list(
        "pk", flat=True
    )[0]
    return f"jobs/{job}/actions/{CONNECTORS['mailchimp'].actions[0].slug}"


#: Routes that need an example of their own.
OWN: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "password/new/<str:who>/<str:token>": lambda told: told["password"],
    "invitations/<uuid:invitation_id>/<str:secret>": lambda told: told["invitation"],
    "mail-preferences/leave/<str:token>": lambda told: told["unsubscribe"],
    "webhooks/<slug:platform>/deletions/<slug:code>/": lambda told: told["deletion"],
    "destinations/<uuid:destination_id>/reviews": lambda _: f"destinations/{_place('google_business')}/reviews",
    "destinations/<uuid:destination_id>/contacts": lambda _: f"destinations/{_place('mailchimp')}/contacts",
    "compose/allowed/<uuid:destination_id>": lambda _: f"compose/allowed/{_place('tiktok')}",
    "jobs/<uuid:job_id>/actions/<slug:slug>": lambda _: _acted(),
}


def _of_row(route: str) -> list[str]:
    """Return the key of a row of the model whose page in the admin this is."""
    _, app, model, *_ = route.split("/")
    for known in admin.site._registry:
        if (known._meta.app_label, known._meta.model_name) == (app, model):
            row = known._default_manager.order_by("pk").values_list("pk", flat=True).first()
            return [str(quote(row))] if row is not None else []
    return []


# --- what no route leads to -----------------------------------------------------------------------------------------------


def _beyond() -> Iterator[Page]:
    for path in _WIDE:
        yield {"url": f"/{path}?tenants=all", "who": "owner"}
    for path in _FIRST:
        yield {"url": f"/{path}", "who": "new"}
    for path in _LEAST:
        yield {"url": f"/{path}", "who": "viewer"}
    yield {"url": "/compose", "who": "viewer", "status": 403}
    yield {"url": "/settings/api-keys", "who": "viewer", "status": 403}
    yield {"url": "/admin/", "who": "viewer", "status": 403}
    yield {"url": "/", "who": "nobody", "status": 403}
    yield {"url": "/jobs?query=nothing+like+this", "who": "owner"}
    yield {"url": "/jobs?state=waiting&sort=due", "who": "owner"}
    yield {"url": "/publishing?span=week", "who": "owner"}
    yield {"url": "/nowhere", "who": "owner", "status": 404}
    yield {"url": "/nowhere", "who": "guest", "status": 404}
    yield {"url": "/c/a-secret-nobody-has", "who": "guest", "status": 404}
    yield {"url": "/invitations/00000000-0000-7000-8000-000000000000/x", "who": "guest", "status": 404}
    yield {"url": "/password/new/x/y", "who": "guest", "status": 404}
    yield {"url": "/api/oauth/linkedin/callback?error=user_cancelled_login&state=x", "who": "owner", "status": None}
    yield {"url": "/_sandbox/", "who": "sandbox", "crawl": 20}


def _trials() -> Iterator[Page]:
    """Return what pages are tried to do (``behaviour``): after all that is looked at, for it leaves other rows behind."""
    for name in ("keyboard", "first-paint", "without-script", "live", "flags"):
        yield {"url": name, "who": "behaviour"}


def _walks(told: dict[str, Any]) -> Iterator[Page]:
    """Return pages that are reached by doing: each step is looked at whose name is not empty."""
    yield {
        "url": "/sign-in", "who": "guest", "covers": ["sign-in/code"],
        "steps": [
            ["fill", "input[name=email]", "careful@demo.example"], ["fill", "input[name=password]", PASSWORD],
            ["press", "input[name=password]", "sign-in-code"],
        ],
    }  # fmt: skip
    yield {
        "url": "/sign-in", "who": "guest",
        "steps": [
            ["fill", "input[name=email]", "nobody@demo.example"], ["fill", "input[name=password]", "wrong"],
            ["press", "input[name=password]", "sign-in-refused"],
        ],
    }  # fmt: skip
    yield {
        "url": "/sign-in", "who": "guest",
        "steps": [["forget"], ["fill", "input[name=email]", "x@demo.example"], ["fill", "input[name=password]", "x"],
                  ["press", "input[name=password]", "csrf"]],
    }  # fmt: skip
    consent = [
        ["click", "button[value=linkedin]", ""],
        ["until", "button[value=allow]", "link-to-consent"],
        ["click", "button[value=allow]", "link-pick"],
    ]
    yield {
        "url": told["link"], "who": "guest", "steps": [*consent, ["click", "main button:not(.link)", "link-done"]],
        "covers": ["c/<slug:secret>", "c/<uuid:link_id>/", "c/<uuid:link_id>/destinations"],
    }  # fmt: skip
    yield {
        "url": told["link_key"], "who": "guest", "covers": ["c/<uuid:link_id>/key/<slug:platform>"],
        "steps": [["click", "button[value=mailchimp]", "link-key"], ["fill", "input[name=api_key]", "wrong"],
                  ["press", "input[name=api_key]", "link-key-refused"]],
    }  # fmt: skip
    yield {"url": told["link_left"], "who": "guest", "steps": [["click", ".guest-leave button", "link-left"]]}
    yield {"url": "/api/docs/", "who": "owner", "covers": ["api/docs/"], "await": ".swagger-ui .opblock"}
    yield {
        "url": "/connections/new", "who": "owner",
        "steps": [["click", "#connect-linkedin a.button", "consent"], ["click", "button[value=cancel]", "consent-refused"]],
    }  # fmt: skip
    yield {"url": "/compose", "who": "owner", "steps": [["submit", "form:has(textarea[name=text])", "compose-refused"]]}
    yield {"url": "/settings/api-keys/new", "who": "owner", "steps": [["submit", "main form", "key-refused"]]}
    yield {
        "url": "/webhook-endpoints/new", "who": "owner",
        "steps": [["fill", "input[name=url]", "ftp://x"], ["submit", "main form", "endpoint-refused"]],
    }  # fmt: skip
    yield {
        "url": "/admin/connectors/connection/", "who": "owner",
        "steps": [["click", "#action-toggle", ""], ["choose", "select[name=action]", "1"],
                  ["click", ".actions button[name=index]", "admin-deed"]],
    }  # fmt: skip
    yield {
        "url": "/settings/tenant", "who": "owner",
        "steps": [["sql", "UPDATE tenants SET time_zone = 'Nowhere/Nothing' WHERE slug = 'demo'"], ["open", "/analytics", "crashed"],
                  ["sql", "UPDATE tenants SET time_zone = 'UTC' WHERE slug = 'demo'"]],
    }  # fmt: skip
    yield {
        "url": "/jobs", "who": "owner",
        "steps": [["sql", "ALTER TABLE posts RENAME TO posts_away"], ["open", "/posts", "without-database"],
                  ["sql", "ALTER TABLE posts_away RENAME TO posts"]],
    }  # fmt: skip
