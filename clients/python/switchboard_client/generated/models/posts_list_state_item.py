from typing import Literal

PostsListStateItem = Literal["cancelled", "failed", "partly_published", "published", "publishing", "scheduled"]

POSTS_LIST_STATE_ITEM_VALUES: set[PostsListStateItem] = {
    "cancelled",
    "failed",
    "partly_published",
    "published",
    "publishing",
    "scheduled",
}


def check_posts_list_state_item(value: str) -> PostsListStateItem:
    if value in POSTS_LIST_STATE_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {POSTS_LIST_STATE_ITEM_VALUES!r}")
