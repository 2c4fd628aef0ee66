"""How a Mailchimp connection is: the key, its user's role, the chosen audiences, and their senders' domains.

Source: docs/platforms/mailchimp.md, "Health". The ping proves that the key lives; the root says whose it is and what its user may do now. A
block by the network before Mailchimp, a call too many or an answer nobody understands says nothing about the key: it is raised.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from connectors.errors import ConnectorError, ReconnectRequired, UnexpectedAnswer
from connectors.mailchimp import accounts, sender
from connectors.mailchimp.accounts import Account
from connectors.mailchimp.errors import is_gone
from connectors.mailchimp.rest import Rest, part, step, text
from connectors.types import HealthFinding, HealthReport, HealthState, Target
from foundation.side_by_side import SideBySide

#: Mailchimp counts the calls of a user at one time, and publishing needs some.
AT_ONCE: Final = 2
_RECONNECT = "Make a new API key in Mailchimp and connect the account again."


def check(rest: Rest, *, targets: Sequence[Target]) -> HealthReport:
    """Ask whether the key lives, whose it is, and whether the chosen audiences are there."""
    try:
        accounts.ping(rest)
        account = accounts.read_account(rest)
        findings = [*_account(account, targets), *_role(account, targets)]
        findings += _audiences(rest, targets)
    except ReconnectRequired as error:
        state = HealthState.UNHEALTHY if error.connection_ended else HealthState.DEGRADED
        code = "token_dead" if error.connection_ended else "refused"
        return HealthReport((HealthFinding(state, code, error.cause, error.remedy or _RECONNECT),))
    return HealthReport(tuple(findings))


def missing_key(error: ConnectorError) -> HealthReport:
    """Return the report on a connection whose key is not there, does not open or is none."""
    return HealthReport(
        (HealthFinding(HealthState.UNHEALTHY, "token_missing", error.cause, error.remedy or _RECONNECT),)
    )


def _account(account: Account, targets: Sequence[Target]) -> Iterator[HealthFinding]:
    others = {text(target.facts.get("account_id")) for target in targets} - {"", account.id}
    if others:
        yield HealthFinding(
            HealthState.UNHEALTHY,
            "other_account",
            "The key opens another Mailchimp account than the one that was connected.",
            "Connect again with a key of the right account.",
        )


def _role(account: Account, targets: Sequence[Target]) -> Iterator[HealthFinding]:
    if account.may_send:
        return
    # Whoever connected as an author wanted drafts; for everybody else a right was lost.
    known = account.may_draft and any(text(target.facts.get("role")) == account.role for target in targets)
    may = "write drafts, but not send them" if account.may_draft else "read, but neither write nor send"
    yield HealthFinding(
        HealthState.DEGRADED if known else HealthState.UNHEALTHY,
        "role_lost",
        f"The key's owner has the role {account.role} in Mailchimp, which may {may}.",
        "Raise the role to manager, or connect with a key of somebody who may send; best of a user made for this alone.",
    )


def _audience(rest: Rest, target: Target) -> dict[str, Any] | None:
    """Return what Mailchimp tells of an audience; None when it is gone."""
    path, fields = f"lists/{step(target.external_id)}", "id,name,campaign_defaults.from_email"
    try:
        return rest.read(path, operation="read_audience", fields=fields)
    except UnexpectedAnswer as error:
        if not is_gone(error):
            raise
        return None


def _audiences(rest: Rest, targets: Sequence[Target]) -> Iterator[HealthFinding]:
    senders: dict[str, str] = {}
    with SideBySide(AT_ONCE) as beside:
        asked = [(target, beside.ask(partial(_audience, rest, target))) for target in targets]
        answers = [(target, one.result()) for target, one in asked]
    for target, told in answers:
        name = target.name or target.external_id
        if told is None:
            cause = f"The audience {name} is no longer in Mailchimp."
            yield HealthFinding(HealthState.UNHEALTHY, "audience_gone", cause, "Choose another audience.")
            continue
        address = text(part(told.get("campaign_defaults")).get("from_email"))
        if address:
            senders[address] = name
    bare = sender.unverified(rest, set(senders)) if senders else set()
    for address, name in senders.items():
        if sender.domain_of(address) in bare:
            yield HealthFinding(
                HealthState.DEGRADED,
                "sender_unverified",
                f"The domain of {address}, the default sender of {name}, is not verified in Mailchimp.",
                "Verify it in Mailchimp (Account > Domains), or set a from address of a domain that is.",
            )
