"""The curl commands of the documents are run: by a real shell that hands their arguments to the hub in this process.

Each command stands below a comment that says what it answers, ``(answers 202)``; that is compared too.
"""

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from werkzeug.test import Client as SandboxClient

from connectors.models import Destination
from foundation.secret import Secret
from publishing.models import Post, PublishJob
from sandbox.app import Sandbox
from sandbox.world import World
from tests.docs import reading
from tests.media import making

HUB, SANDBOX = "http://127.0.0.1:8000", "http://127.0.0.1:8801"
PHOTO = making.picture()
#: Stands in the shell in place of curl: writes its arguments down, parted by NUL, and ends them with an empty one.
_CURL = "curl() { printf '%s\\0' \"$@\" ''; }\n"


@dataclass
class Request:
    """What a curl command asks for."""

    url: str = ""
    method: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    #: The file that is sent, as the field of a form or as the body itself.
    form_field: str = ""
    sends_file: bool = False


def commands(block: str, variables: dict[str, str]) -> list[Request]:
    """Run a block in a shell, with the variables its reader would have set; return what curl was asked."""
    kept = [line for line in block.splitlines() if not re.match(r"[A-Z_]+=", line)]
    done = subprocess.run(
        ["sh", "-euc", _CURL + "\n".join(kept)], env=variables, capture_output=True, text=True, check=True
    )
    requests: list[Request] = []
    arguments: list[str] = []
    for argument in done.stdout.split("\0")[:-1]:
        if argument:
            arguments.append(argument)
        else:
            requests.append(read_curl(arguments))
            arguments = []
    return requests


def read_curl(arguments: list[str]) -> Request:
    """Understand the options of curl that the documents use; a word that is not known fails."""
    request, left = Request(), list(arguments)
    while left:
        word = left.pop(0)
        if word in {"-s", "-si"}:
            continue
        if word == "-X":
            request.method = left.pop(0)
        elif word == "-H":
            name, _, value = left.pop(0).partition(": ")
            request.headers[name] = value
        elif word == "-d":
            request.body = left.pop(0)
        elif word == "-sI":
            request.method = "HEAD"
        elif word == "-F":
            request.form_field, _, told = left.pop(0).partition("=")
            request.method, request.sends_file = "POST", told == "@photo.jpg"
        elif word == "--data-binary":
            request.sends_file = left.pop(0) == "@photo.jpg"
        elif word.startswith("http"):
            request.url = word
        else:
            raise AssertionError(f"the documents use an option of curl that is not known here: {word}")
    request.method = request.method or ("GET" if request.body is None else "POST")
    return request


