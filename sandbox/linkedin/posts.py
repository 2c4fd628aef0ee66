"""`POST /rest/posts`: somebody says something."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from werkzeug.wrappers import Response

from sandbox.linkedin import fields, little_text, post_content
from sandbox.linkedin.access import may_write_as
from sandbox.linkedin.ask import Ask
from sandbox.linkedin.errors import bad_input, invalid, missing, too_long, unpermitted
from sandbox.linkedin.little_text import LittleText
from sandbox.linkedin.records import Organization, Post

TEXT_MOST = 3000
VISIBILITIES = ("PUBLIC", "CONNECTIONS", "LOGGED_IN", "CONTAINER")
LABELS = ("contentCallToActionLabel", "contentLandingPage")
_SCHEMA: dict[str, Any] = {
    "author": None,
    "commentary": None,
    "visibility": None,
    "distribution": {"feedDistribution": None, "targetEntities": [None], "thirdPartyDistributionChannels": [None]},
    "lifecycleState": None,
    "isReshareDisabledByAuthor": None,
    "content": post_content.SCHEMA,
    "reshareContext": {"parent": None},
    "contentCallToActionLabel": None,
    "contentLandingPage": None,
    "container": None,
    "adContext": {},
}


def create(ask: Ask) -> Response:
    """Publish a post. The answer is empty; the URN stands in a header alone."""
    body = ask.body
    author = _author(ask, body)
    fields.refuse_unpermitted(body, _SCHEMA)
    page = isinstance(ask.state.author(author), Organization)
    text = read_commentary(ask, fields.text(body, "commentary", needed=True))
    visibility = fields.choice(body, "visibility", VISIBILITIES)
    if page and visibility == "CONNECTIONS":
        raise invalid("/visibility", "CONNECTIONS is for members.")
    distribution = _distribution(body, page=page)
    if fields.text(body, "lifecycleState", needed=True) != "PUBLISHED":
        raise invalid("/lifecycleState", "only PUBLISHED can be created.")
    parent = _reshared(ask, body)
    kind = post_content.check(ask, body["content"], author) if "content" in body else ""
    if not body["commentary"].strip() and not kind and not parent:
        raise bad_input("INVALID_VALUE_BLANK_FIELD", "/commentary must not be blank without content.", "/commentary")
    number = ask.state.new_number(ask.now_ms)
    post = Post(
        urn=f"urn:li:{'ugcPost' if kind in post_content.UGC_KINDS else 'share'}:{number}",
        author=author,
        app_id=ask.app.id,
        created_ms=ask.now_ms,
        modified_ms=ask.now_ms,
        seq=ask.state.next_seq(),
        # One off the post's own number, as in the feed: nothing may take the one for the other.
        activity=str(int(number) + 1),
        commentary=text.canonical,
        text=text.visible,
        visibility=visibility,
        distribution=distribution,
        content=body.get("content", {}),
        reshare_of=parent,
        reshare_disabled=body.get("isReshareDisabledByAuthor") is True,
        truncated=text.truncated,
        extras={name: body[name] for name in (*LABELS, "adContext", "container") if name in body},
    )
    post.fingerprint = _fingerprint(post)
    _refuse_duplicate(ask, post)
    ask.state.save_post(post)
    if text.truncated:
        ask.call.note = "the text was cut at an unescaped character"
    shown = ask.world.switches.word("linkedin.post_id_header") == "present"
    return Response(status=201, headers={"x-restli-id": post.urn} if shown else {})


def read_commentary(ask: Ask, commentary: str) -> LittleText:
    """Read little text and check its length."""
    text = little_text.parse(commentary, lambda urn: getattr(ask.state.author(urn), "name", None))
    counted = commentary if ask.world.switches.flag("linkedin.length_counts_escapes") else text.visible
    if len(counted) > TEXT_MOST:
        raise too_long("/commentary", TEXT_MOST)
    return text


def _author(ask: Ask, body: dict[str, Any]) -> str:
    """Return the author this token may speak for."""
    author = body.get("author")
    if not isinstance(author, str) or not author:
        raise missing("/author")
    if not author.startswith(("urn:li:person:", "urn:li:organization:")):
        raise bad_input("INVALID_URN_TYPE", f"/author: {author} is neither a person nor an organization.", "/author")
    distribution = body.get("distribution")
    dark = isinstance(distribution, dict) and distribution.get("feedDistribution") == "NONE"
    if not may_write_as(ask, author, dark=dark):
        raise unpermitted("/author")
    return author


def _distribution(body: dict[str, Any], *, page: bool) -> dict[str, Any]:
    distribution = fields.record(body, "distribution")
    feed = fields.choice(distribution, "feedDistribution", ("MAIN_FEED", "NONE"), "distribution")
    for name in ("targetEntities", "thirdPartyDistributionChannels"):
        if not isinstance(distribution.get(name, []), list):
            raise invalid(f"/distribution/{name}", "expected an array.")
    if not page and (feed == "NONE" or distribution.get("targetEntities")):
        raise invalid("/distribution", "dark and targeted posts are for pages.")
    return distribution


def _reshared(ask: Ask, body: dict[str, Any]) -> str:
    if "reshareContext" not in body:
        return ""
    if "content" in body:
        raise invalid("/content", "a reshare has no content of its own.")
    path = "/reshareContext/parent"
    urn = fields.text(fields.record(body, "reshareContext"), "parent", "reshareContext", needed=True)
    parent = ask.state.resolve(urn)
    if parent is None or not urn.startswith(("urn:li:share:", "urn:li:ugcPost:")):
        raise bad_input("INVALID_URN_ID", f"{path}: {urn} does not exist.", path)
    if parent.reshare_disabled or parent.visibility != "PUBLIC":
        raise invalid(path, "its author does not allow resharing.")
    return urn


def _fingerprint(post: Post) -> str:
    said = json.dumps([post.author, post.text.strip(), post.content, post.reshare_of], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _refuse_duplicate(ask: Ask, post: Post) -> None:
    """Refuse what the same author said a moment ago, naming the first post."""
    switches = ask.world.switches
    first = ask.state.last_said(post.fingerprint)
    if first is None or post.created_ms - first.created_ms >= switches.number("linkedin.duplicate_window_s") * 1000:
        return
    if first.urn not in ask.state.posts and not switches.flag("linkedin.ghost_duplicates"):
        return
    words = f"Content is a duplicate of {first.urn}"
    if switches.word("linkedin.duplicate_words") == "long":
        words = f"com.linkedin.content.common.exception.BadRequestResponseException: {words}"
    refusal = bad_input("DUPLICATE_POST", words, status=422)
    refusal.details[0]["description"] = "Duplicate post is detected"
    raise refusal
