"""Sensitivity studies as JSON: the answer of ``study``."""

from __future__ import annotations

from typing import Literal

from facemetric.wire.evaluation import MeasuredOut
from facemetric.wire.faces import Wire, schema


class PaperPointOut(Wire):
    """FaceNet's validation rate at FAR 1e-3 at one level, in [0, 1]."""

    level: float
    val: float


class StudyLevelOut(Wire):
    """The evaluation of one bundle at one level."""

    level: float
    measured: MeasuredOut


class StudiedOut(Wire):
    """One bundle: without any change, and at every level, rising."""

    bundle: str
    unchanged: MeasuredOut
    levels: tuple[StudyLevelOut, ...]


class StudyOut(Wire):
    """Answer of ``study``: ``axis`` says what a level is; ``paper`` is empty without a table."""

    schema_name: Literal["facemetric.study/1"] = schema("facemetric.study/1")
    version: str
    study: str
    title: str
    axis: str
    paper: tuple[PaperPointOut, ...]
    paper_note: str
    studied: tuple[StudiedOut, ...]
