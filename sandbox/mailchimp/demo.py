"""The demo world: three accounts in two data centres, people with every role, their audiences. Fixed ids, made-up people."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.mailchimp.records import (
    Account,
    Audience,
    Domain,
    Interest,
    Key,
    Login,
    Member,
    MergeField,
    Role,
    Seat,
    Segment,
    Template,
)
from sandbox.mailchimp.state import State, hash_of

ROASTERY, BOOKSHOP, AGENCY = "5c2f0a19d3b84e7710aa3301", "5c2f0a19d3b84e7710aa3302", "5c2f0a19d3b84e7710aa3303"
GRETA, IBRAHIM, LUCIE, TOMASZ, NADJA = 410_001, 410_002, 410_003, 410_004, 410_005
LETTER, REGULARS, BEANS = "a6b5da1054", "b7c6eb2165", "c8d7fc3276"
READERS = "d9e80d4387"
CLIENTS = [f"e1{number:08x}" for number in range(1, 27)]
WINTER_TAG, WHOLESALE_TAG, CUPPING_SEGMENT = 210_301, 210_302, 210_303
MINIMAL_TEMPLATE = 10_001_001
_BORN = datetime(2021, 3, 4, 9, 30, tzinfo=UTC).timestamp()


@dataclass(frozen=True)
class Seated:
    """A person with a role in an account, and a key made there on the first day."""

    account_id: str
    login_id: int
    role: Role
    dc: str

    @property
    def key(self) -> str:
        """Return the key: public, and not written out anywhere so that no scanner of secrets takes it for a real one."""
        secret = hashlib.sha256(f"sandbox key of {self.login_id} in {self.account_id}".encode()).hexdigest()[:32]
        return f"{secret}-{self.dc}"


OWNER = Seated(ROASTERY, GRETA, "owner", "us19")
MANAGER = Seated(ROASTERY, IBRAHIM, "manager", "us19")
AUTHOR = Seated(ROASTERY, TOMASZ, "author", "us19")
VIEWER = Seated(ROASTERY, NADJA, "viewer", "us19")
FREE_OWNER = Seated(BOOKSHOP, LUCIE, "owner", "us6")
PREMIUM_OWNER = Seated(AGENCY, IBRAHIM, "owner", "us19")
PREMIUM_ADMIN = Seated(AGENCY, GRETA, "admin", "us19")
SEATED = (OWNER, MANAGER, AUTHOR, VIEWER, FREE_OWNER, PREMIUM_OWNER, PREMIUM_ADMIN)

LAYOUT = """<!doctype html>
<html><body style="font-family:Georgia,serif">
<h1 mc:edit="headline">A letter</h1>
<div mc:edit="body"><p>What is new this month.</p></div>
<p><em>*|LIST:DESCRIPTION|*</em> <a href="*|UNSUB|*">Unsubscribe</a> *|HTML:LIST_ADDRESS_HTML|*</p>
</body></html>
"""

_NAMES = [
    ("Ada", "Vinterberg"), ("Björn", "Åkesson"), ("Chloé", "Dufour"), ("Dağhan", "Çelik"), ("Éva", "Kovács"),
    ("Fionn", "Ó Briain"), ("Gülşen", "Yıldız"), ("Håkon", "Sæther"), ("Ines", "Gonçalves"), ("Jürgen", "Weiß"),
    ("Katarzyna", "Źródło"), ("Łukasz", "Wójcik"), ("María", "Peña"), ("Nguyễn", "An"), ("Øystein", "Lund"),
]  # fmt: skip
_LETTERS = str.maketrans({"ø": "oe", "ł": "l", "ı": "i", "ß": "ss", "æ": "ae", "đ": "d"})
_DOMAINS = ("posteo.test", "brevkasse.test", "courrier.test")


def seed(state: State) -> None:
    """Fill an empty town."""
    for account in _accounts():
        state.accounts.put(account.id, account)
    for login in _logins():
        state.logins.put(str(login.id), login)
    for one in SEATED:
        state.save_seat(Seat(one.account_id, one.login_id, one.role))
        key = Key(one.key, one.account_id, one.login_id, "First day", _BORN)
        state.keys.put(key.value.partition("-")[0], key)
    for audience in _audiences():
        state.lists.put(audience.id, audience)
        for field in _fields(audience):
            state.save_field(field)
    for interest in _interests():
        state.interests.put(f"{interest.list_id}:{interest.id}", interest)
    for segment in _segments():
        state.segments.put(str(segment.id), segment)
    for list_id, many in ((LETTER, 15), (REGULARS, 6), (READERS, 9), *((one, 2) for one in CLIENTS)):
        for member in _members(list_id, many):
            state.save_member(member)
    for domain in _domains():
        state.save_domain(domain)
    for account_id, number in (
        (ROASTERY, MINIMAL_TEMPLATE),
        (BOOKSHOP, MINIMAL_TEMPLATE + 1),
        (AGENCY, MINIMAL_TEMPLATE + 2),
    ):
        state.templates.put(str(number), Template(number, account_id, "Plain letter", LAYOUT, "user", _BORN, _BORN))


def _accounts() -> Iterator[Account]:
    yield Account(
        ROASTERY,
        "us19",
        "Rösterei Großmann",
        "standard",
        "Europe/Berlin",
        "Food & Drink",
        _contact("Rösterei Großmann", "Kaffeegasse 4", "Bremen", "28195", "DE"),
        _BORN,
    )
    yield Account(
        BOOKSHOP,
        "us6",
        "Librairie Œuvre",
        "free",
        "Europe/Paris",
        "Retail",
        _contact("Librairie Œuvre", "9 rue des Fées", "Nantes", "44000", "FR"),
        _BORN,
    )
    yield Account(
        AGENCY,
        "us19",
        "Häger & Partner",
        "premium",
        "Europe/Stockholm",
        "Marketing",
        _contact("Häger & Partner AB", "Skeppsbron 12", "Stockholm", "111 30", "SE"),
        _BORN,
    )


def _logins() -> Iterator[Login]:
    yield Login(GRETA, "Greta", "Großmann", "greta@grossmann-kaffee.test", "greta_grossmann")
    yield Login(IBRAHIM, "İbrahim", "Öztürk", "ibrahim@haeger.test", "ibrahim_oe")
    yield Login(LUCIE, "Lucie", "Nœuvillé", "lucie@oeuvre-livres.test", "lucie_oeuvre")
    yield Login(TOMASZ, "Tomasz", "Żak", "tomasz@grossmann-kaffee.test", "tomasz_zak")
    yield Login(NADJA, "Nadja", "Söderström", "nadja@grossmann-kaffee.test", "nadja_s")


def _contact(company: str, street: str, city: str, zip_code: str, country: str) -> dict[str, str]:
    return {
        "company": company,
        "addr1": street,
        "addr2": "",
        "city": city,
        "state": "",
        "zip": zip_code,
        "country": country,
    }


def _audience(list_id: str, account_id: str, name: str, sender: str, address: str, reminder: str) -> Audience:
    contact = {
        "company": sender,
        "address1": "Kaffeegasse 4",
        "address2": "",
        "city": "Bremen",
        "state": "",
        "zip": "28195",
        "country": "DE",
        "phone": "",
    }
    defaults = {"from_name": sender, "from_email": address, "subject": "", "language": "en"}
    return Audience(
        list_id, int(list_id[2:], 16) % 90_000_000 + 1_000_000, account_id, name, reminder, defaults, contact, _BORN
    )


def _audiences() -> Iterator[Audience]:
    why = "You asked for our letter."
    yield _audience(LETTER, ROASTERY, "Rösterei-Brief", "Rösterei Großmann", "post@grossmann-kaffee.test", why)
    yield _audience(REGULARS, ROASTERY, "Stammkunden ☕", "Greta Großmann", "post@grossmann-kaffee.test", why)
    yield _audience(BEANS, ROASTERY, "Rohkaffee (leer)", "Rösterei Großmann", "post@grossmann-kaffee.test", why)
    yield _audience(
        READERS,
        BOOKSHOP,
        "Lettre aux lecteurs",
        "Librairie Œuvre",
        "lettre@oeuvre-livres.test",
        "Vous lisez avec nous.",
    )
    for number, list_id in enumerate(CLIENTS, start=1):
        yield _audience(list_id, AGENCY, f"Client {number:02d}", "Häger & Partner", "news@haeger.test", why)


def _fields(audience: Audience) -> Iterator[MergeField]:
    yield MergeField(audience.id, 1, "FNAME", "First Name", "text")
    yield MergeField(audience.id, 2, "LNAME", "Last Name", "text")
    if audience.id == LETTER:
        yield MergeField(audience.id, 3, "LTV", "Lifetime value", "number")
        yield MergeField(audience.id, 4, "SINCE", "Customer since", "date")
        yield MergeField(audience.id, 5, "ROAST", "Favourite roast", "dropdown", choices=["Light", "Medium", "Dark"])
        yield MergeField(audience.id, 6, "ADDRESS", "Address", "address")
    if audience.id == REGULARS:
        yield MergeField(audience.id, 3, "MMERGE3", "Shop", "text", required=True)


def _interests() -> Iterator[Interest]:
    for number, name in enumerate(("Filter", "Espresso"), start=1):
        yield Interest(f"9f{number:08x}", LETTER, "7c00000001", "Brewing", name)


def _segments() -> Iterator[Segment]:
    yield Segment(WINTER_TAG, LETTER, "Winter fair", "static", _BORN, _BORN)
    yield Segment(WHOLESALE_TAG, LETTER, "Wholesale", "static", _BORN, _BORN)
    starts_with_a = {"condition_type": "TextMerge", "field": "FNAME", "op": "starts", "value": "A"}
    yield Segment(CUPPING_SEGMENT, LETTER, "First names in A", "saved", _BORN, _BORN, "all", [starts_with_a])


def _members(list_id: str, many: int) -> Iterator[Member]:
    for number, (first, last) in enumerate(_NAMES[:many]):
        email = f"{_plain(first)}.{_plain(last)}@{_DOMAINS[number % 3]}"
        marks = hash_of(f"{list_id}{email}")
        fields = {"FNAME": first, "LNAME": last}
        if list_id == REGULARS:
            fields["MMERGE3"] = "Bremen"
        member = Member(list_id, email, "subscribed", hash_of(email)[:10], marks, int(marks[:7], 16), fields)
        member.opted_in = member.changed = member.signed_up = _BORN + number * 86_400
        member.source, member.ip_opt = "Hosted Signup Form", "192.0.2.10"
        if list_id == LETTER and number % 3 == 0:
            member.tags = {str(WINTER_TAG): _BORN}
        if list_id == LETTER and number in (12, 13, 14):
            member.status, member.bound, member.reason = _LEFT[number - 12]
        yield member


_LEFT = (("unsubscribed", "unsub", "N/A (Unsubscribed by the contact)"), ("cleaned", "hard", ""), ("pending", "", ""))


def _domains() -> Iterator[Domain]:
    yield Domain(
        ROASTERY,
        "grossmann-kaffee.test",
        "greta@grossmann-kaffee.test",
        verified=True,
        authenticated=True,
        verified_at=_BORN,
    )
    yield Domain(
        ROASTERY,
        "neu.grossmann-kaffee.test",
        "greta@neu.grossmann-kaffee.test",
        verified=False,
        authenticated=False,
        code="4711",
    )
    yield Domain(
        BOOKSHOP,
        "oeuvre-livres.test",
        "lucie@oeuvre-livres.test",
        verified=True,
        authenticated=False,
        verified_at=_BORN,
    )
    yield Domain(AGENCY, "haeger.test", "ibrahim@haeger.test", verified=True, authenticated=True, verified_at=_BORN)


def _plain(name: str) -> str:
    """Write a name in the letters of an address."""
    letters = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalpha())
