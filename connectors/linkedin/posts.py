"""Our content as a post of LinkedIn's, and a post of LinkedIn's as what can be compared with ours.

Source: https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api, read 2026-11-21. Exactly one kind of content
or none: a ``null`` in its place is refused as an unpermitted field.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.linkedin import little_text
from connectors.linkedin.settings import LONGEST_TITLE
from connectors.types import Attachment, Content, MediaKind

FEED: Final = "https://www.linkedin.com/feed/update"


def permalink_of(urn: str) -> str:
    """Return the public address of a post."""
    return f"{FEED}/{urn}/"


def body_of(content: Content, author: str, urns: Sequence[str]) -> dict[str, Any]:
    """Return the body that publishes this content; equal content makes equal bytes."""
    said = content.settings
    body: dict[str, Any] = {
        "author": author,
        "commentary": little_text.write(content.text),
        "visibility": said.get("visibility", "PUBLIC"),
        "distribution": {
            "feedDistribution": said.get("feed_distribution", "MAIN_FEED"),
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": bool(said.get("reshare_disabled", False)),
    }
    if said.get("reshare_of"):
        body["reshareContext"] = {"parent": said["reshare_of"]}
    elif said.get("poll"):
        body["content"] = {"poll": _poll(said["poll"])}
    elif content.link:
        body["content"] = {"article": _article(content, urns)}
    elif content.media:
        body["content"] = _media(content, urns)
    return body


def _poll(poll: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "question": poll["question"],
        "options": [{"text": option} for option in poll["options"]],
        "settings": {"duration": poll.get("duration", "THREE_DAYS")},
    }


def _article(content: Content, urns: Sequence[str]) -> dict[str, Any]:
    """LinkedIn reads nothing from the address, so without a title of the author's the address itself stands there."""
    title = str(content.settings.get("article_title") or "").strip()
    article = {"source": content.link, "title": title or _bare(content.link)}
    if description := content.settings.get("article_description"):
        article["description"] = description
    if urns:
        article["thumbnail"] = urns[0]
    return article


def _bare(link: str) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        return link[:LONGEST_TITLE]
    bare = (parts.hostname or "").removeprefix("www.") + parts.path.rstrip("/")
    return (bare or link)[:LONGEST_TITLE]


def _media(content: Content, urns: Sequence[str]) -> dict[str, Any]:
    first = content.media[0]
    match first.file.kind:
        case MediaKind.IMAGE if len(urns) > 1:
            pairs = zip(urns, content.media, strict=True)
            return {"multiImage": {"images": [_image(urn, attachment) for urn, attachment in pairs]}}
        case MediaKind.IMAGE:
            return {"media": _image(urns[0], first)}
        case MediaKind.VIDEO:
            return {"media": {"id": urns[0], **({"title": first.title} if first.title else {})}}
        case MediaKind.DOCUMENT:
            titles = (first.title, str(content.settings.get("document_title") or ""), first.file.name)
            title = next(title for title in titles if title.strip())
            return {"media": {"id": urns[0], "title": title[:LONGEST_TITLE]}}


def _image(urn: str, attachment: Attachment) -> dict[str, Any]:
    return {"id": urn, **({"altText": attachment.alt_text} if attachment.alt_text else {})}


def essence(post: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a post shows beside its text, in a form that is equal for our body and for LinkedIn's own telling of it."""
    reshare = post.get("reshareContext")
    if isinstance(reshare, dict) and reshare.get("parent"):
        return ("reshare", str(reshare["parent"]))
    content = post.get("content")
    content = content if isinstance(content, dict) else {}
    match content:
        case {"media": {"id": str(urn)}}:
            return ("media", urn)
        case {"multiImage": {"images": [*images]}}:
            return ("media", *(str(image.get("id")) for image in images if isinstance(image, dict)))
        case {"article": {"source": str(source)}}:
            return ("article", source.rstrip("/"))
        case {"poll": {"question": str(question)}}:
            return ("poll", question)
        case _:
            return ("text",)
