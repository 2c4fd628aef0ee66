"""The documents are true: what can be compared with the code is."""

import ast
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from config.management.commands import write_docs
from connectors.errors import ConnectorError
from connectors.registry import CONNECTORS
from connectors.types import Capability
from monitoring import metrics
from publishing.states import State
from publishing.unsendable import Unsendable
from tenants.features import PLATFORM, catalogue
from tenants.keys import key_digest
from tenants.models import ApiKey, Tenant
from tests.docs import reading

ERRORS = "docs/api/errors.md"
OPERATIONS = "docs/operations.md"
ADRS = sorted((reading.ROOT / "docs" / "adr").glob("*.md"))


def kinds(root: type[ConnectorError] = ConnectorError) -> set[str]:
    """The kinds of all errors a connector can raise."""
    return {kind for child in root.__subclasses__() for kind in {child.kind} | kinds(child)}


# --- what the command writes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["docs/settings.md", ".env.example", "README.md"])
def test_a_document_made_from_the_code_is_current(path: str) -> None:
    assert reading.read(path) == write_docs.written()[path], "run: .venv/bin/python manage.py write_docs"


def test_every_setting_that_any_mode_reads_is_documented() -> None:
    modules = sorted((Path(settings.BASE_DIR) / "config" / "settings").glob("*.py"))
    nodes = [node for path in modules for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    read = set()
    for node in nodes:
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        reader = ast.unparse(node.func)
        if reader.startswith("env.") or reader == "platform_url":
            read.add(node.args[0].value)
    assert read == {setting.name for setting in write_docs.documented_settings()}


def test_the_pages_do_not_depend_on_the_environment_of_who_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    before = write_docs.settings_page()
    write_docs._readings.cache_clear()
    for name, value in {"PORT": "9123", "VAR_DIR": "/elsewhere", "META_APP_ID": "42", "SANDBOX": "0"}.items():
        monkeypatch.setenv(name, value)
    assert write_docs.settings_page() == before


def test_the_example_lists_every_setting_once_and_sets_none() -> None:
    lines = reading.read(".env.example").splitlines()
    assert all(line.startswith("#") for line in lines if line)
    listed = [hit[1] for line in lines if (hit := re.match(r"#([A-Z0-9_]+)=", line))]
    assert listed == [setting.name for setting in write_docs.documented_settings()]


def test_a_stale_document_is_named_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = write_docs.written()
    for path, text in fresh.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / ".env.example").write_text("old", encoding="utf-8")
    monkeypatch.setattr(write_docs, "written", lambda: fresh)
    monkeypatch.setattr(settings, "BASE_DIR", tmp_path)
    with pytest.raises(CommandError, match=r"Stale: \.env\.example\. "):
        call_command("write_docs", "--check")
    assert (tmp_path / ".env.example").read_text(encoding="utf-8") == "old"
    call_command("write_docs", stdout=StringIO())
    assert (tmp_path / ".env.example").read_text(encoding="utf-8") == fresh[".env.example"]
    call_command("write_docs", "--check", stdout=StringIO())


def test_every_capability_has_its_words_in_the_table() -> None:
    assert set(write_docs.CAPABILITY_WORDS) == set(Capability)


@pytest.mark.parametrize("slug", sorted(CONNECTORS))
def test_every_platform_has_a_page_of_facts(slug: str) -> None:
    assert (reading.ROOT / "docs" / "platforms" / f"{slug}.md").is_file()


# --- names in the code, names in the documents ---------------------------------------------------------------------


def test_every_code_that_the_hub_can_tell_is_explained() -> None:
    told = reading.told_codes()
    assert len(told) > 50  # the search itself works
    explained = reading.in_ticks(ERRORS)
    assert {code: place for code, place in told.items() if code not in explained} == {}


def test_no_code_is_explained_that_the_hub_does_not_know() -> None:
    known = set(reading.told_codes()) | kinds() | {f"connect_{kind}" for kind in kinds()} | dead_letter_kinds()
    source = "\n".join(ast.unparse(tree) for _, tree in reading.modules())
    rows = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", reading.read(ERRORS), re.M)
    codes = {code for row in rows for code in re.findall(r"`([a-z_]+)`", row)}
    assert len(codes) > 60
    assert {code for code in codes - known if f"'{code}'" not in source} == set()


def test_every_way_a_publish_can_fail_is_explained() -> None:
    explained = reading.in_ticks(ERRORS)
    assert kinds() | dead_letter_kinds() <= explained
    assert {f"connect_{kind}" for kind in kinds()} <= explained


def test_every_kind_of_dead_letter_has_a_remedy_in_operations() -> None:
    named = set(re.findall(r"^\| `([a-z_]+)` \| (?:failed|dlq) \|", reading.read(OPERATIONS), re.M))
    assert named == kinds() | dead_letter_kinds()


def dead_letter_kinds() -> set[str]:
    """The kinds that the workshop gives to letters itself, beside those of the connectors' errors."""
    found: set[str] = set()
    for _, tree in reading.modules("publishing"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Letter":
                found |= {str(part.value) for part in node.args[1:2] if isinstance(part, ast.Constant)}
    assert "poison" in found  # the search itself works
    return found | {why.kind for why in Unsendable.__subclasses__()}


def test_every_metric_is_explained_and_no_other() -> None:
    named = {word for word in reading.in_ticks("docs/metrics.md") if word.startswith("switchboard.")}
    assert named == set(metrics.NAMES)


def test_every_metric_that_is_sent_has_a_name_in_the_list() -> None:
    constants = {value for name, value in vars(metrics).items() if name.isupper() and isinstance(value, str)}
    assert {value for value in constants if value.startswith("switchboard.")} == set(metrics.NAMES)


def test_every_signal_is_explained_with_the_module_it_is_in() -> None:
    rows = set(re.findall(r"^\| `(\w+)` \| `([\w.]+)` \|", reading.read("docs/signals.md"), re.M))
    found = set()
    for path, tree in reading.modules():
        for node in tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.value) == "Signal()":
                module = ".".join(path.with_suffix("").parts)
                found |= {(ast.unparse(target), module) for target in node.targets}
    assert len(found) >= 5
    assert rows == found


