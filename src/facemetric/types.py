"""Frozen values that cross packages. Plain numpy; see docs/conventions.md for units and frames.

Coordinates are always pixels of the *upright, full-size* image, with (0, 0) the outer corner of the
top-left pixel, even where ``Image.pixels`` was decoded at a smaller scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import FacemetricError, InputError, error_class

UInt8: TypeAlias = NDArray[np.uint8]
Float32: TypeAlias = NDArray[np.float32]
Float64: TypeAlias = NDArray[np.float64]
AnyArray: TypeAlias = NDArray[Any]


@dataclass(frozen=True, eq=False, slots=True)
class Image:
    """An upright picture in RGB.

    Attributes
    ----------
    pixels
        ``uint8 (H, W, 3)``, RGB. May be smaller than ``size_px`` where it was decoded reduced.
    size_px
        Width and height of the upright picture at full size.
    source
        Where it came from: a path, or a name for bytes and arrays.
    sha256
        Hex digest of the encoded bytes; ``None`` for arrays.
    """

    pixels: UInt8
    size_px: tuple[int, int]
    source: str = "<array>"
    sha256: str | None = None

    def __post_init__(self) -> None:
        shape = self.pixels.shape
        if self.pixels.dtype != np.uint8 or len(shape) != 3 or shape[2] != 3 or 0 in shape:
            raise InputError(
                f"expected uint8 (H, W, 3) RGB, got {self.pixels.dtype} {shape}", item=self.source
            )

    @property
    def scale_xy(self) -> tuple[float, float]:
        """Decoded pixels per full-size pixel, for x and y: 1.0 where nothing was reduced."""
        height, width = self.pixels.shape[:2]
        return width / self.size_px[0], height / self.size_px[1]


@dataclass(frozen=True, eq=False, slots=True)
class Face:
    """One detected face, in pixels of the upright full-size image.

    Attributes
    ----------
    box_xyxy_px
        ``float32 (4,)``: left, top, right, bottom; may reach outside the image.
    score
        The detector's confidence in [0, 1].
    landmarks_px
        ``float32 (5, 2)``: eye on the image's left, eye on its right, nose tip, mouth corner on
        the left, on the right.
    """

    box_xyxy_px: Float32
    score: float
    landmarks_px: Float32

    @property
    def size_px(self) -> float:
        """The shorter side of the box."""
        left, top, right, bottom = self.box_xyxy_px.tolist()
        return float(min(right - left, bottom - top))


@dataclass(frozen=True, slots=True)
class ChipQuality:
    """What can be said of a face picture before it is embedded (see ``facemetric.quality``).

    Attributes
    ----------
    size_px
        Shorter side of the face box in full-size pixels.
    sharpness
        Variance of the Laplacian of the grey chip (grey levels squared); low is blurred.
    yaw_deg, pitch_deg, roll_deg
        Rough head pose from the five landmarks: yaw positive when the nose points to the image's
        right, pitch positive when it points up, roll positive clockwise.
    brightness
        Mean grey level of the chip in [0, 1].
    contrast
        Standard deviation of the grey level in [0, 1].
    clipped
        Share of pixels that are black (<= 5) or white (>= 250), in [0, 1].
    """

    size_px: float
    sharpness: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    brightness: float
    contrast: float
    clipped: float


@dataclass(frozen=True, eq=False, slots=True)
class Chip:
    """A face cut out and aligned for a network.

    Attributes
    ----------
    pixels
        ``uint8 (S, S, 3)`` RGB.
    template
        Name of the alignment, such as ``"arcface-112"``.
    face
        The face that it was cut from; ``None`` where the chip came ready-made.
    quality
        Measures of the chip; ``None`` where they were not asked for.
    """

    pixels: UInt8
    template: str
    face: Face | None = None
    quality: ChipQuality | None = None


@dataclass(frozen=True, slots=True)
class ItemError:
    """One item of a batch that failed, while the rest went on."""

    item: str
    code: str
    cause: str
    fix: str | None = None

    @classmethod
    def of(cls, error: FacemetricError, *, item: str) -> ItemError:
        """Make the record of an error that was caught for ``item``."""
        return cls(item=item, code=error.code, cause=error.cause, fix=error.fix)

    def to_error(self) -> FacemetricError:
        """Return an exception that says the same, to raise where the item was the only one."""
        return error_class(self.code)(self.cause, item=self.item, fix=self.fix)

    def __str__(self) -> str:
        text = f"{self.item}: {self.cause}"
        return f"{text}. {self.fix}" if self.fix else text


@dataclass(frozen=True, slots=True)
class Match:
    """A person of a gallery that a face may be.

    Attributes
    ----------
    person_id
        The person's uuid.
    name
        The person's name at the time of the answer.
    similarity
        Cosine, in [-1, 1].
    sample_id
        The enrolled sample that was nearest; ``None`` where the whole person was compared.
    """

    person_id: str
    name: str
    similarity: float
    sample_id: str | None = None

    @property
    def distance(self) -> float:
        """Squared L2 distance on the unit sphere, in [0, 4]: ``2 - 2 * similarity``."""
        return 2.0 - 2.0 * self.similarity


def check_embeddings(values: AnyArray, *, name: str = "embeddings", dim: int | None = None) -> None:
    """Raise InputError unless ``values`` is a finite float array ``(N, D)``."""
    wanted = f"(N, {dim})" if dim else "(N, D)"
    wrong = values.ndim != 2 or (dim is not None and values.shape[1] != dim)
    if wrong or not np.issubdtype(values.dtype, np.floating):
        hint = "Were chips passed?" if values.ndim > 2 else None
        raise InputError(
            f"expected float {wanted}, got {values.dtype} {values.shape}", item=name, fix=hint
        )
    if not np.isfinite(values).all():
        rows = np.flatnonzero(~np.isfinite(values).all(axis=1))[:5].tolist()
        raise InputError(f"not finite in rows {rows}", item=name)
