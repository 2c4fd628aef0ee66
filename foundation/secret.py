"""A string that keeps quiet about itself."""

import hmac
from typing import Any, NoReturn


class Secret:
    """Carry a secret string through the program without ever printing it.

    ``repr``, ``str``, ``format`` and JSON encoders see ``Secret(***)``; pickling is refused, so a secret cannot travel
    in a task argument or a cache. ``reveal()`` is the one way out, and the one word to search for in a review.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            raise TypeError("a Secret holds text")
        self._text = text

    def reveal(self) -> str:
        """Return the secret itself; call it as late as possible and never keep the result."""
        return self._text

    @property
    def hint(self) -> str:
        """The last four characters, for people who compare; empty when it is too short to spare them, or they do not print."""
        tail = self._text[-4:]
        return tail if len(self._text) >= 16 and tail.isprintable() else ""

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    __hash__ = None  # type: ignore[assignment]  # a hash of a secret is a hint about the secret

    def __bool__(self) -> bool:
        return bool(self._text)

    def __len__(self) -> int:
        return len(self._text)

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("a Secret is not pickled: pass the id of its sealed row instead")
