"""`/v2/post/publish/content/init/`: photos, which are always fetched."""

from __future__ import annotations

from typing import Any

from sandbox.fetching import Fetched
from sandbox.tiktok import checking, posting, processing, pulls
from sandbox.tiktok.ask import Ask, is_count
from sandbox.tiktok.errors import Refusal, invalid
from sandbox.tiktok.records import Mode
from sandbox.tiktok.scopes import PUBLISH, UPLOAD

MOST_PHOTOS = 35
MOST_TITLE, MOST_DESCRIPTION = 90, 4000
_FLAGS = ("disable_comment", "auto_add_music", "brand_content_toggle", "brand_organic_toggle")
# One page prints the first with a space; nobody sends it so.
_MODES: dict[object, Mode] = {"DIRECT_POST": "direct", "DIRECT POST": "direct", "MEDIA_UPLOAD": "inbox"}
_NO_POST_INFO = "The request post info is empty or incorrect"


def mode_of(ask: Ask) -> Mode | None:
    """Return where the photos are to go; None when the body does not say."""
    mode = ask.body.get("post_mode")
    return _MODES.get(mode) if isinstance(mode, str) else None


def need_scope(ask: Ask) -> None:
    """Ask for the scope of the mode; without a mode either will do."""
    mode = mode_of(ask)
    ask.need(*{"direct": (PUBLISH,), "inbox": (UPLOAD,), None: (PUBLISH, UPLOAD)}[mode])


def init(ask: Ask) -> dict[str, Any]:
    """Begin a post or a draft of photos."""
    mode = mode_of(ask)
    if ask.body.get("media_type") != "PHOTO" or mode is None:
        raise invalid("The media type or the post mode is empty or incorrect")
    source_info = ask.block("source_info")
    urls, cover = _photos(source_info)
    post_info = ask.body.get("post_info")
    if not isinstance(post_info, dict):
        if mode == "direct" or post_info is not None:
            raise invalid(_NO_POST_INFO)
        post_info = {}
    settings = {
        "title": posting.read_text(post_info, "title", MOST_TITLE),
        "description": posting.read_text(post_info, "description", MOST_DESCRIPTION),
        "photo_cover_index": cover,
    }
    if mode == "direct":
        settings |= posting.read_flags(post_info, _FLAGS)
        settings |= posting.read_flags(ask.body, ("is_aigc",))
        settings["privacy_level"] = posting.check_privacy(ask, post_info)
    for url in urls:
        pulls.check_address(ask, url)
    posting.check_caps(ask, mode)
    fetched = [pulls.fetch(ask, url) for url in urls]
    if ask.world.switches.word("tiktok.wrong_photo") == "init" and any(map(_is_wrong, fetched)):
        raise Refusal("invalid_file_upload")
    publish = posting.begin(ask, "photo", mode, "url", settings)
    processing.photos_pulled(ask, publish, fetched)
    return {"publish_id": publish.id}


def _is_wrong(fetched: Fetched) -> bool:
    return fetched.ok and checking.judge_photo(fetched.body).trouble == "file_format_check_failed"


def _photos(source_info: dict[str, Any]) -> tuple[list[Any], int]:
    if source_info.get("source") != "PULL_FROM_URL":
        raise invalid("The source is incorrect: photos are taken by PULL_FROM_URL alone")
    urls = source_info.get("photo_images")
    if not isinstance(urls, list) or not 1 <= len(urls) <= MOST_PHOTOS:
        raise invalid("The photo images are empty, or more than 35")
    cover = source_info.get("photo_cover_index")
    if not is_count(cover) or not 0 <= cover < len(urls):
        raise invalid("The photo cover index is empty or incorrect")
    return urls, cover
