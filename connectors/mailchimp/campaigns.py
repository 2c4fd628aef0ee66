"""A campaign as Mailchimp keeps it: made, found again by its mark, changed, read.

Source: https://mailchimp.com/developer/marketing/api/campaigns/, read 2026-11-21. Mailchimp takes no idempotency key, so a mark of the
job's own stands in the title, which no reader sees, before the first campaign is made. A campaign has a ``status`` that is a word.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from connectors.errors import ConnectorError, ContentRejected, UnexpectedAnswer
from connectors.mailchimp.errors import PLATFORM, is_gone
from connectors.mailchimp.letters import format_of
from connectors.mailchimp.rest import Rest, moment, part, step, strange, text, whole
from connectors.mailchimp.settings import LONGEST_TITLE, Format
from connectors.types import Content, Journal, Target

#: Mailchimp's words. "Not sent" are the first two: unscheduling leads to either.
DRAFTS: Final = frozenset({"save", "paused"})
SCHEDULED: Final = "schedule"
UNDER_WAY: Final = "sending"
SENT: Final = frozenset({"sent", "archived"})
#: Somebody stopped a mailing that was under way; part of it may have arrived.
STOPPED: Final = frozenset({"canceling", "canceled"})
#: What has left, whatever became of it afterwards.
GONE_OUT: Final = frozenset({UNDER_WAY, *SENT, *STOPPED})
#: How long before our own note a campaign of ours may be dated.
CLOCK_SLACK: Final = timedelta(minutes=10)
MARK: Final = "mark"
_MARKS: Final = "[hub:"
_FIELDS: Final = (
    "id,web_id,status,send_time,archive_url,long_archive_url,emails_sent,type,settings.title,recipients.list_id"
)


@dataclass(frozen=True, slots=True)
class Campaign:
    """What of a campaign matters here."""

    id: str
    status: str
    send_time: datetime | None
    web_id: int | None
    archive_url: str
    type: str = ""
    title: str = ""
    list_id: str = ""

    def editor(self, dc: str) -> str:
        """Return the campaign's page in Mailchimp, for people with an account there."""
        if not dc or self.web_id is None:
            return self.archive_url
        return f"https://{dc}.admin.mailchimp.com/campaigns/show/?id={self.web_id}"


def mark_of(journal: Journal) -> str:
    """Return the mark of this job's campaign, chosen once and kept before anything is made."""
    mark = journal.recall(MARK)
    if not mark:
        mark = f"{_MARKS}{uuid4()}]"
        journal.note(MARK, mark)
    return str(mark)


def body_of(content: Content, target: Target, mark: str) -> dict[str, Any]:
    """Return what a campaign is made of, its content aside; raises ``ContentRejected`` where a sender is missing."""
    said, facts = content.settings, target.facts
    reply_to = said.get("reply_to") or facts.get("from_email")
    from_name = said.get("from_name") or facts.get("from_name")
    for value, name in ((reply_to, "reply-to address"), (from_name, "from name")):
        if not value:
            raise ContentRejected(
                f"The mail has no {name}, and the audience has no default for it.",
                remedy="Set it in the post, or in the audience's settings in Mailchimp; then connect again.",
                platform=PLATFORM,
                operation="create_campaign",
            )
    subject = str(said.get("subject") or "").strip()
    name = str(said.get("title") or subject)[:LONGEST_TITLE].strip()
    settings = {
        "subject_line": subject,
        "title": f"{name} {mark}".strip(),
        "from_name": from_name,
        "reply_to": reply_to,
        "inline_css": bool(said.get("inline_css", False)),
    }
    settings |= {key: said[key] for key in ("preview_text", "to_name") if said.get(key)}
    tracking = {
        "opens": bool(said.get("track_opens", True)),
        "html_clicks": bool(said.get("track_clicks", True)),
        "text_clicks": bool(said.get("track_clicks", True)),
    }
    if said.get("google_analytics"):
        tracking["google_analytics"] = said["google_analytics"]
    return {
        "type": type_of(content),
        "recipients": {"list_id": target.external_id, **_segment(said)},
        "settings": settings,
        "tracking": tracking,
    }


def type_of(content: Content) -> str:
    """Return Mailchimp's word for the sort of campaign, which cannot be changed afterwards."""
    return "plaintext" if format_of(content) is Format.PLAIN_TEXT else "regular"


