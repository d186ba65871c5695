"""The detection and identification rate of weighted searches: what a bootstrap computes."""

from __future__ import annotations

import numpy as np

from facemetric.evaluation.impostors import check_labels
from facemetric.evaluation.metrics.open_set import dir_at_fpir
from facemetric.evaluation.metrics.searches import Searches
from facemetric.types import AnyArray, Float64


class DirInDraw:
    """Finds DIR at an FPIR in a draw of the probes' people, the threshold anew in each.

    Equal to `dir_at_fpir` of the searches written out as often as a draw has them.

    Parameters
    ----------
    searches
        With and without a mate.
    probe_labels
        ``int (Q,)``: the person in each probe.
    fpir
        False-positive identification rate in (0, 1).
    rank
        The worst rank that counts as found.

    Raises
    ------
    InputError
        See `dir_at_fpir`; or the shapes disagree.
    """

    def __init__(
        self, searches: Searches, probe_labels: AnyArray, fpir: float, *, rank: int = 1
    ) -> None:
        dir_at_fpir(searches, fpir, rank=rank)  # checks the arguments
        who = np.unique(check_labels(probe_labels, len(searches)), return_inverse=True)[1]
        self.people = int(who.max()) + 1
        mated = searches.mated
        found = np.where(searches.ranks[mated] <= rank, searches.mate_scores[mated], -np.inf)
        strangers = searches.stranger_scores[~mated]
        first, second = np.argsort(-found), np.argsort(-strangers)
        # Rising, as np.searchsorted wants them.
        self._found, self._found_people = -found[first], who[mated][first]
        self._strangers, self._stranger_people = -strangers[second], who[~mated][second]
        self._fpir = fpir

    def __call__(self, draw: Float64) -> float:
        """Return the rate in ``draw (people,)``; not a number without probes of a kind."""
        accepted = np.cumsum(draw[self._stranger_people])
        found = np.cumsum(draw[self._found_people])
        if not accepted[-1] or not found[-1]:
            return np.nan
        allowed = np.floor(self._fpir * accepted[-1] * (1 + 1e-12))
        rejected = self._strangers[np.searchsorted(accepted, allowed, side="right")]
        above = int(np.searchsorted(self._found, rejected))
        return float(found[above - 1] / found[-1]) if above else 0.0
