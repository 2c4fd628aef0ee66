"""Where a client app's end users may be sent back to: one strict reading of addresses, and a list of origins per tenant.

An address that two programs read differently is how people are sent astray, so an address is taken only in a form that every
program reads alike: plain ASCII, no user part, no fragment, no backslash, a host of labels, a port in plain digits.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from typing import Final
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.conf import settings
from django.db import transaction

from connectors.models import ReturnOrigin
from foundation.errors import Finding, Invalid, NotFound
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE
from tenants.services import record

LONGEST: Final = 2000
MOST_ORIGINS: Final = 100
#: What we add to the address; an address that says one of these already would be read in two ways.
OURS: Final = ("status", "connect_link", "state", "connection", "error")
_PLAIN: Final = r"[A-Za-z0-9\-._~!$&'()*+,;=:@%/]"
_ADDRESS: Final = re.compile(
    rf"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.\-]+|\[::1\])(?::(?P<port>[1-9][0-9]{{0,4}}))?"
    rf"(?P<path>/{_PLAIN}*)?(?:\?(?P<query>(?:{_PLAIN}|\?)*))?",
    re.ASCII | re.IGNORECASE,
)
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_DEFAULT_PORTS: Final = {"https": "443", "http": "80"}


@dataclass(frozen=True, slots=True)
class Address:
    """An address in its one written form."""

    origin: str
    path: str
    query: str

    @property
    def text(self) -> str:
        """The whole address."""
        return f"{self.origin}{self.path}?{self.query}" if self.query else f"{self.origin}{self.path}"


def read_address(text: str) -> Address:
    """Return an address that people can be sent to; raises ``Invalid`` saying what is wrong with it."""
    if len(text) > LONGEST:
        raise _refused("return_url", f"The address is longer than {LONGEST:,} characters.", "Send a shorter one.")
    address = _read(text, "return_url")
    said = {name for name, _ in parse_qsl(address.query, keep_blank_values=True)}
    if taken := sorted(said & set(OURS)):
        raise _refused(
            "return_url",
            f"The address has {', '.join(taken)} in its query, which the hub adds itself.",
            "Take it out; what you want back goes into state.",
        )
    return address


def read_origin(text: str) -> str:
    """Return an origin in its one written form; raises ``Invalid`` saying what is wrong with it."""
    address = _read(text, "origin")
    if address.path != "/" or address.query or text.endswith("?"):
        raise _refused(
            "origin", "An origin has no path and no query.", "Send scheme, host and port only: https://app.example.com"
        )
    return address.origin


def is_listed(tenant: Tenant, origin: str) -> bool:
    """Tell whether a tenant lets people be sent to this origin."""
    return ReturnOrigin.objects.filter(tenant=tenant, origin=origin).exists()


def require_listed(tenant: Tenant, text: str) -> str:
    """Return an address of an origin that the tenant has listed; raises ``Invalid`` with the remedy."""
    address = read_address(text)
    if not is_listed(tenant, address.origin):
        cause = f"{address.origin} is not among the return addresses of {tenant.name}."
        remedy = "An owner adds it under Settings, Return addresses, or a client app by POST /api/return-origins/."
        raise Invalid(
            cause,
            remedy=remedy,
            code="return_origin_unlisted",
            findings=[Finding("return_url", "return_origin_unlisted", cause, remedy)],
        )
    return address.text


@transaction.atomic
def add_origin(*, principal: Principal, origin: str) -> tuple[ReturnOrigin, bool]:
    """List an origin; return it, and whether that is news. Audited. Raises ``Invalid``."""
    principal.require(CONNECTIONS_WRITE)
    written = read_origin(origin.strip())
    if ReturnOrigin.objects.filter(tenant=principal.tenant).exclude(origin=written).count() >= MOST_ORIGINS:
        raise Invalid(
            f"There are {MOST_ORIGINS} return addresses already.",
            remedy="Remove one that is no longer used.",
            code="too_many_return_origins",
        )
    row, new = ReturnOrigin.objects.get_or_create(
        tenant=principal.tenant, origin=written, defaults={"created_by": principal.actor[:160]}
    )
    if new:
        record(
            tenant=principal.tenant, actor=principal.actor, action="return_origin.added", subject=row, origin=written
        )
    return row, new


@transaction.atomic
def remove_origin(*, principal: Principal, row: ReturnOrigin) -> None:
    """Take an origin off the list: new links no longer lead there, and those under way do not either. Audited."""
    principal.require(CONNECTIONS_WRITE)
    record(
        tenant=principal.tenant, actor=principal.actor, action="return_origin.removed", subject=row, origin=row.origin
    )
    row.delete()


def origin_of(tenant: Tenant, origin_id: UUID) -> ReturnOrigin:
    """Return one listed origin of a tenant; raises ``NotFound``, also for another tenant's."""
    found = ReturnOrigin.objects.filter(tenant=tenant, pk=origin_id).first()
    if found is None:
        raise NotFound("There is no such return address.", remedy="List them to find its id.")
    return found


def with_outcome(address: str, outcome: dict[str, str]) -> str:
    """Return an address read before, with the outcome added to its query; empty values are left out."""
    read = _read(address, "return_url")
    added = urlencode({name: value for name, value in outcome.items() if value})
    return Address(read.origin, read.path, f"{read.query}&{added}" if read.query else added).text


def origin_in(address: str) -> str:
    """Return the origin of an address read before."""
    return _read(address, "return_url").origin


def host_words(origin: str) -> str:
    """Return an origin as people read it: a host in Punycode stays so, with the letters it stands for beside it."""
    host = origin.removeprefix("https://")
    if "xn--" not in host:
        return host
    try:
        return f"{host} ({host.encode('ascii').decode('idna')})"
    except UnicodeError:
        return host


def _read(text: str, field: str) -> Address:
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise _refused(
            field,
            "This is no address of the form https://host/path.",
            "Send it in plain ASCII (a host of other letters in its xn-- form), without a user part, fragment or spaces.",
        )
    scheme, host = found["scheme"].lower(), found["host"].lower()
    port = found["port"] or ""
    if port and int(port) > 65535:
        raise _refused(field, f"There is no port {port}.", "Send a port up to 65535.")
    if host in _LOOPBACK:
        if not settings.EMBEDDED:
            raise _refused(field, "People cannot be sent to this machine itself.", "Send the address of your app.")
    else:
        if scheme != "https":
            raise _refused(field, "The address is not https.", "Serve your app by https and send that address.")
        if not _is_host(host):
            raise _refused(field, f"{host} is no host name of the public web.", "Send a name such as app.example.com.")
    shown = f":{port}" if port and port != _DEFAULT_PORTS[scheme] else ""
    return Address(f"{scheme}://{host}{shown}", found["path"] or "/", found["query"] or "")


def _is_host(host: str) -> bool:
    labels = host.split(".")
    if len(host) > 253 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    # Browsers take a name whose last part begins like a number for an IPv4 address, in any of its strange notations.
    if not labels[-1][0].isdigit():
        return labels[-1] != "localhost"
    try:
        return not IPv4Address(host).is_loopback
    except AddressValueError:
        return False


def _refused(field: str, cause: str, remedy: str) -> Invalid:
    code = "bad_return_url" if field == "return_url" else "bad_return_origin"
    return Invalid(cause, remedy=remedy, code=code, findings=[Finding(field, code, cause, remedy)])
