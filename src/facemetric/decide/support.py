"""Which of a calibration's rates count as measured."""

from __future__ import annotations

from facemetric.bundle import Calibration, OperatingPoint, SearchPoint

# A rate is measured, not extrapolated, where about this many impostors passed.
PASSED_IMPOSTORS = 10


def measured_points(calibration: Calibration) -> list[OperatingPoint]:
    """Return the points with at least 10/FAR pairs of strangers, in the table's order."""
    return [
        point
        for point in calibration.points
        if point.impostor_pairs * point.far >= PASSED_IMPOSTORS * (1 - 1e-9)
    ]


def measured_searches(calibration: Calibration) -> list[SearchPoint]:
    """Return the searches with at least 10/FPIR photographs of strangers, in the table's order."""
    return [
        point
        for point in calibration.searches
        if point.searches * point.fpir >= PASSED_IMPOSTORS * (1 - 1e-9)
    ]
