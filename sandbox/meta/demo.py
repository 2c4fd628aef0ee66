"""The demo world: one app, two people, their Pages and Instagram accounts. Fixed ids, so that examples and screenshots stay true."""

from __future__ import annotations

from sandbox.meta.instagram_records import Account
from sandbox.meta.records import ALL_TASKS, DEFAULT_APP_ID, DEFAULT_APP_SECRET, App, Business, Human, Page
from sandbox.meta.state import State

REDIRECT_URIS = (
    "http://127.0.0.1:8000/api/oauth/meta/callback",
    "http://localhost:8000/api/oauth/meta/callback",
)
AMELIE, JONAS = "122090000000000001", "122090000000000002"
BAKERY, BICYCLES, CAFE, CHOIR = (f"10055000000000{number}" for number in ("101", "102", "103", "104"))
PORTFOLIO, AGENCY = "770010000000000001", "770010000000000002"
ORCHARD = "10055000000000105"
# Instagram: two businesses, a creator, and somebody's private account that hangs on a Page all the same.
IG_BAKERY, IG_CAFE, IG_ORCHARD, IG_CHOIR = (f"17841400000000{number}" for number in ("101", "103", "105", "104"))
IG_BRANCHES = tuple(f"17841400000000{number}" for number in range(201, 207))

_TOWNS = [
    "Aarhus",
    "Bergen",
    "Cádiz",
    "Dublin",
    "Évora",
    "Faro",
    "Göteborg",
    "Huesca",
    "Île-de-Ré",
    "Jönköping",
    "Köln",
    "León",
    "Málaga",
    "Nîmes",
    "Örebro",
    "Porto",
    "Quimper",
    "Reims",
    "Sète",
    "Tromsø",
    "Uppsala",
    "Vigo",
    "Würzburg",
    "Xàtiva",
    "Ystad",
    "Zürich",
    "Århus-Nord",
    "Besançon",
    "Chișinău",
    "Łódź",
    "Gdańsk",
    "Plzeň",
    "Tōkyō",
]


def seed(state: State) -> None:
    """Fill an empty town."""
    state.apps.put(
        DEFAULT_APP_ID,
        App(DEFAULT_APP_ID, DEFAULT_APP_SECRET, "Switchboard", list(REDIRECT_URIS), roles=[AMELIE]),
    )
    for person in (Human(AMELIE, "Amélie Laurent"), Human(JONAS, "Jonas Østergård")):
        state.people.put(person.id, person)
    for business in (
        Business(PORTFOLIO, "Nordlicht Gastronomie GmbH", [AMELIE]),
        Business(AGENCY, "Østergård & Friends Agency", [JONAS]),
    ):
        state.businesses.put(business.id, business)
    for page in (*_pages_of_amelie(), *_pages_of_jonas()):
        state.pages.put(page.id, page)
    for account in _accounts():
        state.instagram.accounts.put(account.id, account)
        linked = state.pages.get(account.page_id)
        if linked is not None:
            linked.instagram = account.id
            state.pages.put(linked.id, linked)


def _accounts() -> list[Account]:
    branches = [
        Account(
            account_id,
            f"sykkelhuset_{number:02d}",
            f"Sykkelhuset {_TOWNS[number - 1]}",
            "business",
            f"100550000000002{number:02d}",
            400 + number,
        )
        for number, account_id in enumerate(IG_BRANCHES, start=1)
    ]
    return [
        Account(
            IG_BAKERY, "boulangerie.eclair", "Boulangerie Éclair", "business", BAKERY, 2210, "Pain, amour et beurre 🥐"
        ),
        Account(IG_CAFE, "cafe.zoe", "Café Zoë", "creator", CAFE, 5120, "Coffee and what goes with it."),
        Account(IG_CHOIR, "choeur.prive", "Chœur (privé)", "personal", CHOIR, 31),
        Account(IG_ORCHARD, "applegarden", "Äpplegården 🍎", "business", ORCHARD, 64),
        *branches,
    ]


def _pages_of_amelie() -> list[Page]:
    everything = list(ALL_TASKS)
    return [
        Page(
            BAKERY,
            "Boulangerie Éclair 🥐",
            "boulangerie.eclair",
            "Bakery",
            {AMELIE: everything},
            about="Bread from five in the morning.",
            location="12 rue du Four, Lyon",
            followers=1284,
        ),
        Page(
            BICYCLES,
            "Fahrradwerkstatt Müller",
            "fahrrad.mueller",
            "Bicycle Repair Service",
            {AMELIE: everything},
            about="We mend what rolls.",
            followers=412,
        ),
        Page(
            CAFE,
            "Café Zoë",
            "cafe.zoe.nordlicht",
            "Café",
            {AMELIE: everything},
            owner_business=PORTFOLIO,
            about="Held in the portfolio Nordlicht Gastronomie.",
            followers=3057,
        ),
        # Here she may look and answer, but not publish.
        Page(
            CHOIR,
            "Chœur de la Rivière",
            "choeur.riviere",
            "Musician/Band",
            {AMELIE: ["ANALYZE", "MODERATE"]},
            followers=96,
        ),
    ]


def _pages_of_jonas() -> list[Page]:
    branches = [
        Page(
            f"100550000000002{number:02d}",
            f"Sykkelhuset {town}",
            f"sykkelhuset.{number:02d}",
            "Bicycle Shop",
            {JONAS: list(ALL_TASKS)},
            followers=100 + 17 * number,
        )
        for number, town in enumerate(_TOWNS, start=1)
    ]
    orchard = Page(
        ORCHARD,
        "Äpplegården",
        "applegarden",
        "Orchard",
        {JONAS: [task for task in ALL_TASKS if task != "MANAGE"]},
        client_of=[AGENCY],
        followers=58,
    )
    return [*branches, orchard]
