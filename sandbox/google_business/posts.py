"""`accounts/{a}/locations/{l}/localPosts`: create, get, list, patch, delete. The same post twice is two posts."""

from __future__ import annotations

import copy
import secrets
import zlib
from typing import Any

from sandbox.google_business import hosts, lifecycle, moments, paging, payload, photos, post_rules
from sandbox.google_business.ask import Ask, camel
from sandbox.google_business.errors import bad_request, invalid_argument, no_posts_here, not_found, validation
from sandbox.google_business.payload import Kind
from sandbox.google_business.post_fields import LOCAL_POST
from sandbox.google_business.records import Location, Post

PARAMS = frozenset({"pageSize", "pageToken"})


def create(ask: Ask) -> dict[str, Any]:
    """Publish a post; the answer tells the state it begins with."""
    body = payload.read(ask.body, LOCAL_POST, "local_post")
    location = _speaking(ask)
    now_us = moments.micros(ask.now)
    _check(ask, body)
    shots = _photos(ask, body)
    post = Post(
        id=ask.state.new_post_id(),
        account_id=ask.path["account"],
        location_id=location.id,
        app_id=ask.app.id,
        person_id=ask.person.id,
        seq=ask.state.next_seq(),
        lpsid=f"CIHM0og{secrets.token_urlsafe(24)}",
        body=_kept(body),
        photos=shots,
        created_us=now_us,
        updated_us=now_us,
        fate="live",
        processing_s=0,
        reject_after_s=0,
        scheduled_us=moments.read(body.get("scheduledTime", "")) or 0,
    )
    lifecycle.draw_fate(post, ask.switches)
    ask.state.save_post(post)
    shown = show(ask, post)
    if ask.switches.flag("google_business.nameless"):
        ask.call.note = "the answer to the created post has no name"
        del shown["name"]
    return shown


def read(ask: Ask) -> dict[str, Any]:
    """Tell one post."""
    return show(ask, _found(ask))


def listed(ask: Ask) -> dict[str, Any]:
    """List the posts of a location, in an order nobody promises."""
    location = ask.location()
    until = moments.micros(ask.now) - ask.switches.number("google_business.list_lag_s") * moments.MICROSECOND
    found = [post for post in ask.state.posts_at(location.id) if post.created_us <= until]
    if ask.switches.word("google_business.list_order") == "shuffled":
        found.sort(key=lambda post: zlib.crc32(post.id.encode()))
    rows, token = paging.page(ask, found, default=20, most=100)
    return paging.told("localPosts", rows, lambda post: show(ask, post), token)


def patch(ask: Ask) -> dict[str, Any]:
    """Change the fields that the mask names; whatever else is sent is passed over."""
    mask = [camel(path.strip()) for path in ask.text("updateMask").split(",") if path.strip()]
    if not mask:
        raise invalid_argument("Request contains an invalid argument. update_mask is required.")
    sent = payload.read(ask.body, LOCAL_POST, "local_post")
    _speaking(ask)
    post = _found(ask)
    body = {**copy.deepcopy(post.body), "media": [{**_AS_SENT, "sourceUrl": one["url"]} for one in post.photos]}
    for path in mask:
        _put(body, sent, LOCAL_POST, path)
    _check(ask, body, scheduled_before_us=post.scheduled_us)
    if "media" in mask:
        post.photos = _photos(ask, body)
    post.body = _kept(body)
    post.updated_us = moments.micros(ask.now)
    post.scheduled_us = moments.read(body.get("scheduledTime", "")) or 0
    post.struck = False
    lifecycle.draw_fate(post, ask.switches)
    return show(ask, ask.state.save_post(post))


def delete(ask: Ask) -> dict[str, Any]:
    """Take a post away; the second time there is none."""
    ask.state.remove_post(_found(ask))
    return {}


