"""Faces and failures as JSON: the parts that every answer is made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_serializer, field_validator

from facemetric.types import ChipQuality, Face, ItemError


class Wire(BaseModel):
    """Base of all wire schemas, built from plain values or from objects' attributes.

    Fields that are not known are ignored: what a newer version adds must not keep an older one
    from reading the rest. Requests know all their fields (``RequestIn``).
    """

    model_config = ConfigDict(
        extra="ignore", frozen=True, from_attributes=True, ser_json_inf_nan="null"
    )


def schema(name: str) -> Any:
    """Make the field that the JSON calls ``schema``, a name that pydantic keeps for itself."""
    return Field(
        name,
        serialization_alias="schema",
        validation_alias=AliasChoices("schema", "schema_name"),
    )


class QualityOut(Wire):
    """Chip measures; units as in ``facemetric.types.ChipQuality``."""

    size_px: float
    sharpness: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    brightness: float
    contrast: float
    clipped: float


RemarkCode = Literal[
    "small",
    "blurred",
    "turned_left",
    "turned_right",
    "turned_up",
    "turned_down",
    "tilted",
    "dark",
    "bright",
    "flat",
    "exposed",
]


class RemarkOut(Wire):
    """One thing that makes a face a poor one to enrol, for programs; ``text`` says it to people.

    ``value`` was measured and ``limit`` is the least or most that is wanted: pixels for ``small``,
    degrees for poses (left and right are the image's), else in the units of the face's quality.
    """

    code: RemarkCode
    value: float
    limit: float
    text: str


class FaceOut(Wire):
    """A face in pixels of the upright full-size photograph.

    ``problems`` are sentences, ``remarks`` the same with codes.
    """

    box_xyxy_px: tuple[float, float, float, float]
    score: float
    landmarks_px: tuple[tuple[float, float], ...]
    quality: QualityOut | None = None
    problems: tuple[str, ...] = ()
    remarks: tuple[RemarkOut, ...] = ()

    @field_validator("box_xyxy_px", "landmarks_px", mode="before")
    @classmethod
    def _from_array(cls, value: Any) -> Any:
        return value.tolist() if hasattr(value, "tolist") else value

    @field_serializer("box_xyxy_px")
    def _short_box(self, value: tuple[float, ...]) -> list[float]:
        return [round(number, 2) for number in value]

    @field_serializer("landmarks_px")
    def _short_points(self, value: tuple[tuple[float, float], ...]) -> list[list[float]]:
        return [[round(x, 2), round(y, 2)] for x, y in value]

    @classmethod
    def of(
        cls,
        face: Face,
        quality: ChipQuality | None = None,
        problems: tuple[str, ...] = (),
        remarks: Iterable[object] = (),
    ) -> FaceOut:
        """Make the wire form of a face and, where measured, of its chip's quality.

        ``remarks`` are as ``facemetric.quality`` has them.
        """
        return cls(
            box_xyxy_px=face.box_xyxy_px.tolist(),
            score=round(float(face.score), 4),
            landmarks_px=face.landmarks_px.tolist(),
            quality=QualityOut.model_validate(quality) if quality else None,
            problems=problems,
            remarks=tuple(map(RemarkOut.model_validate, remarks)),
        )


class ErrorOut(Wire):
    """An item that failed while the rest went on."""

    item: str
    code: str
    cause: str
    fix: str | None = None

    @classmethod
    def of(cls, error: ItemError) -> ErrorOut:
        """Make the wire form of an item's error."""
        return cls.model_validate(error)


class ThresholdOut(Wire):
    """A threshold and where it comes from; ``far`` is ``null`` where it was given by hand.

    ``gallery`` is the size of the galleries that it was measured in by searches for strangers,
    null where it was measured on pairs.
    """

    similarity: float
    far: float | None
    source: str
    gallery: int | None = None
