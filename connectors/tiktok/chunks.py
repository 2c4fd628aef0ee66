"""How a video is cut: TikTok's rules as they are written, and as they turned out to be.

Source: https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide, text of 2026-09-11, and docs/platforms/tiktok.md, "Chunks".
The number of chunks is rounded down and the last one takes the rest; one chunk alone must be as large as the video. "MB" may
mean either thing, so every figure here is legal in both readings.
"""

from dataclasses import dataclass
from typing import Final

#: 5 MiB, which is more than 5 MB.
SMALLEST: Final = 5_242_880
#: Half of what TikTok takes at most: a larger one would only be longer to repeat.
LARGEST: Final = 32_000_000
MOST_BYTES: Final = 4_000_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """A video of so many bytes in so many chunks; all but the last are equally long."""

    size: int
    chunk_size: int
    count: int

    def span(self, number: int) -> tuple[int, int]:
        """Return the first and the last byte of a chunk, both included."""
        first = number * self.chunk_size
        return first, self.size - 1 if number == self.count - 1 else first + self.chunk_size - 1

    def chunk_at(self, offset: int) -> int:
        """Return the chunk to send next when so many bytes have arrived; a figure one too low names the last of them."""
        return min((offset + 1) // self.chunk_size, self.count - 1)


def plan(size: int, chunk_size: int) -> Plan:
    """Cut a video into chunks of this size, or into one when it is shorter than two of them."""
    if size < 2 * chunk_size:
        return Plan(size, size, 1)
    return Plan(size, chunk_size, size // chunk_size)
