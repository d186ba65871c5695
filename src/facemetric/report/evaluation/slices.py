"""Error rates by slice, with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facemetric.report.canvas import (
    COLOURS,
    MARKERS,
    Plot,
    finish,
    label_of,
    look,
    new_figure,
    plain,
    shorten,
)
from facemetric.report.evaluation.slice_views import RateView, SlicesView

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def slices_plot(view: SlicesView, *, name: str) -> Plot:
    """Return both error rates of every slice: point and interval, or an arrow from a bound."""
    rows = view.models[0].rows
    names = [model.name for model in view.models]
    with look():
        height = 0.9 + 0.16 * len(rows) * (1 + len(names)) + (0.2 if len(names) > 1 else 0)
        figure, sides = new_figure(height_in=max(1.8, height), columns=2)
        for axes, label, which in (
            (sides[0], "False non-match rate, %", "fnmr"),
            (sides[1], "False match rate, %", "fmr"),
        ):
            rates = [getattr(row, which) for model in view.models for row in model.rows]
            most = max([_end(rate) for rate in rates if rate.trials], default=0.0)
            for place, model in enumerate(view.models):
                offset = (place - (len(names) - 1) / 2) * 0.8 / (len(names) + 1)
                for row, entry in enumerate(model.rows):
                    rate: RateView = getattr(entry, which)
                    _point(axes, rate, row + offset, place)
                axes.plot(
                    [],
                    [],
                    linestyle="",
                    marker=MARKERS[place % len(MARKERS)],
                    color=COLOURS[place % len(COLOURS)],
                    label=label_of(names, place),
                )
            axes.set_xlim(0, 100 * most * 1.06 if most else 1)
            axes.set_ylim(len(rows) - 0.5, -0.5)
            axes.set_yticks(range(len(rows)))
            axes.grid(visible=False, axis="y")
            axes.set_xlabel(label)
            axes.tick_params(axis="y", length=0)
        sides[0].set_yticklabels([plain(shorten(row.label, most=18)) for row in rows])
        sides[1].set_yticklabels([])
        if len(names) > 1:
            figure.legend(
                *sides[0].get_legend_handles_labels(), loc="outside upper center", ncols=2
            )
        return finish(
            figure,
            name,
            title=view.title,
            caption="Point and line: rate and interval over people. Hollow, with an arrow: too "
            "few errors for a rate, the upper bound.",
            alt=f"Error rates by {view.title.lower()} of {', '.join(names)}.",
        )


def _point(axes: Axes, rate: RateView, y: float, place: int) -> None:
    colour, marker = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
    if rate.low is not None and rate.high is not None and rate.rate is not None:
        axes.plot([100 * rate.low, 100 * rate.high], [y, y], color=colour, linewidth=1.1)
        axes.plot([100 * rate.rate], [y], marker=marker, color=colour)
    elif rate.at_most is not None:
        bound = 100 * rate.at_most
        axes.annotate(
            "",
            (0, y),
            xytext=(bound, y),
            arrowprops={
                "arrowstyle": "->",
                "color": colour,
                "linewidth": 0.7,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
        axes.plot([bound], [y], marker=marker, color=colour, markerfacecolor="none")


def _end(rate: RateView) -> float:
    ends = (rate.high, rate.at_most, rate.rate)
    return max(end for end in ends if end is not None)
