"""What the page of an evaluation shows: plain values and arrays."""

from __future__ import annotations

from dataclasses import dataclass

from facemetric.report.cards import Facts
from facemetric.report.evaluation.plot_views import CurveView, FoldsView, HistogramView
from facemetric.report.evaluation.slice_views import SlicesView
from facemetric.report.picture import Picture
from facemetric.types import ItemError


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
