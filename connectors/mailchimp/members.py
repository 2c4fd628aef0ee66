"""Contacts of an audience: listed, saved one or many at a time, archived.

Source: https://mailchimp.com/developer/marketing/api/list-members/ and .../lists/ (batch), read 2026-11-21, and the recorded answers in
docs/platforms/mailchimp.md, "Contacts". A contact is known by the MD5 of the address in lower case. Nobody is subscribed
against their will: without a status of the caller's, a new contact gets the audience's default and one that is there keeps
what it has. A batch answers 200 even when every contact failed, so each gets a result of its own.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from connectors.errors import ContentRejected, UnexpectedAnswer
from connectors.mailchimp.errors import PLATFORM, is_gone
from connectors.mailchimp.member_errors import reason_of
from connectors.mailchimp.rest import Rest, moment, part, step, strange, text, whole
from connectors.types import Member, MemberPage, MemberResult, Target

STATUSES: Final = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional")
LISTED: Final = (*STATUSES, "archived")
#: https://mailchimp.com/developer/marketing/api/lists/ : of one batch.
MOST_AT_ONCE: Final = 500
PAGE: Final = 200
_FIELDS: Final = "email_address,status,merge_fields,tags,language,vip,contact_id,id,last_changed"
#: Data from outside may lack what a form in Mailchimp requires; that is no reason to lose a contact.
_LENIENT: Final = {"skip_merge_validation": "true"}


def hash_of(email: str) -> str:
    """Return what Mailchimp knows an address by."""
    return hashlib.md5(email.strip().lower().encode(), usedforsecurity=False).hexdigest()


def fetch_members(rest: Rest, target: Target, *, page: str, status: str) -> MemberPage:
    """Return one page of contacts; ``page`` is where it begins."""
    if status and status not in LISTED:
        raise _wrong("status", f"Mailchimp knows no status {status[:40]!r}.", f"Choose one of {', '.join(LISTED)}.")
    if page and not (page.isascii() and page.isdecimal() and len(page) < 10):
        raise _wrong("page", "This is no page of this list.", "Begin at the first page.")
    offset = int(page or 0)
    wanted = ",".join([*(f"members.{name}" for name in _FIELDS.split(",")), "total_items"])
    query = {"count": str(PAGE), "offset": str(offset), **({"status": status} if status else {})}
    told = rest.read(f"lists/{step(target.external_id)}/members", operation="list_members", fields=wanted, query=query)
    entries = told.get("members")
    if not isinstance(entries, list):
        raise strange("a list without members", "list_members")
    total = whole(told.get("total_items"))
    reached = offset + len(entries)
    more = bool(entries) and total is not None and reached < total
    found = tuple(_member(entry) for entry in entries if isinstance(entry, dict))
    return MemberPage(found, str(reached) if more else "", total)


def save_members(rest: Rest, target: Target, members: Sequence[Member]) -> list[MemberResult]:
    """Add contacts, or update those that are there; one result each, in order."""
    results: list[MemberResult | None] = [_invalid(member) for member in members]
    open_ones = [number for number, result in enumerate(results) if result is None]
    if len(open_ones) == 1:
        results[open_ones[0]] = _save(rest, target, members[open_ones[0]])
        open_ones = []
    for batch in _batches(members, open_ones):
        told = _save_batch(rest, target, [members[number] for number in batch])
        for number, result in zip(batch, told, strict=True):
            results[number] = result
    return [result for result in results if result is not None]


def archive_member(rest: Rest, target: Target, email: str) -> None:
    """Take a contact out; one that is out already, or was never there, is no error."""
    path = _path(target, email)
    try:
        rest.change("DELETE", path, operation="archive_member")
    except ContentRejected as error:
        if is_gone(error):
            return
        if error.reply.status == 405:
            there = _read(rest, path)
            if there is None or there.status == "archived":
                return
            raise ContentRejected(
                f"Mailchimp archives no contact whose status is {there.status}.",
                remedy="A pending contact must confirm or be deleted in Mailchimp; a bounced one is mailed nothing anyway.",
                platform=PLATFORM,
                operation="archive_member",
                reply=error.reply,
            ) from None
        raise


def _batches(members: Sequence[Member], numbers: Sequence[int]) -> Iterator[list[int]]:
    """Yield batches of one intention each (an explicit status or none), in which no address stands twice."""
    for explicit in (False, True):
        rest_of = [number for number in numbers if bool(members[number].status) is explicit]
        while rest_of:
            batch: list[int] = []
            later: list[int] = []
            seen: set[str] = set()
            for number in rest_of:
                key = hash_of(members[number].email)
                fits = key not in seen and len(batch) < MOST_AT_ONCE
                (batch if fits else later).append(number)
                seen.add(key)
            yield batch
            rest_of = later


def _save_batch(rest: Rest, target: Target, members: Sequence[Member]) -> list[MemberResult]:
    """Save a batch. Without a status, only new contacts are taken; those that are there are then updated one by one."""
    explicit = bool(members[0].status)
    body = {
        "members": [
            {**_body(member), "status": member.status or _default(target), **_tags_of(member)} for member in members
        ],
        "update_existing": explicit,
    }
    path = f"lists/{step(target.external_id)}"
    told = rest.change("POST", path, operation="save_members", body=body, query=_LENIENT)
    saved = {
        hash_of(text(entry.get("email_address"))): entry
        for name in ("new_members", "updated_members")
        for entry in _objects(told.get(name))
    }
    failed = {hash_of(text(entry.get("email_address"))): entry for entry in _objects(told.get("errors"))}
    return [_result(rest, target, member, saved, failed) for member in members]


def _result(
    rest: Rest,
    target: Target,
    member: Member,
    saved: Mapping[str, dict[str, Any]],
    failed: Mapping[str, dict[str, Any]],
) -> MemberResult:
    key = hash_of(member.email)
    if key in saved:
        there = _member(saved[key])
        return _with_tags(rest, target, member, there)
    error = failed.get(key)
    if error is None:
        return MemberResult(
            member.email,
            code="no_answer",
            cause="Mailchimp's answer says nothing of this contact.",
            remedy="Save it again.",
        )
    if text(error.get("error_code")) == "ERROR_CONTACT_EXISTS" and not member.status:
        return _save(rest, target, member)
    return _refused(member.email, error)


def _save(rest: Rest, target: Target, member: Member) -> MemberResult:
    """Save one contact. An archived one is added anew, for an update may leave it out of the audience."""
    path = _path(target, member.email)
    body = {**_body(member), "status_if_new": member.status or _default(target)}
    if member.status:
        body["status"] = member.status
    try:
        there = _member(rest.change("PUT", path, operation="save_member", body=body, query=_LENIENT))
        if there.status == "archived" and member.status != "archived":
            anew = {**_body(member), "status": member.status or _default(target)}
            list_path = f"lists/{step(target.external_id)}/members"
            there = _member(rest.change("POST", list_path, operation="save_member", body=anew, query=_LENIENT))
        return _with_tags(rest, target, member, there)
    except ContentRejected as error:
        return _told(member.email, error)


def _with_tags(rest: Rest, target: Target, member: Member, there: Member) -> MemberResult:
    """Add the tags that the contact does not bear yet; Mailchimp may change their case."""
    borne = {tag.lower() for tag in there.tags}
    missing = [tag for tag in member.tags if tag.lower() not in borne]
    if missing:
        body = {"tags": [{"name": tag, "status": "active"} for tag in missing]}
        path = f"{_path(target, there.email or member.email)}/tags"
        try:
            rest.change("POST", path, operation="tag_member", body=body)
        except ContentRejected as error:
            return _told(member.email, error, there)
    return MemberResult(member.email, replace(there, tags=(*there.tags, *missing)))


def _read(rest: Rest, path: str) -> Member | None:
    try:
        return _member(rest.read(path, operation="read_member", fields=_FIELDS))
    except UnexpectedAnswer as error:
        if is_gone(error):
            return None
        raise


def _member(told: Mapping[str, Any]) -> Member:
    vip = told.get("vip")
    return Member(
        text(told.get("email_address")),
        text(told.get("status")),
        part(told.get("merge_fields")),
        tuple(text(tag.get("name")) for tag in _objects(told.get("tags"))),
        text(told.get("language")),
        vip if isinstance(vip, bool) else None,
        text(told.get("contact_id")) or text(told.get("id")),
        moment(told.get("last_changed")),
    )


def _body(member: Member) -> dict[str, Any]:
    body: dict[str, Any] = {"email_address": member.email.strip()}
    if member.fields:
        body["merge_fields"] = {key: _value(value) for key, value in member.fields.items()}
    if member.language:
        body["language"] = member.language
    if member.vip is not None:
        body["vip"] = member.vip
    return body


def _value(value: Any) -> Any:
    """Write a merge value: an empty text erases, and truth is a word."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value


