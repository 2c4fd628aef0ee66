"""`/campaigns/{id}/content`: what a mail says, from any of its sources."""

from __future__ import annotations

from typing import Any

from sandbox.calls import JsonObject
from sandbox.fetching import Errand
from sandbox.mailchimp import archives, sections
from sandbox.mailchimp.ask import Ask
from sandbox.mailchimp.errors import bad_request, invalid
from sandbox.mailchimp.fields import Fields
from sandbox.mailchimp.mail_text import plain_of, with_footer
from sandbox.mailchimp.records import Campaign
from sandbox.mailchimp.shaping import with_links

_SOURCES = ("html", "template", "url", "archive", "variate_contents")
_MOST_BYTES = 2 << 20


def read(ask: Ask) -> JsonObject:
    """Read back what a campaign says."""
    return show(ask, ask.campaign)


def put(ask: Ask) -> JsonObject:
    """Say something else from now on; the whole of it is replaced."""
    campaign = ask.campaign
    if campaign.status not in ("save", "paused"):
        raise bad_request(f"A campaign with the status '{campaign.status}' cannot be edited.")
    body = Fields(ask.body)
    given = [name for name in _SOURCES if ask.body.get(name) is not None]
    plain = body.text("plain_text")
    if len(given) > 1:
        raise bad_request(f"Content has one source, not {' and '.join(given)}.")
    if not given and not plain:
        body.wrong("", "Required fields were not provided: html or plain_text or template or url or archive")
    if campaign.type == "plaintext" and given and given != ["url"]:
        body.wrong(given[0], "A plaintext campaign has no HTML.")
    source = given[0] if given else ""
    html, kind = _html(ask, campaign, body, source)
    body.done()
    campaign.html, campaign.content_type = html, kind
    campaign.plain_text, campaign.plain_given = plain or plain_of(html), bool(plain)
    campaign.extras.pop("variate_contents", None)
    if source == "variate_contents":
        campaign.extras["variate_contents"] = body.many("variate_contents")
    ask.state.save_campaign(campaign)
    return show(ask, campaign)


def from_template(ask: Ask, campaign: Campaign) -> None:
    """Begin a campaign with the words of the template its settings name."""
    template = ask.state.templates.get(str(campaign.settings["template_id"]))
    if template is not None:
        campaign.html, campaign.plain_text, campaign.plain_given = template.html, plain_of(template.html), False


def show(ask: Ask, one: Campaign) -> JsonObject:
    """Tell what a campaign says."""
    body = {"plain_text": one.plain_text, "html": one.html, "archive_html": with_footer(one.html) if one.html else ""}
    if "variate_contents" in one.extras:
        body["variate_contents"] = one.extras["variate_contents"]
    return with_links(ask, body, f"/campaigns/{one.id}/content")


def _html(ask: Ask, campaign: Campaign, body: Fields, source: str) -> tuple[str, str]:
    """Return the HTML of a source, and what this kind of content is called."""
    if source == "html":
        return body.text("html"), "html"
    if source == "template":
        return _of_template(ask, body.inner("template")), "template"
    if source == "url":
        return _of_address(ask, body.text("url")), "url"
    if source == "archive":
        return _of_archive(body.inner("archive")), "html"
    if source == "variate_contents":
        first: Any = next(iter(body.many("variate_contents")), {})
        return str(first.get("html") or "") if isinstance(first, dict) else "", "html"
    return "", "html" if campaign.type != "plaintext" else "template"


def _of_template(ask: Ask, block: Fields) -> str:
    block.need("id")
    template = ask.state.templates.get(str(block.number("id")))
    if template is None or template.account_id != ask.account.id or not template.active:
        block.wrong("id", "There is no template with this id.")
        return ""
    if template.content_type == "multichannel":
        raise bad_request("Templates of the new builder cannot be used here.")
    wanted = {str(name): str(value) for name, value in block.block("sections").items()}
    return sections.fill(template.html, wanted)


def _of_address(ask: Ask, url: str) -> str:
    fetched = ask.call.fetch(Errand(url, headers=(("User-Agent", "MailChimp.com"),), most_bytes=_MOST_BYTES))
    if not fetched.ok:
        raise invalid("url", "We could not import content from this URL.")
    return fetched.body.decode("utf-8", "replace")


def _of_archive(block: Fields) -> str:
    block.need("archive_content")
    kind = block.text("archive_type", "zip", choices=archives.TYPES)
    page = archives.page_in(block.text("archive_content"), kind)
    if page is None:
        block.wrong("archive_content", "The archive holds no page of HTML.")
    return page or ""
