"""What a mail says: the post's own words as HTML and plain text, or what its author made, with the addresses of its images.

Source: docs/platforms/mailchimp.md, "Content". Merge tags (``*|FNAME|*``) have no characters that HTML would escape, so they come
through, and addresses are never rewritten, for a tag may stand in one.
"""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.mailchimp.settings import Format
from connectors.types import Attachment, Content

#: An image of the post, as authors name it where an address stands: ``src="media:1"``, ``url(media:1)``.
MEDIA: Final = re.compile(r"(?<=[\"'(=\s])media:([0-9]{1,3})(?=[\"')\s>])")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.S)

_PAGE: Final = """<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>*|MC:SUBJECT|*</title>
</head>
<body style="margin:0;padding:0;background:#f4f4f2">
{preview}<div style="max-width:600px;margin:0 auto;padding:32px 24px;background:#ffffff;color:#222222;\
font:16px/1.55 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
{body}
</div>
<div style="max-width:600px;margin:0 auto;padding:16px 24px;color:#77777a;\
font:13px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<p>*|LIST:DESCRIPTION|*</p>
<p><a href="*|UNSUB|*" style="color:#77777a">Unsubscribe</a></p>
<p>*|HTML:LIST_ADDRESS_HTML|*</p>
</div>
</body>
</html>
"""
_PREVIEW: Final = '<div style="display:none;max-height:0;overflow:hidden">*|MC_PREVIEW_TEXT|*</div>\n'
_PLAIN_FOOTER: Final = "--\n*|LIST:DESCRIPTION|*\nUnsubscribe: *|UNSUB|*\n*|LIST:ADDRESS|*\n"


def format_of(content: Content) -> Format:
    """Return what the mail is made of."""
    return Format(content.settings.get("format", Format.TEXT))


def used_images(content: Content) -> tuple[int, ...]:
    """Return the positions of the images that the mail shows, from 0."""
    match format_of(content):
        case Format.TEXT:
            return tuple(range(len(content.media)))
        case Format.PLAIN_TEXT:
            return ()
        case Format.HTML | Format.TEMPLATE:
            named = {int(number) - 1 for part in _parts(content.settings) for number in MEDIA.findall(part)}
            return tuple(sorted(position for position in named if 0 <= position < len(content.media)))


def named_images(settings: Mapping[str, Any]) -> set[int]:
    """Return the numbers of the images that an author's HTML names, from 1."""
    return {int(number) for part in _parts(settings) for number in MEDIA.findall(part)}


def body_of(content: Content, addresses: Mapping[int, str]) -> dict[str, Any]:
    """Return what ``PUT content`` says; ``addresses`` are those of the images, by position."""
    said = content.settings
    match format_of(content):
        case Format.TEXT:
            return {"html": _page(content, addresses), "plain_text": said.get("plain_text") or _plain(content)}
        case Format.PLAIN_TEXT:
            return {"plain_text": _with_footer(str(said.get("plain_text") or _words(content)))}
        case Format.HTML:
            plain = {"plain_text": said["plain_text"]} if said.get("plain_text") else {}
            return {"html": _filled(str(said["html"]), addresses), **plain}
        case Format.TEMPLATE:
            sections = {
                name: _filled(str(value), addresses) for name, value in (said.get("template_sections") or {}).items()
            }
            return {"template": {"id": said["template_id"], **({"sections": sections} if sections else {})}}


def has_unsubscribe(text: str) -> bool:
    """Tell whether Mailchimp will find a link to unsubscribe; one inside a comment does not count."""
    return "*|UNSUB|*" in _COMMENT.sub("", text).partition("<!--")[0]


def leaves_comment_open(text: str) -> bool:
    """Tell whether a comment of the HTML has no end, so that all behind it is hidden."""
    return "<!--" in _COMMENT.sub("", text)


def _parts(settings: Mapping[str, Any]) -> Sequence[str]:
    if settings.get("format") == Format.HTML:
        return (str(settings.get("html") or ""),)
    if settings.get("format") == Format.TEMPLATE:
        return [str(value) for value in (settings.get("template_sections") or {}).values()]
    return ()


def _filled(text: str, addresses: Mapping[int, str]) -> str:
    return MEDIA.sub(lambda found: addresses.get(int(found[1]) - 1, found[0]), text)


def _page(content: Content, addresses: Mapping[int, str]) -> str:
    blocks = [_paragraph(block) for block in re.split(r"\n\s*\n", content.text.strip()) if block.strip()]
    blocks += [_picture(attachment, addresses[number]) for number, attachment in enumerate(content.media)]
    if content.link:
        address = html.escape(content.link)
        blocks.append(f'<p><a href="{address}">{html.escape(_shown(content.link))}</a></p>')
    preview = _PREVIEW if content.settings.get("preview_text") else ""
    return _PAGE.replace("{preview}", preview).replace("{body}", "\n".join(blocks))


def _paragraph(block: str) -> str:
    lines = [html.escape(line.rstrip(), quote=False) for line in block.strip().splitlines()]
    return f"<p>{'<br>'.join(lines)}</p>"


def _picture(attachment: Attachment, address: str) -> str:
    shown = f'src="{html.escape(address)}" alt="{html.escape(attachment.alt_text)}"'
    return f'<p><img {shown} style="display:block;max-width:100%;height:auto;border:0"></p>'


def _plain(content: Content) -> str:
    return _with_footer(_words(content))


def _words(content: Content) -> str:
    return "\n\n".join(part for part in (content.text.strip(), content.link) if part)


def _with_footer(words: str) -> str:
    return words if has_unsubscribe(words) else f"{words}\n\n{_PLAIN_FOOTER}"


def _shown(link: str) -> str:
    parts = urlsplit(link)
    return (parts.netloc + parts.path).rstrip("/") or link
