"""Embedding distillation: a student that follows a teacher's unit vectors."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import torch
from torch import Tensor

from facemetric.errors import InputError
from facemetric.losses.distance import squared_distances, unit_embeddings
from facemetric.losses.tuple_loss import TUPLE_LOSSES, TupleLoss

Match: TypeAlias = Literal["cosine", "l2", "distances"]

_SMALLEST = 1e-12


def distillation_loss(embeddings: Tensor, teacher: Tensor, *, match: Match = "cosine") -> Tensor:
    """Return how far a student's embeddings are from a teacher's, as a mean.

    Parameters
    ----------
    embeddings
        Float ``(N, D)``, raw: the student's.
    teacher
        Float ``(N, D)``, raw: of the same faces, by the fixed teacher. Gets no gradient. For
        ``"distances"`` its dimension may be another.
    match
        ``"cosine"``: ``1 - cos`` of the two, which leaves the student's norm free. ``"l2"``:
        ``|x - t|^2`` with the teacher's unit vector and the student's raw one, which also draws
        its norm to 1. ``"distances"``: Huber loss (of width 1) between the Euclidean distances of
        all pairs of the batch, each network's divided by their own mean: Park et al., "Relational
        knowledge distillation", 2019, section 3.2.1.

    Returns
    -------
    Scalar, float32 at least.

    Raises
    ------
    InputError
        The two do not fit each other, or ``match`` is unknown.
    """
    _check(match)
    relational = match == "distances"
    if len(embeddings) != len(teacher) or not (relational or embeddings.shape == teacher.shape):
        raise InputError(
            f"expected {tuple(embeddings.shape)}, as the student's, got {tuple(teacher.shape)}",
            item="teacher",
            fix="Give the student the teacher's dimension, or match='distances'",
        )
    with torch.autocast(embeddings.device.type, enabled=False):
        if relational:
            ours, theirs = _relative_distances(embeddings), _relative_distances(teacher.detach())
            gaps = torch.nn.functional.huber_loss(ours, theirs.to(ours.dtype), reduction="sum")
            return gaps / max(len(ours), 1)
        unit = unit_embeddings(teacher.detach())
        if match == "cosine":
            return (1.0 - (unit_embeddings(embeddings) * unit).sum(1)).mean()
        wide = embeddings if embeddings.dtype == torch.float64 else embeddings.float()
        return (wide - unit).square().sum(1).mean()


def _relative_distances(embeddings: Tensor) -> Tensor:
    count = len(embeddings)
    upper = torch.triu_indices(count, count, offset=1, device=embeddings.device)
    squared = squared_distances(embeddings)[upper[0], upper[1]]
    distances = squared.clamp_min(_SMALLEST).sqrt()
    # No pair, no mean: a batch of one face has a loss of 0.
    return distances / (distances.sum() / max(len(distances), 1))


def _check(match: str) -> None:
    if match not in get_args(Match):
        raise InputError(
            f"expected one of {', '.join(get_args(Match))}, got {match!r}", item="match"
        )


@TUPLE_LOSSES.register("distillation")
class Distillation(TupleLoss):
    """:func:`distillation_loss` to a teacher's embeddings of the same rows. Needs ``reference``.

    Parameters
    ----------
    match
        ``"cosine"``, ``"l2"`` or ``"distances"``.
    """

    needs = ("reference",)

    def __init__(self, *, match: Match = "cosine") -> None:
        super().__init__()
        _check(match)
        self.match: Match = match

    def forward(self, embeddings: Tensor, *, reference: Tensor) -> Tensor:
        """Return the scalar loss."""
        return distillation_loss(embeddings, reference, match=self.match)
