"""The root and `/ping`: whose key this is."""

from __future__ import annotations

from sandbox.calls import JsonObject
from sandbox.mailchimp.ask import Ask, iso
from sandbox.mailchimp.shaping import with_links

_PRICING = {"free": "forever_free"}


def root(ask: Ask) -> JsonObject:
    """Tell about the account and the person whose key asks; the role is the one of this moment."""
    account, login = ask.account, ask.login
    lists = ask.state.lists_of(account.id)
    return with_links(
        ask,
        {
            "account_id": account.id,
            "login_id": str(login.id),
            "account_name": account.name,
            "email": login.email,
            "first_name": login.first_name,
            "last_name": login.last_name,
            "username": login.username,
            "avatar_url": "",
            "role": ask.seat.role,
            "member_since": iso(account.created),
            "pricing_plan_type": _PRICING.get(account.plan, "monthly"),
            "first_payment": "" if account.plan == "free" else iso(account.created),
            "account_timezone": account.timezone,
            "account_industry": account.industry,
            "contact": account.contact,
            "pro_enabled": account.plan == "premium",
            "last_login": iso(ask.now),
            "total_subscribers": sum(len(ask.state.subscribed(audience.id)) for audience in lists),
            # Fractions here; the audiences of this account count in percent.
            "industry_stats": {"open_rate": 0.2134, "bounce_rate": 0.0086, "click_rate": 0.0261},
        },
        "/",
    )


def ping(_ask: Ask) -> JsonObject:
    """Say that all is well."""
    return {"health_status": "Everything's Chimpy!"}
