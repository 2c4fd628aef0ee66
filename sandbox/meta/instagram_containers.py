"""`/{ig-user}/media`: containers, how they come about and how they stand."""

from __future__ import annotations

from typing import Any

from sandbox.meta import arrivals, instagram_rules
from sandbox.meta.arrivals import Arrived
from sandbox.meta.ask import UPLOAD_HOST, Ask
from sandbox.meta.errors import GraphError, invalid, missing_object
from sandbox.meta.fields import NodeType, show, unset
from sandbox.meta.instagram_access import account_of, may_publish
from sandbox.meta.instagram_records import Account, Container, ContainerKind
from sandbox.probing import probe

DAY_S = 24 * 60 * 60
PARAMS = frozenset(
    {
        "image_url",
        "video_url",
        "media_type",
        "caption",
        "is_carousel_item",
        "children",
        "alt_text",
        "user_tags",
        "location_id",
        "collaborators",
        "share_to_feed",
        "cover_url",
        "thumb_offset",
        "audio_name",
        "trial_params",
        "audio_configuration",
        "upload_type",
        "product_tags",
        "branded_content_sponsor_ids",
        "is_paid_partnership",
        "is_ai_generated",
        "fields",
    }
)
# Status and the sentence that goes with it.
_SAID = {
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "PUBLISHED": "Published: Media has been successfully published.",
    "EXPIRED": "Expired: The container was not published within 24 hours and has expired.",
}


def create(ask: Ask, account: Account) -> dict[str, Any]:
    """Make a container for a picture, a film, a story or a carousel."""
    may_publish(ask, account)
    kind, video, item = _kind(ask, account)
    container = Container(
        ask.state.new_id("178"), account.id, ask.speaker.app_id, ask.now, kind, video=video, is_item=item
    )
    if item and ask.text("caption"):
        raise invalid("Items of a carousel have no caption; their parent has one.")
    container.caption = instagram_rules.caption(ask)
    container.extras = instagram_rules.extras(ask, kind, video=video, item=item)
    container.resumable = _resumable(ask, video)
    _refuse_too_many(ask, account)
    asked = ask.fields(CONTAINER) if ask.text("fields") else None
    _cover(ask)
    if kind == "CAROUSEL":
        _gather(ask, container, _children(ask, account))
    elif not container.resumable:
        arrive(ask, container, _arrival(ask, container))
    ask.state.instagram.save_container(container)
    answer = {"id": container.id} if asked is None else show(ask, CONTAINER, container, asked)
    if container.resumable:
        answer["uri"] = ask.call.address.url(UPLOAD_HOST, f"/ig-api-upload/{ask.version}/{container.id}")
    return answer


def arrive(ask: Ask, container: Container, arrived: Arrived) -> None:
    """Put a file into a container and begin its processing."""
    seen = arrived.probe
    container.digest, container.complete = arrived.keep(ask), True
    container.size = container.arrived = len(arrived.body)
    container.width, container.height, container.duration_s = seen.width, seen.height, seen.duration_s
    if container.video:
        documented = ask.world.switches.word("meta.ig_video_checks") == "documented"
        container.subcode = instagram_rules.film(
            seen, len(arrived.body), container.kind, container.extras, documented=documented
        )
    _begin(ask, container)
    ask.state.instagram.save_container(container)


def _gather(ask: Ask, parent: Container, children: list[Container]) -> None:
    """Put finished items into a carousel; none of them can be in another."""
    parent.children, parent.complete = [child.id for child in children], True
    _begin(ask, parent)
    for child in children:
        child.parent_id = parent.id
        ask.state.instagram.save_container(child)


def status_of(ask: Ask, container: Container) -> str:
    """Return how a container stands at this moment."""
    if container.media_id:
        return "PUBLISHED"
    if ask.now >= container.created + DAY_S:
        return "EXPIRED"
    if container.upload_error:
        return "ERROR"
    if not container.complete or ask.world.clock.now() < container.ready_at or container.fate == "stalls":
        return "IN_PROGRESS"
    return "ERROR" if container.subcode else "FINISHED"


