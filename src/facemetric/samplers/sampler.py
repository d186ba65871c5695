"""What every sampler is."""

from __future__ import annotations

from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.registry import Registry

Int64: TypeAlias = NDArray[np.int64]


class Sampler(Protocol):
    """An epoch's batches of rows, as a function of the seed and the epoch alone.

    To go on at batch ``k``, take ``batches(epoch)[k:]``: there is no other state. Batches are
    global; each of several processes takes its slice.
    """

    batches_per_epoch: int

    def batches(self, epoch: int) -> list[Int64]:
        """Return the rows of each batch of an epoch, int64, at least 0."""
        ...


SAMPLERS: Registry[type[Sampler]] = Registry("sampler")
"""Samplers by name: ``(labels, *, seed, <options>)``."""


def epoch_rng(seed: int, epoch: int) -> np.random.Generator:
    """Return the generator of an epoch.

    Raises
    ------
    InputError
        The seed or the epoch is negative.
    """
    if seed < 0 or epoch < 0:
        raise InputError(f"expected 0 or more, got {seed} and {epoch}", item="seed and epoch")
    return np.random.default_rng([seed, epoch])


def check_labels(labels: Int64) -> Int64:
    """Return the labels as int64.

    Raises
    ------
    InputError
        They are not one or more integers ``(N,)``.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or not len(labels) or not np.issubdtype(labels.dtype, np.integer):
        raise InputError(
            f"expected integers (N,), one for each image, got {labels.dtype} {labels.shape}",
            item="labels",
        )
    return labels.astype(np.int64)


def check_count(value: int, *, name: str, least: int = 1) -> int:
    """Return ``value``; InputError where it is below ``least``."""
    if value < least:
        raise InputError(f"expected at least {least}, got {value}", item=name)
    return value