def digest_of(body: Mapping[str, Any]) -> str:
    """Return what tells one version of a campaign from another."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]


def create(rest: Rest, body: Mapping[str, Any], *, last_moment: Callable[[], None]) -> Campaign:
    """Make a draft."""
    told = rest.change("POST", "campaigns", operation="create_campaign", body=body, last_moment=last_moment)
    return read_in(told, "create_campaign")


def update(rest: Rest, campaign_id: str, body: Mapping[str, Any]) -> None:
    """Change a draft. Its type stays as it was made."""
    parts = {key: value for key, value in body.items() if key != "type"}
    rest.change("PATCH", f"campaigns/{step(campaign_id)}", operation="update_campaign", body=parts)


def delete(rest: Rest, campaign_id: str) -> None:
    """Take a campaign away; one that is gone already is no error."""
    try:
        rest.change("DELETE", f"campaigns/{step(campaign_id)}", operation="delete_campaign")
    except ContentRejected as error:
        if not is_gone(error):
            raise


def read(rest: Rest, campaign_id: str) -> Campaign | None:
    """Return how a campaign stands now; None when it is not there (any more)."""
    try:
        told = rest.read(f"campaigns/{step(campaign_id)}", operation="read_campaign", fields=_FIELDS)
    except UnexpectedAnswer as error:
        if is_gone(error):
            return None
        raise
    return read_in(told, "read_campaign")


def require(rest: Rest, campaign_id: str, operation: str) -> Campaign:
    """Return how a campaign stands now; raises ``ContentRejected`` when it is not there."""
    campaign = read(rest, campaign_id)
    if campaign is None:
        raise ContentRejected(
            "The campaign is no longer in Mailchimp.",
            remedy="Look for it there; publish the post again if it should go out.",
            platform=PLATFORM,
            operation=operation,
        )
    return campaign


def find(rest: Rest, target: Target, mark: str, *, since: datetime) -> Campaign | None:
    """Look for the campaign that bears a mark among those made since; the first one made, should there be two."""
    ours = _marked(rest, target, mark, since=since)
    return read_in(ours[-1], "find_campaign") if ours else None


def marked(rest: Rest, target: Target, *, since: datetime) -> list[str]:
    """Return the ids of all campaigns made since that bear the mark of any job, of this hub or another."""
    return [read_in(told, "find_campaign").id for told in _marked(rest, target, _MARKS, since=since)]


def _marked(rest: Rest, target: Target, mark: str, *, since: datetime) -> list[Mapping[str, Any]]:
    query = {
        "list_id": target.external_id,
        "since_create_time": (since - CLOCK_SLACK).astimezone(UTC).isoformat(timespec="seconds"),
        "sort_field": "create_time",
        "sort_dir": "DESC",
    }
    entries = rest.listed("campaigns", "campaigns", operation="find_campaign", fields=_FIELDS, query=query)
    return [entry for entry in entries if mark in text(part(entry.get("settings")).get("title"))]


def read_in(told: Mapping[str, Any], operation: str) -> Campaign:
    """Read a campaign out of an answer."""
    campaign_id, status = told.get("id"), told.get("status")
    if not isinstance(campaign_id, str) or not campaign_id or not isinstance(status, str):
        raise strange("a campaign without an id or a status", operation)
    links = [text(told.get(name)) for name in ("archive_url", "long_archive_url")]
    return Campaign(
        campaign_id,
        status,
        moment(told.get("send_time")),
        whole(told.get("web_id")),
        next((link for link in links if link.startswith("https://")), next(filter(None, links), "")),
        text(told.get("type")),
        text(part(told.get("settings")).get("title")),
        text(part(told.get("recipients")).get("list_id")),
    )


def checklist(rest: Rest, campaign_id: str) -> tuple[bool, list[dict[str, str]]]:
    """Return whether Mailchimp would send it, and what it says to that: ``type``, ``heading``, ``details``."""
    told = rest.read(f"campaigns/{step(campaign_id)}/send-checklist", operation="read_checklist")
    items = told.get("items")
    read = [
        {key: text(item.get(key)) for key in ("type", "heading", "details")}
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict)
    ]
    return told.get("is_ready") is True, read


def not_ready(items: list[dict[str, str]], operation: str, error: ConnectorError | None = None) -> ContentRejected:
    """Say why Mailchimp will not send it, in the words of its checklist, which are the only reason it gives."""
    wrong = [item for item in items if item["type"] == "error"] or [item for item in items if item["type"] != "success"]
    reasons = "; ".join(": ".join(filter(None, (item["heading"], item["details"]))) for item in wrong)
    return ContentRejected(
        f"Mailchimp says that the campaign is not ready to send. {reasons}".strip()[:600],
        remedy="Settle what it names. Mostly it is a sender's domain that is not verified in Mailchimp, or nobody to send to.",
        platform=PLATFORM,
        operation=operation,
        reply=error.reply if error else None,
    )


def _segment(said: Mapping[str, Any]) -> dict[str, Any]:
    if said.get("segment_id"):
        return {"segment_opts": {"saved_segment_id": said["segment_id"]}}
    if said.get("tag_ids"):
        conditions = [
            {"condition_type": "StaticSegment", "field": "static_segment", "op": "static_is", "value": number}
            for number in said["tag_ids"]
        ]
        return {"segment_opts": {"match": said.get("tag_match", "all"), "conditions": conditions}}
    return {}
