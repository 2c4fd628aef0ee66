"""The operators' desk: the admin's first page, which tells where to begin, and the rooms with a line about each table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse

from foundation.admin import BoundedPaginator
from foundation.admin.lists import floor_of
from tenants.operators import OperatorsConfig, OperatorSite


class DeskConfig(OperatorsConfig):
    """Django's admin, behind our door and with our first page."""

    default_site = "config.operators.Desk"


@dataclass(frozen=True, slots=True)
class Group:
    """Tables that belong together: of one app, or chosen models of it."""

    name: str
    about: str
    apps: tuple[str, ...]


GROUPS: Final = (
    Group("Publishing", "What goes out, what waits, what died.", ("publishing",)),
    Group(
        "Accounts and platforms",
        "Connected accounts, their places, their tokens, what platforms tell us.",
        ("connectors",),
    ),
    Group("Health and numbers", "What the hub saw of itself and of accounts.", ("monitoring",)),
    Group("News to clients", "Webhooks and mails that leave the hub.", ("outbox",)),
    Group("People and tenants", "Who may do what, and who did what.", ("tenants", "auth")),
    Group("Files", "Pictures, films and documents of posts.", ("media",)),
    Group("Vault", "Keys and sealed secrets: that they are there, never what they are.", ("vault",)),
    Group(
        "Schedule",
        "What the hub does by the clock.",
        ("django_celery_beat", "config"),
    ),
    Group("Signing in", "Tries to sign in, and who is locked out.", ("axes",)),
)


#: What operators open most stands first in its group; the rest by name.
FIRST: Final = (
    *("DeadLetter", "PublishJob", "Post", "Connection", "Destination", "Platform", "RecentError", "TokenHealth"),
    *("HealthLogEntry", "WebhookEndpoint", "WebhookDelivery", "Tenant", "User", "Membership", "AuditEntry", "Media"),
    *("EncryptedSecret", "PeriodicTask", "Flag", "AccessAttempt"),
)


def _rank(model: dict[str, Any]) -> tuple[int, str]:
    name = model["object_name"]
    return (FIRST.index(name) if name in FIRST else len(FIRST), model["name"].lower())


@dataclass(frozen=True, slots=True)
class Beginning:
    """One thing that may want an operator: how many of it, and the list of them."""

    words: str
    count: Callable[[], int]
    model: str
    query: str
    tone: str
    hint: str


def _few(rows: Any) -> int:
    """Count no further than a page can say, among the rows that its list would look at."""
    floor = floor_of(rows.model)
    newest = rows if floor is None else rows.filter(pk__gte=floor)
    return int(newest.order_by()[: BoundedPaginator.MOST].count())


def _beginnings() -> Sequence[Beginning]:
    from connectors.models import Connection, Platform, WebhookEvent
    from outbox.models import Mail, WebhookEndpoint
    from publishing.models import DeadLetter

    return (
        Beginning(
            "open dead letters",
            lambda: _few(DeadLetter.objects.filter(closed_at=None)),
            "publishing_deadletter",
            "resolution=open",
            "bad",
            "Mend the cause, then redrive.",
        ),
        Beginning(
            "accounts need their people",
            lambda: _few(Connection.objects.filter(status=Connection.Status.ATTENTION)),
            "connectors_connection",
            "status=attention",
            "warn",
            "Their tenants have been told; a reconnect link helps.",
        ),
        Beginning(
            "accounts are unhealthy",
            lambda: _few(Connection.objects.filter(health="unhealthy")),
            "connectors_connection",
            "health=unhealthy",
            "bad",
            "Look at the cause; check again.",
        ),
        Beginning(
            "events of platforms failed",
            lambda: _few(WebhookEvent.objects.filter(state=WebhookEvent.State.FAILED)),
            "connectors_webhookevent",
            "state=failed",
            "bad",
            "Process them again once the cause is gone.",
        ),
        Beginning(
            "endpoints were switched off by the hub",
            lambda: _few(WebhookEndpoint.objects.filter(disabled__in=["gone", "failing"], deleted_at=None)),
            "outbox_webhookendpoint",
            "disabled__in=gone,failing",
            "warn",
            "Their owners have been told.",
        ),
        Beginning(
            "mails were given up",
            lambda: _few(Mail.objects.filter(state=Mail.State.FAILED)),
            "outbox_mail",
            "state=failed",
            "warn",
            "Look at the mail server's words.",
        ),
        Beginning(
            "platforms are switched off",
            lambda: _few(Platform.objects.filter(enabled=False)),
            "connectors_platform",
            "enabled__exact=0",
            "warn",
            "Their jobs wait.",
        ),
    )


class Desk(OperatorSite):
    """The admin, with rooms in the order in which operators need them."""

    index_template = "admin/index.html"
    site_title = site_header = "Switchboard admin"
    index_title = "Operators' desk"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the groups that this operator may see, each table with its line."""
        apps = {app["app_label"]: app for app in super().get_app_list(request, app_label)}
        for app in apps.values():
            for model in app["models"]:
                model["about"] = getattr(self._registry[model["model"]], "about", "")
        if app_label is not None:
            return list(apps.values())
        groups = []
        for group in GROUPS:
            found = [apps.pop(label) for label in group.apps if label in apps]
            if not found:
                continue
            models = sorted((model for app in found for model in app["models"]), key=_rank)
            groups.append({**found[0], "name": group.name, "about": group.about, "models": models})
        return [*groups, *apps.values()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show where to begin, then the rooms."""
        begin = []
        for one in _beginnings():
            app, _, model = one.model.partition("_")
            if not request.user.has_perm(f"{app}.view_{model}"):
                continue
            count = one.count()
            more = f"{count - 1:,}+" if count >= BoundedPaginator.MOST else f"{count:,}"
            url = f"{reverse(f'admin:{one.model}_changelist')}?{one.query}"
            begin.append(
                {"words": one.words, "count": count, "told": more, "url": url, "tone": one.tone, "hint": one.hint}
            )
        told = {"begin": [one for one in begin if one["count"]], "calm": not any(one["count"] for one in begin)}
        answer: TemplateResponse = AdminSite.index(self, request, {**told, **(extra_context or {})})
        return answer
