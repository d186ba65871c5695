"""Figures over all thresholds, of pairs weighted by a draw of people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.evaluation.intervals.subject_pairs import SubjectPairs
from facemetric.types import Float64


class AreaInDraw:
    """Finds the area under the curve in a draw: as `Roc.area` of the pairs written out.

    Parameters
    ----------
    pairs
        With every impostor that scores as high as the lowest genuine pair.

    Raises
    ------
    InputError
        Impostors were left out that count.
    """

    def __init__(self, pairs: SubjectPairs) -> None:
        if not pairs.complete and pairs.genuine[-1] <= pairs.impostors[-1]:
            raise _left_out(pairs, f"the lowest genuine pair, {pairs.genuine[-1]:.6g}")
        self._pairs = pairs
        falling = -pairs.impostors
        # Impostors above each genuine pair, and those that tie with it or are above.
        self._above = np.searchsorted(falling, -pairs.genuine, side="left")
        self._not_below = np.searchsorted(falling, -pairs.genuine, side="right")

    def __call__(self, draw: Float64) -> float:
        """Return the area in ``draw (people,)``; not a number without pairs of a kind."""
        total = self._pairs.impostor_total(draw)
        weights = self._pairs.genuine_weights(draw)
        genuine = weights.sum()
        if total == 0 or genuine == 0:
            return np.nan
        reaching = np.append(0.0, np.cumsum(self._pairs.impostor_weights(draw)))
        lost = weights @ (reaching[self._above] + reaching[self._not_below]) / 2
        return float(1 - lost / (genuine * total))


class EqualErrorInDraw:
    """Finds the equal error rate in a draw: as `Roc.equal_error_rate` of the pairs written out.

    Parameters
    ----------
    pairs
        With enough of the hardest impostors to meet the rate.
    """

    def __init__(self, pairs: SubjectPairs) -> None:
        self._pairs = pairs
        self._genuine, self._impostors = -pairs.genuine, -pairs.impostors
        self._whole = self._near = self._steps(len(pairs.impostors))
        everyone = np.ones(pairs.people)
        # The rate of all says how far the impostors are needed: few draws take more.
        near = 1000 + int(2 * self(everyone) * pairs.impostor_total(everyone))
        if near < len(pairs.impostors):
            self._near = self._steps(near)

    def __call__(self, draw: Float64) -> float:
        """Return the rate in ``draw (people,)``; not a number without pairs of a kind.

        Raises
        ------
        InputError
            The hardest impostors that are kept do not meet it.
        """
        total = self._pairs.impostor_total(draw)
        weights = self._pairs.genuine_weights(draw)
        if total == 0 or not weights.any():
            return np.nan
        for steps in (self._near, self._whole):
            rate = self._rate(steps, draw, np.cumsum(weights), total)
            if rate is not None:
                return rate
        raise _left_out(self._pairs, "the equal error rate")

    def _steps(self, reach: int) -> _Steps:
        """Return the steps of the curve down to where an impostor may have been left out."""
        genuine, impostors = self._genuine, self._impostors
        if reach < len(impostors) or not self._pairs.complete:
            end = impostors[min(reach, len(impostors) - 1)]
            genuine, impostors = (
                scores[: np.searchsorted(scores, end)] for scores in (genuine, impostors)
            )
        cuts = np.unique(np.concatenate([genuine, impostors]))
        return _Steps(
            np.searchsorted(genuine, cuts, side="right"),
            np.searchsorted(impostors, cuts, side="right"),
            len(impostors),
        )

    def _rate(self, steps: _Steps, draw: Float64, genuine: Float64, total: float) -> float | None:
        impostors = np.cumsum(self._pairs.impostor_weights(draw, first=steps.reach))

        def rates(step: int) -> tuple[float, float]:
            """Return FAR and FRR after so many steps."""
            hits, right = (
                float(sums[reaching[step - 1] - 1]) if step and reaching[step - 1] else 0.0
                for sums, reaching in ((impostors, steps.impostors), (genuine, steps.genuine))
            )
            return hits / total, 1 - right / float(genuine[-1])

        # The first step at which FAR is not below FRR; the rates only approach each other.
        low, high = 0, len(steps.impostors) + 1
        while low < high:
            middle = (low + high) // 2
            far, frr = rates(middle)
            low, high = (low, middle) if far >= frr else (middle + 1, high)
        if low > len(steps.impostors):
            return None
        (far_before, frr_before), (far, frr) = rates(low - 1), rates(low)
        share = (frr_before - far_before) / ((far - far_before) + (frr_before - frr))
        return far_before + share * (far - far_before)


class DPrimeInDraw:
    """Finds d′ in a draw: as `d_prime` of the pairs written out.

    Parameters
    ----------
    pairs
        With every impostor.

    Raises
    ------
    InputError
        Impostors were left out.
    """

    def __init__(self, pairs: SubjectPairs) -> None:
        if not pairs.complete:
            raise _left_out(pairs, "the lowest impostor")
        self._pairs = pairs

    def __call__(self, draw: Float64) -> float:
        """Return d′ in ``draw (people,)``; not a number without pairs of a kind or a spread."""
        genuine = self._pairs.genuine_weights(draw)
        impostor = self._pairs.impostor_weights(draw)
        if not genuine.any() or not impostor.any():
            return np.nan
        mean, variance = _moments(self._pairs.genuine, genuine)
        other_mean, other_variance = _moments(self._pairs.impostors, impostor)
        spread = np.sqrt((variance + other_variance) / 2)
        return float((mean - other_mean) / spread) if spread else np.nan


@dataclass(frozen=True, eq=False, slots=True)
class _Steps:
    """At each threshold of a curve, how many genuine and impostor scores reach it."""

    genuine: NDArray[np.int64]
    impostors: NDArray[np.int64]
    reach: int


def _moments(values: Float64, weights: Float64) -> tuple[float, float]:
    total = weights.sum()
    mean = weights @ values / total
    return float(mean), float(weights @ (values - mean) ** 2 / total)


def _left_out(pairs: SubjectPairs, wanted: str) -> InputError:
    return InputError(
        f"the {len(pairs.impostors):,} hardest impostors do not reach {wanted}",
        item="pairs",
        fix="Take a larger share of the impostors",
    )
