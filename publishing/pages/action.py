"""Doing something with a published post: a form made from the action's schema, and asking twice where people would notice."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.urls import reverse

from connectors.manager import connector_class
from connectors.types import Action, Capability
from foundation.errors import Finding, Refusal
from publishing.models import PublishJob
from publishing.pages import schema_form
from publishing.pages.schema_form import Sent
from tenants.models import Tenant, User

#: What the names of the form's controls begin with.
GROUP: Final = "arg"


def buttons_of(job: PublishJob) -> list[dict[str, Any]]:
    """Return the buttons for what a job's platform can do with the live post."""
    connector = connector_class(job.platform_id)
    if Capability.ACTIONS not in connector.capabilities:
        return []
    return [
        {"name": action.name, "about": action.about, "url": reverse("job_action", args=[job.pk, action.slug])}
        for action in connector.actions
    ]


def read(action: Action, sent: Mapping[str, Sequence[str]]) -> tuple[dict[str, Any], list[Finding]]:
    """Return what was typed as arguments, and what could not be read."""
    return schema_form.read(GROUP, "", schema_form.plain(action.schema), sent)


def action_page(
    tenant: Tenant,
    user: User,
    job: PublishJob,
    action: Action,
    *,
    sent: Sent = None,
    key: str = "",
    confirming: str = "",
    findings: Sequence[Finding] = (),
    problem: Refusal | None = None,
) -> dict[str, Any]:
    """Return what ``publishing/action.html`` shows.

    ``confirming`` is the mark of what is to be confirmed, when that is asked for; ``problem`` says why it was not done.
    """
    zone = user.time_zone if user.time_zone != "UTC" else tenant.time_zone
    fields = schema_form.fields_of(GROUP, schema_form.plain(action.schema), sent, zone=zone)
    controls = schema_form.controls_of(fields)
    errors = [
        {
            "field": schema_form.control_at(GROUP, one.field.strip("."), controls) or "general",
            "message": one.message,
            "remedy": one.remedy,
            "destination": "",
            "severity": one.severity,
        }
        for one in (*findings, *(problem.findings if problem else ()))
    ]
    return {
        "job": {"id": job.pk, "destination": job.destination.name, "platform_name": job.platform.name},
        "action": {"slug": action.slug, "name": action.name, "about": action.about, "public": action.public},
        "fields": fields,
        "errors": errors,
        "invalid": sorted({error["field"] for error in errors}),
        "problem": {"cause": problem.detail, "remedy": problem.remedy} if problem else None,
        "key": key or f"action:{uuid.uuid4()}",
        "confirming": confirming,
    }
