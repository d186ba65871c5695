"""Right and wrong decisions by slice, ready to be weighed by a draw of people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.slices.decided import DecidedPairs
from facemetric.types import Float64


@dataclass(frozen=True, eq=False, slots=True)
class SliceTable:
    """Errors and trials, ``float64 (B, S)``: of each slice in each draw."""

    errors: Float64
    trials: Float64

    @property
    def rates(self) -> Float64:
        """Errors over trials; not a number without trials."""
        blank = np.full(self.trials.shape, np.nan)
        np.divide(self.errors, self.trials, out=blank, where=self.trials > 0)
        return blank


@dataclass(frozen=True, eq=False, slots=True)
class SliceCounts:
    """Decisions by slice and person.

    Attributes
    ----------
    slices
        How many slices there are; they are numbered from 0.
    people
        How many people there are; they are numbered from 0.
    known_people
        Whether they are known; where not, every pair is its own.
    genuine_errors, genuine_pairs
        ``float64 (people, slices)``.
    accepted, accepted_slice
        ``int64 (K, 2)`` people and ``int64 (K,)`` slices of the accepted impostors; -1: in none.
    impostors, impostor_slice
        The same of all impostors of a list; ``None`` where ``images`` says how many there are.
    images
        ``float64 (slices, people)``: photographs of each person that belong to the slice of a
        pair of such; ``None`` for a list.
    mixed
        Whether the last slice holds the pairs of two different ones.
    left_out
        Pairs in no slice.
    """

    slices: int
    people: int
    known_people: bool
    genuine_errors: Float64
    genuine_pairs: Float64
    accepted: NDArray[np.int64]
    accepted_slice: NDArray[np.int64]
    impostors: NDArray[np.int64] | None
    impostor_slice: NDArray[np.int64] | None
    images: Float64 | None
    mixed: bool
    left_out: int

    def fnmr(self, draws: Float64) -> SliceTable:
        """Return rejected and all same-person pairs in ``draws (B, people)``."""
        return SliceTable(draws @ self.genuine_errors, draws @ self.genuine_pairs)

    def fmr(self, draws: Float64) -> SliceTable:
        """Return accepted and all different-person pairs in ``draws (B, people)``."""
        errors = _weigh(draws, self.accepted, self.accepted_slice, self.slices)
        if self.impostors is not None and self.impostor_slice is not None:
            return SliceTable(
                errors, _weigh(draws, self.impostors, self.impostor_slice, self.slices)
            )
        assert self.images is not None
        inside = ((draws @ self.images.T) ** 2 - draws**2 @ (self.images.T**2)) / 2
        if self.mixed:
            known = self.images.sum(axis=0)
            everything = ((draws @ known) ** 2 - draws**2 @ known**2) / 2
            return SliceTable(errors, np.column_stack([inside, everything - inside.sum(axis=1)]))
        # `images` counts from each slice upwards, as the worse photograph decides.
        return SliceTable(errors, inside - np.column_stack([inside[:, 1:], np.zeros(len(draws))]))

    def genuine_people(self, place: int) -> int:
        """Return how many people have same-person pairs in a slice."""
        return int((self.genuine_pairs[:, place] > 0).sum())

    def impostor_people(self, place: int) -> int:
        """Return how many people are in different-person pairs of a slice, or may be."""
        if self.impostors is not None and self.impostor_slice is not None:
            return len(np.unique(self.impostors[self.impostor_slice == place]))
        assert self.images is not None
        if self.mixed and place == self.slices - 1:
            return int((self.images.sum(axis=0) > 0).sum())
        return int((self.images[place] > 0).sum())


def count_pairs(
    pairs: DecidedPairs, number: NDArray[np.int64], slices: int, *, mixed: bool
) -> SliceCounts:
    """Count decisions by slice.

    Parameters
    ----------
    pairs
        The pairs.
    number
        ``int64 (N,)``: the slice of each photograph, from 0; -1 where it has none.
    slices
        How many there are.
    mixed
        Where the two photographs differ, the pair belongs to a slice after the others; else to
        the lower of the two.
    """
    total = slices + mixed
    person, known = _people(pairs, len(number))
    count = int(person.max()) + 1

    def place(rows: NDArray[np.int64]) -> NDArray[np.int64]:
        ends = number[rows]
        lower: NDArray[np.int64] = ends.min(axis=1)
        if mixed:
            lower = np.where((ends[:, 0] != ends[:, 1]) & (lower >= 0), slices, lower)
        return lower

    where = place(pairs.genuine)
    kept = where >= 0
    flat = person[pairs.genuine[kept, 0]] * total + where[kept]
    shape = (count, total)
    genuine = np.bincount(flat, minlength=count * total).reshape(shape)
    errors = np.bincount(flat, pairs.rejected[kept], minlength=count * total).reshape(shape)
    left_out = int((~kept).sum())
    images = impostors = impostor_slice = None
    if pairs.impostors is not None:
        impostors, impostor_slice = person[pairs.impostors], place(pairs.impostors)
        left_out += int((impostor_slice < 0).sum())
    else:
        images = _images(person[pairs.photos], number[pairs.photos], count, slices, mixed=mixed)
        reached = images.sum(axis=0) if mixed else images[0]
        inside = round((float(reached.sum()) ** 2 - float((reached**2).sum())) / 2)
        left_out += pairs.impostor_pairs - inside
    return SliceCounts(
        slices=total,
        people=count,
        known_people=known,
        genuine_errors=errors.astype(np.float64),
        genuine_pairs=genuine.astype(np.float64),
        accepted=person[pairs.accepted],
        accepted_slice=place(pairs.accepted),
        impostors=impostors,
        impostor_slice=impostor_slice,
        images=images,
        mixed=mixed,
        left_out=left_out,
    )


def _people(pairs: DecidedPairs, photos: int) -> tuple[NDArray[np.int64], bool]:
    """Return the people in ``photos``, those of the pairs numbered from 0 without gaps."""
    person = np.zeros(photos, np.int64)
    if pairs.people is None:
        return person, False
    person[pairs.photos] = np.unique(pairs.people[pairs.photos], return_inverse=True)[1]
    return person, True


def _images(
    person: NDArray[np.int64], number: NDArray[np.int64], people: int, slices: int, *, mixed: bool
) -> Float64:
    table = np.zeros((slices, people))
    for place in range(slices):
        chosen = number == place if mixed else number >= place
        table[place] = np.bincount(person[chosen], minlength=people)
    return table


def _weigh(
    draws: Float64, ends: NDArray[np.int64], where: NDArray[np.int64], slices: int
) -> Float64:
    """Return how often each draw holds the pairs of each slice: ``float64 (B, slices)``."""
    kept = where >= 0
    first, second, place = ends[kept, 0], ends[kept, 1], where[kept]
    return np.stack(
        [np.bincount(place, draw[first] * draw[second], minlength=slices) for draw in draws]
    )
