from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from facemetric.training.distributed import sampled_classes

MASK = (1 << 64) - 1


def splitmix64(state: int) -> int:
    """Steele, Lea, Flood 2014, in Python's unbounded integers."""
    value = (state + 0x9E3779B97F4A7C15) & MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def drawn(number: int, rate: float, seed: int, step: int) -> bool:
    key = splitmix64(splitmix64(seed & MASK) ^ step)
    return splitmix64((key + number * 0x9E3779B97F4A7C15) & MASK) >> 11 < round(rate * 2**53)


def test_the_generator_is_splitmix64() -> None:
    # The first outputs for seed 1234567 in the reference implementation's published test.
    state, seen = 1234567, []
    for _ in range(3):
        seen.append(splitmix64(state))
        state = (state + 0x9E3779B97F4A7C15) & MASK
    assert seen == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@settings(deadline=None, max_examples=40)
@given(
    first=st.integers(0, 2**40),
    count=st.integers(0, 50),
    rate=st.floats(0, 1),
    seed=st.integers(-(2**63), 2**63),
    step=st.integers(0, 2**31),
)
def test_each_class_is_drawn_by_its_own_hash(
    first: int, count: int, rate: float, seed: int, step: int
) -> None:
    found = sampled_classes(first, count, rate=rate, seed=seed, step=step)
    assert found.tolist() == [drawn(first + at, rate, seed, step) for at in range(count)]


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 1.0])
def test_about_the_asked_share_is_drawn(rate: float) -> None:
    found = sampled_classes(0, 100_000, rate=rate, seed=1, step=2)
    spread = 5 * (rate * (1 - rate) / 100_000) ** 0.5
    assert found.double().mean().item() == pytest.approx(rate, abs=spread)


def test_steps_and_seeds_draw_independently() -> None:
    draws = [
        sampled_classes(0, 50_000, rate=0.3, seed=seed, step=step)
        for seed, step in ((0, 0), (0, 1), (1, 0))
    ]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        both = (draws[one] & draws[other]).double().mean().item()
        assert both == pytest.approx(0.09, abs=0.007)


def test_the_draw_does_not_depend_on_the_split() -> None:
    whole = sampled_classes(0, 100, rate=0.4, seed=3, step=9)
    parts = [sampled_classes(at, 25, rate=0.4, seed=3, step=9) for at in range(0, 100, 25)]
    assert torch.cat(parts).equal(whole)
