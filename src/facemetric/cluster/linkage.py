"""Average linkage along a graph: the groups of all pairs' distances, without holding them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.cluster.method import Int64
from facemetric.index import Edges
from facemetric.types import Float32

PAIRS_AT_ONCE = 1 << 17

Bool = NDArray[np.bool_]


def link(
    edges: Edges,
    embeddings: Float32,
    *,
    threshold: float,
    begin: Int64 | None = None,
    apart: Int64 | None = None,
    fixed: Bool | None = None,
) -> Int64:
    """Join groups while the mean cosine of all pairs between two of them reaches the threshold.

    The mean over all pairs of two groups is the product of their mean vectors, so that nothing
    but those is held. In a round all pairs of groups that are each other's nearest are joined,
    which comes to the same as joining the nearest of all, one pair after another (average linkage
    is reducible: Bruynooghe 1977, Murtagh 1983). A mean that reaches the threshold has a pair that
    does: with every such pair among the edges the groups are exactly those of
    ``agglomerative``. With the nearest of each face alone they are near them.

    Parameters
    ----------
    edges
        Pairs of faces whose cosine reaches the threshold.
    embeddings
        ``float32 (N, D)``, unit rows.
    threshold
        Mean cosine from which two groups are one.
    begin
        ``int64 (N,)``: faces of one number are together from the start, each number below N.
        ``None``: every face is alone.
    apart
        ``int64 (M, 2)``: faces that must not come together.
    fixed
        ``bool (N,)``: no two groups that have such faces are joined.

    Returns
    -------
    labels
        ``int64 (N,)``: the lowest number from ``begin`` in the group.
    """
    state = _State.of(edges, embeddings, begin, apart, fixed)
    state.keep(state.values >= threshold)
    while len(state.values):
        state.join(state.mutual())
        state.keep(state.values >= threshold)
    return state.labels


@dataclass(slots=True)
class _State:
    """Groups so far, and the edges between them, each pair of groups once."""

    labels: Int64
    sums: Float32
    sizes: Float32
    fixed: Bool
    apart: Int64
    first: Int64
    second: Int64
    values: Float32

    @classmethod
    def of(
        cls,
        edges: Edges,
        embeddings: Float32,
        begin: Int64 | None,
        apart: Int64 | None,
        fixed: Bool | None,
    ) -> _State:
        count = len(embeddings)
        state = cls(
            labels=np.arange(count),
            sums=embeddings.copy(),
            sizes=np.ones(count, np.float32),
            fixed=np.zeros(count, np.bool_) if fixed is None else fixed.copy(),
            apart=np.empty((0, 2), np.int64) if apart is None else apart,
            first=edges.first,
            second=edges.second,
            values=edges.similarities,
        )
        if begin is not None and count:
            order = np.argsort(begin, kind="stable")
            groups, starts = np.unique(begin[order], return_index=True)
            state.sums[groups] = np.add.reduceat(embeddings[order], starts)
            state.sizes[groups] = np.diff(np.r_[starts, count])
            state.fixed[groups] = np.logical_or.reduceat(state.fixed[order], starts)
            state._follow(begin, np.bincount(begin, minlength=count) != 1)
        state._separate()
        return state

    def keep(self, kept: Bool) -> None:
        """Forget other edges."""
        self.first, self.second = self.first[kept], self.second[kept]
        self.values = self.values[kept]

    def mutual(self) -> Int64:
        """Return the edges that are the best of both their groups; of equal ones the first."""
        highest = np.full(len(self.labels), -np.inf, np.float32)
        np.maximum.at(highest, self.first, self.values)
        np.maximum.at(highest, self.second, self.values)
        best = np.full(len(self.labels), len(self.values))
        for ends in (self.first, self.second):
            top = np.flatnonzero(self.values == highest[ends])
            np.minimum.at(best, ends[top], top)
        places = best[self.first]
        return np.flatnonzero((places == np.arange(len(places))) & (places == best[self.second]))

    def join(self, edges: Int64) -> None:
        """Make one group of the two of each of some edges, no group in two of them."""
        kept, gone = self.first[edges], self.second[edges]
        self.sums[kept] += self.sums[gone]
        self.sizes[kept] += self.sizes[gone]
        self.fixed[kept] |= self.fixed[gone]
        into = np.arange(len(self.labels))
        into[gone] = kept
        changed = np.zeros(len(self.labels), np.bool_)
        changed[kept] = True
        self._follow(into, changed)
        self._separate()

    def _follow(self, into: Int64, changed: Bool) -> None:
        """Let everything name groups by their new numbers, and compare those that changed."""
        self.labels = into[self.labels]
        self.apart = into[self.apart]
        first, second = into[self.first], into[self.second]
        first, second = np.minimum(first, second), np.maximum(first, second)
        touched = changed[first] | changed[second]
        keys = np.unique((first * len(into) + second)[touched & (first != second)])
        one, other = np.divmod(keys, len(into))
        self.first = np.concatenate([first[~touched], one])
        self.second = np.concatenate([second[~touched], other])
        self.values = np.concatenate([self.values[~touched], self._means(one, other)])

    def _means(self, one: Int64, other: Int64) -> Float32:
        """Return the mean cosine of all pairs between two groups, for some pairs of groups."""
        result = np.empty(len(one), np.float32)
        for start in range(0, len(one), PAIRS_AT_ONCE):
            a, b = one[start : start + PAIRS_AT_ONCE], other[start : start + PAIRS_AT_ONCE]
            products = np.einsum("ij,ij->i", self.sums[a], self.sums[b])
            result[start : start + PAIRS_AT_ONCE] = products / (self.sizes[a] * self.sizes[b])
        return result

    def _separate(self) -> None:
        """Forget edges between groups that must not be joined."""
        if self.fixed.any():
            self.keep(~(self.fixed[self.first] & self.fixed[self.second]))
        if len(self.apart):
            low, high = self.apart.min(axis=1), self.apart.max(axis=1)
            keys = self.first * len(self.labels) + self.second
            self.keep(~np.isin(keys, low * len(self.labels) + high))
