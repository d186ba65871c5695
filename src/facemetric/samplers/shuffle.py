"""Every image once an epoch, in random order."""

from __future__ import annotations

import numpy as np

from facemetric.errors import InputError
from facemetric.samplers.sampler import SAMPLERS, Int64, check_count, check_labels, epoch_rng


@SAMPLERS.register("shuffle")
class Shuffle:
    """Batches of all images in an order that each epoch draws anew.

    Parameters
    ----------
    labels
        Integers ``(N,)``; only their number counts.
    batch_size
        Images of a batch.
    seed
        At least 0.
    drop_last
        Leave out the images after the last full batch, others in every epoch; else they make a
        smaller batch.

    Attributes
    ----------
    batches_per_epoch
        Number of batches.

    Raises
    ------
    InputError
        The labels are no integers ``(N,)``, a number is out of range, or there is no full batch.
    """

    def __init__(
        self, labels: Int64, *, batch_size: int, seed: int = 0, drop_last: bool = True
    ) -> None:
        self.images = len(check_labels(labels))
        self.batch_size = check_count(batch_size, name="batch_size")
        self.seed = seed
        full, rest = divmod(self.images, batch_size)
        self.batches_per_epoch = full if drop_last or not rest else full + 1
        if not self.batches_per_epoch:
            raise InputError(
                f"{self.images} images do not fill one batch of {batch_size}",
                item="batch_size",
                fix="Choose a smaller batch, or drop_last=False",
            )

    def batches(self, epoch: int) -> list[Int64]:
        """Return the rows of each batch of an epoch."""
        order = epoch_rng(self.seed, epoch).permutation(self.images).astype(np.int64)
        ends = range(self.batch_size, self.images + self.batch_size, self.batch_size)
        return [order[end - self.batch_size : end] for end in ends][: self.batches_per_epoch]
