"""Training and test pictures of the same people: closed-set identification.

A random split leaves a test picture's person in the training part as often as chance allows; a
split by order leaves whoever comes last out of it altogether, and then no classifier can name them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facemetric.datasets.chips.source import ChipSource
from facemetric.datasets.chips.subset import SubsetSource
from facemetric.errors import InputError


@dataclass(frozen=True, eq=False, slots=True)
class ClosedSet:
    """Two parts of one source whose labels mean the same people.

    Attributes
    ----------
    train, test
        No picture is in both; ``names`` are the whole source's.
    """

    train: SubsetSource
    test: SubsetSource

    @property
    def ceiling(self) -> float:
        """Share of the test pictures whose person has a training picture, in [0, 1].

        No classifier that is trained on ``train`` can name more of them.
        """
        return float(np.isin(self.test.labels, self.train.labels).mean())


def split_at_random(source: ChipSource, *, test_images: int, seed: int) -> ClosedSet:
    """Draw the test pictures without regard to who they show.

    Both parts keep the order of the source.

    Raises
    ------
    InputError
        A part would be empty.
    """
    _check(source, test_images)
    order = np.random.default_rng(seed).permutation(len(source))
    return _cut(source, np.sort(order[test_images:]), np.sort(order[:test_images]))


def split_by_order(source: ChipSource, *, test_images: int) -> ClosedSet:
    """Take the last pictures of the source as the test part.

    Raises
    ------
    InputError
        A part would be empty.
    """
    _check(source, test_images)
    rows = np.arange(len(source))
    return _cut(source, rows[:-test_images], rows[-test_images:])


def _cut(source: ChipSource, train: np.ndarray, test: np.ndarray) -> ClosedSet:
    return ClosedSet(
        SubsetSource(source, train, keep_names=True), SubsetSource(source, test, keep_names=True)
    )


def _check(source: ChipSource, test_images: int) -> None:
    if not 1 <= test_images < len(source):
        raise InputError(
            f"expected 1 to {len(source) - 1} of {len(source)}, got {test_images}",
            item="test_images",
        )
