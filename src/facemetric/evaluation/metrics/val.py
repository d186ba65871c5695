"""FaceNet's validation rate: the accepted share of same pairs at a false-accept rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.metrics.operating import supports, tar_at_far
from facemetric.types import AnyArray


@dataclass(frozen=True, slots=True)
class ValAtFar:
    """One operating point over distances: a pair is accepted where ``distance <= d``.

    Attributes
    ----------
    far
        The false-accept rate that was asked for.
    far_measured
        ``FAR(d)``, at most ``far``.
    val
        ``VAL(d)``, in [0, 1].
    distance
        The largest ``d`` that keeps ``far``: midway between the distances on either side.
    different_pairs, same_pairs
        How many of each there were.
    """

    far: float
    far_measured: float
    val: float
    distance: float
    different_pairs: int
    same_pairs: int

    @property
    def supported(self) -> bool:
        """Whether there were at least 10/FAR different pairs."""
        return supports(self.different_pairs, self.far)


@dataclass(frozen=True, slots=True)
class ValOverSplits:
    """Validation rate over identity-disjoint splits.

    Attributes
    ----------
    mean
        In [0, 1].
    standard_error
        Of the mean: deviation (``S - 1`` in the denominator) over ``sqrt(S)``.
    splits
        The point of each.
    """

    mean: float
    standard_error: float
    splits: tuple[ValAtFar, ...]


def val_at_far(distances: AnyArray, same: AnyArray, far: float) -> ValAtFar:
    """Return VAL of ``distances (P,)`` at a false-accept rate of at most ``far``.

    ``VAL(d) = |TA(d)| / |P_same|``, ``FAR(d) = |FA(d)| / |P_diff|``: Schroff, Kalenichenko,
    Philbin, "FaceNet", 2015, section 4. The paper's distances are squared; any that grows
    with dissimilarity gives the same rates.

    Raises
    ------
    InputError
        See `check_scores` and `threshold_at_far`.
    """
    point = tar_at_far(-np.asarray(distances, np.float64), same, far)
    return ValAtFar(
        far=far,
        far_measured=point.far_measured,
        val=point.tar,
        distance=-point.threshold,
        different_pairs=point.impostor_pairs,
        same_pairs=point.genuine_pairs,
    )


def val_over_splits(splits: Sequence[ValAtFar]) -> ValOverSplits:
    """Return mean ± standard error over splits, as in FaceNet's section 4.1.

    Raises
    ------
    InputError
        There are fewer than two splits, or they are at different rates.
    """
    if len(splits) < 2 or len({split.far for split in splits}) != 1:
        raise InputError(
            f"expected two or more splits at one rate, got {[split.far for split in splits]}",
            item="splits",
        )
    values = np.array([split.val for split in splits])
    error = float(values.std(ddof=1) / np.sqrt(len(values)))
    return ValOverSplits(float(values.mean()), error, tuple(splits))
