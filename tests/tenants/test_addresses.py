"""The client's own address, whoever stands in between."""

from typing import Any

import pytest
from django.test import RequestFactory

from tenants.addresses import client_address, guessing_address, network_of


def asked(peer: str, forwarded: str = "") -> Any:
    more: Any = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return RequestFactory().get("/", REMOTE_ADDR=peer, **more)


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        (0, "203.0.113.7", "1.2.3.4", "203.0.113.7"),
        (1, "10.0.0.1", "203.0.113.7", "203.0.113.7"),
        (1, "10.0.0.1", "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "10.0.0.1", "6.6.6.6, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "10.0.0.1", "203.0.113.7", "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "nonsense", "10.0.0.1"),
        (1, "10.0.0.1", "203.0.113.7:5123", "203.0.113.7"),
        (1, "10.0.0.1", "[2001:db8::7]:5123", "2001:db8::7"),
        (0, "::ffff:203.0.113.7", "", "203.0.113.7"),
        (0, "", "", ""),
    ],
)
def test_the_client_is_counted_from_the_right_and_strangers_words_on_the_left_are_not_believed(
    settings: Any, proxies: int, peer: str, forwarded: str, expected: str
) -> None:
    settings.PROXIES = proxies
    assert client_address(asked(peer, forwarded)) == expected


def test_who_has_a_whole_network_of_addresses_guesses_as_one(settings: Any) -> None:
    settings.PROXIES = 0
    assert guessing_address(asked("2001:db8:1:2:aaaa::1")) == guessing_address(asked("2001:db8:1:2:bbbb::2"))
    assert guessing_address(asked("203.0.113.7")) == "203.0.113.7"
    assert guessing_address(asked("")) is None


def test_of_an_address_only_its_network_is_kept() -> None:
    assert network_of("203.0.113.77") == "203.0.113.0/24"
    assert network_of("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert network_of("") == ""
