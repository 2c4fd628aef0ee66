"""Wishes: the parent says by a file where the next worker is to die or to stop; exactly one worker takes each."""

import os
import time
from collections import Counter
from pathlib import Path
from typing import Final

#: What the crew is told by its environment: where the wishes lie, how the product is to be broken.
WISHES: Final = "CHAOS_WISHES"
BREAK: Final = "CHAOS_BREAK"

#: Where a worker can be made to die. In the order in which a job passes them.
AFTER_CLAIM: Final = "after_claim"
BEFORE_SEND: Final = "before_send"
AFTER_ACCEPT: Final = "after_accept"
AFTER_REPLY: Final = "after_reply"
BEFORE_COMMIT: Final = "before_commit"
AFTER_COMMIT: Final = "after_commit"
POINTS: Final = (AFTER_CLAIM, BEFORE_SEND, AFTER_ACCEPT, AFTER_REPLY, BEFORE_COMMIT, AFTER_COMMIT)
#: Where a worker stops itself until it is continued: announced, and about to ask for the last time whether it may send.
STALL: Final = "stall"


class Wishes:
    """A directory with one file for each open wish, renamed by the worker that grants it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def make(self, point: str) -> None:
        """Wish that the next worker at this point dies (or stops)."""
        (self._directory / f"wish.{point}").touch()

    def is_open(self, point: str) -> bool:
        """Tell whether somebody is to die here. One look at the file system, cheap enough for every job."""
        return (self._directory / f"wish.{point}").exists()

    def grant(self, point: str) -> bool:
        """Take the wish; False when another worker was faster."""
        granted = self._directory / f"hit.{point}.{os.getpid()}.{time.monotonic_ns()}"
        try:
            (self._directory / f"wish.{point}").rename(granted)
        except FileNotFoundError:
            return False
        return True

    def granted(self) -> Counter[str]:
        """Count the wishes granted so far, by point."""
        return Counter(path.name.split(".")[1] for path in self._directory.glob("hit.*"))

    def granted_by(self, point: str) -> set[int]:
        """Return the processes that granted a wish for this point."""
        return {int(path.name.split(".")[2]) for path in self._directory.glob(f"hit.{point}.*")}
