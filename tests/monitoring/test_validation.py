"""``validate_connectors``: six checks a connector, a file of results, an exit code that tells the truth, and nothing left."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from connectors.models import Connection
from connectors.types import ACCESS_TOKEN
from foundation.secret import Secret
from media.models import Media
from monitoring import validation
from sandbox.world import World
from tenants.models import Tenant
from vault.services import open_secret

ROOT = Path(__file__).resolve().parents[2]
SIX = [
    "create_test_connection",
    "get_connector_instance",
    "health_check",
    "fetch_accounts",
    "queue_management",
    "error_classification",
]
Validate = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def credentials(connection: Connection, tmp_path: Path) -> Path:
    """A file with the token of a connected Meta account."""
    token = open_secret(tenant_id=connection.tenant_id, connection_id=connection.pk, kind=ACCESS_TOKEN, purpose="test")
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps({"meta": {"access_token": token.reveal()}}))
    return file


@pytest.fixture
def validate(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Validate:
    """Run the command as against the real platforms, which the town stands for; return its exit code and its results."""
    settings.SANDBOX, settings.PLATFORM_GATEWAY_URL, settings.MEDIA_ROOT = False, "", tmp_path / "media"

    def run(**options: Any) -> tuple[int, dict[str, Any]]:
        said, file, code = io.StringIO(), tmp_path / "logs" / "results.json", 0
        try:
            call_command("validate_connectors", live=True, json=True, output=file, stdout=said, **options)
        except SystemExit as end:
            code = int(str(end.code))
        results: dict[str, Any] = json.loads(file.read_text())
        assert results == json.loads(said.getvalue())
        return code, results

    return run


def _rows() -> dict[str, int]:
    """Count the rows of every table, but for what the clean-up of files still has to do."""
    kept = [model for model in apps.get_models() if model._meta.label != "media.Leftover"]
    return {model._meta.label: model._default_manager.count() for model in kept}


def test_a_newcomer_validates_a_connector_without_account_or_server(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    command = [sys.executable, "manage.py", "validate_connectors", "--platform", "mailchimp", "--output", str(file)]
    # An installation's own settings must not lead it to the real platforms.
    handed_on = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    set_here = {"SANDBOX": "0", "MAILCHIMP_API_URL": "https://real.invalid", "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        command, cwd=ROOT, env=handed_on | set_here, capture_output=True, text=True, timeout=120, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(file.read_text())
    assert (results["overallStatus"], results["mode"]) == ("passed", "sandbox")
    [told] = results["platforms"]
    assert [check["check"] for check in told["checks"]] == SIX
    assert {check["status"] for check in told["checks"]} == {"passed"}
    assert "published once, and found once" in told["checks"][4]["message"]
    assert done.stdout.count("passed  mailchimp") == len(SIX)
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


def test_against_real_platforms_nothing_is_published_and_nothing_stays(
    validate: Validate, credentials: Path, world: World
) -> None:
    before = _rows()

    code, results = validate(credentials=credentials)

    [told] = results["platforms"]
    assert (code, results["overallStatus"], results["mode"]) == (0, "passed", "live")
    assert [check["check"] for check in told["checks"]] == SIX
    assert list(world.meta.timeline()) == []
    assert _rows() == before


def test_a_platform_that_refuses_the_token_fails_with_cause_and_remedy(
    validate: Validate, credentials: Path, connection: Connection, world: World
) -> None:
    before = _rows()
    world.meta.revoke({"user": connection.external_user_id, "subcode": 460})

    code, results = validate(credentials=credentials)

    checks = {check["check"]: check for check in results["platforms"][0]["checks"]}
    assert (code, results["overallStatus"], results["platforms"][0]["status"]) == (1, "failed", "failed")
    assert checks["create_test_connection"]["status"] == "failed"
    assert "password" in checks["create_test_connection"]["message"].lower()
    assert checks["create_test_connection"]["remedy"]
    assert {check["status"] for check in checks.values()} == {"failed"}
    assert _rows() == before


def test_what_a_killed_validation_left_is_removed_by_the_next(
    validate: Validate, credentials: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(validation, "_remove", lambda tenant: None)
        validate(credentials=credentials)
    assert Tenant.objects.filter(name=validation.TENANT_NAME).exists()

    validate(credentials=credentials)

    assert not Tenant.objects.filter(name=validation.TENANT_NAME).exists()


def test_pictures_of_a_validation_leave_with_it(
    validate: Validate, credentials: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []
    drawn = validation._Run._picture

    def noted(run: validation._Run, size: tuple[int, int]) -> Media:
        sizes.append(size)
        return drawn(run, size)

    monkeypatch.setattr(validation._Run, "_picture", noted)
    monkeypatch.setattr(
        validation._Run, "_places", lambda run: list(run._connected().destinations.filter(kind="instagram_account")[:1])
    )

    code, _ = validate(credentials=credentials)

    assert (code, sizes) == (0, [(1080, 1080)])
    assert Media.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "must look like"),
        ('{"meta": "token-in-plain"}', "must look like"),
        ("{}", "names no platform"),
    ],
)
@pytest.mark.django_db
def test_a_bad_file_of_credentials_is_told_without_its_content(
    validate: Validate, tmp_path: Path, content: str, said: str
) -> None:
    file = tmp_path / "bad.json"
    file.write_text(content)

    with pytest.raises(CommandError, match=said) as caught:
        validate(credentials=file)
    assert caught.value.returncode == 2
    assert "token-in-plain" not in str(caught.value)


@pytest.mark.django_db
def test_live_is_refused_by_a_hub_that_speaks_with_a_sandbox(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="SANDBOX=0"):
        call_command("validate_connectors", live=True, credentials=tmp_path / "any.json")


def test_no_token_is_among_the_results(validate: Validate, credentials: Path) -> None:
    token = Secret(json.loads(credentials.read_text())["meta"]["access_token"])

    _, results = validate(credentials=credentials)

    assert token.reveal() not in json.dumps(results)
