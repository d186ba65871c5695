"""Findings by picture: identical files and altered copies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemetric.evaluation.leakage.by_face import Side
from facemetric.evaluation.leakage.finding import Check, Finding, Leakage
from facemetric.evaluation.leakage.pictures import SamePictures, same_pictures
from facemetric.evaluation.leakage.places import TASK, TRAINING, fold_name
from facemetric.evaluation.leakage.thumbnails import Thumbnails
from facemetric.types import AnyArray, Float32

Known = NDArray[np.int64]
"""``int64 (K, 2)``: pairs of rows that were found to be one picture."""


def pictures_of_folds(
    pictures: Thumbnails, folds: AnyArray, side: Side, *, least: float | None
) -> tuple[Leakage, Known]:
    """Find pictures that stand in two folds; ``least`` is the ``stranger_similarity``."""
    pairs = same_pictures(pictures, groups=folds)
    alike = _face_similarities(pairs.rows, side, side)
    places = [
        (fold_name(int(folds[first])), fold_name(int(folds[second])))
        for first, second in pairs.rows
    ]
    what = f"{int(pictures.readable.sum()):,} photographs"
    return _told(pairs, alike, places, (pictures.names, pictures.names), what, least=least)


def pictures_of_training(
    pictures: Thumbnails,
    training_pictures: Thumbnails,
    side: Side,
    training: Side,
    *,
    least: float | None,
) -> tuple[Leakage, Known]:
    """Find pictures of the task in the training data; ``least`` as in `pictures_of_folds`."""
    pairs = same_pictures(pictures, training_pictures)
    alike = _face_similarities(pairs.rows, side, training)
    what = (
        f"{int(pictures.readable.sum()):,} photographs with "
        f"{int(training_pictures.readable.sum()):,} training photographs"
    )
    names = (pictures.names, training_pictures.names)
    return _told(pairs, alike, [(TASK, TRAINING)] * len(pairs), names, what, least=least)


def _told(
    pairs: SamePictures,
    alike: Float32,
    places: list[tuple[str, str]],
    names: tuple[tuple[str, ...], tuple[str, ...]],
    what: str,
    *,
    least: float | None,
) -> tuple[Leakage, Known]:
    # NaN where a face is missing: such a pair is kept.
    chance = np.zeros(len(pairs), np.bool_)
    if least is not None:
        chance = ~pairs.identical & (alike < least)
    kept = np.flatnonzero(~chance)
    findings = [
        Finding(
            kind="file" if pairs.identical[row] else "picture",
            where=places[row],
            first=names[0][pairs.rows[row, 0]],
            second=names[1][pairs.rows[row, 1]],
            score=round(float(pairs.correlations[row]), 4),
            face_similarity=None if np.isnan(alike[row]) else round(float(alike[row]), 4),
            note="mirrored" if pairs.mirrored[row] else "",
        )
        for row in kept
    ]
    findings.sort(key=lambda item: item.kind)  # stable: files first
    files = sum(finding.kind == "file" for finding in findings)
    dropped = int(chance.sum())
    aside = f" ({dropped:,} likenesses of different faces left out)" if dropped else ""
    besides = " beside those" if files else ""
    checks = (
        Check("file", f"{what} by the bytes of their files", files),
        Check("picture", f"{what} by how they look{besides}{aside}", len(findings) - files),
    )
    return Leakage(checks, tuple(findings)), pairs.rows[kept]


def _face_similarities(rows: NDArray[np.int64], first: Side, second: Side) -> Float32:
    """Return the cosine of each pair's faces, NaN where one is missing."""
    alike = np.full(len(rows), np.nan, np.float32)
    if first.vectors is None or second.vectors is None:
        return alike
    both = first.found[rows[:, 0]] & second.found[rows[:, 1]]
    a, b = first.vectors[rows[both, 0]], second.vectors[rows[both, 1]]
    alike[both] = np.einsum("kd,kd->k", a, b)
    return alike
