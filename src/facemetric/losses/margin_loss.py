"""A margin, embeddings, centres and labels to losses."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from facemetric.losses.margin import Margin
from facemetric.losses.margin_cross_entropy import (
    at_least_single,
    check_columns,
    cosines_cross_entropy,
    margin_cross_entropy,
    own_cosines,
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
        int64 ``(N,)``: rows of ``centres`` (of this rank, -1 where another has the class).
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
        Shapes do not agree or a label is out of range (see ``margin_cross_entropy``).
    """
    many = margin.centres_per_class
    check_columns(
        embeddings,
        centres,
        labels,
        bias=bias,
        centres_per_class=many,
        sharded=group is not None,
    )
    with torch.autocast(embeddings.device.type, enabled=False):
        embeddings = at_least_single(embeddings)
        centres = centres.to(embeddings.dtype)
        directions, norms = unit_rows(embeddings)
        if not margin.unit_embeddings:
            directions = embeddings
        if margin.unit_centres:
            centres, _ = unit_rows(centres)
        own = own_cosines(directions, centres, labels, centres_per_class=many)
        if margin.training:
            margin.observe(_everywhere(own, group), norms.detach())
        target = margin.target(own, norms)
        scales = margin.scale(norms)
        target_logits = scales * target
        if bias is not None and len(bias):
            target_logits = target_logits + bias[labels.clamp(min=0)]
        if many == 1 and not margin.changes_others:
            losses = margin_cross_entropy(
                directions, centres, labels, target_logits, scales=scales, bias=bias, group=group
            )
        else:
            cosines = directions @ centres.t()
            if many > 1:
                cosines = cosines.unflatten(1, (-1, many)).amax(2)
            if margin.changes_others:
                whole = _everywhere(torch.where(labels >= 0, target, 0.0), group)
                cosines = margin.others(cosines, whole)
            losses = cosines_cross_entropy(
                cosines, labels, target_logits, scales=scales, bias=bias, group=group
            )
        penalty = margin.penalty(norms)
        if penalty is not None:
            losses = losses + _counted_once(penalty, group)
    return losses


def _everywhere(own: Tensor, group: Any) -> Tensor:
    """Return what the ranks that hold each row's class have, without gradient."""
    own = own.detach()
    if group is not None:
        own = own.clone()
        torch.distributed.all_reduce(own, group=group)
    return own


def _counted_once(penalty: Tensor, group: Any) -> Tensor:
    """Return the penalty with this rank's part of its gradient."""
    if group is None:
        return penalty
    part = penalty / torch.distributed.get_world_size(group)
    return part + (penalty - part).detach()
