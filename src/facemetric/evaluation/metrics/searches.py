"""Searches of a gallery: what each probe found, once for all figures of identification."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.impostors import check_labels
from facemetric.types import AnyArray, Float64


@dataclass(frozen=True, eq=False, slots=True)
class Searches:
    """Outcome of each probe's search.

    Attributes
    ----------
    mated
        ``bool (Q,)``: whether the person is in the gallery.
    mate_scores
        ``float64 (Q,)``: the highest score of the person's own entries; minus infinity without.
    stranger_scores
        ``float64 (Q,)``: the highest score of another person's entry; minus infinity without.
    ranks
        ``int64 (Q,)``: 1 + the entries of other people that score as high as the best mate or
        higher (a tie counts against the mate); 0 for probes without a mate.
    """

    mated: NDArray[np.bool_]
    mate_scores: Float64
    stranger_scores: Float64
    ranks: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.mated)

    def take(self, rows: AnyArray) -> Searches:
        """Return the searches of these rows: indices or ``bool (Q,)``."""
        return Searches(
            self.mated[rows], self.mate_scores[rows], self.stranger_scores[rows], self.ranks[rows]
        )


def search_outcomes(scores: AnyArray, probe_labels: AnyArray, gallery_labels: AnyArray) -> Searches:
    """Return the outcomes of comparing probes with a whole gallery.

    For more probes than fit in memory, call it with some at a time and `join_searches`.

    Parameters
    ----------
    scores
        ``float (Q, G)``, higher is more alike.
    probe_labels, gallery_labels
        ``int (Q,)`` and ``(G,)``: the person in each.

    Raises
    ------
    InputError
        The shapes disagree, the gallery is empty, or a score is not finite.
    """
    table = np.asarray(scores)
    if table.ndim != 2 or not table.shape[1]:
        raise InputError(f"expected (probes, 1 or more entries), got {table.shape}", item="scores")
    if not np.isfinite(table).all():
        raise InputError("expected finite scores", item="scores")
    probes = check_labels(probe_labels, table.shape[0])
    entries = check_labels(gallery_labels, table.shape[1])
    mates = probes[:, None] == entries
    mate = np.where(mates, table, -np.inf).max(axis=1)
    stranger = np.where(mates, -np.inf, table)
    mated = mates.any(axis=1)
    ranks = np.where(mated, 1 + (stranger >= mate[:, None]).sum(axis=1), 0)
    return Searches(
        mated,
        mate.astype(np.float64),
        stranger.max(axis=1).astype(np.float64),
        ranks.astype(np.int64),
    )


def join_searches(parts: Iterable[Searches]) -> Searches:
    """Return the searches of several calls as one.

    Raises
    ------
    InputError
        There are none.
    """
    found = list(parts)
    if not found:
        raise InputError("expected at least one part", item="parts")
    return Searches(
        np.concatenate([part.mated for part in found]),
        np.concatenate([part.mate_scores for part in found]),
        np.concatenate([part.stranger_scores for part in found]),
        np.concatenate([part.ranks for part in found]),
    )
