"""Who is being served: the platform counts the calls of a person that are under way, whatever keys they carry."""

from __future__ import annotations

import threading
from collections import Counter


class Seats:
    """Count calls from their first byte to their last. Has its own lock: waiting calls do not hold the world's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[int, int] = {}
        self._busy: Counter[int] = Counter()

    def take(self, call: int, login_id: int, most: int) -> bool:
        """Take a place for a call; False when the person has too many under way."""
        with self._lock:
            if self._busy[login_id] >= most:
                return False
            self._busy[login_id] += 1
            self._held[call] = login_id
            return True

    def leave(self, call: int) -> None:
        """Give the place of a call back, if it had one."""
        with self._lock:
            login_id = self._held.pop(call, None)
            if login_id is not None:
                self._busy[login_id] -= 1
