"""`/{page}/photo_stories` and the list of a Page's stories."""

from __future__ import annotations

from typing import Any

from sandbox.meta import photos, videos
from sandbox.meta.access import as_page, need_scope
from sandbox.meta.ask import Ask
from sandbox.meta.errors import invalid
from sandbox.meta.fields import show
from sandbox.meta.media_fields import DAY_S, STORY
from sandbox.meta.media_records import Story
from sandbox.meta.pages import LIST_PARAMS
from sandbox.meta.paging import newest_first
from sandbox.meta.records import Page

PHOTO_PARAMS = frozenset({"photo_id"})
LISTING_PARAMS = LIST_PARAMS | {"status", "since", "until"}


def photo(ask: Ask, page: Page) -> dict[str, Any]:
    """Show an unpublished, unused photo for a day."""
    videos.enter(ask, page)
    photo_id = ask.text("photo_id")
    if not photo_id:
        raise invalid("Missing photo_id")
    found = ask.state.library.photos.get(photo_id)
    if found is None or found.page_id != page.id:
        raise invalid(f"Photo {photo_id} does not exist, or does not belong to this Page.")
    if found.post_id:
        raise photos.posted_before(ask)
    story = Story(ask.state.new_id(), page.id, ask.now, "photo", found.id)
    photos.use(ask, [found], story.id)
    ask.state.library.save_story(story)
    return {"success": True, "post_id": story.id}


def listed(ask: Ask, page: Page) -> dict[str, Any]:
    """List stories, newest first; those past their day only where the Page keeps an archive."""
    as_page(ask, page)
    need_scope(ask, "pages_read_engagement", page.id)
    wanted = ask.text("status").strip("[]\"' ").upper()
    if wanted and wanted not in ("PUBLISHED", "ARCHIVED"):
        raise invalid("Param status must be one of {ARCHIVED, PUBLISHED}")
    archive = ask.world.switches.flag("meta.story_archive")
    shown = []
    for story in ask.state.library.stories_of(page.id):
        status = "PUBLISHED" if ask.now < story.created + DAY_S else "ARCHIVED"
        if (status == "PUBLISHED" or archive) and wanted in ("", status):
            shown.append(story)
    asked = ask.fields(STORY)
    return newest_first(ask, shown, lambda story: show(ask, STORY, story, asked))
