"""How far a long work is: a bar where somebody watches, a line every few seconds where a log does."""

import time
from typing import Any, Final

WIDTH: Final = 30
BAR_EVERY: Final = 0.1
LINE_EVERY: Final = 5.0


class Progress:
    """Shows how much of a work is done, on a stream such as standard error. Says nothing when it is told to be quiet."""

    def __init__(self, stream: Any, *, quiet: bool = False) -> None:
        self._stream = stream
        self._quiet = quiet
        self._watched = not quiet and bool(getattr(stream, "isatty", lambda: False)())
        self._began = time.monotonic()
        self._shown_at = self._began
        self._open = False

    def show(self, done: int, total: int, what: str) -> None:
        """Show that so many of so many are done, unless it was shown a moment ago."""
        now = time.monotonic()
        every = BAR_EVERY if self._watched else LINE_EVERY
        if self._quiet or (now - self._shown_at < every and not (self._watched and done >= total)):
            return
        self._shown_at = now
        rate = done / max(now - self._began, 0.001)
        left = f", {_span((total - done) / rate)} left" if done and total > done else ""
        told = f"{done:,} of {total:,} {what}, {rate:,.0f} a second{left}"
        if self._watched:
            filled = WIDTH * done // total if total else WIDTH
            self._stream.write(f"\r  [{'█' * filled}{'·' * (WIDTH - filled)}] {told}\x1b[K")
            self._open = True
        else:
            self._stream.write(f"  {told}\n")
        self._stream.flush()

    def close(self) -> None:
        """Leave the line of the bar."""
        if self._open:
            self._stream.write("\n")
            self._stream.flush()
            self._open = False


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
