"""A margin, embeddings, centres and labels to losses."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from facemetric.losses.class_columns import check_columns
from facemetric.losses.margin import Margin
from facemetric.losses.margin_cross_entropy import (
    at_least_single,
    everywhere,
    margin_cross_entropy,
)
from facemetric.losses.unit import unit_rows


def margin_loss(
    margin: Margin,
    embeddings: Tensor,
    labels: Tensor,
    centres: Tensor,
    *,
    bias: Tensor | None = None,
    group: Any = None,
) -> Tensor:
    """Return every row's loss under ``margin``; the mean of them is the batch's.

    All of it is computed in float32 (or float64) under autocast too. With ``group`` the classes
    are sharded over its ranks as ``margin_cross_entropy`` says: all ranks pass the same rows, the
    losses are the same on all, and each rank's gradient of ``embeddings`` is its part of a sum.

    Parameters
    ----------
    margin
        In training mode its statistics are updated first.
    embeddings
        ``(N, D)``, as the network gives them: not normalised.
    labels
        int64 ``(N,)``: the class's number among ``centres`` (of this rank, -1 where another has
        the class).
    centres
        ``(C * margin.centres_per_class, D)``, the centres of a class one after another.
    bias
        ``(C,)``, where the margin has one.
    group
        A ``torch.distributed`` process group, or None.

    Returns
    -------
    Tensor
        ``(N,)``.

    Raises
    ------
    InputError
        Shapes do not agree or, on the CPU, a label is out of range.
    """
    many = margin.centres_per_class
    # Before the norms are taken; the cross-entropy checks again, for those who call it alone.
    check_columns(
        embeddings, centres, labels, bias=bias, centres_per_class=many, sharded=group is not None
    )
    with torch.autocast(embeddings.device.type, enabled=False):
        embeddings = at_least_single(embeddings)
        directions, norms = unit_rows(embeddings)

        def target(cosines: Tensor) -> Tensor:
            if margin.training:
                margin.observe(everywhere(cosines, group), norms.detach())
            return margin.target(cosines, norms)

        losses = margin_cross_entropy(
            directions if margin.unit_embeddings else embeddings,
            centres,
            labels,
            target=target,
            scales=margin.scale(norms),
            others=margin.others if margin.changes_others else None,
            unit_centres=margin.unit_centres,
            centres_per_class=many,
            bias=bias,
            group=group,
        )
        penalty = margin.penalty(norms)
        return losses if penalty is None else losses + _counted_once(penalty, group)


def _counted_once(penalty: Tensor, group: Any) -> Tensor:
    """Return the penalty with this rank's part of its gradient."""
    if group is None:
        return penalty
    part = penalty / torch.distributed.get_world_size(group)
    return part + (penalty - part).detach()
