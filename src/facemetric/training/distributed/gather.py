"""The rows of every process, in the order of the global batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch import distributed as dist

from facemetric.errors import InputError
from facemetric.training.distributed.ranks import Ranks


def gather_embeddings(local: Tensor, ranks: Ranks, *, rows: Sequence[int] | None = None) -> Tensor:
    """Return every process's embeddings, differentiably.

    For a loss of the whole batch that every process computes alike, so that each knows the whole
    gradient. Backward takes this process's rows of it, without communication. The sum of what
    follows from it over the processes (`replicated`) is the gradient that one process would have
    computed.

    Parameters
    ----------
    local
        ``(N_local, D)``; processes may hold different numbers of rows.
    ranks
        The processes.
    rows
        Rows of each process where they are known; else they are exchanged first.

    Returns
    -------
    Tensor
        ``(N, D)``, in the order of ranks.
    """
    if ranks.group is None:
        return local
    return _Gather.apply(local, ranks, _checked(local, ranks, rows))


def all_gather(local: Tensor, ranks: Ranks, *, rows: Sequence[int] | None = None) -> Tensor:
    """Return every process's rows, such as labels, without gradient; as `gather_embeddings`."""
    if ranks.group is None:
        return local
    return _gather(local.detach(), ranks, _checked(local, ranks, rows))


def gathered_rows(local: Tensor, ranks: Ranks) -> list[int]:
    """Return how many rows each process holds, in the order of ranks."""
    if ranks.group is None:
        return [len(local)]
    mine = torch.tensor([len(local)], device=local.device)
    every = mine.new_empty(ranks.world)
    dist.all_gather(list(every.split(1)), mine, group=ranks.group)
    return [int(count) for count in every.tolist()]


def _checked(local: Tensor, ranks: Ranks, rows: Sequence[int] | None) -> list[int]:
    if rows is None:
        return gathered_rows(local, ranks)
    if len(rows) != ranks.world or rows[ranks.rank] != len(local):
        raise InputError(
            f"rank {ranks.rank} of {ranks.world} holds {len(local)} rows, got {list(rows)}",
            item="rows",
        )
    return list(rows)


def _gather(local: Tensor, ranks: Ranks, rows: list[int]) -> Tensor:
    # Collectives want equal shapes: shorter slices are padded, and the padding dropped.
    longest = max(rows)
    mine = local.contiguous()
    if len(mine) < longest:
        mine = torch.cat([mine, mine.new_zeros((longest - len(mine), *mine.shape[1:]))])
    every = mine.new_empty((ranks.world * longest, *mine.shape[1:]))
    dist.all_gather(list(every.split(longest)), mine, group=ranks.group)
    if min(rows) == longest:
        return every
    return torch.cat([part[:count] for part, count in zip(every.split(longest), rows, strict=True)])


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, local: Tensor, ranks: Ranks, rows: list[int]) -> Tensor:
        ctx.first = sum(rows[: ranks.rank])
        ctx.count = rows[ranks.rank]
        return _gather(local, ranks, rows)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return gradient.narrow(0, ctx.first, ctx.count), None, None
