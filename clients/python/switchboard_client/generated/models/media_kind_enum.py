from typing import Literal

MediaKindEnum = Literal["document", "image", "video"]

MEDIA_KIND_ENUM_VALUES: set[MediaKindEnum] = {
    "document",
    "image",
    "video",
}


def check_media_kind_enum(value: str) -> MediaKindEnum:
    if value in MEDIA_KIND_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {MEDIA_KIND_ENUM_VALUES!r}")
