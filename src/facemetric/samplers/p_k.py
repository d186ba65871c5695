"""P people with K images each: batches for pairs and triplets."""

from __future__ import annotations

import numpy as np

from facemetric.errors import InputError
from facemetric.samplers.people import People, rounds
from facemetric.samplers.sampler import SAMPLERS, Int64, check_count, check_labels, epoch_rng


@SAMPLERS.register("p-k")
class PK:
    """Batches of P different people with K images each, a person's images side by side.

    In an epoch every person comes equally often, give or take one, and a person's images take
    turns. FaceNet's batch is 45 people with 40 images; Hermans, Beyer and Leibe, 2017, section 2,
    named it.

    Parameters
    ----------
    labels
        Integers ``(N,)``.
    people, images
        P and K: people of a batch, and images of each; at least 1.
    seed
        At least 0.
    min_images
        People with fewer images are left out. Those with fewer than K come with every image as
        evenly repeated as possible (a trainer augments each anew); ``min_images=K`` repeats none.
    batches_per_epoch
        As many as make about one pass over the images, and show every person at least once, where
        left out.

    Attributes
    ----------
    left_out
        Number of people left out.
    batches_per_epoch
        Number of batches.

    Raises
    ------
    InputError
        The labels are no integers ``(N,)``, a number is out of range, or fewer than P people have
        enough images.
    """

    def __init__(
        self,
        labels: Int64,
        *,
        people: int,
        images: int,
        seed: int = 0,
        min_images: int = 1,
        batches_per_epoch: int | None = None,
    ) -> None:
        self._people = People(check_labels(labels))
        self.people = check_count(people, name="people")
        self.images = check_count(images, name="images")
        self.min_images = check_count(min_images, name="min_images")
        self.seed = seed
        counts = self._people.counts
        self._known: Int64 = np.flatnonzero(counts >= min_images).astype(np.int64)
        self.left_out = len(counts) - len(self._known)
        if len(self._known) < people:
            raise InputError(self._too_few(), item="people", fix=self._way_out())
        if batches_per_epoch is None:
            passes = int(counts[self._known].sum()) // (people * images)
            batches_per_epoch = max(passes, -(-len(self._known) // people))
        self.batches_per_epoch = check_count(batches_per_epoch, name="batches_per_epoch")

    def batches(self, epoch: int) -> list[Int64]:
        """Return the rows of each batch of an epoch, ``P * K`` each."""
        rng = epoch_rng(self.seed, epoch)
        order = self._people.shuffled(rng)
        slots = self.batches_per_epoch * self.people
        people = rounds(self._known, slots, rng, apart=self.people)
        # A person comes once a round, so the round is how often he has come before.
        earlier = np.arange(slots) // len(self._known)
        turns = earlier[:, None] * self.images + np.arange(self.images)
        rows = self._people.rows(order, people[:, None], turns)
        return list(rows.reshape(self.batches_per_epoch, -1))

    def _too_few(self) -> str:
        enough = f" with {self.min_images} images or more" if self.min_images > 1 else ""
        return f"{self.people} people a batch, but there are {len(self._known)}{enough}"

    def _way_out(self) -> str:
        counts = np.sort(self._people.counts)[::-1]
        if len(counts) < self.people:
            return f"Choose people={len(counts)} or fewer"
        fewer = f"people={len(self._known)} or fewer, or " if len(self._known) else ""
        return (
            f"Choose {fewer}min_images={int(counts[self.people - 1])} or less (the images of "
            f"people with fewer than {self.images} are then repeated)"
        )
