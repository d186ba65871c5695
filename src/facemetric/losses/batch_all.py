"""Triplet loss over every eligible triplet of a batch, without listing one."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import torch
from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses.distance import squared_distances
from facemetric.losses.tuple_loss import TUPLE_LOSSES, TupleLoss, check_margin

Rule: TypeAlias = Literal["all", "active", "semi-hard"]


def batch_all_triplet_loss(
    embeddings: Tensor,
    labels: Tensor,
    *,
    margin: float = 0.2,
    rule: Rule = "all",
    chunk: int = 512,
) -> Tensor:
    """Return the mean triplet loss over all eligible triplets, exactly, in O(B^2) memory.

    The loss is linear in the distances as long as no triplet starts or stops to count: a distance's
    weight is the number of counting triplets that it is in. Those numbers come from ranking each
    anchor's negatives among its positives, in O(B^2 log K) steps, with K images of a person.

    Hermans, Beyer and Leibe, "In defense of the triplet loss", 2017, "batch all" (rule ``"all"``;
    the mean over non-zero losses is ``"active"``); FaceNet, 2015, section 3.2 (``"semi-hard"``).

    Parameters
    ----------
    embeddings
        Float ``(B, D)``, raw.
    labels
        int64 ``(B,)``.
    margin
        Of squared distances, in (0, 4].
    rule
        Which triplets the mean is over: ``"all"`` (anchor and positive of one person, negative of
        another), ``"active"`` (of these, loss above 0) or ``"semi-hard"`` (of these, the negative
        farther than the positive). No such triplet gives 0 with gradients of 0.
    chunk
        Anchors at a time: more is not faster, and takes more memory.

    Returns
    -------
    Scalar, float32 at least.

    Raises
    ------
    InputError
        The margin, the rule or the chunk is out of range.
    """
    _check(margin, rule, chunk)
    distances = squared_distances(embeddings)
    weights = torch.empty_like(distances, requires_grad=False)
    counting = torch.zeros((), dtype=torch.float64, device=distances.device)
    eligible = torch.zeros_like(counting)
    most = int(labels.unique(return_counts=True)[1].max()) - 1 if len(labels) else 0
    with torch.no_grad():
        for first in range(0, len(labels), chunk):
            rows = slice(first, first + chunk)
            same = labels[rows, None] == labels
            _count(weights[rows], distances.detach()[rows], same, first, most, margin, rule)
            on_positives = (weights[rows] * same).sum(dtype=torch.float64)
            people = same.sum(1)
            counting += on_positives
            eligible += (
                ((people - 1) * (len(labels) - people)).sum() if rule == "all" else on_positives
            )
    total = (weights * distances).sum(dtype=torch.float64) + margin * counting
    return (total / eligible.clamp_min(1.0)).to(distances.dtype)


def _count(
    weights: Tensor,
    distances: Tensor,
    same: Tensor,
    first: int,
    most: int,
    margin: float,
    rule: Rule,
) -> None:
    """Write into ``weights`` how many counting triplets each distance is in; negatives minus."""
    own = same.clone()
    own.diagonal(first).fill_(False)
    near, columns = distances.masked_fill(~own, torch.inf).topk(most, dim=1, largest=False)
    bounds = near + margin
    # Of a row's positives, sorted: those from `inside` on have this negative within the margin;
    # those from `beyond` on are themselves no nearer than the negative.
    inside = torch.searchsorted(bounds, distances, right=True)
    if rule == "semi-hard":
        beyond = torch.searchsorted(near, distances).maximum(inside)
    else:
        beyond = own.sum(1, keepdim=True).expand_as(inside)
    weights.copy_(inside - beyond)
    weights.masked_fill_(same, 0)
    # A positive counts once for every negative whose range holds its rank.
    steps = weights.new_zeros(len(weights), most + 1)
    ones = (~same).to(weights.dtype)
    steps.scatter_add_(1, inside, ones).scatter_add_(1, beyond, -ones)
    counts = steps.cumsum(1)[:, :most]
    weights.scatter_add_(1, columns, counts.masked_fill(near.isinf(), 0))


def _check(margin: float, rule: str, chunk: int) -> None:
    check_margin(margin, largest=4.0)
    if rule not in get_args(Rule):
        raise InputError(f"expected one of {', '.join(get_args(Rule))}, got {rule!r}", item="rule")
    if chunk < 1:
        raise InputError(f"expected at least 1 anchor, got {chunk}", item="chunk")


@TUPLE_LOSSES.register("batch-all-triplet")
class BatchAllTriplet(TupleLoss):
    """:func:`batch_all_triplet_loss` of a batch. Needs ``labels``, and no miner.

    Parameters
    ----------
    margin
        Of squared distances, in (0, 4].
    rule
        Which triplets the mean is over: ``"all"``, ``"active"`` or ``"semi-hard"``.
    """

    needs = ("labels",)

    def __init__(self, *, margin: float = 0.2, rule: Rule = "all") -> None:
        super().__init__()
        _check(margin, rule, 1)
        self.margin = margin
        self.rule: Rule = rule

    def forward(self, embeddings: Tensor, *, labels: Tensor) -> Tensor:
        """Return the scalar loss."""
        return batch_all_triplet_loss(embeddings, labels, margin=self.margin, rule=self.rule)
