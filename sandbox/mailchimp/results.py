"""The storage host with the answers of batches: a signed address opens it for ten minutes, and nothing else does."""

from __future__ import annotations

import hashlib
import hmac
import io
import re
import tarfile
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from sandbox.calls import Call
from sandbox.mailchimp.records import Batch
from sandbox.mailchimp.state import State

if TYPE_CHECKING:
    from sandbox.world import World

_OPEN_FOR_S = 600
_PATH = re.compile(r"/([0-9a-f]{10})-response\.tar\.gz")
_PEPPER = b"sandbox storage"
_ERROR = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'


def signed_query(batch: Batch, now: float) -> dict[str, str]:
    """Return the query that opens the answers of a batch from now on for ten minutes."""
    expires = str(int(now) + _OPEN_FOR_S)
    return {"Expires": expires, "Signature": _signature(batch.id, expires)}


def answer(world: World, state: State, call: Call) -> Response:
    """Hand out an archive, to whoever has its address."""
    if "Authorization" in call.request.headers:
        return _refused(400, "InvalidArgument", "Only one auth mechanism allowed")
    found = _PATH.fullmatch(call.path)
    batch = state.batches.get(found[1]) if found else None
    expires = call.query.get("Expires", "")
    right = hmac.compare_digest(_signature(found[1] if found else "", expires), call.query.get("Signature", ""))
    if batch is None or not batch.digest or not right:
        return _refused(403, "AccessDenied", "Access Denied")
    if not expires.isdecimal() or world.clock.now() > int(expires):
        return _refused(403, "AccessDenied", "Request has expired")
    return Response(world.media.kept(batch.digest) or b"", content_type="application/gzip")


def archive(files: list[bytes], now: float) -> bytes:
    """Pack files of answers, and an empty one among them, as they come from there."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tape:
        for number, body in enumerate([b"", *files]):
            entry = tarfile.TarInfo(f"{hashlib.sha256(bytes([number % 256])).hexdigest()[:10]}_{number}.json")
            entry.size, entry.mtime = len(body), int(now)
            tape.addfile(entry, io.BytesIO(body))
    return buffer.getvalue()


def _signature(batch_id: str, expires: str) -> str:
    return hmac.new(_PEPPER, f"{batch_id}.{expires}".encode(), hashlib.sha256).hexdigest()[:40]


def _refused(status: int, code: str, message: str) -> Response:
    return Response(_ERROR.format(code=code, message=message), status, content_type="application/xml")
