"""Folds and pairs, drawn apart from the package's own code, which the trees are to test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def deal(names: Sequence[str], folds: int, rng: np.random.Generator) -> list[list[str]]:
    """Deal people out at random; nobody is in two folds."""
    order = [str(name) for name in rng.permutation(sorted(names))]
    return [sorted(order[fold::folds]) for fold in range(folds)]


def unordered(items: Sequence[T]) -> list[tuple[T, T]]:
    """Every pair once."""
    return list(combinations(items, 2))


def take_in_turn(
    options: Mapping[str, Sequence[tuple[T, T]]], most: int, rng: np.random.Generator
) -> list[tuple[T, T]]:
    """At most ``most`` genuine pairs, person by person in turn, so that few do not dominate."""
    queues = {
        name: [options[name][row] for row in rng.permutation(len(options[name]))]
        for name in sorted(options)
    }
    taken: list[tuple[T, T]] = []
    while any(queues.values()) and len(taken) < most:
        for queue in queues.values():
            if queue and len(taken) < most:
                taken.append(queue.pop())
    return taken


def strangers(
    first: Mapping[str, Sequence[T]],
    second: Mapping[str, Sequence[T]],
    count: int,
    rng: np.random.Generator,
) -> list[tuple[T, T]]:
    """``count`` different impostor pairs: two people first, then a photograph of each."""
    names = sorted(first)
    taken: dict[tuple[T, T], None] = {}
    for _ in range(200 * count):
        one, other = rng.choice(len(names), 2, replace=False)
        a = first[names[one]][rng.integers(len(first[names[one]]))]
        b = second[names[other]][rng.integers(len(second[names[other]]))]
        if (a, b) not in taken and (b, a) not in taken:
            taken[a, b] = None
        if len(taken) == count:
            return list(taken)
    raise ValueError(f"{count} impostor pairs are wanted, {len(names)} people gave {len(taken)}")
