"""Bytes in, bytes out: what is sealed opens at its own place with its own key, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault import sealing

KEY = sealing.new_key()
PLACE = sealing.bind("tenant", "connection", 1)
FIELDS = st.lists(st.one_of(st.text(), st.integers()), max_size=5)


@given(st.binary(max_size=5_000), st.binary(max_size=200))
def test_what_was_sealed_opens(plain: bytes, place: bytes) -> None:
    sealed = sealing.seal(KEY, plain, bound_to=place)
    assert sealing.unseal(KEY, sealed, bound_to=place) == plain
    assert (len(sealed.iv), len(sealed.tag), len(sealed.ciphertext)) == (12, 16, len(plain))


@given(st.binary(min_size=8, max_size=500))
def test_the_ciphertext_holds_nothing_of_the_plaintext(plain: bytes) -> None:
    assert plain not in sealing.seal(KEY, plain, bound_to=PLACE).ciphertext


def test_the_nonce_differs_each_time_and_so_does_the_ciphertext() -> None:
    made = [sealing.seal(KEY, b"the same", bound_to=PLACE) for _ in range(500)]
    assert len({one.iv for one in made}) == 500
    assert len({one.ciphertext for one in made}) == 500


@given(st.binary(min_size=1, max_size=64), st.integers(min_value=0), st.integers(min_value=0, max_value=7))
def test_one_bit_changed_anywhere_and_it_does_not_open(plain: bytes, where: int, bit: int) -> None:
    sealed = sealing.seal(KEY, plain, bound_to=PLACE)
    whole = bytearray(sealed.iv + sealed.ciphertext + sealed.tag)
    whole[where % len(whole)] ^= 1 << bit
    changed = sealing.Sealed(bytes(whole[:12]), bytes(whole[12:-16]), bytes(whole[-16:]))
    with pytest.raises(sealing.SealBroken) as broken:
        sealing.unseal(KEY, changed, bound_to=PLACE)
    assert broken.value.__cause__ is None


def test_another_key_or_another_place_does_not_open() -> None:
    sealed = sealing.seal(KEY, b"secret", bound_to=PLACE)
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(sealing.new_key(), sealed, bound_to=PLACE)
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(KEY, sealed, bound_to=sealing.bind("tenant", "connection", 2))
    with pytest.raises(sealing.SealBroken):
        sealing.unseal(KEY, sealed, bound_to=b"")


@given(FIELDS, FIELDS)
def test_two_lists_of_fields_never_bind_alike(one: list[str | int], other: list[str | int]) -> None:
    same = [str(field) for field in one] == [str(field) for field in other]
    assert (sealing.bind(*one) == sealing.bind(*other)) is same


def test_fields_do_not_run_into_each_other() -> None:
    assert sealing.bind("ab", "c") != sealing.bind("a", "bc")
    assert sealing.bind("a", "") != sealing.bind("a")


def test_keys_are_256_random_bits() -> None:
    made = {sealing.new_key() for _ in range(100)}
    assert len(made) == 100
    assert {len(key) for key in made} == {32}
