"""The arithmetic of chunks: which sizes and counts an upload may announce (docs/platforms/tiktok.md 3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.tiktok.ask import is_count
from sandbox.tiktok.errors import invalid

LARGEST_FILE = 4_000_000_000
MOST_CHUNKS = 1000
# Smallest and largest chunk, in both readings of what MB means.
BOUNDS: dict[str, tuple[int, int]] = {"strict": (5_242_880, 64_000_000), "loose": (5_000_000, 67_108_864)}


@dataclass(frozen=True)
class Plan:
    """An announced upload."""

    size: int
    chunk_size: int
    chunks: int

    def length_at(self, first_byte: int) -> int:
        """Return how long the chunk is that begins at a byte; the last one takes what is left over."""
        index = first_byte // self.chunk_size
        return self.size - first_byte if index >= self.chunks - 1 else self.chunk_size


def read_plan(source_info: dict[str, Any], bounds: str) -> Plan:
    """Check the numbers of a FILE_UPLOAD.

    With the count rounded down no last chunk exceeds twice the largest, which is the platform's bound for it.
    """
    smallest, largest = BOUNDS[bounds]
    size, chunk_size = source_info.get("video_size"), source_info.get("chunk_size")
    chunks = source_info.get("total_chunk_count")
    if not is_count(size) or not 0 < size <= LARGEST_FILE:
        raise invalid("The video size is invalid")
    if not is_count(chunk_size) or not 0 < chunk_size <= largest:
        raise invalid("The chunk size is invalid")
    if not is_count(chunks) or not 1 <= chunks <= MOST_CHUNKS:
        raise invalid("The total chunk count is invalid")
    if (chunks == 1 and chunk_size != size) or (chunks > 1 and chunk_size < smallest):
        raise invalid("The chunk size is invalid")
    if chunks != size // chunk_size:
        raise invalid("The total chunk count is invalid")
    return Plan(size, chunk_size, chunks)
