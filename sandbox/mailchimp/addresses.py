"""Which addresses the platform believes in."""

from __future__ import annotations

import re

from sandbox.mailchimp.errors import Refusal, about_member
from sandbox.mailchimp.state import State

_SYNTAX = re.compile(r"[^@\s,;<>()]+@[A-Za-z0-9\u0080-\uffff-]+(\.[A-Za-z0-9\u0080-\uffff-]+)+")
_FAKE_DOMAINS = frozenset(("example.com", "example.org", "example.net", "test.com", "mailinator.com"))
_ROLES = frozenset(("abuse", "noreply", "no-reply", "postmaster", "spam"))
_EVERYWHERE = "everywhere"


def check(email: str) -> None:
    """Refuse what is no address, or nobody's."""
    local, _, domain = email.lower().rpartition("@")
    if not _SYNTAX.fullmatch(email) or ".." in email:
        raise Refusal(400, "Invalid Resource", "Please provide a valid email address.")
    if domain in _FAKE_DOMAINS or local in _ROLES:
        words = f"{email} looks fake or invalid, please enter a real email address."
        raise Refusal(400, "Invalid Resource", words)


def check_welcome(state: State, list_id: str, email: str, *, busy: bool) -> None:
    """Refuse an address that may not be put on a list: erased for good, or on too many lists already."""
    if state.is_forgotten(list_id, email):
        words = (
            "was permanently deleted and cannot be re-imported. The contact must re-subscribe to get back on the list."
        )
        raise about_member("Forgotten Email Not Subscribed", f"{email} {words}")
    if busy and email.lower().startswith(_EVERYWHERE):
        words = "has signed up to a lot of lists very recently; we're not allowing more signups for now"
        raise Refusal(400, "Invalid Resource", f"{email} {words}")


def exists(email: str) -> Refusal:
    """Return the refusal of an address that is on the list."""
    return about_member("Member Exists", f"{email} is already a list member. Use PUT to insert or update list members.")


def in_compliance(email: str) -> Refusal:
    """Return the refusal of somebody who left, bounced or complained."""
    words = "is in a compliance state due to unsubscribe, bounce, or compliance review and cannot be subscribed."
    return about_member("Member In Compliance State", f"{email} {words}")
