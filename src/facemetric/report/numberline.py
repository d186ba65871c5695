"""A line from which to read on which side of the threshold each similarity fell."""

from __future__ import annotations

import math
from collections.abc import Sequence

from facemetric.report.html import Html, element
from facemetric.report.tables import figure

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_LABEL_SHARE = 0.22
"""Labels nearer to each other than this share of the line go to the next row."""


def number_line(marks: Sequence[tuple[str, float, bool]], threshold: float) -> Html:
    """Return a line with the threshold and the marks (label, similarity, same or not).

    The line shows only the stretch of the similarity in which the values lie, with its scale.
    """
    low, high, step = _stretch([threshold, *(value for _, value, _ in marks)])

    def place(value: float) -> float:
        return 100 * (value - low) / (high - low)

    # The ends are multiples of the step, so that the ticks divide the line evenly.
    parts = round((high - low) / step)
    ticks = [
        element(
            "span",
            figure(low + step * i).removesuffix("0"),
            class_="tick",
            style=_left(100 * i / parts),
        )
        for i in range(parts + 1)
    ]
    ends: list[float] = []
    drawn = []
    for label, value, same in sorted(marks, key=lambda mark: mark[1]):
        share = place(value) / 100
        free = (i for i, end in enumerate(ends) if share - end > _LABEL_SHARE)
        row = next(free, len(ends))
        ends[row : row + 1] = [share]
        kind = "same" if same else "different"
        drawn.append(element("span", class_=f"dot {kind}", style=_left(place(value))))
        drawn.append(
            element(
                "span",
                element("b", figure(value)),
                f" {label}",
                class_=f"mark {kind} {_side(share)}",
                style=f"{_left(place(value))};--row:{row}",
            )
        )
    spoken = "; ".join(f"{label}: {figure(value)}" for label, value, _ in marks)
    line = element(
        "div",
        element("span", class_="far-side", style=f"left:0;width:{place(threshold):.2f}%"),
        element("span", class_="near-side", style=f"{_left(place(threshold))};right:0"),
        element("span", class_="threshold", style=_left(place(threshold))),
        element(
            "span",
            "threshold ",
            element("b", figure(threshold)),
            class_=f"limit {_side(place(threshold) / 100)}",
            style=_left(place(threshold)),
        ),
        *ticks,
        *drawn,
        class_="line",
        style=f"--rows:{max(1, len(ends))}",
        role="img",
        aria_label=f"Similarity on a line. Threshold {figure(threshold)}; {spoken}.",
    )
    ends_text = element(
        "p",
        element("span", "← different people"),
        element("span", "same person →"),
        class_="line-ends",
        aria_hidden="true",
    )
    return element("div", ends_text, line, class_="number-line")


def _stretch(values: Sequence[float]) -> tuple[float, float, float]:
    span = max(max(values) - min(values), 0.02)
    step = next((size for size in _STEPS if span / size <= 8), _STEPS[-1])
    low = max(-1.0, math.floor((min(values) - 0.1 * span) / step) * step)
    high = min(1.0, math.ceil((max(values) + 0.1 * span) / step) * step)
    return low, high, step


def _left(percent: float) -> str:
    return f"left:{percent:.2f}%"


def _side(share: float) -> str:
    return "start" if share < 0.15 else "end" if share > 0.85 else "middle"
