"""`/verified-domains`: from where an account may send."""

from __future__ import annotations

import secrets

from sandbox.calls import JsonObject
from sandbox.mailchimp.ask import Ask, iso
from sandbox.mailchimp.errors import bad_request, gone, invalid
from sandbox.mailchimp.fields import Fields
from sandbox.mailchimp.records import Domain
from sandbox.mailchimp.shaping import page, with_links

FREE_MAIL = frozenset(
    ("gmail.com", "googlemail.com", "yahoo.com", "outlook.com", "hotmail.com", "aol.com", "icloud.com", "gmx.de")
)


def listed(ask: Ask) -> JsonObject:
    """List the domains of the account."""
    return page(ask, "domains", ask.state.domains_of(ask.account.id), lambda one: show(ask, one), "/verified-domains")


def read(ask: Ask) -> JsonObject:
    """Read one domain."""
    return show(ask, _domain(ask))


def add(ask: Ask) -> JsonObject:
    """Ask for a domain: a code is mailed to an address there."""
    body = Fields(ask.body)
    body.need("verification_email")
    email = body.text("verification_email")
    body.done()
    name = email.rpartition("@")[2].lower()
    if "." not in name:
        raise invalid("verification_email", "Please provide a valid email address.")
    if name in FREE_MAIL:
        raise bad_request(f"{name} belongs to a free email provider and cannot be verified.")
    code = "".join(secrets.choice("0123456789") for _ in range(6))
    return show(
        ask, ask.state.save_domain(Domain(ask.account.id, name, email, verified=False, authenticated=False, code=code))
    )


def verify(ask: Ask) -> JsonObject:
    """Verify a domain with the code that was mailed."""
    domain, code = _domain(ask), str(ask.body.get("code", ""))
    if code != domain.code:
        raise invalid("code", "The code is wrong.")
    domain.verified, domain.verified_at = True, ask.now
    return show(ask, ask.state.save_domain(domain))


def remove(ask: Ask) -> None:
    """Give a domain up."""
    domain = _domain(ask)
    ask.state.domains.remove(f"{domain.account_id}:{domain.domain}")


def show(ask: Ask, one: Domain) -> JsonObject:
    """Tell about a domain."""
    body = {
        "domain": one.domain,
        "verified": one.verified,
        "authenticated": one.authenticated,
        "verification_email": one.email,
        "verification_sent": iso(one.verified_at),
    }
    return with_links(ask, body, f"/verified-domains/{one.domain}")


def _domain(ask: Ask) -> Domain:
    found = ask.state.domains.get(f"{ask.account.id}:{ask.parts['domain'].lower()}")
    if found is None:
        raise gone()
    return found
