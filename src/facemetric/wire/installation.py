"""Answers about what is installed: models, presets, the examination and the demo."""

from __future__ import annotations

from typing import Literal

from facemetric.wire.faces import ErrorOut, Wire, schema


class ModelOut(Wire):
    """A model bundle and what may be done with it; ``commercial_use`` null: not stated."""

    id: str
    description: str
    origin: str
    dim: int
    template: str
    licence: str
    commercial_use: bool | None
    training_data: str
    calibrated: bool


class ModelsOut(Wire):
    """Answer of ``export`` and of every ``models`` command but ``presets``."""

    schema_name: Literal["facemetric.models/1"] = schema("facemetric.models/1")
    models: tuple[ModelOut, ...]
    errors: tuple[ErrorOut, ...] = ()


class PresetOut(Wire):
    """A model that can be imported, and what may be done with it."""

    id: str
    format: str
    description: str
    source: str
    licence: str
    commercial_use: bool | None


class PresetsOut(Wire):
    """Answer of ``models presets``."""

    schema_name: Literal["facemetric.presets/1"] = schema("facemetric.presets/1")
    presets: tuple[PresetOut, ...]


class CheckOut(Wire):
    """One line of ``doctor``."""

    name: str
    state: Literal["ok", "warning", "failed"]
    detail: str
    fix: str | None = None


class DoctorOut(Wire):
    """Answer of ``doctor``."""

    schema_name: Literal["facemetric.doctor/1"] = schema("facemetric.doctor/1")
    ok: bool
    checks: tuple[CheckOut, ...]


class DemoOut(Wire):
    """Answer of ``demo``: how many of the answers were right, and where the page is.

    Of the ``identified`` photographs, those in ``identified_checked`` have a known right answer.
    """

    schema_name: Literal["facemetric.demo/1"] = schema("facemetric.demo/1")
    report: str
    photographs: int
    enrolled: int
    identified: int
    identified_checked: int
    identified_right: int
    strangers: int
    strangers_rejected: int
    pairs: int
    pairs_right: int
    groups: int
    seconds: float
    errors: tuple[ErrorOut, ...] = ()


class CacheOut(Wire):
    """Answer of ``cache show`` and ``cache clear``: what evaluations keep, or kept until now."""

    schema_name: Literal["facemetric.cache/1"] = schema("facemetric.cache/1")
    folder: str
    files: int
    size_bytes: int
    cleared: bool
