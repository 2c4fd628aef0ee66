"""A mail as one reader sees it: merge tags filled in, the footer under it, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from sandbox.address import Address
from sandbox.mailchimp.campaign_shape import archive_path
from sandbox.mailchimp.mail_text import filled, text_with_footer, with_footer
from sandbox.mailchimp.presets import ARCHIVE_HOST
from sandbox.mailchimp.records import Account, Campaign, Member
from sandbox.mailchimp.state import State, hash_of

if TYPE_CHECKING:
    from sandbox.world import World

_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'self'"
)


def shown(world: World, state: State, address: Address, campaign: Campaign, reader: str) -> Response:
    """Show a campaign to a reader, or to everybody when there is none."""
    member = state.member(campaign.recipients["list_id"], hash_of(reader)) if reader else None
    values = _values(world, state, address, campaign, member, reader)
    if campaign.html:
        body = filled(with_footer(campaign.html), values, html=True)
    else:
        body = f"<pre>{escape(filled(text_with_footer(campaign.plain_text), values, html=False))}</pre>"
    # Links leave the frame a mail may be shown in.
    response = Response(f'<base target="_blank">{body}', content_type="text/html; charset=utf-8")
    response.headers.update(
        {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    )
    return response


def subject_for(state: State, campaign: Campaign, reader: str) -> str:
    """Return the subject line with a reader's name in it."""
    member = state.member(campaign.recipients["list_id"], hash_of(reader))
    return filled(str(campaign.settings["subject_line"]), _names(member), html=False)


def _names(member: Member | None) -> dict[str, str]:
    merges = member.merge_fields if member else {}
    return {"FNAME": "", "LNAME": "", **{tag: _text(value) for tag, value in merges.items()}}


def _values(
    world: World, state: State, address: Address, campaign: Campaign, member: Member | None, reader: str
) -> dict[str, str]:
    account: Account | None = state.accounts.get(campaign.account_id)
    audience = state.lists.get(campaign.recipients["list_id"])
    contact = audience.contact if audience else {}
    dc = account.dc if account else "us19"
    query = {"u": campaign.account_id, "id": campaign.recipients["list_id"], "e": reader, "c": campaign.id}
    lines = (contact.get(name, "") for name in ("company", "address1", "zip", "city", "country"))
    return {
        **_names(member),
        "EMAIL": reader,
        "UNSUB": address.url(f"{dc}.list-manage.com", "/unsubscribe", query),
        "UPDATE_PROFILE": address.url(f"{dc}.list-manage.com", "/unsubscribe", query),
        "FORWARD": address.url(ARCHIVE_HOST, archive_path(campaign)),
        "ARCHIVE": address.url(ARCHIVE_HOST, archive_path(campaign)),
        "LIST:COMPANY": contact.get("company", ""),
        "LIST:NAME": audience.name if audience else "",
        "LIST:DESCRIPTION": audience.permission_reminder if audience else "",
        "HTML:LIST_ADDRESS_HTML": "<br>".join(escape(line) for line in lines if line),
        "CURRENT_YEAR": str(datetime.fromtimestamp(world.clock.now(), UTC).year),
        "MC:SUBJECT": str(campaign.settings["subject_line"]),
        "MC_PREVIEW_TEXT": str(campaign.settings["preview_text"]),
    }


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(str(part) for part in value.values() if part)
    return str(value)
