"""What a run embeds and how: fixed when it begins, so that its parts fit together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from facemetric._version import __version__
from facemetric.bundle import Bundle
from facemetric.detect import Select
from facemetric.errors import DataError
from facemetric.recognizer.viewer import MIN_FACE_PX, MIN_FACE_SHARE, THRESHOLDS

FORMAT = "facemetric.embeddings/1"
Encoding = Literal["f32", "u8"]


class Detection(BaseModel):
    """How faces are found; see `facemetric.recognizer.default_detector`.

    ``chosen`` tells whether the smallest face was given, which then does not grow with the
    photograph.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Literal["mtcnn"] = "mtcnn"
    min_face_px: float
    min_face_share: float
    thresholds: tuple[float, ...] = THRESHOLDS
    chosen: bool

    @classmethod
    def of(cls, min_face_px: float | None) -> Detection:
        """Return what ``min_face_px`` stands for; ``None`` for recognition's default."""
        if min_face_px is None:
            return cls(min_face_px=MIN_FACE_PX, min_face_share=MIN_FACE_SHARE, chosen=False)
        return cls(min_face_px=min_face_px, min_face_share=0.0, chosen=True)


class Plan(BaseModel):
    """Everything that the shards of a run depend on.

    Attributes
    ----------
    photographs, photographs_sha256
        How many, and a digest of their names in order. What is in them is not looked at: every
        row of a shard has its photograph's own digest.
    shard_photos
        Photographs of a shard.
    bundle, bundle_sha256, dim, flip
        What the embeddings are of.
    encoding
        ``"f32"``, or ``"u8"`` for one byte a dimension.
    select
        Which faces of a photograph.
    detection
        How faces are found.
    facemetric
        The version of the program.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["facemetric.embeddings/1"] = "facemetric.embeddings/1"
    photographs: int
    photographs_sha256: str
    shard_photos: int
    bundle: str
    bundle_sha256: str
    dim: int
    flip: bool
    encoding: Encoding
    select: Select
    detection: Detection
    facemetric: str = __version__

    @property
    def digest(self) -> str:
        """Hex digest of all of it, which every shard carries."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def shards(self) -> int:
        """Number of shards."""
        return -(-self.photographs // self.shard_photos)

    def differences(self, other: Plan) -> list[str]:
        """Say in what ``self``, which is there, is not ``other``, which is wanted."""
        there, wanted = self.model_dump(), other.model_dump()
        differing = [name for name in there if there[name] != wanted[name]]
        if "photographs" not in differing and "photographs_sha256" in differing:
            return ["other photographs", *_named(differing, there, wanted)]
        return _named(differing, there, wanted)


def make_plan(
    photographs: Sequence[str],
    bundle: Bundle,
    *,
    shard_photos: int,
    flip: bool,
    encoding: Encoding,
    select: Select,
    min_face_px: float | None,
) -> Plan:
    """Fix what is embedded and how."""
    digest = hashlib.sha256()
    for name in photographs:
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
    return Plan(
        photographs=len(photographs),
        photographs_sha256=digest.hexdigest(),
        shard_photos=shard_photos,
        bundle=bundle.id,
        bundle_sha256=bundle.manifest.model.sha256,
        dim=bundle.dim,
        flip=flip,
        encoding=encoding,
        select=select,
        detection=Detection.of(min_face_px),
    )


def read_plan(path: Path) -> Plan | None:
    """Return the plan in a file; ``None`` where there is no file.

    Raises
    ------
    DataError
        It cannot be read, or is none that this program knows.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", item=str(path)) from error
    try:
        return Plan.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise DataError(
            f"is no plan of {FORMAT}: {place}: {first['msg']}",
            item=str(path),
            fix="Use the version of facemetric that wrote it, or another folder",
        ) from error


def _named(
    differing: Sequence[str], there: dict[str, object], wanted: dict[str, object]
) -> list[str]:
    hidden = ("photographs_sha256",)
    return [
        f"{name} {_short(there[name])}, wanted {_short(wanted[name])}"
        for name in differing
        if name not in hidden
    ]


def _short(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)
