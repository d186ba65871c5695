"""One schema for each command's ``--json``; the service answers with the same.

Every document names its schema (``facemetric.verify/1``); the number rises when a field changes
its meaning or goes away, not when one is added.
"""

from __future__ import annotations

import json
import math
from typing import Any, Literal

from pydantic_core import PydanticSerializationError

from facemetric.wire.faces import ErrorOut, FaceOut, ThresholdOut, Wire, schema
from facemetric.wire.odds import OddsOut

Liveness = Literal["not_checked"]


class PhotoOut(Wire):
    """A photograph and the faces found in it; sizes in full-size upright pixels."""

    source: str
    width_px: int
    height_px: int
    faces: tuple[FaceOut, ...]


class DetectOut(Wire):
    """Answer of ``detect``."""

    schema_name: Literal["facemetric.detect/1"] = schema("facemetric.detect/1")
    detector: str
    photos: tuple[PhotoOut, ...]
    errors: tuple[ErrorOut, ...] = ()


class ComparedOut(Wire):
    """One side of a comparison: the face that was used, and how many the photograph had."""

    source: str
    faces_found: int
    face: FaceOut


class VerifyOut(Wire):
    """Answer of ``verify``: ``distance = 2 - 2 * similarity``, in [0, 4].

    ``odds`` is null where the bundle has no calibration for such embeddings.
    """

    schema_name: Literal["facemetric.verify/1"] = schema("facemetric.verify/1")
    bundle: str
    first: ComparedOut
    second: ComparedOut
    similarity: float
    distance: float
    same: bool
    threshold: ThresholdOut
    odds: OddsOut | None = None
    liveness: Liveness = "not_checked"


class EnrolledOut(Wire):
    """One photograph that was enrolled, or was there already (``duplicate``).

    ``also_of`` names other people who have the same face of the same picture; ``has_portrait``
    tells whether a portrait of the face is kept.
    """

    sample_id: str
    source: str
    duplicate: bool
    also_of: tuple[str, ...] = ()
    has_portrait: bool = False
    face: FaceOut


class EnrollOut(Wire):
    """Answer of ``enroll``."""

    schema_name: Literal["facemetric.enroll/1"] = schema("facemetric.enroll/1")
    gallery: str
    bundle: str
    person_id: str | None
    name: str
    created: bool
    samples: tuple[EnrolledOut, ...]
    errors: tuple[ErrorOut, ...] = ()


class CandidateOut(Wire):
    """A person whom a face may be, with the best similarity to one of the person's samples."""

    person_id: str
    name: str
    similarity: float
    distance: float


class IdentifiedOut(Wire):
    """One face and its answer: ``name`` and ``person_id`` are ``null`` where it is unknown.

    ``odds`` are those of the first candidate's similarity as of one pair; ``stranger_rate`` bounds
    the chance that a stranger's best match in this gallery is as similar. Both are null where
    there is no candidate or no calibration.
    """

    face: FaceOut
    name: str | None
    person_id: str | None
    reason: str
    candidates: tuple[CandidateOut, ...]
    odds: OddsOut | None = None
    stranger_rate: float | None = None
    liveness: Liveness = "not_checked"


class IdentifiedPhotoOut(Wire):
    """A photograph and who is on it."""

    source: str
    width_px: int
    height_px: int
    faces: tuple[IdentifiedOut, ...]


class IdentifyOut(Wire):
    """Answer of ``identify``.

    ``stranger_risk`` bounds the chance that somebody who is not enrolled is given a name;
    ``null`` where the threshold was given by hand.
    """

    schema_name: Literal["facemetric.identify/1"] = schema("facemetric.identify/1")
    gallery: str
    bundle: str
    people: int
    classifier: str
    threshold: ThresholdOut
    stranger_risk: float | None
    photos: tuple[IdentifiedPhotoOut, ...]
    errors: tuple[ErrorOut, ...] = ()


class PersonOut(Wire):
    """An enrolled person."""

    person_id: str
    name: str
    samples: int
    created: str
    updated: str
    consent: str | None = None
    keep_until: str | None = None
    groups: tuple[str, ...] = ()


