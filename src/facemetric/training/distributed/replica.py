"""A network of which every process holds a copy."""

from __future__ import annotations

import inspect
from typing import Any

from torch import distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from facemetric.training.distributed.ranks import Ranks


def replicated(network: nn.Module, ranks: Ranks) -> nn.Module:
    """Return the network with its gradients summed over the processes; itself for one alone.

    Summed, where DistributedDataParallel by itself takes the mean: with `gather_embeddings` each
    process has the gradient of its own samples, at the size it has in one process. Multiplying
    it first and dividing later would cost float16 some of its range.

    All begin with the first process's weights and buffers. Buffers, such as running statistics,
    are each process's own from then on.

    Parameters
    ----------
    network
        On the device of ``ranks``.
    ranks
        The processes.
    """
    if ranks.group is None:
        return network
    # torch 2.13 renames the option and warns about the old name.
    known = inspect.signature(DistributedDataParallel.__init__).parameters
    name = "forward_sync_buffers" if "forward_sync_buffers" in known else "broadcast_buffers"
    options: dict[str, Any] = {name: False}
    wrapped = DistributedDataParallel(network, process_group=ranks.group, **options)
    # torch compares annotations with classes, and would refuse the function's own, a string.
    wrapped.register_comm_hook(ranks.group, lambda group, bucket: _sum(group, bucket))
    module: nn.Module = wrapped
    return module


def _sum(group: Any, bucket: dist.GradBucket) -> Any:
    work = dist.all_reduce(bucket.buffer(), group=group, async_op=True)
    return work.get_future().then(lambda done: done.value()[0])
