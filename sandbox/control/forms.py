"""The levers of the controls page: each form names an action and is answered with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sandbox.control.api import Api

if TYPE_CHECKING:
    from sandbox.world import World

Form = Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """What to tell the person who pressed a button."""

    said: str = ""
    failed: str = ""

    def query(self) -> str:
        """Write the outcome for the address of the page that shows it."""
        return urlencode({"said": self.said} if self.said else {"failed": self.failed})


def carry_out(world: World, api: Api, form: Form) -> Outcome:
    """Do what a form asks."""
    action = _ACTIONS.get(form.get("action", ""))
    if action is None:
        return Outcome(failed="That button does nothing here.")
    try:
        return Outcome(said=action(world, api, form))
    except (ValueError, LookupError) as refusal:
        return Outcome(failed=str(refusal.args[0]))


def _add_preset(_world: World, api: Api, form: Form) -> str:
    fault = api.post_faults({}, {"preset": form.get("preset", "")})
    return f"Scripted: {fault['label']}."


def _add_fault(_world: World, api: Api, form: Form) -> str:
    """Read the free form, where empty means default."""
    wish: dict[str, object] = {"kind": form.get("kind", "")}
    for name in ("host", "method", "path"):
        if form.get(name):
            wish[name] = form[name]
    for name in ("times", "status"):
        if form.get(name):
            wish[name] = int(form[name])
    if form.get("delay_s"):
        wish["delay_s"] = float(form["delay_s"])
    error = {name: int(form[name]) for name in ("code", "subcode") if form.get(name)}
    if error:
        wish["error"] = error
    fault = api.post_faults({}, wish)
    return f"Scripted: {fault['kind']} on {fault['method']} {fault['host']}{fault['path']}."


def _remove_fault(_world: World, api: Api, form: Form) -> str:
    api.delete_fault({}, {}, form.get("id", ""))
    return "Took the fault away."


def _clear_faults(world: World, _api: Api, _form: Form) -> str:
    world.faults.clear()
    return "All faults are gone."


def _advance(world: World, _api: Api, form: Form) -> str:
    seconds = float(form.get("amount", "0")) * float(form.get("unit", "1"))
    world.clock.advance(seconds)
    return f"It is now {world.clock.moment():%Y-%m-%d %H:%M:%S} UTC."


def _freeze(world: World, _api: Api, _form: Form) -> str:
    world.clock.freeze()
    return "Time stands still."


def _resume(world: World, _api: Api, _form: Form) -> str:
    world.clock.resume()
    return "Time runs."


def _real_time(world: World, _api: Api, _form: Form) -> str:
    world.clock.resume()
    world.clock.advance(-world.clock.offset_s)
    return "The clock shows real time again."


def _switch(world: World, _api: Api, form: Form) -> str:
    name = form.get("name", "")
    world.switches.set({name: form.get("value", "false")})
    return f"{name} is now {world.switches.value(name)}."


def _revoke(_world: World, api: Api, form: Form) -> str:
    # "linkedin/user:abc"; without a platform it is the first one's.
    slug, _, whose = form.get("whose", "").rpartition("/")
    kind, _, owner = whose.partition(":")
    wish = {"platform": slug or "meta", kind: owner, "subcode": int(form.get("subcode", "460"))}
    result = api.post_revoke({}, wish)
    return f"Tokens invalidated: {result['revoked']}."


def _happen(_world: World, api: Api, form: Form) -> str:
    """Let something happen; what there is to tell leaves a moment later, when nobody holds the world's lock."""
    slug, _, what = form.get("what", "").partition(":")
    where = form.get("where", "")
    result = api.post_webhooks({}, {"page": where, "account": where, "queue": True}, slug, what)
    count = len(result["deliveries"])
    return f"It happened, and {count} webhook{'' if count == 1 else 's'} will tell." if count else str(result["why"])


def _reset(world: World, _api: Api, _form: Form) -> str:
    world.reset()
    return "The demo world stands as on the first day."


# Evaluated lazily: `World` is imported for the type checker only.
_ACTIONS: dict[str, Callable[[World, Api, Form], str]] = {
    "add_preset": _add_preset,
    "add_fault": _add_fault,
    "remove_fault": _remove_fault,
    "clear_faults": _clear_faults,
    "advance": _advance,
    "freeze": _freeze,
    "resume": _resume,
    "real_time": _real_time,
    "switch": _switch,
    "revoke": _revoke,
    "happen": _happen,
    "reset": _reset,
}
