"""Whom a part of an audience holds: tags, groups, and searches over a contact's fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox.mailchimp.records import Member, Segment
from sandbox.mailchimp.state import State

_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "is": lambda has, wanted: has == wanted,
    "not": lambda has, wanted: has != wanted,
    "contains": lambda has, wanted: wanted in has,
    "notcontain": lambda has, wanted: wanted not in has,
    "starts": lambda has, wanted: has.startswith(wanted),
    "ends": lambda has, wanted: has.endswith(wanted),
    "greater": lambda has, wanted: has > wanted,
    "less": lambda has, wanted: has < wanted,
    "blank": lambda has, _wanted: not has,
    "blank_not": lambda has, _wanted: bool(has),
}
_TEXT = ("TextMerge", "EmailAddress", "SelectMerge", "ZipMerge", "Language", "VIP")
KINDS = ("StaticSegment", "Interests", *_TEXT)
_STATIC = ("static_is", "static_not")
_GROUPS = ("interestcontains", "interestcontainsall", "interestnotcontains")


def why_not(conditions: Iterable[object]) -> str:
    """Return what is wrong with conditions, in a few words; empty when they can be searched with."""
    for one in conditions:
        if not isinstance(one, dict):
            return "Schema describes object"
        kind, op = one.get("condition_type"), one.get("op")
        if kind not in KINDS:
            return f"Unknown condition_type {kind}"
        known = _STATIC if kind == "StaticSegment" else _GROUPS if kind == "Interests" else tuple(_COMPARE)
        if op not in known:
            return f"op of {kind} must be one of: {', '.join(known)}"
        if kind == "StaticSegment" and type(one.get("value")) is not int:
            return "value of StaticSegment must be the integer id of a segment"
        if kind == "Interests" and not isinstance(one.get("value"), list):
            return "value of Interests must be a list of ids"
    return ""


def members_of(state: State, segment: Segment) -> list[Member]:
    """Return whom a segment holds, of those who get campaigns or once did."""
    everybody = [member for member in state.members_of(segment.list_id) if member.status != "archived"]
    if segment.type == "static":
        return [member for member in everybody if str(segment.id) in member.tags]
    return chosen(everybody, segment.match, segment.conditions)


def chosen(members: Iterable[Member], match: str, conditions: list[dict[str, Any]]) -> list[Member]:
    """Return the members that fulfil all of the conditions, or any of them."""
    fulfils = all if match == "all" else any
    return [member for member in members if fulfils(_holds(member, one) for one in conditions)]


def recipients(state: State, block: Mapping[str, Any]) -> list[Member]:
    """Return whom a campaign would reach at this moment."""
    members = state.subscribed(str(block.get("list_id", "")))
    options = block.get("segment_opts") or {}
    saved = options.get("saved_segment_id")
    if saved:
        segment = state.segment(str(block["list_id"]), saved)
        within = {id(member) for member in members_of(state, segment)} if segment else set()
        members = [member for member in members if id(member) in within]
    if options.get("conditions"):
        members = chosen(members, str(options.get("match", "any")), options["conditions"])
    return members


def _holds(member: Member, condition: Mapping[str, Any]) -> bool:
    kind, op, value = condition["condition_type"], condition["op"], condition.get("value")
    if kind == "StaticSegment":
        return (str(value) in member.tags) is (op == "static_is")
    if kind == "Interests":
        held = [member.interests.get(str(one), False) for one in value or ()]
        return all(held) if op == "interestcontainsall" else any(held) is (op == "interestcontains")
    return _COMPARE[op](_text(member, kind, str(condition.get("field", ""))).casefold(), str(value or "").casefold())


def _text(member: Member, kind: str, name: str) -> str:
    if kind == "EmailAddress":
        return member.email
    if kind == "Language":
        return member.language
    if kind == "VIP":
        return "member" if member.vip else ""
    return str(member.merge_fields.get(name, ""))
