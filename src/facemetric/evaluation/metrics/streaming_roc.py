"""Figures of verification from histograms, with the error that the bins leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facemetric.errors import InputError
from facemetric.evaluation.metrics.histogram import ScoreHistogram, check_same_bins
from facemetric.evaluation.metrics.operating import TarAtFar
from facemetric.evaluation.metrics.roc import Roc


@dataclass(frozen=True, eq=False, slots=True)
class StreamingRoc:
    """The curve at the bins' edges.

    Attributes
    ----------
    curve
        Points of the exact curve: no rate in it is approximate, but points between are left out.
    width
        Distance between two thresholds.
    area_error
        The exact area lies within ``curve.area ± area_error``.
    """

    curve: Roc
    width: float
    area_error: float

    @property
    def equal_error_bounds(self) -> tuple[float, float]:
        """What the exact equal error rate lies between: both curves only rise within a bin."""
        far, frr = self.curve.far, 1 - self.curve.tar
        after = int(np.searchsorted(far - frr, 0.0))
        low, high = max(far[after - 1], frr[after]), min(far[after], frr[after - 1])
        return float(low), float(high)


@dataclass(frozen=True, slots=True)
class StreamingTarAtFar:
    """One operating point from histograms.

    Attributes
    ----------
    point
        At the lowest edge that keeps the rate. Its own figures are exact.
    tar_at_most
        The lowest threshold of all that keeps the rate is less than one bin lower: what it accepts
        lies between ``point.tar`` and this.
    """

    point: TarAtFar
    tar_at_most: float


def streaming_roc(genuine: ScoreHistogram, impostor: ScoreHistogram) -> StreamingRoc:
    """Return the curve of two histograms of the same bins.

    Raises
    ------
    InputError
        The bins differ, or a kind of pair is absent.
    """
    _check(genuine, impostor)
    occupied = np.flatnonzero(genuine.counts + impostor.counts)[::-1]
    curve = Roc(
        thresholds=np.append(np.inf, genuine.edges[occupied]),
        far=np.append(0.0, impostor.at_least()[occupied] / impostor.total),
        tar=np.append(0.0, genuine.at_least()[occupied] / genuine.total),
    )
    # Within a bin the order is unknown: all wins, or all losses, instead of half of each.
    undecided = genuine.counts / genuine.total @ (impostor.counts / impostor.total)
    return StreamingRoc(curve, genuine.width, float(undecided) / 2)


def streaming_tar_at_far(
    genuine: ScoreHistogram, impostor: ScoreHistogram, far: float
) -> StreamingTarAtFar:
    """Return the true-accept rate at a false-accept rate of at most ``far``, from histograms.

    The threshold is an edge, not midway between two impostors as in `tar_at_far`.

    Raises
    ------
    InputError
        See `streaming_roc`; or ``far`` is not in (0, 1), or cannot be kept at any edge because
        scores lie above the histogram's range.
    """
    if not 0 < far < 1:
        raise InputError(f"expected a rate in (0, 1), got {far}", item="far")
    _check(genuine, impostor)
    accepted, right = impostor.at_least(), genuine.at_least()
    allowed = int(np.floor(far * impostor.total * (1 + 1e-12)))
    edge = int(np.searchsorted(-accepted, -allowed))
    if edge == len(accepted):
        raise InputError(
            f"{int(accepted[-1]):,} impostor scores lie in the highest bin, far={far:g} allows "
            f"{allowed:,}",
            item="impostor",
            fix="Widen the histogram's range",
        )
    point = TarAtFar(
        far=far,
        far_measured=float(accepted[edge] / impostor.total),
        tar=float(right[edge] / genuine.total),
        threshold=float(genuine.edges[edge]),
        impostor_pairs=impostor.total,
        genuine_pairs=genuine.total,
    )
    # far < 1 keeps the edge above the first.
    return StreamingTarAtFar(point, float(right[edge - 1] / genuine.total))


def _check(genuine: ScoreHistogram, impostor: ScoreHistogram) -> None:
    check_same_bins(genuine, impostor)
    if not genuine.total or not impostor.total:
        raise InputError("expected both genuine and impostor scores", item="histograms")
