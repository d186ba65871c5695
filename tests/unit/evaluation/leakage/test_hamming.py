import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.errors import InputError
from facemetric.evaluation.leakage import hamming
from facemetric.evaluation.leakage.hamming import near_bits, ones

words = st.lists(st.integers(0, 2**64 - 1), max_size=12)


def by_loop(
    versions: list[tuple[np.ndarray, np.ndarray]], most: int, one_set: bool
) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for first, second in versions:
        for i, a in enumerate(first.tolist()):
            for j, b in enumerate(second.tolist()):
                apart = bin(a ^ b).count("1")
                if apart <= most and (i < j or not one_set):
                    found[i, j] = min(apart, found.get((i, j), 64))
    return found


def found_by(
    versions: list[tuple[np.ndarray, np.ndarray]], most: int, one_set: bool
) -> dict[tuple[int, int], int]:
    return {
        tuple(pair): bits
        for near in near_bits(versions, most_bits=most, one_set=one_set)
        for pair, bits in zip(near.rows.tolist(), near.bits.tolist(), strict=True)
    }


@given(words, words, st.integers(0, 64), st.integers(1, 5))
@settings(deadline=None, max_examples=60)
def test_equals_a_loop_over_all_pairs(
    first: list[int], second: list[int], most: int, block: int
) -> None:
    a, b = np.array(first, np.uint64), np.array(second, np.uint64)
    versions = [(a, b), (a ^ np.uint64(7), b)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hamming, "_ROWS", block)
        patch.setattr(hamming, "_COLUMNS", block + 1)
        assert found_by(versions, most, False) == by_loop(versions, most, False)
        assert found_by([(a, a)], most, True) == by_loop([(a, a)], most, True)


def test_near_ones_among_thousands() -> None:
    rng = np.random.default_rng(0)
    first = rng.integers(0, 2**64, 3000, dtype=np.uint64)
    second = rng.integers(0, 2**64, 5000, dtype=np.uint64)
    second[4321] = first[1234] ^ np.uint64(0b1011)
    assert found_by([(first, second)], 4, False) == {(1234, 4321): 3}


@given(words)
@settings(deadline=None, max_examples=30)
def test_bits_are_counted_without_numpy_2_too(values: list[int]) -> None:
    wanted = [bin(value).count("1") for value in values]
    array = np.array(values, np.uint64)
    assert ones(array).tolist() == wanted
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(np, "bitwise_count", raising=False)
        assert ones(array).tolist() == wanted


def test_wrong_shapes() -> None:
    square = np.zeros((2, 2), np.uint64)
    with pytest.raises(InputError, match="versions: expected uint64"):
        list(near_bits([(square, square)], most_bits=1))
    with pytest.raises(InputError, match="at least 0"):
        list(near_bits([(square[0], square[0])], most_bits=-1))
