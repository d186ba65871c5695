"""ROC, DET and open-set curves: rates against a false-accept rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from facemetric.report.canvas import (
    COLOURS,
    MARKERS,
    SOFT,
    Plot,
    finish,
    label_of,
    look,
    new_figure,
)
from facemetric.report.evaluation.plot_views import CurveView
from facemetric.types import Float64

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINTS = 400
"""Rates at which a curve is read: 100 a decade over four, finer than a printed line is wide."""

_TICKS = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999)
Corner: TypeAlias = Literal["upper right", "lower right"]
_UNSUPPORTED = "too few for a rate"


def roc_plot(curves: Sequence[CurveView], *, name: str = "roc") -> Plot:
    """Return true-accept against false-accept rates on a logarithmic axis, with bands."""
    return _log_plot(
        curves,
        name,
        title="ROC",
        x_label="False-accept rate",
        y_label="True-accept rate",
        caption="",
    )


def dir_plot(curves: Sequence[CurveView], *, name: str = "dir") -> Plot:
    """Return detection and identification against false-positive identification rates."""
    return _log_plot(
        curves,
        name,
        title="Open-set identification",
        x_label="False-positive identification rate",
        y_label="Detection and identification rate",
        caption="Searches of people who are in the gallery (up) against strangers taken for "
        "somebody (right).",
    )


def det_plot(curves: Sequence[CurveView], *, name: str = "det") -> Plot:
    """Return the detection error trade-off on normal-deviate axes, with bands.

    Martin, Doddington, Kamm, Ordowski, Przybocki, "The DET curve in assessment of detection task
    performance", 1997. Normal scores give straight lines.
    """
    with look():
        figure, (axes,) = new_figure(height_in=2.9)
        left = _left(curves)
        errors = [1 - rates[rates < 1] for rates in (_at(curve, _grid(left)) for curve in curves)]
        lowest = min((float(part.min()) for part in errors if len(part)), default=0.01)
        highest = max((float(part.max()) for part in errors if len(part)), default=0.5)
        bottom, top = max(0.7 * lowest, 1e-6), min(max(1.4 * highest, 0.02), 0.99)
        for place, curve in enumerate(curves):
            grid = _grid(left)
            rates = 1 - _at(curve, grid)
            shown = rates > 0
            x, y = _deviates(grid[shown]), _deviates(np.minimum(rates[shown], 0.999999))
            names = [each.name for each in curves]
            _line(axes, x, y, _deviate(curve.supported_from), place, names, step="")
            inside = _banded(curve)
            axes.fill_between(
                _deviates(curve.x[inside]),
                _deviates(1 - curve.high[inside]),
                _deviates(1 - curve.low[inside]),
                color=_colour(place),
                alpha=0.16,
                linewidth=0,
            )
        for axis, ends in ((axes.xaxis, (left, 0.5)), (axes.yaxis, (bottom, top))):
            ticks = [tick for tick in _TICKS if ends[0] * 0.999 <= tick <= ends[1] * 1.001]
            axis.set_ticks([_deviate(tick) for tick in ticks])
            axis.set_ticklabels([_percent(tick) for tick in ticks])
        axes.set_xlim(_deviate(left), _deviate(0.5))
        axes.set_ylim(_deviate(bottom), _deviate(top))
        axes.set_xlabel("False match rate, %")
        axes.set_ylabel("False non-match rate, %")
        _legend(axes, curves, left, place="upper right")
        return finish(
            figure,
            name,
            title="DET",
            caption="Both axes are stretched by the normal distribution, on which normally "
            f"distributed scores give straight lines. {_shaded(curves)} {_dashed(curves, left)}",
            alt=f"DET curves of {_names(curves)}.",
        )


def _log_plot(
    curves: Sequence[CurveView],
    name: str,
    *,
    title: str,
    x_label: str,
    y_label: str,
    caption: str,
) -> Plot:
    with look():
        figure, (axes,) = new_figure()
        left = _left(curves)
        grid = _grid(left)
        for place, curve in enumerate(curves):
            names = [each.name for each in curves]
            y = _at(curve, grid)
            _line(axes, grid, y, curve.supported_from, place, names, step="steps-post")
            inside = _banded(curve)
            axes.fill_between(
                curve.x[inside],
                curve.low[inside],
                curve.high[inside],
                color=_colour(place),
                alpha=0.16,
                linewidth=0,
            )
        lowest = min(
            min(float(_at(curve, grid).min()), float(curve.low[_banded(curve)].min(initial=1.0)))
            for curve in curves
        )
        axes.set_xscale("log")
        axes.set_xlim(left, 1)
        bottom = max(0.0, np.floor(20 * (lowest - 0.01)) / 20)
        axes.set_ylim(bottom, 1 + 0.02 * (1 - bottom))
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        _legend(axes, curves, left, place="lower right")
        return finish(
            figure,
            name,
            title=title,
            caption=" ".join(filter(None, (caption, _shaded(curves), _dashed(curves, left)))),
            alt=f"{y_label} against {x_label.lower()}, logarithmic, of {_names(curves)}.",
        )


def _line(
    axes: Axes,
    x: Float64,
    y: Float64,
    supported: float,
    place: int,
    names: Sequence[str],
    *,
    step: str,
) -> None:
    """Draw what the data supports as a line with markers, the rest dashed and faint."""
    drawstyle = step or "default"
    known = x >= supported * (1 - 1e-9)
    first = int(known.argmax()) if known.any() else len(x)
    colour = _colour(place)
    axes.plot(
        *_corners(x[: first + 1], y[: first + 1]),
        drawstyle=drawstyle,
        color=colour,
        linewidth=0.9,
        alpha=0.55,
        dashes=(3, 2),
    )
    # About five markers a line, moved along so that those of two models do not cover each other.
    every = max(1, len(x[first:]) // 5)
    marked = np.arange(first + (place + 1) * every // (len(names) + 1), len(x), every)
    axes.plot(
        *_corners(x[first:], y[first:]), drawstyle=drawstyle, color=colour, solid_joinstyle="round"
    )
    axes.plot(
        x[marked], y[marked], linestyle="", marker=MARKERS[place % len(MARKERS)], color=colour
    )
    # For the legend alone: a line with its marker.
    axes.plot(
        [],
        [],
        color=colour,
        marker=MARKERS[place % len(MARKERS)],
        label=label_of(names, place),
    )


def _banded(curve: CurveView) -> NDArray[np.bool_]:
    """Return where there is a band: a bound alone has none."""
    inside = (curve.x > 0) & (curve.x < 1) & curve.supported
    inside &= np.isfinite(curve.low) & np.isfinite(curve.high)
    return inside


def _corners(x: Float64, y: Float64) -> tuple[Float64, Float64]:
    """Return the points without those in the middle of a level stretch."""
    if len(y) < 3:
        return x, y
    kept = np.ones(len(y), bool)
    kept[1:-1] = (np.diff(y)[:-1] != 0) | (np.diff(y)[1:] != 0)
    return x[kept], y[kept]


def _legend(axes: Axes, curves: Sequence[CurveView], left: float, *, place: Corner) -> None:
    if _has_dashes(curves, left):
        axes.plot([], [], color=SOFT, linewidth=0.9, dashes=(3, 2), label=_UNSUPPORTED)
    elif len(curves) == 1:
        return
    axes.legend(loc=place)


def _has_dashes(curves: Sequence[CurveView], left: float) -> bool:
    return any(curve.supported_from > left * (1 + 1e-9) for curve in curves)


def _shaded(curves: Sequence[CurveView]) -> str:
    return "Shaded: interval over people." if any(_banded(one).any() for one in curves) else ""


def _dashed(curves: Sequence[CurveView], left: float) -> str:
    if not _has_dashes(curves, left):
        return ""
    return "Dashed: fewer than ten expected false accepts, an indication only."


def _left(curves: Sequence[CurveView]) -> float:
    """Return where the axis begins: at the first rate above zero."""
    return min(0.1, *(float(curve.x[curve.x > 0].min(initial=0.1)) for curve in curves))


def _grid(left: float) -> Float64:
    return np.geomspace(left, 1.0, _POINTS)


def _at(curve: CurveView, grid: Float64) -> Float64:
    """Return the rate at each ``x`` of the grid: the highest that keeps it."""
    place = np.searchsorted(curve.x, grid * (1 + 1e-9), side="right") - 1
    return np.where(place < 0, 0.0, curve.y[np.maximum(place, 0)])


def _percent(rate: float) -> str:
    """Return a rate in percent, short enough to stand beside the next one."""
    power = round(math.log10(100 * rate))
    return f"{100 * rate:g}" if power >= -2 else f"$10^{{{power}}}$"


def _deviate(rate: float) -> float:
    return NormalDist().inv_cdf(min(max(rate, 1e-12), 1 - 1e-12))


def _deviates(rates: Float64) -> Float64:
    return np.array([_deviate(rate) for rate in rates.tolist()], np.float64)


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]


def _names(curves: Sequence[CurveView]) -> str:
    return ", ".join(curve.name for curve in curves)
