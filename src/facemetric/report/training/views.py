"""What a run's page shows: plain arrays and words."""

from __future__ import annotations

from dataclasses import dataclass

from facemetric.report.cards import Facts
from facemetric.types import Float64


@dataclass(frozen=True, eq=False, slots=True)
class LineView:
    """One curve over the run.

    Attributes
    ----------
    name
        For the legend.
    steps
        ``float64 (K,)``, rising: optimiser steps done.
    values
        ``float64 (K,)``; what is not finite is left out of the plot.
    low, high
        ``float64 (K,)``: the band; ``None`` where there is none.
    noisy
        Values of single batches: drawn faint, with their running mean on top.
    """

    name: str
    steps: Float64
    values: Float64
    low: Float64 | None = None
    high: Float64 | None = None
    noisy: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class PanelView:
    """Curves that share a plot.

    Attributes
    ----------
    key
        For file names and anchors.
    title, axis, caption
        Heading, what the vertical axis has, how to read it.
    lines
        At least one.
    log_axis
        Whether the vertical axis is logarithmic.
    """

    key: str
    title: str
    axis: str
    lines: tuple[LineView, ...]
    caption: str = ""
    log_axis: bool = False


@dataclass(frozen=True, slots=True)
class EvaluationRow:
    """One evaluation during the run.

    Attributes
    ----------
    epoch, step
        After which: epochs from 1, optimiser steps.
    texts
        The figures in words, in the order of the run's ``evaluated``.
    """

    epoch: int
    step: int
    texts: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class RunView:
    """A run.

    Attributes
    ----------
    title, lead
        Heading and the sentence below it.
    tallies
        Large figures below the heading, each with what it counts.
    learning, evaluations, health
        Plots of loss and rates; of what was measured on other people; of what tells a collapse
        and of speed.
    evaluated, rows
        Names of the measured figures, and their values.
    notes
        Warnings, stops and resumes, each with its step.
    recipe
        Sections of the resolved recipe, each with its values.
    environment
        Machine and versions.
    """

    title: str
    lead: str
    tallies: tuple[tuple[str, str], ...] = ()
    learning: tuple[PanelView, ...] = ()
    evaluations: tuple[PanelView, ...] = ()
    health: tuple[PanelView, ...] = ()
    evaluated: tuple[str, ...] = ()
    rows: tuple[EvaluationRow, ...] = ()
    notes: tuple[str, ...] = ()
    recipe: tuple[tuple[str, Facts], ...] = ()
    environment: Facts = ()
