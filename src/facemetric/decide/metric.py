"""Named metrics between embeddings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from facemetric.errors import InputError
from facemetric.registry import Registry
from facemetric.types import AnyArray, Float64, check_embeddings

# Differences are held for this many numbers at a time (32 MB).
_CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class Metric:
    """A similarity or a distance of pairs of embeddings.

    Attributes
    ----------
    name
        Its name in ``METRICS``.
    higher_is_same
        Whether a larger value means more alike (a similarity).
    measure
        Two ``float64`` arrays ``(N, D)`` and ``(M, D)`` to values ``(N, M)``.
    """

    name: str
    higher_is_same: bool
    measure: Callable[[Float64, Float64], Float64]

    def pairwise(self, a: AnyArray, b: AnyArray) -> Float64:
        """Measure every row of ``a`` ``(N, D)`` against every row of ``b`` ``(M, D)``.

        Returns
        -------
        values
            ``float64 (N, M)``.

        Raises
        ------
        InputError
            A shape or a value is wrong; for the cosine, also where a row is zero.
        """
        a, b = np.asarray(a), np.asarray(b)
        check_embeddings(a, name="a")
        check_embeddings(b, name="b", dim=a.shape[1])
        return self.measure(a.astype(np.float64), b.astype(np.float64))


def lp(p: float) -> Metric:
    """Make the Minkowski distance ``(sum |a - b|^p)^(1/p)``, p at least 1.

    Raises
    ------
    InputError
        ``p`` is below 1 (the triangle inequality fails) or not finite.
    """
    if not 1 <= p < np.inf:
        raise InputError(f"expected a finite number of at least 1, got {p}", item="p")

    def measure(a: Float64, b: Float64) -> Float64:
        return _over_differences(a, b, lambda d: (d**p).sum(axis=2) ** (1 / p))

    return Metric("lp", False, measure)


def _cosine(a: Float64, b: Float64) -> Float64:
    units = []
    for name, values in (("a", a), ("b", b)):
        norms = np.linalg.norm(values, axis=1, keepdims=True)
        if (norms == 0).any():
            raise InputError(f"row {int(norms.argmin())} is zero and has no direction", item=name)
        units.append(values / norms)
    result: Float64 = np.clip(units[0] @ units[1].T, -1.0, 1.0)
    return result


def _squared_l2(a: Float64, b: Float64) -> Float64:
    squares = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)
    # Rounding can leave a little less than nothing.
    result: Float64 = np.maximum(squares - 2 * (a @ b.T), 0.0)
    return result


def _over_differences(a: Float64, b: Float64, reduce: Callable[[Float64], Float64]) -> Float64:
    result = np.empty((len(a), len(b)))
    step = max(1, _CHUNK // max(1, b.size))
    for start in range(0, len(a), step):
        rows = slice(start, start + step)
        result[rows] = reduce(np.abs(a[rows, None] - b[None]))
    return result


METRICS: Registry[Metric] = Registry("metric")
"""Metrics by name. ``"lp"`` is ``lp(3)``; call ``lp`` for another power."""

METRICS.add("cosine", Metric("cosine", True, _cosine))
METRICS.add("squared-l2", Metric("squared-l2", False, _squared_l2))
METRICS.add("l2", Metric("l2", False, lambda a, b: np.sqrt(_squared_l2(a, b))))
METRICS.add(
    "l1", Metric("l1", False, lambda a, b: _over_differences(a, b, lambda d: d.sum(axis=2)))
)
METRICS.add("lp", lp(3.0))
METRICS.add(
    "chebyshev",
    Metric("chebyshev", False, lambda a, b: _over_differences(a, b, lambda d: d.max(axis=2))),
)
