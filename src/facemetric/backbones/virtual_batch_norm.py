"""Batch norm over fixed groups of samples, the same however many processes share a batch.

E. Hoffer, I. Hubara, D. Soudry, "Train longer, generalize better" (2017), "ghost" batch norm.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from facemetric.errors import InputError


class VirtualBatchNorm2d(nn.BatchNorm2d):
    """Batch norm that normalises each consecutive group of samples by itself while training.

    The running statistics take one step per call, towards the mean over the groups. That step is
    linear: where ranks hold equal shares of a batch, the mean of their running statistics is what
    one process with the whole batch would have, whenever it is taken
    (`average_running_statistics`).

    Parameters
    ----------
    num_features
        Channels.
    virtual_batch
        Samples in a group.
    **options
        Those of `torch.nn.BatchNorm2d`; its ``momentum`` must be a number.

    Raises
    ------
    InputError
        While training, when the samples are not a whole number of groups.
    """

    def __init__(self, num_features: int, *, virtual_batch: int, **options: Any) -> None:
        super().__init__(num_features, **options)
        self.virtual_batch = _checked(virtual_batch)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return ``inputs (N, C, H, W)`` normalised, in the same memory format."""
        return _forward(self, inputs) if self.training else super().forward(inputs)


class VirtualBatchNorm1d(nn.BatchNorm1d):
    """`VirtualBatchNorm2d` for vectors ``(N, C)``."""

    def __init__(self, num_features: int, *, virtual_batch: int, **options: Any) -> None:
        super().__init__(num_features, **options)
        self.virtual_batch = _checked(virtual_batch)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return ``inputs (N, C)`` normalised."""
        return _forward(self, inputs) if self.training else super().forward(inputs)


def virtual_batch_of(network: nn.Module) -> int:
    """Return how many samples a network's virtual batch norms need together, 1 where it has none.

    A batch is to be split over processes in multiples of this.
    """
    return math.lcm(
        *(
            layer.virtual_batch
            for layer in network.modules()
            if isinstance(layer, VirtualBatchNorm1d | VirtualBatchNorm2d)
        )
    )


def average_running_statistics(network: nn.Module, *, group: Any = None) -> None:
    """Give every rank the mean of the ranks' running statistics; nothing to do with one process.

    Those of plain batch norms too: every rank then measures and saves the same network.

    Call it before evaluating or saving, and turn off other buffer synchronisation
    (``broadcast_buffers=False`` of DistributedDataParallel).

    Parameters
    ----------
    network
        Its batch norms are changed in place.
    group
        Process group; None is the default one.
    """
    layers = [
        layer
        for layer in network.modules()
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d) and layer.running_mean is not None
    ]
    distributed = torch.distributed
    if not layers or not distributed.is_available() or not distributed.is_initialized():
        return
    buffers = [buffer for layer in layers for buffer in (layer.running_mean, layer.running_var)]
    flat = torch.cat(buffers)
    distributed.all_reduce(flat, group=group)
    flat /= distributed.get_world_size(group)
    for buffer, mean in zip(buffers, flat.split([len(one) for one in buffers]), strict=True):
        buffer.copy_(mean)


def _checked(virtual_batch: int) -> int:
    if virtual_batch < 2:
        raise InputError(f"expected at least 2 samples, got {virtual_batch}", item="virtual_batch")
    return virtual_batch


def _forward(layer: Any, inputs: Tensor) -> Tensor:
    count, size = len(inputs), layer.virtual_batch
    if count % size:
        raise InputError(
            f"expected a multiple of {size} samples, got {count}",
            item="virtual_batch",
            fix="Choose a batch for each process that virtual_batch divides",
        )
    # With a momentum of 1, batch_norm leaves a group's own statistics in these rows.
    means = layer.running_mean.new_zeros(count // size, layer.num_features)
    variances = torch.ones_like(means)
    parts = [
        F.batch_norm(part, mean, variance, layer.weight, layer.bias, True, 1.0, layer.eps)
        for part, mean, variance in zip(inputs.split(size), means, variances, strict=True)
    ]
    if layer.track_running_stats:
        with torch.no_grad():
            layer.running_mean.lerp_(means.mean(0), layer.momentum)
            layer.running_var.lerp_(variances.mean(0), layer.momentum)
            if layer.num_batches_tracked is not None:
                layer.num_batches_tracked.add_(1)
    return torch.cat(parts) if len(parts) > 1 else parts[0]
