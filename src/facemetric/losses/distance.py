"""Squared distances on the unit sphere, as every tuple loss takes them."""

from __future__ import annotations

import torch
from torch import Tensor

from facemetric.losses.unit import unit_rows


def unit_embeddings(embeddings: Tensor) -> Tensor:
    """Return the rows at unit length, in float32 at least; a row of zeros stays zero.

    Parameters
    ----------
    embeddings
        Float ``(N, D)`` of any precision.
    """
    wide = embeddings if embeddings.dtype == torch.float64 else embeddings.float()
    return unit_rows(wide)[0]


def squared_distances(embeddings: Tensor, others: Tensor | None = None) -> Tensor:
    """Return the squared distances of the unit rows: ``2 - 2 cos``, smooth everywhere.

    In float32 at least, also under autocast. Rounding can leave a distance of 0 at about -1e-7.

    Parameters
    ----------
    embeddings
        Float ``(N, D)``, raw.
    others
        Float ``(M, D)``, raw; the embeddings themselves where left out.

    Returns
    -------
    Float ``(N, M)`` in [0, 4].
    """
    with torch.autocast(embeddings.device.type, enabled=False):
        rows = unit_embeddings(embeddings)
        columns = rows if others is None else unit_embeddings(others)
        return 2.0 - 2.0 * rows @ columns.T
