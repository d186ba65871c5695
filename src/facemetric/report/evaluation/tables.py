"""The report's tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from facemetric.report.evaluation.plot_views import FoldsView
from facemetric.report.evaluation.slice_views import RateView, SliceView
from facemetric.report.evaluation.views import ComparisonView, PartView
from facemetric.report.html import Html, element, isolate
from facemetric.report.tables import table as plain_table


def percent(value: float, digits: int = 2) -> str:
    """Return a share as percent with a true minus sign."""
    return f"{100 * value:.{digits}f} %".replace("-", "\u2212")


def table(heads: Sequence[str], rows: Sequence[Html]) -> Html:
    """Return a table whose words stay whole; it scrolls sideways where the page is narrow."""
    return element("div", plain_table(heads, rows), class_="measured")


def figures_table(part: PartView) -> Html:
    """Return every figure, with a column a model."""
    rows = [
        element(
            "tr",
            element("th", row.label, scope="row"),
            *(element("td", text or "–", class_="number") for text in row.texts),
        )
        for row in part.figures
    ]
    return table(("Figure", *part.models), rows)


def folds_table(models: Sequence[FoldsView]) -> Html:
    """Return accuracy and threshold of every fold, then their mean and deviation."""
    heads = ["Fold"]
    for model in models:
        several = len(models) > 1
        heads += [f"{model.name}: accuracy", "threshold"] if several else ["Accuracy", "Threshold"]
    folds = max(len(model.accuracies) for model in models)
    rows = [
        element(
            "tr",
            element("th", str(fold + 1), scope="row"),
            *(cell for model in models for cell in _fold(model, fold)),
        )
        for fold in range(folds)
    ]
    for label, summary in (("Mean", np.mean), ("Deviation", _deviation)):
        cells = [
            element("td", text, class_="number")
            for model in models
            for text in (
                percent(float(summary(model.accuracies))),
                f"{float(summary(model.thresholds)):.4f}",
            )
        ]
        rows.append(element("tr", element("th", label, scope="row"), *cells, class_="total"))
    return table(heads, rows)


def slice_table(view: SliceView, *, several: bool) -> Html:
    """Return one model's rates by slice, with counts; headed by the model where there are more."""
    heads = ("Slice", "People", "FNMR", "FMR")
    rows = [
        element(
            "tr",
            element("th", isolate(row.label), scope="row"),
            element("td", f"{row.people:,}" if row.people else "–", class_="number"),
            element("td", rate_text(row.fnmr), _counts(row.fnmr, "rejected"), class_="number"),
            element("td", rate_text(row.fmr), _counts(row.fmr, "accepted"), class_="number"),
        )
        for row in view.rows
    ]
    left = f"; {view.left_out:,} pairs in no slice" if view.left_out else ""
    said = f"threshold {view.threshold:.4f} ({view.threshold_source}){left}"
    name = element("b", view.name, ": ") if several else None
    first = said if several else said[0].upper() + said[1:]
    return element(
        "div", element("p", name, first, class_="note"), table(heads, rows), class_="block"
    )


def rate_text(rate: RateView) -> str:
    """Return a rate with its interval, or the bound that stands for it."""
    if rate.rate is None:
        return "no pairs"
    if rate.low is not None and rate.high is not None:
        ends = f"[{100 * rate.low:.2f}, {100 * rate.high:.2f}]"
        return f"{percent(rate.rate)} {ends}"
    if rate.at_most is not None:
        return f"at most {percent(rate.at_most)}"
    return percent(rate.rate)


def comparisons_table(rows: Sequence[ComparisonView]) -> Html:
    """Return the paired differences between models."""
    heads = ("Figure", "Models", "Difference", "Interval", "p", "p, Holm", "Verdict")
    lines = []
    for row in rows:
        better = row.first_name if row.difference > 0 else row.second_name
        lines.append(
            element(
                "tr",
                element("th", row.figure, scope="row"),
                element(
                    "td",
                    isolate(row.first_name),
                    f" {percent(row.first)}, ",
                    isolate(row.second_name),
                    f" {percent(row.second)}",
                ),
                element("td", _points(row.difference), class_="number"),
                element("td", f"{_points(row.low)} to {_points(row.high)}", class_="number"),
                element("td", f"{row.p_value:.3f}", class_="number"),
                element("td", f"{row.p_holm:.3f}", class_="number"),
                element(
                    "td",
                    isolate(better) if row.decided else "not decided",
                    " is better" if row.decided else None,
                ),
            )
        )
    return table(heads, lines)


def _fold(model: FoldsView, fold: int) -> tuple[Html, Html]:
    if fold >= len(model.accuracies):
        return element("td", "–"), element("td", "–")
    return (
        element("td", percent(float(model.accuracies[fold])), class_="number"),
        element("td", f"{model.thresholds[fold]:.4f}", class_="number"),
    )


def _deviation(values: np.ndarray) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0


def _counts(rate: RateView, what: str) -> Html | None:
    return element("small", f"{rate.errors:,} of {rate.trials:,} {what}") if rate.trials else None


def _points(value: float) -> str:
    return f"{100 * value:+.2f}".replace("-", "\u2212")
