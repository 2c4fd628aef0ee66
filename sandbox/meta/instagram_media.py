"""Published media and the account itself: read, listed, edited a little, deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.meta import content
from sandbox.meta.ask import Ask
from sandbox.meta.errors import GraphError, invalid, missing_object
from sandbox.meta.fields import show
from sandbox.meta.instagram_access import account_of, need
from sandbox.meta.instagram_fields import ACCOUNT, MEDIUM
from sandbox.meta.instagram_records import Account, Medium
from sandbox.meta.pages import LIST_PARAMS
from sandbox.meta.paging import newest_first

DAY_S = 24 * 60 * 60
LISTING_PARAMS = LIST_PARAMS | {"since", "until"}
EDIT_PARAMS = frozenset({"comment_enabled"})
NOT_DELETABLE = 2207073


def account(ask: Ask, row: Account) -> dict[str, Any]:
    """Read an account."""
    need(ask, row, "instagram_basic")
    return show(ask, ACCOUNT, row, ask.fields(ACCOUNT))


def media(ask: Ask, row: Account) -> dict[str, Any]:
    """List an account's media, newest first, without its stories."""
    return _listed(ask, row, lambda medium: medium.product != "STORY")


def stories(ask: Ask, row: Account) -> dict[str, Any]:
    """List the stories of the last day."""
    return _listed(ask, row, lambda medium: medium.product == "STORY" and ask.now < medium.created + DAY_S)


def read(ask: Ask, medium: Medium) -> dict[str, Any]:
    """Read a medium; with the Page's token only where a switch says that works."""
    owner = account_of(ask, medium)
    need(ask, owner, "instagram_basic")
    if ask.speaker.kind == "PAGE" and not ask.world.switches.flag("meta.ig_page_token_reads"):
        raise missing_object(ask.call.method, medium.id)
    return show(ask, MEDIUM, medium, ask.fields(MEDIUM))


def edit(ask: Ask, medium: Medium) -> dict[str, Any]:
    """Open or close the comments: nothing else about a medium can be changed."""
    need(ask, account_of(ask, medium), "instagram_manage_comments")
    if "comment_enabled" not in ask.call.params:
        raise invalid("The parameter comment_enabled is required")
    medium.comments_enabled = ask.flag("comment_enabled", default=True)
    ask.state.instagram.media.put(medium.id, medium)
    return {"success": True}


def delete(ask: Ask, medium: Medium) -> dict[str, Any]:
    """Remove a medium; which permission that takes, and which kinds can go, are switches."""
    need(ask, account_of(ask, medium), ask.world.switches.word("meta.ig_delete_scope"))
    if medium.product == "STORY" and not ask.world.switches.flag("meta.ig_stories_deletable"):
        raise GraphError(100, "(#100) Media of this type cannot be deleted.", NOT_DELETABLE)
    ask.state.instagram.remove_medium(medium)
    return {"success": True}


def _listed(ask: Ask, row: Account, wanted: Callable[[Medium], bool]) -> dict[str, Any]:
    need(ask, row, "instagram_basic")
    since, until = (content.moment(ask.text(name), ask.now) if ask.text(name) else None for name in ("since", "until"))
    seen_until = ask.world.clock.now() - ask.world.switches.number("meta.list_lag_s")
    rows = [
        medium
        for medium in ask.state.instagram.media_of(row.id)
        if wanted(medium)
        and medium.created <= seen_until
        and (since is None or medium.created >= since)
        and (until is None or medium.created <= until)
    ]
    asked = ask.fields(MEDIUM)
    return newest_first(ask, rows, lambda medium: show(ask, MEDIUM, medium, asked))
