"""cos(theta + m) from cos(theta), monotone and with bounded gradients."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from facemetric.errors import InputError


def shifted_cosine(cosines: Tensor, margin_rad: Tensor | float) -> Tensor:
    """Return ``cos(theta + m)`` for ``theta = arccos(cosines)``, falling all the way to pi.

    - ``cos(theta) cos(m) - sin(theta) sin(m)`` where ``theta + m`` is in [0, pi]; no arccos.
    - Beyond pi, where the cosine would rise again, the straight line ``cos(theta) - 1 + cos(m)``
      goes on from -1 without a step. Public code of ArcFace (and pytorch-metric-learning) uses
      ``cos(theta) - m sin(m)``, a parallel line with a step at ``theta = pi - m``: the same
      gradient of the target, another value.
    - Below 0 (a negative margin, AdaFace's) it stays at 1.

    ``sin(theta)`` is held at 1e-3 or more in float32 (2^-26 in float64), so that the slope, which
    has no limit at cosines of 1 and -1, stays finite there. A margin of 0 gives the cosines.

    Parameters
    ----------
    cosines
        Floating, in [-1, 1] up to rounding.
    margin_rad
        In [-pi/2, pi/2]: a number, or a tensor of the same shape.
    """
    if isinstance(margin_rad, Tensor):
        cosine_of_margin, sine_of_margin = margin_rad.cos(), margin_rad.sin()
    else:
        margin_rad = torch.as_tensor(margin_rad, dtype=torch.float64, device="cpu")
        cosine_of_margin, sine_of_margin = margin_rad.cos().item(), margin_rad.sin().item()
    smallest = 8 * torch.finfo(cosines.dtype).eps
    sines = (1 - cosines * cosines).clamp(min=smallest).sqrt()
    shifted = cosines * cosine_of_margin - sines * sine_of_margin
    beyond = (cosines < -cosine_of_margin) & (margin_rad > 0)
    below = (cosines > cosine_of_margin) & (margin_rad < 0)
    shifted = torch.where(beyond, cosines - 1 + cosine_of_margin, shifted)
    return torch.where(below, 1.0, shifted)


def check_angle(margin_rad: float, *, item: str = "margin_rad") -> float:
    """Return the margin; InputError where it is not in [0, pi/2]."""
    if not 0 <= margin_rad <= math.pi / 2:
        fix = f"{margin_rad} degrees are {math.radians(margin_rad):.3f}"
        raise InputError(f"expected radians in [0, pi/2], got {margin_rad}", item=item, fix=fix)
    return float(margin_rad)


def check_positive(value: float, *, item: str) -> float:
    """Return the value; InputError where it is not a positive finite number."""
    if not 0 < value < math.inf:
        raise InputError(f"expected a positive number, got {value}", item=item)
    return float(value)
