"""An identification rate that the data supports, or the bound that is all it gives."""

from __future__ import annotations

from dataclasses import dataclass

from facemetric.evaluation.metrics.open_set import DirAtFpir, dir_at_fpir
from facemetric.evaluation.metrics.operating import PAIRS_PER_FAR, pairs_needed
from facemetric.evaluation.metrics.searches import Searches


@dataclass(frozen=True, slots=True)
class DirBound:
    """What too few non-mated probes say about a detection and identification rate.

    Attributes
    ----------
    fpir
        The rate that was asked for.
    dir_at_most
        DIR at ``fpir_supported``; a stricter rate cannot find more. A bound for these data, with no
        allowance for chance: for other people, take the upper end of the interval there.
    fpir_supported
        The strictest rate that the data supports; 1 where it supports none.
    non_mated, non_mated_needed
        The probes without a mate that there were, and that ``fpir`` needs.
    """

    fpir: float
    dir_at_most: float
    fpir_supported: float
    non_mated: int
    non_mated_needed: int

    def __str__(self) -> str:
        return (
            f"DIR at FPIR {self.fpir:g} is at most {self.dir_at_most:.4f}: it needs "
            f"{self.non_mated_needed:,} probes without a mate, there are {self.non_mated:,}"
        )


def supported_dir(searches: Searches, fpir: float, *, rank: int = 1) -> DirAtFpir | DirBound:
    """Return the operating point where there are 10/FPIR non-mated probes, else the upper bound.

    Parameters and errors as `dir_at_fpir`.
    """
    point = dir_at_fpir(searches, fpir, rank=rank)
    if point.supported:
        return point
    strictest = PAIRS_PER_FAR / point.non_mated
    found, supported = 1.0, 1.0
    if strictest < 1:
        found, supported = dir_at_fpir(searches, strictest, rank=rank).dir, strictest
    return DirBound(fpir, found, supported, point.non_mated, pairs_needed(fpir))
