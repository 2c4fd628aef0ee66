"""A stored file is what connectors expect of one, though neither room knows the other."""

from datetime import timedelta
from inspect import getmembers

import pytest

from connectors import types
from media.errors import MediaGone
from media.files import StoredFile
from media.kinds import Kind
from media.models import Media
from media.storage import store
from publishing.attachments import AttachedFile
from tests.media import making
from tests.media.conftest import Keep


def test_a_stored_file_has_the_members_that_connectors_ask_for_and_no_others() -> None:
    def public(of: type) -> set[str]:
        return {name for name, _ in getmembers(of) if not name.startswith("_")}

    # Making another file of it is the business of media.variants; publishing joins the two.
    assert public(StoredFile) - {"of"} == public(types.MediaFile) - {"as_jpeg"}
    assert public(AttachedFile) - {"stored"} == public(types.MediaFile)


def test_kinds_are_called_the_same_in_both_rooms() -> None:
    assert {kind.value for kind in Kind} == {kind.value for kind in types.MediaKind}
    assert all(types.MediaKind(kind).value == kind.value for kind in Kind)


def test_a_stored_file_tells_what_it_is(keep: Keep) -> None:
    media = keep(making.mp4(), "clip.mp4")
    file = StoredFile.of(media)
    assert types.MediaKind(file.kind) is types.MediaKind.VIDEO
    assert (file.id, file.name, file.content_type) == (str(media.pk), "clip.mp4", "video/mp4")
    assert (file.width, file.height, file.duration) == (320, 180, timedelta(seconds=4))
    assert file.facts["video_codec"] == "h264"


def test_its_bytes_can_be_read_twice_and_from_anywhere(keep: Keep) -> None:
    file = StoredFile.of(keep(making.pdf()))
    with file.open() as stream:
        assert stream.read() == making.pdf()
        stream.seek(5)
        assert stream.read(3) == making.pdf()[5:8]
    assert file.size_bytes == len(making.pdf())


def test_bytes_that_are_missing_in_the_store_are_told_as_gone(photo: Media) -> None:
    store().drop(photo.storage_name)
    with pytest.raises(MediaGone, match="is missing"):
        StoredFile.of(photo).open()


def test_nothing_of_a_stored_file_shows_its_address(photo: Media) -> None:
    file = StoredFile.of(photo)
    assert "/media/" not in repr(file)
    assert file.public_url.startswith("http://testserver/media/")
