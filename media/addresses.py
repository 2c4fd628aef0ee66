"""Which addresses of the network a stranger's URL may lead to: public ones, and none of this machine or its surroundings.

The name is resolved once, every address it has is looked at, and the connection goes to one of those very addresses. Nobody
resolves the name again in between, so a name server that answers differently the second time (DNS rebinding) gains nothing.
"""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

#: Addresses of one host that are tried before it counts as out of reach.
MOST_TRIED: Final = 4

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Public by the registries, and yet not for strangers: Azure's host service, and relays that lead elsewhere.
_NOT_FOR_STRANGERS: Final = tuple(
    ipaddress.ip_network(net) for net in ("168.63.129.16/32", "192.88.99.0/24", "64:ff9b:1::/48", "fec0::/10", "::/96")
)
#: Addresses of the new Internet that stand for one of the old: what they stand for is looked at.
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class NotAllowed(Exception):
    """The address is not one that a stranger may lead us to. The text is for the author and names no address."""


class NotFoundInDns(Exception):
    """The host has no address."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be reached."""

    ports: frozenset[int]
    #: For trying things on one machine: loopback is allowed then, on any port.
    loopback: bool = False


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the public Internet, looking through those that wrap another."""
    inner = _wrapped(address)
    if inner is not None:
        return is_public(inner)
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in net for net in _NOT_FOR_STRANGERS if net.version == address.version)
    )


def _wrapped(address: Address) -> Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def checked(host: str, port: int, rules: Rules) -> list[tuple[int, Any]]:
    """Resolve a host and return family and socket address of each of its addresses; raises unless every one is allowed.

    Every one, because who mixes a public address with a private one is up to something.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotFoundInDns(host) from None
    places = []
    for family, _, _, _, place in found:
        address = ipaddress.ip_address(str(place[0]).partition("%")[0])
        loopback = rules.loopback and (_wrapped(address) or address).is_loopback
        if not loopback and not is_public(address):
            raise NotAllowed("It leads to this machine or a private network.")
        if not loopback and port not in rules.ports:
            raise NotAllowed(f"Port {port} is not one that is asked here.")
        places.append((int(family), place))
    if not places:
        raise NotFoundInDns(host)
    return places


def dial(
    host: str, port: int, rules: Rules, *, timeout: float, opened: Callable[[socket.socket], None]
) -> socket.socket:
    """Connect to a host at an address that was checked; ``opened`` sees the socket before it connects."""
    trouble: OSError = OSError("no address")
    for family, place in checked(host, port, rules)[:MOST_TRIED]:
        link = socket.socket(family, socket.SOCK_STREAM)
        opened(link)
        try:
            link.settimeout(timeout)
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link.connect(place)
        except OSError as error:
            link.close()
            trouble = error
        else:
            return link
    raise trouble
