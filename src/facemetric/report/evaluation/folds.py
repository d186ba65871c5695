"""How stable accuracy and threshold are from fold to fold."""

from __future__ import annotations

from collections.abc import Sequence

from facemetric.report.canvas import (
    COLOURS,
    MARKERS,
    Plot,
    finish,
    label_of,
    look,
    new_figure,
)
from facemetric.report.evaluation.plot_views import FoldsView

_STEADY = 0.005
"""Thresholds are drawn on a scale of at least this either way."""


def folds_plot(models: Sequence[FoldsView], *, name: str = "folds") -> Plot:
    """Return accuracy and threshold of every fold, above each other."""
    with look():
        figure, (upper, lower) = new_figure(height_in=3.2, rows=2, share_x=True)
        names = [model.name for model in models]
        for place, model in enumerate(models):
            colour, marker = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
            numbers = range(1, len(model.accuracies) + 1)
            for axes, values in (
                (upper, 100 * model.accuracies),
                (lower, model.thresholds - model.thresholds.mean()),
            ):
                axes.axhline(float(values.mean()), color=colour, linewidth=0.7, dashes=(3, 2))
                axes.plot(
                    numbers,
                    values,
                    color=colour,
                    marker=marker,
                    linewidth=0.8,
                    label=label_of(names, place),
                )
        upper.set_ylabel("Accuracy, %")
        lower.set_ylabel("Threshold, off mean")
        lower.set_xlabel("Fold")
        # A threshold that hardly moves is to look like one.
        low, high = lower.get_ylim()
        lower.set_ylim(min(low, -_STEADY), max(high, _STEADY))
        most = max(len(model.accuracies) for model in models)
        lower.set_xticks(range(1, most + 1, 1 if most <= 12 else most // 10))
        if len(models) > 1:
            figure.legend(
                *upper.get_legend_handles_labels(),
                loc="outside upper center",
                ncols=2,
            )
        return finish(
            figure,
            name,
            title="Folds",
            caption="Accuracy in each fold, and how far the threshold that the other folds chose "
            "for it (a cosine) is off the mean of all folds. Dashed: the mean.",
            alt=f"Accuracy and threshold by fold of {', '.join(names)}.",
        )
