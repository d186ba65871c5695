"""Passes over the rows of large matrices, in blocks whose temporaries stay small."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

# Numbers in a block: 32 MB of float32. Smaller ones gain little, and on a busy machine each
# parallel operation may wait for a thread that is not running.
_BLOCK = 1 << 23


def row_blocks(matrix: Tensor) -> Iterator[slice]:
    """Yield the rows of ``(N, C)`` in blocks; all at once where it is not on the CPU."""
    rows, columns = matrix.shape
    size = rows if matrix.device.type != "cpu" else max(1, _BLOCK // max(columns, 1))
    for start in range(0, rows, max(size, 1)):
        yield slice(start, min(start + size, rows))


def inverse_norms(centres: Tensor) -> Tensor:
    """Return 1 / norm of each row ``(C,)``; 0 for a row of zeros, which has no direction."""
    norms = torch.linalg.vector_norm(centres, dim=1)
    # A reciprocal would overflow below 1e-38; shorter rows count as zero.
    return torch.where(norms > torch.finfo(norms.dtype).tiny * 4, norms, torch.inf).reciprocal_()


def project_(grad: Tensor, centres: Tensor, inverse: Tensor) -> Tensor:
    """Take from each row of a gradient, in place, its part along the centre of that row.

    With ``grad`` that by the unit row, times ``1 / norm``, the result is the gradient by the row:
    ``(g - (g . u) u) / norm``.
    """
    for rows in row_blocks(grad):
        block, along = grad[rows], centres[rows]
        share = (block * along).sum(1).mul_(inverse[rows]).mul_(inverse[rows])
        block.addcmul_(along, share[:, None], value=-1)
    return grad
