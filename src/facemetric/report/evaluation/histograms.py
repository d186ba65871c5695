"""How the values of same-person and of different-person pairs are spread."""

from __future__ import annotations

import numpy as np

from facemetric.report.canvas import (
    COLOURS,
    INK,
    PAPER,
    Plot,
    finish,
    look,
    new_figure,
    plain,
)
from facemetric.report.evaluation.plot_views import HistogramView
from facemetric.types import Float64

_BARS = 80
_SAME, _DIFFERENT = COLOURS[0], COLOURS[1]


def scores_plot(view: HistogramView, *, name: str) -> Plot:
    """Return both distributions of similarities, with the thresholds."""
    return _plot(
        view,
        name,
        title=f"Similarities, {view.name}",
        x_label="Similarity (cosine)",
        caption="Each distribution has the same area, however many pairs it holds.",
    )


def angles_plot(view: HistogramView, *, name: str) -> Plot:
    """Return both distributions of angles in degrees."""
    return _plot(
        view,
        name,
        title=f"Angles, {view.name}",
        x_label="Angle between embeddings, degrees",
        caption="Embeddings of one person should lie closer than those of any two people "
        "(Liu et al., SphereFace, 2017). Each distribution has the same area.",
    )


def _plot(view: HistogramView, name: str, *, title: str, x_label: str, caption: str) -> Plot:
    edges, genuine, impostor = _coarse(view)
    with look():
        figure, (axes,) = new_figure(height_in=2.4)
        for counts, colour, label, dashes in (
            (impostor, _DIFFERENT, "different people", (2.5, 1.2)),
            (genuine, _SAME, "same person", (1, 0)),
        ):
            density = counts / max(counts.sum(), 1) / np.diff(edges)
            axes.stairs(density, edges, fill=True, color=colour, alpha=0.3, linewidth=0)
            axes.stairs(
                density,
                edges,
                color=colour,
                linewidth=1.1,
                linestyle="-" if dashes[1] == 0 else (0, dashes),
                label=f"{label} ({int(counts.sum()):,})",
            )
        top = 1.0 + 0.14 * min(len(view.marks), 4)
        axes.set_ylim(0, axes.get_ylim()[1] * top)
        for place, (what, value) in enumerate(sorted(view.marks, key=lambda mark: mark[1])):
            if edges[0] <= value <= edges[-1]:
                axes.axvline(value, color=INK, linewidth=0.8)
                side = "right" if value > (edges[0] + edges[-1]) / 2 else "left"
                axes.annotate(
                    plain(what),
                    (value, 1 - 0.09 * (place % 4)),
                    xycoords=axes.get_xaxis_transform(),
                    xytext=(-3 if side == "right" else 3, -2),
                    textcoords="offset points",
                    ha=side,
                    va="top",
                    fontsize=7,
                    bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.8},
                )
        axes.set_xlim(edges[0], edges[-1])
        axes.set_yticks([])
        axes.grid(visible=False)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(x_label)
        axes.set_ylabel("Density")
        figure.legend(
            *axes.get_legend_handles_labels(), loc="outside upper center", ncols=2, borderpad=0.2
        )
        return finish(
            figure,
            name,
            title=title,
            caption=caption,
            alt=f"Histograms of {x_label.lower()} of {int(genuine.sum()):,} same-person and "
            f"{int(impostor.sum()):,} different-person pairs of {view.name}.",
        )


def _coarse(view: HistogramView) -> tuple[Float64, Float64, Float64]:
    """Return the stretch that holds values, in at most so many bars."""
    filled = np.flatnonzero(view.genuine + view.impostor)
    first, last = (int(filled[0]), int(filled[-1]) + 1) if len(filled) else (0, len(view.genuine))
    group = max(1, -(-(last - first) // _BARS))
    starts = np.arange(first, last, group)
    width = np.diff(view.edges).mean()
    ends = np.append(view.edges[starts], view.edges[starts[-1]] + group * width)
    return (
        ends,
        np.add.reduceat(view.genuine[:last], starts).astype(np.float64),
        np.add.reduceat(view.impostor[:last], starts).astype(np.float64),
    )
