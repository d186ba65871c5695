"""``dataset.json``: what a pack of chips holds and how it was made."""

from __future__ import annotations

from typing import Literal

from facemetric.wire.faces import Wire, schema


class ShardOut(Wire):
    """One archive of a pack."""

    name: str
    images: int
    bytes: int
    sha256: str


class BinOut(Wire):
    """How many values lie from ``low`` (included) to ``high`` (excluded; the last: included)."""

    low: float
    high: float
    count: int


class SpreadOut(Wire):
    """How a measure is spread over a pack; ``p1`` to ``p99`` are percentiles."""

    name: str
    count: int
    p1: float
    p5: float
    p25: float
    p50: float
    p75: float
    p95: float
    p99: float
    bins: tuple[BinOut, ...]


class ReasonOut(Wire):
    """How many photographs were left out for one reason."""

    reason: str
    count: int


class PackSettingsOut(Wire):
    """How a pack was made; a limit that is ``null`` was not applied.

    ``min_face_px`` is the smallest face that was looked for, ``min_size_px`` the smallest that was
    kept.
    """

    detector: str
    min_face_px: float
    template: str
    width_px: int
    height_px: int
    jpeg_quality: int
    min_size_px: float | None
    min_score: float | None
    min_sharpness: float | None
    max_yaw_deg: float | None
    max_pitch_deg: float | None
    max_roll_deg: float | None
    min_images: int
    dedupe: bool
    keep_faceless: bool


class DatasetCard(Wire):
    """What a pack holds.

    ``faceless`` of the images are stand-in crops of photographs without a detected face. The same
    photographs, settings and code give the same ``made_from`` and the same shards.
    """

    schema_name: Literal["facemetric.pack/1"] = schema("facemetric.pack/1")
    version: str
    name: str
    sources: tuple[str, ...]
    settings: PackSettingsOut
    made_from: str
    photographs: int
    images: int
    people: int
    faceless: int
    shards: tuple[ShardOut, ...]
    left_out: tuple[ReasonOut, ...]
    images_per_person: SpreadOut
    measures: tuple[SpreadOut, ...]
