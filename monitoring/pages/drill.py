"""Where the numbers of dashboards lead: to the rows they were counted from.

A tenant's numbers lead to the tenant's own lists; those of all tenants lead operators to the admin's lists, narrowed alike.
"""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from foundation.listing import write_moment
from monitoring.pages.scope import Scope
from publishing.models import PublishJob
from publishing.pages.happened import Happened, jobs_url
from publishing.states import State
from tenants.models import Tenant

_POST = PublishJob.Role.POST


def jobs_to_which(scope: Scope, happened: Happened, *, platform: str = "", tenant: Tenant | None = None) -> str:
    """Return where those jobs are to which something happened (of all tenants: where their dead letters are)."""
    if not scope.is_wide:
        return jobs_url(happened, platform=platform)
    within = {"gte": happened.since, "lt": happened.until}
    field = {"published": "published_at", "due": "due_at"}.get(happened.event, "opened_at")
    moments = {f"{field}__{side}": write_moment(moment) for side, moment in within.items() if moment}
    if field == "opened_at":
        said = {**moments, "job__role__exact": happened.role, **_whose(platform, tenant)}
        return admin_list("publishing_deadletter", **said)
    return admin_list("publishing_publishjob", **moments, role__exact=happened.role, **_whose(platform, tenant))


def jobs_in(scope: Scope, *states: State, name: str = "", platform: str = "", sort: str = "") -> str:
    """Return where the jobs in these states are; ``name`` is what the tenant's list calls them, if there are several."""
    if not scope.is_wide:
        return jobs_url(state=name or states[0], platform=platform, sort=sort)
    told = {"state__exact": states[0]} if len(states) == 1 else {"state__in": ",".join(states)}
    return admin_list("publishing_publishjob", **told, **_whose(platform, None))


def open_letters(**filters: Any) -> str:
    """Return where operators see the dead letters of all tenants that nobody has dealt with."""
    return admin_list("publishing_deadletter", closed_at__isnull="True", **filters)


def of_alert(scope: Scope, *, rule: str, tenant: Tenant | None, link: str) -> str:
    """Return where the rows of an alert are: a tenant's own pages open for its members, others find them in the admin."""
    if not scope.is_wide or tenant is None or not link:
        return link
    whose = {"tenant__id__exact": str(tenant.pk)}
    if rule.startswith("webhook_endpoints"):
        return admin_list("outbox_webhookendpoint", **whose)
    return admin_list("connectors_connection", **whose) if rule.startswith("tokens") else open_letters(**whose)


def admin_list(model: str, **filters: Any) -> str:
    """Return the admin's list of a model, narrowed; empty values narrow nothing."""
    asked = urlencode({name: value for name, value in filters.items() if value})
    address = reverse(f"admin:{model}_changelist")
    return f"{address}?{asked}" if asked else address


def _whose(platform: str, tenant: Tenant | None) -> dict[str, str]:
    return {"platform__slug__exact": platform, "tenant__id__exact": str(tenant.pk) if tenant else ""}
