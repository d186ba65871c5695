"""A network of which every process holds a copy."""

from __future__ import annotations

import inspect
from typing import Any

from torch import nn
from torch.nn.parallel import DistributedDataParallel

from facemetric.training.distributed.ranks import Ranks


def replicated(network: nn.Module, ranks: Ranks) -> nn.Module:
    """Return the network with its gradients averaged over the processes; itself for one alone.

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
    wrapped: nn.Module = DistributedDataParallel(network, process_group=ranks.group, **options)
    return wrapped
