"""The Account Management API: who the caller is, and the groups they are in."""

from __future__ import annotations

import re
from typing import Any

from sandbox.google_business import paging
from sandbox.google_business.ask import Ask
from sandbox.google_business.errors import bad_request, not_found
from sandbox.google_business.records import Account, Membership

TYPES = ("PERSONAL", "LOCATION_GROUP", "USER_GROUP", "ORGANIZATION")
PARAMS = frozenset({"pageSize", "pageToken", "filter", "parentAccount"})
_FILTER = re.compile(r'\s*type\s*=\s*"?(\w+)"?\s*')


def listed(ask: Ask) -> dict[str, Any]:
    """List the caller's accounts, the personal one first."""
    found = ask.state.accounts_of(ask.person)
    wanted = ask.text("filter")
    if wanted:
        match = _FILTER.fullmatch(wanted)
        if match is None or match[1].upper() not in TYPES:
            raise bad_request([("filter", f"Invalid filter: {wanted}")])
        found = [pair for pair in found if pair[0].type == match[1].upper()]
    parent = ask.text("parentAccount")
    if parent and parent.removeprefix("accounts/") != ask.person.account_id:
        # Groups stand below the person's own account; nothing stands below a group.
        found = []
    rows, token = paging.page(ask, found, default=20, most=20)
    return paging.told("accounts", rows, lambda pair: _show(*pair), token)


def read(ask: Ask) -> dict[str, Any]:
    """Tell one account; not found also when the caller is not in it."""
    account = ask.state.accounts.get(ask.path["account"])
    membership = ask.state.membership(ask.path["account"], ask.person.id)
    if account is None or membership is None:
        raise not_found()
    return _show(account, membership)


def _show(account: Account, membership: Membership) -> dict[str, Any]:
    shown = {"name": f"accounts/{account.id}", "accountName": account.name, "type": account.type}
    if account.type == "PERSONAL":
        return shown | {"verificationState": "UNVERIFIED", "vettedState": "NOT_VETTED"}
    level = "OWNER_LEVEL" if membership.role in ("PRIMARY_OWNER", "OWNER") else "MEMBER_LEVEL"
    return shown | {"role": membership.role, "verificationState": "UNVERIFIED", "permissionLevel": level}
