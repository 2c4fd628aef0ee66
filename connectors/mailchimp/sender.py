"""Whether Mailchimp knows the sender's domain, without which it sends nothing.

Source: https://mailchimp.com/developer/marketing/api/verified-domains/ and Mailchimp's help on verifying a domain, read 2026-11-21. A
subdomain is verified by itself. Asking is advice: where it is not answered, the send checklist stays the last word.
"""

from typing import Final

from connectors.errors import ContentRejected, ReconnectRequired, UnexpectedAnswer
from connectors.mailchimp.errors import PLATFORM
from connectors.mailchimp.rest import Rest, text

#: Providers of free mail, whose domains nobody can verify; examples, for a word in time.
FREE_MAIL: Final = frozenset(
    {
        "aol.com",
        "gmail.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "web.de",
        "yahoo.com",
        "ymail.com",
    }
)


def domain_of(address: str) -> str:
    """Return the domain of an address, in lower case; empty where there is none."""
    return address.rpartition("@")[2].strip().lower() if "@" in address else ""


def unverified(rest: Rest, addresses: set[str]) -> set[str]:
    """Return the domains of these addresses that are surely not verified; nothing where Mailchimp does not tell."""
    try:
        told = rest.read("verified-domains", operation="list_domains")
    except (ReconnectRequired, UnexpectedAnswer) as error:
        if isinstance(error, ReconnectRequired) and error.connection_ended:
            raise
        return set()
    listed = told.get("domains")
    known = {
        text(entry.get("domain")).lower(): entry.get("verified") is True
        for entry in (listed if isinstance(listed, list) else ())
        if isinstance(entry, dict)
    }
    wanted = {domain_of(address) for address in addresses} - {""}
    return {domain for domain in wanted if not known.get(domain)} if known else set()


def require_verified(rest: Rest, address: str) -> None:
    """Raise ``ContentRejected`` when the sender's domain is surely not verified."""
    for domain in unverified(rest, {address}):
        raise ContentRejected(
            f"The sender's domain {domain} is not verified in Mailchimp, which sends nothing from it.",
            remedy="Verify it in Mailchimp (Account > Domains), or set a from address of a domain that is.",
            platform=PLATFORM,
            operation="list_domains",
        )
