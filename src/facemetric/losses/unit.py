"""Rows of unit length, and the lengths they had."""

from __future__ import annotations

import torch
from torch import Tensor


def unit_rows(vectors: Tensor) -> tuple[Tensor, Tensor]:
    """Divide every row by its L2 norm; return the unit rows and the norms.

    A row of zeros has no direction: it stays zero, and no gradient reaches it. The backward pass
    keeps only the result and needs two temporaries of its size,

    ``d vectors = (g - (g . u) u) / norm + h u``

    for the gradients ``g`` of the unit rows ``u`` and ``h`` of the norms.

    Parameters
    ----------
    vectors
        Floating ``(N, D)``.

    Returns
    -------
    unit, norms
        ``(N, D)`` and ``(N,)``.
    """
    unit, norms = _UnitRows.apply(vectors)
    return unit, norms


class _UnitRows(torch.autograd.Function):
    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, vectors: Tensor) -> tuple[Tensor, Tensor]:
        norms = torch.linalg.vector_norm(vectors, dim=1)
        # A reciprocal would overflow below 1e-38; shorter rows count as zero.
        inverse = torch.where(norms > torch.finfo(norms.dtype).tiny * 4, norms, torch.inf)
        inverse = inverse.reciprocal_()
        unit = vectors * inverse[:, None]
        ctx.save_for_backward(unit, inverse)
        return unit, norms

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, grad_unit: Tensor, grad_norms: Tensor
    ) -> Tensor:
        unit, inverse = ctx.saved_tensors
        along = grad_norms - torch.linalg.vecdot(grad_unit, unit) * inverse
        return (grad_unit * inverse[:, None]).addcmul_(unit, along[:, None])
