"""The demo world: two clients, two people, their accounts and locations. Fixed ids, so that examples stay true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.google_business.moments import micros
from sandbox.google_business.records import Account, App, Location, Membership, Person, Review
from sandbox.google_business.state import State

REDIRECT_URIS = (
    "http://127.0.0.1:8000/api/oauth/google_business/callback",
    "http://localhost:8000/api/oauth/google_business/callback",
)

DEFAULT_APP_ID = "740000000001-sandboxprofiles.apps.googleusercontent.com"
DEFAULT_APP_SECRET = "sandbox-google-approved-secret"
# Its project was never approved, and its consent screen is in Testing: where every new project begins.
NEW_APP_ID = "740000000002-sandboxnew.apps.googleusercontent.com"
NEW_APP_SECRET = "sandbox-google-new-secret"
PROJECT, NEW_PROJECT = "740000000001", "740000000002"

INES, TOMASZ = "104270000000000000001", "104270000000000000002"
INES_ACCOUNT, TOMASZ_ACCOUNT = "118134071001002480001", "118134071001002480002"
BAKERIES, KIOSKS = "103433320649253510001", "103433320649253510002"

# Beyond 2^63, as the real ones are.
BAKERY, CAFE, WORKSHOP, GALLERY = (f"1210188356692049{number}" for number in (7101, 7102, 7103, 7104))
UNVERIFIED, PENDING, WAITING, CONTESTED, SUSPENDED, DISABLED, CLOSED, RESTING, DOUBLE = (
    f"1210188356692049{number}" for number in range(7201, 7210)
)
KIOSK_IDS = [f"1310188356692049{number}" for number in range(8001, 8113)]
GROUP_IDS = [f"1034333206492535200{number:02d}" for number in range(1, 25)]


def seed(state: State, now: float) -> None:
    """Fill an empty town, its reviews some days old."""
    uris = list(REDIRECT_URIS)
    for app in (
        App(DEFAULT_APP_ID, DEFAULT_APP_SECRET, "Switchboard", PROJECT, list(uris)),
        App(NEW_APP_ID, NEW_APP_SECRET, "Switchboard (new)", NEW_PROJECT, list(uris), approved=False, testing=True),
    ):
        state.apps.put(app.id, app)
    for person in (
        Person(INES, "Inês Caldeira", "Inês", "ines@sandbox.example", INES_ACCOUNT),
        Person(TOMASZ, "Tomasz Źrebiec", "Tomasz", "tomasz@sandbox.example", TOMASZ_ACCOUNT),
    ):
        state.people.put(person.id, person)
        state.accounts.put(person.account_id, Account(person.account_id, person.name, "PERSONAL"))
        state.save_membership(Membership(person.account_id, person.id))
    for account, person_id, role in _groups():
        state.accounts.put(account.id, account)
        state.save_membership(Membership(account.id, person_id, role))
    for location in _locations():
        state.locations.put(location.id, location)
    for review in _reviews(now):
        state.save_review(review)


def _groups() -> Iterator[tuple[Account, str, str]]:
    yield Account(BAKERIES, "Padarias do Sol", "LOCATION_GROUP"), INES, "OWNER"
    yield Account(KIOSKS, "Kioski Zorza", "LOCATION_GROUP"), TOMASZ, "MANAGER"
    for number, group_id in enumerate(GROUP_IDS, start=1):
        yield Account(group_id, f"Agencja Świt, klient {number:02d}", "LOCATION_GROUP"), TOMASZ, "MANAGER"


def _locations() -> Iterator[Location]:
    """Two of Inês herself, a group of hers in which everything goes wrong once, a chain of 112, and what both reach."""
    yield _place(CAFE, "Café Açafrão", [INES_ACCOUNT, BAKERIES], "Lisboa", "Café", code="L-02")
    yield _place(GALLERY, "Galeria Ónix", [INES_ACCOUNT], "Porto", "Art gallery")
    yield _place(BAKERY, "Padaria do Sol", [BAKERIES], "Lisboa", "Bakery", code="L-01")
    yield _place(WORKSHOP, "Oficina São Jorge", [BAKERIES, KIOSKS], "Coimbra", "Bicycle repair", code="C-01")
    for location_id, title, standing in (
        (UNVERIFIED, "Padaria da Ponte (por verificar)", "verify"),
        (PENDING, "Padaria do Cais (código pedido)", "verify_pending"),
        (WAITING, "Padaria Nova (em revisão)", "wait"),
        (CONTESTED, "Padaria Velha (dois donos)", "conflict"),
        (SUSPENDED, "Padaria do Norte (suspensa)", "suspended"),
        (DISABLED, "Padaria do Sul (desativada)", "disabled"),
    ):
        yield _place(location_id, title, [BAKERIES], "Setúbal", "Bakery", standing=standing)
    yield _place(CLOSED, "Padaria do Largo (fechada)", [BAKERIES], "Évora", "Bakery", status="CLOSED_PERMANENTLY")
    yield _place(RESTING, "Padaria da Praia (férias)", [BAKERIES], "Faro", "Bakery", status="CLOSED_TEMPORARILY")
    yield _place(DOUBLE, "Padaria do Sol (em duplicado)", [BAKERIES], "Lisboa", "Bakery", duplicate=True)
    for number, kiosk_id in enumerate(KIOSK_IDS, start=1):
        yield _place(
            kiosk_id, f"Kiosk Zorza nr {number}", [KIOSKS], "Łódź", "Newsstand", code=f"Z-{number:03d}", country="PL"
        )


def _place(
    location_id: str,
    title: str,
    accounts: list[str],
    town: str,
    category: str,
    *,
    code: str = "",
    country: str = "PT",
    **more: Any,
) -> Location:
    status, language = more.pop("status", "OPEN"), "pl" if country == "PL" else "pt"
    tail = location_id[-4:]
    return Location(
        location_id,
        title,
        accounts,
        f"ChIJsandbox{location_id[-6:]}",
        f"9265023520374{tail}",
        store_code=code,
        language=language,
        address={
            "regionCode": country,
            "languageCode": language,
            "locality": town,
            "addressLines": [f"Rua {tail}, {tail[-2:]}"],
        },
        website=f"https://place-{tail}.sandbox.example/",
        phone=f"+351 210 00 {tail[:2]} {tail[2:]}",
        category=category,
        open_status=status,
        **more,
    )


_SAID = (
    ("Beatriz Antunes", 5, "The rye bread is gone by nine. Come at eight."),
    ("Jürgen Weiß", 2, "Warm welcome, cold coffee. 😕"),
    ("", 5, ""),
    ("Żaneta Król", 4, "Pastéis as they should be; the terrace is loud."),
    ("Luís Ferrão", 1, "Closed on a Tuesday although the sign said open."),
)


def _reviews(now: float) -> Iterator[Review]:
    """Hand-written ones at the bakery, one of them answered, and more than a page of them at the workshop."""
    for number, (reviewer, stars, comment) in enumerate(_SAID, start=1):
        yield _review(BAKERY, number, reviewer, stars, comment, now - number * 86_400)
    answered = _review(CAFE, 6, "Sinéad Walsh", 5, "Saffron in everything, and it works.", now - 7 * 86_400)
    answered.reply, answered.reply_fate = "Thank you, Sinéad. The buns are new.", "approved"
    answered.replied_us = micros(now - 6 * 86_400)
    yield answered
    for number in range(1, 64):
        yield _review(WORKSHOP, 100 + number, f"Cyclist {number}", 1 + number % 5, "", now - number * 7200)


def _review(location_id: str, number: int, reviewer: str, stars: int, comment: str, moment: float) -> Review:
    said_us = micros(moment)
    return Review(
        id=f"AbFvOqsandbox{number:04d}",
        location_id=location_id,
        reviewer=reviewer or "A Google user",
        stars=stars,
        comment=comment,
        created_us=said_us,
        updated_us=said_us,
        anonymous=not reviewer,
    )
