"""Curves over the steps of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facemetric.report.canvas import (
    COLOURS,
    MARKERS,
    Plot,
    finish,
    label_of,
    look,
    new_figure,
    plain,
)
from facemetric.report.training.views import LineView, PanelView
from facemetric.types import Float64

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINTS = 400
"""More points a line than this are joined into means: a printed line is not finer."""

_LONG_NAME = 20
"""Names longer than this do not fit two in a row."""

_SMOOTH = 0.05
"""Width of the running mean, as a share of the points."""


def panel_plot(panel: PanelView) -> Plot:
    """Return a panel's curves, as SVG only; noisy ones faint under their running mean.

    Raises
    ------
    DependencyError
        matplotlib is absent.
    """
    names = [line.name for line in panel.lines]
    with look():
        figure, (axes,) = new_figure(height_in=2.4)
        for place, line in enumerate(panel.lines):
            _draw(axes, line, place, label_of(names, place))
        if panel.log_axis and _spans_decades(panel):
            axes.set_yscale("log")
        axes.set_xlabel("Optimiser step")
        axes.set_ylabel(plain(panel.axis))
        axes.ticklabel_format(axis="x", style="plain")
        axes.margins(x=0.02)
        if len(names) > 1:
            wide = max(map(len, names)) > _LONG_NAME
            figure.legend(loc="outside upper center", ncols=1 if wide else 2)
        return finish(
            figure,
            panel.key,
            title=panel.title,
            caption=_caption(panel),
            raster=False,
            alt=f"{panel.title} against the optimiser step: {', '.join(names)}.",
        )


def _draw(axes: Axes, line: LineView, place: int, label: str) -> None:
    colour = COLOURS[place % len(COLOURS)]
    known = np.isfinite(line.values)
    steps, values = line.steps[known], line.values[known]
    if line.noisy:
        thin_steps, thin = _thinned(steps, values)
        axes.plot(thin_steps, thin, color=colour, linewidth=0.6, alpha=0.35)
        axes.plot(*_thinned(steps, running_mean(values)), color=colour, label=label)
        return
    if line.low is not None and line.high is not None:
        low, high = line.low[known], line.high[known]
        axes.fill_between(steps, low, high, color=colour, alpha=0.16, linewidth=0)
    few = len(steps) <= 25
    marker = MARKERS[place % len(MARKERS)] if few else ""
    axes.plot(*_thinned(steps, values), color=colour, marker=marker, label=label)


def running_mean(values: Float64) -> Float64:
    """Return the mean of each value with its neighbours, fewer of them at both ends."""
    half = int(len(values) * _SMOOTH / 2)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    width = np.minimum(np.minimum(places, len(values) - 1 - places), half)
    means: Float64 = (sums[places + width + 1] - sums[places - width]) / (2 * width + 1)
    return means


def _thinned(steps: Float64, values: Float64) -> tuple[Float64, Float64]:
    """Return means over equal parts of the points where there are too many."""
    if len(steps) <= _POINTS:
        return steps, values
    edges = np.linspace(0, len(steps), _POINTS + 1).astype(int)[:-1]
    counts = np.diff(np.append(edges, len(steps)))
    return np.add.reduceat(steps, edges) / counts, np.add.reduceat(values, edges) / counts


def _spans_decades(panel: PanelView) -> bool:
    drawn = np.concatenate([line.values[np.isfinite(line.values)] for line in panel.lines])
    return bool(len(drawn) and drawn.min() > 0 and drawn.max() > 20 * drawn.min())


def _caption(panel: PanelView) -> str:
    parts = [panel.caption]
    if any(line.noisy for line in panel.lines):
        parts.append("Faint: as logged; line: running mean.")
    if any(line.low is not None for line in panel.lines):
        parts.append("Shaded: 95 % interval.")
    return " ".join(filter(None, parts))
