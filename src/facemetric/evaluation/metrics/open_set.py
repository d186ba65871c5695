"""Open-set identification: found and recognised, against strangers taken for somebody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.metrics.operating import supports, threshold_at_far
from facemetric.evaluation.metrics.searches import Searches
from facemetric.types import Float64


@dataclass(frozen=True, slots=True)
class DirAtFpir:
    """One operating point of open-set identification.

    Attributes
    ----------
    fpir
        The false-positive identification rate that was asked for.
    fpir_measured
        The rate at the threshold; at most ``fpir``.
    dir
        Detection and identification rate: share of the mated probes whose mate reaches the
        threshold at the rank or better.
    threshold
        The lowest that keeps ``fpir``: midway between the scores on either side.
    rank
        The worst rank that counts as found.
    mated, non_mated
        Probes of each kind.
    """

    fpir: float
    fpir_measured: float
    dir: float
    threshold: float
    rank: int
    mated: int
    non_mated: int

    @property
    def fnir(self) -> float:
        """False-negative identification rate: ``1 - dir``."""
        return 1 - self.dir

    @property
    def supported(self) -> bool:
        """Whether there were at least 10/FPIR non-mated probes."""
        return supports(self.non_mated, self.fpir)


@dataclass(frozen=True, eq=False, slots=True)
class OpenSetCurve:
    """Rates at falling thresholds.

    Attributes
    ----------
    thresholds
        ``float64 (K + 1,)``: infinity, then every different score of a mate or of a false positive.
    fpir, dir
        ``float64 (K + 1,)``, in [0, 1].
    """

    thresholds: Float64
    fpir: Float64
    dir: Float64

    @property
    def fnir(self) -> Float64:
        """``float64 (K + 1,)``: ``1 - dir``."""
        return 1 - self.dir


def dir_at_fpir(searches: Searches, fpir: float, *, rank: int = 1) -> DirAtFpir:
    """Return the detection and identification rate at ``fpir`` or less.

    A probe without a mate is a false positive where any entry reaches the threshold. Phillips,
    Grother, Micheals, "Evaluation methods in face recognition", Handbook of Face Recognition,
    2011; FNIR and FPIR as in Grother, Ngan, Hanaoka, "FRVT part 2: identification", NISTIR 8271.

    Raises
    ------
    InputError
        A kind of probe is absent, or ``fpir`` or ``rank`` is out of range.
    """
    found, strangers = _scores(searches, rank)
    threshold = threshold_at_far(strangers, fpir, genuine_scores=found)
    return DirAtFpir(
        fpir=fpir,
        fpir_measured=float(np.mean(strangers >= threshold)),
        dir=float(np.mean(found >= threshold)),
        threshold=threshold,
        rank=rank,
        mated=len(found),
        non_mated=len(strangers),
    )


def fnir_at_fpir(searches: Searches, fpir: float, *, rank: int = 1) -> float:
    """Return the false-negative identification rate; parameters and errors as `dir_at_fpir`."""
    return dir_at_fpir(searches, fpir, rank=rank).fnir


def open_set_curve(searches: Searches, *, rank: int = 1) -> OpenSetCurve:
    """Return DIR against FPIR at every threshold; errors as `dir_at_fpir`."""
    found, strangers = _scores(searches, rank)
    cuts = np.unique(np.concatenate([found[np.isfinite(found)], strangers]))[::-1]
    return OpenSetCurve(
        thresholds=np.append(np.inf, cuts),
        fpir=np.append(0.0, _reaching(strangers, cuts)),
        dir=np.append(0.0, _reaching(found, cuts)),
    )


def _scores(searches: Searches, rank: int) -> tuple[Float64, Float64]:
    """Return the score at which each mated probe is found, and each other one a false positive."""
    if rank < 1:
        raise InputError(f"expected at least 1, got {rank}", item="rank")
    if searches.mated.all() or not searches.mated.any():
        raise InputError("expected probes with and without a mate, got one kind", item="searches")
    mates, ranks = searches.mate_scores[searches.mated], searches.ranks[searches.mated]
    return np.where(ranks <= rank, mates, -np.inf), searches.stranger_scores[~searches.mated]


def _reaching(scores: Float64, cuts: Float64) -> Float64:
    below = np.searchsorted(np.sort(scores), cuts, side="left")
    shares: Float64 = (len(scores) - below) / len(scores)
    return shares
