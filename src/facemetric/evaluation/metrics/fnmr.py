"""The false non-match rate at a wanted false match rate."""

from __future__ import annotations

from dataclasses import dataclass

from facemetric.evaluation.metrics.operating import supports, tar_at_far
from facemetric.types import AnyArray


@dataclass(frozen=True, slots=True)
class FnmrAtFmr:
    """One operating point in the words of ISO/IEC 19795-1.

    Attributes
    ----------
    fmr
        The false match rate that was asked for.
    fmr_measured
        The rate at the threshold; at most ``fmr``.
    fnmr
        Rejected share of the genuine pairs, in [0, 1].
    threshold
        See `TarAtFar`.
    impostor_pairs, genuine_pairs
        How many of each there were.
    """

    fmr: float
    fmr_measured: float
    fnmr: float
    threshold: float
    impostor_pairs: int
    genuine_pairs: int

    @property
    def supported(self) -> bool:
        """Whether there were at least 10/FMR impostor pairs."""
        return supports(self.impostor_pairs, self.fmr)


def fnmr_at_fmr(scores: AnyArray, same: AnyArray, fmr: float) -> FnmrAtFmr:
    """Return the false non-match rate of ``scores (P,)`` at a false match rate of at most ``fmr``.

    ``1 - TAR`` at the threshold of `tar_at_far`.

    Raises
    ------
    InputError
        See `check_scores` and `threshold_at_far`.
    """
    point = tar_at_far(scores, same, fmr)
    return FnmrAtFmr(
        fmr=fmr,
        fmr_measured=point.far_measured,
        fnmr=1 - point.tar,
        threshold=point.threshold,
        impostor_pairs=point.impostor_pairs,
        genuine_pairs=point.genuine_pairs,
    )
