"""The record of requests: headers and digests as they came, so that tests can look at what a client really sent."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from sandbox.calls import Call
from sandbox.tiktok.presets import UPLOAD_HOSTS
from sandbox.tiktok.records import Recorded
from sandbox.tiktok.state import State

if TYPE_CHECKING:
    from sandbox.world import World


def record(world: World, state: State, call: Call, response: Response) -> None:
    """Write a request down; of a credential only its scheme stays."""
    headers = {name: value for name, value in call.request.headers.items() if name not in ("Cookie", "Host")}
    if "Authorization" in headers:
        headers["Authorization"] = headers["Authorization"].partition(" ")[0] + " [redacted]"
    torn = call.host in UPLOAD_HOSTS and call.unreadable
    body = b"" if torn else call.raw_body
    digest = hashlib.sha256(body).hexdigest() if body else ""
    at = world.clock.now()
    state.record(Recorded(0, at, call.method, call.host, call.path, headers, len(body), digest, response.status_code))
