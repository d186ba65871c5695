"""Some rows of a tensor, with a gradient that holds no others."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def take_rows(tensor: Tensor, rows: Tensor) -> Tensor:
    """Return rows of a tensor; its gradient is sparse, over those rows.

    Parameters
    ----------
    tensor
        ``(n, ...)``.
    rows
        int64 ``(k,)``, rising, each once.
    """
    taken: Tensor = _TakeRows.apply(tensor, rows)
    return taken


class _TakeRows(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, tensor: Tensor, rows: Tensor) -> Tensor:
        ctx.save_for_backward(rows)
        ctx.shape = tensor.shape
        return tensor.index_select(0, rows)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (rows,) = ctx.saved_tensors
        if gradient.is_sparse:
            gradient = gradient.to_dense()
        whole = torch.sparse_coo_tensor(
            rows[None], gradient, ctx.shape, check_invariants=False, is_coalesced=True
        )
        return whole, None