def read(ask: Ask, container: Container) -> dict[str, Any]:
    """Read a container; with the Page's token only where a switch says that works."""
    account_of(ask, container)
    if ask.speaker.kind == "PAGE" and not ask.world.switches.flag("meta.ig_page_token_reads"):
        raise missing_object(ask.call.method, container.id)
    return show(ask, CONTAINER, container, ask.fields(CONTAINER))


def _status(ask: Ask, container: Container) -> str:
    code = status_of(ask, container)
    if code == "ERROR":
        subcode = container.subcode or 2207082
        return f"Error: Media upload has failed with error code {subcode}"
    return _SAID[code]


def _video_status(ask: Ask, container: Container) -> dict[str, Any] | None:
    if not container.resumable:
        return None
    complete = "complete" if container.complete else "in_progress"
    return {
        "uploading_phase": {"status": complete, "bytes_transferred": container.arrived},
        "processing_phase": {"status": "complete" if status_of(ask, container) == "FINISHED" else "not_started"},
    }


CONTAINER = NodeType(
    "ShadowIGMediaBuilder",
    "id",
    {
        "id": lambda _ask, container, _field: container.id,
        "status_code": lambda ask, container, _field: status_of(ask, container),
        "status": lambda ask, container, _field: _status(ask, container),
        "video_status": lambda ask, container, _field: _video_status(ask, container),
        "copyright_check_status": unset,
    },
)


def _kind(ask: Ask, account: Account) -> tuple[ContainerKind, bool, bool]:
    """Return what is to be made, whether it is a film, and whether it is an item of a carousel."""
    said = ask.text("media_type").upper()
    item = ask.flag("is_carousel_item", default=False)
    has_image, has_video = bool(ask.text("image_url")), bool(ask.text("video_url"))
    resumable = bool(ask.text("upload_type"))
    if said not in ("", "IMAGE", "VIDEO", "REELS", "STORIES", "CAROUSEL"):
        raise instagram_rules.refused(100, 2207023, "Unknown media type", f"The media type {said} is unknown.")
    if said == "CAROUSEL":
        if has_image or has_video or item:
            raise invalid("A carousel has children and no media of its own.")
        return "CAROUSEL", False, False
    if has_image and has_video:
        raise invalid("Give either image_url or video_url.")
    if not (has_image or has_video or resumable):
        missing = "video_url" if said in ("REELS", "VIDEO") else "image_url"
        raise invalid(f"The parameter {missing} is required")
    if said == "STORIES":
        if account.kind != "business":
            raise invalid("Stories are for business accounts, not for creators.")
        if item:
            raise invalid("A story is no item of a carousel.")
        return "STORIES", not has_image, False
    if said in ("REELS", "VIDEO"):
        if has_image:
            raise invalid("The parameter video_url is required")
        if said == "REELS" and item:
            raise invalid("A reel is no item of a carousel.")
        if said == "VIDEO" and not item:
            raise invalid("The VIDEO value for media_type is no longer supported. Use the REELS media_type instead.")
        return ("REELS" if said == "REELS" else "VIDEO"), True, item
    if not has_image:
        raise invalid("A video needs a media_type.")
    return "IMAGE", False, item


def _resumable(ask: Ask, video: bool) -> bool:
    said = ask.text("upload_type")
    if not said:
        return False
    if said != "resumable":
        raise invalid("Param upload_type must be resumable.")
    if not video:
        raise invalid("Images cannot be uploaded this way.")
    if ask.text("video_url"):
        raise invalid("upload_type goes without video_url.")
    return True


