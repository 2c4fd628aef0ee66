"""The demo world: four apps, two members, their pages. Fixed ids, so that examples and screenshots stay true."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.linkedin.records import App, Member, Organization, Role
from sandbox.linkedin.state import State

REDIRECT_URIS = (
    "http://127.0.0.1:8000/api/oauth/linkedin/callback",
    "http://localhost:8000/api/oauth/linkedin/callback",
)

# The default app has every product that may stand beside sign-in, so the whole connector can be tried with it.
DEFAULT_APP_ID, DEFAULT_APP_SECRET = "86sandboxplus01", "sandbox-linkedin-plus-secret"
COMMUNITY_APP_ID, COMMUNITY_APP_SECRET = "86sandboxpage02", "sandbox-linkedin-community-secret"
PROFILE_APP_ID, PROFILE_APP_SECRET = "86sandboxself03", "sandbox-linkedin-profile-secret"
READER_APP_ID, READER_APP_SECRET = "86sandboxread04", "sandbox-linkedin-reader-secret"

SOLVEIG, MATEO = "sV7bKx2QpA", "mT3eLn9RwZ"

OBSERVATORY, TYPE_FOUNDRY, FERRY, ARCHIVE, VINEYARD, ASKED, REFUSED, LIGHTHOUSE = (
    f"2414{number}" for number in ("101", "102", "103", "104", "105", "106", "107", "108")
)
BRANCHES = [f"3500{number:03d}" for number in range(1, 27)]

_TOWNS = [
    *("Ávila", "Bilbao", "Cádiz", "Coruña", "Écija", "Gijón", "Huesca", "Jaén", "León", "Lleida", "Málaga", "Mérida"),
    *(
        "Mahón",
        "Ourense",
        "Palma",
        "Reus",
        "Ronda",
        "Sóller",
        "Toledo",
        "Tortosa",
        "Úbeda",
        "València",
        "Vigo",
        "Xàtiva",
    ),
    *("Yecla", "Zaragoza"),
]


def seed(state: State) -> None:
    """Fill an empty town."""
    for app in _apps():
        state.apps.put(app.id, app)
    for member in (
        Member(
            SOLVEIG, "Sólveig", "Þórsdóttir", "solveig-thorsdottir", "Printer of maps", "solveig@sandbox.example", 512
        ),
        Member(MATEO, "Mateo", "Ibáñez Núñez", "mateo-ibanez", "Reads the tide tables", "mateo@sandbox.example", 1380),
    ):
        state.members.put(member.id, member)
    for organization in _organizations():
        state.organizations.put(organization.id, organization)
    for role in _roles():
        state.save_role(role)


def _apps() -> Iterator[App]:
    uris = list(REDIRECT_URIS)
    yield App(
        DEFAULT_APP_ID,
        DEFAULT_APP_SECRET,
        "Switchboard",
        "5550001",
        list(uris),
        ["openid", "share", "advertising"],
        refresh_tokens=True,
        tier="standard",
    )
    yield App(
        COMMUNITY_APP_ID,
        COMMUNITY_APP_SECRET,
        "Switchboard Pages",
        "5550002",
        list(uris),
        ["community"],
        refresh_tokens=True,
        tier="development",
    )
    yield App(
        PROFILE_APP_ID,
        PROFILE_APP_SECRET,
        "Switchboard Profile",
        "5550003",
        list(uris),
        ["openid", "share"],
        refresh_tokens=False,
        tier="self_serve",
        webhooks=False,
    )
    yield App(
        READER_APP_ID,
        READER_APP_SECRET,
        "Old Partner",
        "5550004",
        list(uris),
        ["openid", "share", "member_reading"],
        refresh_tokens=False,
        tier="standard",
        webhooks=False,
    )


def _organizations() -> Iterator[Organization]:
    yield Organization(OBSERVATORY, "Stjörnuhús Observatory", "stjornuhus", "Museums", "Open on clear nights.", 8214)
    yield Organization(TYPE_FOUNDRY, "Fundición Ñ", "fundicion-enie", "Design", "Letters cast since 1911.", 3075)
    yield Organization(FERRY, "Fähre & Söhne", "faehre-soehne", "Maritime", "Two boats, one timetable.", 640)
    yield Organization(ARCHIVE, "Archívum (Budapest) [digital]", "archivum", "Libraries", "Boxes 1 to 90,000.", 152)
    yield Organization(VINEYARD, "Château Élan_Vital", "elan-vital", "Wineries", "", 97)
    yield Organization(ASKED, "Żuraw Logistics", "zuraw", "Logistics", "", 410)
    yield Organization(REFUSED, "Çelik Köprü", "celik-kopru", "Civil Engineering", "", 2210)
    yield Organization(LIGHTHOUSE, "Faro del Fin", "faro-del-fin", "Tourism", "Nobody here has a role on it.", 55)
    for number, (branch, town) in enumerate(zip(BRANCHES, _TOWNS, strict=True), start=1):
        yield Organization(branch, f"Librería Marea {town}", f"marea-{number:02d}", "Book Retail", "", 60 + 13 * number)


def _roles() -> Iterator[Role]:
    yield Role(OBSERVATORY, SOLVEIG, "ADMINISTRATOR")
    yield Role(TYPE_FOUNDRY, SOLVEIG, "CONTENT_ADMINISTRATOR")
    yield Role(FERRY, SOLVEIG, "ANALYST")
    yield Role(ARCHIVE, SOLVEIG, "ADMINISTRATOR")
    yield Role(ASKED, SOLVEIG, "ADMINISTRATOR", "REQUESTED")
    yield Role(REFUSED, SOLVEIG, "CONTENT_ADMINISTRATOR", "REJECTED")
    yield Role(VINEYARD, SOLVEIG, "DIRECT_SPONSORED_CONTENT_POSTER")
    for branch in BRANCHES:
        yield Role(branch, MATEO, "ADMINISTRATOR")
    yield Role(TYPE_FOUNDRY, MATEO, "ADMINISTRATOR")
    yield Role(FERRY, MATEO, "CONTENT_ADMINISTRATOR")
    yield Role(REFUSED, MATEO, "ADMINISTRATOR", "REVOKED")
    yield Role(VINEYARD, MATEO, "CURATOR")
