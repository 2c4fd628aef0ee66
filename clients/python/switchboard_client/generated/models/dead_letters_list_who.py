from typing import Literal

DeadLettersListWho = Literal["author", "operator", "tenant"]

DEAD_LETTERS_LIST_WHO_VALUES: set[DeadLettersListWho] = {
    "author",
    "operator",
    "tenant",
}


def check_dead_letters_list_who(value: str) -> DeadLettersListWho:
    if value in DEAD_LETTERS_LIST_WHO_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {DEAD_LETTERS_LIST_WHO_VALUES!r}")
