"""What an audience allows at this moment, asked when somebody is about to write for it.

Source: https://mailchimp.com/developer/marketing/api/root/ and .../templates/, read 2026-11-21. Segments, tags and templates are set by
number, which nobody knows by heart: so the nearest of them are told with their names.
"""

from collections.abc import Iterable
from typing import Final

from connectors.errors import ReconnectRequired, UnexpectedAnswer
from connectors.mailchimp import accounts, segments, sender
from connectors.mailchimp.rest import Rest, text
from connectors.mailchimp.settings import Delivery
from connectors.types import Composing, Target

#: More in one line is read by nobody; the API tells all of them.
MOST_NAMED: Final = 20


def composing(rest: Rest, target: Target) -> Composing:
    """Ask what the role and the plan allow, which segments, tags and templates there are, and whether the sender is known."""
    account = accounts.read_account(rest)
    choices: dict[str, tuple[str, ...]] = {}
    notices = []
    if not account.may_send:
        choices["delivery"] = (Delivery.DRAFT.value,)
        notices.append(f"With the role {account.role} you may only leave drafts; sending needs the role manager.")
    elif account.plan == accounts.FREE_PLAN:
        choices["delivery"] = (Delivery.NOW.value, Delivery.DRAFT.value)
        notices.append("The free plan lets Mailchimp schedule nothing. Schedule the post here instead.")
    address = text(target.facts.get("from_email"))
    domain = sender.domain_of(address)
    if domain in sender.FREE_MAIL:
        notices.append(f"The audience's sender {address} is at a provider of free mail, which no sender can verify.")
    elif address and sender.unverified(rest, {address}):
        notices.append(f"The domain {domain} of the audience's sender is not verified in Mailchimp yet.")
    parts = segments.fetch_segments(rest, target)
    notices += _named("Segments", ((one.external_id, one.name) for one in parts if one.kind != "tag"))
    notices += _named("Tags", ((one.external_id, one.name) for one in parts if one.kind == "tag"))
    notices += _named("Templates", _templates(rest))
    return Composing(
        name=target.name,
        username=account.name,
        obstacle=accounts.obstacle_of(account),
        choices=choices,
        notices=tuple(notices),
    )


def _named(what: str, entries: Iterable[tuple[str, str]]) -> list[str]:
    told = [f"{number} is {name}" for number, name in entries]
    more = f", and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
    return [f"{what}: {', '.join(told[:MOST_NAMED])}{more}."] if told else []


def _templates(rest: Rest) -> list[tuple[str, str]]:
    """Return the account's own templates; none where the role may not see them."""
    query = {"type": "user"}
    try:
        found = list(
            rest.listed("templates", "templates", operation="list_templates", fields="id,name,active", query=query)
        )
    except (ReconnectRequired, UnexpectedAnswer) as error:
        if isinstance(error, ReconnectRequired) and error.connection_ended:
            raise
        return []
    return [(text(one.get("id")), text(one.get("name"))) for one in found if one.get("active") is not False]
