"""The table of a sweep: every run's figures, and their mean and spread over seeds."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


class RunResult(BaseModel):
    """How one run of a sweep ended.

    ``failure`` is the error's cause where it did not reach its end: a loss that does not converge
    is a result as well.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    variant: str
    seed: int
    seconds: float
    images_per_s: float | None = None
    figures: dict[str, float] = {}
    failure: str | None = None


class SweepResult(BaseModel):
    """A sweep's document: what was run, with what, and what came out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    version: str
    environment: dict[str, str]
    recipe: dict[str, object]
    """The recipe that variants change, resolved."""
    variants: dict[str, tuple[str, ...]]
    """What each changes."""
    notes: dict[str, str] = {}
    runs: tuple[RunResult, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure of one variant over its seeds.

    Attributes
    ----------
    mean
        Over the runs that ended.
    deviation
        With one less than their number in the denominator; ``None`` for a single run.
    runs, failed
        How many ended, and how many did not.
    """

    mean: float
    deviation: float | None
    runs: int
    failed: int

    def text(self, *, percent: bool = True) -> str:
        """Return ``"81.32 ± 0.40"``."""
        if math.isnan(self.mean):
            return "does not converge" if self.failed else "–"
        factor = 100 if percent else 1
        text = f"{factor * self.mean:.2f}"
        return text if self.deviation is None else f"{text} ± {factor * self.deviation:.2f}"


def spread(runs: Sequence[RunResult], variant: str, figure: str) -> Spread:
    """Return a figure's mean and deviation over a variant's seeds; NaN where none ended."""
    own = [run for run in runs if run.variant == variant]
    values = [run.figures[figure] for run in own if run.failure is None and figure in run.figures]
    return Spread(
        statistics.fmean(values) if values else math.nan,
        statistics.stdev(values) if len(values) > 1 else None,
        len(values),
        sum(run.failure is not None for run in own),
    )


def table(result: SweepResult, figures: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return rows for people, a header first.

    Parameters
    ----------
    result
        The sweep.
    figures
        Names of figures and their headings.
    """
    rows = [("variant", *figures.values(), "runs", "seconds a run")]
    for variant in result.variants:
        own = [run for run in result.runs if run.variant == variant]
        cells = (spread(result.runs, variant, figure).text() for figure in figures)
        seconds = f"{statistics.fmean(run.seconds for run in own):.0f}" if own else "–"
        rows.append((variant, *cells, str(len(own)), seconds))
    return rows
