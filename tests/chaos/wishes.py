"""Wishes: the parent says by a file where a worker is to die or to stop, and with which kind of post; exactly one takes each."""

import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: What the crew is told by its environment: where the wishes lie, how the product is to be broken.
WISHES: Final = "CHAOS_WISHES"
BREAK: Final = "CHAOS_BREAK"

#: Where a worker can be made to die. In the order in which a job passes them.
AFTER_CLAIM: Final = "after_claim"
#: The platform took a file, a part of one, or the order to prepare something; nothing is written down yet.
AFTER_PART: Final = "after_part"
AFTER_NOTE: Final = "after_note"
#: The platform says that it is still working on it; that is not written down yet.
AFTER_PROCESSING: Final = "after_processing"
AFTER_ANNOUNCE: Final = "after_announce"
BEFORE_SEND: Final = "before_send"
AFTER_ACCEPT: Final = "after_accept"
AFTER_REPLY: Final = "after_reply"
BEFORE_COMMIT: Final = "before_commit"
AFTER_COMMIT: Final = "after_commit"
#: What every kind of post passes.
CORE: Final = (AFTER_CLAIM, AFTER_ANNOUNCE, BEFORE_SEND, AFTER_ACCEPT, AFTER_REPLY, BEFORE_COMMIT, AFTER_COMMIT)
POINTS: Final = (*CORE, AFTER_PART, AFTER_NOTE, AFTER_PROCESSING)
#: Where a worker stops itself until it is continued: announced, and about to ask for the last time whether it may send.
STALL: Final = "stall"
ANY: Final = "any"


@dataclass(frozen=True, slots=True)
class Wish:
    """That the next worker at this point with this kind of post dies there (or stops)."""

    point: str
    kind: str = ANY

    def __str__(self) -> str:
        return f"{self.point} of {self.kind}"


class Wishes:
    """A directory with one file for each open wish, renamed by the worker that grants it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def make(self, wish: Wish) -> None:
        """Wish something."""
        self._file(wish).touch()

    def is_open(self, wish: Wish) -> bool:
        """Tell whether somebody is to die here. One look at the file system, cheap enough for every job."""
        return self._file(wish).exists()

    def is_any_open(self, point: str) -> bool:
        """Tell whether somebody is to die at this point, with whatever kind of post."""
        return any(self._directory.glob(f"wish.{point}.*"))

    def grant(self, point: str, kinds: Iterable[str]) -> bool:
        """Take a wish for this point and one of these kinds; False when there is none, or another worker was faster."""
        for wish in (Wish(point, kind) for kind in {*kinds, ANY}):
            if not self.is_open(wish):
                continue
            granted = self._directory / f"hit.{point}.{wish.kind}.{os.getpid()}.{time.monotonic_ns()}"
            try:
                self._file(wish).rename(granted)
            except FileNotFoundError:
                continue
            return True
        return False

    def granted(self) -> Counter[Wish]:
        """Count the wishes granted so far."""
        return Counter(Wish(*path.name.split(".")[1:3]) for path in self._directory.glob("hit.*"))

    def granted_by(self, point: str) -> set[int]:
        """Return the processes that granted a wish for this point."""
        return {int(path.name.split(".")[3]) for path in self._directory.glob(f"hit.{point}.*")}

    def _file(self, wish: Wish) -> Path:
        return self._directory / f"wish.{wish.point}.{wish.kind}"
