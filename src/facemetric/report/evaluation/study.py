"""A sensitivity study: figures level by level, as a plot and as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from facemetric.report.canvas import (
    COLOURS,
    INK,
    MARKERS,
    SOFT,
    Plot,
    finish,
    label_of,
    look,
    new_figure,
    plain,
)
from facemetric.report.evaluation.gallery import plots
from facemetric.report.evaluation.tables import table
from facemetric.report.html import Html, element
from facemetric.report.page import page, section
from facemetric.report.tables import facts
from facemetric.types import Float64

_LETTER = 0.02
"""Width of a digit on the axis, as a share of its length."""


@dataclass(frozen=True, eq=False, slots=True)
class StudyLine:
    """One model's figure over the levels.

    Attributes
    ----------
    name
        Of the model.
    values
        ``float64 (L,)``, shares; NaN where there is only a bound.
    low, high
        ``float64 (L,)``: the band; NaN where there is none.
    unchanged
        The figure of the photographs as they are.
    texts
        The figures in words, one a level, and last that of the photographs as they are.
    """

    name: str
    values: Float64
    low: Float64
    high: Float64
    unchanged: float
    texts: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class StudyFigure:
    """One figure of a study, of every model.

    Attributes
    ----------
    key
        For file names and anchors.
    title
        What the figure is.
    levels
        ``float64 (L,)``, rising.
    lines
        One a model.
    paper
        The paper's shares by level; empty to draw none.
    """

    key: str
    title: str
    levels: Float64
    lines: tuple[StudyLine, ...]
    paper: Mapping[float, float]


@dataclass(frozen=True, eq=False, slots=True)
class StudyView:
    """All that a study's page shows.

    Attributes
    ----------
    title, lead
        Heading and the sentence below it.
    axis
        What a level is.
    log_axis
        Whether levels are drawn by their ratios.
    paper_name
        Of the paper's figures in legends and tables; empty where there are none.
    paper_note
        What the paper's figures are.
    figures
        At least one.
    conditions
        Name and value of everything else that the figures depend on.
    notes
        What a reader must know.
    """

    title: str
    lead: str
    axis: str
    log_axis: bool
    paper_name: str
    paper_note: str
    figures: tuple[StudyFigure, ...]
    conditions: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()


def study_plot(view: StudyView, shown: StudyFigure) -> Plot:
    """Return a figure against the levels: each model with its band, the paper's points beside.

    Raises
    ------
    DependencyError
        matplotlib is absent.
    """
    with look():
        figure, (axes,) = new_figure()
        names = [line.name for line in shown.lines]
        for place, line in enumerate(shown.lines):
            colour = COLOURS[place % len(COLOURS)]
            marker = MARKERS[place % len(MARKERS)]
            axes.fill_between(
                shown.levels, line.low, line.high, color=colour, alpha=0.16, linewidth=0
            )
            axes.axhline(line.unchanged, color=colour, linewidth=0.6, dashes=(1, 2))
            axes.plot(
                shown.levels, line.values, color=colour, marker=marker, label=label_of(names, place)
            )
        ticks = set(shown.levels.tolist())
        if shown.paper:
            levels = sorted(shown.paper)
            ticks |= set(levels)
            axes.plot(
                levels,
                [shown.paper[level] for level in levels],
                color=INK,
                marker="x",
                linewidth=0.8,
                dashes=(3, 2),
                label=plain(view.paper_name),
            )
        if view.log_axis:
            axes.set_xscale("log")
        axes.set_xticks(sorted(ticks), [f"{tick:g}" for tick in sorted(ticks)])
        if _crowded(sorted(ticks), log_axis=view.log_axis):
            axes.tick_params(axis="x", labelrotation=50)
        axes.minorticks_off()
        ends = [np.fmin(line.values, line.low) for line in shown.lines]
        drawn = np.array([*np.concatenate(ends), *shown.paper.values()])
        lowest = float(np.nanmin(drawn)) if np.isfinite(drawn).any() else 0.0
        bottom = max(0.0, float(np.floor(20 * (lowest - 0.01)) / 20))
        axes.set_ylim(bottom, 1 + 0.02 * (1 - bottom))
        axes.set_xlabel(plain(_capital(view.axis)))
        axes.set_ylabel(plain(shown.title))
        axes.plot([], [], color=SOFT, linewidth=0.6, dashes=(1, 2), label="unchanged")
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=2)
        beside = f", with {view.paper_name}" if shown.paper else ""
        return finish(
            figure,
            shown.key,
            title=_capital(shown.title),
            caption="Dotted: without any change. Shaded: interval."
            + (f" {view.paper_note}." if shown.paper else ""),
            alt=f"{shown.title} against {view.axis} of {', '.join(names)}{beside}.",
        )


def study_page(view: StudyView, *, created: datetime | None = None) -> tuple[str, list[Plot]]:
    """Return the page as one self-contained HTML document, and the plots on it.

    Raises
    ------
    DependencyError
        matplotlib is absent.
    """
    drawn = [study_plot(view, shown) for shown in view.figures]
    sections = [
        section(_capital(shown.title), "", plots([plot]), _table(view, shown), anchor=shown.key)
        for shown, plot in zip(view.figures, drawn, strict=True)
    ]
    notes = [element("li", note) for note in view.notes]
    text = page(
        view.title,
        view.lead,
        [
            *sections,
            section(
                "Data and conditions",
                "",
                facts(view.conditions),
                element("ul", *notes, class_="limits") if notes else None,
                anchor="data",
            ),
        ],
        created=created,
        faces=False,
    )
    return text, drawn


def _table(view: StudyView, shown: StudyFigure) -> Html:
    heads = [view.axis, *(line.name for line in shown.lines)]
    if shown.paper:
        heads.append(view.paper_name)
    rows: list[Html] = []
    labels = [*(f"{level:g}" for level in shown.levels), "unchanged"]
    for place, label in enumerate(labels):
        cells = [element("td", line.texts[place], class_="number") for line in shown.lines]
        if shown.paper:
            val = None
            if place < len(shown.levels):
                val = shown.paper.get(float(shown.levels[place]))
            text = "–" if val is None else f"{100 * val:.1f} %"
            cells.append(element("td", text, class_="number"))
        rows.append(element("tr", element("th", label, scope="row"), *cells))
    return table(heads, rows)


def _crowded(ticks: Sequence[float], *, log_axis: bool) -> bool:
    """Return whether labels that lie flat would touch."""
    if len(ticks) < 2:
        return False
    places = np.log(ticks) if log_axis else np.array(ticks)
    gaps = np.diff(places) / (places[-1] - places[0])
    wide = np.array([len(f"{tick:g}") for tick in ticks]) * _LETTER
    return bool((gaps < (wide[1:] + wide[:-1]) / 2 + _LETTER).any())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
