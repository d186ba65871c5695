"""Blocks that run one after another, and may forget what they computed until it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


class Blocks(nn.Sequential):
    """A sequence of blocks with optional activation checkpointing.

    Parameters
    ----------
    *blocks
        Modules, each taking and returning one tensor.
    checkpointing
        Keep only the blocks' inputs while training and compute a block again when its gradient is
        needed (T. Chen et al. 2016): less memory, about a third more time, the same gradients and
        running statistics.
    """

    def __init__(self, *blocks: nn.Module, checkpointing: bool = False) -> None:
        super().__init__(*blocks)
        self.checkpointing = checkpointing

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the last block's output."""
        if not (self.checkpointing and self.training and torch.is_grad_enabled()):
            return super().forward(inputs)
        for block in self:
            # A compiler recomputes without side effects, and takes no contexts.
            compiling = torch.compiler.is_compiling()
            contexts = {} if compiling else {"context_fn": partial(_contexts, block)}
            inputs = checkpoint(block, inputs, use_reentrant=False, **contexts)
        return inputs


def _contexts(
    block: nn.Module,
) -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
    return nullcontext(), _without_tracking(block)


@contextmanager
def _without_tracking(block: nn.Module) -> Iterator[None]:
    # The second run of a block must not move the running statistics once more, and must keep the
    # same tensors as the first.
    layers = [one for one in block.modules() if getattr(one, "track_running_stats", False)]
    kept = [(layer, layer.momentum, layer.num_batches_tracked) for layer in layers]
    for layer in layers:
        layer.momentum, layer.num_batches_tracked = 0.0, None
    try:
        yield
    finally:
        for layer, momentum, count in kept:
            layer.momentum, layer.num_batches_tracked = momentum, count
