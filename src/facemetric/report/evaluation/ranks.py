"""Closed-set identification: rate against rank, and against the size of the gallery."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facemetric.report.canvas import (
    COLOURS,
    MARKERS,
    Plot,
    finish,
    label_of,
    look,
    new_figure,
)
from facemetric.report.evaluation.plot_views import CurveView


def cmc_plot(lines: Sequence[CurveView], *, name: str = "cmc") -> Plot:
    """Return the cumulative match characteristic: share of probes found at a rank or better."""
    return _plot(
        lines,
        name,
        title="CMC",
        x_label="Rank",
        y_label="Identification rate",
        caption="Share of the searches whose person is among the first so many entries.",
    )


def distractors_plot(lines: Sequence[CurveView], *, name: str = "distractors") -> Plot:
    """Return the rank-1 rate against the number of distractors, as MegaFace does."""
    return _plot(
        lines,
        name,
        title="Rank 1 among distractors",
        x_label="Distractors in the gallery",
        y_label="Rank-1 identification rate",
        caption="Share of the searches that find the one mate first, among so many strangers.",
        log=True,
    )


def _plot(
    lines: Sequence[CurveView],
    name: str,
    *,
    title: str,
    x_label: str,
    y_label: str,
    caption: str,
    log: bool = False,
) -> Plot:
    with look():
        figure, (axes,) = new_figure()
        names = [line.name for line in lines]
        for place, line in enumerate(lines):
            colour = COLOURS[place % len(COLOURS)]
            axes.plot(
                line.x,
                line.y,
                color=colour,
                marker=MARKERS[place % len(MARKERS)],
                markevery=max(1, len(line.x) // 8),
                label=label_of(names, place),
            )
            axes.fill_between(line.x, line.low, line.high, color=colour, alpha=0.16, linewidth=0)
        largest = max(float(line.x.max()) for line in lines)
        if log or largest > 30:
            axes.set_xscale("log")
        else:
            step = 1 if largest <= 10 else 5
            axes.set_xticks([1, *range(step if step > 1 else 2, int(largest) + 1, step)])
        lowest = min(float(np.fmin(line.y, line.low).min()) for line in lines)
        bottom = max(0.0, float(np.floor(20 * (lowest - 0.01)) / 20))
        axes.set_ylim(bottom, 1 + 0.02 * (1 - bottom))
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)
        if len(lines) > 1:
            figure.legend(
                *axes.get_legend_handles_labels(),
                loc="outside upper center",
                ncols=2,
            )
        if any(np.isfinite(line.low).any() for line in lines):
            caption += " Shaded: interval over people."
        return finish(
            figure,
            name,
            title=title,
            caption=caption,
            alt=f"{y_label} against {x_label.lower()} of {', '.join(names)}.",
        )
