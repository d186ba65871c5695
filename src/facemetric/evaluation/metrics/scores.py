"""The check that every metric makes of its scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from facemetric.errors import InputError
from facemetric.types import AnyArray, Float64


def check_scores(scores: AnyArray, same: AnyArray) -> tuple[Float64, NDArray[np.bool_]]:
    """Return scores as ``float64 (P,)`` and labels as ``bool (P,)``.

    Raises
    ------
    InputError
        They are not two vectors of one length, a score is not finite, or a kind of pair is absent.
    """
    values, labels = np.asarray(scores), np.asarray(same)
    if values.ndim != 1 or labels.shape != values.shape or labels.dtype != np.bool_:
        raise InputError(
            f"expected scores (P,) and bool (P,), got {values.shape} and "
            f"{labels.dtype} {labels.shape}",
            item="scores, same",
        )
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        raise InputError(f"not finite in row {row}", item="scores")
    if labels.all() or not labels.any():
        raise InputError("expected both genuine and impostor pairs, got one kind", item="same")
    return values.astype(np.float64), labels