def _children(ask: Ask, account: Account) -> list[Container]:
    given = ask.call.params.get("children")
    if isinstance(given, str) and not given.lstrip().startswith("["):
        wanted = [child.strip() for child in given.split(",") if child.strip()]
    else:
        wanted = [str(child) for child in ask.structure("children") or []]
    if not 2 <= len(wanted) <= 10:
        raise instagram_rules.refused(100, 2207028, "Wrong number of items", "A carousel has 2 to 10 items.")
    found = []
    for child_id in wanted:
        child = ask.state.instagram.containers.get(child_id)
        if child is None or child.account_id != account.id:
            raise missing_object(ask.call.method, child_id)
        if not child.is_item:
            raise invalid(f"{child_id} was not made with is_carousel_item.")
        if child.parent_id or wanted.count(child_id) > 1:
            raise invalid(f"{child_id} is used already.")
        status = status_of(ask, child)
        if status == "EXPIRED":
            raise missing_container()
        if status != "FINISHED":
            raise not_ready()
        found.append(child)
    return found


def _arrival(ask: Ask, container: Container) -> Arrived:
    """Fetch what a container is to hold, and look at a picture at once; a film is judged by processing."""
    url = ask.text("video_url" if container.video else "image_url")
    if not url.isascii():
        raise instagram_rules.refused(*instagram_rules.NOT_FETCHED, "Media not fetched", "The address is not US-ASCII.")
    answer = arrivals.fetched(ask, url)
    if not answer.ok:
        timed_out = "too long" in answer.problem
        code, subcode = (-2, 2207003) if timed_out else instagram_rules.NOT_FETCHED
        raise instagram_rules.refused(
            code,
            subcode,
            "Only photo or video can be accepted as media type.",
            "The media could not be fetched from this URI: " + (answer.problem or f"it answered {answer.status}") + ".",
        )
    arrived = Arrived(answer.body, probe(answer.body))
    if not container.video:
        instagram_rules.picture(arrived, container.kind)
    elif arrived.probe.kind == "image" or answer.content_type == "text/html":
        raise instagram_rules.refused(*instagram_rules.NOT_FETCHED, "Media not accepted", "This is not a video.")
    return arrived


def _cover(ask: Ask) -> None:
    """Fetch a reel's cover: a JPEG of at most 8 MB."""
    url = ask.text("cover_url")
    if not url:
        return
    answer = arrivals.fetched(ask, url)
    if not answer.ok:
        raise instagram_rules.refused(*instagram_rules.NOT_FETCHED, "Cover not fetched", "The cover is not there.")
    seen = probe(answer.body)
    if seen.mime != "image/jpeg" or len(answer.body) > instagram_rules.MOST_BYTES:
        raise instagram_rules.refused(36001, 2207005, "Unsupported image format", "The cover is no JPEG of 8 MB.")


def _begin(ask: Ask, container: Container) -> None:
    switches = ask.world.switches
    takes_s = switches.number("meta.ig_video_processing_s" if container.video else "meta.ig_image_processing_s")
    container.ready_at = ask.world.clock.now() + takes_s
    fate = switches.word("meta.ig_fate")
    container.fate = "stalls" if fate == "stalls" else "works"
    if fate == "fails" and not container.subcode:
        container.fate, container.subcode = "fails", 2207053 if container.video else 2207032


def _refuse_too_many(ask: Ask, account: Account) -> None:
    most = ask.world.switches.number("meta.ig_containers_per_day")
    if ask.state.instagram.containers_since(account.id, ask.now - DAY_S) >= most:
        raise instagram_rules.refused(9, 2207042, "Too many containers", f"At most {most} containers in 24 hours.")


def not_ready() -> GraphError:
    """Refuse to publish what is not finished."""
    return instagram_rules.refused(
        9007, 2207027, "Media ID is not available", "The media is not ready to be published. Please wait a moment."
    )


def missing_container() -> GraphError:
    """Refuse a container that is not there (any more)."""
    return instagram_rules.refused(24, 2207008, "Media not found", "The media builder does not exist or has expired.")
