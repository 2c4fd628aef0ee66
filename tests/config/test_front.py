"""What servers and proxies in front may say of a request, and what of it is not believed."""

import logging
import runpy
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client
from django.utils.log import AdminEmailHandler

from tests.config.test_settings import ROOT
from tests.conftest import House


def test_a_moved_root_does_not_lead_around_the_addresses_of_the_admin(
    client: Client, house: House, settings: Any
) -> None:
    house.owner.is_staff = house.owner.is_superuser = True
    house.owner.save()
    client.force_login(house.owner)
    settings.ADMIN_ADDRESSES = (ip_network("10.0.0.0/8"),)
    for root in ("/x", "/x/y", "//"):
        assert client.get("/admin/", REMOTE_ADDR="203.0.113.7", SCRIPT_NAME=root).status_code == 404, root
    assert client.get("/admin/", REMOTE_ADDR="10.0.0.1").status_code == 200


def test_gunicorn_lets_no_header_move_the_root() -> None:
    from gunicorn.config import Config  # type: ignore[import-untyped]  # without types

    config = Config()
    assert config.forwarder_headers == ["SCRIPT_NAME", "PATH_INFO"], "what it would believe by itself"
    for name, value in runpy.run_path(str(ROOT / "config" / "gunicorn.py")).items():
        if name in config.settings:
            config.set(name, value)
    assert [name for name in config.forwarder_headers if name] == []
    assert config.accesslog is None, "the hub writes its own lines, with secrets struck out"


def test_nobody_is_mailed_a_crash_with_all_it_held() -> None:
    loggers = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    assert [one for one in loggers for handler in one.handlers if isinstance(handler, AdminEmailHandler)] == []


@pytest.mark.parametrize("forged", ["a\nINFO forged", "a\r\n2026-11-22 forged", "a\x1b[2Jforged", "a\u2028forged"])
def test_a_line_of_the_log_cannot_be_made_of_a_strangers_words(forged: str) -> None:
    root = logging.getLogger()
    ours = next(one for one in root.handlers if type(one) is logging.StreamHandler and one.formatter is not None)
    assert ours.formatter is not None
    record = logging.LogRecord("django.request", logging.WARNING, "x", 1, "Not Found: %s", (f"/{forged}",), None)
    told = ours.formatter.format(record)
    assert len(told.splitlines()) == 1, told
    assert "\x1b" not in told
    assert "forged" in told