def _tags_of(member: Member) -> dict[str, Any]:
    return {"tags": list(member.tags)} if member.tags else {}


def _default(target: Target) -> str:
    """Return the status of new contacts: an audience that asks people to confirm goes on asking."""
    return "pending" if target.facts.get("double_optin") else "subscribed"


def _path(target: Target, email: str) -> str:
    return f"lists/{step(target.external_id)}/members/{hash_of(email)}"


def _objects(told: Any) -> list[dict[str, Any]]:
    return [entry for entry in told if isinstance(entry, dict)] if isinstance(told, list) else []


def _invalid(member: Member) -> MemberResult | None:
    """Refuse what cannot be sent, before it spoils a whole batch."""
    if "@" not in member.email.strip().strip("@"):
        return MemberResult(member.email, code="no_address", cause="This is no e-mail address.", remedy="Correct it.")
    if member.status and member.status not in STATUSES:
        cause = f"Mailchimp knows no status {member.status[:40]!r}."
        return MemberResult(member.email, code="unknown_status", cause=cause, remedy=f"Choose {', '.join(STATUSES)}.")
    return None


def _refused(email: str, error: Mapping[str, Any]) -> MemberResult:
    words = text(error.get("error"))
    where = text(error.get("field"))
    said = text(error.get("field_message"))
    detail = " ".join(part for part in (words, f"{where}: {said}" if where and said else said) if part)
    code, remedy = reason_of(text(error.get("error_code")), detail)
    return MemberResult(
        email, code=code, cause=detail or "Mailchimp refused this contact without a reason.", remedy=remedy
    )


def _told(email: str, error: ContentRejected, there: Member | None = None) -> MemberResult:
    code, remedy = reason_of("", error.reply.words)
    if code == "refused":
        code, remedy = error.reply.code or code, error.remedy
    return MemberResult(email, there, code, error.cause, remedy)


def _wrong(what: str, cause: str, remedy: str) -> ContentRejected:
    return ContentRejected(cause, remedy=remedy, platform=PLATFORM, operation=f"list_members ({what})")
