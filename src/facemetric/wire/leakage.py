"""Leakage between folds or with training data, as JSON."""

from __future__ import annotations

from typing import Literal

from facemetric.wire.faces import ErrorOut, Wire

LeakageKind = Literal["person", "file", "picture", "face", "likely person"]


class LeakageCheckOut(Wire):
    """A comparison that was made, and how many pairs it found."""

    kind: LeakageKind
    compared: str
    found: int


class LeakageFindingOut(Wire):
    """A person or picture that is in two places (``where``).

    ``score`` is 1 for names and files, the correlation of the thumbnails for pictures, the cosine
    for faces and people.
    """

    kind: LeakageKind
    where: tuple[str, str]
    first: str
    second: str
    score: float
    face_similarity: float | None = None
    note: str = ""


class LeakageOut(Wire):
    """What the same person or picture in two places says about a figure.

    ``clean`` is true where nothing was found; ``not_checked`` says what that leaves open.
    ``findings`` may be the first of ``findings_total``.
    """

    clean: bool
    checked: tuple[LeakageCheckOut, ...]
    findings_total: int
    findings: tuple[LeakageFindingOut, ...]
    not_checked: tuple[str, ...]
    unreadable: tuple[ErrorOut, ...]