@pytest.fixture
def send(sandbox: Sandbox) -> Callable[[Request], Any]:
    """Send a request to the hub or to the sandbox, whichever its address names."""

    def to(request: Request) -> Any:
        parts = urlsplit(request.url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        kind = request.headers.get("Content-Type", "application/x-www-form-urlencoded")
        if request.url.startswith(SANDBOX):
            return SandboxClient(sandbox).open(path, method=request.method, data=request.body, content_type=kind)
        assert request.url.startswith(HUB)
        if request.form_field and request.sends_file:
            form = {request.form_field: SimpleUploadedFile("photo.jpg", PHOTO)}
            return Client().post(path, form, headers=request.headers)
        if request.sends_file:
            return Client().generic(request.method, path, PHOTO, kind, headers=request.headers)
        return Client().generic(
            request.method, path, data=request.body or "", content_type=kind, headers=request.headers
        )

    return to


def run(text: str, variables: dict[str, str], send: Callable[[Request], Any]) -> list[Any]:
    """Send every command of a block; the answers have the statuses that the comments promise."""
    promised = [int(status) for status in re.findall(r"^# .*\(answers (\d{3})\)$", text, re.M)]
    asked = commands(text, variables)
    assert len(asked) == len(promised) == text.count("curl "), "each command needs a comment that says what it answers"
    answers = [send(request) for request in asked]
    for request, answer, status in zip(asked, answers, promised, strict=True):
        assert answer.status_code == status, request
        if request.body is not None:
            json.loads(request.body)
    return answers


@pytest.fixture
def variables(api_key: Secret, destination: Destination) -> dict[str, str]:
    return {"HUB": HUB, "SANDBOX_URL": SANDBOX, "KEY": api_key.reveal(), "DESTINATION": str(destination.pk)}


def test_the_commands_of_the_readme_do_what_it_says(
    variables: dict[str, str],
    send: Callable[[Request], Any],
    run_due: Callable[[datetime], int],
    world: World,
) -> None:
    found, published, followed, repeated, broken = (block.text for block in reading.blocks("README.md", "bash"))

    (listed,) = run(found, variables, send)
    assert variables["DESTINATION"] in [place["id"] for place in listed.json()["results"]]

    (accepted,) = run(published, variables, send)
    variables["JOB"] = accepted.json()["jobs"][0]["id"]
    run_due(timezone.now())

    (job,) = run(followed, variables, send)
    assert job.json()["state"] == "published"
    assert job.json()["permalink"]

    replay, conflict = run(repeated, variables, send)
    assert replay.json()["id"] == accepted.json()["id"]
    assert replay["Idempotency-Replayed"] == "true"
    assert conflict.json()["code"] == "idempotency_key_reused"
    assert Post.objects.count() == 1

    _, lost, seen = run(broken, variables, send)
    assert len(seen.json["posts"]) == 1  # the second is accepted and not sent yet
    run_due(timezone.now())
    job_id = lost.json()["jobs"][0]["id"]
    assert PublishJob.objects.get(pk=job_id).state == "reconciling"
    run_due(timezone.now() + timedelta(seconds=20))
    assert PublishJob.objects.get(pk=job_id).state == "published"
    assert [item.text for item in world.meta.timeline()].count("Did this arrive?") == 1


def test_the_commands_about_posts_and_jobs_do_what_it_says(
    variables: dict[str, str], send: Callable[[Request], Any], run_due: Callable[[datetime], int]
) -> None:
    platforms, places, checked, published, followed, acted = (
        block.text for block in reading.blocks("docs/api/publishing.md", "bash")
    )
    run(platforms, variables, send)
    run(places, variables, send)
    (check,) = run(checked, variables, send)
    assert check.json()["publishable"] is False

    variables["TOMORROW"] = f"{timezone.now() + timedelta(days=1):%Y-%m-%dT09:00:00}"
    now, later = run(published, variables, send)
    variables["JOB"], variables["SCHEDULED_JOB"] = now.json()["jobs"][0]["id"], later.json()["jobs"][0]["id"]
    assert later.json()["state"] == "scheduled"
    run_due(timezone.now())

    job, stuck = run(followed, variables, send)
    assert job.json()["state"] == "published"
    assert stuck.json()["results"] == []

    cancelled, letters = run(acted, variables, send)
    assert cancelled.json()["state"] == "cancelled"
    assert letters.json()["results"] == []
    (again,) = [send(request) for request in commands(acted, variables)][:1]
    assert again.status_code == 409
    assert again.json()["code"] == "too_late"


def test_the_commands_of_the_settings_page_do_what_it_says(
    variables: dict[str, str], send: Callable[[Request], Any]
) -> None:
    (read,) = (block.text for block in reading.blocks("docs/api/settings.md", "bash"))
    platform, schemas, schema = run(read, variables, send)
    kinds = {kind["slug"] for kind in platform.json()["destination_kinds"]}
    assert kinds == {one["kind"] for one in schemas.json()}
    assert json.loads(schema.content)["version"] == 1


def test_the_commands_of_the_page_about_files_do_what_it_says(
    variables: dict[str, str], send: Callable[[Request], Any], tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    sent, begun, continued, looked = (block.text for block in reading.blocks("docs/api/media.md", "bash"))
    stored, fetched = run(sent, variables, send)
    assert stored.json()["kind"] == "image"
    assert fetched.json()["code"] == "media_url_not_allowed"

    variables["SIZE"] = str(len(PHOTO))
    (upload,) = run(begun, variables, send)
    assert upload.json()["name"] == "photo.jpg"
    variables["UPLOAD"] = upload.json()["id"]
    assert f"/api/media/uploads/{variables['UPLOAD']}/" in upload["Location"]
    done, head, told = run(continued, variables, send)
    assert head["Upload-Offset"] == variables["SIZE"]
    assert told.json()["state"] == "finished"
    assert done["Media-Location"] == stored["Location"], "the same bytes are the same file"

    variables["MEDIA"] = stored.json()["id"]
    listed, one, _ = run(looked, variables, send)
    assert [row["id"] for row in listed.json()["results"]] == [one.json()["id"]]


def test_the_commands_of_the_page_about_keys_do_what_it_says(
    variables: dict[str, str], send: Callable[[Request], Any]
) -> None:
    made, changed, limits = (block.text for block in reading.blocks("docs/api/authentication.md", "bash"))
    key, listed = run(made, variables, send)
    assert key.json()["key"].startswith(key.json()["prefix"])
    assert key.json()["id"] in [row["id"] for row in listed.json()["results"]]
    variables["KEY_ID"] = key.json()["id"]
    rotated, _ = run(changed, variables, send)
    assert rotated.json()["scopes"] == ["posts:read", "posts:write"]
    (left,) = run(limits, variables, send)
    assert {"publish", "publish-tenant"} <= {one["name"] for one in left.json()["limits"]}
