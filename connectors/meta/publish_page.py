"""Text and link posts on a Facebook Page: our content to Graph's JSON, its answer to our Published.

Source: https://developers.facebook.com/docs/pages-api/posts, read 2026-11-21 for v25.0. Graph has no idempotency key, so
the one call that makes the post public is announced before it is sent, and after an unknown outcome the Page's own list is
read before anything is repeated.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.errors import OutcomeUnknown, PlatformReply
from connectors.meta.errors import PLATFORM
from connectors.meta.graph import Graph, read_time
from connectors.types import CannotTell, Content, Journal, NotThere, Published, Target
from foundation.errors import Finding
from foundation.secret import Secret

#: https://developers.facebook.com/docs/pages-api/posts; the figure is Facebook's own post limit.
LONGEST_TEXT: Final = 63_206
#: Clocks differ: a post that Meta dates up to this long before our own announcement may still be ours.
CLOCK_SLACK: Final = timedelta(minutes=2)
READ_BACK: Final = "id,message,created_time,permalink_url,is_published,application{id},attachments{url,unshimmed_url}"


def check(content: Content) -> list[Finding]:
    """Return what Meta would refuse of a Page post."""
    findings = []
    if not content.text.strip() and not content.link:
        findings.append(
            Finding("text", "empty", "A Facebook post needs a text or a link.", "Write something, or add a link.")
        )
    if len(content.text) > LONGEST_TEXT:
        over = len(content.text) - LONGEST_TEXT
        findings.append(
            Finding(
                "text",
                "too_long",
                f"The text is {over:,} characters too long for Facebook.",
                "Shorten it.",
                f"{LONGEST_TEXT:,} characters",
            )
        )
    if content.link:
        findings += _check_link(content.link)
    return findings


def _check_link(link: str) -> list[Finding]:
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").lower()
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in {"http", "https"} or "." not in host:
        return [
            Finding(
                "link",
                "bad_link",
                "This is not a public web address.",
                "Begin it with https:// and a full host name.",
            )
        ]
    if host in {"facebook.com", "fb.com"} or host.endswith((".facebook.com", ".fb.com")):
        return [
            Finding(
                "link",
                "facebook_link",
                "Facebook refuses links to itself.",
                "Link to the original source instead.",
            )
        ]
    return []


def publish(graph: Graph, content: Content, target: Target, journal: Journal, *, token: Secret) -> Published:
    """Post to the Page's feed. The one call is irreversible and announced before it is sent."""
    body: dict[str, Any] = {"published": True, "fields": "id,permalink_url"}
    if content.text:
        body["message"] = content.text
    if content.link:
        body["link"] = content.link
    journal.announce("feed")
    answer = graph.post(
        f"{target.external_id}/feed", body, token=token, operation="publish", last_moment=journal.last_moment
    )
    post_id = answer.get("id")
    if not isinstance(post_id, str) or not post_id:
        raise OutcomeUnknown(
            "Meta answered without naming the post.",
            remedy="Switchboard looks at the Page before it sends anything again.",
            platform=PLATFORM,
            operation="publish",
            reply=PlatformReply(status=200),
        )
    return Published(post_id, permalink_of(answer, post_id))


def find_published(
    graph: Graph,
    content: Content,
    target: Target,
    journal: Journal,
    *,
    token: Secret,
    now: datetime,
    settled_after: timedelta,
) -> Published | NotThere | CannotTell:
    """Look for our post among the Page's newest: our app, the same words, not older than our announcement.

    Before ``settled_after`` has passed since the announcement, absence proves nothing: the list lags behind writes.
    """
    since = journal.started_at - CLOCK_SLACK
    exact: list[dict[str, Any]] = []
    similar: list[dict[str, Any]] = []
    query = {"fields": READ_BACK, "limit": "50", "since": str(int(since.timestamp()))}
    for item in graph.pages(
        f"{target.external_id}/published_posts", token=token, operation="find_published", query=query
    ):
        if _may_be_ours(item, content, own_app=graph.app_id, since=since) and not journal.belongs_to_other_job(
            str(item["id"])
        ):
            (exact if _same_link(item, content.link) else similar).append(item)
    if exact:
        # Newest first, so the last one is the first that landed after our announcement.
        post_id = str(exact[-1]["id"])
        return Published(post_id, permalink_of(exact[-1], post_id))
    if similar and now - journal.started_at < settled_after:
        # They may yet be found to belong to other jobs, which are being recorded right now.
        return NotThere(final=False)
    if similar:
        return CannotTell(
            "The Page shows a post with this text and another link address, so it may or may not be this one."
        )
    return NotThere(final=now - journal.started_at >= settled_after)


def _may_be_ours(item: dict[str, Any], content: Content, *, own_app: str, since: datetime) -> bool:
    created = read_time(item.get("created_time"))
    if not item.get("id") or created is None or created < since:
        return False
    application = item.get("application")
    if isinstance(application, dict) and application.get("id") and str(application["id"]) != own_app:
        return False
    return _plain(content.text) == _plain(str(item.get("message") or ""))


def _same_link(item: dict[str, Any], link: str) -> bool:
    """Compare the link; an item that shows none is told apart by its words alone."""
    if not link:
        return True
    attachments = item.get("attachments")
    listed = attachments.get("data") if isinstance(attachments, dict) else None
    urls = {
        str(url).rstrip("/")
        for attachment in listed or ()
        if isinstance(attachment, dict)
        for url in (attachment.get("unshimmed_url"), attachment.get("url"))
        if url
    }
    return not urls or link.rstrip("/") in urls


def _plain(text: str) -> str:
    """Facebook trims a message and may change its line ends; nothing else."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def permalink_of(item: dict[str, Any], post_id: str) -> str:
    """Return the post's public address; Facebook opens one made from the id as well."""
    link = item.get("permalink_url")
    if isinstance(link, str) and link.startswith("/"):
        return f"https://www.facebook.com{link}"
    return link if isinstance(link, str) and link else f"https://www.facebook.com/{post_id}"
