"""Embeddings are unit vectors: checked where they come in."""

from __future__ import annotations

import numpy as np

from facemetric.errors import InputError
from facemetric.types import AnyArray, Float64, check_embeddings

# float32 and one-byte codes stay well inside; raw network outputs do not.
_UNIT_TOLERANCE = 1e-2


def unit_rows(values: AnyArray, *, name: str, dim: int | None = None) -> Float64:
    """Check that rows are unit vectors, and take out what rounding left of their norms.

    Parameters
    ----------
    values
        ``float (N, D)``, norms within 0.01 of 1.
    name
        How errors call them.
    dim
        The wanted D, where it is known.

    Returns
    -------
    units
        ``float64 (N, D)``.

    Raises
    ------
    InputError
        The shape is wrong, a value is not finite, or a norm is not 1.
    """
    check_embeddings(values, name=name, dim=dim)
    values = values.astype(np.float64)
    norms = np.linalg.norm(values, axis=1)
    wrong = np.flatnonzero(np.abs(norms - 1) > _UNIT_TOLERANCE)
    if wrong.size:
        row = int(wrong[0])
        raise InputError(
            f"expected unit vectors, got norm {norms[row]:.3g} in row {row}",
            item=name,
            fix="Embedder.embed gives unit vectors; divide others by their norm",
        )
    result: Float64 = values / norms[:, None]
    return result
