"""Whose key it is, and every audience it opens.

Source: https://mailchimp.com/developer/marketing/api/root/ and .../lists/, read 2026-11-21. A key has no scopes: it may do what its
maker may do at that moment. So the role is told with each audience, and looked at again by the health check.
"""

from dataclasses import dataclass
from typing import Any, Final

from connectors.mailchimp.rest import Rest, part, strange, text, whole
from connectors.types import FoundDestination

AUDIENCE: Final = "audience"
#: Roles that may not send: the one reads, the other writes drafts. All others may, and unknown ones are let try.
READERS: Final = frozenset({"viewer"})
DRAFTERS: Final = frozenset({"author"})
FREE_PLAN: Final = "forever_free"
_FIELDS: Final = "account_id,login_id,account_name,email,role,pricing_plan_type,account_timezone"
_LIST_FIELDS: Final = "id,name,double_optin,stats.member_count,campaign_defaults,date_created"


@dataclass(frozen=True, slots=True)
class Account:
    """What the root of the API tells."""

    id: str
    login: str
    name: str
    role: str
    plan: str
    timezone: str

    @property
    def may_draft(self) -> bool:
        """Whether the key's user may write campaigns."""
        return self.role not in READERS

    @property
    def may_send(self) -> bool:
        """Whether the key's user may send and schedule campaigns."""
        return self.may_draft and self.role not in DRAFTERS


def ping(rest: Rest) -> None:
    """Make the cheapest call there is: it proves the host and that the key lives, and nothing else."""
    rest.call("GET", "ping", operation="ping", changes=False)


def read_account(rest: Rest) -> Account:
    """Return whose key it is; from then on its calls count for its user."""
    told = rest.read("", operation="read_account", fields=_FIELDS)
    account_id = text(told.get("account_id"))
    if not account_id:
        raise strange("an account without an id", "read_account")
    account = Account(
        account_id,
        text(told.get("login_id")),
        text(told.get("account_name")) or text(told.get("email")) or f"Account {account_id}",
        text(told.get("role")).lower(),
        text(told.get("pricing_plan_type")),
        text(told.get("account_timezone")),
    )
    rest.login = account.login or rest.login
    return account


def audiences(rest: Rest, account: Account) -> list[FoundDestination]:
    """Return every audience of an account."""
    found = rest.listed("lists", "lists", operation="list_audiences", fields=_LIST_FIELDS)
    return [_audience(entry, rest, account) for entry in found if text(entry.get("id"))]


def obstacle_of(account: Account) -> str:
    """Return why nothing can be published with this role, in words with a remedy; empty when something can."""
    if account.may_draft:
        return ""
    return (
        f"The key's owner has the role {account.role} in Mailchimp, which may only read. "
        "Raise it to manager, or connect with a key of somebody who may send."
    )


def _audience(entry: dict[str, Any], rest: Rest, account: Account) -> FoundDestination:
    defaults = part(entry.get("campaign_defaults"))
    facts = {
        "account_id": account.id,
        "login_id": account.login,
        "dc": rest.dc,
        "role": account.role,
        "plan": account.plan,
        "timezone": account.timezone,
        "from_name": text(defaults.get("from_name")),
        "from_email": text(defaults.get("from_email")),
        "language": text(defaults.get("language")),
        "double_optin": entry.get("double_optin") is True,
        "members": whole(part(entry.get("stats")).get("member_count")),
    }
    return FoundDestination(
        kind=AUDIENCE,
        external_id=text(entry.get("id")),
        name=text(entry.get("name")) or f"Audience {text(entry.get('id'))}",
        username=account.name,
        url=f"https://{rest.dc}.admin.mailchimp.com/audience/" if rest.dc else "https://admin.mailchimp.com/audience/",
        obstacle=obstacle_of(account),
        facts=facts,
    )
