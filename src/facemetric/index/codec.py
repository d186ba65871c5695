"""One byte per dimension: 128 bytes for a face of 128 dimensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from facemetric.errors import InputError
from facemetric.types import AnyArray, Float32, UInt8, check_embeddings

if TYPE_CHECKING:
    from facemetric.bundle.manifest import Codes

LEVELS = 256
MIN_FIT_EMBEDDINGS = 100

# The outermost thousandth on either side is where the odd crop lies; 1.8 times the way from the
# median to there is 5.6 standard deviations of a bell curve. Narrower ranges have finer steps but
# clamp, and one clamped value in a dimension with a large mean moves a cosine more than all the
# rounding does.
TAIL_SHARE = 0.001
STRETCH = 1.8


class Codec:
    """Turns unit embeddings into bytes and back, with a range of its own for every dimension.

    ``code = round((x - low) / step)``, clamped to 0 … 255: a value outside
    ``[low, low + 255 step]`` becomes the nearest end of that range. Inside it the error of a
    dimension is at most ``step / 2``. Ranges per dimension matter where embeddings share a large
    mean.

    Parameters
    ----------
    low, step
        ``(D,)``: the value of code 0, and the (positive) distance between codes.

    Raises
    ------
    InputError
        Where the two are not finite vectors of one length with positive steps.

    References
    ----------
    Schroff et al., FaceNet, CVPR 2015, section 5.2: 128 bytes per face lose no accuracy.

    Examples
    --------
    >>> codec = Codec([-1.0, -1.0], [2 / 255, 2 / 255])
    >>> codec.encode(np.array([[0.6, -0.8]], dtype=np.float32))
    array([[204,  26]], dtype=uint8)
    """

    def __init__(self, low: ArrayLike, step: ArrayLike) -> None:
        self.low = _frozen(low)
        self.step = _frozen(step)
        if self.low.ndim != 1 or self.low.shape != self.step.shape or not self.low.size:
            raise InputError(
                f"low and step must be vectors of one length, got {self.low.shape} and "
                f"{self.step.shape}",
                item="codec",
            )
        if not (np.isfinite(self.low).all() and np.isfinite(self.step).all()):
            raise InputError("low and step must be finite", item="codec")
        if not (self.step > 0).all():
            rows = np.flatnonzero(self.step <= 0)[:5].tolist()
            raise InputError(f"step must be positive, is not in dimensions {rows}", item="codec")

    @classmethod
    def fit(cls, embeddings: Float32) -> Codec:
        """Choose every dimension's range from ``(N, D)`` unit embeddings of many people.

        The range reaches from the median 1.8 times as far as the 0.1 % and 99.9 % quantiles on
        either side, so that single odd embeddings do not widen it.

        Raises
        ------
        InputError
            Where there are fewer than 100 embeddings, or they are not finite floats ``(N, D)``.
        """
        check_embeddings(embeddings)
        if len(embeddings) < MIN_FIT_EMBEDDINGS:
            raise InputError(
                f"a codec needs at least {MIN_FIT_EMBEDDINGS} embeddings, got {len(embeddings)}",
                item="embeddings",
                fix="Take faces of many people, or the codes of the bundle's manifest",
            )
        values = embeddings.astype(np.float64)
        bottom, middle, top = np.quantile(values, [TAIL_SHARE, 0.5, 1.0 - TAIL_SHARE], axis=0)
        low = middle - STRETCH * (middle - bottom)
        high = middle + STRETCH * (top - middle)
        # A dimension that never varies still needs a step above zero.
        return cls(low, np.maximum((high - low) / (LEVELS - 1), 1e-6))

    @classmethod
    def of(cls, codes: Codes) -> Codec:
        """Return the codec that a bundle's manifest describes."""
        return cls(codes.low, codes.step)

    def to_codes(self) -> Codes:
        """Return the manifest's form of this codec; ``Codec.of`` gives the same codec back."""
        from facemetric.bundle.manifest import Codes

        return Codes(low=tuple(self.low.tolist()), step=tuple(self.step.tolist()))

    @property
    def dim(self) -> int:
        """Number of dimensions, and so of bytes per embedding."""
        return int(self.low.size)

    def encode(self, embeddings: AnyArray) -> UInt8:
        """Return ``uint8 (N, D)`` codes of float ``(N, D)`` embeddings; values outside are clamped.

        Raises
        ------
        InputError
            Where the embeddings are not finite floats ``(N, D)`` of this codec's ``D``.
        """
        check_embeddings(embeddings, dim=self.dim)
        steps = np.rint((embeddings - self.low) / self.step)
        codes: UInt8 = np.clip(steps, 0, LEVELS - 1).astype(np.uint8)
        return codes

    def decode(self, codes: UInt8) -> Float32:
        """Return ``float32 (N, D)`` embeddings of unit norm for ``uint8 (N, D)`` codes.

        Raises
        ------
        InputError
            Where the codes are not ``uint8 (N, D)`` of this codec's ``D``, or stand for zero.
        """
        if codes.dtype != np.uint8 or codes.ndim != 2 or codes.shape[1] != self.dim:
            raise InputError(
                f"expected uint8 (N, {self.dim}), got {codes.dtype} {codes.shape}", item="codes"
            )
        values: Float32 = (codes * self.step + self.low).astype(np.float32)
        norms: Float32 = np.linalg.norm(values, axis=1, keepdims=True)
        if not norms.all():
            rows = np.flatnonzero(norms[:, 0] == 0)[:5].tolist()
            raise InputError(f"rows {rows} stand for the zero vector", item="codes")
        values /= norms
        return values

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Codec):
            return NotImplemented
        return np.array_equal(self.low, other.low) and np.array_equal(self.step, other.step)

    def __hash__(self) -> int:
        return hash((self.low.tobytes(), self.step.tobytes()))

    def __repr__(self) -> str:
        return f"Codec(dim={self.dim})"


def _frozen(values: ArrayLike) -> np.ndarray[Any, np.dtype[np.float64]]:
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array