class SampleOut(Wire):
    """One enrolled photograph of a person; the picture itself is not kept.

    ``mapped_from`` is the bundle whose embedding this one's was mapped from; null where it was
    computed from the picture. ``has_portrait`` tells whether a portrait of the face is kept.
    """

    sample_id: str
    source: str
    created: str
    bundles: tuple[str, ...]
    mapped_from: str | None = None
    has_portrait: bool = False


class PeopleOut(Wire):
    """Answer of ``people list``."""

    schema_name: Literal["facemetric.people/1"] = schema("facemetric.people/1")
    gallery: str
    bundle: str | None
    people: tuple[PersonOut, ...]


class PersonShowOut(Wire):
    """Answer of ``people show``, ``rename``, ``merge`` and ``remove``; ``edit`` is the service's.

    ``purged`` is for ``rename``, ``merge`` and ``remove``: whether what was replaced or erased is
    gone from the file as well. Where it is not, since another process was in the way or the service
    put it off, it goes with the next erasure or when the gallery is next opened to write; see
    ``gallery purge``.
    """

    schema_name: Literal["facemetric.person/1"] = schema("facemetric.person/1")
    gallery: str
    action: Literal["show", "rename", "edit", "merge", "remove"]
    person: PersonOut
    samples: tuple[SampleOut, ...] = ()
    purged: bool | None = None


class ExpiredOut(Wire):
    """Answer of ``people expired``: who was due to be erased by the time ``at``.

    ``removed`` tells whether they were erased; ``purged`` is as for ``people remove``.
    """

    schema_name: Literal["facemetric.expired/1"] = schema("facemetric.expired/1")
    gallery: str
    at: str
    people: tuple[PersonOut, ...]
    removed: bool = False
    purged: bool | None = None


class GroupedFaceOut(Wire):
    """A face in a group; ``name`` is what corrections call it, with ``cluster --state`` alone."""

    source: str
    face: FaceOut
    name: str | None = None


class GroupOut(Wire):
    """Faces that are taken for one person; ``label`` -1 holds those that are like no other."""

    label: int
    faces: tuple[GroupedFaceOut, ...]


class CorrectionOut(Wire):
    """Two faces, by name, that are said to be one person (``same``) or different people."""

    first: str
    second: str
    same: bool


class KeptGroupsOut(Wire):
    """A file of groups, and what a run of ``cluster --state`` did to it.

    ``new_photos`` were looked at, ``known_photos`` were in the file. Of ``new_faces``,
    ``joined_faces`` are in groups that were there before; ``new_groups`` were founded.
    """

    path: str
    faces: int
    new_photos: int = 0
    known_photos: int = 0
    new_faces: int = 0
    joined_faces: int = 0
    new_groups: int = 0
    corrections: tuple[CorrectionOut, ...] = ()


class ClusterOut(Wire):
    """Answer of ``cluster``; with ``state``, the labels of groups are those of the file."""

    schema_name: Literal["facemetric.cluster/1"] = schema("facemetric.cluster/1")
    bundle: str
    method: str
    threshold: ThresholdOut | None
    groups: tuple[GroupOut, ...]
    errors: tuple[ErrorOut, ...] = ()
    state: KeptGroupsOut | None = None


class FailureOut(Wire):
    """What ``--json`` prints when a whole command failed.

    ``errors`` has what was wrong with each of several sources, where none could be read.
    """

    schema_name: Literal["facemetric.error/1"] = schema("facemetric.error/1")
    error: ErrorOut
    errors: tuple[ErrorOut, ...] = ()


def to_json(answer: Wire, *, indent: int | None = 2) -> str:
    r"""Return the document as JSON text, with the field ``schema`` first.

    A file name that is no UTF-8 has ``\udc80`` … ``\udcff`` for its odd bytes, as in Python.
    """
    try:
        return answer.model_dump_json(by_alias=True, indent=indent)
    except PydanticSerializationError:  # its writer knows no halves of surrogate pairs
        return json.dumps(_finite(answer.model_dump(mode="json", by_alias=True)), indent=indent)


def _finite(value: Any) -> Any:
    """Return the value with ``None`` for numbers that JSON does not have, as pydantic writes."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
