"""The threshold at which the report shows what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass

from facemetric.evaluation.metrics import streaming_tar_at_far, threshold_at_far
from facemetric.evaluation.parts import Verification
from facemetric.evaluation.slices import strictest_far


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A threshold for a false-accept rate, and the errors it makes.

    Attributes
    ----------
    far
        The rate that set it.
    threshold
        Similarity from which a pair is accepted.
    accepted, rejected
        Different-person pairs accepted, same-person pairs rejected.
    """

    far: float
    threshold: float
    accepted: int
    rejected: int


def operating_point(part: Verification) -> OperatingPoint:
    """Return the point of the strictest usual rate that the part's own pairs support."""
    far = strictest_far(part.impostor.total)
    if part.scores is not None and part.same is not None:
        threshold = threshold_at_far(part.scores[~part.same], far)
        return OperatingPoint(
            far,
            threshold,
            int((part.scores[~part.same] >= threshold).sum()),
            int((part.scores[part.same] < threshold).sum()),
        )
    point = streaming_tar_at_far(part.genuine, part.impostor, far).point
    return OperatingPoint(
        far,
        point.threshold,
        round(point.far_measured * part.impostor.total),
        round((1 - point.tar) * part.genuine.total),
    )
