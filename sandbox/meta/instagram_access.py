"""Who may do what on Instagram: scope, account, the linked Page, and the clock of data access."""

from __future__ import annotations

from sandbox.meta.access import holds
from sandbox.meta.ask import Ask
from sandbox.meta.errors import GraphError, missing_object, no_permission, no_read_permission
from sandbox.meta.instagram_records import Account, Container, InstagramComment, Medium
from sandbox.meta.records import Page


def page_behind(ask: Ask, account: Account) -> Page | None:
    """Return the Page a professional account is linked to."""
    page = ask.state.pages.get(account.page_id)
    return page if page is not None and page.instagram == account.id and account.kind != "personal" else None


def linked_account(ask: Ask, page: Page) -> Account | None:
    """Return a Page's professional account, if this token may know of it."""
    account = ask.state.instagram.accounts.get(page.instagram)
    return account if account is not None and sees(ask, account) else None


def sees(ask: Ask, account: Account) -> bool:
    """Say whether a token knows of an account at all."""
    token, page = ask.speaker, page_behind(ask, account)
    if page is None or token.kind == "APP":
        return False
    if token.kind == "PAGE" and token.page_id != page.id:
        return False
    return token.person_id in page.roles and holds(ask.grant(), "instagram_basic", account.id)


def need(ask: Ask, account: Account, scope: str, *, task: str = "") -> None:
    """Refuse a token that does not reach an account with this scope (and this task on its Page)."""
    page = page_behind(ask, account)
    if page is None:
        raise missing_object(ask.call.method, account.id)
    grant = ask.grant()
    writes = ask.call.method != "GET"
    for wanted in ("instagram_basic", scope):
        if not holds(grant, wanted):
            raise no_permission(f"Requires {wanted} permission.") if writes else no_read_permission(wanted)
    if not sees(ask, account) or not holds(grant, scope, account.id):
        raise missing_object(ask.call.method, account.id)
    if ask.now >= grant.data_access_expires_at:
        raise _lapsed(ask)
    tasks = page.roles.get(ask.speaker.person_id, [])
    if task and task not in tasks and "MANAGE" not in tasks:
        raise no_permission(f"The person behind this token lacks the task {task} on the linked Page.")


def may_publish(ask: Ask, account: Account) -> None:
    """Insist on everything publishing takes."""
    if not holds(ask.grant(), "pages_read_engagement"):
        raise no_permission("Requires pages_read_engagement permission.")
    need(ask, account, "instagram_content_publish", task="CREATE_CONTENT")


def account_of(ask: Ask, row: Container | Medium | InstagramComment) -> Account:
    """Return the account something belongs to, refused where the token may not know of it."""
    account = ask.state.instagram.accounts.get(row.account_id)
    if account is None or not sees(ask, account):
        raise missing_object(ask.call.method, row.id)
    return account


def _lapsed(ask: Ask) -> GraphError:
    """Refuse a call after the ninety days since the person's last visit; how the platform says it is a switch."""
    code = int(ask.world.switches.word("meta.data_access_error"))
    message = "The user's access to data for this app has expired. The user must log in again to renew it."
    if code == 190:
        return GraphError(190, f"Error validating access token: {message}")
    return GraphError(code, f"(#{code}) {message}", status=403)
