"""The API's router: which resource a path means, who may do what to it, and the answer's form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from sandbox.calls import Call, JsonObject
from sandbox.mailchimp import (
    account,
    batches,
    campaigns,
    checklist,
    content,
    domains,
    files,
    list_fields,
    lists,
    members,
    report_details,
    reports,
    segments,
    tags,
    templates_api,
    webhooks,
)
from sandbox.mailchimp.actions import Actions
from sandbox.mailchimp.ask import Ask
from sandbox.mailchimp.errors import Refusal, gone, known
from sandbox.mailchimp.events import Events
from sandbox.mailchimp.gate import Gate, permit
from sandbox.mailchimp.machine import Machine
from sandbox.mailchimp.member_changes import MemberChanges
from sandbox.mailchimp.responses import as_json, empty, moved, refused
from sandbox.mailchimp.shaping import shaped
from sandbox.mailchimp.state import State

if TYPE_CHECKING:
    from sandbox.world import World

Handler = Callable[[Ask], JsonObject | None]
Table = dict[str, dict[str, Handler]]
_ROOT = "/3.0"
_DEEPEST = 9

_LIST = "/lists/<list_id>"
_MEMBER = f"{_LIST}/members/<who>"
_SEGMENT = f"{_LIST}/segments/<segment_id>"
_CAMPAIGN = "/campaigns/<campaign_id>"
_REPORT = "/reports/<campaign_id>"

# What needs nothing but its question.
_PLAIN: Table = {
    "/": {"GET": account.root},
    "/ping": {"GET": account.ping},
    "/verified-domains": {"GET": domains.listed, "POST": domains.add},
    "/verified-domains/<domain>": {"GET": domains.read, "DELETE": domains.remove},
    "/verified-domains/<domain>/actions/verify": {"POST": domains.verify},
    "/lists": {"GET": lists.listed},
    f"{_LIST}/merge-fields": {"GET": list_fields.listed, "POST": list_fields.create},
    f"{_LIST}/merge-fields/<merge_id>": {
        "GET": list_fields.read,
        "PATCH": list_fields.change,
        "DELETE": list_fields.delete,
    },
    f"{_LIST}/interest-categories": {"GET": list_fields.categories},
    f"{_LIST}/interest-categories/<category_id>/interests": {"GET": list_fields.groups},
    f"{_MEMBER}/tags": {"GET": tags.of_member, "POST": tags.change},
    f"{_LIST}/tag-search": {"GET": tags.search},
    f"{_LIST}/segments": {"GET": segments.listed, "POST": segments.create},
    _SEGMENT: {
        "GET": segments.read,
        "POST": segments.change_members,
        "PATCH": segments.change,
        "DELETE": segments.delete,
    },
    f"{_SEGMENT}/members": {"GET": segments.listed_members, "POST": segments.add_member},
    f"{_SEGMENT}/members/<who>": {"DELETE": segments.remove_member},
    f"{_LIST}/webhooks": {"GET": webhooks.listed, "POST": webhooks.create},
    f"{_LIST}/webhooks/<hook_id>": {"GET": webhooks.read, "PATCH": webhooks.change, "DELETE": webhooks.delete},
    "/campaigns": {"GET": campaigns.listed, "POST": campaigns.create},
    _CAMPAIGN: {"GET": campaigns.read, "PATCH": campaigns.change, "DELETE": campaigns.delete},
    f"{_CAMPAIGN}/content": {"GET": content.read, "PUT": content.put},
    f"{_CAMPAIGN}/send-checklist": {"GET": checklist.read},
    "/search-campaigns": {"GET": campaigns.search},
    "/templates": {"GET": templates_api.listed, "POST": templates_api.create},
    "/templates/<template_id>": {
        "GET": templates_api.read,
        "PATCH": templates_api.change,
        "DELETE": templates_api.delete,
    },
    "/templates/<template_id>/default-content": {"GET": templates_api.default_content},
    "/file-manager/files": {"GET": files.listed, "POST": files.create},
    "/file-manager/files/<file_id>": {"GET": files.read, "PATCH": files.change, "DELETE": files.delete},
    "/reports": {"GET": reports.listed},
    _REPORT: {"GET": reports.read},
    f"{_REPORT}/email-activity": {"GET": report_details.email_activity},
    f"{_REPORT}/click-details": {"GET": report_details.click_details},
    f"{_REPORT}/click-details/<link_id>": {"GET": report_details.click_detail},
    f"{_REPORT}/click-details/<link_id>/members": {"GET": report_details.click_members},
    f"{_REPORT}/open-details": {"GET": report_details.open_details},
    f"{_REPORT}/sent-to": {"GET": report_details.sent_to},
    f"{_REPORT}/unsubscribed": {"GET": report_details.unsubscribed},
    f"{_REPORT}/domain-performance": {"GET": report_details.domain_performance},
    "/batches": {"GET": batches.listed, "POST": batches.create},
    "/batches/<batch_id>": {"GET": batches.read, "DELETE": batches.delete},
    "/batch-webhooks": {"GET": webhooks.batch_listed, "POST": webhooks.batch_create},
    "/batch-webhooks/<hook_id>": {
        "GET": webhooks.batch_read,
        "PATCH": webhooks.batch_change,
        "DELETE": webhooks.batch_delete,
    },
}


@cache
def _paths(of: tuple[str, ...]) -> Map:
    """Return how paths are told apart. Putting it together takes longer than a world lives in a short test, so worlds share it."""
    return Map([Rule(path, endpoint=path) for path in of], strict_slashes=False)


class Api:
    """Answer the API's hosts."""

    def __init__(self, world: World, state: State, gate: Gate, machine: Machine, events: Events) -> None:
        self._world = world
        self._state = state
        self._gate = gate
        actions, changes = Actions(machine), MemberChanges(events)
        self._table: Table = {
            **_PLAIN,
            _LIST: {"GET": lists.read, "PATCH": lists.change, "POST": changes.subscribe_many},
            f"{_LIST}/members": {"GET": members.listed, "POST": changes.add},
            _MEMBER: {"GET": members.read, "PUT": changes.put, "PATCH": changes.patch, "DELETE": changes.archive},
            f"{_MEMBER}/actions/delete-permanent": {"POST": changes.erase},
            f"{_CAMPAIGN}/actions/send": {"POST": actions.send},
            f"{_CAMPAIGN}/actions/schedule": {"POST": actions.schedule},
            f"{_CAMPAIGN}/actions/unschedule": {"POST": actions.unschedule},
            f"{_CAMPAIGN}/actions/cancel-send": {"POST": actions.cancel_send},
            f"{_CAMPAIGN}/actions/test": {"POST": actions.test},
            f"{_CAMPAIGN}/actions/replicate": {"POST": actions.replicate},
            f"{_CAMPAIGN}/actions/create-resend": {"POST": actions.create_resend},
            f"{_CAMPAIGN}/actions/pause": {"POST": actions.pause},
            f"{_CAMPAIGN}/actions/resume": {"POST": actions.resume},
        }
        self._paths = _paths(tuple(self._table)).bind("")

    def answer(self, call: Call) -> Response:
        """Answer one call."""
        if call.path == _ROOT:
            # Recorded: the root without its last slash leads to clear text.
            where = call.address.url(call.host, f"{_ROOT}/")
            return moved(where.replace("https://", "http://", 1))
        try:
            method = self._gate.method(call)
            ask = self._gate.admit(call)
            return self._carry_out(ask, method, call.path)
        except Refusal as refusal:
            return refused(refusal, self._world.switches)

    def run(self, ask: Ask, method: str, path: str) -> JsonObject | None:
        """Carry out one operation, which may come from a batch; refusals are raised."""
        handlers, ask.parts = self._find(path)
        handler = handlers.get(method)
        if handler is None:
            raise known("MethodNotAllowed", Allow=", ".join(sorted(handlers)))
        permit(ask, method, path)
        told = handler(ask)
        return None if told is None else shaped(ask, told)

    def _carry_out(self, ask: Ask, method: str, path: str) -> Response:
        if not path.startswith(f"{_ROOT}/"):
            raise gone()
        told = self.run(ask, method, path.removeprefix(_ROOT))
        return empty() if told is None else as_json(told)

    def _find(self, path: str) -> tuple[dict[str, Handler], Mapping[str, str]]:
        if len(path.strip("/").split("/")) > _DEEPEST:
            raise known("ResourceNestingTooDeep")
        try:
            name, parts = self._paths.match(path, method="GET")
        except HTTPException:
            raise gone() from None
        return self._table[name], parts
