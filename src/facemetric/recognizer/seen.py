"""What the recogniser says of photographs: plain frozen values, in the order of the faces."""

from __future__ import annotations

from dataclasses import dataclass

from facemetric.decide import Identification, Threshold, Verification
from facemetric.gallery import Portrait
from facemetric.types import ChipQuality, Face, Float32, ItemError, Match, UInt8


@dataclass(frozen=True, eq=False, slots=True)
class SeenFace:
    """A face found in a photograph, aligned, measured and embedded.

    Attributes
    ----------
    face
        Box, score and landmarks in pixels of the upright full-size photograph.
    quality
        Measures of its chip.
    problems
        Sentences on what makes it a poor face to enrol; empty where nothing does.
    embedding
        ``float32 (D,)``, unit norm.
    chip_pixels
        ``uint8 (S, S, 3)`` RGB, what the network saw.
    portrait
        To be kept, where that was asked for.
    """

    face: Face
    quality: ChipQuality
    problems: tuple[str, ...]
    embedding: Float32
    chip_pixels: UInt8
    portrait: Portrait | None = None


@dataclass(frozen=True, eq=False, slots=True)
class SeenPhoto:
    """A photograph and its faces, best score first.

    ``faces_found`` counts all that were detected, of which ``faces`` may be a selection.
    ``pixels`` is the decoded picture, which may be smaller than ``size_px``.
    """

    source: str
    size_px: tuple[int, int]
    sha256: str | None
    pixels: UInt8
    faces: tuple[SeenFace, ...]
    faces_found: int


@dataclass(frozen=True, eq=False, slots=True)
class Comparison:
    """Two photographs, the face used of each, and the decision."""

    first: SeenPhoto
    second: SeenPhoto
    decision: Verification

    @property
    def same(self) -> bool:
        """Whether both faces are taken for one person."""
        return self.decision.same

    @property
    def similarity(self) -> float:
        """Cosine of the two embeddings, in [-1, 1]."""
        return self.decision.similarity

    @property
    def distance(self) -> float:
        """Squared L2 distance of the two embeddings, in [0, 4]."""
        return self.decision.distance


@dataclass(frozen=True, eq=False, slots=True)
class EnrolledFace:
    """A photograph that is in the gallery now; ``duplicate`` where it was there before.

    ``also_of`` names other people who have the same face of the same picture; ``has_portrait``
    tells whether a portrait is kept with it.
    """

    sample_id: str
    source: str
    duplicate: bool
    seen: SeenFace
    also_of: tuple[str, ...] = ()
    has_portrait: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class EnrollReport:
    """What came of enrolling one person: ``person_id`` is ``None`` where no photograph served."""

    name: str
    person_id: str | None
    created: bool
    samples: tuple[EnrolledFace, ...]
    errors: tuple[ItemError, ...]


@dataclass(frozen=True, eq=False, slots=True)
class IdentifiedFace:
    """A face and who it is.

    Attributes
    ----------
    seen
        The face.
    decision
        The decision and its reason.
    person_id
        The person's uuid; ``None`` for an unknown person.
    candidates
        People whom it may be, best first, whatever was decided.
    """

    seen: SeenFace
    decision: Identification
    person_id: str | None
    candidates: tuple[Match, ...]

    @property
    def name(self) -> str | None:
        """The person's name; ``None`` for an unknown person."""
        return self.decision.name


@dataclass(frozen=True, eq=False, slots=True)
class IdentifiedPhoto:
    """A photograph and the answers for its faces."""

    photo: SeenPhoto
    faces: tuple[IdentifiedFace, ...]


@dataclass(frozen=True, eq=False, slots=True)
class GroupedFace:
    """A face in a group and the photograph that it is from."""

    source: str
    seen: SeenFace


@dataclass(frozen=True, eq=False, slots=True)
class Groups:
    """Photographs grouped by person.

    Attributes
    ----------
    groups
        Groups of two faces or more, the largest first.
    alone
        Faces that are like no other.
    errors
        Photographs that could not be used.
    method, threshold
        How they were grouped; no threshold where a number of people was given.
    """

    groups: tuple[tuple[GroupedFace, ...], ...]
    alone: tuple[GroupedFace, ...]
    errors: tuple[ItemError, ...]
    method: str
    threshold: Threshold | None
