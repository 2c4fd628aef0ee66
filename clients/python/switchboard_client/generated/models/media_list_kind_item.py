from typing import Literal

MediaListKindItem = Literal["document", "image", "video"]

MEDIA_LIST_KIND_ITEM_VALUES: set[MediaListKindItem] = {
    "document",
    "image",
    "video",
}


def check_media_list_kind_item(value: str) -> MediaListKindItem:
    if value in MEDIA_LIST_KIND_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {MEDIA_LIST_KIND_ITEM_VALUES!r}")
