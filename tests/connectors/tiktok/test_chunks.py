"""How a video is cut: the reference vectors, the rules they stand for, and what TikTok refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.tiktok.chunks import LARGEST, MOST_BYTES, SMALLEST, plan

#: Size, wished chunk, chunk and count that are told to TikTok, the last range: docs/platforms/tiktok.md, "Chunks".
VECTORS = [
    (4_194_304, SMALLEST, 4_194_304, 1, "bytes 0-4194303/4194304"),
    (4_194_304, 10_000_000, 4_194_304, 1, "bytes 0-4194303/4194304"),
    (8_388_608, SMALLEST, 8_388_608, 1, "bytes 0-8388607/8388608"),
    (10_485_760, SMALLEST, SMALLEST, 2, "bytes 5242880-10485759/10485760"),
    (50_000_123, 10_000_000, 10_000_000, 5, "bytes 40000000-50000122/50000123"),
    (66_259_900, SMALLEST, SMALLEST, 12, "bytes 57671680-66259899/66259900"),
    (158_008_374, SMALLEST, SMALLEST, 30, "bytes 152043520-158008373/158008374"),
    (4_000_000_000, SMALLEST, SMALLEST, 762, "bytes 3989831680-3999999999/4000000000"),
]


@pytest.mark.parametrize(("size", "wished", "chunk", "count", "last"), VECTORS)
def test_the_reference_vectors_are_cut_as_they_say(size: int, wished: int, chunk: int, count: int, last: str) -> None:
    cut = plan(size, wished)
    assert (cut.chunk_size, cut.count) == (chunk, count)
    first_byte, last_byte = cut.span(count - 1)
    assert f"bytes {first_byte}-{last_byte}/{size}" == last


@pytest.mark.parametrize(
    ("size", "chunk", "count"),
    [
        (66_259_900, 64_000_000, 1),
        (41_000_000, 10_000_000, 5),
        (158_008_374, 158_008_374, 1),
        (12_000_000, 4_000_000, 3),
    ],
)
def test_what_tiktok_refuses_is_never_planned(size: int, chunk: int, count: int) -> None:
    for wished in (SMALLEST, 10_000_000, LARGEST):
        cut = plan(size, wished)
        assert (cut.chunk_size, cut.count) != (chunk, count)


@given(st.integers(1, MOST_BYTES), st.integers(SMALLEST, LARGEST))
def test_every_plan_keeps_every_rule_in_both_readings_of_a_megabyte(size: int, wished: int) -> None:
    cut = plan(size, wished)
    assert cut.count == max(1, size // cut.chunk_size)
    assert 1 <= cut.count <= 1_000
    if cut.count == 1:
        assert cut.chunk_size == size <= 64_000_000
    else:
        assert 5_242_880 <= cut.chunk_size <= 64_000_000
    first, last = cut.span(cut.count - 1)
    assert last == size - 1
    assert last - first + 1 <= 128_000_000
    # Chunks follow each other without a gap, and the next one is known from what has arrived, counted either way.
    for number in {0, cut.count // 2, cut.count - 1}:
        first, last = cut.span(number)
        assert first == number * cut.chunk_size
        assert cut.chunk_at(first) == number
        if first:
            assert cut.chunk_at(first - 1) == number, "a figure that names the last byte means the same"
