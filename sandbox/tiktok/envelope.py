"""Answers: the envelope of every API call, and the flat shape of OAuth."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from sandbox.tiktok.errors import OAuthRefusal, Refusal

if TYPE_CHECKING:
    from sandbox.world import World


def answer(world: World, data: dict[str, Any] | None) -> Response:
    """Write a good answer; without data the envelope holds the error block alone."""
    body: dict[str, Any] = {} if data is None else {"data": data}
    return _written(world, body, "ok", "", 200)


def refusal(world: World, refused: Refusal, *, posting: bool) -> Response:
    """Write a refusal; posting endpoints may spell `invalid_params` in another way."""
    code = refused.code
    if code == "invalid_params" and posting:
        code = world.switches.word("tiktok.invalid_params")
    body: dict[str, Any] = {"data": {}} if world.switches.word("tiktok.failure_data") == "empty" else {}
    response = _written(world, body, code, refused.message, refused.status)
    response.headers.update(refused.headers)
    return response


def flat(body: dict[str, Any], status: int = 200) -> Response:
    """Write an answer without an envelope."""
    response = Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def oauth_refusal(world: World, refused: OAuthRefusal) -> Response:
    """Write an OAuth error, with the status that the switch asks for."""
    status = 200
    if world.switches.word("tiktok.oauth_error_status") == "400":
        status = 401 if refused.error == "invalid_client" else 400
    body = {"error": refused.error, "error_description": refused.description, "log_id": _log_id(world)}
    return flat(body, status)


def _written(world: World, body: dict[str, Any], code: str, message: str, status: int) -> Response:
    error = {"code": code, "message": message}
    if world.switches.word("tiktok.log_id") == "present":
        error["log_id"] = _log_id(world)
    if world.switches.flag("tiktok.extra_fields"):
        body = {**body, "extra": {"now": int(world.clock.now() * 1000), "hints": []}}
        error["docs_ref"] = "none"
        if isinstance(body.get("data"), dict):
            body["data"] = {**body["data"], "experiment_bucket": 7}
    return flat({**body, "error": error}, status)


def _log_id(world: World) -> str:
    moment = datetime.fromtimestamp(world.clock.now(), UTC)
    return f"{moment:%Y%m%d%H%M%S}{secrets.token_hex(9).upper()}"
