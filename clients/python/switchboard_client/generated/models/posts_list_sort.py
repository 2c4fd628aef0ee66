from typing import Literal

PostsListSort = Literal["-created", "-publish_at", "created", "publish_at"]

POSTS_LIST_SORT_VALUES: set[PostsListSort] = {
    "-created",
    "-publish_at",
    "created",
    "publish_at",
}


def check_posts_list_sort(value: str) -> PostsListSort:
    if value in POSTS_LIST_SORT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {POSTS_LIST_SORT_VALUES!r}")
