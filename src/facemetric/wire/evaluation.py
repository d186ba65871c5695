"""Measured figures as JSON: the answer of ``evaluate``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_serializer, model_validator

from facemetric.wire.faces import ErrorOut, Wire, schema
from facemetric.wire.figure_names import figure_code
from facemetric.wire.leakage import LeakageOut

PartKind = Literal["verification", "identification", "clustering"]
Condition = str | int | float | bool


class IntervalOut(Wire):
    """Bounds of a figure: confidence in (0, 1), and how they were made."""

    low: float
    high: float
    confidence: float
    method: str


class FigureOut(Wire):
    """One figure; ``value`` is null where the data gives only ``at_most``.

    A ``share`` is in [0, 1]. ``deviation`` and ``standard_error`` are over folds or splits.
    ``code`` says the name to programs, with the name's numbers in ``numbers``: ``tar_at_far`` and
    ``far``; null for a name of no known kind.
    """

    name: str
    code: str | None = None
    numbers: dict[str, float] = Field(default_factory=dict)
    unit: Literal["share", "number", "degrees"]
    value: float | None
    interval: IntervalOut | None = None
    deviation: float | None = None
    standard_error: float | None = None
    at_most: float | None = None
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _code_of_the_name(cls, data: Any) -> Any:
        if not isinstance(data, dict) or data.get("code") or not isinstance(data.get("name"), str):
            return data
        found = figure_code(data["name"])
        return data if found is None else {**data, "code": found[0], "numbers": found[1]}


class FoldOut(Wire):
    """One fold, from 1: the threshold was chosen on the others."""

    fold: int
    accuracy: float
    threshold: float


class CurveOut(Wire):
    """A curve: ``roc`` (TAR against FAR), ``cmc``, ``dir`` (DIR against FPIR), ``distractors``.

    ``low`` and ``high`` are the band, null where there is none.
    """

    kind: Literal["roc", "cmc", "dir", "distractors"]
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    supported: tuple[bool, ...]

    @field_serializer("x", "y", "low", "high")
    def _finite(self, values: tuple[float | None, ...]) -> list[Any]:
        return [
            None if value is None or value != value else float(f"{value:.8g}") for value in values
        ]


class PartOut(Wire):
    """Figures of one kind, with what was compared."""

    kind: PartKind
    name: str
    counts: dict[str, int]
    figures: tuple[FigureOut, ...]
    folds: tuple[FoldOut, ...] = ()
    curves: tuple[CurveOut, ...] = ()
    notes: tuple[str, ...] = ()


class MeasuredOut(Wire):
    """One bundle under one protocol.

    ``missing`` names photographs without a face, which count by the protocol's rule; ``left_out``
    those that do not count.
    """

    protocol: str
    title: str
    bundle: str
    conditions: dict[str, Condition]
    photos: int
    faces_found: int
    missing: tuple[str, ...]
    left_out: tuple[ErrorOut, ...] = ()
    parts: tuple[PartOut, ...]


class EvaluateOut(Wire):
    """Answer of ``evaluate``: every bundle under the same protocol.

    ``leakage`` is null where there was nothing to compare.
    """

    schema_name: Literal["facemetric.evaluate/1"] = schema("facemetric.evaluate/1")
    version: str
    leakage: LeakageOut | None = None
    measured: tuple[MeasuredOut, ...]
