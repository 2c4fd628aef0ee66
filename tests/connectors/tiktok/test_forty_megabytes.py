"""A video of 40 MB goes up in chunks, its worker is killed in the middle, and it arrives byte for byte once.

A real process, killed by a real signal, over a real wire; the sandbox runs in a process of its own.
"""

import hashlib
import os
import random
import signal
import struct
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings as hub_settings
from django.db import connections
from django.utils import timezone

from connectors import http, way_out
from connectors.manager import get_connector
from connectors.models import Destination
from connectors.services import choose_destinations, store_destinations, store_grant
from connectors.tiktok import upload
from foundation.secret import Secret
from media.services import store_file
from media.staging import Staged
from publishing import ledger
from publishing.accepting import publish_post
from publishing.attempts import attempt_job
from publishing.drafts import Draft
from publishing.models import PublishJob
from publishing.states import RESTING, State
from tests.conftest import House
from tests.connectors.tiktok.conftest import CALLBACK
from tests.media.making import mp4
from tests.sandbox.running import Running, start

SIZE = 40 * 1024 * 1024
CHUNKS = 8

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sandbox_on_a_port(settings: Any) -> Iterator[Running]:
    """A town that other processes reach, done with everything at once."""
    running = start(f"--redirect-uri={CALLBACK}")
    settings.TIKTOK_API_URL = f"{running.url}/open.tiktokapis.com"
    settings.TIKTOK_OAUTH_URL = f"{running.url}/www.tiktok.com"
    settings.TIKTOK_UPLOAD_GATEWAY_URL = running.url
    told = {"tiktok.processing_s": 0, "tiktok.moderation_s": 0}
    requests.post(f"{running.url}/_sandbox/switches", json=told, timeout=10).raise_for_status()
    try:
        yield running
    finally:
        running.end()


def film() -> bytes:
    """A video of which no two pieces are the same."""
    head = mp4(width=720, height=1280, seconds=12)
    noise = random.Random(40).randbytes(SIZE - len(head) - 8)
    return head + struct.pack(">I4s", len(noise) + 8, b"free") + noise


def place_of(house: House, url: str, now: datetime) -> Destination:
    connector = get_connector("tiktok")
    address = connector.authorize_url(redirect_uri=CALLBACK, state=Secret("state"))
    allowed = requests.post(f"{url}/_sandbox/tiktok/consent", json={"url": address}, timeout=10).json()
    grant = connector.exchange_code(code=Secret(allowed["code"]), redirect_uri=CALLBACK, now=now)
    connection = store_grant(tenant=house.tenant, platform="tiktok", grant=grant, actor="system:test", now=now)
    found = connector.fetch_accounts(access_token=grant.access_token)
    (place,) = store_destinations(connection=connection, found=found, now=now)
    choose_destinations(principal=house.principal, connection=connection, chosen=[place.pk])
    return place


def job_of(house: House, place: Destination, body: bytes) -> PublishJob:
    staged = Staged()
    try:
        staged.write(body)
        stored, _ = store_file(
            tenant=house.tenant, actor=house.principal.actor, staged=staged, name="film.mp4", now=timezone.now()
        )
    finally:
        staged.close()
    chosen = {"privacy_level": "PUBLIC_TO_EVERYONE", "consent": True}
    draft = Draft(
        text="Forty",
        destinations=(place.pk,),
        media=({"id": str(stored.pk), "alt_text": "", "title": ""},),
        settings={place.kind: chosen},
    )
    post, _ = publish_post(principal=house.principal, draft=draft, idempotency_key=None, now=timezone.now())
    return post.jobs.get()


def work(moment: datetime) -> None:
    for claimed in ledger.claim(now=moment, limit=10, lease=hub_settings.PUBLISH_LEASE):
        attempt_job(claimed, clock=lambda: moment)


def die_after_an_answer() -> None:
    """Die when the fourth chunk has arrived and nobody has written that down."""
    call, count = http.Http.call, [0]

    def call_and_die(door: http.Http, method: str, url: str, **asked: Any) -> http.Answer:
        answer = call(door, method, url, **asked)
        count[0] += method == "PUT"
        if count[0] == 4:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(http.Http, "call", call_and_die)  # noqa: B010 - mypy refuses the plain assignment


def die_within_a_chunk() -> None:
    """Die when half of the fifth chunk is on its way."""
    read, count = upload._Part.read, [0]

    def read_and_die(part: upload._Part, size: int = -1) -> bytes:
        piece = read(part, size)
        count[0] += len(piece)
        if count[0] > SIZE / CHUNKS * 4.5:
            os.kill(os.getpid(), signal.SIGKILL)
        return piece

    setattr(upload._Part, "read", read_and_die)  # noqa: B010


@pytest.mark.parametrize("trap", [die_after_an_answer, die_within_a_chunk])
def test_a_video_whose_worker_was_killed_in_the_middle_arrives_byte_for_byte_once(
    trap: Any, sandbox_on_a_port: Running, house: House, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    body, url, now = film(), sandbox_on_a_port.url, timezone.now()
    job = job_of(house, place_of(house, url, now), body)
    connections.close_all()
    worker = os.fork()
    if worker == 0:
        try:
            way_out.session.cache_clear()  # the parent's sockets are not ours
            trap()
            work(timezone.now())
        finally:
            os._exit(1)  # it should not have lived so long
    _, status = os.waitpid(worker, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL

    begun = requests.get(f"{url}/_sandbox/tiktok/publishes", timeout=10).json()["publishes"]
    assert [(one["received"], one["arrived_at"]) for one in begun] == [(SIZE // CHUNKS * 4, None)]
    moment = timezone.now()
    assert ledger.recover(now=moment + hub_settings.PUBLISH_LEASE, landing=hub_settings.PUBLISH_LANDING) == 1
    for _ in range(20):
        job.refresh_from_db()
        if job.state in RESTING:
            break
        assert job.due_at is not None
        moment = max(moment, job.due_at) + timedelta(milliseconds=1)
        work(moment)
    assert (job.state, job.error_cause) == (State.PUBLISHED, "")

    (publish,) = requests.get(f"{url}/_sandbox/tiktok/publishes", timeout=10).json()["publishes"]
    assert publish["sha256"] == hashlib.sha256(body).hexdigest()
    shown = requests.get(f"{url}/_sandbox/posts", params={"platform": "tiktok"}, timeout=10).json()["posts"]
    assert [one["message"] for one in shown] == ["Forty"]
    told = requests.get(f"{url}/_sandbox/tiktok/requests", params={"method": "PUT"}, timeout=10).json()["requests"]
    stored = [one["headers"]["Content-Range"] for one in reversed(told) if one["status"] in {201, 206}]
    step = SIZE // CHUNKS
    assert stored == [f"bytes {number * step}-{(number + 1) * step - 1}/{SIZE}" for number in range(CHUNKS)]
