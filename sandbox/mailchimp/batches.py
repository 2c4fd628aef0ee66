"""`/batches`: many operations in one call, carried out later, answered in an archive."""

from __future__ import annotations

import json
from typing import Any

from sandbox.calls import JsonObject
from sandbox.mailchimp.ask import Ask, iso
from sandbox.mailchimp.errors import gone, invalid, known
from sandbox.mailchimp.fields import Fields
from sandbox.mailchimp.presets import RESULTS_HOST
from sandbox.mailchimp.records import Batch
from sandbox.mailchimp.results import signed_query
from sandbox.mailchimp.shaping import page, with_links

_MOST_OPERATIONS, MOST_PENDING = 1000, 500
KEPT_S = 7 * 86_400
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
STATES = ("pending", "preprocessing", "started", "finalizing")


def create(ask: Ask) -> JsonObject:
    """Take operations in; none of them is looked at closely before its turn."""
    body = Fields(ask.body)
    body.need("operations")
    operations = body.many("operations")
    for position, one in enumerate(operations):
        item = Fields(one if isinstance(one, dict) else {}, f"operations.item:{position}.", body.errors)
        item.need("method", "path")
        item.text("method", choices=_METHODS)
        item.text("path")
        item.text("operation_id")
        item.block("params")
        # A string of JSON, not JSON itself.
        item.text("body")
    body.done()
    if len(operations) > _MOST_OPERATIONS:
        raise invalid("operations", f"Value must have no more than {_MOST_OPERATIONS} items")
    if _pending(ask) >= MOST_PENDING:
        raise known("TooManyRequests", f"You have more than {MOST_PENDING} pending webhooks or batches.")
    where = ask.call.address
    address: dict[str, Any] = {"scheme": where.scheme, "netloc": where.netloc, "prefixed": where.prefixed}
    batch = Batch(ask.state.new_id(), ask.account.id, ask.login.id, operations, ask.now, address)
    return show(ask, ask.state.save_batch(batch))


def listed(ask: Ask) -> JsonObject:
    """List the batches of the last days."""
    rows = [one for one in reversed(ask.state.batches) if one.account_id == ask.account.id and not _is_old(ask, one)]
    return page(ask, "batches", rows, lambda one: show(ask, one), "/batches")


def read(ask: Ask) -> JsonObject:
    """Tell how far a batch is; once it is finished, with a fresh address of its answers."""
    return show(ask, _batch(ask))


def delete(ask: Ask) -> None:
    """Stop a batch and lose its answers."""
    batch = _batch(ask)
    ask.state.running.pop(batch.id, None)
    ask.state.batches.remove(batch.id)


def state_of(batch: Batch, now: float, step_s: int) -> str:
    """Return the state a batch is in by the clock."""
    steps = int((now - batch.submitted) / step_s) if step_s else len(STATES)
    return STATES[steps] if steps < len(STATES) else "finished"


def show(ask: Ask, one: Batch) -> JsonObject:
    """Tell about a batch."""
    status = "finished" if one.done else state_of(one, ask.now, ask.switches.number("mailchimp.batch_step_s"))
    many = len(one.operations)
    body = {
        "id": one.id,
        "status": status,
        "total_operations": 0 if status == "pending" else many,
        "finished_operations": many if one.digest else 0,
        "errored_operations": one.errored,
        "submitted_at": iso(one.submitted),
        "completed_at": iso(one.completed if one.done else 0.0),
        "response_body_url": "",
    }
    if one.done:
        body["response_body_url"] = ask.url(RESULTS_HOST, f"/{one.id}-response.tar.gz", signed_query(one, ask.now))
    return with_links(ask, body, f"/batches/{one.id}")


def encoded(operations: list[JsonObject]) -> bytes:
    """Write one file of answers."""
    return json.dumps(operations, ensure_ascii=False).encode()


def _batch(ask: Ask) -> Batch:
    found = ask.state.batches.get(ask.parts["batch_id"])
    if found is None or found.account_id != ask.account.id or _is_old(ask, found):
        raise gone()
    return found


def _is_old(ask: Ask, batch: Batch) -> bool:
    return batch.done and ask.now >= batch.completed + KEPT_S


def _pending(ask: Ask) -> int:
    """Count what is under way: batches, and the news of finished ones that nobody has taken yet."""
    batches = sum(ask.state.batches.get(one) is not None for one in ask.state.running)
    waiting = (ask.state.deliveries.get(one) for one in ask.state.waiting)
    return batches + sum(
        one is not None and one.kind == "batch" and one.account_id == ask.account.id for one in waiting
    )
