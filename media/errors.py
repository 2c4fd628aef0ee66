"""How the archive says no, beside the refusals that every room has."""

from datetime import datetime

from foundation.errors import Refusal


class TooLarge(Refusal):
    """The file is longer than the hub, or the tenant's room, allows."""

    status = 413
    code = "file_too_large"
    title = "The file is too large"


class MediaGone(Refusal):
    """The file was here once: deleted by somebody, expired, or missing in the store."""

    status = 410
    code = "media_gone"
    title = "The file is gone"


class OffsetMismatch(Refusal):
    """A part of an upload begins elsewhere than the last one ended."""

    status = 409
    code = "upload_offset_mismatch"
    title = "The upload continues elsewhere"


class WrongProtocol(Refusal):
    """The client speaks another version of the upload protocol."""

    status = 412
    code = "upload_protocol"
    title = "Another version of the upload protocol"


def gone(name: str, why: str, when: datetime | None) -> MediaGone:
    """Return the refusal for a file that is no longer here, with what became of it."""
    became = {"deleted": "was deleted", "expired": "had not been used for long, and was removed"}.get(why, "is missing")
    moment = f" on {when:%d %B %Y}" if when else ""
    return MediaGone(
        f"The file {name} {became}{moment}.", remedy="Upload it again; the same bytes come back under the same id."
    )
