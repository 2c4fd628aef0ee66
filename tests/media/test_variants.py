"""Pictures as a platform wants them: a JPEG that looks the same, made once, and forgotten with its original."""

import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from foundation.errors import Invalid
from media import variants
from media.errors import MediaGone
from media.files import StoredFile
from media.models import Media, Variant
from media.selectors import bytes_used, media_of_tenant
from media.services import delete_media, keep_until
from media.sweeping import sweep
from media.variants import Wanted, as_jpeg, variant
from tenants.principal import Principal
from tests.media import making
from tests.media.conftest import Keep, files_in


def seen(file: StoredFile) -> Image.Image:
    with file.open() as stream:
        image = Image.open(io.BytesIO(stream.read()))
        image.load()
        return image


def read(file: StoredFile) -> bytes:
    with file.open() as stream:
        return stream.read()


def near(one: Any, other: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 12 for a, b in zip(one, other, strict=True))


def test_a_jpeg_that_fits_is_taken_as_it_is(photo: Media, now: datetime) -> None:
    assert variant(photo, Wanted(), now=now).id == str(photo.pk)
    assert not Variant.objects.exists()


def test_a_png_becomes_a_jpeg_with_white_where_it_was_transparent(keep: Keep, now: datetime) -> None:
    made = variant(keep(making.picture("PNG", mode="RGBA"), "logo.png"), Wanted(), now=now)
    image = seen(made)
    assert (made.content_type, made.name, image.format, image.mode) == ("image/jpeg", "logo.jpg", "JPEG", "RGB")
    assert near(image.getpixel((5, 5)), (255, 255, 255))


@pytest.mark.parametrize("kind", ["WEBP", "GIF", "PNG"])
def test_every_kind_of_picture_can_become_a_jpeg(kind: str, keep: Keep, now: datetime) -> None:
    content = making.animation() if kind == "GIF" else making.picture(kind)
    assert seen(variant(keep(content), Wanted(), now=now)).format == "JPEG"


def test_a_picture_on_its_side_is_turned_and_loses_its_metadata(keep: Keep, now: datetime) -> None:
    media = keep(making.picture(size=(200, 100), orientation=6))
    made = variant(media, Wanted(), now=now)
    image = seen(made)
    assert image.size == (100, 200) == (made.width, made.height) == (media.width, media.height)
    assert len(image.getexif()) == 0, "where it was taken is nobody's business"


def test_a_large_picture_is_made_smaller_without_distortion(keep: Keep, now: datetime) -> None:
    made = variant(keep(making.picture(size=(2000, 1000))), Wanted(most_width=500, most_height=500), now=now)
    assert (made.width, made.height) == (500, 250)


def test_a_picture_as_large_as_any_that_is_taken_can_be_made_a_jpeg(keep: Keep, now: datetime) -> None:
    media = keep(making.picture("PNG", (8000, 8000), mode="RGBA", color=(10, 20, 30, 255)))
    made = variant(media, Wanted(most_width=1440, most_height=1440), now=now)
    assert (made.width, made.height) == (1440, 1440)
    assert near(seen(made).getpixel((9, 9)), (10, 20, 30))


def test_colors_for_print_become_colors_for_screens(keep: Keep, now: datetime) -> None:
    made = variant(keep(making.picture(mode="CMYK")), Wanted(), now=now)
    assert seen(made).mode == "RGB"


def test_a_color_profile_is_applied_and_left_out(keep: Keep, now: datetime) -> None:
    buffer = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    Image.new("RGB", (40, 40), (10, 200, 30)).save(buffer, "PNG", icc_profile=profile.tobytes())
    image = seen(variant(keep(buffer.getvalue()), Wanted(), now=now))
    assert "icc_profile" not in image.info


def test_a_picture_is_made_to_fit_in_bytes_or_refused(keep: Keep, now: datetime) -> None:
    noise = Image.effect_noise((800, 800), 120)
    buffer = io.BytesIO()
    noise.save(buffer, "PNG")
    media = keep(buffer.getvalue())
    whole = variant(media, Wanted(), now=now).size_bytes
    assert variant(media, Wanted(most_bytes=whole - 1000), now=now).size_bytes < whole
    with pytest.raises(Invalid) as refusal:
        variant(media, Wanted(most_bytes=2000), now=now)
    assert refusal.value.code == "too_many_bytes"


