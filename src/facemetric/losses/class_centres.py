"""Class centres without a margin: how they begin, and what they say of an embedding."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from facemetric.losses.margin import Margin
from facemetric.losses.unit import unit_rows


def draw_centres_(
    centres: Tensor, margin: Margin, *, generator: torch.Generator | None = None
) -> Tensor:
    """Fill ``(C * margin.centres_per_class, D)`` with first centres, in place.

    Normal with deviation 0.01 where they are normalised anyway (as ArcFace's authors do), else
    uniform within 1/sqrt(D) as in ``nn.Linear``.
    """
    if margin.unit_centres:
        return centres.normal_(0.0, 0.01, generator=generator)
    bound = 1 / math.sqrt(centres.shape[1])
    return centres.uniform_(-bound, bound, generator=generator)


def class_logits(
    margin: Margin, embeddings: Tensor, centres: Tensor, *, bias: Tensor | None = None
) -> Tensor:
    """Return the logits of every class without a margin and a scale, ``(N, C)``.

    Parameters
    ----------
    margin
        Says whether centres are normalised, and how many a class has: its nearest counts.
    embeddings
        ``(N, D)``, of the centres' type.
    centres
        ``(C * margin.centres_per_class, D)``, the centres of a class one after another.
    bias
        ``(C,)``, where the margin has one.
    """
    if margin.unit_centres:
        centres, _ = unit_rows(centres)
    logits = embeddings @ centres.t()
    if margin.centres_per_class > 1:
        logits = logits.unflatten(1, (-1, margin.centres_per_class)).amax(2)
    return logits if bias is None else logits + bias
