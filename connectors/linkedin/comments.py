"""Comments on our own posts. Their text is plain: nothing is escaped, and a mention stays words.

Source: https://learn.microsoft.com/linkedin/marketing/community-management/shares/comments-api, read 2026-11-21. A post without
comments answers 404 to a reading of them. Some apps need scopes of their own for comments.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from connectors.errors import ConnectorError, OutcomeUnknown, PlatformReply, ReconnectRequired
from connectors.linkedin import restli
from connectors.linkedin.errors import PLATFORM
from connectors.linkedin.find import CLOCK_SLACK, read_moment
from connectors.linkedin.posts import permalink_of
from connectors.linkedin.rest import Rest
from connectors.linkedin.scopes import READ, READ_COMMENTS, WRITE, WRITE_COMMENTS
from connectors.types import CannotTell, Journal, NotThere, Published, Target

PAGE: Final = 50


def comment(rest: Rest, said: str, target: Target, *, parent: str, journal: Journal) -> Published:
    """Comment as the author; announced before it is sent."""
    journal.announce("comment")
    answer = rest.call(
        "POST",
        _path(parent),
        operation="comment",
        changes=True,
        body={"actor": target.external_id, "object": parent, "message": {"text": said}},
        rest_method="CREATE",
        scope=_lacking(target, WRITE, WRITE_COMMENTS),
        last_moment=journal.last_moment,
    )
    told = answer.data if isinstance(answer.data, dict) else {}
    urn = _urn_of(told) or str(answer.headers.get("x-restli-id") or "").strip()
    if not urn:
        raise OutcomeUnknown(
            "LinkedIn answered that the comment is public, and did not name it.",
            remedy="Switchboard looks at LinkedIn before it sends anything again.",
            platform=PLATFORM,
            operation="comment",
            reply=PlatformReply(status=answer.status),
        )
    return Published(urn, permalink_of(parent))


def find_comment(
    rest: Rest, said: str, target: Target, *, parent: str, journal: Journal, now: datetime, settled_after: timedelta
) -> Published | NotThere | CannotTell:
    """Look for our comment: by the same author, with the same words, not older than our announcement."""
    if not {READ[target.kind], READ_COMMENTS[target.kind]} & set(target.scopes):
        return CannotTell("This grant may not read comments.")
    since = journal.started_at - CLOCK_SLACK
    try:
        listed = list(
            rest.elements(
                _path(parent),
                restli.query(),
                operation="find_comment",
                count=PAGE,
                rest_method="GET_ALL",
                scope=_lacking(target, READ, READ_COMMENTS),
            )
        )
    except ReconnectRequired as error:
        if error.connection_ended:
            raise
        return CannotTell("This grant may not read comments.")
    except ConnectorError as error:
        if error.reply.status != 404:
            raise
        listed = []
    for told in listed:
        urn = _urn_of(told)
        created = told.get("created")
        at = read_moment(created.get("time")) if isinstance(created, dict) else None
        message = told.get("message")
        words = str(message.get("text") or "") if isinstance(message, dict) else ""
        ours = told.get("actor") == target.external_id and words.strip() == said.strip()
        if urn and ours and at is not None and at >= since and not journal.belongs_to_other_job(urn):
            return Published(urn, permalink_of(parent))
    return NotThere(final=now - journal.started_at >= settled_after)


def _path(parent: str) -> str:
    return f"socialActions/{restli.key(parent)}/comments"


def _urn_of(told: Mapping[str, Any]) -> str:
    return str(told.get("commentUrn") or told.get("$URN") or told.get("id") or "")


def _lacking(target: Target, plain: Mapping[str, str], feed: Mapping[str, str]) -> str:
    """Return the scope to name should LinkedIn refuse: who has the plain one lacks the other."""
    return feed[target.kind] if plain[target.kind] in target.scopes else plain[target.kind]
