"""Which jobs wait because something is switched off, and why. They keep their place, cost no tries, and are taken at the next
claim once it is on again: nothing is written when they begin to wait, so nothing can be forgotten when they end.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q

from connectors import switches
from publishing.models import PublishJob
from tenants import flags

PUBLISHING: Final = "publishing"
FIRST_COMMENTS: Final = "first_comments"


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a job is not taken, and who can change that."""

    code: str
    cause: str
    remedy: str


def anything() -> bool:
    """Tell whether any switch is off. Costs no query."""
    return bool(flags.rules())


def is_served(tenant_id: UUID) -> bool:
    """Tell whether jobs of a tenant are taken at all. Costs no query."""
    return flags.is_on(PUBLISHING, tenant_id)


def roles_off(tenant_id: UUID) -> tuple[str, ...]:
    """Return the roles of a tenant's jobs that wait. Costs no query."""
    return () if flags.is_on(FIRST_COMMENTS, tenant_id) else (PublishJob.Role.FIRST_COMMENT.value,)


def jobs_on() -> Q:
    """Return what keeps of a query the jobs that nothing switched off keeps waiting."""
    comments = ~Q(role=PublishJob.Role.FIRST_COMMENT) | flags.rule_of(FIRST_COMMENTS).rows()
    return switches.rows_on() & flags.rule_of(PUBLISHING).rows() & comments


def wait_of(job: PublishJob) -> Wait | None:
    """Return why a job whose moment has come is not taken; None when no switch keeps it. Its platform must be loaded."""
    if not job.ready:
        return None
    if not switches.is_on(job.platform, job.tenant_id):
        return Wait("platform_disabled", switches.cause_of(job.platform), switches.remedy_for(job.platform))
    names = [PUBLISHING, FIRST_COMMENTS] if job.role == PublishJob.Role.FIRST_COMMENT else [PUBLISHING]
    for name in names:
        if not flags.is_on(name, job.tenant_id):
            return Wait("feature_off", flags.cause_of(name), flags.remedy_for(name))
    return None
