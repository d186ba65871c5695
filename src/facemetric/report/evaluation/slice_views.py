"""What the tables and plots of slices show: plain values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateView:
    """An error rate of some pairs, or the bound that is all they give.

    Attributes
    ----------
    errors, trials
        Counts.
    low, high
        Interval; ``None`` where too few errors or people were seen to give one.
    at_most
        One-sided upper bound where there is no interval; ``None`` where there is, or no trial.
    """

    errors: int
    trials: int
    low: float | None = None
    high: float | None = None
    at_most: float | None = None

    @property
    def rate(self) -> float | None:
        """Share of errors; ``None`` without trials."""
        return self.errors / self.trials if self.trials else None


@dataclass(frozen=True, slots=True)
class SliceRow:
    """The error rates of one slice of the pairs.

    Attributes
    ----------
    label
        The slice: a range of a trait, or a group.
    people
        How many different people its pairs show.
    fnmr, fmr
        Same-person pairs rejected, different-person pairs accepted.
    """

    label: str
    people: int
    fnmr: RateView
    fmr: RateView


@dataclass(frozen=True, slots=True)
class SliceView:
    """One model's rates in every slice.

    Attributes
    ----------
    name
        The model.
    threshold, threshold_source
        As in `HardestView`.
    rows
        The slices, the same ones for every model.
    left_out
        Pairs in no slice: a trait or a group is not known.
    differential
        How far the slices are apart, in a sentence; empty where that is not said.
    """

    name: str
    threshold: float
    threshold_source: str
    rows: tuple[SliceRow, ...]
    left_out: int = 0
    differential: str = ""


@dataclass(frozen=True, slots=True)
class SlicesView:
    """The slices by one trait.

    Attributes
    ----------
    key
        Short name for files and anchors, such as ``"sharpness"``.
    title
        Heading, with the unit.
    definition
        How a pair gets into a slice.
    models
        One entry a model.
    """

    key: str
    title: str
    definition: str
    models: tuple[SliceView, ...]
