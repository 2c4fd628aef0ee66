"""What a post says at one destination, its overrides applied: the words for showing, the whole for sending."""

from collections.abc import Sequence
from typing import Any

from connectors.base import DestinationKind
from connectors.models import Destination
from connectors.registry import CONNECTORS
from connectors.types import Content
from publishing import author_settings
from publishing.attachments import Said, attachments_of
from publishing.held import HeldPlace, HeldPost
from publishing.models import Post
from publishing.unsendable import SettingsOutdated


def content_of(post: Post | HeldPost, destination_id: object) -> Content:
    """Return the words of a post at one destination; costs no query."""
    said = _said_at(post, destination_id)
    return Content(text=said["text"], link=said["link"], first_comment=said["first_comment"])


def whole_content_of(post: Post | HeldPost, place: Destination | HeldPlace) -> Content:
    """Return all that goes to one destination. Raises ``Unsendable`` when it can no longer be put together."""
    said = _said_at(post, place.pk)
    return Content(
        text=said["text"],
        link=said["link"],
        media=attachments_of(post.tenant_id, said["media"]) if said["media"] else (),
        settings=_settings(said.get("settings") or post.settings.get(place.kind) or {}, place),
        first_comment=said["first_comment"],
    )


def files_at(post: Post, destination_id: object) -> Sequence[Said]:
    """Return the files that go to one destination, as they are stored."""
    said: Sequence[Said] = _said_at(post, destination_id)["media"]
    return said


def settings_at(post: Post, place: Destination) -> dict[str, Any]:
    """Return what is set for one destination, as it is stored, without the version."""
    said = _said_at(post, place.pk)
    return author_settings.values_of(said.get("settings") or post.settings.get(place.kind) or {})


def kind_of(place: Destination | HeldPlace) -> DestinationKind | None:
    """Return the kind of a place as its platform describes it today; None when the platform no longer knows it."""
    known = CONNECTORS[place.platform_id].kinds if place.platform_id in CONNECTORS else ()
    return next((kind for kind in known if kind.slug == place.kind), None)


def _said_at(post: Post | HeldPost, destination_id: object) -> dict[str, Any]:
    said = {"text": post.text, "link": post.link, "media": post.media, "first_comment": post.first_comment}
    return {**said, **post.overrides.get(str(destination_id), {})}


def _settings(stored: dict[str, Any], place: Destination | HeldPlace) -> dict[str, Any]:
    kind = kind_of(place)
    if kind is None:
        return {}
    read, findings = author_settings.read_one(kind.settings, stored, where=kind.name)
    if read is None:
        first = findings[0]
        raise SettingsOutdated(
            f"The settings for {kind.name} no longer hold: {first.message}",
            remedy="Change the settings of this job and send it again, or discard it.",
        )
    return author_settings.values_of(read)
