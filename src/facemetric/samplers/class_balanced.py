"""Every person as often as every other, however many images each has."""

from __future__ import annotations

import numpy as np

from facemetric.samplers.people import People, rounds
from facemetric.samplers.sampler import SAMPLERS, Int64, check_count, check_labels, epoch_rng


@SAMPLERS.register("class-balanced")
class ClassBalanced:
    """Batches in which people take turns, one image at a time, and each one's images too.

    Parameters
    ----------
    labels
        Integers ``(N,)``.
    batch_size
        Images of a batch.
    seed
        At least 0.
    batches_per_epoch
        As many as make about one pass over the images, and at least 1, where left out.

    Attributes
    ----------
    batches_per_epoch
        Number of batches.

    Raises
    ------
    InputError
        The labels are no integers ``(N,)``, or a number is out of range.
    """

    def __init__(
        self,
        labels: Int64,
        *,
        batch_size: int,
        seed: int = 0,
        batches_per_epoch: int | None = None,
    ) -> None:
        labels = check_labels(labels)
        self._people = People(labels)
        self.batch_size = check_count(batch_size, name="batch_size")
        self.seed = seed
        if batches_per_epoch is None:
            batches_per_epoch = max(len(labels) // batch_size, 1)
        self.batches_per_epoch = check_count(batches_per_epoch, name="batches_per_epoch")

    def batches(self, epoch: int) -> list[Int64]:
        """Return the rows of each batch of an epoch."""
        rng = epoch_rng(self.seed, epoch)
        order = self._people.shuffled(rng)
        known = np.arange(len(self._people.counts))
        slots = self.batches_per_epoch * self.batch_size
        people = rounds(known, slots, rng)
        rows = self._people.rows(order, people, np.arange(slots) // len(known))
        return list(rows.reshape(self.batches_per_epoch, -1))
