"""Images grouped by person, and people in an order in which all come equally often."""

from __future__ import annotations

import numpy as np

from facemetric.samplers.sampler import Int64


class People:
    """The images of each person.

    Parameters
    ----------
    labels
        int64 ``(N,)``, any numbering.

    Attributes
    ----------
    counts
        int64 ``(C,)``: images of each person, by ascending label.
    """

    def __init__(self, labels: Int64) -> None:
        self._person, self.counts = np.unique(labels, return_inverse=True, return_counts=True)[1:]
        self._starts = np.cumsum(self.counts) - self.counts

    def shuffled(self, rng: np.random.Generator) -> Int64:
        """Return all rows by person, each person's in random order."""
        count = len(self._person)
        # No two keys are equal, so that every kind of sort gives the same order.
        return np.argsort(self._person * count + rng.permutation(count)).astype(np.int64)

    def rows(self, order: Int64, people: Int64, turns: Int64) -> Int64:
        """Return each person's ``turns``-th row in ``order``, from the first again after the last.

        Parameters
        ----------
        order
            What :meth:`shuffled` returned.
        people, turns
            int64 of one shape.
        """
        return order[self._starts[people] + turns % self.counts[people]]


def rounds(people: Int64, slots: int, rng: np.random.Generator, *, apart: int = 1) -> Int64:
    """Return people for so many slots, each once in every round over all of them.

    Parameters
    ----------
    people
        int64 ``(C,)``.
    slots
        Number to return.
    apart
        Slots of a batch: every ``apart`` slots from the start hold different people. At most C.

    Returns
    -------
    int64 ``(slots,)``: the counts of any two people differ by at most 1.
    """
    number = -(-slots // len(people))
    table = rng.permuted(np.tile(people, (number, 1)), axis=1)
    for i in range(1, number if apart > 1 else 0):
        begun = i * len(people) % apart
        if not begun:
            continue
        # The batch that the last round left unfinished is filled with people who are not in it.
        taken = np.isin(table[i], table[:i].reshape(-1)[-begun:])
        ahead = np.flatnonzero(~taken)[: apart - begun]
        rest = np.ones(len(people), dtype=bool)
        rest[ahead] = False
        table[i] = np.concatenate([table[i][ahead], table[i][rest]])
    return table.reshape(-1)[:slots]
