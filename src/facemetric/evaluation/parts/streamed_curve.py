"""Figures of a whole curve from histograms, with the error that the bins leave."""

from __future__ import annotations

from facemetric.evaluation.figure import Figure
from facemetric.evaluation.metrics import StreamingRoc

_PRINTED = 5e-7  # less cannot be seen in a figure


def area_figure(streamed: StreamingRoc) -> Figure:
    """Return the area under the curve; the note says how far off it may be."""
    error = streamed.area_error
    note = f"from histograms, within {error:.1g}" if error > _PRINTED else ""
    return Figure("AUC", streamed.curve.area, unit="number", note=note)


def equal_error_figure(streamed: StreamingRoc) -> Figure:
    """Return the equal error rate; the note says what the exact one lies between."""
    low, high = streamed.equal_error_bounds
    note = ""
    if high - low > _PRINTED:
        note = f"from histograms, between {100 * low:.4f} % and {100 * high:.4f} %"
    return Figure("equal error rate", streamed.curve.equal_error_rate, note=note)
