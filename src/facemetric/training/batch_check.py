"""Whether the batches of a run suit the network."""

from __future__ import annotations

from torch.nn.modules.batchnorm import _BatchNorm

from facemetric.backbones import virtual_batch_of
from facemetric.errors import InputError
from facemetric.samplers import Sampler
from facemetric.training.state import Training


def check_batches(sampler: Sampler, training: Training, *, accumulate: int) -> None:
    """Raise InputError where batch statistics would be those of a single photograph."""
    if not any(isinstance(one, _BatchNorm) for one in training.network.modules()):
        return
    unit = virtual_batch_of(training.network)
    for total in {len(rows) for rows in sampler.batches(0)}:
        parts = training.ranks.shares(total, parts=accumulate, unit=unit)
        if any(one.stop - one.start == 1 for shares in parts for one in shares):
            raise InputError(
                f"a batch of {total} leaves a part of one photograph, which has no batch "
                f"statistics (parts: {len(parts)}, processes: {training.ranks.world})",
                item="sampling",
                fix='Choose another batch size, drop_last = true, or network.norm = "group"',
            )
