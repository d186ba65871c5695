"""What a groups file holds, as callers see it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np

from facemetric.types import ChipQuality, Face, Float32


@dataclass(frozen=True, eq=False, slots=True)
class About:
    """What the embeddings of a groups file are, and how they are grouped.

    Attributes
    ----------
    bundle, bundle_sha256, dim, flip
        What made the embeddings.
    threshold, threshold_source
        Mean cosine from which two groups are one, and where it is from.
    seed
        Of what is drawn, above 200,000 faces.
    """

    bundle: str
    bundle_sha256: str
    dim: int
    flip: bool
    threshold: float
    threshold_source: str
    seed: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class NewFace:
    """A face to add: where it is, how good its picture is, and its embedding (unit norm)."""

    face: Face
    quality: ChipQuality
    problems: tuple[str, ...]
    embedding: Float32


@dataclass(frozen=True, eq=False, slots=True)
class KeptFace:
    """A face in a groups file.

    Attributes
    ----------
    name
        What corrections call it: the photograph, with ``#2`` behind it for its second face.
    source
        The photograph.
    label
        Its group; ``None`` where it is alone.
    """

    name: str
    source: str
    face: Face
    quality: ChipQuality
    problems: tuple[str, ...]
    label: int | None


@dataclass(frozen=True, slots=True)
class Correction:
    """Two faces, by name, that are said to be one person (``same``) or not to be."""

    first: str
    second: str
    same: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """What became of new faces.

    Attributes
    ----------
    faces
        How many were new.
    joined
        Of them in groups that were there before.
    founded
        How many groups are new.
    """

    faces: int = 0
    joined: int = 0
    founded: int = 0


def face_name(source: str, place: int) -> str:
    """Return what corrections call the face of a number (from 1) in a photograph."""
    return source if place == 1 else f"{source}#{place}"


def face_text(new: NewFace) -> str:
    """Return all but the embedding as JSON."""
    return json.dumps(
        {
            "box_xyxy_px": new.face.box_xyxy_px.tolist(),
            "score": float(new.face.score),
            "landmarks_px": new.face.landmarks_px.tolist(),
            "quality": {name: float(value) for name, value in asdict(new.quality).items()},
            "problems": list(new.problems),
        }
    )


def kept_face(source: str, place: int, text: str, label: int | None) -> KeptFace:
    """Return the record of a stored face."""
    values = json.loads(text)
    face = Face(
        box_xyxy_px=np.array(values["box_xyxy_px"], np.float32),
        score=values["score"],
        landmarks_px=np.array(values["landmarks_px"], np.float32),
    )
    return KeptFace(
        name=face_name(source, place),
        source=source,
        face=face,
        quality=ChipQuality(**values["quality"]),
        problems=tuple(values["problems"]),
        label=label,
    )
