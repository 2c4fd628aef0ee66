"""What an operator may switch off, for everybody or for some tenants: the catalogue, as data.

Rooms above add what only they know (``register``), such as the platforms. A name that nobody lists is on: what is not
in the catalogue cannot be switched off.
"""

from dataclasses import dataclass
from typing import Final

#: Before the name of a platform, in the name of its feature.
PLATFORM: Final = "platform."


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that can be switched off."""

    name: str
    #: As a sentence calls it: "<title> is switched off here".
    title: str
    #: What it is, while it is on.
    about: str
    #: What happens while it is off, to what comes and to what waits already.
    off: str


#: Features that belong to no platform.
FEATURES: Final = (
    Feature(
        "publishing",
        "Publishing",
        "Workers send posts to platforms.",
        "Posts are accepted and wait, and so does all that was accepted before; when it is on again, everything goes out, once.",
    ),
    Feature(
        "posts",
        "Accepting posts",
        "Clients and members make new posts, and change those that wait.",
        "New posts and changes are refused (`feature_off`); what was accepted before goes out.",
    ),
    Feature(
        "scheduling",
        "Scheduling",
        "Posts for a later moment are accepted.",
        "A post with a moment is refused (`feature_off`); posts for now are accepted, and what was scheduled before goes out.",
    ),
    Feature(
        "first_comments",
        "Writing first comments",
        "A first comment is written under a post once that is public.",
        "A post with a first comment is refused (`feature_off`); comments of posts accepted before wait.",
    ),
    Feature(
        "redrive_after_reconnect",
        "Sending again after a reconnect",
        "For tenants that chose so, what failed for an account is sent again by itself once it is reconnected.",
        "Nothing is sent again by itself; the buttons do it as ever.",
    ),
    Feature(
        "connecting",
        "Connecting accounts",
        "Members and client apps connect new accounts.",
        "No new account is connected (`feature_off`), by links neither; accounts that are connected are renewed as ever.",
    ),
    Feature(
        "connect_links",
        "Connecting by link",
        "Client apps make links by which others connect their accounts.",
        "No link is made, and none that is out can be used (`feature_off`) until it is on again.",
    ),
    Feature(
        "media.by_url",
        "Fetching files by address",
        "A post or a request may name a file by its web address, which the hub fetches.",
        "Such requests are refused (`feature_off`); files that are sent are taken.",
    ),
    Feature(
        "analytics",
        "Asking for numbers",
        "Platforms are asked for numbers of posts and accounts.",
        "Nobody is asked, by hand neither (`feature_off`); numbers that are there can be read.",
    ),
    Feature(
        "webhooks.out",
        "Sending webhooks",
        "News is delivered to the endpoints of client apps.",
        "News is written down and waits; when it is on again, all of it is delivered, in order.",
    ),
    Feature(
        "mails",
        "Mailing news",
        "Members are mailed what they asked to be told.",
        "Such mails wait. Mails for signing in and invitations are sent as ever.",
    ),
    Feature(
        "health_checks",
        "Checking accounts",
        "Accounts are looked at every few hours.",
        "No account is looked at by the clock; a member may still ask for a look.",
    ),
    Feature(
        "token_refresh",
        "Renewing tokens",
        "Tokens are renewed before they end.",
        "No token is renewed by the clock, so accounts end when their tokens do. Meant for minutes.",
    ),
)

_catalogue: dict[str, Feature] = {feature.name: feature for feature in FEATURES}


def register(feature: Feature) -> None:
    """Add a feature that only a room above knows."""
    _catalogue[feature.name] = feature


def catalogue() -> tuple[Feature, ...]:
    """Return all features: platforms first, the others in the order of their list."""
    known = list(_catalogue.values())
    return tuple(sorted(known, key=lambda feature: (not feature.name.startswith(PLATFORM), known.index(feature))))


def feature_of(name: str) -> Feature | None:
    """Return the feature of this name, if there is one."""
    return _catalogue.get(name)