def show(ask: Ask, post: Post) -> dict[str, Any]:
    """Tell a post as the API does: zeros left out, photos by their new addresses, the link once people can see it."""
    digits = int(ask.switches.word("google_business.time_digits"))
    state = lifecycle.state_of(post, ask.now)
    shown: dict[str, Any] = {
        "name": post.name,
        **_without_zeros(post.body),
        "state": state,
        "createTime": moments.told(post.created_us, digits),
        "updateTime": moments.told(post.updated_us, digits),
    }
    if state in lifecycle.SHOWN:
        shown["searchUrl"] = ask.call.address.url(hosts.PLACE, "/place", search_query(ask.state.locations, post))
    if post.photos:
        shown["media"] = [
            {
                "name": f"{post.parent}/media/localPosts/{photo['key']}",
                "mediaFormat": "PHOTO",
                "googleUrl": ask.call.address.url(hosts.PICTURES, f"/p/{photo['key']}"),
            }
            for photo in post.photos
        ]
    return shown


def search_query(locations: Any, post: Post) -> dict[str, str]:
    """Return what leads to a post on its location's page."""
    location = locations.get(post.location_id)
    return {"id": location.cid if location else post.location_id, "use": "posts", "lpsid": post.lpsid}


_AS_SENT = {"mediaFormat": "PHOTO"}


def _speaking(ask: Ask) -> Location:
    """Return the location, which must be one that may post."""
    location = ask.location()
    if not location.may_post:
        raise no_posts_here()
    return location


def _found(ask: Ask) -> Post:
    location = ask.location()
    post = ask.state.posts.get(ask.path["post"])
    if post is None or post.location_id != location.id:
        raise not_found()
    return post


def _check(ask: Ask, body: dict[str, Any], *, scheduled_before_us: int = 0) -> None:
    found = post_rules.flaws(body, ask.switches, moments.micros(ask.now), scheduled_before_us=scheduled_before_us)
    if found:
        raise validation(*found)


def _photos(ask: Ask, body: dict[str, Any]) -> list[dict[str, str]]:
    """Fetch every photo before anything is kept."""
    taken = [
        (item["sourceUrl"], photos.take(ask.call, ask.switches, item["sourceUrl"])) for item in body.get("media", [])
    ]
    return [
        {
            "key": f"AF1QipP{secrets.token_urlsafe(24)}",
            "url": url,
            "digest": ask.world.media.keep(data),
            "mime": seen.mime,
            "size": f"{seen.width}x{seen.height}",
        }
        for url, (data, seen) in taken
    ]


def _kept(body: dict[str, Any]) -> dict[str, Any]:
    """Return what the platform keeps of a body: no media, which it made its own, and no button under an offer."""
    dropped = {"media", "callToAction"} if body.get("topicType") == "OFFER" else {"media"}
    kept = {name: value for name, value in body.items() if name not in dropped}
    button = kept.get("callToAction", {})
    if button.get("actionType") == "CALL":
        kept["callToAction"] = {"actionType": "CALL"}
    return kept


def _put(body: dict[str, Any], sent: dict[str, Any], kind: Kind, path: str) -> None:
    """Carry one masked field over; a field that was not sent is cleared, one the platform sets is left alone."""
    head, _, rest = path.partition(".")
    inner = (kind.fields or {}).get(head)
    if inner is None or (rest and inner.repeated):
        raise bad_request([("update_mask", f"Invalid field mask provided: {path}")])
    if inner is payload.OUTPUT:
        return
    if rest:
        body[head] = dict(body.get(head, {}))
        _put(body[head], sent.get(head, {}), inner, rest)
    elif head in sent:
        body[head] = sent[head]
    else:
        body.pop(head, None)


def _without_zeros(value: Any) -> Any:
    """Leave out zeros and empty texts at every depth; an empty object stays, for it was sent."""
    if isinstance(value, dict):
        return {name: _without_zeros(one) for name, one in value.items() if one not in (0, "", [])}
    if isinstance(value, list):
        return [_without_zeros(one) for one in value]
    return value
