"""Chips to network input, exactly as the manifest says."""

from __future__ import annotations

import math

import numpy as np

from facemetric.bundle.manifest import Input
from facemetric.errors import InputError
from facemetric.types import Float32, UInt8


def preprocess(chips: UInt8, spec: Input) -> Float32:
    """Turn RGB chips into what the network takes.

    Parameters
    ----------
    chips
        ``uint8 (N, H, W, 3)`` RGB, of the size that ``spec`` names.
    spec
        The manifest's ``input``.

    Returns
    -------
    numpy.ndarray
        Contiguous ``float32 (N, 3, H, W)``, or ``(N, H, W, 3)`` where the layout is ``"nhwc"``.

    Raises
    ------
    InputError
        The chips have another type or shape.
    """
    wanted = (spec.height_px, spec.width_px, 3)
    if chips.dtype != np.uint8 or chips.ndim != 4 or chips.shape[1:] != wanted:
        raise InputError(
            f"expected uint8 (N, {spec.height_px}, {spec.width_px}, 3), "
            f"got {chips.dtype} {chips.shape}",
            item="chips",
            fix="Cut them with align_faces and the bundle's template",
        )
    pixels = chips[..., ::-1] if spec.colour == "bgr" else chips
    shape: tuple[int, ...] = (1, 1, 1, 3)
    if spec.layout == "nchw":
        pixels, shape = pixels.transpose(0, 3, 1, 2), (1, 3, 1, 1)
    values = np.empty(pixels.shape, np.float32)
    values[...] = pixels
    if spec.whiten:
        _whiten(values, math.prod(wanted))
    if any(spec.mean):
        values -= np.array(spec.mean, np.float32).reshape(shape)
    if spec.scale != (1.0, 1.0, 1.0):
        values /= np.array(spec.scale, np.float32).reshape(shape)
    return values


def _whiten(values: Float32, count: int) -> None:
    """Bring each chip to zero mean and unit deviation, in place (FaceNet's ``prewhiten``)."""
    axes = (1, 2, 3)
    values -= values.mean(axis=axes, keepdims=True, dtype=np.float64).astype(np.float32)
    squares = np.square(values, dtype=np.float64).mean(axis=axes, keepdims=True)
    deviation = np.maximum(np.sqrt(squares), 1.0 / math.sqrt(count))
    values /= deviation.astype(np.float32)
