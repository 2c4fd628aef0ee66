"""Where Redis is: every way to write it, and refusals that name no password."""

import socket
import time
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection
from redis import Redis
from redis.connection import SSLConnection
from redis.exceptions import ConnectionError as NoConnectionError
from redis.sentinel import SentinelConnectionPool, SentinelManagedConnection, SentinelManagedSSLConnection

from foundation import redis_servers
from foundation.redis_servers import Address, read
from tests.servers import redis, sentinels, tls
from tests.servers.process import free_port


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://:pw@h:6380/3", Address((("h", 6380),), 3, False, password="pw")),
        ("redis://h", Address((("h", 6379),), 0, False)),
        ("rediss://me:p%40w@h/1", Address((("h", 6379),), 1, True, username="me", password="p@w")),
        ("redis://[::1]:6380/0", Address((("::1", 6380),), 0, False)),
        (
            "redis+sentinel://:pw@one:26380,two/hub/2",
            Address((("one", 26380), ("two", 26379)), 2, False, "hub", password="pw"),
        ),
        ("rediss+sentinel://one/hub", Address((("one", 26379),), 0, True, "hub")),
    ],
)
def test_an_address_is_read(url: str, address: Address) -> None:
    assert read(url) == address


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://:canary@h/0", "begins with none of redis://"),
        ("redis://:canary@one,two/0", "it names several hosts"),
        ("redis+sentinel://:canary@one,two", "the name by which the sentinels know the master is missing"),
        ("redis://:canary@h:port/0", "a host, or its port, is missing"),
        ("redis://:canary@/0", "a host, or its port, is missing"),
        ("redis://:canary@h:6379/first", "is no number of a database"),
    ],
)
def test_what_is_no_address_is_refused_in_words_without_the_password(url: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        read(url)
    assert "canary" not in str(refused.value)
    assert "pw" not in repr(read("redis://:pw@h/0"))


def test_celery_hears_of_every_sentinel_with_the_password_of_redis() -> None:
    address = read("redis+sentinel://me:p%2Fw@one:26380,[::1]/hub/2")
    assert address.for_celery("unused") == "sentinel://me:p%2Fw@one:26380/2;sentinel://me:p%2Fw@[::1]:26379/2"
    assert read("redis://h/0").for_celery("redis://h/0") == "redis://h/0"


def test_connections_are_bounded_and_kept_alive_wherever_redis_is(settings: Any) -> None:
    settings.REDIS_TLS, settings.REDIS_SENTINEL = {}, {"password": "of the sentinels", "socket_timeout": 1.0}
    for url in ("redis://:pw@h/1", "redis+sentinel://:pw@one,two/hub/1"):
        settings.REDIS_URL = url
        told = redis_servers.pool().connection_kwargs
        assert told["socket_timeout"] <= 1
        assert told["socket_connect_timeout"] <= 1
        assert told["socket_keepalive_options"][socket.TCP_KEEPCNT] > 0
        assert (told["db"], told["password"]) == (1, "pw")
    watched = redis_servers.pool()
    assert isinstance(watched, SentinelConnectionPool)
    assert watched.connection_class is SentinelManagedConnection
    asked = [one.connection_pool.connection_kwargs for one in watched.sentinel_manager.sentinels]
    assert [(one["host"], one["password"]) for one in asked] == [
        ("one", "of the sentinels"),
        ("two", "of the sentinels"),
    ]


def test_tls_is_asked_for_with_the_authority_of_the_settings(settings: Any) -> None:
    settings.REDIS_TLS = {"ssl_ca_certs": "/authority.pem", "ssl_cert_reqs": "required", "ssl_check_hostname": True}
    settings.REDIS_SENTINEL = {"ssl": True, **settings.REDIS_TLS}
    for url, kind in (("rediss://h/0", SSLConnection), ("rediss+sentinel://one/hub", SentinelManagedSSLConnection)):
        settings.REDIS_URL = url
        connections = redis_servers.pool()
        assert connections.connection_class is kind
        assert connections.connection_kwargs["ssl_ca_certs"] == "/authority.pem"
        assert connections.connection_kwargs["ssl_cert_reqs"] == "required"


def test_tls_is_spoken_with_who_is_vouched_for_and_with_nobody_else(settings: Any, tmp_path: Path) -> None:
    authority = tls.Authority(tmp_path)
    with redis.running(own=True) as server, tls.door(server.port, authority) as port:
        settings.REDIS_URL = f"rediss://:{server.password}@127.0.0.1:{port}/0"
        settings.REDIS_TLS = {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
        with redis_servers.client() as client, pytest.raises(NoConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
            client.ping()
        settings.REDIS_TLS |= {"ssl_ca_certs": str(authority.file)}
        with redis_servers.client() as client:
            assert client.ping()


def test_sentinels_and_whom_they_name_have_to_be_vouched_for(settings: Any, tmp_path: Path) -> None:
    authority = tls.Authority(tmp_path)
    with (
        redis.running(own=True) as server,
        tls.door(server.port, authority) as port,
        sentinels.one(server, port_told=port) as sentinel,
        tls.door(sentinel.port, authority) as asked,
    ):
        settings.REDIS_URL = f"rediss+sentinel://:{server.password}@127.0.0.1:{asked}/{sentinels.NAME}/0"
        trust: dict[str, Any] = {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
        told = {"password": sentinel.password, "ssl": True, "retry": settings.REDIS_SENTINEL["retry"]}
        settings.REDIS_TLS, settings.REDIS_SENTINEL = trust, told | trust
        with redis_servers.client() as client, pytest.raises(NoConnectionError, match="No master found"):
            client.ping()
        trust |= {"ssl_ca_certs": str(authority.file)}
        # Trusting the sentinels is not enough.
        settings.REDIS_SENTINEL = told | trust
        settings.REDIS_TLS = {"ssl_cert_reqs": "required", "ssl_check_hostname": True}
        with redis_servers.client() as client, pytest.raises(NoConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
            client.ping()
        settings.REDIS_TLS = trust
        with redis_servers.client() as client, _broker(settings) as broker:
            assert client.ping()
            channel: Any = broker.default_channel
            assert channel.client.ping()


def _broker(settings: Any) -> Connection:
    """Return what Celery would: the settings in its words, as ``config.settings.broker`` puts them."""
    return Connection(
        redis_servers.read(settings.REDIS_URL).for_celery(settings.REDIS_URL),
        ssl=settings.REDIS_TLS,
        transport_options={"master_name": sentinels.NAME, "sentinel_kwargs": settings.REDIS_SENTINEL, "max_retries": 0},
    )


def test_a_sentinel_that_is_dead_holds_nobody_up(settings: Any) -> None:
    settings.REDIS_URL, settings.REDIS_TLS = f"redis+sentinel://127.0.0.1:{free_port()}/hub", {}
    began = time.monotonic()
    with redis_servers.client() as client, pytest.raises(NoConnectionError, match="No master found"):
        client.ping()
    assert time.monotonic() - began < 1


def test_another_master_is_found_when_the_first_falls(settings: Any) -> None:
    with sentinels.running(count=1, down_after_ms=400) as guarded:
        settings.REDIS_URL, settings.REDIS_TLS = guarded.url, {}
        settings.REDIS_SENTINEL = {"password": guarded.sentinel_password}
        with Redis.from_pool(redis_servers.pool(socket_timeout=20.0, socket_connect_timeout=20.0)) as client:
            client.set("before", "kept")
            assert client.wait(1, 10_000) == 1  # the replica has it
            guarded.kill()
            assert client.get("before") == b"kept"
            assert client.set("after", "taken")
