"""Every word a health check can say: who mends it, on which page, and whether publishing works all the same.

``docs/api/errors.md`` explains them to people; a test keeps the two, and what connectors say, in step.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.urls import reverse

from connectors.manager import connector_class
from connectors.models import Connection
from connectors.pages import connect_again_url
from connectors.types import HealthFinding


class Mended(StrEnum):
    """Where something is mended."""

    #: Nobody has to do anything: it passes, or the hub sees to it.
    BY_ITSELF = "by_itself"
    RECONNECTING = "reconnecting"
    DESTINATIONS = "destinations"
    #: At the platform, by who owns the account.
    AT_PLATFORM = "at_platform"
    #: By who runs this hub: settings here, or our registration at the platform.
    BY_OPERATOR = "by_operator"


@dataclass(frozen=True, slots=True)
class Code:
    """What is known of a word."""

    mended: Mended
    #: Whether the grant itself works: a connection that needed its tenant does so no longer.
    works: bool = False


_RECONNECT: Final = Code(Mended.RECONNECTING)
_OPERATOR: Final = Code(Mended.BY_OPERATOR)
_ITSELF: Final = Code(Mended.BY_ITSELF, works=True)

CODES: Final[dict[str, Code]] = {
    # The grant
    "token_missing": _RECONNECT,
    "token_dead": _RECONNECT,
    "token_expires": Code(Mended.RECONNECTING, works=True),
    "refresh_token_expires": Code(Mended.RECONNECTING, works=True),
    "data_access_expires": Code(Mended.RECONNECTING, works=True),
    "scope_missing": _RECONNECT,
    "refused": _RECONNECT,
    "other_person": _RECONNECT,
    "other_account": _RECONNECT,
    "account_blocked": Code(Mended.AT_PLATFORM),
    # Its places
    "page_token_missing": _RECONNECT,
    "page_token_dead": _RECONNECT,
    "place_left_out": _RECONNECT,
    "instagram_unreachable": Code(Mended.AT_PLATFORM),
    "instagram_unclear": Code(Mended.BY_ITSELF),
    "role_lost": Code(Mended.AT_PLATFORM),
    "roles_unknown": Code(Mended.RECONNECTING, works=True),
    "permission_lost": Code(Mended.DESTINATIONS),
    "location_not_eligible": Code(Mended.AT_PLATFORM, works=True),
    "posts_refused": Code(Mended.AT_PLATFORM),
    "audience_gone": Code(Mended.DESTINATIONS),
    "sender_unverified": Code(Mended.AT_PLATFORM, works=True),
    "public_account": Code(Mended.AT_PLATFORM, works=True),
    # What is left
    "quota_used": _ITSELF,
    "quota_low": _ITSELF,
    "not_today": _ITSELF,
    "budget_spent": _ITSELF,
    "budget_low": _ITSELF,
    # News of the platform
    "webhook_renewed": _ITSELF,
    "webhook_lost": Code(Mended.BY_ITSELF, works=True),
    "webhook_missing": Code(Mended.AT_PLATFORM, works=True),
    # The hub's own
    "version_ends": Code(Mended.BY_OPERATOR, works=True),
    "version_retired": _OPERATOR,
    "app_refused": _OPERATOR,
    "operator_config": _OPERATOR,
    "not_configured": _OPERATOR,
    # Nobody knows
    "not_asked": Code(Mended.BY_ITSELF),
    "not_understood": Code(Mended.BY_ITSELF),
}


def code_of(finding: HealthFinding) -> Code:
    """Return what is known of a finding's word."""
    return CODES.get(finding.code, _RECONNECT)


def link_to_mend(finding: HealthFinding, connection: Connection) -> str:
    """Return the whole address of the page where a finding is mended: the platform's own where it names one, else ours."""
    if finding.link:
        return finding.link
    match code_of(finding).mended:
        case Mended.RECONNECTING:
            return f"{settings.PUBLIC_URL}{connect_again_url(connection)}"
        case Mended.DESTINATIONS:
            return f"{settings.PUBLIC_URL}{reverse('pick_destinations', args=[connection.pk])}"
        case Mended.BY_OPERATOR if console := connector_class(connection.platform_id).console:
            return console
    return f"{settings.PUBLIC_URL}{reverse('connection', args=[connection.pk])}"
