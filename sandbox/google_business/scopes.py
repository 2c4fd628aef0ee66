"""The scopes people may be asked for, with the sentence the consent page shows."""

from __future__ import annotations

from sandbox.google_business.tokens import BUSINESS

EMAIL = "https://www.googleapis.com/auth/userinfo.email"
PROFILE = "https://www.googleapis.com/auth/userinfo.profile"
# What only says who somebody is. Asked for alone or beside others, it is never a box to tick.
SIGN_IN = ("openid", EMAIL, PROFILE)
SHORT = {"email": EMAIL, "profile": PROFILE}

SCOPES: dict[str, str] = {
    "openid": "Know who you are on Google",
    EMAIL: "See the primary email address of your Google Account",
    PROFILE: "See your personal info, such as your name and picture",
    BUSINESS: "See, edit, create and delete your business listings on Google",
    "https://www.googleapis.com/auth/plus.business.manage": "See, edit, create and delete your business listings (old name)",
}


def read(text: str) -> tuple[list[str], list[str]]:
    """Return the scopes a text asks for in their full names, and what is none."""
    asked = [SHORT.get(scope, scope) for scope in text.split()]
    known = [scope for scope in dict.fromkeys(asked) if scope in SCOPES]
    return known, [scope for scope in asked if scope not in SCOPES]
