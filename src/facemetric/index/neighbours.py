"""The graph of near neighbours: each row with its most similar ones, every pair or by cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.index.cells import Cells
from facemetric.index.in_order import in_order, single_products
from facemetric.index.nearest import Nearest
from facemetric.index.pairs import Edges
from facemetric.types import Float32, check_embeddings

Int64 = NDArray[np.int64]
Tell = Callable[[int], None]
Pairs = tuple[Int64, Int64, Float32]

EXACT_ROWS = 200_000
"""Up to so many rows all pairs are compared."""
ROWS_AT_ONCE = 1024
COLUMNS_AT_ONCE = 2048
PROBES = 32
"""Cells that a row looks into."""
_NOTHING = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))


def neighbour_graph(
    vectors: Float32,
    *,
    neighbours: int,
    threshold: float,
    start: int = 0,
    exact: bool | None = None,
    seed: int = 0,
    threads: int | None = None,
    tell: Tell = lambda rows: None,
) -> Edges:
    """Return the pairs that reach a threshold and in which one is among the other's nearest.

    Parameters
    ----------
    vectors
        ``float32 (N, D)``, unit rows.
    neighbours
        How many of the nearest of each row count.
    threshold
        Cosine, in [-1, 1].
    start
        Compare the rows from here on alone, with each other and with all before: what joined.
    exact
        Whether all pairs are compared. ``None``: up to 200,000 rows. Otherwise the rows are put
        into about ``sqrt(N)`` cells and a row is compared with those of the 32 cells nearest to it
        (64 with ``start``, where the rows before do not look back): some pairs are missed.
    seed
        Of the rows that the cells begin with.
    threads
        ``None``: as many as processors may be used. The answer does not depend on it.
    tell
        Called with the number of rows that are done.

    Returns
    -------
    Edges
        Sorted by their rows. Similarities are in single precision. Memory beside the vectors: some
        hundred bytes a row, and 40 an edge.

    Raises
    ------
    InputError
        The vectors are not finite floats ``(N, D)``, or an option is out of range.
    """
    check_embeddings(vectors, name="vectors")
    if not -1 <= threshold <= 1:
        raise InputError(f"expected a cosine in [-1, 1], got {threshold}", item="threshold")
    if neighbours < 1:
        raise InputError(f"expected at least 1, got {neighbours}", item="neighbours")
    if not 0 <= start <= len(vectors):
        raise InputError(f"expected 0 to {len(vectors)}, got {start}", item="start")
    nearest = Nearest(len(vectors), neighbours, threshold=threshold)
    run = _Run(vectors, nearest, threshold, start, threads, tell)
    with single_products():
        if len(vectors) <= EXACT_ROWS if exact is None else exact:
            _all_pairs(run)
        else:
            _by_cells(run, seed)
    return nearest.edges()


@dataclass(frozen=True, eq=False, slots=True)
class _Run:
    """What both ways of comparing have in common."""

    vectors: Float32
    nearest: Nearest
    threshold: float
    start: int
    threads: int | None
    tell: Tell

    def pairs(self, rows: Float32, columns: Float32) -> Pairs:
        """Return places in two sets of vectors whose cosine reaches the threshold."""
        products = rows @ columns.T
        places = np.flatnonzero(products >= self.threshold)
        one, other = np.divmod(places, max(len(columns), 1))
        return one, other, products.ravel()[places]


def _all_pairs(run: _Run) -> None:
    total = len(run.vectors)

    def compared(block: tuple[int, int]) -> Pairs:
        first, column = block
        rows = run.vectors[first : first + ROWS_AT_ONCE]
        end = min(column + COLUMNS_AT_ONCE, first + len(rows))
        one, other, similarities = run.pairs(rows, run.vectors[column:end])
        one, other = one + first, other + column
        # Each pair once, from its later row.
        kept = other < one
        return one[kept], other[kept], similarities[kept]

    blocks = [
        (first, column)
        for first in range(run.start, total, ROWS_AT_ONCE)
        for column in range(0, min(first + ROWS_AT_ONCE, total), COLUMNS_AT_ONCE)
    ]
    found = in_order(compared, blocks, threads=run.threads)
    for (first, _), (one, other, similarities) in zip(blocks, found, strict=True):
        run.nearest.offer(one, other, similarities)
        run.nearest.offer(other, one, similarities)
        run.tell(first - run.start)
    run.tell(total - run.start)


def _by_cells(run: _Run, seed: int) -> None:
    vectors, start = run.vectors, run.start
    count = max(round(np.sqrt(len(vectors))), 1)
    cells = Cells.fit(vectors, count, seed=seed, threads=run.threads)
    looked_into = min(PROBES if start == 0 else 2 * PROBES, count)
    probes = cells.nearest(vectors[start:], looked_into, threads=run.threads)
    homes = probes[:, 0] if start == 0 else cells.nearest(vectors, 1, threads=run.threads)[:, 0]
    members = _lists(homes, count)
    visitors = _lists(probes.ravel(), count)

    def compared(cell: int) -> Pairs:
        own, visits = members[cell], visitors[cell]
        inside = vectors[own]
        found = [_NOTHING]
        for part in range(0, len(visits), ROWS_AT_ONCE):
            rows = visits[part : part + ROWS_AT_ONCE] // looked_into + start
            one, other, similarities = run.pairs(vectors[rows], inside)
            one, other = rows[one], own[other]
            kept = one != other
            found.append((one[kept], other[kept], similarities[kept]))
        one, other, similarities = (np.concatenate(part) for part in zip(*found, strict=True))
        return one, other, similarities

    done = 0
    for visits, pairs in zip(
        visitors, in_order(compared, range(count), threads=run.threads), strict=True
    ):
        run.nearest.offer(*pairs)
        done += len(visits)
        run.tell(done // looked_into)


def _lists(cells: NDArray[np.int32], count: int) -> list[Int64]:
    """Return the positions of each cell's number."""
    order = np.argsort(cells, kind="stable")
    return np.split(order, np.cumsum(np.bincount(cells, minlength=count))[:-1])
