"""Who the member is: `/v2/userinfo` for apps with sign-in, `/v2/me` for the others. Neither has a version."""

from __future__ import annotations

from typing import Any

from sandbox.linkedin.ask import Ask
from sandbox.linkedin.presets import MEDIA_HOST


def userinfo(ask: Ask) -> dict[str, Any]:
    """Return the claims the scopes allow."""
    member = ask.member
    claims: dict[str, Any] = {"sub": member.id}
    if ask.has("profile"):
        claims |= {
            "name": member.name,
            "given_name": member.given_name,
            "family_name": member.family_name,
            "locale": {"country": "US", "language": "en"},
            "picture": picture_url(ask, member.id),
        }
    if ask.has("email"):
        claims |= {"email": member.email, "email_verified": True}
    return claims


def me(ask: Ask) -> dict[str, Any]:
    """Return the basic profile."""
    member = ask.member
    return {
        "id": member.id,
        "localizedFirstName": member.given_name,
        "localizedLastName": member.family_name,
        "localizedHeadline": member.headline,
        "vanityName": member.vanity,
        "firstName": _localized(member.given_name),
        "lastName": _localized(member.family_name),
        "profilePicture": {"displayImage": f"urn:li:digitalmediaAsset:{member.id}"},
    }


def picture_url(ask: Ask, owner_id: str) -> str:
    """Return where a face or a logo is seen; like the real ones the address expires and is renewed at each reading."""
    expires = int(ask.now) + 30 * 86_400
    return ask.call.address.url(MEDIA_HOST, f"/dms/face/{owner_id}", {"e": str(expires), "v": "beta"})


def _localized(text: str) -> dict[str, Any]:
    return {"localized": {"en_US": text}, "preferredLocale": {"country": "US", "language": "en"}}
