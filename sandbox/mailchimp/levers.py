"""The Mailchimp levers under `/_sandbox/mailchimp/`: accounts, roles, keys, mails, readers. Tests and people use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, get_args

from sandbox.calls import JsonObject
from sandbox.mailchimp import keys
from sandbox.mailchimp.happenings import Happenings
from sandbox.mailchimp.records import Account, Plan, Role, Seat
from sandbox.mailchimp.state import State
from sandbox.platforms import Lever

if TYPE_CHECKING:
    from sandbox.world import World


class Levers:
    """One method per lever. `ValueError` becomes 400, `LookupError` 404."""

    def __init__(self, world: World, state: State, happenings: Happenings) -> None:
        self._world = world
        self._state = state
        self._happenings = happenings

    def table(self) -> dict[tuple[str, str], Lever]:
        """Return every lever by verb and name."""
        return {
            ("GET", "accounts"): self.accounts,
            ("POST", "accounts"): self.change_account,
            ("POST", "roles"): self.change_role,
            ("POST", "keys"): self.make_key,
            ("GET", "keys"): self.keys,
            ("GET", "mails"): self.mails,
            ("POST", "engage"): self._happenings.engage,
        }

    def accounts(self, _wish: Mapping[str, Any]) -> JsonObject:
        """List accounts with their people."""
        return {"accounts": [self._account(account) for account in self._state.accounts]}

    def change_account(self, wish: Mapping[str, Any]) -> JsonObject:
        """Change an account: `account`, and any of `plan`, `disabled`, `timezone`."""
        account = self._one(wish)
        if wish.get("plan", account.plan) not in get_args(Plan):
            raise ValueError(f"plan is one of {', '.join(get_args(Plan))}.")
        account.plan = wish.get("plan", account.plan)
        account.disabled = bool(wish.get("disabled", account.disabled))
        account.timezone = str(wish.get("timezone", account.timezone))
        return self._account(self._state.accounts.put(account.id, account))

    def change_role(self, wish: Mapping[str, Any]) -> JsonObject:
        """Give a person a role in an account: `account`, `user`, `role`; an empty role takes the seat away."""
        account, user = self._one(wish), str(wish.get("user") or "")
        if user not in self._state.logins:
            raise LookupError(f"Nobody here has the id {user}.")
        role = str(wish.get("role", "manager"))
        if not role:
            self._state.take_seat(account.id, int(user))
            return {"account": account.id, "user": user, "role": ""}
        if role not in get_args(Role):
            raise ValueError(f"role is one of {', '.join(get_args(Role))}, or empty.")
        self._state.save_seat(Seat(account.id, int(user), wish.get("role", "manager")))
        return {"account": account.id, "user": user, "role": role}

    def make_key(self, wish: Mapping[str, Any]) -> JsonObject:
        """Make a key as its page does: `account`, `user`, `label`. It is told this once."""
        account, user = self._one(wish), str(wish.get("user") or "")
        if not user.isdecimal():
            raise ValueError("user is the id of a person.")
        key = keys.make(self._state, account, int(user), str(wish.get("label") or ""), self._world.clock.now())
        return {"key": key.value, "label": key.label}

    def keys(self, _wish: Mapping[str, Any]) -> JsonObject:
        """List keys by what is shown of them."""
        return {
            "keys": [
                {
                    "key": keys.shown(key),
                    "account": key.account_id,
                    "user": str(key.login_id),
                    "label": key.label,
                    "revoked": key.revoked,
                }
                for key in self._state.keys
            ]
        }

    def mails(self, wish: Mapping[str, Any]) -> JsonObject:
        """List what left, newest first: `campaign`, `kind`, `address`. `mailings` of a campaign is never more than 1."""
        campaign, kind, address = (str(wish.get(name) or "") for name in ("campaign", "kind", "address"))
        found = [
            one
            for one in reversed(self._state.mailings)
            if campaign in ("", one.campaign_id)
            and kind in ("", one.kind)
            and (not address or address in one.addresses)
        ]
        return {
            "mailings": len(found),
            "mails": sum(len(one.addresses) for one in found),
            "items": [{**asdict(one), "count": len(one.addresses)} for one in found[:100]],
        }

    def _one(self, wish: Mapping[str, Any]) -> Account:
        account = self._state.accounts.get(str(wish.get("account") or ""))
        if account is None:
            raise LookupError(f"There is no account {wish.get('account')}.")
        return account

    def _account(self, account: Account) -> JsonObject:
        people = [
            {"user": str(seat.login_id), "name": login.name, "role": seat.role}
            for seat in self._state.seats
            if seat.account_id == account.id and (login := self._state.logins.get(str(seat.login_id))) is not None
        ]
        return {**asdict(account), "people": people}
