"""What the pages take: frozen values, filled by the callers above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from facemetric.report.picture import Picture
from facemetric.types import ItemError

Facts: TypeAlias = tuple[tuple[str, str], ...]
"""Rows of a two-column table: what, and its value."""


@dataclass(frozen=True, slots=True)
class BoxLabel:
    """One face on a photograph and what is said of it.

    Attributes
    ----------
    box_xyxy_px
        Left, top, right, bottom in pixels of the upright full-size image.
    name
        The person, or ``None`` for *unknown*.
    similarity
        Cosine to the nearest person in [-1, 1]; ``None`` where nothing was compared.
    nearest
        For an unknown face: whom it came nearest to.
    landmarks_px
        Points to mark, as x and y in the same frame.
    compared
        ``False`` for a face that was only found or enrolled: it is drawn without a verdict.
    """

    box_xyxy_px: tuple[float, float, float, float]
    name: str | None
    similarity: float | None = None
    nearest: str = ""
    landmarks_px: tuple[tuple[float, float], ...] = ()
    compared: bool = True

    @property
    def verdict(self) -> Literal["known", "unknown", "plain"]:
        """How the box is drawn."""
        if not self.compared:
            return "plain"
        return "unknown" if self.name is None else "known"


@dataclass(frozen=True, slots=True)
class PhotoCard:
    """One photograph with its faces.

    Attributes
    ----------
    picture
        Made by ``encode_picture``.
    caption
        Usually the file name.
    boxes
        The faces, in the order of their numbers.
    note
        A sentence below the photograph: ``"No face was found"``.
    expected
        What the answer should have been, where that is known (the demo).
    as_expected
        Whether it was.
    """

    picture: Picture
    caption: str
    boxes: tuple[BoxLabel, ...] = ()
    note: str = ""
    expected: str = ""
    as_expected: bool | None = None


@dataclass(frozen=True, slots=True)
class FaceTile:
    """One face of a group: a crop made by ``crop_picture``, its file name and a short remark."""

    picture: Picture
    caption: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClusterGroup:
    """Faces that were put together, and what to call them."""

    title: str
    faces: tuple[FaceTile, ...]


@dataclass(frozen=True, slots=True)
class ThresholdNote:
    """The similarity from which on two faces count as one person, and why that one.

    Attributes
    ----------
    similarity
        Cosine, in [-1, 1].
    source
        Where it comes from: the calibration data, or "set by the caller".
    far
        The false-accept rate it stands for; ``None`` where none is known.
    """

    similarity: float
    source: str
    far: float | None = None


@dataclass(frozen=True, slots=True)
class PairCard:
    """Two photographs that were compared.

    Attributes
    ----------
    left, right
        The photographs.
    similarity
        Cosine of the two faces, in [-1, 1].
    same
        The decision.
    threshold
        What it was decided by.
    expected_same
        The truth, where it is known.
    """

    left: PhotoCard
    right: PhotoCard
    similarity: float
    same: bool
    threshold: ThresholdNote
    expected_same: bool | None = None

    @property
    def distance(self) -> float:
        """Squared L2 distance on the unit sphere, in [0, 4]."""
        return 2.0 - 2.0 * self.similarity


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one step took, in seconds, over how many items (``unit``, in the plural)."""

    step: str
    seconds: float
    items: int
    unit: str = "photographs"


@dataclass(frozen=True, slots=True)
class DemoReport:
    """Everything on the demo's page, section by section.

    Attributes
    ----------
    enrolled, identified, strangers
        Photographs of the people enrolled, of the same people again, and of people who are not
        enrolled.
    pairs
        Pairs that were verified.
    groups, alone
        The clustered folder: its groups, and the faces that fell in none.
    failed
        Photographs that could not be used, each with its reason.
    threshold
        What identification was decided by.
    bundle
        Facts of the model bundle; its licence belongs here.
    environment
        Facts of the machine and the versions.
    timings
        One row a step.
    photographs
        Where the photographs come from and under which terms they are used.
    """

    enrolled: tuple[PhotoCard, ...]
    identified: tuple[PhotoCard, ...]
    strangers: tuple[PhotoCard, ...]
    pairs: tuple[PairCard, ...]
    groups: tuple[ClusterGroup, ...]
    threshold: ThresholdNote
    alone: tuple[FaceTile, ...] = ()
    failed: tuple[ItemError, ...] = ()
    bundle: Facts = ()
    environment: Facts = ()
    timings: tuple[Timing, ...] = ()
    photographs: Facts = ()
