"""Labeled Faces in the Wild, view 2: ten folds, the threshold chosen on the other nine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from facemetric.datasets import LfwPairs
from facemetric.errors import InputError
from facemetric.evaluation.metrics import TarAtFar, kfold_accuracy, roc, tar_at_far
from facemetric.types import Float32, Float64, check_embeddings

Embed: TypeAlias = Callable[[Sequence[Path]], tuple[Float32, NDArray[np.bool_]]]
"""Paths to unit embeddings ``float32 (N, D)`` and ``bool (N,)``: whether a face was found."""

PROTOCOL = "LFW view 2, 10-fold, unrestricted with labelled outside data"


@dataclass(frozen=True, eq=False)
class LfwResult:
    """What was measured.

    Attributes
    ----------
    accuracy
        Mean over the folds, in [0, 1].
    accuracy_std
        Standard deviation over the folds (``F - 1``).
    standard_error
        Of the mean: what papers print behind ±.
    fold_accuracies, fold_thresholds
        ``float64 (F,)``.
    images
        Photographs in the pairs.
    faces_found
        Photographs in which the detector found a face.
    missing
        The others: their embedding comes from a box in the centre, and they count.
    operating_points
        True-accept rates at wanted false-accept rates, each with its conditions.
    area, equal_error_rate
        Of the curve over all pairs.
    similarities
        ``float64 (P,)``: cosine of every pair.
    """

    accuracy: float
    accuracy_std: float
    standard_error: float
    fold_accuracies: Float64
    fold_thresholds: Float64
    images: int
    faces_found: int
    missing: tuple[Path, ...]
    operating_points: tuple[TarAtFar, ...]
    area: float
    equal_error_rate: float
    similarities: Float64 = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; the similarities are left out."""
        return {
            "protocol": PROTOCOL,
            "accuracy": self.accuracy,
            "accuracy_std": self.accuracy_std,
            "accuracy_standard_error": self.standard_error,
            "folds": [
                {"fold": number + 1, "accuracy": float(accuracy), "threshold": float(threshold)}
                for number, (accuracy, threshold) in enumerate(
                    zip(self.fold_accuracies, self.fold_thresholds, strict=True)
                )
            ],
            "pairs": len(self.similarities),
            "images": self.images,
            "faces_found": self.faces_found,
            "missing": [f"{path.parent.name}/{path.name}" for path in self.missing],
            "tar_at_far": [
                {
                    "far": point.far,
                    "far_measured": point.far_measured,
                    "tar": point.tar,
                    "threshold": point.threshold,
                    "impostor_pairs": point.impostor_pairs,
                    "genuine_pairs": point.genuine_pairs,
                    "supported": point.supported,
                    "note": point.note,
                }
                for point in self.operating_points
            ],
            "roc_area": self.area,
            "equal_error_rate": self.equal_error_rate,
        }


def evaluate_lfw(
    pairs: LfwPairs, embed: Embed, *, fars: Sequence[float] = (1e-1, 1e-2, 1e-3)
) -> LfwResult:
    """Measure verification on LFW.

    Parameters
    ----------
    pairs
        From `facemetric.datasets.read_lfw_pairs`.
    embed
        Called once, with every photograph of the pairs (see `Embed`). It decides what stands for a
        photograph without a face; such photographs are counted and named, never left out.
    fars
        False-accept rates at which to report the true-accept rate over all pairs.

    Raises
    ------
    InputError
        ``embed`` returns something else than one unit vector a photograph.
    """
    vectors, found = embed(pairs.paths)
    vectors, found = np.asarray(vectors), np.asarray(found)
    check_embeddings(vectors, name="embed's vectors")
    wanted = len(pairs.paths)
    if len(vectors) != wanted or found.shape != (wanted,) or found.dtype != np.bool_:
        raise InputError(
            f"expected {wanted} rows and bool ({wanted},), got {len(vectors)} and "
            f"{found.dtype} {found.shape}",
            item="embed",
        )
    lengths = np.linalg.norm(vectors, axis=1)
    if np.abs(lengths - 1).max(initial=0) > 1e-3:
        row = int(np.abs(lengths - 1).argmax())
        raise InputError(
            f"expected unit length, got {lengths[row]:.4g}", item=f"embed: {pairs.paths[row]}"
        )
    first, second = vectors[pairs.pairs[:, 0]], vectors[pairs.pairs[:, 1]]
    similarities = np.einsum("pd,pd->p", first, second, dtype=np.float64)
    folds = kfold_accuracy(similarities, pairs.same, pairs.fold)
    curve = roc(similarities, pairs.same)
    return LfwResult(
        accuracy=folds.mean,
        accuracy_std=folds.deviation,
        standard_error=folds.standard_error,
        fold_accuracies=folds.accuracies,
        fold_thresholds=folds.thresholds,
        images=wanted,
        faces_found=int(found.sum()),
        missing=tuple(pairs.paths[row] for row in np.flatnonzero(~found)),
        operating_points=tuple(tar_at_far(similarities, pairs.same, far) for far in fars),
        area=curve.area,
        equal_error_rate=curve.equal_error_rate,
        similarities=similarities,
    )
