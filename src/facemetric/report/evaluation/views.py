"""What the pages and plots of an evaluation show: plain values and arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from facemetric.report.cards import Facts
from facemetric.report.picture import Picture
from facemetric.types import Float64, ItemError


@dataclass(frozen=True, eq=False, slots=True)
class CurveView:
    """One model's curve, thin enough to be drawn.

    Attributes
    ----------
    name
        The model.
    x
        ``float64 (K,)``, rising: a rate in [0, 1], a rank or a number of distractors.
    y
        ``float64 (K,)``: a rate in [0, 1].
    low, high
        ``float64 (K,)``: the band of ``y``, not a number where there is none.
    supported
        ``bool (K,)``: whether the data supports the point; others are drawn faint.
    """

    name: str
    x: Float64
    y: Float64
    low: Float64
    high: Float64
    supported: NDArray[np.bool_]

    @property
    def supported_from(self) -> float:
        """The smallest ``x`` that the data supports; infinity where it supports none."""
        return float(self.x[self.supported].min(initial=np.inf))


@dataclass(frozen=True, eq=False, slots=True)
class HistogramView:
    """One model's values of same-person and of different-person pairs.

    Attributes
    ----------
    name
        The model.
    edges
        ``float64 (B + 1,)``.
    genuine, impostor
        ``float64 (B,)``: how many values are in each bin.
    marks
        Thresholds: what each is for, and its value.
    """

    name: str
    edges: Float64
    genuine: Float64
    impostor: Float64
    marks: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class FoldsView:
    """One model's accuracy and threshold in each fold.

    Attributes
    ----------
    name
        The model.
    accuracies, thresholds
        ``float64 (F,)``; accuracies in [0, 1].
    """

    name: str
    accuracies: Float64
    thresholds: Float64


@dataclass(frozen=True, slots=True)
class FaceView:
    """A face of a hard pair.

    Attributes
    ----------
    picture
        The crop; ``None`` where the photograph cannot be shown.
    person, photo
        The labelled name and the photograph's.
    note
        What else to know, such as that no face was found.
    """

    picture: Picture | None
    person: str
    photo: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PairView:
    """Two faces, and what was said of them.

    Attributes
    ----------
    left, right
        The faces.
    similarity
        Cosine.
    wrong
        Whether the pair is decided wrongly at the stated threshold.
    """

    left: FaceView
    right: FaceView
    similarity: float
    wrong: bool


@dataclass(frozen=True, slots=True)
class HardestView:
    """One model's hardest pairs.

    Attributes
    ----------
    name
        The model.
    threshold
        Similarity from which a pair is accepted.
    threshold_source
        What the threshold is, such as ``"FAR 0.001 on these pairs"``.
    accepts
        Different people, the most similar first.
    rejects
        One person, the least similar first.
    false_accepts, false_rejects
        How many there are at the threshold, among how many pairs.
    """

    name: str
    threshold: float
    threshold_source: str
    accepts: tuple[PairView, ...]
    rejects: tuple[PairView, ...]
    false_accepts: tuple[int, int]
    false_rejects: tuple[int, int]


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


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """Whether one model is better than another.

    Attributes
    ----------
    figure
        What was compared.
    first_name, second_name
        The models.
    first, second
        Their figures, in [0, 1].
    difference, low, high
        First less second, with its interval.
    p_value, p_holm
        Two-sided; and adjusted for the number of comparisons.
    decided
        Whether the adjusted one is small enough to call one model better.
    """

    figure: str
    first_name: str
    second_name: str
    first: float
    second: float
    difference: float
    low: float
    high: float
    p_value: float
    p_holm: float
    decided: bool


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure of every model, as text with its interval.

    Attributes
    ----------
    label
        The figure.
    texts
        One a model; empty where a model has none.
    """

    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class PartView:
    """One part of a protocol, with every model's results.

    Attributes
    ----------
    key, title, lead
        Short name for files and anchors; heading; the sentence below it.
    models
        Names, in the order of every tuple below.
    figures
        The table of figures.
    roc
        True-accept rate against false-accept rate.
    dir
        Detection and identification rate against false-positive identification rate.
    cmc
        Identification rate against rank.
    distractors
        Rank-1 identification rate against the size of the gallery.
    scores, angles
        Histograms of similarities and of angles in degrees.
    folds
        Accuracy and threshold in each fold.
    hardest
        Hard pairs as pictures.
    slices
        Error rates by trait and by group.
    comparisons
        Paired differences between models.
    notes
        What the data does not support, in sentences.
    clustering
        Whether the figures are of groups.
    """

    key: str
    title: str
    lead: str
    models: tuple[str, ...]
    figures: tuple[FigureRow, ...]
    roc: tuple[CurveView, ...] = ()
    dir: tuple[CurveView, ...] = ()
    cmc: tuple[CurveView, ...] = ()
    distractors: tuple[CurveView, ...] = ()
    scores: tuple[HistogramView, ...] = ()
    angles: tuple[HistogramView, ...] = ()
    folds: tuple[FoldsView, ...] = ()
    hardest: tuple[HardestView, ...] = ()
    slices: tuple[SlicesView, ...] = ()
    comparisons: tuple[ComparisonView, ...] = ()
    notes: tuple[str, ...] = ()
    clustering: bool = False


@dataclass(frozen=True, slots=True)
class FindingView:
    """What a leakage check found.

    Attributes
    ----------
    check
        What was looked for, and how.
    found
        How many.
    text
        What was found, in a sentence.
    items
        The first of them, named.
    """

    check: str
    found: int
    text: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class ReportView:
    """A whole report.

    Attributes
    ----------
    title, lead
        Heading and the sentence below it.
    tallies
        Large figures, each with what it counts.
    leakage
        Every check that was made; empty where none was.
    parts
        The results.
    data, conditions
        Rows of what was measured on, and how.
    missing
        Photographs without a face that count nevertheless, by name.
    left_out
        Photographs that could not be used.
    confidence
        Of every interval and bound.
    not_checked
        What could not be compared for leakage, and why.
    """

    title: str
    lead: str
    tallies: tuple[tuple[str, str], ...]
    leakage: tuple[FindingView, ...]
    parts: tuple[PartView, ...]
    data: Facts
    conditions: Facts
    missing: tuple[str, ...] = ()
    left_out: tuple[ItemError, ...] = ()
    confidence: float = 0.95
    not_checked: tuple[str, ...] = ()
