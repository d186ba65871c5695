"""The graph of alike faces, and labels that spread along it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.cluster.method import Int64
from facemetric.errors import InputError
from facemetric.types import Float32, Float64

ROUNDS = 30
PARTS = 8
"""Nodes decide in so many turns a round: those of one turn see the labels of before it."""


@dataclass(frozen=True, eq=False, slots=True)
class Corrections:
    """What somebody has said about pairs of nodes.

    Attributes
    ----------
    same
        ``int64 (M, 2)``: are the same person, whatever the graph says.
    different
        ``int64 (C, 2)``: are not.
    """

    same: Int64
    different: Int64


def whisper(
    starts: Sequence[int] | Int64,
    ends: Sequence[int] | Int64,
    weights: Sequence[float] | Float32,
    nodes: int,
    *,
    seed: int = 0,
    corrections: Corrections | None = None,
    known: Int64 | None = None,
) -> Int64:
    """Run Chinese whispers on a graph.

    Every node begins with its own label. In each round the nodes decide in a random order, an
    eighth of them at a time: each takes the label of the largest total weight among its
    neighbours; of equal ones its own where that is among them, else one drawn (a fixed choice
    would flood the graph). It ends with the first round without a change, or after 30.

    Parameters
    ----------
    starts, ends
        Edges, each once, in either direction.
    weights
        One a edge, not negative.
    nodes
        How many nodes there are.
    seed
        Of the order, and of what is drawn.
    corrections
        Pairs that must, and that must not, share a label.
    known
        ``int64 (M,)``: labels of the first M nodes from before. They keep them; the others join
        them or one another.

    Returns
    -------
    labels
        ``int64 (nodes,)``, each the number of some node of the group.

    Raises
    ------
    InputError
        Two nodes are said to be the same person and not to be, or there are more known labels
        than nodes.

    Notes
    -----
    Biemann, "Chinese whispers: an efficient graph clustering algorithm" (TextGraphs 2006), where
    one node decides at a time.
    """
    joined = np.arange(nodes)
    apart = np.empty((0, 2), np.int64)
    if corrections is not None:
        joined = components(corrections.same[:, 0], corrections.same[:, 1], nodes)
        apart = joined[corrections.different]
        both = np.flatnonzero(apart[:, 0] == apart[:, 1])
        if both.size:
            pair = corrections.different[both[0]].tolist()
            raise InputError(
                f"are said to be the same person, and not to be: {pair[0]} and {pair[1]}",
                item="corrections",
            )
    graph = _Graph.of(
        joined[np.asarray(starts, np.int64)],
        joined[np.asarray(ends, np.int64)],
        np.asarray(weights, np.float64),
        nodes,
    )
    orders, draws = np.random.default_rng(seed), np.random.default_rng((seed, 1))
    labels = np.arange(nodes)
    moving = graph.busy
    if known is not None:
        labels = _beginning(known, nodes)
        moving = moving[moving >= len(known)]
    forbidden = _partners(apart, nodes)
    for _ in range(ROUNDS):
        order = orders.permutation(moving)
        changed = False
        for turn in np.array_split(order, PARTS):
            fresh = graph.decide(turn, labels, draws, forbidden)
            changed |= bool((fresh != labels[turn]).any())
            labels[turn] = fresh
        if not changed:
            break
    for one, other in apart.tolist():
        # Two that took the same label in the same turn: the later one is alone, under a number
        # that nobody has.
        if labels[one] == labels[other]:
            labels[other] = np.setdiff1d(np.arange(nodes), labels)[0]
    return labels[joined]


def _beginning(known: Int64, nodes: int) -> Int64:
    """Return labels to begin with: known ones named by their first node, own ones for the rest."""
    if len(known) > nodes:
        raise InputError(f"expected at most {nodes} labels, got {len(known)}", item="known")
    labels = np.arange(nodes)
    if len(known):
        _, first, inverse = np.unique(known, return_index=True, return_inverse=True)
        labels[: len(known)] = first[inverse]
    return labels


def components(starts: Int64, ends: Int64, nodes: int) -> Int64:
    """Return, for each node, the lowest node that it is connected with."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges = coo_array((np.ones(len(starts), np.int8), (starts, ends)), shape=(nodes, nodes))
    _, numbers = connected_components(edges, directed=False)
    _, lowest = np.unique(numbers, return_index=True)
    found: Int64 = lowest[numbers]
    return found


@dataclass(frozen=True, eq=False, slots=True)
class _Graph:
    """Neighbours of each node, one after another: ``others[first[n]:first[n + 1]]``."""

    first: Int64
    others: Int64
    weights: Float64
    busy: Int64

    @classmethod
    def of(cls, starts: Int64, ends: Int64, weights: Float64, nodes: int) -> _Graph:
        loops = starts == ends
        starts, ends, weights = starts[~loops], ends[~loops], weights[~loops]
        rows = np.concatenate([starts, ends])
        order = np.argsort(rows, kind="stable")
        counts = np.bincount(rows, minlength=nodes)
        return cls(
            np.concatenate([[0], np.cumsum(counts)]),
            np.concatenate([ends, starts])[order],
            np.concatenate([weights, weights])[order],
            np.flatnonzero(counts),
        )

    def decide(
        self,
        turn: Int64,
        labels: Int64,
        draws: np.random.Generator,
        forbidden: dict[int, list[int]],
    ) -> Int64:
        """Return the label that each node of a turn takes."""
        counts = self.first[turn + 1] - self.first[turn]
        if not len(turn):
            return turn
        rows = np.repeat(np.arange(len(turn)), counts)
        edges = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        edges += np.repeat(self.first[turn], counts)
        votes = labels[self.others[edges]]
        # One entry for each label that a node hears of, with its whole weight.
        order = np.lexsort((votes, rows))
        rows, votes, weights = rows[order], votes[order], self.weights[edges][order]
        new = np.flatnonzero(np.r_[True, (rows[1:] != rows[:-1]) | (votes[1:] != votes[:-1])])
        totals = np.add.reduceat(weights, new)
        rows, votes = rows[new], votes[new]
        if forbidden:
            kept = _allowed(turn, rows, votes, labels, forbidden)
            rows, votes, totals = rows[kept], votes[kept], totals[kept]
        own = votes == labels[turn][rows]
        # The highest total last; of equal ones the own label, else the highest draw.
        best = np.lexsort((draws.random(len(rows)), own, totals, rows))
        rows, votes = rows[best], votes[best]
        last = np.flatnonzero(np.r_[rows[1:] != rows[:-1], True])[: len(rows)]
        fresh = labels[turn]
        fresh[rows[last]] = votes[last]
        return fresh


def _partners(apart: Int64, nodes: int) -> dict[int, list[int]]:
    partners: dict[int, list[int]] = {}
    for one, other in apart.tolist():
        partners.setdefault(one, []).append(other)
        partners.setdefault(other, []).append(one)
    return partners


def _allowed(
    turn: Int64, rows: Int64, votes: Int64, labels: Int64, forbidden: dict[int, list[int]]
) -> NDArray[np.bool_]:
    """Return which votes are for labels that nobody has from whom the node is kept apart."""
    kept = np.ones(len(rows), np.bool_)
    for place in np.flatnonzero(np.isin(turn, list(forbidden))).tolist():
        start, end = np.searchsorted(rows, [place, place + 1])
        taken = labels[forbidden[int(turn[place])]]
        kept[start:end] = ~np.isin(votes[start:end], taken)
    return kept
