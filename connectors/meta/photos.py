"""Photos of a Page: each is uploaded unpublished first, which nobody sees and which may be repeated.

Source: https://developers.facebook.com/docs/graph-api/reference/page/photos, read 2026-11-21 for v25.0. The post or story
that shows them is a call of its own, so a lost answer never leaves half a post, and the photos' ids recognise it later.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from connectors.http import FilePart
from connectors.meta import notes
from connectors.meta.asset import Asset, id_in
from connectors.types import Attachment, Journal

#: A photo that no post shows is not relied on for longer. Until then the same photo is named in every try: Facebook shows
#: a photo once, so a second post of it is refused.
KEPT: Final = timedelta(hours=20)


def upload_all(page: Asset, media: Sequence[Attachment], journal: Journal) -> list[str]:
    """Return the ids of these photos at Facebook in order, uploading those it does not hold yet."""
    ids: list[str] = []
    for position, attachment in enumerate(media):
        key, mark = _key(position), notes.mark_of_file(attachment)
        known = notes.recall(journal, key, mark)
        if known is None or notes.age(journal, known) > KEPT:
            if ids:
                journal.renew()
            known = notes.keep(journal, key, mark, {"id": _upload(page, attachment)})
        ids.append(str(known["id"]))
    return ids


def uploaded(media: Sequence[Attachment], journal: Journal) -> list[str]:
    """Return the ids of the photos that were uploaded for this post."""
    known = (notes.last(journal, _key(position)) for position, _ in enumerate(media))
    return [str(note["id"]) for note in known if note]


def _upload(page: Asset, attachment: Attachment) -> str:
    said = {"alt_text_custom": attachment.alt_text} if attachment.alt_text else {}
    path, file = f"{page.id}/photos", attachment.file
    if page.by_url:
        answer = page.post(path, {**said, "published": False, "url": file.public_url}, operation="upload")
    else:
        with file.open() as stream:
            part = FilePart(file.name, stream, file.content_type)
            answer = dict(page.post_files(path, {**said, "published": "false"}, {"source": part}, operation="upload"))
    return id_in(answer, "id", operation="upload", what="photo")


def _key(position: int) -> str:
    return f"photo:{position}"
