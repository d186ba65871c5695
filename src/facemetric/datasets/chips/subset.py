"""Some of a source's pictures, in any order, as a source of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets.chips.source import ChipSource
from facemetric.errors import InputError


class SubsetSource:
    """Rows of another source as a `ChipSource`.

    Parameters
    ----------
    source
        Where the pictures are.
    rows
        ``int (M,)``: rows of ``source``, each at most once, in any order.
    keep_names
        Keep people without pictures in ``names``, so that labels mean the same as in ``source``
        (for parts of a closed set); else labels are counted anew.

    Raises
    ------
    InputError
        A row is out of range or occurs twice.
    """

    def __init__(
        self,
        source: ChipSource,
        rows: Sequence[int] | NDArray[np.integer],
        *,
        keep_names: bool = False,
    ) -> None:
        chosen = np.asarray(rows)
        if chosen.ndim != 1 or (len(chosen) and chosen.dtype.kind not in "iu"):
            raise InputError(
                f"expected whole numbers (M,), got {chosen.dtype} {chosen.shape}", item="rows"
            )
        if len(chosen) and (chosen.min() < 0 or chosen.max() >= len(source)):
            raise InputError(
                f"expected rows 0 to {len(source) - 1}, got {chosen.min()} to {chosen.max()}",
                item="rows",
            )
        if len(np.unique(chosen)) != len(chosen):
            raise InputError("a row occurs twice", item="rows")
        self.source = source
        self.rows: NDArray[np.int64] = chosen.astype(np.int64)
        self.found: NDArray[np.bool_] = source.found[self.rows]
        """``bool (N,)``: False where no face was detected and a stand-in area was cut out."""
        labels = source.labels[self.rows]
        people = np.unique(labels)
        self.names: tuple[str, ...] = (
            source.names if keep_names else tuple(source.names[row] for row in people)
        )
        """The different people, sorted as text."""
        self.labels: NDArray[np.int64] = (
            labels if keep_names else np.searchsorted(people, labels).astype(np.int64)
        )
        """``int64 (N,)``: the row of each picture's person in ``names``."""

    def __len__(self) -> int:
        return len(self.rows)

    def origin(self, row: int) -> tuple[ChipSource, int]:
        """Return the source of a picture and its row there."""
        return self.source, int(self.rows[row])

    def encoded(self, row: int) -> bytes:
        """Return a picture's bytes; errors as the whole source's."""
        return self.source.encoded(int(self.rows[row]))

    def item(self, row: int) -> str:
        """Return what errors call a picture."""
        return self.source.item(int(self.rows[row]))


def at_least_k(source: ChipSource, k: int) -> SubsetSource:
    """Keep the people with at least ``k`` pictures; there may be none.

    Raises
    ------
    InputError
        ``k`` is below 1.
    """
    if k < 1:
        raise InputError(f"expected at least 1, got {k}", item="k")
    count = np.bincount(source.labels, minlength=len(source.names))
    return SubsetSource(source, np.flatnonzero(count[source.labels] >= k))
