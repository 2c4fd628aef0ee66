"""Posts of a Facebook Page: our content to Graph's calls, its answers to our Published.

Source: https://developers.facebook.com/docs/pages-api/posts, read 2026-11-21 for v25.0. Graph has no idempotency key, so the
one call that makes a post public is announced before it is sent; everything before it may be repeated or resumed.
"""

from typing import Any, Final

from connectors.meta import photos, reels, videos
from connectors.meta.asset import Asset, id_in
from connectors.meta.forms import Form, page_form
from connectors.meta.links import facebook_link, permalink_of
from connectors.meta.words import message_of
from connectors.types import Content, Journal, Processing, Published

#: https://developers.facebook.com/docs/pages-api/posts; the figure is Facebook's own post limit.
LONGEST_TEXT: Final = 63_206


def publish(page: Asset, content: Content, journal: Journal) -> Published | Processing:
    """Publish to a Page; called again later it goes on from what the journal knows."""
    match page_form(content):
        case Form.PHOTO_STORY:
            return _photo_story(page, content, journal)
        case Form.VIDEO_STORY:
            return reels.publish_story(page, content, journal)
        case Form.REEL:
            return reels.publish_reel(page, content, journal)
        case Form.VIDEO:
            return videos.publish(page, content, journal)
        case _:
            return _feed(page, content, journal)


def _feed(page: Asset, content: Content, journal: Journal) -> Published:
    body: dict[str, Any] = {"published": True, "fields": "id,permalink_url"}
    if message := message_of(content):
        body["message"] = message
    if place := content.settings.get("place"):
        body["place"] = place
    if content.media:
        ids = photos.upload_all(page, content.media, journal)
        body["attached_media"] = [{"media_fbid": photo_id} for photo_id in ids]
        journal.renew()
    elif content.link:
        body["link"] = content.link
    journal.announce("feed")
    answer = page.post(f"{page.id}/feed", body, operation="publish", last_moment=journal.last_moment)
    post_id = id_in(answer, "id", operation="publish", what="post")
    return Published(post_id, permalink_of(answer, post_id))


def _photo_story(page: Asset, content: Content, journal: Journal) -> Published:
    (photo_id,) = photos.upload_all(page, content.media, journal)
    journal.announce("photo_story")
    answer = page.post(
        f"{page.id}/photo_stories", {"photo_id": photo_id}, operation="publish", last_moment=journal.last_moment
    )
    post_id = id_in(answer, "post_id", operation="publish", what="story")
    return Published(post_id, facebook_link(post_id))
