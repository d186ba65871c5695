"""All pairs of rows that are alike: the edges of a neighbour graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.index.code_index import CodeIndex, rounded_queries
from facemetric.types import Float32

Int64 = NDArray[np.int64]

ROWS_AT_ONCE = 512
# Six spreads of what rounding moves a sum by: codes lie some 30 around their middle, and rounding
# is even over one step, whose spread is 0.29. Five of the length's, which is rounded as codes are.
QUERY_SPREADS = 6 * 30 * 0.29
CODE_SPREADS = 5 * 0.29


@dataclass(frozen=True, eq=False, slots=True)
class Edges:
    """Pairs of rows, each once, ``first < second``.

    Attributes
    ----------
    first, second
        ``int64 (E,)``.
    similarities
        ``float32 (E,)``.
    """

    first: Int64
    second: Int64
    similarities: Float32

    def __len__(self) -> int:
        return len(self.first)


def similar_pairs(
    index: CodeIndex,
    threshold: float,
    *,
    start: int = 0,
    most: int = 32,
    tell: Callable[[int], None] = lambda rows: None,
) -> Edges:
    """Return the pairs whose cosine reaches a threshold.

    Every row is compared with all rows before it, each pair once, at the speed of the processor's
    integer products; pairs near the threshold are compared again in double precision.

    Parameters
    ----------
    index
        Codes; removed rows are in no pair.
    threshold
        Cosine of decoded codes, in [-1, 1].
    start
        Compare the rows from here on alone, with each other and with all before: what joined.
    most
        Of the pairs with earlier rows, keep each row's ``most`` highest.
    tell
        Called with the number of rows that are done.

    Returns
    -------
    Edges
        In no particular order.

    Raises
    ------
    InputError
        The threshold is no cosine, or ``most`` is below 1.
    """
    if not -1 <= threshold <= 1:
        raise InputError(f"expected a cosine in [-1, 1], got {threshold}", item="threshold")
    if most < 1:
        raise InputError(f"expected at least 1, got {most}", item="most")
    found: list[tuple[Int64, Int64, Float32]] = [_nothing()]
    for first in range(start, len(index), ROWS_AT_ONCE):
        rows = np.arange(first, min(first + ROWS_AT_ONCE, len(index)))
        found.append(_of_rows(index, rows, threshold, most))
        tell(int(rows[-1]) + 1 - start)
    return Edges(*(np.concatenate(part) for part in zip(*found, strict=True)))


def _of_rows(
    index: CodeIndex, rows: Int64, threshold: float, most: int
) -> tuple[Int64, Int64, Float32]:
    rows = rows[index.alive(rows)]
    if not len(rows):
        return _nothing()
    queries = index.codec.decode(index.codes(rows))
    rounded = rounded_queries(queries, index.codec)
    # What rounding the query may add or take, and the decoded code's length beside 1.
    margins = QUERY_SPREADS * rounded.factors * np.sqrt(index.codec.dim)
    margins += CODE_SPREADS * float(index.codec.step.max())
    floor = np.floor((threshold - margins - rounded.offsets) / rounded.factors)
    limits = np.iinfo(np.int32)
    floor = np.clip(floor, limits.min + 1, limits.max).astype(np.int32)
    # Rows of this block are in the product with later ones of it too: those are left out below.
    found, owners = index.earlier(rounded, most + len(rows), end=int(rows[-1]), floor=floor)
    kept = found < rows[owners]
    found, owners = found[kept], owners[kept]
    similarities = index.similarities(queries, found, owners)
    order = np.lexsort((found, -similarities, owners))
    found, owners, similarities = found[order], owners[order], similarities[order]
    rank = np.arange(len(owners)) - np.searchsorted(owners, owners, side="left")
    kept = (similarities >= threshold) & (rank < most)
    return found[kept], rows[owners[kept]], similarities[kept]


def _nothing() -> tuple[Int64, Int64, Float32]:
    return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