def test_a_variant_is_made_once(keep: Keep, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    media = keep(making.picture("PNG"))
    first = variant(media, Wanted(), now=now)
    monkeypatch.setattr(variants, "make_jpeg", None)
    assert variant(media, Wanted(), now=now).id == first.id
    assert Media.objects.count() == 2


def test_a_variant_is_in_no_list_and_fills_no_room(keep: Keep, now: datetime) -> None:
    media = keep(making.picture("PNG"))
    used = bytes_used(media.tenant)
    variant(media, Wanted(), now=now)
    assert list(media_of_tenant(media.tenant)) == [media]
    assert bytes_used(media.tenant) == used


def test_a_variant_is_forgotten_with_its_original(keep: Keep, principal: Principal, now: datetime, root: Path) -> None:
    media = keep(making.picture("PNG"))
    variant(media, Wanted(), now=now)
    assert len(files_in(root)) == 2
    delete_media(principal=principal, media=media, now=now)
    sweep(now=now)
    assert files_in(root) == []


def test_a_variant_that_somebody_uploaded_too_stays(
    keep: Keep, principal: Principal, now: datetime, root: Path
) -> None:
    media = keep(making.picture("PNG"))
    made = variant(media, Wanted(), now=now)
    with made.open() as stream:
        own = keep(stream.read(), "mine.jpg")
    assert (str(own.pk), own.derived) == (made.id, False)
    delete_media(principal=principal, media=media, now=now)
    sweep(now=now)
    assert [row.pk for row in media_of_tenant(media.tenant)] == [own.pk]
    assert len(files_in(root)) == 1


def test_a_variant_is_made_anew_after_it_was_removed(keep: Keep, now: datetime) -> None:
    media = keep(making.picture("PNG"))
    made = variant(media, Wanted(), now=now)
    Media.objects.filter(pk=made.id).update(expires_at=now - timedelta(days=1))
    sweep(now=now)
    assert seen(variant(media, Wanted(), now=now)).format == "JPEG"


def test_keeping_a_picture_keeps_what_was_made_of_it(keep: Keep, now: datetime) -> None:
    media = keep(making.picture("PNG"))
    made = variant(media, Wanted(), now=now)
    keep_until(tenant=media.tenant, media_ids=[media.pk], moment=now + timedelta(days=200), now=now)
    sweep(now=now + timedelta(days=150))
    assert Media.objects.get(pk=made.id).state == "stored"


def test_any_picture_is_handed_out_as_a_jpeg_whose_sides_are_as_wished(keep: Keep, now: datetime) -> None:
    media = keep(making.picture("PNG", (300, 150)))
    whole = as_jpeg(StoredFile.of(media), longest_side=None, now=now)
    assert (whole.content_type, whole.width, whole.height) == ("image/jpeg", 300, 150)
    small = as_jpeg(StoredFile.of(media), longest_side=100, now=now)
    assert (small.width, small.height, small.size_bytes) == (100, 50, len(read(small)))
    assert len({str(media.pk), whole.id, small.id}) == 3
    assert small.public_url != whole.public_url


def test_a_jpeg_that_is_small_enough_is_handed_out_as_it_is(photo: Media, now: datetime) -> None:
    sides = max(photo.width or 0, photo.height or 0)
    for longest in (None, sides, sides + 1):
        assert as_jpeg(StoredFile.of(photo), longest_side=longest, now=now).id == str(photo.pk)
    assert as_jpeg(StoredFile.of(photo), longest_side=sides - 1, now=now).id != str(photo.pk)


def test_a_file_that_is_gone_is_turned_into_nothing(keep: Keep, principal: Principal, now: datetime) -> None:
    media = keep(making.picture("PNG"))
    file = StoredFile.of(media)
    delete_media(principal=principal, media=media, now=now)
    with pytest.raises(MediaGone):
        as_jpeg(file, longest_side=None, now=now)


def test_a_video_has_no_variant(keep: Keep, now: datetime) -> None:
    with pytest.raises(Invalid) as refusal:
        variant(keep(making.mp4()), Wanted(), now=now)
    assert refusal.value.code == "media_not_a_picture"
