"""The graph of near neighbours: each row with its most similar ones, every pair or by cells."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.index.cells import Cells
from facemetric.index.nearest import Nearest
from facemetric.index.pairs import Edges
from facemetric.types import Float32, check_embeddings

Int64 = NDArray[np.int64]
Tell = Callable[[int], None]

EXACT_ROWS = 200_000
"""Up to so many rows all pairs are compared."""
ROWS_AT_ONCE = 1024
COLUMNS_AT_ONCE = 2048
PROBES = 32
"""Cells that a row looks into."""


def neighbour_graph(
    vectors: Float32,
    *,
    neighbours: int,
    threshold: float,
    start: int = 0,
    exact: bool | None = None,
    seed: int = 0,
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
    if len(vectors) <= EXACT_ROWS if exact is None else exact:
        _all_pairs(vectors, nearest, threshold, start, tell)
    else:
        _by_cells(vectors, nearest, threshold, start, seed, tell)
    return nearest.edges()


def _all_pairs(
    vectors: Float32, nearest: Nearest, threshold: float, start: int, tell: Tell
) -> None:
    for first in range(start, len(vectors), ROWS_AT_ONCE):
        rows = vectors[first : first + ROWS_AT_ONCE]
        end = first + len(rows)
        for column in range(0, end, COLUMNS_AT_ONCE):
            products = rows @ vectors[column : min(column + COLUMNS_AT_ONCE, end)].T
            places = np.flatnonzero(products >= threshold)
            one, other = np.divmod(places, products.shape[1])
            one, other = one + first, other + column
            # Each pair once, from its later row.
            kept = other < one
            one, other, similarities = one[kept], other[kept], products.ravel()[places[kept]]
            nearest.offer(one, other, similarities)
            nearest.offer(other, one, similarities)
        tell(end - start)


def _by_cells(
    vectors: Float32, nearest: Nearest, threshold: float, start: int, seed: int, tell: Tell
) -> None:
    count = max(round(np.sqrt(len(vectors))), 1)
    cells = Cells.fit(vectors, count, seed=seed)
    probes = cells.nearest(vectors[start:], min(PROBES if start == 0 else 2 * PROBES, count))
    homes = probes[:, 0] if start == 0 else cells.nearest(vectors, 1)[:, 0]
    members = _lists(homes, count)
    visitors = _lists(probes.ravel(), count)
    done = 0
    for own, visits in zip(members, visitors, strict=True):
        inside = np.ascontiguousarray(vectors[own].T)
        for part in range(0, len(visits), ROWS_AT_ONCE):
            rows = visits[part : part + ROWS_AT_ONCE] // probes.shape[1] + start
            products = vectors[rows] @ inside
            places = np.flatnonzero(products >= threshold)
            one, other = np.divmod(places, max(len(own), 1))
            one, other = rows[one], own[other]
            kept = one != other
            nearest.offer(one[kept], other[kept], products.ravel()[places[kept]])
        done += len(visits)
        tell(done // probes.shape[1])


def _lists(cells: NDArray[np.int32], count: int) -> list[Int64]:
    """Return the positions of each cell's number."""
    order = np.argsort(cells, kind="stable")
    return np.split(order, np.cumsum(np.bincount(cells, minlength=count))[:-1])
