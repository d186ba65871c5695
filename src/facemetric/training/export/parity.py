"""Whether an exported graph computes what was trained."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from facemetric.bundle import Network, preprocess
from facemetric.errors import InputError
from facemetric.training.export.graph import evaluated
from facemetric.types import Float64, UInt8

TOLERANCE = 1e-4
_AT_ONCE = 32


def unit_difference(network: nn.Module, graph: Network, chips: UInt8) -> float:
    """Return the largest difference between a value of torch's and of the graph's embeddings.

    Both at unit length, so that the figure does not depend on how long a network's embeddings are.

    Parameters
    ----------
    network
        As it was trained.
    graph
        The bundle's network: its preprocessing is part of what is compared.
    chips
        ``uint8 (N, H, W, 3)`` RGB, real ones if at hand: noise drives networks where no face does.

    Raises
    ------
    InputError
        There are no chips.
    """
    if not len(chips):
        raise InputError("expected at least one chip, got none", item="chips")
    plain, spec = evaluated(network), graph.bundle.manifest.input
    largest = 0.0
    for start in range(0, len(chips), _AT_ONCE):
        part = chips[start : start + _AT_ONCE]
        with torch.inference_mode():
            wanted = plain(torch.from_numpy(preprocess(part, spec))).numpy()
        came = graph.raw(part)
        largest = max(largest, float(np.abs(_unit(wanted) - _unit(came)).max()))
    return largest


def _unit(raw: np.ndarray) -> Float64:
    values: Float64 = raw.astype(np.float64)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    return values
