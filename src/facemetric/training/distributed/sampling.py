"""Which classes a step uses: a function of seed, step and class alone."""

from __future__ import annotations

import torch
from torch import Tensor

_MASK = (1 << 64) - 1
# Finalising multipliers of splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
# generators", 2014).
_GAMMA, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def sampled_classes(
    first: int,
    count: int,
    *,
    rate: float,
    seed: int,
    step: int,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Return which of the classes ``first`` to ``first + count`` are drawn, bool ``(count,)``.

    Each class is drawn with probability ``rate``, independently, by a hash of seed, step and
    class: any split of the classes over processes draws the same ones.

    Parameters
    ----------
    first, count
        The classes asked about.
    rate
        In [0, 1].
    seed, step
        What the draw depends on.
    device
        Where the result is.
    """
    key = _mixed(_mixed(seed & _MASK) ^ (step & _MASK))
    # splitmix64's stream of that key at the positions of the classes.
    start = (key + (first + 1) * _GAMMA) & _MASK
    values = torch.arange(count, device=device, dtype=torch.int64)
    values.mul_(_signed(_GAMMA)).add_(_signed(start))
    for shift, factor in ((30, _FIRST), (27, _SECOND)):
        values.bitwise_xor_(_shifted(values, shift)).mul_(_signed(factor))
    values.bitwise_xor_(_shifted(values, 31))
    # The upper 53 bits as a whole number below 2^53.
    return _shifted(values, 11) < round(rate * (1 << 53))


def _mixed(value: int) -> int:
    value = (value + _GAMMA) & _MASK
    value = ((value ^ (value >> 30)) * _FIRST) & _MASK
    value = ((value ^ (value >> 27)) * _SECOND) & _MASK
    return value ^ (value >> 31)


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _shifted(values: Tensor, bits: int) -> Tensor:
    # int64 shifts carry the sign along; the mask takes it away.
    return (values >> bits).bitwise_and_((1 << (64 - bits)) - 1)
