"""Where a request comes from: the client's own address, also behind proxies, and how much of it may be kept."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address


def client_address(request: HttpRequest) -> str:
    """Return the client's address, or an empty text where there is none (a socket of this machine).

    Behind proxies it is counted from the right of ``X-Forwarded-For``: what stands further left is anybody's word.
    """
    found = _client(request)
    return str(found) if found else ""


def guessing_address(request: HttpRequest) -> str | None:
    """Return the address under which wrong guesses are counted: who has an IPv6 address has 2^64 of them."""
    found = _client(request)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False).network_address)
    return str(found) if found else None


def network_of(address: str) -> str:
    """Return the network an address lies in, which is enough to tell an office from a stranger and too little to tell a person."""
    found = _read(address)
    if found is None:
        return ""
    return str(ip_network((found, 24 if isinstance(found, IPv4Address) else 48), strict=False))


def _client(request: HttpRequest) -> Address | None:
    peer = _read(request.META.get("REMOTE_ADDR", ""))
    if not settings.PROXIES:
        return peer
    chain = [part for line in [request.META.get("HTTP_X_FORWARDED_FOR", "")] for part in line.split(",")]
    # A chain that is too short did not come through all proxies: then the peer is all that is known.
    return (_read(chain[-settings.PROXIES]) if len(chain) >= settings.PROXIES else None) or peer


def _read(text: str) -> Address | None:
    """Return the address in a text, which may carry a port."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
