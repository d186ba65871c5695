"""One-byte codes in memory, searched whole: 128 bytes for a face of 128 dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.index.best import LOWEST, Best
from facemetric.index.code_blocks import CodeBlocks
from facemetric.index.codec import Codec
from facemetric.index.integer_product import IntegerProduct
from facemetric.types import Float32, Float64, UInt8, check_embeddings

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

QUERIES_AT_ONCE = 256
SUMS_AT_ONCE = 1 << 20
"""Integers in the working matrix (4 MB): it stays in the processor's cache."""
MIDDLE = 128
"""The code in the middle of a range."""
GATHER_SHARE = 0.25
"""Below this share of allowed rows, they are copied out instead of all being multiplied."""
PAIRS_AT_ONCE = 1 << 16


class CodeIndex:
    """Codes of unit embeddings by row, and the rows most similar to a query.

    Every search looks at every code. With a query rounded to one byte a dimension as well, the
    product is one of integers and is limited by how fast memory is read; the rows that it puts
    first, some more than asked for, are compared again with the query as it is. What remains is
    the rounding of the codes: compare the float vectors of the rows that come back where their
    exact order matters.

    Rows are numbered in the order of `add`. Rows that were removed keep their number and are
    never found.

    Parameters
    ----------
    codec
        Of the codes.
    threads
        Of a search; ``None``: as many as processors may be used.
    """

    def __init__(self, codec: Codec, *, threads: int | None = None) -> None:
        self.codec = codec
        self._blocks = CodeBlocks(codec.dim)
        self._product = IntegerProduct(threads=threads)

    def __len__(self) -> int:
        """Return the number of rows, removed ones included."""
        return len(self._blocks)

    @property
    def removed(self) -> int:
        """How many rows were removed."""
        alive = self._blocks.alive()
        return 0 if alive is None else int(np.count_nonzero(~alive))

    @property
    def nbytes(self) -> int:
        """Memory of the codes, the room for further ones included."""
        return self._blocks.nbytes

    def add(self, codes: UInt8) -> None:
        """Append ``uint8 (N, D)``.

        Raises
        ------
        InputError
            The codes are of another type or dimension.
        """
        self._blocks.append(codes)

    def remove(self, rows: Int64) -> None:
        """Forget rows: their codes are overwritten."""
        self._blocks.remove(rows)

    def codes(self, rows: Int64) -> UInt8:
        """Return ``uint8 (n, D)`` of some rows."""
        return self._blocks.take(rows)

    def search(
        self, queries: Float32, k: int, *, allowed: Bool | None = None
    ) -> tuple[Int64, Float32]:
        """Return the ``k`` most similar rows of each query, the best first.

        Parameters
        ----------
        queries
            ``float32 (Q, D)``, unit norm.
        k
            How many; fewer come where there are fewer.
        allowed
            ``bool (N,)``: the rows that may be found; all where it is left out.

        Returns
        -------
        rows, similarities
            ``int64 (Q, k)`` and ``float32 (Q, k)``: cosines of the query and the decoded code;
            equal ones in the order of rows.

        Raises
        ------
        InputError
            Shapes disagree, ``k`` is below 1 or a query is not finite.
        """
        check_embeddings(queries, name="queries", dim=self.codec.dim)
        if k < 1:
            raise InputError(f"expected at least 1, got {k}", item="k")
        usable = self._usable(allowed)
        count = min(k, len(self) if usable is None else int(np.count_nonzero(usable)))
        rows = np.empty((len(queries), count), np.int64)
        similarities = np.empty((len(queries), count), np.float32)
        if count:
            for start in range(0, len(queries), QUERIES_AT_ONCE):
                part = slice(start, start + QUERIES_AT_ONCE)
                rows[part], similarities[part] = self._search(queries[part], count, usable)
        return rows, similarities

    def _usable(self, allowed: Bool | None) -> Bool | None:
        if allowed is None:
            return self._blocks.alive()
        if allowed.dtype != np.bool_ or allowed.shape != (len(self),):
            raise InputError(
                f"expected bool ({len(self)},), got {allowed.dtype} {allowed.shape}", item="allowed"
            )
        alive = self._blocks.alive()
        return allowed if alive is None else allowed & alive

    def _search(self, queries: Float32, k: int, usable: Bool | None) -> tuple[Int64, Float32]:
        # Rounding the query moves rows by a place or two: some more are compared again.
        best = Best(len(queries), min(2 * k + 16, len(self)))
        rounded = rounded_queries(queries, self.codec).values
        for codes, rows, absent in self._parts(len(queries), usable):
            sums = self._product(codes, rounded)
            if absent is not None:
                sums[absent] = LOWEST
            best.offer(sums, rows)
        found, owners = best.pairs()
        similarities = self.similarities(queries, found, owners)
        order = np.lexsort((found, -similarities, owners))
        found, owners, similarities = found[order], owners[order], similarities[order]
        first = np.searchsorted(owners, np.arange(len(queries)))
        places = first[:, None] + np.arange(k)
        return found[places], similarities[places]

    def _parts(
        self, queries: int, usable: Bool | None
    ) -> Iterator[tuple[UInt8, Int64 | int, Int64 | None]]:
        """Yield codes, their rows (or the first of them), and which of them must not be found."""
        size = max(SUMS_AT_ONCE // queries, 4096)
        if usable is not None and np.count_nonzero(usable) < GATHER_SHARE * len(self):
            chosen = np.flatnonzero(usable)
            for start in range(0, len(chosen), size):
                rows = chosen[start : start + size]
                yield self._blocks.take(rows), rows, None
            return
        for start, codes in self._blocks.parts(size):
            absent = None if usable is None else np.flatnonzero(~usable[start : start + len(codes)])
            yield codes, start, absent

    def earlier(
        self, queries: RoundedQueries, count: int, *, end: int, floor: Int32
    ) -> tuple[Int64, Int64]:
        """Return rows below ``end`` whose integer sums reach a floor, and the query of each.

        At most the ``count`` highest of each query; see `rounded_queries` for the sums.
        """
        best = Best(len(floor), count, floor=floor)
        alive = self._blocks.alive()
        for start, codes in self._blocks.parts(max(SUMS_AT_ONCE // len(floor), 4096)):
            if start >= end:
                break
            part = codes[: end - start]
            sums = self._product(part, queries.values)
            if alive is not None:
                sums[~alive[start : start + len(part)]] = LOWEST
            best.offer(sums, start)
        return best.pairs()

    def alive(self, rows: Int64) -> Bool:
        """Return which of some rows were not removed."""
        alive = self._blocks.alive()
        return np.ones(len(rows), np.bool_) if alive is None else alive[rows]

    def similarities(self, queries: Float32, rows: Int64, owners: Int64) -> Float32:
        """Return the cosines of rows and queries, pair by pair, in double precision."""
        result = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), PAIRS_AT_ONCE):
            part = slice(start, start + PAIRS_AT_ONCE)
            decoded = self.codec.decode(self._blocks.take(rows[part]))
            left: Float64 = queries[owners[part]].astype(np.float64)
            result[part] = (left * decoded).sum(axis=1)
        return result


@dataclass(frozen=True, eq=False, slots=True)
class RoundedQueries:
    """Queries for the integer product: a row's cosine is near ``offsets + factors * sum``.

    Attributes
    ----------
    values
        ``int8 (D, Q)``: each query times the codes' steps, stretched to 127 and rounded.
    offsets, factors
        ``float32 (Q,)``.
    """

    values: Int8
    offsets: Float32
    factors: Float32


def rounded_queries(queries: Float32, codec: Codec) -> RoundedQueries:
    """Round ``float32 (Q, D)`` to one byte a dimension."""
    scaled = queries * codec.step.astype(np.float32)
    largest = np.maximum(np.abs(scaled).max(axis=1), np.finfo(np.float32).tiny)
    factors = largest / 127
    rounded = np.rint(scaled / factors[:, None]).astype(np.int8)
    # What rounding takes from a code in the middle of its range is the same for every row.
    lost = (scaled - factors[:, None] * rounded).sum(axis=1)
    offsets = queries @ codec.low.astype(np.float32) + MIDDLE * lost
    return RoundedQueries(np.ascontiguousarray(rounded.T), offsets, factors)
