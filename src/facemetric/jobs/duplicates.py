"""Photographs that are one picture: which stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.leakage.pictures import SamePictures
from facemetric.types import AnyArray


@dataclass(frozen=True, slots=True)
class Copy:
    """A photograph that is left out because another shows the same picture.

    Attributes
    ----------
    row
        Which.
    of
        The row that stays, or one of another person.
    identical
        Whether the two files are the same, byte for byte.
    other_person
        Whether the picture is under several names: then none of them stays.
    """

    row: int
    of: int
    identical: bool
    other_person: bool


def find_copies(
    pictures: SamePictures, labels: AnyArray, *, worth: Sequence[tuple[float, ...]]
) -> list[Copy]:
    """Say which photographs to leave out, by row.

    Pictures that are the same in a chain are one. Of one person's the worthiest stays; where
    several people have the picture nobody knows whose it is, and none stays.

    Parameters
    ----------
    pictures
        Pairs of rows.
    labels
        ``int (N,)``: the person in each.
    worth
        For each row what it is preferred by, higher first; of equal ones the first row stays.
    """
    copies = []
    for rows in _chains(pictures.rows):
        people = {int(labels[row]) for row in rows}
        best = max(rows, key=lambda row: (worth[row], -row))
        for row in rows:
            if len(people) > 1:
                other = next(one for one in rows if labels[one] != labels[row])
                copies.append(Copy(row, other, _identical(pictures, row, other), True))
            elif row != best:
                copies.append(Copy(row, best, _identical(pictures, row, best), False))
    return sorted(copies, key=lambda copy: copy.row)


def _identical(pictures: SamePictures, row: int, other: int) -> bool:
    wanted = sorted((row, other))
    at = np.flatnonzero((pictures.rows == wanted).all(axis=1))
    return bool(pictures.identical[at].any())


def _chains(pairs: NDArray[np.int64]) -> list[list[int]]:
    """Join pairs that share a row; each chain in rising order."""
    root: dict[int, int] = {}

    def top(row: int) -> int:
        while root.setdefault(row, row) != row:
            root[row] = root[root[row]]
            row = root[row]
        return row

    for first, second in pairs.tolist():
        a, b = top(first), top(second)
        root[max(a, b)] = min(a, b)
    chains: dict[int, list[int]] = {}
    for row in sorted(root):
        chains.setdefault(top(row), []).append(row)
    return list(chains.values())
