"""The town's clock: real time plus an offset, which can be frozen and moved."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.store import Store

_KEY = "clock"


@dataclass
class ClockState:
    """Keep what survives a restart: seconds ahead of real time, and the frozen moment if there is one."""

    offset_s: float = 0.0
    frozen_at: float | None = None


class Clock:
    """Tell the town's time in Unix seconds."""

    def __init__(self, store: Store) -> None:
        self._rows = store.collection("clock", ClockState)

    @property
    def _state(self) -> ClockState:
        return self._rows.get(_KEY) or ClockState()

    @property
    def offset_s(self) -> float:
        """Say how far the town is ahead of real time while it runs."""
        return self._state.offset_s

    @property
    def frozen(self) -> bool:
        """Say whether time stands still."""
        return self._state.frozen_at is not None

    def now(self) -> float:
        """Return the town's Unix time."""
        state = self._state
        return state.frozen_at if state.frozen_at is not None else time.time() + state.offset_s

    def moment(self) -> datetime:
        """Return the town's time as an aware UTC datetime."""
        return datetime.fromtimestamp(self.now(), UTC)

    def advance(self, seconds: float) -> None:
        """Move time on (or back, with a negative number), frozen or not."""
        state = self._state
        frozen_at = None if state.frozen_at is None else state.frozen_at + seconds
        self._rows.put(_KEY, ClockState(state.offset_s + seconds, frozen_at))

    def freeze(self, at: float | None = None) -> None:
        """Stop time, at this moment or at a given Unix time."""
        self._rows.put(_KEY, ClockState(self._state.offset_s, self.now() if at is None else at))

    def resume(self) -> None:
        """Let time run on from where it stands."""
        self._rows.put(_KEY, ClockState(self.now() - time.time(), None))
