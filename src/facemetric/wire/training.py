"""Training as JSON: the answers of ``train`` and ``sweep``."""

from __future__ import annotations

from typing import Any, Literal

from facemetric.wire.faces import Wire, schema


class TrainOut(Wire):
    """Answer of ``train``.

    ``complete`` is false where the run was stopped on request, or only checked; ``step`` and
    ``epoch`` are done; ``figures`` are those of the last evaluation; ``recipe`` has every default.
    """

    schema_name: Literal["facemetric.train/1"] = schema("facemetric.train/1")
    version: str
    folder: str
    complete: bool
    step: int
    epoch: int
    figures: dict[str, float]
    recipe: dict[str, Any]


class SweptRunOut(Wire):
    """One run of a sweep; ``failure`` says why it did not reach its end."""

    variant: str
    seed: int
    seconds: float
    figures: dict[str, float]
    failure: str | None


class SweepOut(Wire):
    """Answer of ``sweep``: every run that there is, by seed and then in the order of the file."""

    schema_name: Literal["facemetric.sweep/1"] = schema("facemetric.sweep/1")
    version: str
    title: str
    folder: str
    runs: tuple[SweptRunOut, ...]
