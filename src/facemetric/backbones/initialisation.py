"""How weights start."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

PRELU_START = 0.25


class Closing(nn.Sequential):
    """The last layers of a residual branch: their last scale starts at zero.

    A block then starts as the identity (P. Goyal et al. 2017, section 5.1); without
    normalisation the convolution itself starts at zero (H. Zhang et al., "Fixup", 2019).
    """


def initialise(network: nn.Module, *, generator: torch.Generator | None = None) -> None:
    """Fill the convolutions and dense layers of ``network`` anew.

    Weights are normal with He's variance, 2 / ((1 + a²) fan-in), a = 0.25 for the slope of a
    PReLU (K. He et al., "Delving Deep into Rectifiers", 2015, eq. 15), biases zero. A dense layer
    with no rectifier after it has the variance 1 / fan-in.

    Parameters
    ----------
    network
        Changed in place.
    generator
        Source of randomness on the weights' device; None is torch's own.
    """
    slope = PRELU_START if any(isinstance(one, nn.PReLU) for one in network.modules()) else 0.0
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            # Fan-in counts a depthwise convolution's taps rightly; fan-out does not.
            nn.init.kaiming_normal_(module.weight, a=slope, generator=generator)
        elif isinstance(module, nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="linear", generator=generator)
        elif hasattr(module, "start"):  # parameters of the module's own
            module.start(generator)
        if isinstance(module, nn.Conv2d | nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)
    for module in network.modules():
        if isinstance(module, Closing):
            last: Any = module[-1]
            nn.init.zeros_(last.weight)
