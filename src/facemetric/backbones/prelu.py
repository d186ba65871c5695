"""PReLU with a backward pass that is quick on a CPU.

K. He et al., "Delving Deep into Rectifiers" (2015), eq. 1: x where it is positive, a·x elsewhere,
one slope a for each channel.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class PReLU(nn.PReLU):
    """`torch.nn.PReLU` with one slope per channel, starting at 0.25.

    The values and gradients are the same. On a CPU, torch's own backward pass took a third of a
    training step: it does not use vector instructions.

    Parameters
    ----------
    channels
        Length of the inputs' dimension 1.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return ``inputs (N, channels, ...)`` rectified, in the same memory format."""
        plain = inputs.device.type != "cpu" or not torch.is_grad_enabled()
        # A compiler makes its own kernel of the plain form.
        if plain or torch.compiler.is_compiling():
            return super().forward(inputs)
        return _Rectify.apply(inputs, self.weight)


class _Rectify(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, inputs: Tensor, slopes: Tensor) -> Tensor:
        ctx.save_for_backward(inputs, slopes)
        return torch.prelu(inputs, slopes.to(inputs.dtype))

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        inputs, slopes = ctx.saved_tensors
        column = slopes.to(inputs.dtype).view(-1, *[1] * (inputs.ndim - 2))
        above = torch.ops.aten.threshold_backward(gradient, inputs, 0)
        below = gradient - above
        others = [axis for axis in range(inputs.ndim) if axis != 1]
        return (
            torch.addcmul(above, below, column),
            (below * inputs).sum(others, dtype=torch.promote_types(slopes.dtype, torch.float32)),
        )
