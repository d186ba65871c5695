"""The similarity transform that brings landmarks onto a template, for many faces at once."""

from __future__ import annotations

import numpy as np

from facemetric.errors import InputError
from facemetric.types import AnyArray, Float64

# Below this share of the coordinates' size, what is left of a spread is rounding.
_ROUNDING = 1e-6
# A fit that keeps less than this share of the template's spread found no common shape.
_LEAST_FIT = 1e-3


def fit_similarity(
    source_points: AnyArray, target_points: AnyArray, *, name: str = "source_points"
) -> Float64:
    """Fit rotation, uniform scale and shift in the least-squares sense, without reflection.

    Parameters
    ----------
    source_points
        ``(N, P, 2)``: N sets of at least two points, in any unit.
    target_points
        ``(P, 2)``: where they shall go.
    name
        How errors call the sets: set 3 becomes ``"source_points[3]"``.

    Returns
    -------
    matrices
        ``float64 (N, 2, 3)``: ``target = matrix[:, :2] @ source + matrix[:, 2]``.

    Raises
    ------
    InputError
        A shape is wrong, a value is not finite, the points of a set coincide, or no similarity
        relates them to the target (as for points in another order).

    Notes
    -----
    Umeyama, "Least-squares estimation of transformation parameters between two point patterns"
    (PAMI 1991), eq. 40-42. In the plane, with points as complex numbers about their means, his
    solution is the regression ``a = sum(conj(z) w) / sum(|z|^2)``: ``|a|`` is the scale, its
    angle the rotation, and a reflection cannot come out.
    """
    source = np.asarray(source_points, dtype=np.float64)
    target = np.asarray(target_points, dtype=np.float64)
    if target.ndim != 2 or target.shape[1] != 2 or len(target) < 2:
        raise InputError(f"expected (P, 2) with P >= 2, got {target.shape}", item="target_points")
    if source.ndim != 3 or source.shape[1:] != target.shape:
        wanted = f"(N, {len(target)}, 2)"
        raise InputError(f"expected {wanted}, got {source.shape}", item=name)
    if not np.isfinite(target).all():
        raise InputError("not finite", item="target_points")
    _refuse(~np.isfinite(source).all(axis=(1, 2)), name, "the landmarks are not finite")

    source_mean = source.mean(axis=1)
    target_mean = target.mean(axis=0)
    z = _complex(source - source_mean[:, None])
    w = _complex(target - target_mean)
    spread = (np.abs(z) ** 2).sum(axis=1)
    target_spread = (np.abs(w) ** 2).sum()
    largest = np.abs(source).max(axis=(1, 2), initial=0.0)
    _refuse(np.sqrt(spread) <= _ROUNDING * largest, name, "the landmarks coincide")

    a = (z.conj() * w).sum(axis=1) / spread
    kept = np.abs(a) * np.sqrt(spread)
    _refuse(
        kept <= _LEAST_FIT * np.sqrt(target_spread),
        name,
        "the landmarks do not have the shape of the template",
    )
    matrices = np.empty((len(source), 2, 3))
    matrices[:, 0, 0] = matrices[:, 1, 1] = a.real
    matrices[:, 1, 0] = a.imag
    matrices[:, 0, 1] = -a.imag
    matrices[:, :, 2] = target_mean - np.einsum("nij,nj->ni", matrices[:, :, :2], source_mean)
    return matrices


def _complex(points: Float64) -> AnyArray:
    result: AnyArray = points[..., 0] + 1j * points[..., 1]
    return result


def _refuse(bad: AnyArray | np.bool, name: str, cause: str) -> None:
    if np.any(bad):
        raise InputError(
            cause,
            item=f"{name}[{int(np.flatnonzero(bad)[0])}]",
            fix="Expected eye, eye, nose, mouth corner, mouth corner, from the image's left",
        )
