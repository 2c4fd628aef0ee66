"""The OpenAPI document is true: what it allows and what it forbids is sent, seeded, to the hub in this process.

``python -m tests.api.fuzz`` does the same to a whole hub, for longer and with every check.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import hypothesis
import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode

from connectors.models import Destination
from foundation.secret import Secret
from publishing.models import DeadLetter
from tests.api import hooks
from tests.media.making import picture
from tests.publishing.conftest import publish, trouble

assert hooks.__doc__
__all__ = ["publish", "trouble"]
#: Cases for each operation and mode. The hub's own crashes, strange statuses and shapes show with few.
CASES: Final = 4
SETTINGS: Final[dict[str, Any]] = {
    "checks": {
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "401", "403", "404", "409", "410", "412", "422", "502", "503"]
        },
        "negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 405, 406, 409, 410, 412, 415, 422, 503]},
    },
    "generation": {"allow-x00": False, "database": "none"},
}
#: These ask whether a key is needed and what happens without one; that is tested for every address elsewhere.
_ELSEWHERE: Final = {"ignored_auth", "object_level_authorization", "use_after_free", "ensure_resource_availability"}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("schema") / "openapi.json"
    call_command("spectacular", "--format", "openapi-json", "--file", str(file), "--validate", "--fail-on-warn")
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return told


@pytest.fixture
def there(
    api: Client, publish: Callable[..., Any], trouble: Callable[..., None], run_due: Callable[..., int],
    destination: Destination, settings: Any, tmp_path: Path,
) -> dict[str, str]:  # fmt: skip
    """An id of everything, by the first part of its address."""
    settings.MEDIA_ROOT = tmp_path
    trouble("platform_error", error={"code": 368})
    job = publish()
    run_due(timezone.now())
    file = tmp_path / "photo.jpg"
    file.write_bytes(picture())
    with file.open("rb") as photo:
        media = api.post("/api/media/", {"file": photo}).json()["id"]
    upload = api.post("/api/media/uploads/", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "9"}).json()["id"]
    letter = DeadLetter.objects.get(job=job)
    return {
        "posts": str(job.post_id), "jobs": str(job.pk), "dead-letters": str(letter.pk), "media": media, "uploads": upload,
        "connections": str(destination.connection_id), "destinations": str(destination.pk), "platforms": "meta",
    }  # fmt: skip


@pytest.fixture
def app() -> Iterator[Any]:
    """The hub as a WSGI application, whose requests do not close the connection that the test's transaction lives in."""
    hub = get_wsgi_application()

    def asked(environ: Any, start_response: Any) -> Any:
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        return hub(environ, start_response)

    yield asked
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def operations(document: dict[str, Any], app: Any) -> Iterator[Any]:
    schema = schemathesis.openapi.from_dict(document, config=schemathesis.Config.from_dict(SETTINGS))
    schema.app = app
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        # The login belongs to browsers and answers them pages; disconnecting leaves nothing to try the rest with.
        if "/oauth/" not in operation.path and operation.definition.raw["operationId"] != "connections_delete":
            yield operation


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "forbidden"])
def test_what_the_document_says_is_what_the_hub_does(
    mode: GenerationMode, document: dict[str, Any], there: dict[str, str], app: Any, api_key: Secret
) -> None:
    headers = {"Authorization": f"Bearer {api_key.reveal()}"}
    checks = [
        check for name, check in zip(CHECKS.get_all_names(), CHECKS.get_all(), strict=True) if name not in _ELSEWHERE
    ]
    tried = 0

    def send(operation: Any, case: Any) -> None:
        nonlocal tried
        tried += 1
        component = case.meta.components.get(schemathesis.core.parameters.ParameterLocation.PATH) if case.meta else None
        for name in case.path_parameters or {}:
            # Most of what can go wrong is behind the door that an unknown id does not open.
            if name in {"id", "slug"} and (component is None or component.mode is GenerationMode.POSITIVE):
                kind = "uploads" if "/uploads/" in operation.path else operation.path.split("/")[2]
                case.path_parameters[name] = there.get(kind, case.path_parameters[name])
        case.call_and_validate(headers=headers, checks=checks)

    for operation in operations(document, app):
        try:
            _try(operation.as_strategy(generation_mode=mode), partial(send, operation))
        except hypothesis.errors.Unsatisfiable:  # an operation without parameters has nothing that could be forbidden
            continue
    assert tried >= 100


def _try(strategy: Any, send: Callable[[Any], None]) -> None:
    def test(case: Any) -> None:
        send(case)

    hypothesis.settings(
        max_examples=CASES, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate],
    )(hypothesis.given(strategy)(test))()  # type: ignore[no-untyped-call]  # fmt: skip
