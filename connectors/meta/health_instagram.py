"""Whether an Instagram account can still be reached, and whether it has posts left for the day.

Source: docs/platforms/meta.md, "Health". Meta ends the data access of ``instagram_*`` scopes 90 days after the person last used the
app, and an owner may turn the account into a personal one: both show here, and not in the token of the Page.
"""

from typing import Final

from connectors.errors import ReconnectRequired, UnexpectedAnswer
from connectors.meta.asset import Asset
from connectors.meta.graph import Graph
from connectors.meta.publish_instagram import read_quota
from connectors.types import HealthFinding, HealthState, Target
from foundation.secret import Secret

#: From this share of the day's posts on people are told.
_NEARLY: Final = 0.8
_LINK: Final = (
    "Make sure that it is a professional account linked to its Page, then reconnect and tick it in Facebook's dialog."
)


def check(graph: Graph, token: Secret, target: Target) -> list[HealthFinding]:
    """Read the account and its quota."""
    account, name = Asset(graph, target.external_id, token), target.name or target.external_id
    try:
        account.get(target.external_id, operation="read_account", fields="id,username")
        used, total = read_quota(account)
    except ReconnectRequired as error:
        return [HealthFinding(HealthState.UNHEALTHY, "instagram_unreachable", f"{name}: {error.cause}", _LINK)]
    except UnexpectedAnswer as error:
        cause = f"{name}: {error.cause}"
        return [HealthFinding(HealthState.DEGRADED, "instagram_unclear", cause, error.remedy, passing=True)]
    if used < total:
        return _nearly_used(name, used, total)
    cause = f"{name} has used {used} of its {total} Instagram posts of the last 24 hours."
    return [HealthFinding(HealthState.DEGRADED, "quota_used", cause, "Posts wait until Instagram allows more.")]


def _nearly_used(name: str, used: int, total: int) -> list[HealthFinding]:
    if used < _NEARLY * total:
        return []
    cause = f"{name} has used {used} of its {total} Instagram posts of the last 24 hours."
    return [
        HealthFinding(HealthState.HEALTHY, "quota_low", cause, "Nothing yet; further posts wait once all are used.")
    ]
