"""Who may do what: token kind, scope, asset and task, checked in the platform's order."""

from __future__ import annotations

from sandbox.meta.ask import Ask
from sandbox.meta.errors import missing_object, needs_page_token, no_permission, no_read_permission
from sandbox.meta.records import Grant, Page


def holds(grant: Grant, scope: str, asset_id: str = "") -> bool:
    """Say whether a grant has a scope, and for this asset."""
    if scope not in grant.granted:
        return False
    return not asset_id or scope not in grant.assets or asset_id in grant.assets[scope]


def need_scope(ask: Ask, scope: str, asset_id: str = "") -> None:
    """Refuse a read without the scope (10), or on an asset it was not granted for (100/33)."""
    grant = ask.grant()
    if not holds(grant, scope):
        raise no_read_permission(scope)
    if asset_id and not holds(grant, scope, asset_id):
        raise missing_object(ask.call.method, asset_id)


def need_write_scope(ask: Ask, scope: str, page: Page, task: str) -> None:
    """Refuse a write without the scope (200), on another asset (100/33), or without the task on the Page (200)."""
    grant = ask.grant()
    if not holds(grant, scope):
        raise no_permission(f"The permission {scope} is not granted to this app, or was taken back.")
    if not holds(grant, scope, page.id):
        raise missing_object(ask.call.method, page.id)
    tasks = page.roles.get(ask.speaker.person_id, [])
    if task not in tasks and "MANAGE" not in tasks:
        raise no_permission(f"The person behind this token lacks the task {task} on the Page.")


def may_see_page(ask: Ask, page: Page) -> bool:
    """Say whether this token knows of a Page at all."""
    token = ask.speaker
    if token.kind == "PAGE":
        return token.page_id == page.id
    if token.kind != "USER" or token.person_id not in page.roles:
        return False
    return holds(ask.grant(), "pages_show_list", page.id)


def as_page(ask: Ask, page: Page) -> None:
    """Insist on this Page's own token."""
    token = ask.speaker
    if token.kind == "PAGE" and token.page_id != page.id:
        raise missing_object(ask.call.method, page.id)
    if token.kind != "PAGE":
        if token.kind == "APP" or not may_see_page(ask, page):
            raise missing_object(ask.call.method, page.id)
        if ask.call.method == "GET":
            raise needs_page_token()
        raise no_permission(
            "Posting to a Page requires both pages_read_engagement and pages_manage_posts, and a page access token."
        )
