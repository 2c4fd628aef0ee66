"""Which scopes an app of each mode asks for, and which scope each thing we do stands on.

Source: https://learn.microsoft.com/linkedin/marketing/increasing-access, read 2026-11-21. LinkedIn grants all of a request or
nothing, refuses the whole of it for one scope its app has no product for, and ends a member's older tokens when another set
is asked for: so there is one list per app, the same for all tenants.
"""

from typing import Final

PROFILE: Final = ("openid", "profile", "email", "w_member_social")
_PAGES: Final = ("r_basicprofile", "rw_organization_admin", "w_organization_social", "r_organization_social")

#: By LINKEDIN_MODE: profile alone; profile and pages in one app (with the Advertising API); Community Management.
BY_MODE: Final[dict[str, tuple[str, ...]]] = {
    "p": PROFILE,
    "p_plus": (*PROFILE, *_PAGES),
    # This product cannot share an app with sign-in, so there is no openid here and /v2/me says who it is.
    "c": (
        "r_basicprofile",
        "w_member_social",
        "w_organization_social",
        "r_organization_social",
        "rw_organization_admin",
    ),
}

MEMBER: Final = "linkedin_member"
ORGANIZATION: Final = "linkedin_organization"

WRITE: Final = {MEMBER: "w_member_social", ORGANIZATION: "w_organization_social"}
READ: Final = {MEMBER: "r_member_social", ORGANIZATION: "r_organization_social"}
#: Comments have scopes of their own for some apps; where the plain one was granted, this is the one that lacks.
WRITE_COMMENTS: Final = {MEMBER: "w_member_social_feed", ORGANIZATION: "w_organization_social_feed"}
READ_COMMENTS: Final = {MEMBER: "r_member_social_feed", ORGANIZATION: "r_organization_social_feed"}
ADMIN: Final = "rw_organization_admin"
LIST_PAGES: Final = (ADMIN, "r_organization_admin")
POST_ANALYTICS: Final = "r_member_postAnalytics"
PROFILE_ANALYTICS: Final = "r_member_profileAnalytics"


def wanted(mode: str, instead: tuple[str, ...], extra: tuple[str, ...]) -> tuple[str, ...]:
    """Return the scopes to ask for: those of the mode or the list set instead, and the extra ones, each once."""
    return tuple(dict.fromkeys((*(instead or BY_MODE[mode]), *extra)))