def test_every_state_of_a_job_is_explained_to_clients_and_drawn() -> None:
    explained, drawn = reading.in_ticks("docs/api/publishing.md"), reading.read("docs/architecture.md")
    for state in State:
        assert state.value in explained
        assert state.value in drawn


@pytest.mark.django_db
def test_every_part_of_readiness_is_explained(client: Any, settings: Any) -> None:
    # Redis is a part of its own where RabbitMQ is the broker.
    settings.BROKER_URL, settings.REDIS_TLS = "amqp://hub@rabbit.example//", {}
    settings.REDIS_URL = settings.REDIS_URL or "redis://127.0.0.1:1/0"
    parts = {part["name"] for part in client.get("/readyz").json()["parts"]}
    section = reading.read(OPERATIONS).partition("## Is it well?")[2].partition("\n## ")[0]
    # Told only while a database came from a backup and nobody said so.
    assert parts | {"ledger"} == set(re.findall(r"^\| `(\w+)` \|", section, re.M))


# --- links, commands and snippets ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", reading.documents(), ids=str)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    broken = []
    for target in re.findall(r"!?\[[^\]]*\]\(([^)\s]+)\)", reading.prose(reading.read(path))):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        found = ((reading.ROOT / path.parent / place) if place else reading.ROOT / path).resolve()
        if not found.exists() or (
            anchor and found.suffix == ".md" and anchor not in reading.anchors(found.relative_to(reading.ROOT))
        ):
            broken.append(target)
    assert broken == []


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", reading.read("Makefile"), re.M))
    for path in ("README.md", "CONTRIBUTING.md", OPERATIONS, "CHANGELOG.md"):
        code = "\n".join(re.findall(r"`([^`\n]+)`", reading.prose(reading.read(path))))
        code += "\n" + "\n".join(block.text for language in ("sh", "bash") for block in reading.blocks(path, language))
        assert set(re.findall(r"\bmake ([a-z-]+)", code)) <= targets, path


def test_every_management_command_that_is_named_exists() -> None:
    ours = {path.stem for path in reading.ROOT.glob("*/management/commands/[a-z]*.py")}
    djangos = {"migrate", "check", "collectstatic", "createsuperuser", "changepassword", "shell", "axes_reset_username"}
    djangos |= {"showmigrations", "sendtestemail"}
    for path in reading.documents():
        if path.parts[:2] == ("docs", "platforms"):
            continue
        assert set(re.findall(r"manage\.py ([a-z_]+)", reading.read(path))) <= ours | djangos, path


def test_every_environment_variable_of_the_production_commands_is_a_setting() -> None:
    known = {setting.name for setting in write_docs.documented_settings()}
    exported = [
        word.partition("=")[0]
        for block in reading.blocks(OPERATIONS, "sh")
        for line in block.text.splitlines()
        if line.startswith("export ")
        for word in line.split()[1:]
    ]
    assert len(exported) >= 8
    assert {name.removesuffix("_FILE") for name in exported} <= known


@pytest.mark.django_db
def test_the_snippets_of_operations_do_what_they_say(capsys: pytest.CaptureFixture[str]) -> None:
    snippets = reading.blocks(OPERATIONS, "python")
    assert len(snippets) == 2
    said: dict[str, Any] = {}
    for snippet in snippets:
        exec(compile(snippet.text, OPERATIONS, "exec"), said)  # noqa: S102 - our own document
    text = capsys.readouterr().out.split()[0]
    tenant = Tenant.objects.get(slug="acme")
    first, second = tenant.api_keys.order_by("id")
    assert first.digest == key_digest(text)
    assert first.revoked_at is not None
    assert second.scopes == ["posts:read"]
    assert ApiKey.objects.count() == 2


@pytest.mark.django_db
def test_the_tables_that_operations_names_exist() -> None:
    there = set(connection.introspection.table_names())
    named = {"vault_master_keys", "vault_data_keys", "encrypted_secrets", "publish_jobs", "dead_letters"}
    assert named <= there


# --- house rules of the documents ----------------------------------------------------------------------------------


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len(reading.read("README.md").splitlines()) < 250


@pytest.mark.parametrize("path", ADRS, ids=lambda path: path.stem)
def test_a_decision_has_its_four_parts_and_fits_on_a_page(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("## ")] == [
        "## Status",
        "## Context",
        "## Decision",
        "## Consequences",
    ]
    assert lines[0].startswith(f"# {int(path.name[:4])}. ")
    assert len(lines) < 70


@pytest.mark.parametrize("path", sorted((reading.ROOT / "docs" / "images").glob("*")), ids=lambda path: path.name)
def test_a_picture_is_light_and_is_shown_somewhere(path: Path) -> None:
    assert path.stat().st_size < 250_000
    assert any(path.name in reading.read(document) for document in reading.documents())


def test_every_switch_is_explained_in_its_own_words() -> None:
    page = reading.read("docs/flags.md")
    for feature in catalogue():
        assert f"`{feature.name}`" in page, feature.name
        if not feature.name.startswith(PLATFORM):
            assert f"| `{feature.name}` | {feature.about} | {feature.off} |" in page, feature.name
        else:
            assert feature.off in page, feature.name
