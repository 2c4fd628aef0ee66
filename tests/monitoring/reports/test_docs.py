"""The pages about views and reports are true: columns, queries, commands and the program."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from django.test import Client

from foundation.secret import Secret
from monitoring.reports.api import REPORTS
from monitoring.reports.definitions import VIEWS
from tenants.scopes import SCOPES
from tenants.services import create_api_key
from tests.docs import reading
from tests.docs.test_curl import HUB, commands
from tests.monitoring.reports.conftest import Ledger
from tests.monitoring.reports.test_installing import MODELS

VIEWS_PAGE, API_PAGE = "docs/views.md", "docs/api/reports.md"


def test_the_page_of_the_views_tells_every_column_in_its_order_and_in_the_words_of_the_code() -> None:
    sections = dict(re.findall(r"^## (api_\w+)\n(.*?)(?=^## |\Z)", reading.read(VIEWS_PAGE), re.M | re.S))
    assert sections.keys() == VIEWS.keys()
    for model in MODELS:
        if model._meta.db_table in VIEWS:
            told = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", sections[model._meta.db_table], re.M)
            fields = [field for field in model._meta.concrete_fields if field.column]
            assert [(name, words) for name, _, words in told] == [(one.column, one.help_text) for one in fields]
            assert ["may be NULL" in kind for _, kind, _ in told] == [one.null for one in fields]


@pytest.mark.django_db
def test_the_queries_of_the_page_run_and_name_the_columns_that_they_show() -> None:
    queries, shown = reading.blocks(VIEWS_PAGE, "sql"), reading.blocks(VIEWS_PAGE, "text")
    assert len(queries) == len(shown) == len(VIEWS)
    for query, table in zip(queries, shown, strict=True):
        with connection.cursor() as cursor:
            cursor.execute(query.text.replace(";", ""))
            assert [column[0] for column in cursor.description or ()] == table.text.split("\n")[0].replace(
                "|", ""
            ).split()


@pytest.mark.django_db
def test_the_commands_and_the_program_of_the_page_about_reports_do_what_it_says(
    make_ledger: Callable[[int], Ledger], now: datetime, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    ledger = make_ledger(1)
    ledger.published(ledger.tenants[0], "meta", now - timedelta(minutes=5), 2_000)
    _, key = create_api_key(tenant=ledger.tenants[0], name="Docs", scopes=SCOPES, actor="system:test")
    (block,) = reading.blocks(API_PAGE, "bash")
    asked = commands(block.text, {"HUB": HUB, "KEY": key.reveal()})
    assert len(asked) == block.text.count("(answers 200)")
    for request in asked:
        assert Client().get(request.url.removeprefix(HUB), headers=request.headers).status_code == 200
    assert {name for name in REPORTS if f"/api/reports/{name}/" in reading.read(API_PAGE)} == set(REPORTS)
    assert "2.0 seconds each" in _printed(reading.blocks(API_PAGE, "python")[0].text, key, monkeypatch, capsys)


def _printed(program: str, key: Secret, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> str:
    """Run the program with a line to the hub in this process."""
    monkeypatch.syspath_prepend(str(reading.ROOT / "clients" / "python"))
    monkeypatch.setenv("HUB", "http://testserver")
    monkeypatch.setenv("KEY", key.reveal())
    from switchboard_client import Switchboard

    hub = Switchboard("http://testserver", key.reveal())
    line = httpx.Client(
        base_url="http://testserver",
        transport=httpx.WSGITransport(app=get_wsgi_application()),
        headers={"Authorization": f"Bearer {key.reveal()}"},
    )
    hub.api.set_httpx_client(line)
    monkeypatch.setattr("switchboard_client.Switchboard", lambda *arguments: hub)
    for signal in (request_started, request_finished):  # the test's transaction lives in the connection
        signal.disconnect(close_old_connections)
    try:
        exec(compile(program, API_PAGE, "exec"), {})  # noqa: S102 - a page of ours
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    return str(capsys.readouterr().out)
